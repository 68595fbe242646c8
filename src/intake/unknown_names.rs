//! The unknown names of files that were refused, each once, with where it is, and the check of what a person makes of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::error::{NearestName, Refused, UnknownName};
use super::identity::names::key;
use super::identity::new_names;
use super::identity::new_names::NameRefusal;
use super::identity::project_identity::Identities;
use super::reader::Reader;
use crate::domain::portfolio::import::KnownProject;
use crate::domain::portfolio::recorded_name::{NameKind, NewName};

/// Names whose nearest known one is looked for: each is compared with all known names.
const MOST_COMPARED: usize = 100;

/// An unknown name, and where files have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameToSettle {
    pub name: UnknownName,
    /// In the order of the files.
    pub places: Vec<NamePlace>,
}

/// A cell with an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePlace {
    pub file: String,
    pub row: Option<u32>,
    pub column: Option<String>,
}

impl Reader {
    /// The unknown names of refused files, ministries first, in the order in which files have them.
    pub fn names_to_settle(
        &self,
        refused: &[&Refused],
        known: &[KnownProject],
    ) -> Vec<NameToSettle> {
        let mut names: Vec<NameToSettle> = Vec::new();
        let mut found: BTreeMap<(NameKind, String), usize> = BTreeMap::new();
        for file in refused {
            for fault in &file.faults {
                let Some(name) = &fault.unknown_name else { continue };
                let next = names.len();
                let at = *found.entry((name.kind, key(&name.name))).or_insert(next);
                if at == next {
                    let name = UnknownName::clone(name);
                    names.push(NameToSettle { name, places: Vec::new() });
                }
                let Some(one) = names.get_mut(at) else { continue };
                let (row, column) = (fault.row, fault.column.clone());
                one.places.push(NamePlace { file: file.file.clone(), row, column });
                if one.name.nearest.is_none() {
                    one.name.nearest.clone_from(&name.nearest);
                }
            }
        }
        names.sort_by_key(|one| one.name.kind);
        let identities = Identities::new(self.aliases(), known);
        // Reading a file looks for the nearest name of its first faults only.
        let lacking = names.iter_mut().filter(|one| one.name.nearest.is_none());
        for one in lacking.take(MOST_COMPARED) {
            one.name.nearest = self.nearest(&one.name, &identities);
        }
        names
    }

    /// Those of some new names to record, each with the code or id that it designates.
    ///
    /// # Errors
    ///
    /// One of them is wrong, or contradicts what is known.
    pub fn check_names(
        &self,
        names: Vec<NewName>,
        known: &[KnownProject],
    ) -> Result<Vec<NewName>, NameRefusal> {
        new_names::check(self.aliases(), known, names)
    }

    fn nearest(&self, name: &UnknownName, identities: &Identities<'_>) -> Option<NearestName> {
        let (nearest, designates) = match name.kind {
            NameKind::Ministry => {
                let day = NaiveDate::MAX;
                let (label, code) = self.aliases().nearest_ministry(&name.name, day)?;
                (label, code.to_string())
            }
            NameKind::Project => {
                let (known, project) = identities.nearest(&name.name)?;
                (known, project.to_string())
            }
        };
        Some(NearestName { name: nearest.to_owned(), designates })
    }
}
