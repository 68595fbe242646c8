//! A level that would be lower only for want of a figure under the alert does not move, and says which figure.

use super::*;
use crate::domain::rules::verdict::{Evidence, Reading, ReadingSource};

/// `cost_current=55 threshold:budget_drift_high=0.2 end_shift_days`: fields with their value, or read in vain.
fn evidence(readings: &str) -> Evidence {
    let reading = |word: &str| {
        let (source, rest) = match word.strip_prefix("threshold:") {
            Some(rest) => (ReadingSource::Threshold, rest),
            None => (ReadingSource::Field, word),
        };
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(Value::Float(value.parse().unwrap()))),
            None => (rest, None),
        };
        let label = format!("Libellé de {name}");
        Reading { name: name.to_owned(), source, label, unit: None, value }
    };
    Evidence { readings: readings.split_whitespace().map(reading).collect(), trail: vec![] }
}

/// What becomes of an alert, high on the first readings, that a next verdict judges `level` on others.
fn becomes(first: &str, level: &str, next: &str) -> String {
    let figures = SubjectFigures::new();
    let circumstances = Circumstances::default();
    let terms = terms(false);
    let mut known: Vec<Alert> = vec![];
    let mut changes = vec![];
    for (number, (word, readings)) in (1..).zip([("high", first), (level, next)]) {
        let as_of = day(number);
        let occasion = EvaluationContext {
            cycle: CycleNumber(number.into()),
            as_of,
            now: as_of.and_hms_opt(6, 0, 0).unwrap().and_utc(),
            terms: &terms,
            circumstances: &circumstances,
            edition: EditionId::of(as_of),
            figures: &figures,
            label: &|_| None,
        };
        let mut judged = judgements(&format!("D1 a {word}"));
        judged[0].evidence = Some(evidence(readings));
        changes = reconcile(&follow(known, &circumstances, occasion.now), &judged, occasion);
        known = changes.iter().map(|change| change.alert.clone()).collect();
    }
    print(&changes)
}

#[test]
fn a_lower_level_for_want_of_a_figure_keeps_the_level_and_names_the_figure() {
    assert_eq!(
        becomes("cost_current=55 end_shift_days=400", "moderate", "cost_current=55 end_shift_days"),
        "persisted D1 project/a high stale since 01: Niveau maintenu. Donnée manquante\u{a0}: libellé de \
         end_shift_days."
    );
    assert_eq!(
        becomes("cost_current=55 end_shift_days=400", "moderate", "cost_current end_shift_days"),
        "persisted D1 project/a high stale since 01: Niveau maintenu. Données manquantes\u{a0}: libellé de \
         cost_current, libellé de end_shift_days."
    );
}

#[test]
fn a_figure_that_is_still_known_or_was_not_known_before_or_is_no_field_keeps_nothing() {
    let eased = "eased D1 project/a moderate since 01: De « Élevé » à « Modéré ».";
    assert_eq!(becomes("cost_current=55", "moderate", "cost_current=51"), eased);
    assert_eq!(
        becomes("cost_current=55 end_shift_days", "moderate", "cost_current=51 end_shift_days"),
        eased
    );
    assert_eq!(becomes("cost_current=55", "moderate", "cost_current=51 end_shift_days"), eased);
    assert_eq!(becomes("threshold:cost_current=55", "moderate", "threshold:cost_current"), eased);
    // What the new verdict did not even ask for is not what it lacks.
    assert_eq!(becomes("cost_current=55 end_shift_days=400", "moderate", "cost_current=51"), eased);
}

#[test]
fn a_due_date_that_is_gone_because_it_was_settled_lets_the_level_fall() {
    assert_eq!(
        becomes("high_recommendation_due_on=3", "moderate", "high_recommendation_due_on"),
        "eased D1 project/a moderate since 01: De « Élevé » à « Modéré »."
    );
}

#[test]
fn a_level_as_high_or_higher_stands_whatever_is_lacking() {
    assert_eq!(
        becomes("cost_current=55 end_shift_days=400", "critical", "cost_current=70 end_shift_days"),
        "worsened D1 project/a critical since 01: De « Élevé » à « Critique »."
    );
    assert_eq!(
        becomes("cost_current=55 end_shift_days=400", "high", "cost_current=55 end_shift_days"),
        "persisted D1 project/a high since 01: Inchangé."
    );
}
