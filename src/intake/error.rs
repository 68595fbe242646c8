//! Why a file was refused: every fault of it, each with its place.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Faults shown at most; the rest is counted.
pub(super) const SHOWN: usize = 20;

/// Characters of a value shown at most.
const QUOTED: usize = 80;

#[derive(Debug, Error)]
pub enum SourceError {
    #[error("read `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },

    /// More than the limit allows. Reading stops there: the file may hold more than `found`.
    #[error("`{file}`{}: found {found} {what}, expected at most {limit}", at_row(*row))]
    TooLarge { file: String, row: Option<u32>, what: &'static str, found: u64, limit: u64 },

    #[error("`{file}`: found {found}, expected {expected}")]
    Unreadable { file: String, found: String, expected: &'static str },

    #[error("{place}: {reason}")]
    Profile { place: String, reason: String },

    #[error("`{file}`: unknown profile `{found}`, expected one of {}", ticked(known))]
    UnknownProfile { file: String, found: String, known: Vec<String> },

    #[error("{0}")]
    UnknownLayout(Box<UnknownLayout>),

    #[error(
        "`{file}`: its header fits the profiles {} alike, expected one; name it with `--profile`",
        ticked(profiles)
    )]
    AmbiguousLayout { file: String, profiles: Vec<String> },

    #[error(
        "`{file}`: found no edition, expected `--edition YYYY-MM`, a column with the publication \
         date, or a file name that starts with `YYYY-MM`"
    )]
    NoEdition { file: String },

    #[error("{0}")]
    Refused(Box<Refused>),
}

impl SourceError {
    /// How many faults it reports.
    pub fn count(&self) -> usize {
        if let Self::Refused(refused) = self { refused.faults.len() } else { 1 }
    }
}

/// A header that no profile recognises, or that the requested profile does not.
#[derive(Debug)]
pub struct UnknownLayout {
    pub file: String,
    /// The requested profile.
    pub requested: Option<String>,
    pub headers: Vec<String>,
    /// The profile that lacks the fewest columns, and the columns it lacks.
    pub nearest: Option<(String, Vec<String>)>,
}

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.requested {
            Some(profile) => write!(f, "`{}`: not the layout of `{profile}`", self.file)?,
            None => write!(f, "`{}`: no profile recognises its header row", self.file)?,
        }
        write!(f, "\n  found: {}", ticked(&self.headers))?;
        if let Some((profile, lacking)) = &self.nearest {
            write!(f, "\n  expected by the nearest profile, `{profile}`: {}", ticked(lacking))?;
        }
        Ok(())
    }
}

/// A file whose layout was recognised and whose rows have faults. Nothing of it is recorded.
#[derive(Debug)]
pub struct Refused {
    pub file: String,
    pub faults: Vec<FileFault>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.faults.len();
        let faults = if count == 1 { "fault" } else { "faults" };
        write!(f, "`{}`: {count} {faults} (rows as a spreadsheet numbers them)", self.file)?;
        for fault in self.faults.iter().take(SHOWN) {
            write!(f, "\n  {fault}")?;
        }
        match count.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

/// One fault at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// As a spreadsheet program numbers it: the header is row 1. `None` is the file as a whole.
    pub row: Option<u32>,
    pub column: Option<String>,
    /// What was found, quoted where it is a value of the file.
    pub found: String,
    pub expected: String,
}

impl FileFault {
    /// A value of the file, shortened, in back-ticks.
    pub fn quote(value: &str) -> String {
        let squeezed = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if squeezed.is_empty() {
            return "nothing".to_owned();
        }
        match squeezed.char_indices().nth(QUOTED) {
            Some((end, _)) => format!("`{}…`", squeezed.get(..end).unwrap_or_default()),
            None => format!("`{squeezed}`"),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.row, &self.column) {
            (Some(row), Some(column)) => write!(f, "row {row}, column `{column}`: ")?,
            (Some(row), None) => write!(f, "row {row}: ")?,
            (None, Some(column)) => write!(f, "column `{column}`: ")?,
            (None, None) => {}
        }
        write!(f, "found {}, expected {}", self.found, self.expected)
    }
}

fn at_row(row: Option<u32>) -> String {
    row.map_or_else(String::new, |row| format!(", row {row}"))
}

/// `a`, `b`, `c`
pub(super) fn ticked(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        _ => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}
