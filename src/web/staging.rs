//! Files that were sent to be simulated, and wait for a person to import them.
//!
//! Their bytes are in files of the system's temporary folder that have no name: they are gone with the process, however it
//! ends, and nothing has to be tidied. What is kept is bounded: [`MOST_FILES`] of one simulation, [`MOST_OF_ACCOUNT`]
//! simulations of one account, of which the one used longest ago gives way, [`MOST_BYTES`] of all accounts together, and
//! [`HOURS`] since a simulation was last used. Nobody sees the files of another account.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::{Read as _, Seek as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::domain::accounts::audit::Actor;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;

/// Files of one simulation at most.
pub(super) const MOST_FILES: usize = 50;

/// Simulations of one account at most.
const MOST_OF_ACCOUNT: usize = 4;

/// Bytes of all simulations at most.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// How long a simulation is kept after it was last used.
pub(super) const HOURS: i64 = 2;

/// All simulations, by their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Staging {
    simulations: Arc<Mutex<BTreeMap<String, Simulation>>>,
}

/// Files that one person sent, and what became of those that were imported.
#[derive(Clone, Debug)]
pub(super) struct Simulation {
    owner: Actor,
    pub(super) begun_at: DateTime<Utc>,
    used_at: DateTime<Utc>,
    next: u32,
    pub(super) files: Vec<StagedFile>,
    pub(super) imported: Vec<ImportedFile>,
}

/// A file that waits, and how it is to be read.
#[derive(Clone, Debug)]
pub(super) struct StagedFile {
    /// Its number in the simulation.
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) length: usize,
    pub(super) options: StagedOptions,
    content: Arc<Mutex<File>>,
}

/// What a person said of how a file is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct StagedOptions {
    pub(super) profile: Option<String>,
    pub(super) sheet: Option<String>,
    pub(super) edition: Option<EditionId>,
}

/// What became of a file that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ImportedFile {
    pub(super) name: String,
    pub(super) number: ImportNumber,
    pub(super) outcome: &'static str,
}

/// Why files are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StagingRefusal {
    TooManyFiles,
    /// Simulations of all accounts together are as large as they may be.
    Full,
    /// There is no such simulation, or no longer.
    Gone,
    /// The disk or the source of chance does not serve.
    Unwritten,
}

/// A file's name and bytes.
pub(super) type SentFile = (String, Vec<u8>);

impl Staging {
    /// Begins a simulation, and gives its id.
    ///
    /// # Errors
    /// If the files are too many or too large, or cannot be written.
    pub(super) fn begin(
        &self,
        owner: &Actor,
        files: Vec<SentFile>,
        now: DateTime<Utc>,
    ) -> Result<String, StagingRefusal> {
        let id = new_id()?;
        let mut simulation = Simulation {
            owner: owner.clone(),
            begun_at: now,
            used_at: now,
            next: 1,
            files: Vec::new(),
            imported: Vec::new(),
        };
        self.check_room(&files, now)?;
        simulation.add(files)?;
        self.with(|all| {
            let mut own: Vec<(DateTime<Utc>, String)> = all
                .iter()
                .filter(|(_, one)| one.owner == *owner)
                .map(|(other, one)| (one.used_at, other.clone()))
                .collect();
            own.sort();
            let over = own.len().saturating_add(1).saturating_sub(MOST_OF_ACCOUNT);
            for (_, oldest) in own.into_iter().take(over) {
                all.remove(&oldest);
            }
            all.insert(id.clone(), simulation);
        });
        Ok(id)
    }

    /// Adds files to a simulation.
    ///
    /// # Errors
    /// If there is no such simulation of this person, or the files cannot be kept.
    pub(super) fn add(
        &self,
        (owner, id): (&Actor, &str),
        files: Vec<SentFile>,
        now: DateTime<Utc>,
    ) -> Result<(), StagingRefusal> {
        self.check_room(&files, now)?;
        let mut simulation = self.find((owner, id), now).ok_or(StagingRefusal::Gone)?;
        simulation.add(files)?;
        self.with(|all| all.insert(id.to_owned(), simulation));
        Ok(())
    }

    /// A simulation of this person, which is used now.
    pub(super) fn find(
        &self,
        (owner, id): (&Actor, &str),
        now: DateTime<Utc>,
    ) -> Option<Simulation> {
        self.with(|all| {
            forget_old(all, now);
            let found = all.get_mut(id).filter(|one| one.owner == *owner)?;
            found.used_at = now;
            Some(found.clone())
        })
    }

    /// The simulations of this person that hold files, the one begun last first.
    pub(super) fn of(&self, owner: &Actor, now: DateTime<Utc>) -> Vec<(String, Simulation)> {
        let mut own: Vec<(String, Simulation)> = self.with(|all| {
            forget_old(all, now);
            let own = all.iter().filter(|(_, one)| one.owner == *owner && !one.files.is_empty());
            own.map(|(id, one)| (id.clone(), one.clone())).collect()
        });
        own.sort_by_key(|(_, one)| std::cmp::Reverse(one.begun_at));
        own
    }

