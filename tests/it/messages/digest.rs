//! Who receives what from a cycle: only what has changed since their last message, and only their
//! own ministry.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::store::stores::{at, day, project, snapshot};
use vigie::domain::alerts::alert::{Alert, AlertState};
use vigie::domain::ids::{AlertId, CycleNumber, MinistryCode, RuleId};
use vigie::domain::level::Level;
use vigie::domain::messages::notice::{ChannelState, NotifiedState, Receiver};
use vigie::domain::portfolio::follow_up::{Contact, ContactRole};
use vigie::domain::portfolio::published::Portfolio;
use vigie::domain::portfolio::subject::Subject;
use vigie::notify;
use vigie::notify::{CycleFacts, Directory, MailSettings, NoticeTerms, NotifySettings, Stakes};

/// Consecutive cycles, and what each receiver knows after them.
struct NotifiedCycles {
    portfolio: Portfolio,
    settings: NotifySettings,
    memories: BTreeMap<(Receiver, Subject), NotifiedState>,
    lanes: Vec<ChannelState>,
    silenced: BTreeSet<AlertId>,
    cycle: i64,
}

impl NotifiedCycles {
    /// `portalis` at Justice, `samu` at Health; both have a secretary-general.
    fn new() -> Self {
        let mail = MailSettings {
            host: "localhost".to_owned(),
            from: "vigie@dinum.example".to_owned(),
            dinum: "risques@dinum.example".to_owned(),
            ..MailSettings::default()
        };
        let portalis = snapshot("portalis", "2020-11", 50.0);
        let mut samu = snapshot("samu", "2020-11", 180.0);
        samu.ministry = MinistryCode::new("MSS");
        "Santé".clone_into(&mut samu.ministry_label);
        let contact = |ministry: &str| Contact {
            ministry: MinistryCode::new(ministry),
            role: ContactRole::SecretaryGeneral,
            project: None,
            name: None,
            email: "sg@ministere.example".to_owned(),
            since: None,
            until: None,
        };
        Self {
            portfolio: Portfolio {
                snapshots: vec![portalis, samu],
                contacts: vec![contact("MJ"), contact("MSS")],
                ..Portfolio::default()
            },
            settings: NotifySettings { mail, ..NotifySettings::default() },
            memories: BTreeMap::new(),
            lanes: vec![],
            silenced: BTreeSet::new(),
            cycle: 0,
        }
    }

