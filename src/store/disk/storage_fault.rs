//! What the disk has to do with a failure: the kinds of faults, how each is distinguished by what the system or `SQLite`
//! says, and what operators can do about it.

use std::path::PathBuf;
use std::{fmt, io};

use sqlx::error::DatabaseError;

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

impl StorageFaultKind {
    /// Of a file that could not be looked at.
    pub(in crate::store) fn of_lookup(error: &io::Error) -> Self {
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
