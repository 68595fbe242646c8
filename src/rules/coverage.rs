//! Branch coverage: which branches of each `assess` the cases take.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use super::branches::Branch;
use super::branches::Marked;
use super::budget::OverBudget;
use super::case_series;
use super::cases;
use super::catalogue::Catalogue;
use super::folder;
use crate::domain::ids::RuleId;
use crate::domain::subject::Subject;
use crate::frame::Frames;

/// How much of the rules the cases prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BranchCoverage {
    pub branches: usize,
    pub taken: usize,
    /// By file, line and column.
    pub untaken: Vec<Branch>,
}

impl BranchCoverage {
    /// In percent; rules without branches are covered by running them.
    pub fn percent(&self) -> f64 {
        let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
        if self.branches == 0 { 100.0 } else { 100.0 * number(self.taken) / number(self.branches) }
    }
}

/// Runs the cases whose `RULE/name` is wanted. Of a rule that none of them judges, nothing is said.
///
/// # Errors
/// When the budget of the catalogue does not cover them.
pub fn branch_coverage(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<BranchCoverage, OverBudget> {
    let marked = Marked::of(catalogue, texts);
    let outcomes = cases::run_cases(&marked.catalogue, texts, wanted)?;
    let series = case_series::judge_series(&marked.catalogue, texts, wanted)?;
    let of_cases = outcomes.iter().filter_map(|outcome| outcome.rule.as_ref());
    let judged: BTreeSet<&RuleId> = of_cases.chain(series.iter().map(|one| &one.rule)).collect();
    let taken: BTreeSet<usize> = marked.take().into_iter().collect();
    let concerned = || {
        let all = marked.branches.iter().enumerate();
        all.filter(|(_, branch)| judged.contains(&branch.rule))
    };
    let mut untaken: Vec<Branch> = concerned()
        .filter(|(mark, _)| !taken.contains(mark))
        .map(|(_, branch)| branch.clone())
        .collect();
    untaken.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let branches = concerned().count();
    Ok(BranchCoverage { branches, taken: branches - untaken.len(), untaken })
}

/// The line of the branch on which a rule concludes; `None` when its `assess` has none.
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
    let marked = Marked::of(catalogue, &alone);
    // `explain` bears no marks: what was taken last, `assess` took.
    marked.catalogue.trace(rule, subject, frames, as_of)?;
    let last = marked.take().last().copied()?;
    marked.branches.get(last).map(|branch| branch.line)
}
