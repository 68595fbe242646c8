//! The database's file under a running program: whether it is still the one that was opened, and what the
//! disk said when something was last written.

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
    file: PathBuf,
    identity: Identity,
    /// Whether this program has it open to write, and so holds what `SQLite` keeps next to it.
    is_held: bool,
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
}

/// What was found when something was last tried.
#[derive(Clone, Debug)]
pub(in crate::store) struct Probe {
    pub(in crate::store) at: Instant,
    pub(in crate::store) found: Result<(), StorageFault>,
}

/// Device and inode: what a file is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

impl Storage {
    /// Of the file as it is now, which this program holds open, or only reads now and then.
    pub(in crate::store) fn of(file: &Path, is_held: bool) -> io::Result<Self> {
        let identity = Identity::of(file)?;
        Ok(Self(Arc::new(Watched {
            file: file.to_owned(),
            identity,
            is_held,
            state: Mutex::default(),
            probes: tokio::sync::Mutex::default(),
            suspected: Notify::new(),
        })))
    }

    pub(in crate::store) fn file(&self) -> &Path {
        &self.0.file
    }

    /// Whether what is read there is still what is true: when another file took its place, others write to
    /// that one.
    pub(in crate::store) fn check_readable(&self) -> Result<(), StorageFault> {
        match self.find_file() {
            Err(fault) if fault.kind == StorageFaultKind::Replaced => self.tell(Err(fault)),
            _ => Ok(()),
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
        match Identity::of(&self.0.file) {
            Ok(found) if found == self.0.identity => Ok(()),
            Ok(_) => Err(self.fault(StorageFaultKind::Replaced)),
            Err(error) => Err(self.fault(StorageFaultKind::of_lookup(&error))),
        }
    }

    /// They are made when the database is first read, and are the same until it is closed.
    fn find_companions(&self) -> Result<(), StorageFault> {
        if !self.0.is_held {
            return Ok(());
        }
        let mut state = self.state();
        for (ending, known) in COMPANIONS.into_iter().zip(&mut state.companions) {
            let file = side_file(&self.0.file, ending);
            match (*known, Identity::of(&file)) {
                (Some(known), Ok(found)) if known == found => {}
                (None, found) => *known = found.ok(),
                (Some(_), _) => {
                    return Err(StorageFault { kind: StorageFaultKind::LogLost, file });
                }
            }
        }
        Ok(())
    }

    pub(in crate::store) fn fault(&self, kind: StorageFaultKind) -> StorageFault {
        StorageFault { kind, file: self.0.file.clone() }
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
                info!("`{}` can be written again", self.0.file.display());
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
