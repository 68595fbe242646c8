//! Messages of campaigns: the questions, reminders to those who have not answered, and what became of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tracing::warn;

use super::campaign_report::ProjectAnswers;
use super::campaigns::campaigns;
use super::report::campaign_report;
use super::workbook::{QuestionnaireRequest, questionnaire_workbook};
use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, ExportFormat, Services};
use crate::domain::ids::{MinistryCode, NoticeId, ProjectId};
use crate::domain::messages::attachment::Attachment;
use crate::domain::messages::notice::{NoticeKind, Receiver};
use crate::domain::portfolio::campaign::{Campaign, CampaignState};
use crate::domain::portfolio::published::Portfolio;
use crate::notify::{
    CampaignInputs, CampaignQuestions, Directory, DueMessage, NoticeTerms, QuestionedProject,
};
use crate::support::clock::today;
use crate::{frame, notify};

const KINDS: [NoticeKind; 3] = [
    NoticeKind::Questionnaire,
    NoticeKind::QuestionnaireReminder,
    NoticeKind::QuestionnaireClosing,
];

/// Writes the messages of campaigns that are due today, and returns how many. Each is written once.
///
/// # Errors
///
/// The message terms have a fault, or the data cannot be read.
pub async fn write_campaign_messages(services: &Services) -> Result<u64, ApplicationError> {
    let now = services.clock.now();
    let day = today(now);
    let mut current = campaigns(services).await?;
    current.retain(|one| notify::may_write(one, day));
    if current.is_empty() || !services.notify.mail.is_on() {
        return Ok(0);
    }
    let known = view::known_data(services, Some(day)).await?;
    let rules = catalogue::rules_in_force(services).await?;
    let terms = NoticeTerms::parse(rules.texts.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&known.portfolio, rules.titles().clone(), day);
    let under_way = under_way(&known.portfolio, day)?;
    let written = written(services).await?;
    let mut notices = Vec::new();
    for campaign in current {
        let inputs = |questions| CampaignInputs {
            now,
            questions,
            directory: &directory,
            terms: &terms,
            settings: &services.notify,
            written: &written,
        };
        // What projects answered takes a moment to find: not while only the closing, written before, could be due.
        let without_projects = questions(&campaign, 0, &[]);
        let is_closed = campaign.state(day) == CampaignState::Closed;
        if is_closed && notify::due_messages(inputs(&without_projects)).messages.is_empty() {
            continue;
        }
        let report = campaign_report(services, campaign.edition, Some(day)).await?;
        // Of what is over, or gone from the edition in force, nothing is asked any more.
        let still = report.projects.iter().filter(|one| under_way.contains(&one.project));
        let still: Vec<ProjectAnswers> = still.cloned().collect();
        let asked = questions(&campaign, report.questions, &still);
        let inputs = inputs(&asked);
        let due = notify::due_messages(inputs);
        say_unreached(&campaign, due.unreached.len());
        let workbooks = workbooks(services, &due.messages, day).await?;
        notices.extend(notify::campaign_notices(inputs, &due.messages, &workbooks)?);
    }
    Ok(services.store.commit_reminders(&notices, &[], now).await?)
}

/// The projects that the edition in force lists and that go on.
fn under_way(
    portfolio: &Portfolio,
    day: NaiveDate,
) -> Result<BTreeSet<ProjectId>, ApplicationError> {
    let edition = frame::editions_in_force(portfolio, day)?.current;
    let of_edition = portfolio.snapshots.iter().filter(|one| one.edition == edition);
    Ok(of_edition.filter(|one| !one.is_over()).map(|one| one.project.clone()).collect())
}

/// The workbooks that go with messages, by receiver: one for each ministry whose projects a message asks about.
async fn workbooks(
    services: &Services,
    due: &[DueMessage<'_>],
    day: NaiveDate,
) -> Result<BTreeMap<Receiver, Vec<Attachment>>, ApplicationError> {
    let mut workbooks: BTreeMap<Receiver, Vec<Attachment>> = BTreeMap::new();
    for message in due.iter().filter(|one| one.kind != NoticeKind::QuestionnaireClosing) {
        let mut asked: BTreeMap<&MinistryCode, Vec<String>> = BTreeMap::new();
        for one in &message.projects {
            asked.entry(&one.ministry).or_default().push(one.project.to_string());
        }
        for (ministry, projects) in asked {
            let ministry = ministry.to_string();
            let request = QuestionnaireRequest { ministry, projects, as_of: Some(day) };
            let files = workbooks.entry(message.receiver.clone()).or_default();
            files.extend(workbook(services, &request).await?);
        }
    }
    Ok(workbooks)
}

/// `None`, said in the log, when the questions make no workbook that a mail can carry: the message leaves without it.
async fn workbook(
    services: &Services,
    request: &QuestionnaireRequest,
) -> Result<Option<Attachment>, ApplicationError> {
    let fault = match questionnaire_workbook(services, request).await {
        Ok(file) => {
            let media_type = ExportFormat::Xlsx.media_type();
            match Attachment::new(&file.name, media_type, file.bytes) {
                Ok(attachment) => return Ok(Some(attachment)),
                Err(fault) => fault.to_string(),
            }
        }
        Err(
            refusal @ (ApplicationError::Questionnaire(_)
            | ApplicationError::NoSuchMinistry(_)
            | ApplicationError::NoSuchProject { .. }),
        ) => refusal.to_string(),
        Err(fault) => return Err(fault),
    };
    warn!(
        ministry = %request.ministry,
        error = fault,
        "The questions to projects of {} leave without their workbook",
        request.ministry
    );
    Ok(None)
}

/// Messages of campaigns that were written, with the day.
async fn written(services: &Services) -> Result<BTreeMap<NoticeId, NaiveDate>, ApplicationError> {
    let written = services.store.written_notices(&KINDS).await?;
    Ok(written.into_iter().map(|(id, at)| (id, today(at))).collect())
}

/// `asked` is the number of questions to each project.
fn questions(campaign: &Campaign, asked: u64, projects: &[ProjectAnswers]) -> CampaignQuestions {
    let Campaign { edition, opens_on, closes_on } = *campaign;
    let project = |one: &ProjectAnswers| QuestionedProject {
        project: one.project.clone(),
        ministry: one.ministry.clone(),
        asked: size(asked),
        answered: size(one.given + one.unknown + one.withheld),
        wanted: one.wanted.iter().map(|answer| answer.label.clone()).collect(),
    };
    let projects = projects.iter().map(project).collect();
    CampaignQuestions { edition, opens_on, closes_on, projects }
}

fn say_unreached(campaign: &Campaign, projects: usize) {
    if projects > 0 {
        warn!(
            campaign.edition = %campaign.edition,
            "Nobody can be asked about {projects} projects of the campaign for edition {}: neither a director nor a \
             security relay is known, and `mail.dinum` is empty",
            campaign.edition
        );
    }
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
