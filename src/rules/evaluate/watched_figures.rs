//! The values that alerts stand on, as new facts compare them from one cycle to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::alerts::new_fact::{SubjectFigures, WatchedFigure};
use crate::domain::portfolio::subject::{Subject, SubjectKind};
use crate::domain::rules::batch::Verdicts;
use crate::frame::Frames;
use crate::frame::dictionary::Dictionary;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::language::wording;

/// The opened frame of one scope, and the row of each subject.
struct Table<'t> {
    dictionary: &'t Dictionary,
    cells: SubjectTable,
    rows: BTreeMap<Subject, usize>,
}

impl<'t> Table<'t> {
    fn open(frames: &Frames, scope: SubjectKind, dictionary: &'t Dictionary) -> Self {
        let cells = SubjectTable::open(frames.of(scope), scope, dictionary);
        let rows = cells.every_subject().collect();
        Self { dictionary, cells, rows }
    }

    fn figure(&self, field: &str, row: usize) -> Option<WatchedFigure> {
        let of = self.dictionary.field(field)?;
        // A column that cannot be read makes verdicts fail; here there is nothing to compare.
        let value = self.cells.get(field, row).ok().flatten()?;
        let words = wording::value(&value, of.unit);
        Some(WatchedFigure { label: of.label.to_owned(), value, words })
    }
}

impl Catalogue {
    /// The fields that each rule watches, of the subjects on which it fired.
    pub fn watched_figures(&self, frames: &Frames, verdicts: &Verdicts) -> SubjectFigures {
        let mut tables: BTreeMap<SubjectKind, Table<'_>> = BTreeMap::new();
        let mut figures = SubjectFigures::new();
        for of_rule in verdicts.rules() {
            let Some(rule) = self.rule(of_rule.rule()).filter(|rule| !rule.watched.is_empty())
            else {
                continue;
            };
            let table = tables
                .entry(rule.scope)
                .or_insert_with(|| Table::open(frames, rule.scope, self.dictionary()));
            let subjects = Arc::clone(of_rule.subjects());
            let fired = subjects.iter().zip(of_rule.codes()).filter(|(_, code)| code.has_fired());
            for (subject, _) in fired {
                let Some(row) = table.rows.get(subject) else { continue };
                let of_subject = figures.entry(subject.clone()).or_default();
                for watched in &rule.watched {
                    if !of_subject.contains_key(&watched.field)
                        && let Some(figure) = table.figure(&watched.field, *row)
                    {
                        of_subject.insert(watched.field.clone(), figure);
                    }
                }
            }
        }
        figures
    }
}