    /// Changes a simulation of this person, if it is still there.
    pub(super) fn change(&self, (owner, id): (&Actor, &str), change: impl FnOnce(&mut Simulation)) {
        self.with(|all| {
            if let Some(found) = all.get_mut(id).filter(|one| one.owner == *owner) {
                change(found);
            }
        });
    }

    /// Forgets a simulation of this person with its files.
    pub(super) fn forget(&self, (owner, id): (&Actor, &str)) {
        self.with(|all| {
            if all.get(id).is_some_and(|one| one.owner == *owner) {
                all.remove(id);
            }
        });
    }

    fn check_room(&self, files: &[SentFile], now: DateTime<Utc>) -> Result<(), StagingRefusal> {
        let coming: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        let kept: usize = self.with(|all| {
            forget_old(all, now);
            all.values().flat_map(|one| &one.files).map(|file| file.length).sum()
        });
        if kept.saturating_add(coming) > MOST_BYTES { Err(StagingRefusal::Full) } else { Ok(()) }
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Simulation>) -> T) -> T {
        // Whoever panicked over it left whole simulations behind.
        act(&mut self.simulations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An id that nobody guesses.
fn new_id() -> Result<String, StagingRefusal> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| StagingRefusal::Unwritten)?;
    let id: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(id.concat())
}

fn forget_old(all: &mut BTreeMap<String, Simulation>, now: DateTime<Utc>) {
    all.retain(|_, one| now.signed_duration_since(one.used_at) < TimeDelta::hours(HOURS));
}

impl Simulation {
    /// A file that was sent again under its name takes the place of the former.
    fn add(&mut self, files: Vec<SentFile>) -> Result<(), StagingRefusal> {
        for (name, bytes) in files {
            let content = written(&bytes).map_err(|_| StagingRefusal::Unwritten)?;
            self.files.retain(|file| file.name != name);
            if self.files.len() >= MOST_FILES {
                return Err(StagingRefusal::TooManyFiles);
            }
            self.files.push(StagedFile {
                number: self.next,
                name,
                length: bytes.len(),
                options: StagedOptions::default(),
                content: Arc::new(Mutex::new(content)),
            });
            self.next = self.next.saturating_add(1);
        }
        Ok(())
    }

    pub(super) fn file(&self, number: u32) -> Option<&StagedFile> {
        self.files.iter().find(|file| file.number == number)
    }
}

impl StagedFile {
    /// The bytes of the file.
    ///
    /// # Errors
    /// If the disk does not give them back.
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut file = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = Vec::with_capacity(self.length);
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn written(bytes: &[u8]) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Actor {
        Actor::person(name).unwrap()
    }

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2020-11-30T{hour:02}:00:00Z").parse().unwrap()
    }

    fn sent(name: &str) -> Vec<SentFile> {
        vec![(name.to_owned(), b"text".to_vec())]
    }

    #[test]
    fn only_its_owner_finds_a_simulation_and_for_two_hours() {
        let (staging, owner) = (Staging::default(), person("a@example.org"));
        let id = staging.begin(&owner, sent("one.csv"), at(8)).unwrap();
        assert!(staging.find((&person("b@example.org"), &id), at(8)).is_none());
        let found = staging.find((&owner, &id), at(9)).unwrap();
        assert_eq!(found.files[0].bytes().unwrap(), b"text");
        // Each use begins the time again.
        assert!(staging.find((&owner, &id), at(10)).is_some());
        assert!(staging.find((&owner, &id), at(12)).is_none());
    }

    #[test]
    fn the_simulation_used_longest_ago_gives_way() {
        let (staging, owner) = (Staging::default(), person("a@example.org"));
        let ids: Vec<String> = (0..=MOST_OF_ACCOUNT)
            .map(|_| staging.begin(&owner, sent("one.csv"), at(8)).unwrap())
            .collect();
        let left = staging.of(&owner, at(8));
        assert_eq!(left.len(), MOST_OF_ACCOUNT);
        assert!(left.iter().all(|(id, _)| ids.contains(id)));
    }

    #[test]
    fn a_simulation_holds_so_many_files() {
        let (staging, owner) = (Staging::default(), person("a@example.org"));
        let many = |count: usize| (0..count).map(|n| (format!("{n}.csv"), vec![])).collect();
        assert!(staging.begin(&owner, many(MOST_FILES), at(8)).is_ok());
        let refused = staging.begin(&owner, many(MOST_FILES + 1), at(8));
        assert_eq!(refused, Err(StagingRefusal::TooManyFiles));
    }

    #[test]
    fn simulations_hold_so_many_bytes_together() {
        let staging = Staging::default();
        let large = |name: &str| vec![(name.to_owned(), vec![0; MOST_BYTES / 2])];
        let half = |name: &str| staging.begin(&person(name), large("large.csv"), at(8));
        assert!(half("a@example.org").is_ok() && half("b@example.org").is_ok());
        let one_more = staging.begin(&person("c@example.org"), sent("one.csv"), at(8));
        assert_eq!(one_more, Err(StagingRefusal::Full));
    }
}
