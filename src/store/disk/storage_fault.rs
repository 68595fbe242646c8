//! What the disk has to do with a failure: the kinds of faults, how each is distinguished by what the system or `SQLite`
//! says, and what operators can do about it.

use std::path::PathBuf;
use std::{fmt, io};

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Why nothing is written, and what the operators of the service can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFault {
    pub kind: StorageFaultKind,
    /// A file, or the address of a server.
    pub place: PathBuf,
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
    /// A server does not answer: why.
    NoAnswer(String),
    /// A server answers and refuses who signs in, or another connection: its words.
    Refused(String),
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

    /// Of what the engine says; `None` when it is not about the disk, nor about the server.
    pub(in crate::store) fn of_database(error: &sqlx::Error) -> Option<Self> {
        let said = error.as_database_error();
        if let Some(refusal) = said.and_then(|said| said.try_downcast_ref::<PgDatabaseError>()) {
            return Self::of_server(refusal);
        }
        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_)) {
            return Some(Self::NoAnswer(error.to_string()));
        }
        match result_code(error)? {
            8 => Some(Self::ReadOnly),
            10 | 14 => Some(Self::DiskFailing(error.to_string())),
            13 => Some(Self::DiskFull),
            _ => None,
        }
    }

    /// By the class or the code of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn of_server(error: &PgDatabaseError) -> Option<Self> {
        let said = || error.message().to_owned();
        match error.code() {
            "53100" => Some(Self::DiskFull),
            "25006" => Some(Self::ReadOnly),
            "53300" | "28000" | "28P01" | "3D000" | "42501" => Some(Self::Refused(said())),
            "58030" => Some(Self::DiskFailing(said())),
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Some(Self::NoAnswer(said())),
            "55000" if error.message().contains("connections") => Some(Self::Refused(said())),
            code if code.starts_with("08") => Some(Self::NoAnswer(said())),
            _ => None,
        }
    }

    /// Whether what would be read now is not what is true, or cannot be read at all.
    pub(in crate::store) fn bars_reading(&self) -> bool {
        matches!(self, Self::Replaced | Self::NoAnswer(_))
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
            Self::NoAnswer(_) => {
                "look at the server of the database and at the network; the service goes on by itself once it \
                 answers"
            }
            Self::Refused(_) => {
                "look at the user, the password, the rights and the number of connections that the server \
                 allows; the service goes on by itself once it is let in"
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
            Self::NoAnswer(how) => write!(f, "the server does not answer ({how})"),
            Self::Refused(how) => write!(f, "the server refuses ({how})"),
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
        let name = self.place.file_name().map_or_else(|| self.place.clone(), PathBuf::from);
        Self { kind: self.kind.clone(), place: name }
    }
}

impl fmt::Display for StorageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, place } = self;
        write!(f, "`{}`: {kind}: {}", place.display(), kind.remedy())
    }
}

impl std::error::Error for StorageFault {}

/// Another program holds what this one would write.
pub(in crate::store) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    // A lock that was waited for in vain, or a server's own way out of two that wait for one another.
    let waited = ["55P03", "40P01", "40001"];
    result_code(error) == Some(5) || code.is_some_and(|code| waited.contains(&&*code))
}

/// `SQLite`'s primary result code, whatever the extended code adds.
fn result_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?.try_downcast_ref::<SqliteError>()?;
    let code = error.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}
