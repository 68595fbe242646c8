//! Actions of people on a mission: each is allowed, and gives one change, or is refused with a
//! reason.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::bodies::{
    MilestoneReached, MissionAct, MissionClosing, MissionDecision, MissionStart, MissionVerdict,
    NewMilestone, NewVendorReply, VendorNaming,
};
use super::playbook::Playbook;
use crate::domain::accounts::audit::Actor;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::MissionId;
use crate::domain::missions::mission::{
    Mission, MissionChange, MissionChangeKind, MissionKind, MissionState,
};
use crate::domain::missions::progress::{
    Closing, Decision, MissionMilestone, MissionOutcome, Note, PublicNaming, VendorReply,
};
use crate::support::french;

/// Who acts, when, and under which rules.
#[derive(Clone, Copy, Debug)]
pub struct ActContext<'a> {
    pub by: &'a Actor,
    pub at: DateTime<Utc>,
    /// The current day in Paris.
    pub today: NaiveDate,
    pub playbook: &'a Playbook,
    /// The only person who may name a vendor in public; `None` when nobody is configured.
    pub director: Option<&'a str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MissionRefusal {
    #[error("mission {id} is {found}, expected {expected}")]
    State { id: MissionId, found: &'static str, expected: &'static str },
    #[error("mission {id} started on {on} already")]
    Started { id: MissionId, on: NaiveDate },
    #[error("mission {id} has not started; `vigie missions start {id}` does")]
    NotStarted { id: MissionId },
    #[error("{what} is {found}, after today, {today}")]
    Future { what: &'static str, found: NaiveDate, today: NaiveDate },
    #[error("{what} is {found}, before {bound}, {of}")]
    Before { what: &'static str, found: NaiveDate, bound: NaiveDate, of: &'static str },
    #[error("mission {id} has a milestone `{label}` already")]
    MilestoneTaken { id: MissionId, label: String },
    #[error("mission {id} has no milestone `{label}`; it has {known}")]
    NoMilestone { id: MissionId, label: String, known: String },
    #[error("milestone `{label}` was reached on {on} already")]
    MilestoneDone { label: String, on: NaiveDate },
    #[error("mission {id} is a {found}; vendors are dealt with in a vendor_escalation")]
    NotAnEscalation { id: MissionId, found: &'static str },
    #[error(
        "`{vendor}` has not replied; record its reply, or up to when it was waited for, with \
         `vigie missions vendor-reply {id}`, before it is named in public"
    )]
    NoReply { id: MissionId, vendor: String },
    #[error("naming a vendor in public is decided by the director, {director}, not by {by}")]
    NotTheDirector { director: String, by: Actor },
    #[error("naming a vendor in public is decided by the director; `missions.director` names none")]
    NoDirector,
}

/// Applies an action. Pure: returns the change, writes nothing.
///
/// # Errors
/// When the action is refused.
pub fn act(
    mission: &Mission,
    act: &MissionAct,
    hand: ActContext<'_>,
) -> Result<MissionChange, MissionRefusal> {
    let (mut after, kind, reason) = match act {
        MissionAct::Decide(body) => decide(mission, body, hand)?,
        MissionAct::Start(body) => start(mission, body, hand)?,
        MissionAct::AddMilestone(body) => add_milestone(mission, body)?,
        MissionAct::FinishMilestone(body) => finish_milestone(mission, body, hand)?,
        MissionAct::Note(body) => note(mission, body.text.as_str(), hand),
        MissionAct::VendorReply(body) => vendor_reply(mission, body, hand)?,
        MissionAct::NameVendor(body) => name_vendor(mission, body, hand)?,
        MissionAct::Close(body) => close(mission, body, hand)?,
    };
    after.revision += 1;
    Ok(MissionChange { mission: after, kind, reason, by: Some(hand.by.clone()) })
}

type Change = (Mission, MissionChangeKind, String);
type Changed = Result<Change, MissionRefusal>;

fn decide(mission: &Mission, body: &MissionDecision, hand: ActContext<'_>) -> Changed {
    in_state(mission, MissionState::Proposed)?;
    let MissionDecision { verdict, reason, lead } = body;
    let (accepted, reason) = (*verdict == MissionVerdict::Accept, reason.as_str().to_owned());
    let mut after = mission.clone();
    let (by, on) = (hand.by.clone(), hand.today);
    after.conduct.decision = Some(Decision { accepted, by, on, reason: reason.clone() });
    if accepted {
        after.state = MissionState::Open;
        after.due_on = hand.playbook.start_by(mission.kind, hand.today);
        lead_by(&mut after, lead.as_ref());
        return Ok((after, MissionChangeKind::Accepted, reason));
    }
    after.state = MissionState::Declined;
    Ok((after, MissionChangeKind::Declined, reason))
}

