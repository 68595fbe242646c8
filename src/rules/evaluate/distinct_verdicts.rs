//! The different verdicts on a frame, each once, and which of them each row has: millions of rows have
//! a few dozens of different verdicts.

use std::collections::HashMap;

use super::batch_evaluator::{BatchVerdicts, InterpretedVerdicts, RowVerdict, by_code};
use crate::rules::catalogue::rule::Rule;
use crate::rules::compile::{CompiledAnswer, CompiledAnswers};

/// Where a rule does not judge the row.
const NOT_JUDGED: u32 = u32::MAX;

#[derive(Debug)]
pub struct DistinctVerdicts<'v> {
    verdicts: Vec<(&'v Rule, RowVerdict<'v>)>,
    /// By rule, then by row, the index in `verdicts`.
    indices: Vec<Vec<u32>>,
}

impl BatchVerdicts<'_> {
    pub fn distinct(&self) -> DistinctVerdicts<'_> {
        let mut distinct = DistinctVerdicts { verdicts: Vec::new(), indices: Vec::new() };
        for of_rule in self.rules() {
            distinct.add(self, of_rule);
        }
        distinct
    }

    /// Whether all rows that have this answer have the same verdict.
    fn is_alike(&self, answer: &CompiledAnswer<'_>) -> bool {
        match answer {
            CompiledAnswer::Level(_) | CompiledAnswer::MissingThreshold(_) => true,
            CompiledAnswer::MissingField(field) => !self.says_why_absent(field),
            CompiledAnswer::Interpret => false,
        }
    }
}

impl<'v> DistinctVerdicts<'v> {
    /// The rules in the order of their ids, the verdicts of each in the order in which rows have them.
    pub fn verdicts(&self) -> &[(&'v Rule, RowVerdict<'v>)] {
        &self.verdicts
    }

    /// Of each rule that judges the row: its place among the rules, and the index of its verdict.
    pub fn of_row(&self, row: usize) -> impl Iterator<Item = (usize, u32)> {
        let of_rules = self.indices.iter().enumerate();
        let indices = of_rules.filter_map(move |(rule, indices)| Some((rule, *indices.get(row)?)));
        indices.filter(|(_, index)| *index != NOT_JUDGED)
    }

    fn add(&mut self, verdicts: &'v BatchVerdicts<'_>, of_rule: &'v InterpretedVerdicts<'_>) {
        let mut known = HashMap::new();
        let mut index_at = |row: usize| {
            let Some(verdict) = verdicts.verdict(of_rule, row) else { return NOT_JUDGED };
            let next = u32::try_from(self.verdicts.len()).unwrap_or(NOT_JUDGED);
            *known.entry(verdict).or_insert_with_key(|verdict| {
                self.verdicts.push((of_rule.rule(), verdict.clone()));
                next
            })
        };
        let judged = verdicts.judged_rows(of_rule).iter().enumerate();
        let codes = of_rule.answers().map(CompiledAnswers::codes).unwrap_or_default();
        let is_alike = by_code(|code| {
            of_rule.answers().is_some_and(|answers| verdicts.is_alike(&answers.answer(code)))
        });
        let mut of_code = by_code(|_| None);
        let indices = judged.map(|(row, judged)| {
            if !judged {
                return NOT_JUDGED;
            }
            let code = codes.get(row).map(|code| usize::from(code.cast_unsigned()));
            match code.filter(|code| is_alike.get(*code) == Some(&true)) {
                Some(code) => match of_code.get_mut(code) {
                    Some(index) => *index.get_or_insert_with(|| index_at(row)),
                    None => index_at(row),
                },
                None => index_at(row),
            }
        });
        self.indices.push(indices.collect());
    }
}
