//! Committing cycles: whole or not at all, and read back as they were.

use std::collections::BTreeMap;

use super::stores::{EXACT, Scratch, at, day, edition, project, told};
use vigie::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use vigie::domain::alerts::new_fact::{FactReference, NewFact};
use vigie::domain::ids::{AlertId, CycleNumber, ImportNumber, MinistryCode, RuleId};
use vigie::domain::level::Level;
use vigie::domain::messages::notice::Outgoing;
use vigie::domain::missions::mission::{
    Mission, MissionChange, MissionChangeKind, MissionKind, MissionState,
};
use vigie::domain::missions::progress::MissionProgress;
use vigie::domain::operation::cycle::{CycleCounts, CycleInputs, CycleRecord};
use vigie::domain::portfolio::subject::Subject;
use vigie::domain::rules::batch::Verdicts;
use vigie::domain::rules::verdict::{
    Absence, Comparison, Evidence, Judgement, MissingField, Reading, ReadingSource, RuleFailure,
    Verdict,
};
use vigie::domain::value::Value;
use vigie::store::{AlertFilter, MissionFilter, Store};
use vigie::support::fingerprint::Fingerprint;

#[tokio::test]
async fn a_committed_cycle_is_read_back_as_it_was() {
    let scratch = Scratch::new().await;
    let record = cycle(1);
    assert_eq!(scratch.store.next_cycle_number().await.unwrap(), CycleNumber(1));
    assert_eq!(scratch.store.last_cycle().await.unwrap(), None);
    scratch.store.commit_cycle(&record).await.unwrap();

    let store = &scratch.store;
    let summary = store.last_cycle().await.unwrap().unwrap();
    assert_eq!(summary.number, record.number);
    assert_eq!(summary.inputs, record.inputs);
    assert_eq!(summary.started_at, record.started_at);
    assert_eq!(summary.figures, record.figures);
    let counts = CycleCounts { judged: 2, fired: 1, unknown: 1, failed: 1 };
    assert_eq!(summary.counts, Some(counts));
    assert_eq!(store.cycle(CycleNumber(1)).await.unwrap(), Some(summary));
    assert_eq!(store.cycle(CycleNumber(2)).await.unwrap(), None);
    assert_eq!(store.next_cycle_number().await.unwrap(), CycleNumber(2));
    assert_eq!(store.verdicts(record.number).await.unwrap(), record.verdicts);
    let samu = Subject::Project(project("si-samu"));
    assert_eq!(
        store.judgements_of(&samu, record.number).await.unwrap(),
        vec![record.verdicts.to_judgements()[1].clone()]
    );
    let texts = store.catalogue_texts(&record.inputs.catalogue).await.unwrap();
    assert_eq!(texts, record.catalogue_texts);
    assert_eq!(store.standing_alerts().await.unwrap(), alerts_of(&record));
    assert_eq!(store.missions(&MissionFilter::default()).await.unwrap(), missions_of(&record));
}

