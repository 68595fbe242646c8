//! Alert changes and known missions in, mission changes out, as text.

mod conduct;
mod ranking;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::acts::{ActContext, act};
use super::bodies::MissionAct;
use super::plan::{PlanningContext, plan};
use super::playbook::Playbook;
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::{Alert, AlertChange, AlertChangeKind, AlertState};
use crate::domain::ids::{CycleNumber, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::missions::mission::{
    Mission, MissionChange, MissionChangeKind, MissionKind, MissionState,
};
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::rule::{MissionCall, RuleStatus, RuleTerms};
use conduct::{accept, decline};

const PLAYBOOK: &str = include_str!("../../../../rules/missions.toml");

fn terms() -> BTreeMap<RuleId, RuleTerms> {
    let one = |id: &str, kind, from| {
        let id = RuleId::new(id);
        let terms = RuleTerms {
            deprecated_reason: None,
            inhibits: vec![],
            watched: vec![],
            id: id.clone(),
            title: format!("Règle {id}"),
            status: RuleStatus::Stable,
            on_departed: false,
            for_evaluations: 1,
            clear_for: 1,
            mission: Some(MissionCall { kind, from }),
        };
        (id, terms)
    };
    BTreeMap::from([
        one("D1", MissionKind::Securisation, Level::High),
        one("D2", MissionKind::Securisation, Level::High),
        one("P1", MissionKind::Securisation, Level::High),
        one("V1", MissionKind::VendorEscalation, Level::High),
    ])
}

/// For example `raised D1 a high`.
fn changes(lines: &str) -> Vec<AlertChange> {
    let change = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let rule = RuleId::new(words[1]);
        let subject = Subject::Project(ProjectId::new(words[2]));
        let (kind, state) = match words[0] {
            "raised" => (AlertChangeKind::Raised, AlertState::Open),
            "reopened" => (AlertChangeKind::Reopened, AlertState::Open),
            "eased" => (AlertChangeKind::Eased, AlertState::Open),
            "worsened" => (AlertChangeKind::Worsened, AlertState::Open),
            "persisted" => (AlertChangeKind::Persisted, AlertState::Open),
            "resolved" => (AlertChangeKind::Resolved, AlertState::Resolved),
            other => panic!("{other}"),
        };
        AlertChange {
            counterpart: None,
            alert: Alert {
                id: Alert::id_of(&rule, &subject),
                rule,
                subject,
                state,
                level: words[3].parse::<Level>().unwrap(),
                since: NaiveDate::from_ymd_opt(2020, 11, 1).unwrap(),
                updated_at: chrono::DateTime::UNIX_EPOCH,
                streak: 0,
                stale: false,
                judged_in: None,
                evidence: None,
                explanation: None,
                hidden_by: None,
                references: BTreeMap::new(),
                facts: vec![],
            },
            kind,
            from: None,
            reason: String::new(),
        }
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(change).collect()
}

fn print(changes: &[MissionChange]) -> String {
    let line = |change: &MissionChange| {
        format!(
            "{} {} {} {} due {} [{}]",
            change.kind.as_str(),
            change.mission.state.as_str(),
            change.mission.kind.as_str(),
            change.mission.subject,
            change.mission.due_on,
            change.mission.reasons.join(" + ")
        )
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What a cycle changes in known missions.
fn planned_changes(known: &[Mission], alerts: &str, cycle: i64) -> Vec<MissionChange> {
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let moment = PlanningContext {
        cycle: CycleNumber(cycle),
        as_of: NaiveDate::from_ymd_opt(2020, 11, 30).unwrap(),
        terms: &terms(),
        playbook: &playbook,
    };
    plan(known, &changes(alerts), moment)
}

fn planned(known: &[Mission], alerts: &str, cycle: i64) -> Vec<Mission> {
    planned_changes(known, alerts, cycle).into_iter().map(|change| change.mission).collect()
}

/// Each of these missions after a person's action.
fn done(missions: &[Mission], what: &MissionAct) -> Vec<Mission> {
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let by = Actor::person("Claire Martin").unwrap();
    let hand = ActContext {
        by: &by,
        at: "2020-11-30T09:00:00Z".parse().unwrap(),
        today: NaiveDate::from_ymd_opt(2020, 11, 30).unwrap(),
        playbook: &playbook,
        director: None,
    };
    missions.iter().map(|mission| act(mission, what, hand).unwrap().mission).collect()
}

/// Plans one cycle per block, separated by `--`, and compares the changes of the last one. `close`
/// ends every live mission after the first cycle.
#[track_caller]
fn check(cycles: &str, close: bool, expected: &str) {
    let terms = terms();
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let mut known: BTreeMap<_, Mission> = BTreeMap::new();
    let mut last = vec![];
    for (number, block) in (1..).zip(cycles.split("--")) {
        let moment = PlanningContext {
            cycle: CycleNumber(number),
            as_of: NaiveDate::from_ymd_opt(2020, 11, 30).unwrap(),
            terms: &terms,
            playbook: &playbook,
        };
        let before: Vec<Mission> = known.values().cloned().collect();
        last = plan(&before, &changes(block), moment);
        for change in &last {
            let mut mission = change.mission.clone();
            if close {
                mission.state = MissionState::Closed;
            }
            known.insert(mission.id.clone(), mission);
        }
    }
    let expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert_eq!(print(&last), expected);
}

#[test]
fn an_alert_below_the_level_that_calls_proposes_nothing() {
    check("raised D1 a moderate", false, "");
}

#[test]
fn two_alerts_of_one_project_propose_one_mission() {
    check(
        "raised D1 a high
         raised D2 a critical",
        false,
        "proposed proposed securisation project/a due 2020-12-14 [Règle D1 (D1), niveau Élevé + Règle D2 (D2), niveau Critique]",
    );
}

#[test]
fn further_drift_on_a_listed_project_opens_its_mission_at_once() {
    check(
        "raised P1 a high",
        false,
        "opened open securisation project/a due 2020-12-21 [Règle P1 (P1), niveau Élevé]",
    );
}

#[test]
fn a_proposal_becomes_automatic_when_such_an_alert_joins_it() {
    let expected = "opened open securisation project/a due 2020-12-21 [Règle D1 (D1), niveau Élevé + Règle P1 (P1), niveau Élevé]";
    check("raised D1 a high\nraised P1 a high", false, expected);
    check("raised D1 a high -- persisted D1 a high\nraised P1 a high", false, expected);
}

#[test]
fn an_alert_that_stays_as_it_was_changes_no_mission() {
    check("raised D1 a high -- persisted D1 a high", false, "");
}

#[test]
fn a_closed_mission_is_not_proposed_again_until_its_alert_moves() {
    check("raised D1 a high -- persisted D1 a high", true, "");
    check(
        "raised D1 a high -- worsened D1 a critical",
        true,
        "proposed proposed securisation project/a due 2020-12-14 [Règle D1 (D1), niveau Critique]",
    );
}

#[test]
fn a_proposal_is_withdrawn_once_all_its_alerts_are_resolved() {
    let both = "raised D1 a high\nraised D2 a high";
    check(&format!("{both} -- resolved D1 a clear\npersisted D2 a high"), false, "");
    check(
        &format!("{both} -- resolved D1 a clear\nresolved D2 a clear"),
        false,
        "withdrawn withdrawn securisation project/a due 2020-12-14 [Règle D1 (D1), niveau Élevé + Règle D2 (D2), niveau Élevé]",
    );
}

#[test]
fn a_proposal_lives_on_with_the_alert_that_joins_it_as_the_others_are_resolved() {
    check(
        "raised D1 a high -- resolved D1 a clear\nraised D2 a high",
        false,
        "gathered proposed securisation project/a due 2020-12-14 [Règle D1 (D1), niveau Élevé + Règle D2 (D2), niveau Élevé]",
    );
}

#[test]
fn a_mission_that_was_decided_outlives_its_alerts() {
    check("raised P1 a high -- resolved P1 a clear", false, "");
}

#[test]
fn escalating_against_a_vendor_is_never_automatic() {
    let text = format!("{PLAYBOOK}\n[[automatic]]\nrule = \"V1\"\nbecause = \"essai\"\n");
    let playbook = Playbook::parse(&text, "missions.toml").unwrap();
    let terms = terms();
    let moment = PlanningContext {
        cycle: CycleNumber(1),
        as_of: NaiveDate::from_ymd_opt(2020, 11, 30).unwrap(),
        terms: &terms,
        playbook: &playbook,
    };
    let planned = plan(&[], &changes("raised V1 a critical"), moment);
    assert_eq!(planned.first().unwrap().mission.state, MissionState::Proposed);
}

#[test]
fn a_declined_mission_is_proposed_again_only_once_its_alert_moves_and_says_so() {
    let known = planned(&[], "raised D1 a high", 1);
    let declined = done(&known, &decline("Projet arrêté"));
    assert_eq!(print(&planned_changes(&declined, "persisted D1 a high", 2)), "");
    assert_eq!(print(&planned_changes(&declined, "eased D1 a high", 2)), "");
    let again = planned_changes(&declined, "worsened D1 a critical", 2);
    let reason = "Une telle mission a été écartée le 30 novembre 2020 par Claire Martin (« Projet arrêté ») ; \
                  depuis, l’alerte D1 s’est aggravée. Règle D1 (D1), niveau Critique";
    assert_eq!(again[0].reason, reason);
    assert_ne!(again[0].mission.id, declined[0].id);
    let back = planned_changes(&declined, "reopened D1 a high", 2);
    assert!(back[0].reason.contains("l’alerte D1 est de retour"), "{}", back[0].reason);
    let other = planned_changes(&declined, "persisted D1 a high\nraised D2 a high", 2);
    assert!(other[0].reason.contains("l’alerte D2 est nouvelle"), "{}", other[0].reason);
}

#[test]
fn missions_of_merged_projects_are_merged_into_the_one_furthest_on() {
    let first = planned(&[], "raised D1 a high", 1);
    let second = planned(&[], "raised D2 b high", 2);
    let accepted = done(&second, &accept(None, "Oui"));
    // As the store gives them once `b` is linked into `a`.
    let known: Vec<Mission> = first
        .iter()
        .chain(&accepted)
        .map(|mission| Mission { subject: first[0].subject.clone(), ..mission.clone() })
        .collect();
    let changes = planned_changes(&known, "persisted D1 a high", 3);
    let mut described: Vec<String> = changes
        .iter()
        .map(|change| format!("{} {}", change.kind.as_str(), change.mission.state.as_str()))
        .collect();
    described.sort();
    assert_eq!(described, ["gathered open", "merged withdrawn"]);
    let open = changes.iter().find(|change| change.mission.state == MissionState::Open).unwrap();
    assert_eq!(open.mission.id, accepted[0].id);
    assert_eq!(open.mission.alerts.len(), 2);
    let merged = changes.iter().find(|change| change.kind == MissionChangeKind::Merged).unwrap();
    assert!(merged.reason.contains(accepted[0].id.as_str()), "{}", merged.reason);
    // Each change increments the revision it was decided on.
    assert_eq!((open.mission.revision, merged.mission.revision), (3, 2));
}

#[test]
fn a_mission_keeps_one_alert_when_it_goes_on_under_another_project() {
    let known = planned(&[], "raised D1 a high", 1);
    let here = &known[0].alerts[0];
    // As the store returns it once `a` is linked into `b`.
    let subject = Subject::Project(ProjectId::new("b"));
    let linked = vec![Mission { subject, ..known[0].clone() }];
    let mut goes_on = changes("persisted D1 b high");
    goes_on[0].counterpart = Some(here.clone());
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let moment = PlanningContext {
        cycle: CycleNumber(2),
        as_of: NaiveDate::from_ymd_opt(2020, 12, 1).unwrap(),
        terms: &terms(),
        playbook: &playbook,
    };
    let followed = plan(&linked, &goes_on, moment);
    assert_eq!(followed.len(), 1);
    assert_eq!(followed[0].mission.alerts, [goes_on[0].alert.id.clone()]);
    assert_eq!(followed[0].mission.reasons.len(), 1);
    let declined = done(&linked, &decline("Non"));
    assert_eq!(plan(&declined, &goes_on, moment), []);
}

#[test]
fn a_playbook_says_where_it_is_wrong() {
    let fault = |text: &str| Playbook::parse(text, "missions.toml").unwrap_err().to_string();
    assert_eq!(
        fault("[missions.securisation]\nlead = 3\n"),
        "missions.toml:2:8: invalid type: integer `3`, expected a string"
    );
    assert_eq!(
        fault("").lines().next(),
        Some(
            "missions.toml: mission `securisation` is not described; describe it under `[missions.securisation]`"
        )
    );
    for (right, wrong, expected) in [
        (
            "decide_within_days = 14",
            "decide_within_days = 0",
            "missions.toml:12:22: `missions.securisation.decide_within_days` is 0, expected 1 to 366",
        ),
        (
            "kinds = [\"coaching\"]",
            "kinds = [\"coaching\", \"securisation\"]",
            "missions.toml:76:22: `securisation` is conducted by « Équipe de sécurisation » too; expected one team",
        ),
        (
            "listed = 15.0",
            "listed = -15.0",
            "missions.toml:86:1: `ranking.listed` is -15, expected 0 to 1000000 points",
        ),
        (
            "at_once = 6",
            "at_onec = 6",
            "missions.toml:67:1: unknown field `at_onec`, expected one of `name`, `kinds`, `at_once`",
        ),
    ] {
        assert_eq!(fault(&PLAYBOOK.replacen(right, wrong, 1)), expected);
    }
}

#[test]
fn an_automatic_rule_that_the_catalogue_lacks_is_a_fault_with_its_place() {
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let faults = playbook.unknown_rules(|_| false, (PLAYBOOK, "missions.toml"));
    assert_eq!(faults[0].to_string(), "missions.toml:59:8: `P1` is no rule of the catalogue");
    assert!(playbook.unknown_rules(|_| true, (PLAYBOOK, "missions.toml")).is_empty());
}

#[test]
fn a_playbook_of_before_delays_and_teams_still_reads() {
    let text = MissionKind::ALL
        .map(|kind| {
            format!(
                "[missions.{}]\nlead = ''\npurpose = ''\ndecide_within_days = 7\n",
                kind.as_str()
            )
        })
        .concat();
    let playbook = Playbook::parse(&text, "missions.toml").unwrap();
    let day = NaiveDate::from_ymd_opt(2020, 11, 30).unwrap();
    let start = playbook.start_by(MissionKind::Coaching, day);
    assert_eq!(start, NaiveDate::from_ymd_opt(2020, 12, 30).unwrap());
}
