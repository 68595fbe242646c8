//! What a questionnaire asks of whom: the questions by theme, the projects, and the last answer of each to each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::application::WantedAnswers;
use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::campaign::Campaign;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::Answer;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::RuleStatus;
use crate::frame::AnswersBehind;
use crate::frame::dictionary::{Dictionary, Field};
use crate::rules::Catalogue;

/// The heading of questions that have none.
const OTHER_QUESTIONS: &str = "Autres questions";

/// All that the workbook of a ministry says.
#[derive(Debug)]
pub(in crate::application::questionnaire) struct Questionnaire {
    pub ministry: MinistryCode,
    pub ministry_label: String,
    /// The edition that the answers serve.
    pub edition: EditionId,
    /// The last day on which an answer is on time; none without a campaign.
    pub closes_on: Option<NaiveDate>,
    pub as_of: NaiveDate,
    /// By name.
    pub projects: Vec<AskedProject>,
    /// In the order of the dictionary.
    pub themes: Vec<Theme>,
    /// Address to send it back to; empty when there is none.
    pub return_to: String,
}

#[derive(Debug)]
pub(in crate::application::questionnaire) struct AskedProject {
    pub name: String,
    /// Fields of the answers that would settle the most verdicts.
    pub first: BTreeSet<String>,
    /// By field.
    pub last: BTreeMap<&'static str, LastAnswer>,
    /// Who signed the latest answer.
    pub answered_by: Option<String>,
}

#[derive(Clone, Debug)]
pub(in crate::application::questionnaire) struct LastAnswer {
    pub answer: Answer,
    pub on: NaiveDate,
}

#[derive(Debug)]
pub(in crate::application::questionnaire) struct Theme {
    pub title: &'static str,
    pub questions: Vec<Question>,
}

#[derive(Debug)]
pub(in crate::application::questionnaire) struct Question {
    pub field: &'static Field,
    /// Titles of the rules that read it, by their ids.
    pub readers: Vec<String>,
}

/// The campaign that is open on a day, else the next one.
pub(in crate::application::questionnaire) fn campaign(
    portfolio: &Portfolio,
    day: NaiveDate,
) -> Option<&Campaign> {
    let to_answer = portfolio.campaigns.iter().filter(|one| one.closes_on >= day);
    to_answer.min_by_key(|one| one.opens_on)
}

/// Neither completed nor stopped.
pub(in crate::application::questionnaire) fn is_under_way(snapshot: &Snapshot) -> bool {
    !snapshot.is_over()
}

/// A project with its last answers as of a date.
pub(in crate::application::questionnaire) fn asked_project(
    snapshot: &Snapshot,
    (portfolio, dictionary): (&Portfolio, &Dictionary),
    priorities: &[WantedAnswers],
    as_of: NaiveDate,
) -> AskedProject {
    let mut facts: Vec<_> = portfolio
        .facts
        .iter()
        .filter(|fact| fact.project == snapshot.project && fact.reported_on <= as_of)
        .collect();
    // Stable: of two answers of one day, the one imported later comes later.
    facts.sort_by_key(|fact| fact.reported_on);
    let mut last = BTreeMap::new();
    for field in dictionary.questions() {
        if let Some(fact) = facts.iter().rev().find(|fact| fact.field == field.name) {
            let answer = LastAnswer { answer: fact.answer.clone(), on: fact.reported_on };
            last.insert(field.name, answer);
        }
    }
    let signed = facts.iter().rev().find(|fact| fact.answered_by.is_some());
    let wanted = priorities.iter().filter(|one| one.project == snapshot.project);
    AskedProject {
        first: wanted.flat_map(|one| &one.answers).map(|one| one.field.clone()).collect(),
        name: snapshot.name.clone(),
        last,
        answered_by: signed.and_then(|fact| fact.answered_by.clone()),
    }
}

/// The questions under their headings, in the order of the dictionary.
pub(in crate::application::questionnaire) fn themes(catalogue: &Catalogue) -> Vec<Theme> {
    let readers = readers(catalogue);
    let mut themes: Vec<Theme> = Vec::new();
    for field in catalogue.dictionary().questions() {
        let title = field.theme.unwrap_or(OTHER_QUESTIONS);
        let readers = readers.get(field.name).cloned().unwrap_or_default();
        let question = Question { field, readers };
        match themes.iter_mut().find(|theme| theme.title == title) {
            Some(theme) => theme.questions.push(question),
            None => themes.push(Theme { title, questions: vec![question] }),
        }
    }
    themes
}

/// The titles of the rules in use that read each question: its answer, its past, or a measure that is computed from it.
fn readers(catalogue: &Catalogue) -> BTreeMap<&'static str, Vec<String>> {
    let mut readers: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let in_use = catalogue
        .rules()
        .filter(|rule| rule.scope == SubjectKind::Project && rule.status != RuleStatus::Deprecated);
    for rule in in_use {
        let read = catalogue.fields_of(&rule.id);
        let behind =
            read.filter_map(|field| match AnswersBehind::of(field, catalogue.dictionary()) {
                AnswersBehind::All(questions) => Some(questions),
                AnswersBehind::Any | AnswersBehind::None => None,
            });
        for question in behind.flatten().collect::<BTreeSet<_>>() {
            readers.entry(question).or_default().push(rule.title.clone());
        }
    }
    readers
}
