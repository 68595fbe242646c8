//! Why a file was refused: every fault of it, each with its place.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use super::identity::names::key;
use super::profiles::fault::WrongProfile;
use crate::domain::bounded_text::SingleLine;
use crate::domain::portfolio::recorded_name::NameKind;
use crate::support::french::counted;
use crate::support::visible_text;

/// Faults shown at most; the rest is counted.
pub(super) const SHOWN: usize = 20;

/// Characters of a value shown at most.
const QUOTED: usize = 80;

#[derive(Debug, Error)]
pub enum SourceError {
    #[error("lecture de `{}`", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },

    /// More than the limit allows. Reading stops there: the file may hold more than `found`.
    #[error("`{file}`{} : trouvé {found} {what}, attendu au plus {limit}", at_row(*row))]
    TooLarge { file: String, row: Option<u32>, what: &'static str, found: u64, limit: u64 },

    #[error("`{file}` : trouvé {found}, attendu {expected}")]
    Unreadable { file: String, found: String, expected: &'static str },

    #[error("{place} : {reason}")]
    Table { place: String, reason: String },

    #[error("{0}")]
    Profile(Box<WrongProfile>),

    #[error(
        "`{file}` : profil `{found}` inconnu, attendu l’un de {}, ou l’un de ceux du dossier que nomme le réglage `profiles`",
        ticked(known)
    )]
    UnknownProfile { file: String, found: String, known: Vec<String> },

    #[error(
        "`{file}` : plusieurs feuilles se reconnaissent ({}), une seule attendue ; la choisir avec `--sheet`",
        ticked(sheets)
    )]
    SeveralSheets { file: String, sheets: Vec<String> },

    #[error(
        "`{file}` : seule une feuille masquée se reconnaît, `{sheet}`, attendu une feuille visible ; pour la lire quand \
         même, `--sheet`"
    )]
    OnlyHiddenSheet { file: String, sheet: String },

    #[error("`{file}` : feuille `{found}` inconnue, attendu l’une de {}", ticked(known))]
    UnknownSheet { file: String, found: String, known: Vec<String> },

    #[error("{0}")]
    UnknownLayout(Box<UnknownLayout>),

    #[error(
        "`{file}` : ses en-têtes conviennent également aux profils {}, un seul attendu ; le nommer avec `--profile`",
        ticked(profiles)
    )]
    AmbiguousLayout { file: String, profiles: Vec<String> },

    #[error(
        "`{file}` : aucune édition trouvée, attendu `--edition AAAA-MM`, une colonne avec la date de publication, ou un \
         nom de fichier qui commence par `AAAA-MM`"
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
    /// The sheet, where there are several.
    pub sheet: Option<String>,
    /// The requested profile.
    pub requested: Option<String>,
    pub headers: Vec<String>,
    /// The profile that lacks the fewest columns, and the columns it lacks.
    pub nearest: Option<(String, Vec<String>)>,
}

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", feuille `{sheet}`")?;
        }
        match &self.requested {
            Some(profile) => write!(f, " : ses en-têtes ne sont pas ceux de `{profile}`")?,
            None => f.write_str(" : aucun profil ne reconnaît ses en-têtes")?,
        }
        write!(f, "\n  trouvé : {}", ticked(&self.headers))?;
        if let Some((profile, lacking)) = &self.nearest {
            let lacking = ticked(lacking);
            write!(f, "\n  attendu par le profil le plus proche, `{profile}` : {lacking}")?;
        }
        if self.requested.is_none() {
            f.write_str("\n  pour en écrire un : `vigie profiles propose`, puis le mettre dans le dossier que nomme le réglage `profiles`")?;
        }
        Ok(())
    }
}

/// A file whose layout was recognised and whose rows have faults. Nothing of it is recorded.
#[derive(Debug, Serialize)]
pub struct Refused {
    pub file: String,
    pub faults: Vec<FileFault>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = counted(self.faults.len(), "erreur", "erreurs");
        write!(f, "`{}` : {faults} (lignes numérotées comme dans un tableur)", self.file)?;
        let kinds = self.kinds();
        for kind in kinds.iter().take(SHOWN) {
            write!(f, "\n  {kind}")?;
        }
        let left = kinds.iter().skip(SHOWN).map(|kind| kind.faults.len()).sum::<usize>();
        if left > 0 { write!(f, "\n  et {left} autres") } else { Ok(()) }
    }
}

