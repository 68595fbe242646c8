//! Which messages of a campaign are due, to whom, and about which projects. Pure.
//!
//! Each is due from its day until the campaign closes, and written once: a service that was down on the day writes it
//! the day after.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use crate::domain::ids::{MinistryCode, NoticeId, ProjectId};
use crate::domain::messages::notice::{NoticeKind, Receiver};
use crate::domain::portfolio::campaign::Campaign;
use crate::domain::portfolio::edition::EditionId;
use crate::notify::channels::directory::Directory;
use crate::notify::compose::context::notice_id;
use crate::notify::compose::terms::NoticeTerms;
use crate::notify::settings::NotifySettings;
use crate::support::clock::today;

/// Days after the closing until which its message is written, should the service have been down.
const CLOSING_TOLD_WITHIN: i64 = 30;

/// A campaign, and what each project still has to answer.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignQuestions {
    /// An edition has one campaign at most.
    pub edition: EditionId,
    pub opens_on: NaiveDate,
    /// The last day on which answers are expected.
    pub closes_on: NaiveDate,
    /// In the order in which messages name them.
    pub projects: Vec<QuestionedProject>,
}

/// What a campaign asks about a project.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionedProject {
    pub project: ProjectId,
    pub ministry: MinistryCode,
    /// Number of questions; none are asked about a project with 0.
    pub asked: usize,
    /// How many of them were answered during the campaign.
    pub answered: usize,
    /// Labels of the answers that would settle the most verdicts, the first one first.
    pub wanted: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
pub struct CampaignInputs<'a> {
    pub now: DateTime<Utc>,
    pub questions: &'a CampaignQuestions,
    pub directory: &'a Directory,
    pub terms: &'a NoticeTerms,
    pub settings: &'a NotifySettings,
    /// Messages that were written before, of this campaign or of any other, with the day.
    pub written: &'a BTreeMap<NoticeId, NaiveDate>,
}

/// A message to write.
#[derive(Clone, Debug, PartialEq)]
pub struct DueMessage<'a> {
    pub id: NoticeId,
    pub receiver: Receiver,
    pub kind: NoticeKind,
    /// The earlier message that it follows on.
    pub follows: Option<NoticeId>,
    /// Those that it asks about; in the message of the closing, all those of the campaign.
    pub projects: Vec<&'a QuestionedProject>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DueMessages<'a> {
    /// By receiver.
    pub messages: Vec<DueMessage<'a>>,
    /// Projects about which nobody can be asked: neither their director nor a relay is known, nor the risk team's
    /// address.
    pub unreached: Vec<&'a ProjectId>,
}

/// Whether any message of a campaign may be due on a day.
pub fn may_write(campaign: &Campaign, day: NaiveDate) -> bool {
    campaign.opens_on <= day && (day - campaign.closes_on).num_days() <= CLOSING_TOLD_WITHIN
}

impl QuestionedProject {
    pub fn has_answered(&self) -> bool {
        self.answered > 0
    }
}

