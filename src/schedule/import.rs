//! The import job: reads and records new files one by one. A wrong file is refused once and delays
//! no other.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::{info, warn};

use super::error::JobError;
use super::folder_scan;
use super::folder_scan::{FolderScan, KnownSources, LookContext, NewFile};
use super::work::Work;
use crate::application::{Services, notices_of, record_files};
use crate::domain::accounts::audit::Actor;
use crate::domain::messages::notice::Notice;
use crate::domain::operation::job::{Done, ImportSource, RunOutcome, SourceOutcome};
use crate::domain::portfolio::import::{Dataset, KnownProject};
use crate::intake::{ReadRequest, Reader, SourceError};
use crate::notify::DomainEvent;
use crate::store::{Recorded, Store};
use crate::support::fingerprint::Fingerprint;
use crate::support::french::counted;
use crate::{application, intake};

#[derive(Debug, Default)]
struct Tally {
    imported: usize,
    known: usize,
    refused: usize,
    /// Of those imported, how many wait for a person.
    on_hold: usize,
    failed: usize,
    unsettled: usize,
    /// Files not read because the service stops.
    left: usize,
}

/// A file whose content was recognised by its header.
#[derive(Debug)]
struct Recognised {
    dataset: Dataset,
    new_file: NewFile,
}

pub(super) async fn run(work: &Work, stop: &watch::Receiver<bool>) -> Result<Done, JobError> {
    let store = &work.services.store;
    let reader = application::open_reader(&work.services, &work.profiles, &work.aliases).await?;
    let reader = Arc::new(reader);
    let known = store.known_projects().await?;
    let context = context(&reader, &known);
    let remembered: KnownSources = store
        .import_sources()
        .await?
        .into_iter()
        .map(|source| (source.source.clone(), source))
        .collect();

    let look = look_around(work, remembered, context, stop).await?;
    let mut tally = Tally { unsettled: look.unsettled, ..Tally::default() };
    for source in look.unchanged {
        store.keep_import_source(&source, &[]).await?;
    }
    for source in look.lacking {
        tally.count(source.outcome);
        let place = source.source.as_str();
        warn!(import.source = place, "`{place}` gave no file: {}", source.detail);
        let notices = refusal_notices(&source, 1, &work.services).await?;
        store.keep_import_source(&source, &notices).await?;
    }
    let recognised = recognise_all(&reader, look.new_files, &work.services, &mut tally).await?;
    let reading = Reading { reader, services: &work.services, stop };
    reading.read_all(recognised, known, &mut tally).await?;
    let refusals = store.import_sources().await?;
    let refusals = refusals.iter().filter(|one| one.outcome == SourceOutcome::Refused).count();
    Ok(tally.done(refusals))
}

/// Fingerprint of what a refusal depends on apart from the file.
fn context(reader: &Reader, known: &[KnownProject]) -> Fingerprint {
    let (reader, known) = (reader.fingerprint(), format!("{known:?}"));
    Fingerprint::of_parts(&[env!("CARGO_PKG_VERSION"), reader.as_str(), &known])
}

async fn look_around(
    work: &Work,
    remembered: KnownSources,
    context: Fingerprint,
    stop: &watch::Receiver<bool>,
) -> Result<FolderScan, JobError> {
    let (settings, now) = (work.import.clone(), work.services.clock.now());
    let (remembered, context) = (Arc::new(remembered), Arc::new(context));
    let (shared, same) = (Arc::clone(&remembered), Arc::clone(&context));
    let mut look = tokio::task::spawn_blocking(move || {
        let mut look = FolderScan::default();
        let look_context = LookContext { remembered: &shared, context: &same, now };
        folder_scan::look_at_folder(&settings, look_context, &mut look).map(|()| look)
    })
    .await??;
    let look_context = LookContext { remembered: &remembered, context: &context, now };
    folder_scan::look_at_addresses(&work.import, look_context, &mut look, &mut stop.clone())
        .await?;
    Ok(look)
}

/// Recognises all files, and returns them in the order in which they must be read.
async fn recognise_all(
    reader: &Arc<Reader>,
    new_files: Vec<NewFile>,
    services: &Services,
    tally: &mut Tally,
) -> Result<Vec<Recognised>, JobError> {
    let mut recognised = Vec::new();
    for new_file in new_files {
        let reader = Arc::clone(reader);
        let (new_file, dataset) = tokio::task::spawn_blocking(move || {
            let dataset = reader.recognise(&request(&new_file));
            (new_file, dataset)
        })
        .await?;
        match dataset {
            Ok(dataset) => recognised.push(Recognised { dataset, new_file }),
            Err(fault) => refuse(new_file.source, &fault, services, tally).await?,
        }
    }
    recognised.sort_by(|a, b| {
        let names = (a.new_file.source.source.as_str(), b.new_file.source.source.as_str());
        intake::reading_order((a.dataset, names.0), (b.dataset, names.1))
    });
    Ok(recognised)
}

struct Reading<'a> {
    reader: Arc<Reader>,
    services: &'a Services,
    stop: &'a watch::Receiver<bool>,
}

