//! The subjects of the rows judged so far: one that comes again would have two verdicts of each rule.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use super::columns;
use super::columns::Placed;
use crate::intake::{FileFault, TableLayout};

/// A few bytes for each subject, however long its name.
#[derive(Debug, Default)]
pub(super) struct SeenSubjects {
    hasher: RandomState,
    /// The row of each subject, by the hash of its name.
    rows: HashMap<u64, u32>,
}

impl SeenSubjects {
    /// Takes note of the subjects of some rows, of which the first has this number. Fails with those met before.
    pub(super) fn meet(
        &mut self,
        subjects: &[String],
        layout: &TableLayout,
        first_row: u32,
    ) -> Result<(), Vec<Placed>> {
        let header = layout.subject_header();
        let mut faults = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let row = first_row.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
            let Some(before) = self.rows.insert(self.hasher.hash_one(subject), row) else {
                continue;
            };
            let found = format!("{}, déjà à la ligne {before}", FileFault::quote(subject));
            faults.push((index, columns::fault(header, found, "un sujet par ligne".to_owned())));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
