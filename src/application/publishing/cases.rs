//! Runs the cases of a catalogue: single verdicts, and series of verdicts with the alert that they
//! open and close.

use std::collections::BTreeMap;

use chrono::NaiveTime;

use crate::decisions::alerts;
use crate::decisions::alerts::{Circumstances, EvaluationContext, Followed};
use crate::domain::alerts::alert::Alert;
use crate::domain::alerts::new_fact::SubjectFigures;
use crate::domain::ids::CycleNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::rules::rule::{RuleStatus, RuleTerms};
use crate::frame::dictionary::Dictionary;
use crate::rules;
use crate::rules::{
    CaseOutcome, Catalogue, ExpectedAlert, JudgedEvaluation, JudgedSeries, OverBudget,
};

/// Runs the cases and series whose `RULE/name` satisfies `wanted`.
///
/// # Errors
/// When the catalogue's budget does not cover them.
pub fn run_cases(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<CaseOutcome>, OverBudget> {
    let mut outcomes = rules::run_cases(catalogue, texts, wanted)?;
    let series = rules::judge_series(catalogue, texts, wanted)?;
    outcomes.extend(series.into_iter().map(|series| run_series(catalogue, series)));
    Ok(outcomes)
}

fn run_series(catalogue: &Catalogue, series: JudgedSeries) -> CaseOutcome {
    let JudgedSeries { rule, file, name, evaluations } = series;
    let terms = catalogue.rule(&rule).map(|rule| {
        // A rule on trial opens no alert, but its author tests what it will do once it is stable.
        RuleTerms { status: RuleStatus::Stable, ..rule.terms() }
    });
    let difference = match (evaluations, terms) {
        (Ok(evaluations), Some(terms)) => follow(&evaluations, terms, catalogue.dictionary()),
        (Ok(_), None) => None,
        (Err(difference), _) => Some(difference),
    };
    CaseOutcome { rule: Some(rule), file, name, difference }
}

/// Every difference, with its date; `None` when there is none.
fn follow(
    evaluations: &[JudgedEvaluation],
    terms: RuleTerms,
    dictionary: &Dictionary,
) -> Option<String> {
    let terms = BTreeMap::from([(terms.id.clone(), terms)]);
    let circumstances = Circumstances::default();
    let no_figures = SubjectFigures::new();
    let mut known = Followed::default();
    let mut differences = Vec::new();
    for (evaluation, cycle) in evaluations.iter().zip(1..) {
        let occasion = EvaluationContext {
            cycle: CycleNumber(cycle),
            as_of: evaluation.as_of,
            now: evaluation.as_of.and_time(NaiveTime::MIN).and_utc(),
            terms: &terms,
            circumstances: &circumstances,
            edition: EditionId::of(evaluation.as_of),
            figures: &no_figures,
            label: &|name| dictionary.label(name),
        };
        let judgements: Vec<_> = evaluation.judgement.iter().cloned().collect();
        let changes = alerts::reconcile(&known, &judgements, occasion);
        if let Some(change) = changes.into_iter().next() {
            known = vec![change.alert].into();
        }
        let as_of = evaluation.as_of;
        let found =
            evaluation.difference.iter().cloned().chain(unlike(evaluation, known.alerts.first()));
        differences.extend(found.map(|difference| format!("{as_of}: {difference}")));
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// How the alert differs from the expected one.
fn unlike(evaluation: &JudgedEvaluation, alert: Option<&Alert>) -> Vec<String> {
    let mut differences = Vec::new();
    let found = ExpectedAlert::of(alert.map(|alert| alert.state));
    if found != evaluation.alert {
        let (expected, found) = (evaluation.alert.as_str(), found.as_str());
        differences.push(format!("expected the alert {expected}, found {found}"));
    }
    let is_stale = alert.is_some_and(|alert| alert.stale);
    if evaluation.stale.is_some_and(|expected| expected != is_stale) {
        let words = if is_stale { "not stale, found stale" } else { "stale, found not stale" };
        differences.push(format!("expected the alert {words}"));
    }
    differences
}