fn lead_by(mission: &mut Mission, lead: Option<&SingleLine>) {
    if let Some(lead) = lead {
        mission.conduct.lead = Some(lead.as_str().to_owned());
    }
}

fn start(mission: &Mission, body: &MissionStart, hand: ActContext<'_>) -> Changed {
    in_state(mission, MissionState::Open)?;
    if let Some(already) = mission.conduct.started_on {
        return Err(MissionRefusal::Started { id: mission.id.clone(), on: already });
    }
    let on = past("the start", body.on, mission, hand)?;
    let mut after = mission.clone();
    after.conduct.started_on = Some(on);
    lead_by(&mut after, body.lead.as_ref());
    after.due_on = body.until.unwrap_or_else(|| hand.playbook.complete_by(mission.kind, on));
    not_before("the end", after.due_on, (on, "its start"))?;
    let whose = after.conduct.lead.as_ref().map_or_else(String::new, |name| format!(" par {name}"));
    let end = french::date(after.due_on);
    let reason = format!("Démarrée le {}{whose}, fin prévue le {end}.", french::date(on));
    Ok((after, MissionChangeKind::Started, reason))
}

fn add_milestone(mission: &Mission, body: &NewMilestone) -> Changed {
    let (label, due_on) = (body.label.as_str(), body.due_on);
    in_state(mission, MissionState::Open)?;
    if mission.conduct.milestones.iter().any(|milestone| milestone.label == label) {
        let label = label.to_owned();
        return Err(MissionRefusal::MilestoneTaken { id: mission.id.clone(), label });
    }
    not_before("the milestone", due_on, (mission.opened_on, "when the mission was opened"))?;
    let mut after = mission.clone();
    let milestone = MissionMilestone { label: label.to_owned(), due_on, done_on: None };
    after.conduct.milestones.push(milestone);
    let reason = format!("« {label} », pour le {}.", french::date(due_on));
    Ok((after, MissionChangeKind::MilestoneAdded, reason))
}

fn finish_milestone(mission: &Mission, body: &MilestoneReached, hand: ActContext<'_>) -> Changed {
    let label = body.label.as_str();
    in_state(mission, MissionState::Open)?;
    let on = past("the milestone", body.on, mission, hand)?;
    let mut after = mission.clone();
    let milestones = &mut after.conduct.milestones;
    let Some(milestone) = milestones.iter_mut().find(|milestone| milestone.label == label) else {
        let known: Vec<String> =
            milestones.iter().map(|milestone| format!("`{}`", milestone.label)).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let label = label.to_owned();
        return Err(MissionRefusal::NoMilestone { id: mission.id.clone(), label, known });
    };
    if let Some(already) = milestone.done_on {
        return Err(MissionRefusal::MilestoneDone { label: label.to_owned(), on: already });
    }
    milestone.done_on = Some(on);
    let late = (on - milestone.due_on).num_days();
    let delay = if late > 0 {
        format!(", {late} {} après l’échéance", if late < 2 { "jour" } else { "jours" })
    } else {
        String::new()
    };
    let reason = format!("« {label} », le {}{delay}.", french::date(on));
    Ok((after, MissionChangeKind::MilestoneDone, reason))
}

/// Even on a mission that has ended: what is learnt later is worth keeping.
fn note(mission: &Mission, text: &str, hand: ActContext<'_>) -> Change {
    let mut after = mission.clone();
    let note = Note { by: hand.by.clone(), at: hand.at, text: text.to_owned() };
    after.conduct.notes.push(note);
    (after, MissionChangeKind::Noted, text.to_owned())
}

fn vendor_reply(mission: &Mission, body: &NewVendorReply, hand: ActContext<'_>) -> Changed {
    escalation(mission)?;
    let reply = VendorReply {
        vendor: body.vendor.as_str().to_owned(),
        asked_on: body.asked_on,
        on: body.on,
        text: body.text.as_ref().map(|text| text.as_str().to_owned()),
        recorded_by: hand.by.clone(),
    };
    let what = "the reply";
    if reply.on > hand.today {
        return Err(MissionRefusal::Future { what, found: reply.on, today: hand.today });
    }
    if let Some(asked_on) = reply.asked_on {
        not_before(what, reply.on, (asked_on, "when it was requested"))?;
    }
    let mut after = mission.clone();
    let reason = match &reply.text {
        Some(text) => format!("{}, le {} : {text}", reply.vendor, french::date(reply.on)),
        None => format!("{} n’avait pas répondu au {}.", reply.vendor, french::date(reply.on)),
    };
    after.conduct.vendor_replies.push(reply);
    Ok((after, MissionChangeKind::VendorReplied, reason))
}

