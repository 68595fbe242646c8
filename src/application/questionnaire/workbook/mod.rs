//! The questionnaire of a ministry as a workbook, to be filled in, sent back and imported: one column of answers for each
//! project, the last answers beside.

pub(in crate::application::questionnaire) mod answers;
pub(in crate::application::questionnaire) mod contents;
mod guide;
mod lists;
mod looks;
mod sheet;
mod writing;

use chrono::NaiveDate;

use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::questionnaire::refusal::QuestionnaireRefusal;
use crate::application::questionnaire::wanted_answers::wanted_of;
use crate::application::{ApplicationError, Exported, Services};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::frame;
use crate::intake::name_key;
use contents::Questionnaire;

/// Projects of one workbook: each has three columns, and an import reads 500 of them.
const MOST_PROJECTS: usize = 165;

/// Questions of one workbook: an import reads 500 rows of a transposed file, headings included.
const MOST_QUESTIONS: usize = 400;

/// What to ask of whom.
#[derive(Clone, Debug)]
pub struct QuestionnaireRequest {
    /// Code or name of the ministry.
    pub ministry: String,
    /// By their ids or names; all of the ministry's that are under way when empty.
    pub projects: Vec<String>,
    /// Date of the edition and of the last answers; today by default.
    pub as_of: Option<NaiveDate>,
}

/// The workbook that asks a ministry about its projects of the edition in force which are neither completed nor stopped. The
/// answers are for the edition of the campaign that is open or the next one; without one, for the edition in force.
///
/// # Errors
/// When there is no such ministry or project, none that is under way, or too much to ask in one workbook.
pub async fn questionnaire_workbook(
    services: &Services,
    request: &QuestionnaireRequest,
) -> Result<Exported, ApplicationError> {
    let known = view::known_data(services, request.as_of).await?;
    let mut wanted = Vec::new();
    for name in &request.projects {
        wanted.push(view::find_project(services, name).await?.project);
    }
    let in_force = catalogue::catalogue(services).await?;
    let (ministry, return_to) = (request.ministry.clone(), services.notify.mail.dinum.clone());
    let write = move || {
        let (as_of, portfolio) = (known.as_of, &known.portfolio);
        let (first, asked) = asked(portfolio, (&ministry, &wanted), as_of)?;
        let themes = contents::themes(&in_force.catalogue);
        let questions = themes.iter().map(|theme| theme.questions.len()).sum();
        within(asked.len(), "projects", MOST_PROJECTS)?;
        within(questions, "questions", MOST_QUESTIONS)?;
        let is_asked = |project: &ProjectId| asked.iter().any(|one| one.project == *project);
        let priorities = wanted_of(portfolio, &in_force, as_of, &is_asked)?;
        let data = (portfolio, in_force.catalogue.dictionary().as_ref());
        let project = |one: &&Snapshot| contents::asked_project(one, data, &priorities, as_of);
        let campaign = contents::campaign(portfolio, as_of);
        let questionnaire = Questionnaire {
            ministry: first.ministry.clone(),
            ministry_label: first.ministry_label.clone(),
            edition: campaign.map_or(first.edition, |campaign| campaign.edition),
            closes_on: campaign.map(|campaign| campaign.closes_on),
            as_of,
            projects: asked.iter().map(project).collect(),
            themes,
            return_to,
        };
        let name = file_name(&questionnaire, &wanted);
        Ok(Exported { name, bytes: writing::workbook(&questionnaire)? })
    };
    tokio::task::spawn_blocking(write).await?
}

/// A project of the ministry in the edition in force, and those to ask, by name.
fn asked<'p>(
    portfolio: &'p Portfolio,
    (called, wanted): (&str, &[ProjectId]),
    as_of: NaiveDate,
) -> Result<(&'p Snapshot, Vec<&'p Snapshot>), ApplicationError> {
    let edition = frame::editions_in_force(portfolio, as_of)?.current;
    let requested = name_key(called);
    let is_called = |one: &&Snapshot| {
        let is_so = |name: &str| name_key(name) == requested;
        one.edition == edition && (is_so(one.ministry.as_str()) || is_so(&one.ministry_label))
    };
    let listed: Vec<&Snapshot> = portfolio.snapshots.iter().filter(is_called).collect();
    let Some(first) = listed.first().copied() else {
        return Err(ApplicationError::NoSuchMinistry(called.to_owned()));
    };
    let ministry = first.ministry.to_string();
    let mut asked: Vec<&Snapshot> =
        listed.into_iter().filter(|one| contents::is_under_way(one)).collect();
    if let Some(other) = wanted.iter().find(|id| asked.iter().all(|one| one.project != **id)) {
        let project = other.to_string();
        return Err(QuestionnaireRefusal::NotAsked { project, ministry, edition }.into());
    }
    asked.retain(|one| wanted.is_empty() || wanted.contains(&one.project));
    asked.sort_by_cached_key(|one| name_key(&one.name));
    if asked.is_empty() {
        return Err(QuestionnaireRefusal::NothingToAsk { ministry, edition }.into());
    }
    Ok((first, asked))
}

fn within(found: usize, what: &'static str, most: usize) -> Result<(), ApplicationError> {
    if found > most {
        return Err(QuestionnaireRefusal::TooMuchToAsk { found, what, most }.into());
    }
    Ok(())
}

/// It begins with the edition, by which an import knows it.
fn file_name(questionnaire: &Questionnaire, wanted: &[ProjectId]) -> String {
    let Questionnaire { edition, ministry, .. } = questionnaire;
    match wanted {
        [one] => format!("{edition}.questionnaire-{ministry}-{one}.xlsx"),
        _ => format!("{edition}.questionnaire-{ministry}.xlsx"),
    }
}
