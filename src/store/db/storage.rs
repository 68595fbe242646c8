//! The database's file under a running program: whether it is still the one that was opened, and what the
//! disk said when something was last written.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{fmt, io};

use sqlx::error::DatabaseError;
use tokio::sync::Notify;
use tracing::{error, info};

use super::database_files::side_file;

/// The files that `SQLite` keeps next to the database for as long as anyone has it open.
pub(in crate::store) const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Why nothing is written, and what the operators of the service can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFault {
    pub kind: StorageFaultKind,
    pub file: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageFaultKind {
    DiskFull,
    ReadOnly,
    /// What the system said.
    DiskFailing(String),
    /// There is no such file any more.
    Gone,
    /// Another file bears its name.
    Replaced,
    /// The write-ahead log or its index, which hold what is not in the database's file yet, is gone or another.
    LogLost,
}

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

impl StorageFaultKind {
    fn of_lookup(error: &io::Error) -> Self {
        let gone = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
        if gone.contains(&error.kind()) {
            return Self::Gone;
        }
        Self::DiskFailing(error.to_string())
    }

    /// Of a file that could not be written.
    pub(in crate::store) fn of_writing(error: &io::Error) -> Self {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        let refused = [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::PermissionDenied];
        if full.contains(&error.kind()) {
            Self::DiskFull
        } else if refused.contains(&error.kind()) {
            Self::ReadOnly
        } else {
            Self::DiskFailing(error.to_string())
        }
    }

    /// Of what `SQLite` says, by its primary result code; `None` when it is not about the disk.
    pub(in crate::store) fn of_database(error: &sqlx::Error) -> Option<Self> {
        match result_code(error)? {
            8 => Some(Self::ReadOnly),
            10 | 14 => Some(Self::DiskFailing(error.to_string())),
            13 => Some(Self::DiskFull),
            _ => None,
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::DiskFull => "make room on it; writing goes on by itself as soon as there is some",
            Self::ReadOnly => {
                "mount its file system for writing again, or give the service the right to write to the \
                 file and its folder; writing goes on by itself"
            }
            Self::DiskFailing(_) => {
                "look at the system's log and at the disk; writing goes on by itself once it can"
            }
            Self::Gone => {
                "bring the same file back under its name, and writing goes on by itself; a service that is \
                 stopped lets go of the last there is of a file that was removed"
            }
            Self::Replaced => {
                "bring the file that was served back under its name, or restart the service to serve the \
                 other one; databases are replaced by `vigie restore`, with the service stopped"
            }
            Self::LogLost => {
                "stop the service, which puts what it holds into the database's file, then start it again; \
                 never remove this file while the service runs"
            }
        }
    }
}

impl fmt::Display for StorageFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DiskFull => f.write_str("the disk is full"),
            Self::ReadOnly => f.write_str("it is read-only"),
            Self::DiskFailing(how) => write!(f, "the disk fails ({how})"),
            Self::Gone => f.write_str("the file is gone"),
            Self::Replaced => f.write_str("another file took the place of the one that is served"),
            Self::LogLost => {
                f.write_str("a file that belongs to the open database is gone, or another")
            }
        }
    }
}

impl StorageFault {
    /// The same, for readers who need not know where files are.
    #[must_use]
    pub fn without_folder(&self) -> Self {
        let name = self.file.file_name().map_or_else(|| self.file.clone(), PathBuf::from);
        Self { kind: self.kind.clone(), file: name }
    }
}

impl fmt::Display for StorageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, file } = self;
        write!(f, "`{}`: {kind}: {}", file.display(), kind.remedy())
    }
}

impl std::error::Error for StorageFault {}

/// Another program holds what this one would write.
pub(in crate::store) fn is_busy(error: &sqlx::Error) -> bool {
    result_code(error) == Some(5)
}

/// The primary result code, whatever the extended code adds.
fn result_code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error().and_then(DatabaseError::code)?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
