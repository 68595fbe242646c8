//! The evidence that the engine gives with a verdict.

use super::catalogue::{day, judge, text};
use vigie::domain::rules::verdict::{Evidence, ReadingSource};
use vigie::domain::value::Value;

/// One line per reading, then one per comparison; narrow spaces shown as `_`.
fn shown(evidence: &Evidence) -> String {
    let readings = evidence.readings.iter().map(|reading| {
        let source = match reading.source {
            ReadingSource::Field => "p",
            ReadingSource::Threshold => "t",
        };
        let unit = reading.unit.as_deref().unwrap_or("-");
        format!("{source}.{} « {} » {unit} {:?}", reading.name, reading.label, reading.value)
    });
    let trail = evidence.trail.iter().map(|comparison| {
        let held = if comparison.held { "oui" } else { "non" };
        format!("{}:{} {} : {held}", comparison.line, comparison.column, comparison.text)
    });
    readings.chain(trail).collect::<Vec<_>>().join("\n").replace('\u{202f}', "_")
}

#[track_caller]
fn check(body: &str, expected: &str) {
    let known = [
        ("budget_drift", Value::Float(0.42)),
        ("cost_initial", Value::Float(10.0)),
        ("cost_current", Value::Float(14.2)),
        ("end_shift_days", Value::Int(120)),
        ("phase", text("build")),
        ("start_on", Value::Date(day("2018-01-01"))),
        ("listed", Value::Bool(true)),
    ];
    let judged = judge(body, &known);
    assert_eq!(shown(&judged.evidence.unwrap()), expected, "{body}");
}

#[test]
fn readings_come_once_and_in_order_with_labels_and_units() {
    check(
        "if p.budget_drift > t.high && p.budget_drift < 1.0 && p.end_shift_days > t.many { HIGH } else { CLEAR }",
        "p.budget_drift « Écart budgétaire » ratio Some(Float(0.42))\n\
         t.high « Seuil élevé » ratio Some(Float(0.2))\n\
         p.end_shift_days « Report de la fin prévue » days Some(Int(120))\n\
         t.many « Seuil de jours » days Some(Int(100))\n\
         10:37 Écart budgétaire (42_%) > seuil élevé (20_%) : oui\n\
         10:64 Écart budgétaire (42_%) < 100_% : oui\n\
         10:90 Report de la fin prévue (120_jours) > seuil de jours (100_jours) : oui",
    );
}

#[test]
fn the_trail_keeps_what_did_not_hold_and_stops_where_evaluation_stops() {
    check(
        "if p.budget_drift > 0.5 { return CRITICAL; } if p.budget_drift > 0.3 || p.end_shift_days > 1 { return HIGH; } CLEAR",
        "p.budget_drift « Écart budgétaire » ratio Some(Float(0.42))\n\
         10:37 Écart budgétaire (42_%) > 50_% : non\n\
         10:82 Écart budgétaire (42_%) > 30_% : oui",
    );
}

#[test]
fn a_missing_reading_that_the_rule_foresaw_is_evidence_without_a_value() {
    check(
        "if has(p.cost_previous) { CLEAR } else if (p.duration_current ?? 0.0) < 12 { WATCH } else { CLEAR }",
        "p.cost_previous « Coût précédent » meur None\n\
         p.duration_current « Durée actualisée » months None\n\
         10:22 Coût précédent : renseigné : non\n\
         10:89 Durée actualisée (0_mois) < 12_mois : oui",
    );
}

#[test]
fn expressions_are_shown_as_written_with_their_value() {
    check(
        "let rise = p.cost_current - p.cost_initial; if rise / p.cost_initial >= 0.4 { HIGH } else { CLEAR }",
        "p.cost_current « Coût actualisé » meur Some(Float(14.2))\n\
         p.cost_initial « Coût initial » meur Some(Float(10.0))\n\
         10:88 `rise / p.cost_initial` (0,42) ≥ 0,4 : oui",
    );
}

#[test]
fn lists_ranges_words_and_dates_read_as_french() {
    check(
        "if p.phase in [\"build\", \"trial\"] && any_of(p.phase, [\"build\"]) && between(p.end_shift_days, 100, 200) && p.start_on < p.as_of { HIGH } else { CLEAR }",
        "p.phase « Phase » - Some(Text(\"build\"))\n\
         p.end_shift_days « Report de la fin prévue » days Some(Int(120))\n\
         p.start_on « Début » - Some(Date(2018-01-01))\n\
         p.as_of « Date d’évaluation » - Some(Date(2021-07-01))\n\
         10:30 Phase (Conception / Réalisation) ∈ [Conception / Réalisation, Expérimentation] : oui\n\
         10:55 Phase (Conception / Réalisation) ∈ [Conception / Réalisation] : oui\n\
         10:85 Report de la fin prévue (120_jours) entre 100_jours et 200_jours : oui\n\
         10:135 Début (janvier 2018) < date d’évaluation (juillet 2021) : oui",
    );
}

#[test]
fn what_is_clear_or_unknown_has_neither_evidence_nor_explanation() {
    for body in ["CLEAR", "if p.duration_current > 1 { HIGH } else { CLEAR }"] {
        let judged = judge(body, &[]);
        assert_eq!((judged.evidence, judged.explanation), (None, None));
    }
    assert!(judge("WATCH", &[]).explanation.is_some());
}
