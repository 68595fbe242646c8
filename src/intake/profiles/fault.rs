//! What is wrong with a profile: every fault of it, each at its line.

use std::fmt;

use serde::Serialize;

use crate::support::french::counted;

/// Faults shown at most; the rest is counted.
const SHOWN: usize = 20;
/// Faults of a profile that are looked for: a text of nothing else takes no longer than another.
pub(super) const MOST_FAULTS: usize = 100;

/// A profile that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrongProfile {
    pub file: String,
    pub faults: Vec<ProfileFault>,
}

/// One fault of a profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ProfileFault {
    /// From 1.
    pub line: usize,
    /// The key, with those of the tables that it is in: `fields.cost_meur.unit`.
    pub key: String,
    pub found: String,
    pub expected: String,
}

impl fmt::Display for WrongProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = counted(self.faults.len(), "erreur", "erreurs");
        let least = if self.faults.len() < MOST_FAULTS { "" } else { "au moins " };
        write!(f, "`{}` : {least}{faults} dans le profil", self.file)?;
        for fault in self.faults.iter().take(SHOWN) {
            write!(f, "\n  {fault}")?;
        }
        let left = self.faults.len().saturating_sub(SHOWN);
        if left > 0 { write!(f, "\n  et {left} autres") } else { Ok(()) }
    }
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ligne {}", self.line)?;
        if !self.key.is_empty() {
            write!(f, ", `{}`", self.key)?;
        }
        write!(f, " : trouvé {}, attendu {}", self.found, self.expected)
    }
}
