//! Series: cases over several evaluations, which follow one subject and its alert from date to
//! date.
//!
//! This module judges each evaluation. The `cycle` layer decides what becomes of the alert and
//! compares it with what the series expects.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::case_file::{Evaluation, ExpectedAlert, Series};
use super::{case_file, case_verdict};
use crate::domain::ids::RuleId;
use crate::domain::rules::verdict::Judgement;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::rule::Rule;
use crate::rules::catalogue::toml_dates;
use crate::rules::evaluate::budget::OverBudget;
use crate::rules::evaluate::specimen::SpecimenJudge;
use crate::support::workers::run_in_parallel;

/// A series with the verdict of each of its evaluations.
#[derive(Clone, Debug)]
pub struct JudgedSeries {
    pub rule: RuleId,
    pub file: String,
    /// What the series shows, in French.
    pub name: String,
    /// By date, or the reason why the series could not be judged.
    pub evaluations: Result<Vec<JudgedEvaluation>, String>,
}

#[derive(Clone, Debug)]
pub struct JudgedEvaluation {
    pub as_of: NaiveDate,
    /// `None` when the rule does not judge the subject, for example because the project left the
    /// portfolio.
    pub judgement: Option<Judgement>,
    /// How the verdict differs from the expected one; `None` when it does not.
    pub difference: Option<String>,
    pub alert: ExpectedAlert,
    pub stale: Option<bool>,
}

/// Judges every series whose `RULE/name` satisfies `wanted`. Files that cannot be read are reported
/// by `run_cases`, and skipped here.
///
/// # Errors
/// When the catalogue's budget does not cover them.
pub fn judge_series(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<JudgedSeries>, OverBudget> {
    let mut planned = Vec::new();
    for (path, text) in texts {
        let Some(rule) = case_file::stem(path).and_then(|stem| catalogue.rule(&RuleId::new(stem)))
        else {
            continue;
        };
        let series = case_file::read(text).map(|file| file.series).unwrap_or_default();
        let series: Vec<Series> =
            series.into_iter().filter(|one| wanted(&format!("{}/{}", rule.id, one.name))).collect();
        catalogue.budget.plan(series.iter().map(|one| one.evaluations.len()).sum())?;
        planned.extend(series.into_iter().map(|one| (rule, path, one)));
    }
    let judge = SpecimenJudge::of(catalogue);
    let judged = run_in_parallel(planned, |(rule, path, series)| {
        catalogue.budget.check()?;
        let evaluations = evaluations(&judge, rule, &series)?;
        let (rule, file) = (rule.id.clone(), path.clone());
        Ok(JudgedSeries { rule, file, name: series.name, evaluations })
    });
    judged.into_iter().collect()
}

fn evaluations(
    judge: &SpecimenJudge<'_>,
    rule: &Rule,
    series: &Series,
) -> Result<Result<Vec<JudgedEvaluation>, String>, OverBudget> {
    let mut judged: Vec<JudgedEvaluation> = Vec::new();
    for evaluation in &series.evaluations {
        let last = judged.last().map(|before| before.as_of);
        match judged_evaluation(judge, rule, (series, evaluation), last) {
            Ok(one) => {
                let difference = one.difference.as_ref().map_or(0, String::len);
                judge.catalogue.budget.ran(size_of::<JudgedEvaluation>() + difference)?;
                judged.push(one);
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    if judged.is_empty() {
        return Ok(Err("has no evaluations".to_owned()));
    }
    Ok(Ok(judged))
}

/// `last` is the date of the previous evaluation: dates must increase.
fn judged_evaluation(
    judge: &SpecimenJudge<'_>,
    rule: &Rule,
    (series, evaluation): (&Series, &Evaluation),
    last: Option<NaiveDate>,
) -> Result<JudgedEvaluation, String> {
    let as_of = toml_dates::date(&evaluation.as_of)?;
    if last.is_some_and(|last| last >= as_of) {
        return Err(format!("{as_of}: evaluations are not in the order of their dates"));
    }
    let mut fields = series.fields.clone();
    fields.extend(evaluation.fields.clone());
    let placed = |error: String| format!("{as_of}: {error}");
    let judgement = case_verdict::judge(judge, rule, (&evaluation.as_of, &fields), rule.subjects);
    let judgement = judgement.map_err(placed)?;
    Ok(JudgedEvaluation {
        as_of,
        difference: difference(evaluation, judgement.as_ref()).map_err(placed)?,
        judgement,
        alert: evaluation.alert,
        stale: evaluation.stale,
    })
}

fn difference(
    evaluation: &Evaluation,
    judgement: Option<&Judgement>,
) -> Result<Option<String>, String> {
    if evaluation.expect.is_none() && evaluation.unknown.is_none() {
        return Ok(None);
    }
    let expected = case_verdict::expectation(evaluation.expect, evaluation.unknown.as_deref())?;
    let found = judgement.map_or_else(
        || "no judgement".to_owned(),
        |judgement| case_verdict::words(&judgement.verdict),
    );
    Ok((found != expected).then(|| format!("expected {expected}, found {found}")))
}

/// What the series of a rule leave untested: an alert waiting to open, when the rule has `for`, and
/// one waiting to close, when it has `clear_for`.
pub(in crate::rules) fn untested(rule: &Rule, series: &[Series]) -> Vec<String> {
    let shown = |shows: &dyn Fn(&Evaluation) -> bool| {
        series.iter().flat_map(|one| &one.evaluations).any(shows)
    };
    let mut missing = Vec::new();
    if rule.for_evaluations > 1 && !shown(&|one| one.alert == ExpectedAlert::Pending) {
        missing.push(format!("{}: no series shows `for`, an alert that is pending", rule.id));
    }
    let waits = |one: &Evaluation| {
        one.alert == ExpectedAlert::Open && one.expect.is_some_and(|level| !level.is_alerting())
    };
    if rule.clear_for > 1 && !shown(&waits) {
        missing.push(format!(
            "{}: no series shows `clear_for`, an alert still open on a level that does not alert",
            rule.id
        ));
    }
    missing
}
