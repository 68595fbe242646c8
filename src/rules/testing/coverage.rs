//! Branch coverage: which branches of each `assess` the cases take.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::branches::{Branch, InstrumentedCatalogue};
use super::{case_series, cases};
use crate::domain::ids::RuleId;
use crate::domain::portfolio::subject::Subject;
use crate::frame::Frames;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::folder;
use crate::rules::evaluate::budget::OverBudget;

/// How many branches of the rules the cases take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BranchCoverage {
    pub branches: usize,
    pub taken: usize,
    /// Sorted by file, line and column.
    pub untaken: Vec<Branch>,
}

impl BranchCoverage {
    /// Percentage of branches taken, from 0 to 100; 100 when there are no branches.
    pub fn percent(&self) -> f64 {
        let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        if self.branches == 0 { 100.0 } else { 100.0 * number(self.taken) / number(self.branches) }
    }
}

/// Runs the cases and series whose `RULE/name` satisfies `wanted`, and counts the branches of the
/// rules that they judge.
///
/// # Errors
/// When the catalogue's budget does not cover them.
pub fn branch_coverage(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<BranchCoverage, OverBudget> {
    let instrumented = InstrumentedCatalogue::of(catalogue, texts);
    let outcomes = cases::run_cases(&instrumented.catalogue, texts, wanted)?;
    let series = case_series::judge_series(&instrumented.catalogue, texts, wanted)?;
    let in_cases = outcomes.iter().filter_map(|outcome| outcome.rule.as_ref());
    let judged: BTreeSet<&RuleId> = in_cases.chain(series.iter().map(|one| &one.rule)).collect();
    let taken: BTreeSet<usize> = instrumented.take().into_iter().collect();
    let branches_of_judged_rules = || {
        let all = instrumented.branches.iter().enumerate();
        all.filter(|(_, branch)| judged.contains(&branch.rule))
    };
    let mut untaken: Vec<Branch> = branches_of_judged_rules()
        .filter(|(mark, _)| !taken.contains(mark))
        .map(|(_, branch)| branch.clone())
        .collect();
    untaken.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let branches = branches_of_judged_rules().count();
    Ok(BranchCoverage { branches, taken: branches - untaken.len(), untaken })
}

/// The line of the last branch that `assess` takes on a subject; `None` when `assess` has no
/// branches.
pub fn concluded_on(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    (rule, subject): (&RuleId, &Subject),
    frames: &Frames,
    as_of: NaiveDate,
) -> Option<usize> {
    let file = &catalogue.rule(rule)?.file;
    let alone = texts.iter().filter(|(path, _)| *path == file || !folder::is_rule(path));
    let alone = alone.map(|(path, text)| (path.clone(), text.clone())).collect();
    let instrumented = InstrumentedCatalogue::of(catalogue, &alone);
    // Branches that `explain` takes are not recorded: the last one is the last that `assess` took.
    instrumented.catalogue.trace(rule, subject, frames, as_of)?;
    let last = instrumented.take().last().copied()?;
    instrumented.branches.get(last).map(|branch| branch.line)
}
