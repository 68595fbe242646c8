//! Silences that are announced, expire, are flagged by a changed rule, or follow a renamed project.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{day, project};
use crate::decisions::alerts::context::{Circumstances, Renaming};
use crate::decisions::alerts::silences::{SilenceReview, review};
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::alerts::silence::{Silence, SilenceScope};
use crate::domain::ids::{MinistryCode, RuleId, SilenceNumber};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::support::fingerprint::Fingerprint;

fn alert(rule: &str, id: &str, level: Level) -> Alert {
    let rule = RuleId::new(rule);
    let subject = Subject::Project(project(id));
    Alert {
        id: Alert::id_of(&rule, &subject),
        rule,
        subject,
        state: AlertState::Open,
        level,
        since: day(1),
        updated_at: day(1).and_hms_opt(6, 0, 0).unwrap().and_utc(),
        streak: 0,
        stale: false,
        judged_in: None,
        evidence: None,
        explanation: None,
        hidden_by: None,
        references: BTreeMap::new(),
        facts: vec![],
    }
}

fn revisions(rules: &str) -> BTreeMap<RuleId, Fingerprint> {
    let revision = |word: &str| {
        let (rule, text) = word.split_once('=').unwrap();
        (RuleId::new(rule), Fingerprint::of(text.as_bytes()))
    };
    rules.split_whitespace().map(revision).collect()
}

/// A silence on D1 and project a until the 20th, announced from the 13th; a was high when it was
/// made.
fn silence() -> Silence {
    let high = alert("D1", "a", Level::High);
    Silence {
        number: SilenceNumber(1),
        scope: SilenceScope {
            rule: Some(RuleId::new("D1")),
            project: Some(project("a")),
            ministry: None,
        },
        author: Actor::person("Claire Martin").unwrap(),
        reason: "Chiffres attendus.".to_owned(),
        made_at: high.updated_at,
        last_day: day(20),
        announce_on: day(13),
        levels: BTreeMap::from([(high.id, Level::High)]),
        revisions: revisions("D1=a"),
        to_review: std::collections::BTreeSet::new(),
        announced_at: None,
        ended: None,
    }
}

fn reviewed(
    silence: &Silence,
    today: NaiveDate,
    rules: &str,
    circumstances: &Circumstances,
) -> String {
    let review_of_day = SilenceReview {
        today,
        now: today.and_hms_opt(6, 0, 0).unwrap().and_utc(),
        revisions: &revisions(rules),
        circumstances,
    };
    let changes = review(std::slice::from_ref(silence), review_of_day);
    let line = |change: &crate::domain::alerts::silence::SilenceChange| {
        format!("{} {} : {}", change.kind.as_str(), change.silence.scope, change.reason)
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_silence_is_announced_before_its_end_and_expires_after_its_last_day() {
    let circumstances = Circumstances::default();
    let reviewed_on = |today| reviewed(&silence(), day(today), "D1=a", &circumstances);
    assert_eq!(reviewed_on(12), "");
    assert_eq!(
        reviewed_on(13),
        "announced règle D1, projet a : Le silence prend fin le 20 novembre 2020."
    );
    assert_eq!(
        reviewed_on(21),
        "expired règle D1, projet a : Le silence tenait jusqu’au 20 novembre 2020 inclus."
    );
    let announced = Silence { announced_at: Some(silence().made_at), ..silence() };
    assert_eq!(reviewed(&announced, day(20), "D1=a", &circumstances), "");
}

#[test]
fn a_rule_that_changes_puts_the_silence_in_question_once() {
    let circumstances = Circumstances::default();
    let changes = reviewed(&silence(), day(2), "D1=b D2=a", &circumstances);
    assert_eq!(
        changes,
        "to_review règle D1, projet a : À revoir : D1 n’est plus ce qu’elle était quand le silence a été posé. Ce qui est plus grave qu’alors n’est plus tu."
    );
    let flagged = Silence { to_review: [RuleId::new("D1")].into(), ..silence() };
    assert_eq!(reviewed(&flagged, day(2), "D1=b D2=a", &circumstances), "");
}

#[test]
fn a_silence_follows_its_project() {
    let renaming = Renaming { into: project("b"), reason: "renommé".to_owned() };
    let became = BTreeMap::from([(project("a"), renaming)]);
    let circumstances = Circumstances { became, ..Circumstances::default() };
    assert_eq!(
        reviewed(&silence(), day(2), "D1=a", &circumstances),
        "moved règle D1, projet b : Le projet `a` est connu sous `b`."
    );
}

#[test]
fn a_silence_in_question_no_longer_hides_what_got_worse() {
    let flagged = Silence { to_review: [RuleId::new("D1")].into(), ..silence() };
    let hides = |silence: &Silence, level| silence.hides(&alert("D1", "a", level), None, day(2));
    assert!(hides(&silence(), Level::Critical));
    assert!(hides(&flagged, Level::High));
    assert!(!hides(&flagged, Level::Critical));
}

#[test]
fn a_silence_hides_what_is_in_all_its_scopes_while_it_holds() {
    let high = alert("D1", "a", Level::High);
    assert!(silence().hides(&high, None, day(20)));
    assert!(!silence().hides(&high, None, day(21)));
    assert!(!silence().hides(&alert("D1", "b", Level::High), None, day(2)));
    assert!(!silence().hides(&alert("D2", "a", Level::High), None, day(2)));
    let justice = MinistryCode::new("MJ");
    let scope = SilenceScope { ministry: Some(justice.clone()), ..SilenceScope::default() };
    let of_ministry = Silence { scope, ..silence() };
    assert!(of_ministry.hides(&high, Some(&justice), day(2)));
    assert!(!of_ministry.hides(&high, Some(&MinistryCode::new("MEN")), day(2)));
}
