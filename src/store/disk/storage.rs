//! Where the database is, under a running program: whether its file is still the one that was opened, or its server answers, and
//! what was said when something was last written.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;
use tracing::{error, info};

use super::database_files::side_file;
use super::storage_fault::{StorageFault, StorageFaultKind};

/// The files that `SQLite` keeps next to the database for as long as anyone has it open.
pub(in crate::store) const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Shared by the handles of one database.
#[derive(Clone, Debug)]
pub(in crate::store) struct Storage(Arc<Watched>);

#[derive(Debug)]
struct Watched {
    /// A file, or the address of a server.
    place: PathBuf,
    /// None of a server.
    file: Option<FileIdentity>,
    state: Mutex<State>,
    /// One probe at a time: callers that come meanwhile share its result.
    probes: tokio::sync::Mutex<Option<Probe>>,
    suspected: Notify,
}

#[derive(Debug, Default)]
struct State {
    companions: [Option<Identity>; COMPANIONS.len()],
    /// The fault that was last logged.
    logged: Option<StorageFault>,
    is_suspected: bool,
    is_watched: bool,
}

/// What was found when something was last tried.
#[derive(Clone, Debug)]
pub(in crate::store) struct Probe {
    pub(in crate::store) at: Instant,
    pub(in crate::store) found: Result<(), StorageFault>,
}

#[derive(Debug)]
struct FileIdentity {
    identity: Identity,
    /// Whether this program has it open to write, and so holds what `SQLite` keeps next to it.
    is_held: bool,
}

/// Device and inode: what a file is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

impl Storage {
    /// Of the file as it is now, which this program holds open, or only reads now and then.
    pub(in crate::store) fn of(file: &Path, is_held: bool) -> io::Result<Self> {
        let identity = Identity::of(file)?;
        Ok(Self::new(file.to_owned(), Some(FileIdentity { identity, is_held })))
    }

    /// Of a database that a server has. Its address names nobody who signs in.
    pub(in crate::store) fn of_server(address: &str) -> Self {
        Self::new(PathBuf::from(address), None)
    }

    fn new(place: PathBuf, file: Option<FileIdentity>) -> Self {
        Self(Arc::new(Watched {
            place,
            file,
            state: Mutex::default(),
            probes: tokio::sync::Mutex::default(),
            suspected: Notify::new(),
        }))
    }

    /// The file, or the address of the server.
    pub(in crate::store) fn place(&self) -> &Path {
        &self.0.place
    }

    /// Whether what is read there is still what is true: when another file took its place, others write to
    /// that one.
    pub(in crate::store) fn check_readable(&self) -> Result<(), StorageFault> {
        match self.find_file() {
            Err(fault) if fault.kind.bars_reading() => self.tell(Err(fault)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Whether what is written there will be found again.
    pub(in crate::store) fn check_file(&self) -> Result<(), StorageFault> {
        match self.find_file().and_then(|()| self.find_companions()) {
            Ok(()) => Ok(()),
            Err(fault) => self.tell(Err(fault)),
        }
    }

    fn find_file(&self) -> Result<(), StorageFault> {
        let Some(file) = &self.0.file else { return self.last_of_server() };
        match Identity::of(&self.0.place) {
            Ok(found) if found == file.identity => Ok(()),
            Ok(_) => Err(self.fault(StorageFaultKind::Replaced)),
            Err(error) => Err(self.fault(StorageFaultKind::of_lookup(&error))),
        }
    }

    /// While a server is known not to answer, nobody waits for it anew: the watch tries, and says when it does.
    fn last_of_server(&self) -> Result<(), StorageFault> {
        let state = self.state();
        let silent = |fault: &&StorageFault| matches!(fault.kind, StorageFaultKind::NoAnswer(_));
        state
            .logged
            .as_ref()
            .filter(silent)
            .filter(|_| state.is_watched)
            .cloned()
            .map_or(Ok(()), Err)
    }

    /// From now on, someone tries again and again while nothing can be written.
    pub(in crate::store) fn set_watched(&self) {
        self.state().is_watched = true;
    }

    /// They are made when the database is first read, and are the same until it is closed.
    fn find_companions(&self) -> Result<(), StorageFault> {
        if !self.0.file.as_ref().is_some_and(|file| file.is_held) {
            return Ok(());
        }
        let mut state = self.state();
        for (ending, known) in COMPANIONS.into_iter().zip(&mut state.companions) {
            let file = side_file(&self.0.place, ending);
            match (*known, Identity::of(&file)) {
                (Some(known), Ok(found)) if known == found => {}
                (None, found) => *known = found.ok(),
                (Some(_), _) => {
                    return Err(StorageFault { kind: StorageFaultKind::LogLost, place: file });
                }
            }
        }
        Ok(())
    }

    pub(in crate::store) fn fault(&self, kind: StorageFaultKind) -> StorageFault {
        StorageFault { kind, place: self.0.place.clone() }
    }

    /// Says in the log what has changed since it was last said.
    pub(in crate::store) fn tell(
        &self,
        found: Result<(), StorageFault>,
    ) -> Result<(), StorageFault> {
        let mut state = self.state();
        let fault = found.as_ref().err();
        if state.logged.as_ref() != fault {
            if let Some(fault) = fault {
                error!("Nothing can be written: {fault}");
            } else {
                info!("`{}` can be written again", self.0.place.display());
            }
            state.logged = fault.cloned();
        }
        found
    }

    /// A write ended in a way that may be the disk's doing: the watch looks at once.
    pub(in crate::store) fn suspect(&self) {
        self.state().is_suspected = true;
        self.0.suspected.notify_one();
    }

    pub(in crate::store) fn take_suspicion(&self) -> bool {
        std::mem::take(&mut self.state().is_suspected)
    }

    pub(in crate::store) fn suspicion(&self) -> impl Future<Output = ()> {
        self.0.suspected.notified()
    }

    pub(in crate::store) fn probes(&self) -> &tokio::sync::Mutex<Option<Probe>> {
        &self.0.probes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Identity {
    fn of(file: &Path) -> io::Result<Self> {
        let about = std::fs::metadata(file)?;
        Ok(Self(about.dev(), about.ino()))
    }
}