impl Reading<'_> {
    /// Reads each file in a transaction of its own. Files left when the service stops are read next
    /// time.
    async fn read_all(
        &self,
        recognised: Vec<Recognised>,
        mut known: Vec<KnownProject>,
        tally: &mut Tally,
    ) -> Result<(), JobError> {
        for Recognised { new_file, .. } in recognised {
            if *self.stop.borrow() {
                tally.left += 1;
                continue;
            }
            let reader = Arc::clone(&self.reader);
            let (new_file, imports, still_known) = tokio::task::spawn_blocking(move || {
                let imports = reader.read(&request(&new_file), &known);
                for import in imports.iter().flatten() {
                    intake::remember(&mut known, import);
                }
                (new_file, imports, known)
            })
            .await?;
            known = still_known;
            match imports {
                Ok(mut imports) => {
                    let vigie = Actor::vigie();
                    let recorded =
                        record_files(self.services, &mut imports, self.reader.aliases(), &vigie)
                            .await?;
                    // What was kept beside its rows goes with the file.
                    if let Some(one) = recorded.into_iter().next() {
                        keep(new_file.source.clone(), &one, &self.services.store, tally).await?;
                    }
                }
                Err(fault) => refuse(new_file.source, &fault, self.services, tally).await?,
            }
        }
        Ok(())
    }
}

fn request(new_file: &NewFile) -> ReadRequest<'_> {
    let file = new_file.source.source.as_str();
    ReadRequest { file, bytes: &new_file.bytes, profile: None, sheet: None, edition: None }
}

async fn keep(
    mut source: ImportSource,
    recorded: &Recorded,
    store: &Store,
    tally: &mut Tally,
) -> Result<(), JobError> {
    let (outcome, number) = match recorded {
        Recorded::Unchanged { number, .. } => (SourceOutcome::Known, *number),
        Recorded::Added { number }
        | Recorded::Replaced { number, .. }
        | Recorded::Held { number, .. } => (SourceOutcome::Imported, *number),
    };
    (source.outcome, source.import) = (outcome, Some(number));
    tally.count(outcome);
    let place = source.source.as_str();
    info!(import.number = %number, import.source = place, "`{place}` is import {number}");
    if let Recorded::Held { holds, .. } = recorded {
        tally.on_hold += 1;
        let reasons: Vec<&str> = holds.iter().map(|hold| hold.text.as_str()).collect();
        source.detail = format!("En attente de confirmation : {}", reasons.join(" "));
        warn!(import.number = %number, import.source = place, "Import {number} waits for a person");
    }
    Ok(store.keep_import_source(&source, &[]).await?)
}

/// The log does not repeat what is wrong: a file may hold names and addresses.
async fn refuse(
    mut source: ImportSource,
    fault: &SourceError,
    services: &Services,
    tally: &mut Tally,
) -> Result<(), JobError> {
    (source.outcome, source.detail) = (folder_scan::outcome_of(fault), fault.to_string());
    tally.count(source.outcome);
    let place = source.source.as_str();
    warn!(
        import.source = place,
        import.faults = fault.count(),
        "`{place}` is refused; `vigie jobs files` says why"
    );
    let notices = refusal_notices(&source, fault.count(), services).await?;
    Ok(services.store.keep_import_source(&source, &notices).await?)
}

/// Webhook notices of a refused file.
async fn refusal_notices(
    source: &ImportSource,
    faults: usize,
    services: &Services,
) -> Result<Vec<Notice>, JobError> {
    if source.outcome != SourceOutcome::Refused {
        return Ok(vec![]);
    }
    Ok(notices_of(services, DomainEvent::Rejected { source, faults }).await?)
}

impl Tally {
    fn count(&mut self, outcome: SourceOutcome) {
        let count = match outcome {
            SourceOutcome::Imported => &mut self.imported,
            SourceOutcome::Known => &mut self.known,
            SourceOutcome::Refused => &mut self.refused,
            SourceOutcome::Failed => &mut self.failed,
        };
        *count += 1;
    }

    /// `refusals` are all current ones, including those of earlier runs.
    fn done(&self, refusals: usize) -> Done {
        let outcome = if self.left > 0 {
            RunOutcome::Stopped
        } else if self.refused + self.failed > 0 {
            RunOutcome::PartialFailure
        } else {
            RunOutcome::Success
        };
        let standing = refusals.saturating_sub(self.refused);
        let counts = [
            (self.imported, "fichier importé", "fichiers importés"),
            (self.on_hold, "en attente de confirmation", "en attente de confirmation"),
            (self.known, "déjà connu", "déjà connus"),
            (self.refused, "refusé", "refusés"),
            (standing, "refusé auparavant", "refusés auparavant"),
            (self.failed, "non obtenu", "non obtenus"),
            (self.unsettled, "encore en cours d’écriture", "encore en cours d’écriture"),
            (self.left, "laissé pour la reprise", "laissés pour la reprise"),
        ];
        let said: Vec<String> = counts
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        let detail = if said.is_empty() { "rien de nouveau".to_owned() } else { said.join(", ") };
        Done::of(outcome, detail)
    }
}