    /// What a cycle says when these alerts stand: receiver, kind and title, a line each.
    fn says(&mut self, alerts: &[Alert]) -> String {
        self.cycle += 1;
        let now = at("2020-12-01T09:00:00Z") + TimeDelta::days(self.cycle);
        let directory = Directory::of(&self.portfolio, BTreeMap::new(), day("2020-12-01"));
        let facts = CycleFacts {
            alerts: alerts.iter().map(|alert| (&alert.id, alert)).collect(),
            changes: BTreeMap::new(),
            missions: BTreeMap::new(),
            silenced: &self.silenced,
            on_hold: vec![],
            stale: vec![],
        };
        let outgoing = notify::outgoing(notify::ComposeContext {
            cycle: CycleNumber(self.cycle),
            as_of: day("2020-12-01"),
            now,
            facts: &facts,
            directory: &directory,
            stakes: &Stakes::default(),
            terms: &NoticeTerms::default(),
            settings: &self.settings,
            memories: &self.memories,
            lanes: &self.lanes,
            silences: &[],
            announce: true,
            untold: false,
            correction: None,
        })
        .unwrap();
        for sent in outgoing.told {
            self.memories.insert((sent.receiver, sent.about), sent.memory);
        }
        let state = |lane| ChannelState {
            lane,
            opened_at: now,
            closed_at: None,
            reason: None,
            outage: None,
        };
        self.lanes.extend(outgoing.opened.into_iter().map(state));
        let lines = outgoing.notices.iter();
        let lines =
            lines.map(|one| format!("{} {} {}", one.receiver, one.kind.as_str(), one.title));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn alert(rule: &str, id: &str, level: Level) -> Alert {
    let (rule, subject) = (RuleId::new(rule), Subject::Project(project(id)));
    Alert {
        id: Alert::id_of(&rule, &subject),
        rule,
        subject,
        state: AlertState::Open,
        level,
        since: day("2020-11-30"),
        updated_at: at("2020-11-30T06:30:00Z"),
        streak: 0,
        stale: false,
        judged_in: None,
        evidence: None,
        explanation: Some("Parce que.".to_owned()),
        hidden_by: None,
        references: BTreeMap::new(),
        facts: vec![],
    }
}

fn resolved(alert: &Alert) -> Alert {
    Alert { state: AlertState::Resolved, level: Level::Clear, ..alert.clone() }
}

#[test]
fn each_receiver_gets_only_their_own_news_and_only_what_changed() {
    let mut cycles = NotifiedCycles::new();
    let portalis = alert("D1", "portalis", Level::High);
    let samu = alert("D1", "samu", Level::Critical);
    assert_eq!(
        cycles.says(&[portalis.clone(), samu.clone()]),
        "sg/MJ digest [RISQUE][Élevé] Justice, premier message : 1 alerte\n\
         sg/MSS critical [RISQUE][Critique] Santé : 1 alerte critique"
    );
    assert_eq!(cycles.says(&[portalis.clone(), samu.clone()]), "");
    let worse = Alert { level: Level::Critical, ..portalis.clone() };
    assert_eq!(
        cycles.says(&[worse.clone(), samu.clone()]),
        "sg/MJ critical [RISQUE][Critique] Justice : 1 alerte critique"
    );
    let eased = Alert { level: Level::Moderate, ..samu.clone() };
    assert_eq!(
        cycles.says(&[resolved(&worse), eased]),
        "sg/MJ digest [RISQUE] Justice : 1 alerte levée\n\
         sg/MSS digest [RISQUE] Santé : 1 alerte atténuée"
    );
    assert_eq!(cycles.says(&[resolved(&worse)]), "");
}

#[test]
fn a_silenced_or_hidden_alert_is_not_sent_until_it_no_longer_is() {
    let mut cycles = NotifiedCycles::new();
    let portalis = alert("D1", "portalis", Level::High);
    let hidden =
        Alert { hidden_by: Some(RuleId::new("D1")), ..alert("D3", "portalis", Level::High) };
    cycles.silenced.insert(portalis.id.clone());
    assert_eq!(cycles.says(&[portalis.clone(), hidden.clone()]), "");
    cycles.silenced.clear();
    assert_eq!(
        cycles.says(&[portalis.clone(), hidden.clone()]),
        "sg/MJ digest [RISQUE][Élevé] Justice, premier message : 1 alerte"
    );
    // A silence that begins and ends on what was already sent is not news.
    cycles.silenced.insert(portalis.id.clone());
    assert_eq!(cycles.says(&[portalis.clone(), hidden.clone()]), "");
    cycles.silenced.clear();
    assert_eq!(cycles.says(&[portalis.clone(), hidden.clone()]), "");
    let released = Alert { hidden_by: None, ..hidden };
    assert_eq!(
        cycles.says(&[portalis, released]),
        "sg/MJ digest [RISQUE][Élevé] Justice : 1 nouvelle alerte"
    );
}

#[test]
fn a_project_that_changes_ministry_is_news_to_the_new_one_and_silence_for_the_old_one() {
    let mut cycles = NotifiedCycles::new();
    let portalis = alert("D1", "portalis", Level::High);
    cycles.says(std::slice::from_ref(&portalis));
    cycles.portfolio.snapshots[0].ministry = MinistryCode::new("MSS");
    assert_eq!(
        cycles.says(std::slice::from_ref(&portalis)),
        "sg/MSS digest [RISQUE][Élevé] Santé, premier message : 1 alerte"
    );
    assert_eq!(
        cycles.says(&[resolved(&portalis)]),
        "sg/MSS digest [RISQUE] Santé : 1 alerte levée"
    );
}

#[test]
fn without_a_secretary_general_the_risk_team_is_notified_until_someone_takes_office() {
    let mut cycles = NotifiedCycles::new();
    let justice = cycles.portfolio.contacts.remove(0);
    let portalis = alert("D1", "portalis", Level::High);
    let team =
        "dinum digest [RISQUE][Élevé] Panorama des grands projets, premier message : 1 alerte";
    assert_eq!(cycles.says(std::slice::from_ref(&portalis)), team);
    cycles.portfolio.contacts.push(justice);
    assert_eq!(
        cycles.says(std::slice::from_ref(&portalis)),
        "sg/MJ digest [RISQUE][Élevé] Justice, premier message : 1 alerte"
    );
}
