//! Current alerts and verdicts in, changes out, as text.

mod hidden;
mod lost;
mod new_facts;
mod next_to_others;
mod projects;
mod silences;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::context::{Circumstances, EvaluationContext};
use super::follow::follow;
use super::reconcile::reconcile;
use crate::domain::alerts::alert::{Alert, AlertChange};
use crate::domain::alerts::new_fact::{SubjectFigures, WatchedFigure};
use crate::domain::ids::{CycleNumber, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::rule::{Inhibition, RuleStatus, RuleTerms};
use crate::domain::rules::verdict::{Absence, Judgement, MissingField, RuleFailure, Verdict};
use crate::domain::rules::worsening::{Direction, WatchedField, Worsening};
use crate::domain::value::Value;

/// `D1 a high`, `D1 a unknown`, `D1 a failed`, `D1 a high 55.0` with the cost of the project. Rules named `E…` are experimental; those named `S…`
/// require two evaluations to open and to close.
fn judgements(lines: &str) -> Vec<Judgement> {
    let judgement = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let verdict = match words[2] {
            "unknown" => Verdict::Unknown {
                missing: vec![MissingField {
                    field: "cost_current".to_owned(),
                    why: Absence::Withheld,
                }],
            },
            "failed" => Verdict::Failed {
                fault: RuleFailure {
                    file: "drift/D1.rhai".to_owned(),
                    line: Some(3),
                    column: Some(5),
                    message: "division par zéro".to_owned(),
                },
            },
            level => Verdict::Level { level: level.parse::<Level>().unwrap() },
        };
        Judgement {
            rule: RuleId::new(words[0]),
            subject: Subject::Project(ProjectId::new(words[1])),
            verdict,
            evidence: None,
            explanation: None,
        }
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(judgement).collect()
}

/// The costs that lines of verdicts give.
fn figures(lines: &str) -> SubjectFigures {
    let mut figures = SubjectFigures::new();
    for line in lines.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(cost) = words.get(3) else { continue };
        let figure = WatchedFigure {
            label: "Coût actualisé".to_owned(),
            value: Value::Float(cost.parse().unwrap()),
            words: format!("{cost} M€"),
        };
        let subject = Subject::Project(ProjectId::new(words[1]));
        figures.entry(subject).or_default().insert("cost_current".to_owned(), figure);
    }
    figures
}

/// In the last cycle, `R1` is retired and `G1` is gone.
fn terms(last: bool) -> BTreeMap<RuleId, RuleTerms> {
    let one = |id: &str, status, times| RuleTerms {
        id: RuleId::new(id),
        title: "Dérive".to_owned(),
        status,
        on_departed: false,
        for_evaluations: times,
        clear_for: times,
        mission: None,
        deprecated_reason: None,
        inhibits: vec![],
        watched: vec![],
    };
    let retired = RuleTerms {
        status: if last { RuleStatus::Deprecated } else { RuleStatus::Stable },
        deprecated_reason: last.then(|| "remplacée par D2".to_owned()),
        ..one("R1", RuleStatus::Stable, 1)
    };
    let hiding = RuleTerms {
        inhibits: vec![Inhibition {
            rule: RuleId::new("D1"),
            from: Level::High,
            up_to: Level::High,
        }],
        ..one("H1", RuleStatus::Stable, 1)
    };
    let watching = RuleTerms {
        watched: vec![WatchedField {
            field: "cost_current".to_owned(),
            worsening: Worsening { worse: Direction::Higher, step: 0.02, relative: true },
        }],
        ..one("D1", RuleStatus::Stable, 1)
    };
    let all = [
        watching,
        one("E1", RuleStatus::Experimental, 1),
        hiding,
        retired,
        one("S1", RuleStatus::Stable, 2),
    ];
    let gone = (!last).then(|| one("G1", RuleStatus::Stable, 1));
    all.into_iter().chain(gone).map(|terms| (terms.id.clone(), terms)).collect()
}

fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 11, number).unwrap()
}

