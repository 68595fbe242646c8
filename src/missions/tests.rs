//! Alert changes and known missions in, mission changes out, as text.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Moment;
use super::Playbook;
use super::plan;
use crate::domain::alert::Alert;
use crate::domain::alert::AlertChange;
use crate::domain::alert::AlertChangeKind;
use crate::domain::alert::AlertState;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::domain::rule::MissionCall;
use crate::domain::rule::RuleStatus;
use crate::domain::rule::RuleTerms;
use crate::domain::subject::Subject;

const PLAYBOOK: &str = include_str!("../../rules/missions.toml");

fn terms() -> BTreeMap<RuleId, RuleTerms> {
    let one = |id: &str, kind, from| {
        let id = RuleId::new(id);
        let terms = RuleTerms {
            deprecated_reason: None,
            inhibits: vec![],
            id: id.clone(),
            title: format!("Règle {id}"),
            status: RuleStatus::Stable,
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

/// `raised D1 a high`
fn changes(lines: &str) -> Vec<AlertChange> {
    let change = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let rule = RuleId::new(words[1]);
        let subject = Subject::Project(ProjectId::new(words[2]));
        let (kind, state) = match words[0] {
            "raised" => (AlertChangeKind::Raised, AlertState::Open),
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
                level: Level::from_word(words[3]).unwrap(),
                since: NaiveDate::from_ymd_opt(2020, 11, 1).unwrap(),
                updated_at: chrono::DateTime::UNIX_EPOCH,
                streak: 0,
                stale: false,
                judged_in: None,
                evidence: None,
                explanation: None,
                hidden_by: None,
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
            change.kind.word(),
            change.mission.state.word(),
            change.mission.kind.word(),
            change.mission.subject,
            change.mission.due_on,
            change.mission.reasons.join(" + ")
        )
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Plans one cycle per block, blocks parted by `--`, and prints the last one's changes. `close`
/// ends every live mission after the first cycle.
#[track_caller]
fn check(cycles: &str, close: bool, expected: &str) {
    let terms = terms();
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let mut known: BTreeMap<_, Mission> = BTreeMap::new();
    let mut last = vec![];
    for (number, block) in (1..).zip(cycles.split("--")) {
        let moment = Moment {
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
        "opened open securisation project/a due 2020-12-14 [Règle P1 (P1), niveau Élevé]",
    );
}

#[test]
fn a_proposal_becomes_automatic_when_such_an_alert_joins_it() {
    let expected = "opened open securisation project/a due 2020-12-14 [Règle D1 (D1), niveau Élevé + Règle P1 (P1), niveau Élevé]";
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
    let moment = Moment {
        cycle: CycleNumber(1),
        as_of: NaiveDate::from_ymd_opt(2020, 11, 30).unwrap(),
        terms: &terms,
        playbook: &playbook,
    };
    let planned = plan(&[], &changes("raised V1 a critical"), moment);
    assert_eq!(planned.first().unwrap().mission.state, MissionState::Proposed);
}

#[test]
fn a_playbook_says_where_it_is_wrong() {
    let fault = |text: &str| Playbook::parse(text, "missions.toml").unwrap_err().to_string();
    assert_eq!(
        fault("[missions.securisation]\nlead = 3\n"),
        "read missions.toml: TOML parse error at line 2, column 8\n  |\n2 | lead = 3\n  |        ^\ninvalid type: integer `3`, expected a string"
    );
    assert_eq!(
        fault(""),
        "missions.toml: mission `securisation` is not described; describe it under `[missions.securisation]`"
    );
    let text = PLAYBOOK.replacen("decide_within_days = 14", "decide_within_days = 0", 1);
    assert_eq!(
        fault(&text),
        "missions.toml: `missions.securisation.decide_within_days` is 0, expected 1 to 366 days"
    );
}
