//! Actions of people on a mission, one per line, and their results.

use chrono::NaiveDate;

use super::{PLAYBOOK, planned};
use crate::decisions::missions::acts::{ActContext, act};
use crate::decisions::missions::bodies::{
    MilestoneReached, MissionAct, MissionClosing, MissionDecision, MissionStart, MissionVerdict,
    NewMilestone, NewVendorReply, VendorNaming,
};
use crate::decisions::missions::playbook::Playbook;
use crate::domain::accounts::audit::Actor;
use crate::domain::action_bodies::Comment;
use crate::domain::missions::mission::Mission;
use crate::domain::missions::progress::{MissionOutcome, NamingTone};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn accept(lead: Option<&str>, reason: &str) -> MissionAct {
    let lead = lead.map(|lead| lead.to_owned().try_into().unwrap());
    let reason = reason.to_owned().try_into().unwrap();
    MissionAct::Decide(MissionDecision { verdict: MissionVerdict::Accept, reason, lead })
}

pub(super) fn decline(reason: &str) -> MissionAct {
    let (verdict, lead) = (MissionVerdict::Decline, None);
    let reason = reason.to_owned().try_into().unwrap();
    MissionAct::Decide(MissionDecision { verdict, reason, lead })
}

pub(super) fn close(outcome: MissionOutcome, reason: &str) -> MissionAct {
    let reason = reason.to_owned().try_into().unwrap();
    MissionAct::Close(MissionClosing { outcome, reason, on: None })
}

/// `2020-12-01 start until 2021-03-01`, `2020-12-02 milestone plan 2021-01-15`, …
fn parse(words: &[&str]) -> Result<MissionAct, String> {
    let rest = |from: usize| words[from..].join(" ").try_into();
    let name = || words[1].to_owned().try_into();
    Ok(match words[0] {
        "accept" => accept(Some("Ada"), &words[1..].join(" ")),
        "decline" => decline(&words[1..].join(" ")),
        "start" => MissionAct::Start(MissionStart {
            on: (words.len() > 1 && words[1] == "on").then(|| day(words[2])),
            lead: None,
            until: (words.len() > 1 && words[1] == "until").then(|| day(words[2])),
        }),
        "milestone" => {
            MissionAct::AddMilestone(NewMilestone { label: name()?, due_on: day(words[2]) })
        }
        "reach" => MissionAct::FinishMilestone(MilestoneReached { label: name()?, on: None }),
        "note" => MissionAct::Note(Comment { text: rest(1)? }),
        "reply" => MissionAct::VendorReply(NewVendorReply {
            vendor: name()?,
            asked_on: None,
            on: day(words[2]),
            text: (words.len() > 3).then(|| rest(3)).transpose()?,
        }),
        "name" => MissionAct::NameVendor(VendorNaming {
            vendor: name()?,
            tone: NamingTone::Failure,
            reason: rest(2)?,
        }),
        "close" => close(words[1].parse().unwrap(), &words[2..].join(" ")),
        other => panic!("{other}"),
    })
}

/// The change of each action, or why it was refused. An action is written `2020-12-01 Ada accept
/// oui`.
fn story(mission: Mission, acts: &str) -> String {
    let playbook = Playbook::parse(PLAYBOOK, "missions.toml").unwrap();
    let mut mission = mission;
    let mut lines = Vec::new();
    for line in acts.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let by = Actor::person(words[1]).unwrap();
        let hand = ActContext {
            by: &by,
            at: format!("{}T09:00:00Z", words[0]).parse().unwrap(),
            today: day(words[0]),
            playbook: &playbook,
            director: Some("Directeur"),
        };
        let action = match parse(&words[2..]) {
            Ok(action) => action,
            Err(words) => {
                lines.push(format!("refused: {words}"));
                continue;
            }
        };
        match act(&mission, &action, hand) {
            Ok(change) => {
                assert_eq!(change.mission.revision, mission.revision + 1);
                let awaits = change.mission.awaits().map_or_else(
                    || "nothing more".to_owned(),
                    |awaited| format!("{} by {}", awaited.as_str(), change.mission.due_on),
                );
                let state = change.mission.state.as_str();
                lines.push(format!(
                    "{} [{state}, {awaits}] {}",
                    change.kind.as_str(),
                    change.reason
                ));
                mission = change.mission;
            }
            Err(refusal) => {
                let id = mission.id.to_string();
                lines.push(format!("refused: {}", refusal.to_string().replace(&id, "ID")));
            }
        }
    }
    lines.join("\n")
}

#[track_caller]
fn check(alert: &str, acts: &str, expected: &str) {
    let mission = planned(&[], alert, 1).remove(0);
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(story(mission, acts), expected.join("\n"));
}