/// The messages to write now; none when mail is not set up.
pub fn due_messages(inputs: CampaignInputs<'_>) -> DueMessages<'_> {
    let CampaignInputs { questions, settings, .. } = inputs;
    let today = today(inputs.now);
    let mut due = DueMessages::default();
    if !settings.mail.is_on() || today < questions.opens_on {
        return due;
    }
    let asked = || questions.projects.iter().filter(|project| project.asked > 0);
    if today > questions.closes_on {
        due.messages.extend(closing(inputs, asked().collect()));
        return due;
    }
    // What would leave after the closing asks nothing any more.
    let leaves_on = crate::support::clock::today(settings.calendar.office_hours_from(inputs.now));
    if leaves_on > questions.closes_on {
        return due;
    }
    let mut by_receiver: BTreeMap<Receiver, Vec<&QuestionedProject>> = BTreeMap::new();
    for project in asked().filter(|project| !project.has_answered()) {
        match receiver(inputs, project) {
            Some(receiver) => by_receiver.entry(receiver).or_default().push(project),
            None => due.unreached.push(&project.project),
        }
    }
    let messages = by_receiver.into_iter();
    due.messages.extend(messages.filter_map(|(one, projects)| question(inputs, one, projects)));
    due
}

/// The project's director; or else whoever relays at its ministry, or else the risk team.
fn receiver(inputs: CampaignInputs<'_>, project: &QuestionedProject) -> Option<Receiver> {
    let CampaignInputs { directory, settings, .. } = inputs;
    if directory.has_director(&project.project) {
        return Some(Receiver::ProjectDirector(project.project.clone()));
    }
    if directory.has_relay(&project.ministry) {
        return Some(Receiver::SecurityRelay(project.ministry.clone()));
    }
    (!settings.mail.dinum.is_empty()).then_some(Receiver::Dinum)
}

/// The opening to a receiver who has not been written to, or the last reminder that is due.
fn question<'a>(
    inputs: CampaignInputs<'a>,
    receiver: Receiver,
    projects: Vec<&'a QuestionedProject>,
) -> Option<DueMessage<'a>> {
    let opening = id(inputs.questions, &receiver, NoticeKind::Questionnaire, None);
    let Some(asked_on) = inputs.written.get(&opening) else {
        let (id, kind) = (opening, NoticeKind::Questionnaire);
        return Some(DueMessage { id, receiver, kind, follows: None, projects });
    };
    let day = last_reminder_day(inputs, *asked_on)?;
    let kind = NoticeKind::QuestionnaireReminder;
    let reminder = id(inputs.questions, &receiver, kind, Some(day));
    let is_written = inputs.written.contains_key(&reminder);
    (!is_written).then_some(DueMessage {
        id: reminder,
        receiver,
        kind,
        follows: Some(opening),
        projects,
    })
}

/// The last day up to today on which a receiver asked on `asked_on` is to be reminded.
fn last_reminder_day(inputs: CampaignInputs<'_>, asked_on: NaiveDate) -> Option<NaiveDate> {
    let CampaignInputs { questions, terms, settings, .. } = inputs;
    let today = today(inputs.now);
    let days = terms.campaign.remind_before_days.iter();
    let days = days.filter_map(|before| {
        let day = questions.closes_on.checked_sub_days(Days::new(u64::from(*before)))?;
        Some(settings.calendar.last_worked_day(day))
    });
    // A date in the future was written by a clock that was ahead: it counts as today.
    days.filter(|day| *day <= today && *day > asked_on.min(today)).max()
}

/// What the campaign came to, to the risk team.
fn closing<'a>(
    inputs: CampaignInputs<'a>,
    projects: Vec<&'a QuestionedProject>,
) -> Option<DueMessage<'a>> {
    let CampaignInputs { questions, settings, written, .. } = inputs;
    let receiver = Receiver::Dinum;
    let kind = NoticeKind::QuestionnaireClosing;
    let id = id(questions, &receiver, kind, Some(questions.closes_on));
    let is_late = (today(inputs.now) - questions.closes_on).num_days() > CLOSING_TOLD_WITHIN;
    let is_due = !is_late && !settings.mail.dinum.is_empty() && !written.contains_key(&id);
    is_due.then_some(DueMessage { id, receiver, kind, follows: None, projects })
}

/// The same however often it is composed; another for a campaign that opens on another day. `day` parts messages of one
/// kind.
fn id(
    questions: &CampaignQuestions,
    receiver: &Receiver,
    kind: NoticeKind,
    day: Option<NaiveDate>,
) -> NoticeId {
    let day = day.map_or_else(String::new, |one| one.to_string());
    let edition = questions.edition.to_string();
    let opened = questions.opens_on.and_time(NaiveTime::MIN).and_utc();
    notice_id(receiver, &["campaign", &edition, kind.as_str(), &day], opened)
}
