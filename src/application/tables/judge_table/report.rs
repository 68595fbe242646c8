//! The result of judging a table: counts, and which fields were missing.

use std::collections::{BTreeMap, HashMap};

use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::intake::Unread;
use crate::rules::RowVerdict;

#[derive(Clone, Debug)]
pub struct TableReport {
    /// Rules that were run.
    pub rules: usize,
    /// Rules whose subjects are not those of the table.
    pub other_rules: Vec<RuleId>,
    /// Fields that rules read and that were computed from other columns.
    pub computed: Vec<&'static str>,
    /// Fields that rules read and that no column gives: missing on every row.
    pub absent: Vec<&'static str>,
    pub unread: Vec<Unread>,
    pub tally: TableTally,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableTally {
    pub rows: u64,
    pub levels: BTreeMap<Level, u64>,
    pub unknown: u64,
    pub failed: u64,
    /// Verdicts lost because each field was missing.
    pub missing: HashMap<String, u64>,
}

impl TableTally {
    pub fn verdicts(&self) -> u64 {
        self.levels.values().sum::<u64>() + self.unknown + self.failed
    }

    /// Missing fields, those that cost the most verdicts first.
    pub fn missing_most(&self) -> Vec<(&str, u64)> {
        let mut fields: Vec<_> =
            self.missing.iter().map(|(field, count)| (field.as_str(), *count)).collect();
        fields.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(other.0)));
        fields
    }

    /// Counts a verdict that so many rows have.
    pub(super) fn count(&mut self, verdict: &RowVerdict<'_>, rows: u64) {
        if rows == 0 {
            return;
        }
        match verdict {
            RowVerdict::Level(level) => *self.levels.entry(*level).or_default() += rows,
            RowVerdict::Unknown { field, .. } => {
                self.unknown += rows;
                *self.missing.entry(field.to_string()).or_default() += rows;
            }
            RowVerdict::Failed(_) => self.failed += rows,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.unknown += other.unknown;
        self.failed += other.failed;
        for (level, count) in other.levels {
            *self.levels.entry(level).or_default() += count;
        }
        for (field, count) in other.missing {
            *self.missing.entry(field).or_default() += count;
        }
    }
}