fn name_vendor(mission: &Mission, body: &VendorNaming, hand: ActContext<'_>) -> Changed {
    let (vendor, tone, reason) = (body.vendor.as_str(), body.tone, body.reason.as_str());
    escalation(mission)?;
    match hand.director {
        None => return Err(MissionRefusal::NoDirector),
        Some(director) if director != hand.by.name() => {
            let (director, by) = (director.to_owned(), hand.by.clone());
            return Err(MissionRefusal::NotTheDirector { director, by });
        }
        Some(_) => {}
    }
    if !mission.conduct.vendor_replies.iter().any(|reply| reply.vendor == vendor) {
        let vendor = vendor.to_owned();
        return Err(MissionRefusal::NoReply { id: mission.id.clone(), vendor });
    }
    let mut after = mission.clone();
    after.conduct.namings.push(PublicNaming {
        vendor: vendor.to_owned(),
        tone,
        by: hand.by.clone(),
        on: hand.today,
        reason: reason.to_owned(),
    });
    let reason = format!("{vendor} sera cité publiquement ({}) : {reason}", tone.label());
    Ok((after, MissionChangeKind::VendorNamed, reason))
}

/// Escalation against a vendor requires a decision, so a mission that nobody accepted has no reply
/// to record.
fn escalation(mission: &Mission) -> Result<(), MissionRefusal> {
    if mission.kind != MissionKind::VendorEscalation {
        let found = mission.kind.as_str();
        return Err(MissionRefusal::NotAnEscalation { id: mission.id.clone(), found });
    }
    match mission.state {
        MissionState::Open | MissionState::Closed => Ok(()),
        MissionState::Proposed | MissionState::Declined | MissionState::Withdrawn => {
            Err(wrong_state(mission, "open or closed"))
        }
    }
}

fn close(mission: &Mission, body: &MissionClosing, hand: ActContext<'_>) -> Changed {
    let (outcome, reason) = (body.outcome, body.reason.as_str());
    in_state(mission, MissionState::Open)?;
    let started = mission.conduct.started_on;
    if started.is_none()
        && outcome != MissionOutcome::NoAction
        && outcome != MissionOutcome::FalseAlarm
    {
        return Err(MissionRefusal::NotStarted { id: mission.id.clone() });
    }
    let on = past("the end", body.on, mission, hand)?;
    if let Some(started) = started {
        not_before("the end", on, (started, "its start"))?;
    }
    let mut after = mission.clone();
    after.state = MissionState::Closed;
    after.conduct.closing =
        Some(Closing { outcome, by: hand.by.clone(), on, reason: reason.to_owned() });
    let reason = format!("{} : {reason}", capital(outcome.label()));
    Ok((after, MissionChangeKind::Closed, reason))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>())
        + letters.as_str()
}

fn in_state(mission: &Mission, expected: MissionState) -> Result<(), MissionRefusal> {
    if mission.state == expected { Ok(()) } else { Err(wrong_state(mission, expected.as_str())) }
}

fn wrong_state(mission: &Mission, expected: &'static str) -> MissionRefusal {
    MissionRefusal::State { id: mission.id.clone(), found: mission.state.as_str(), expected }
}

/// A date in the past: today by default, not in the future, not before the mission began.
fn past(
    what: &'static str,
    on: Option<NaiveDate>,
    mission: &Mission,
    hand: ActContext<'_>,
) -> Result<NaiveDate, MissionRefusal> {
    let Some(found) = on else { return Ok(hand.today) };
    if found > hand.today {
        return Err(MissionRefusal::Future { what, found, today: hand.today });
    }
    not_before(what, found, (mission.opened_on, "when the mission was opened"))?;
    Ok(found)
}

fn not_before(
    what: &'static str,
    found: NaiveDate,
    (bound, of): (NaiveDate, &'static str),
) -> Result<(), MissionRefusal> {
    if found < bound {
        return Err(MissionRefusal::Before { what, found, bound, of });
    }
    Ok(())
}