#[tokio::test]
async fn the_kept_text_of_a_verdict_is_that_of_the_verdict_itself() {
    let scratch = Scratch::new().await;
    let record = cycle(1);
    scratch.store.commit_cycle(&record).await.unwrap();
    let read = scratch.store.judgements(record.number).await.unwrap();
    let text = |judgements: &[Judgement]| serde_json::to_string(judgements).unwrap();
    assert_eq!(text(&read), text(&record.verdicts.to_judgements()));
    let lines = serde_json::to_string(&record.verdicts.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(lines, text(&read));
}

#[tokio::test]
async fn a_number_already_taken_is_refused_and_nothing_is_written() {
    let scratch = Scratch::new().await;
    scratch.store.commit_cycle(&cycle(1)).await.unwrap();
    let before = scratch.counts().await;
    let mut other = cycle(1);
    other.inputs.catalogue = Fingerprint::of(b"other");
    let error = scratch.store.commit_cycle(&other).await.unwrap_err();
    assert_eq!(told(&error), "cycle 1 is already taken: another one was committed meanwhile");
    assert_eq!(scratch.counts().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_cycles_that_commit_at_once_one_wins_and_the_other_is_told() {
    let scratch = Scratch::new().await;
    let other = Store::open(&scratch.url()).await.unwrap();
    let commits: Vec<_> = [scratch.store.clone(), other]
        .into_iter()
        .map(|store| tokio::spawn(async move { store.commit_cycle(&cycle(1)).await }))
        .collect();
    let mut outcomes = Vec::new();
    for commit in commits {
        outcomes
            .push(commit.await.unwrap().map_or_else(|error| error.to_string(), |()| "won".into()));
    }
    outcomes.sort();
    assert_eq!(outcomes, ["cycle 1 is already taken: another one was committed meanwhile", "won"]);
}

#[tokio::test]
async fn a_statement_refused_on_the_way_leaves_nothing_of_the_cycle() {
    let scratch = Scratch::new().await;
    let mut twice_judged = cycle(1);
    let mut judgements = twice_judged.verdicts.to_judgements();
    judgements.push(judgements[0].clone());
    twice_judged.verdicts = Verdicts::gather(judgements);
    let mut unknown_alert = cycle(1);
    unknown_alert.mission_changes[0].mission.alerts.push(AlertId::new("nobody"));
    let mut no_number = cycle(1);
    no_number.figures.insert("cost_mean".to_owned(), f64::NAN);
    for (record, expected) in [
        (twice_judged, ["write verdicts: error returned from database: ", "unique constraint"]),
        (
            unknown_alert,
            ["write missions: error returned from database: ", "foreign key constraint"],
        ),
        (no_number, ["write figure `cost_mean`: found NaN, expected a finite number", ""]),
    ] {
        let error = scratch.store.commit_cycle(&record).await.unwrap_err();
        let words = told(&error);
        assert!(words.starts_with(expected[0]), "{words}");
        assert!(words.to_lowercase().contains(expected[1]), "{words}");
        assert_eq!(scratch.counts().await, "");
    }
    scratch.store.commit_cycle(&cycle(1)).await.unwrap();
}

#[tokio::test]
async fn texts_and_verdicts_are_kept_once_for_all_the_cycles_that_have_them() {
    let scratch = Scratch::new().await;
    scratch.store.commit_cycle(&cycle(1)).await.unwrap();
    scratch.store.commit_cycle(&cycle(2)).await.unwrap();
    assert_eq!(
        scratch.counts().await,
        "alert_changes 6, alerts 3, audit 10, audit_head 1, catalogue_texts 2, catalogues 1, \
         cycle_times 2, cycles 2, mission_alerts 4, mission_changes 2, missions 2, subject_pages 2, \
         verdict_pages 2, verdicts 4"
    );
    let numbers: Vec<i64> =
        scratch.store.cycles(10).await.unwrap().iter().map(|cycle| cycle.number.0).collect();
    assert_eq!(numbers, [2, 1]);
    assert_eq!(scratch.store.cycles(1).await.unwrap()[0].number, CycleNumber(2));
}

#[tokio::test]
async fn an_alert_is_what_the_last_cycle_left_and_remembers_every_change() {
    let scratch = Scratch::new().await;
    let first = cycle(1);
    scratch.store.commit_cycle(&first).await.unwrap();
    let mut second = cycle(2);
    let resolved = AlertChange {
        alert: Alert {
            state: AlertState::Resolved,
            level: Level::Clear,
            updated_at: at("2021-07-02T00:00:00Z"),
            streak: 1,
            stale: true,
            evidence: None,
            explanation: None,
            ..first.alert_changes[0].alert.clone()
        },
        kind: AlertChangeKind::Resolved,
        from: Some(Level::High),
        reason: "Retour sous le seuil.".to_owned(),
        counterpart: None,
    };
    second.alert_changes = vec![resolved.clone()];
    scratch.store.commit_cycle(&second).await.unwrap();

    let store = &scratch.store;
    let id = &resolved.alert.id;
    assert_eq!(store.alert(id).await.unwrap(), Some(resolved.alert.clone()));
    assert_eq!(store.alert(&AlertId::new("nobody")).await.unwrap(), None);
    assert_eq!(store.standing_alerts().await.unwrap()[0], resolved.alert);
    assert_eq!(
        store.alert_history(id).await.unwrap(),
        vec![(CycleNumber(1), first.alert_changes[0].clone()), (CycleNumber(2), resolved.clone())]
    );
}

#[tokio::test]
async fn alerts_are_chosen_by_state_level_rule_and_subject_the_worst_first() {
    let scratch = Scratch::new().await;
    scratch.store.commit_cycle(&cycle(1)).await.unwrap();
    let all = AlertFilter::default;
    for (filter, expected) in [
        (all(), "D2 ministry/MJ critical, D1 project/si-samu high, D2 portfolio moderate"),
        (AlertFilter { state: Some(AlertState::Pending), ..all() }, "D2 portfolio moderate"),
        (AlertFilter { level: Some(Level::High), ..all() }, "D1 project/si-samu high"),
        (
            AlertFilter { rule: Some(RuleId::new("D2")), ..all() },
            "D2 ministry/MJ critical, D2 portfolio moderate",
        ),
        (AlertFilter { subject: Some(Subject::Portfolio), ..all() }, "D2 portfolio moderate"),
        (
            AlertFilter {
                rule: Some(RuleId::new("D1")),
                subject: Some(Subject::Portfolio),
                ..all()
            },
            "",
        ),
    ] {
        let alerts = scratch.store.alerts(&filter).await.unwrap();
        let lines: Vec<String> = alerts
            .iter()
            .map(|alert| format!("{} {} {}", alert.rule, alert.subject, alert.level.as_str()))
            .collect();
        assert_eq!(lines.join(", "), expected);
    }
}

/// By rule and subject, as the store gives them.
fn alerts_of(record: &CycleRecord) -> Vec<Alert> {
    record.alert_changes.iter().map(|change| change.alert.clone()).collect()
}

pub(crate) fn missions_of(record: &CycleRecord) -> Vec<Mission> {
    record.mission_changes.iter().map(|change| change.mission.clone()).collect()
}

/// A cycle with a verdict of each kind, an alert on each scope and a mission.
pub(crate) fn cycle(number: i64) -> CycleRecord {
    let samu = Subject::Project(project("si-samu"));
    let justice = Subject::Ministry(MinistryCode::new("MJ"));
    let alert_changes = vec![
        alert_change("D1", &samu, AlertState::Open, Level::High),
        alert_change("D2", &justice, AlertState::Open, Level::Critical),
        alert_change("D2", &Subject::Portfolio, AlertState::Pending, Level::Moderate),
    ];
    let opened_in = CycleNumber(number);
    let kind = MissionKind::Securisation;
    let mission = Mission {
        id: Mission::id_of(&samu, kind, opened_in),
        subject: samu.clone(),
        kind,
        state: MissionState::Proposed,
        automatic: false,
        reasons: vec!["D1 : dérive".to_owned(), "D2 : dérive".to_owned()],
        alerts: alert_changes.iter().take(2).rev().map(|change| change.alert.id.clone()).collect(),
        opened_in,
        opened_on: day("2020-11-01"),
        due_on: day("2020-12-01"),
        revision: 1,
        conduct: MissionProgress::default(),
    };
    let reason = "Dérive budgétaire".to_owned();
    CycleRecord {
        number: opened_in,
        follows: (number > 1).then_some(CycleNumber(number - 1)),
        inputs: CycleInputs {
            as_of: day("2020-11-15"),
            edition: edition("2020-11"),
            last_import: ImportNumber(7),
            last_link: 2,
            last_review: 3,
            last_confirmation: 4,
            last_exit: 5,
            last_campaign: 7,
            last_succession: 6,
            data: Fingerprint::of(b"data"),
            catalogue: Fingerprint::of(b"catalogue"),
            engine: 2,
        },
        started_at: at("2026-11-24T08:00:00.123456789Z"),
        catalogue_texts: [("drift/D1.rhai", "fn assess(p, t) {}"), ("thresholds.toml", "# seuils")]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into(),
        figures: [("global_drift".to_owned(), EXACT)].into(),
        verdicts: Verdicts::gather(judgements(&samu, &justice)),
        alert_changes,
        mission_changes: vec![MissionChange {
            mission,
            kind: MissionChangeKind::Proposed,
            reason,
            by: None,
        }],
        silence_changes: vec![],
        outgoing: Outgoing::default(),
        times: BTreeMap::new(),
    }
}

fn judgements(samu: &Subject, justice: &Subject) -> Vec<Judgement> {
    let missing = MissingField { field: "cost_current".to_owned(), why: Absence::Withheld };
    let fault = RuleFailure {
        file: "drift/D2.rhai".to_owned(),
        line: Some(12),
        column: Some(4),
        message: "trop d’opérations".to_owned(),
    };
    vec![
        judgement(
            "D1",
            &Subject::Project(project("paysage")),
            Verdict::Unknown { missing: vec![missing] },
        ),
        Judgement {
            evidence: Some(evidence()),
            explanation: Some("Coût 142 M€ contre 100 M€ au départ.".to_owned()),
            ..judgement("D1", samu, Verdict::Level { level: Level::High })
        },
        judgement("D2", justice, Verdict::Failed { fault }),
        judgement("D2", &Subject::Portfolio, Verdict::Level { level: Level::Clear }),
    ]
}

fn judgement(rule: &str, subject: &Subject, verdict: Verdict) -> Judgement {
    Judgement {
        rule: RuleId::new(rule),
        subject: subject.clone(),
        verdict,
        evidence: None,
        explanation: None,
    }
}

fn evidence() -> Evidence {
    Evidence {
        readings: vec![Reading {
            name: "budget_drift".to_owned(),
            source: ReadingSource::Field,
            label: "Écart budgétaire".to_owned(),
            unit: Some("%".to_owned()),
            value: Some(Value::Float(EXACT)),
        }],
        trail: vec![Comparison {
            line: 14,
            column: 5,
            text: "Écart budgétaire 28,4 % > seuil 20,0 %".to_owned(),
            held: true,
        }],
    }
}

fn reference() -> FactReference {
    FactReference {
        value: Value::Float(55.5),
        words: "55,5 M€".to_owned(),
        edition: edition("2020-11"),
        as_of: day("2020-11-15"),
    }
}

fn alert_change(rule: &str, subject: &Subject, state: AlertState, level: Level) -> AlertChange {
    let rule = RuleId::new(rule);
    let alert = Alert {
        id: Alert::id_of(&rule, subject),
        rule,
        subject: subject.clone(),
        state,
        level,
        since: day("2020-11-01"),
        updated_at: at("2026-11-24T08:00:00.5Z"),
        streak: 0,
        stale: false,
        judged_in: None,
        evidence: Some(evidence()),
        explanation: Some("Coût 142 M€.".to_owned()),
        hidden_by: Some(RuleId::new("D9")),
        references: BTreeMap::from([("cost_current".to_owned(), reference())]),
        facts: vec![NewFact {
            cycle: CycleNumber(1),
            on: day("2020-11-15"),
            field: "cost_current".to_owned(),
            before: Value::Float(50.0),
            after: Value::Float(55.5),
            from_edition: edition("2020-06"),
            edition: edition("2020-11"),
            text: "Coût actualisé : 55,5 M€, contre 50 M€.".to_owned(),
        }],
    };
    AlertChange {
        alert,
        kind: AlertChangeKind::Raised,
        from: None,
        reason: "Première constatation.".to_owned(),
        counterpart: Some(AlertId::new("another")),
    }
}