fn print(changes: &[AlertChange]) -> String {
    let line = |change: &AlertChange| {
        let alert = &change.alert;
        format!(
            "{} {} {} {}{}{} since {}: {}",
            change.kind.as_str(),
            alert.rule,
            alert.subject,
            alert.level.as_str(),
            if alert.stale { " stale" } else { "" },
            if alert.hidden_by.is_some() { " hidden" } else { "" },
            alert.since.format("%d"),
            change.reason
        )
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Runs one cycle per block of verdicts, separated by `--`, and compares the changes of the last
/// one.
#[track_caller]
fn check(cycles: &str, expected: &str) {
    check_in(&Circumstances::default(), cycles, expected);
}

/// `last_circumstances` happen just before the last cycle.
#[track_caller]
fn check_in(last_circumstances: &Circumstances, cycles: &str, expected: &str) {
    let expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert_eq!(print(&run(last_circumstances, cycles)), expected);
}

fn run(last_circumstances: &Circumstances, cycles: &str) -> Vec<AlertChange> {
    let blocks: Vec<&str> = cycles.split("--").collect();
    let before = Circumstances::default();
    let mut known: BTreeMap<_, Alert> = BTreeMap::new();
    let mut changes = vec![];
    for (number, block) in (1..).zip(&blocks) {
        let is_last = usize::try_from(number).unwrap() == blocks.len();
        let as_of = day(number);
        let occasion = EvaluationContext {
            cycle: CycleNumber(number.into()),
            as_of,
            now: as_of.and_hms_opt(6, 0, 0).unwrap().and_utc(),
            terms: &terms(is_last),
            circumstances: if is_last { last_circumstances } else { &before },
            edition: EditionId::of(as_of),
            figures: &figures(block),
            label: &|field| (field == "budget_drift").then_some("Écart budgétaire"),
        };
        let standing = known.values().cloned().collect();
        let standing = follow(standing, occasion.circumstances, occasion.now);
        changes = reconcile(&standing, &judgements(block), occasion);
        for change in &changes {
            known.insert(change.alert.id.clone(), change.alert.clone());
        }
    }
    changes
}

fn project(id: &str) -> ProjectId {
    ProjectId::new(id)
}

#[test]
fn an_alert_opens_from_moderate_and_a_watch_is_only_shown() {
    check(
        "D1 a high
         D1 b watch
         D1 c clear",
        "raised D1 project/a high since 01: Première constatation.",
    );
}

#[test]
fn a_level_that_moves_is_said_to_move() {
    check(
        "D1 a high
         D1 b high
         D1 c high
         --
         D1 a critical
         D1 b moderate
         D1 c high",
        "worsened D1 project/a critical since 01: De « Élevé » à « Critique ».
         eased D1 project/b moderate since 01: De « Élevé » à « Modéré ».
         persisted D1 project/c high since 01: Inchangé.",
    );
}

#[test]
fn missing_data_or_a_broken_rule_keeps_an_alert_standing_as_stale() {
    check(
        "D1 a high
         D1 b high
         --
         D1 a unknown
         D1 b failed",
        "persisted D1 project/a high stale since 01: Non évaluable. Donnée manquante : cost_current (non publié à dessein).
         persisted D1 project/b high stale since 01: La règle est en défaut : division par zéro.",
    );
}

#[test]
fn missing_data_raises_nothing_of_its_own() {
    check("D1 a unknown", "");
}

#[test]
fn data_that_returns_closes_or_confirms() {
    check(
        "D1 a high
         D1 b high
         --
         D1 a unknown
         D1 b unknown
         --
         D1 a clear
         D1 b high",
        "resolved D1 project/a clear since 01: Alerte levée : plus rien à signaler.
         persisted D1 project/b high since 01: De nouveau évaluable, inchangé.",
    );
}

#[test]
fn a_problem_that_returns_reopens_the_same_alert() {
    check(
        "D1 a high
         --
         D1 a clear
         --
         D1 a moderate",
        "reopened D1 project/a moderate since 03: Le problème, résolu, est de retour.",
    );
}

#[test]
fn a_rule_may_ask_for_several_evaluations_in_a_row_either_way() {
    check(
        "S1 a high",
        "pending S1 project/a high since 01: Constaté 1 fois sur les 2 qui ouvrent l’alerte.",
    );
    check("S1 a high -- S1 a high", "raised S1 project/a high since 01: Constaté 2 fois.");
    check(
        "S1 a high -- S1 a unknown -- S1 a high",
        "raised S1 project/a high since 01: Constaté 2 fois.",
    );
    check(
        "S1 a high -- S1 a clear",
        "dropped S1 project/a clear since 01: N’a pas duré assez pour ouvrir une alerte.",
    );
    check(
        "S1 a high -- S1 a high -- S1 a clear",
        "persisted S1 project/a high since 01: Sous le seuil, 1 évaluation sur les 2 qui closent l’alerte.",
    );
    check(
        "S1 a high -- S1 a high -- S1 a clear -- S1 a high -- S1 a clear",
        "persisted S1 project/a high since 01: Sous le seuil, 1 évaluation sur les 2 qui closent l’alerte.",
    );
}

#[test]
fn an_experimental_rule_raises_nothing() {
    check("E1 a critical", "");
}

#[test]
fn alerts_of_a_project_that_vanishes_are_dormant_until_its_exit_is_explained_or_it_is_back() {
    let cycles = "D1 a high -- D1 b clear";
    check(
        cycles,
        "dormant D1 project/a high stale since 01: Le projet n’est plus dans l’édition 2020-11 et son départ n’est pas expliqué : l’alerte est mise en sommeil jusqu’à son retour ou à l’explication de sa sortie.",
    );
    check("D1 a high -- D1 b clear -- D1 b clear", "");
    check(
        "D1 a high -- D1 b clear -- D1 a high",
        "woken D1 project/a high since 01: Le projet est de nouveau dans le panorama. Inchangé.",
    );
    check(
        "D1 a high -- D1 b clear -- D1 a critical",
        "worsened D1 project/a critical since 01: Le projet est de nouveau dans le panorama. De « Élevé » à « Critique ».",
    );
    check(
        "D1 a high -- D1 b clear -- D1 a unknown",
        "woken D1 project/a high stale since 01: Le projet est de nouveau dans le panorama. Non évaluable. Donnée manquante\u{a0}: cost_current (non publié à dessein).",
    );
    let exits = BTreeMap::from([(project("a"), "projet terminé".to_owned())]);
    check_in(
        &Circumstances { explained_exits: exits, ..Circumstances::default() },
        cycles,
        "resolved D1 project/a high since 01: Le projet a quitté le panorama : projet terminé.",
    );
}

#[test]
fn the_same_verdicts_again_change_no_level_and_no_state() {
    check("D1 a high -- D1 a high", "persisted D1 project/a high since 01: Inchangé.");
}

#[test]
fn an_alert_is_its_rule_and_its_subject() {
    let id = |rule: &str, project: &str| {
        Alert::id_of(&RuleId::new(rule), &Subject::Project(ProjectId::new(project)))
    };
    assert_eq!(id("D1", "a"), id("D1", "a"));
    assert_ne!(id("D1", "a"), id("D2", "a"));
}
