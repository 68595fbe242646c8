//! The questionnaire of one project, for a person who answers it page by page: what is asked, what each answer serves, and the
//! last answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::refusal::QuestionnaireRefusal;
use super::report::shown;
use super::workbook::answers::{Allowed, AnswerFormat, NO, WORDS, YES, no_answer, step};
use super::workbook::contents;
use super::workbook::contents::AskedProject;
use crate::application::publishing::catalogue;
use crate::application::queries::{names, view};
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::Answer;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::Verdict;
use crate::domain::value::Value;
use crate::frame;
use crate::frame::AnswersBehind;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, Unit};

/// What any question may be answered in place of a value: that the last answer holds, that nobody knows, that it is withheld.
pub const NO_VALUE: [&str; 3] = WORDS;

/// What one project is asked.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerSheet {
    pub project: ProjectId,
    pub name: String,
    pub ministry: MinistryCode,
    /// The edition that the answers serve.
    pub edition: EditionId,
    /// The last day on which an answer is on time; `None` without a campaign.
    pub closes_on: Option<NaiveDate>,
    /// The day of the answers.
    pub as_of: NaiveDate,
    /// Who signed the latest answer.
    pub answered_by: Option<String>,
    /// In the order of the questionnaire.
    pub themes: Vec<AskedTheme>,
}

#[derive(Clone, Debug, Serialize)]
pub struct AskedTheme {
    pub title: &'static str,
    pub questions: Vec<AskedQuestion>,
}

/// A question, and how it is answered.
#[derive(Clone, Debug, Serialize)]
pub struct AskedQuestion {
    pub field: &'static str,
    pub label: &'static str,
    /// In French, a complete sentence.
    pub text: &'static str,
    /// What is expected, in French.
    pub expected: String,
    /// The values to choose from; empty where the value is written.
    pub choices: Vec<&'static str>,
    pub is_date: bool,
    /// Whether it is written in percent, and recorded as a ratio.
    pub is_percent: bool,
    /// Titles of the rules that could not judge the project for want of the answer.
    pub awaited_by: Vec<String>,
    pub last: Option<LastShownAnswer>,
}

/// The last answer to a question, as people read it.
#[derive(Clone, Debug, Serialize)]
pub struct LastShownAnswer {
    pub shown: String,
    /// As a file would give it.
    #[serde(skip)]
    pub written: String,
    pub on: NaiveDate,
}

/// What a project that is under way is asked as of today, of those that the services show.
///
/// # Errors
/// When there is no such project, or it is not under way in the edition in force.
pub async fn answer_sheet(
    services: &Services,
    project: &str,
) -> Result<AnswerSheet, ApplicationError> {
    let found = view::find_project(services, project).await?;
    let known = view::known_data(services, None).await?;
    let (as_of, portfolio) = (known.as_of, &known.portfolio);
    let dictionary = catalogue::dictionary(services).await?;
    let awaiting = awaiting(services, &found.project, &dictionary).await?;
    let edition = frame::editions_in_force(portfolio, as_of)?.current;
    let of_project = |one: &&Snapshot| one.project == found.project && one.edition == edition;
    let listed = portfolio.snapshots.iter().find(of_project);
    let listed = listed.filter(|one| contents::is_under_way(one)).ok_or_else(|| {
        let ministry = found.ministry.to_string();
        QuestionnaireRefusal::NotAsked { project: found.project.to_string(), ministry, edition }
    })?;
    let asked = contents::asked_project(listed, (portfolio, dictionary.as_ref()), &[], as_of);
    let campaign = contents::campaign(portfolio, as_of);
    Ok(AnswerSheet {
        project: listed.project.clone(),
        name: listed.name.clone(),
        ministry: listed.ministry.clone(),
        edition: campaign.map_or(edition, |campaign| campaign.edition),
        closes_on: campaign.map(|campaign| campaign.closes_on),
        as_of,
        themes: themes(&dictionary, &asked, &awaiting),
        answered_by: asked.answered_by,
    })
}

/// The titles of the rules that could not judge a project in the last cycle, by the questions whose answers they lacked.
async fn awaiting(
    services: &Services,
    project: &ProjectId,
    dictionary: &Dictionary,
) -> Result<BTreeMap<&'static str, BTreeSet<String>>, ApplicationError> {
    let mut awaiting: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let Some(cycle) = services.store.last_cycle().await? else { return Ok(awaiting) };
    let titles = names::rule_titles(services).await?;
    let subject = Subject::Project(project.clone());
    for judgement in services.store.judgements_of(&subject, cycle.number).await? {
        let Verdict::Unknown { missing } = judgement.verdict else { continue };
        let Some(title) = titles.get(&judgement.rule) else { continue };
        for lacked in missing {
            let AnswersBehind::All(questions) = AnswersBehind::of(&lacked.field, dictionary) else {
                continue;
            };
            for question in questions {
                awaiting.entry(question).or_default().insert(title.clone());
            }
        }
    }
    Ok(awaiting)
}

/// The questions under their headings, in the order of the dictionary.
fn themes(
    dictionary: &Dictionary,
    asked: &AskedProject,
    awaiting: &BTreeMap<&'static str, BTreeSet<String>>,
) -> Vec<AskedTheme> {
    let mut themes: Vec<AskedTheme> = Vec::new();
    for field in dictionary.questions() {
        let title = field.theme.unwrap_or(contents::OTHER_QUESTIONS);
        let rules = awaiting.get(field.name).cloned().unwrap_or_default();
        let question = question(field, asked, rules.into_iter().collect());
        match themes.iter_mut().find(|theme| theme.title == title) {
            Some(theme) => theme.questions.push(question),
            None => themes.push(AskedTheme { title, questions: vec![question] }),
        }
    }
    themes
}

fn question(field: &Field, asked: &AskedProject, awaited_by: Vec<String>) -> AskedQuestion {
    let format = AnswerFormat::of(field);
    let choices = match format.allowed {
        Allowed::Choices(choices) => choices,
        Allowed::Figure { .. } | Allowed::Date | Allowed::Text => Vec::new(),
    };
    AskedQuestion {
        field: field.name,
        label: field.label,
        text: field.question.unwrap_or(field.meaning),
        expected: format.expected,
        choices,
        is_date: field.kind == FieldKind::Date,
        is_percent: matches!(field.unit, Unit::Ratio | Unit::Points),
        awaited_by,
        last: asked.last.get(field.name).map(|last| LastShownAnswer {
            shown: in_words(field, &last.answer),
            written: written(field, &last.answer),
            on: last.on,
        }),
    }
}

fn in_words(field: &Field, answer: &Answer) -> String {
    match answer {
        Answer::Value(value) => shown(field, value),
        Answer::None(why) => why.label().to_owned(),
    }
}

/// An answer as the file of the questionnaire gives it.
fn written(field: &Field, answer: &Answer) -> String {
    let value = match answer {
        Answer::Value(value) => value,
        Answer::None(why) => return no_answer(*why).to_owned(),
    };
    if let Some(meaning) = step(field, value) {
        return meaning.to_owned();
    }
    match value {
        Value::Bool(true) => YES.to_owned(),
        Value::Bool(false) => NO.to_owned(),
        Value::Int(count) => count.to_string(),
        Value::Float(figure) => figure.to_string().replace('.', ","),
        Value::Text(text) => text.clone(),
        Value::Date(date) => french_day(*date),
    }
}

/// `31/01/2021`, as files give days.
pub(super) fn french_day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}