impl Refused {
    /// One line for each kind of fault, in French.
    pub fn kinds_in_words(&self) -> Vec<String> {
        self.kinds().iter().map(ToString::to_string).collect()
    }

    /// The faults by kind: the same expectation of the same column. Kinds come in the order of their first fault.
    fn kinds(&self) -> Vec<FaultKind<'_>> {
        let mut places: BTreeMap<(Option<&str>, &str), usize> = BTreeMap::new();
        let mut kinds: Vec<FaultKind<'_>> = Vec::new();
        for fault in &self.faults {
            let place = places.entry((fault.column.as_deref(), &fault.expected));
            let place = *place.or_insert_with(|| {
                kinds.push(FaultKind { faults: Vec::new() });
                kinds.len().saturating_sub(1)
            });
            if let Some(kind) = kinds.get_mut(place) {
                kind.faults.push(fault);
            }
        }
        kinds
    }
}

/// Faults of which the same was expected.
struct FaultKind<'a> {
    faults: Vec<&'a FileFault>,
}

/// Places of a kind of faults that are shown.
const PLACES: usize = 3;

impl fmt::Display for FaultKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(first), count) = (self.faults.first(), self.faults.len()) else {
            return Ok(());
        };
        if count == 1 {
            return write!(f, "{first}");
        }
        if let Some(column) = &first.column {
            write!(f, "colonne `{column}`, ")?;
        }
        write!(f, "{count} fois : attendu {} ; ", first.expected)?;
        for (index, fault) in self.faults.iter().take(PLACES).enumerate() {
            let comma = if index > 0 { " ; " } else { "" };
            f.write_str(comma)?;
            if let Some(row) = fault.row {
                write!(f, "ligne {row}, ")?;
            }
            write!(f, "trouvé {}", fault.found)?;
        }
        if count > PLACES { f.write_str("…") } else { Ok(()) }
    }
}

/// One fault at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileFault {
    /// As a spreadsheet program numbers it: the header is row 1. `None` is the file as a whole.
    pub row: Option<u32>,
    pub column: Option<String>,
    /// What was found, quoted where it is a value of the file.
    pub found: String,
    pub expected: String,
    /// The name that nothing knows, where that is the fault: people may record what it designates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub unknown_name: Option<Box<UnknownName>>,
}

/// A name of a file that is that of no known ministry, or of no known project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnknownName {
    pub kind: NameKind,
    /// As the file writes it, on one line.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub nearest: Option<NearestName>,
}

/// The known name that one resembles most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NearestName {
    pub name: String,
    /// Code of its ministry, or id of its project.
    pub designates: String,
}

impl UnknownName {
    /// `None` for a text that is no name that can be recorded: without a letter or digit, or too long.
    pub(super) fn of(kind: NameKind, cell: &str, nearest: Option<NearestName>) -> Option<Self> {
        let name = visible_text::one_line(cell).split_whitespace().collect::<Vec<_>>().join(" ");
        let is_recordable = !key(&name).is_empty() && SingleLine::try_from(name.clone()).is_ok();
        is_recordable.then_some(Self { kind, name, nearest })
    }
}

impl FileFault {
    /// What was found and what was expected, without the place.
    pub fn in_words(&self) -> String {
        format!("trouvé {}, attendu {}", self.found, self.expected)
    }

    /// A value of the file, shortened, in back-ticks.
    pub fn quote(value: &str) -> String {
        let value = visible_text::lines(value);
        let squeezed = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if squeezed.is_empty() {
            return "rien".to_owned();
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
            (Some(row), Some(column)) => write!(f, "ligne {row}, colonne `{column}` : ")?,
            (Some(row), None) => write!(f, "ligne {row} : ")?,
            (None, Some(column)) => write!(f, "colonne `{column}` : ")?,
            (None, None) => {}
        }
        f.write_str(&self.in_words())
    }
}

fn at_row(row: Option<u32>) -> String {
    row.map_or_else(String::new, |row| format!(", ligne {row}"))
}

/// `a`, `b`, `c`
pub(super) fn ticked(words: &[String]) -> String {
    match words {
        [] => "rien".to_owned(),
        _ => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}