#[test]
fn a_mission_is_decided_started_followed_and_closed() {
    check(
        "raised D1 a high",
        "2020-12-01 Claire accept Dérive confirmée par le ministère
         2020-12-10 Ada start until 2021-03-01
         2020-12-10 Ada milestone plan 2021-01-15
         2021-01-20 Ada reach plan
         2021-02-01 Ada note Plan accepté par le SG
         2021-02-20 Claire close averted Trajectoire tenue
         2021-06-01 Claire note Toujours tenue en juin",
        "accepted [open, start by 2020-12-22] Dérive confirmée par le ministère
         started [open, end by 2021-03-01] Démarrée le 10 décembre 2020 par Ada, fin prévue le 1er mars 2021.
         milestone_added [open, end by 2021-03-01] « plan », pour le 15 janvier 2021.
         milestone_done [open, end by 2021-03-01] « plan », le 20 janvier 2021, 5 jours après l’échéance.
         noted [open, end by 2021-03-01] Plan accepté par le SG
         closed [closed, nothing more] Évitée : Trajectoire tenue
         noted [closed, nothing more] Toujours tenue en juin",
    );
}

#[test]
fn what_does_not_follow_is_refused_with_what_was_expected() {
    check(
        "raised D1 a high",
        "2020-12-01 Claire start
         2020-12-01 Claire close confirmed Oui
         2020-12-01 Claire accept Oui
         2020-12-02 Claire accept Encore
         2020-12-02 Claire close confirmed Sans avoir commencé
         2020-12-02 Claire start on 2020-12-03
         2020-12-02 Claire start on 2020-11-01
         2020-12-02 Claire start until 2020-12-01
         2020-12-02 Claire start
         2020-12-02 Claire start
         2020-12-02 Claire reach plan
         2020-12-02 Claire milestone plan 2021-01-15
         2020-12-02 Claire milestone plan 2021-01-16
         2020-12-02 Claire reach plna
         2020-12-02 Claire note
         2020-12-02 Claire reply Éditeur 2020-12-01 Non",
        "refused: mission ID is proposed, expected open
         refused: mission ID is proposed, expected open
         accepted [open, start by 2020-12-22] Oui
         refused: mission ID is open, expected proposed
         refused: mission ID has not started; `vigie missions start ID` does
         refused: the start is 2020-12-03, after today, 2020-12-02
         refused: the start is 2020-11-01, before 2020-11-30, when the mission was opened
         refused: the end is 2020-12-01, before 2020-12-02, its start
         started [open, end by 2021-04-01] Démarrée le 2 décembre 2020 par Ada, fin prévue le 1er avril 2021.
         refused: mission ID started on 2020-12-02 already
         refused: mission ID has no milestone `plan`; it has none
         milestone_added [open, end by 2021-04-01] « plan », pour le 15 janvier 2021.
         refused: mission ID has a milestone `plan` already
         refused: mission ID has no milestone `plna`; it has `plan`
         refused: found nothing, expected text
         refused: mission ID is a securisation; vendors are dealt with in a vendor_escalation",
    );
}

#[test]
fn a_false_alarm_may_be_closed_before_it_starts() {
    check(
        "raised P1 a high",
        "2020-12-01 Claire close false_alarm Erreur de saisie du ministère",
        "closed [closed, nothing more] Fausse alerte : Erreur de saisie du ministère",
    );
}

#[test]
fn naming_a_vendor_takes_its_reply_and_the_director() {
    check(
        "raised V1 a critical",
        "2020-12-01 Claire reply Éditeur 2020-12-01 Non
         2020-12-01 Claire accept Mise en demeure sans effet
         2020-12-02 Directeur name Éditeur Livraisons refusées trois fois
         2020-12-03 Claire reply Éditeur 2020-12-04 Trop tôt
         2020-12-20 Claire reply Éditeur 2020-12-18
         2020-12-21 Claire name Éditeur Livraisons refusées trois fois
         2020-12-21 Directeur name Autre Livraisons refusées trois fois
         2020-12-21 Directeur name Éditeur Livraisons refusées trois fois",
        "refused: mission ID is proposed, expected open or closed
         accepted [open, start by 2020-12-15] Mise en demeure sans effet
         refused: `Éditeur` has not replied; record its reply, or up to when it was waited for, with `vigie missions vendor-reply ID`, before it is named in public
         refused: the reply is 2020-12-04, after today, 2020-12-03
         vendor_replied [open, start by 2020-12-15] Éditeur n’avait pas répondu au 18 décembre 2020.
         refused: naming a vendor in public is decided by the director, Directeur, not by Claire
         refused: `Autre` has not replied; record its reply, or up to when it was waited for, with `vigie missions vendor-reply ID`, before it is named in public
         vendor_named [open, start by 2020-12-15] Éditeur sera cité publiquement (échec) : Livraisons refusées trois fois",
    );
}

#[test]
fn what_is_overdue_is_late_until_it_is_done() {
    let mission = planned(&[], "raised D1 a high", 1).remove(0);
    assert_eq!(mission.due_on, day("2020-12-14"));
    assert!(!mission.is_late(day("2020-12-14")));
    assert!(mission.is_late(day("2020-12-15")));
    let declined = super::done(std::slice::from_ref(&mission), &decline("Non"));
    assert!(!declined[0].is_late(day("2020-12-15")));
}
