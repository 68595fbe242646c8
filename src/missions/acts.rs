//! Actions of people on a mission: each is allowed, and gives one change, or is refused with a
//! reason.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;
use thiserror::Error;

use super::playbook::Playbook;
use crate::domain::audit::Actor;
use crate::domain::conduct::Closing;
use crate::domain::conduct::Decision;
use crate::domain::conduct::MissionMilestone;
use crate::domain::conduct::NamingTone;
use crate::domain::conduct::Note;
use crate::domain::conduct::Outcome;
use crate::domain::conduct::PublicNaming;
use crate::domain::conduct::VendorReply;
use crate::domain::french;
use crate::domain::ids::MissionId;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::mission::MissionChangeKind;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissionAct {
    Accept { lead: Option<String>, reason: String },
    Decline { reason: String },
    Start { on: Option<NaiveDate>, lead: Option<String>, until: Option<NaiveDate> },
    AddMilestone { label: String, due_on: NaiveDate },
    FinishMilestone { label: String, on: Option<NaiveDate> },
    Note { text: String },
    VendorReply { vendor: String, asked_on: Option<NaiveDate>, on: NaiveDate, text: Option<String> },
    NameVendor { vendor: String, tone: NamingTone, reason: String },
    Close { outcome: Outcome, on: Option<NaiveDate>, reason: String },
}

/// Who acts, when, and under which rules.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
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
    #[error("{what} is empty; say it, for those who come after")]
    Empty { what: &'static str },
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
    hand: Hand<'_>,
) -> Result<MissionChange, MissionRefusal> {
    let (mut after, kind, reason) = match act {
        MissionAct::Accept { lead, reason } => accept(mission, lead.as_ref(), reason, hand)?,
        MissionAct::Decline { reason } => decline(mission, reason, hand)?,
        MissionAct::Start { on, lead, until } => {
            start(mission, (*on, lead.as_ref(), *until), hand)?
        }
        MissionAct::AddMilestone { label, due_on } => add_milestone(mission, label, *due_on)?,
        MissionAct::FinishMilestone { label, on } => finish_milestone(mission, label, *on, hand)?,
        MissionAct::Note { text } => note(mission, text, hand)?,
        MissionAct::VendorReply { vendor, asked_on, on, text } => {
            let reply = VendorReply {
                vendor: vendor.clone(),
                asked_on: *asked_on,
                on: *on,
                text: text.clone(),
                recorded_by: hand.by.clone(),
            };
            vendor_reply(mission, reply, hand)?
        }
        MissionAct::NameVendor { vendor, tone, reason } => {
            name_vendor(mission, vendor, *tone, reason, hand)?
        }
        MissionAct::Close { outcome, on, reason } => close(mission, *outcome, *on, reason, hand)?,
    };
    after.revision += 1;
    Ok(MissionChange { mission: after, kind, reason, by: Some(hand.by.clone()) })
}

type Changed = Result<(Mission, MissionChangeKind, String), MissionRefusal>;

fn accept(mission: &Mission, lead: Option<&String>, reason: &str, hand: Hand<'_>) -> Changed {
    in_state(mission, MissionState::Proposed)?;
    said("the reason", reason)?;
    let mut after = mission.clone();
    after.state = MissionState::Open;
    after.due_on = hand.playbook.start_by(mission.kind, hand.today);
    after.conduct.decision = Some(decision(true, reason, hand));
    if let Some(lead) = lead {
        said("the lead", lead)?;
        after.conduct.lead = Some(lead.clone());
    }
    Ok((after, MissionChangeKind::Accepted, reason.to_owned()))
}

fn decline(mission: &Mission, reason: &str, hand: Hand<'_>) -> Changed {
    in_state(mission, MissionState::Proposed)?;
    said("the reason", reason)?;
    let mut after = mission.clone();
    after.state = MissionState::Declined;
    after.conduct.decision = Some(decision(false, reason, hand));
    Ok((after, MissionChangeKind::Declined, reason.to_owned()))
}

fn decision(accepted: bool, reason: &str, hand: Hand<'_>) -> Decision {
    Decision { accepted, by: hand.by.clone(), on: hand.today, reason: reason.to_owned() }
}

fn start(
    mission: &Mission,
    (on, lead, until): (Option<NaiveDate>, Option<&String>, Option<NaiveDate>),
    hand: Hand<'_>,
) -> Changed {
    in_state(mission, MissionState::Open)?;
    if let Some(already) = mission.conduct.started_on {
        return Err(MissionRefusal::Started { id: mission.id.clone(), on: already });
    }
    let on = past("the start", on, mission, hand)?;
    let mut after = mission.clone();
    after.conduct.started_on = Some(on);
    if let Some(lead) = lead {
        said("the lead", lead)?;
        after.conduct.lead = Some(lead.clone());
    }
    after.due_on = until.unwrap_or_else(|| hand.playbook.complete_by(mission.kind, on));
    not_before("the end", after.due_on, (on, "its start"))?;
    let whose = after.conduct.lead.as_ref().map_or_else(String::new, |name| format!(" par {name}"));
    let end = french::date(after.due_on);
    let reason = format!("Démarrée le {}{whose}, fin prévue le {end}.", french::date(on));
    Ok((after, MissionChangeKind::Started, reason))
}

fn add_milestone(mission: &Mission, label: &str, due_on: NaiveDate) -> Changed {
    in_state(mission, MissionState::Open)?;
    said("the milestone", label)?;
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

fn finish_milestone(
    mission: &Mission,
    label: &str,
    on: Option<NaiveDate>,
    hand: Hand<'_>,
) -> Changed {
    in_state(mission, MissionState::Open)?;
    let on = past("the milestone", on, mission, hand)?;
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

/// Notes are also allowed on a mission that has ended: what is learnt later is worth recording.
fn note(mission: &Mission, text: &str, hand: Hand<'_>) -> Changed {
    said("the note", text)?;
    let mut after = mission.clone();
    let note = Note { by: hand.by.clone(), at: hand.at, text: text.to_owned() };
    after.conduct.notes.push(note);
    Ok((after, MissionChangeKind::Noted, text.to_owned()))
}

fn vendor_reply(mission: &Mission, reply: VendorReply, hand: Hand<'_>) -> Changed {
    escalation(mission)?;
    said("the vendor", &reply.vendor)?;
    if let Some(text) = &reply.text {
        said("the reply", text)?;
    }
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

fn name_vendor(
    mission: &Mission,
    vendor: &str,
    tone: NamingTone,
    reason: &str,
    hand: Hand<'_>,
) -> Changed {
    escalation(mission)?;
    said("the reason", reason)?;
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

fn close(
    mission: &Mission,
    outcome: Outcome,
    on: Option<NaiveDate>,
    reason: &str,
    hand: Hand<'_>,
) -> Changed {
    in_state(mission, MissionState::Open)?;
    said("the reason", reason)?;
    let started = mission.conduct.started_on;
    if started.is_none() && outcome != Outcome::NoAction && outcome != Outcome::FalseAlarm {
        return Err(MissionRefusal::NotStarted { id: mission.id.clone() });
    }
    let on = past("the end", on, mission, hand)?;
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

fn said(what: &'static str, text: &str) -> Result<(), MissionRefusal> {
    if text.trim().is_empty() { Err(MissionRefusal::Empty { what }) } else { Ok(()) }
}

/// A date in the past: today by default, not in the future, not before the mission began.
fn past(
    what: &'static str,
    on: Option<NaiveDate>,
    mission: &Mission,
    hand: Hand<'_>,
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
