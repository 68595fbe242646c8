//! Answers that a person gave page by page, taken in as the file of the questionnaire that they would have filled in: there is
//! one way in for answers.

use std::collections::BTreeMap;

use super::answer_sheet::{AnswerSheet, AskedQuestion, french_day};
use crate::application::actions::intake::take_in_file;
use crate::application::{ApplicationError, Intake, IntakeTerms, Services};
use crate::domain::accounts::audit::Actor;
use crate::intake::{FileFault, Reader, SourceError};

/// The layout of the workbook, which the answers are written in.
const PROFILE: &str = "vigie-questionnaire-workbook";

/// Rows before those of answers: the project, the day, and who answers.
const HEAD_ROWS: usize = 3;

/// Answers to send, and who answers for them.
#[derive(Clone, Debug)]
pub struct SignedAnswers<'a> {
    pub sheet: &'a AnswerSheet,
    /// By field, as they were written. Fields that the sheet does not ask are left out.
    pub answers: &'a BTreeMap<String, String>,
    /// Name and function.
    pub answered_by: &'a str,
}

/// What is wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerFault {
    /// `None` if it is none of one answer.
    pub field: Option<String>,
    /// In French.
    pub words: String,
}

/// Reads answers as an import would, and records nothing. Empty if all are acceptable.
///
/// # Errors
/// If they cannot be read for another reason than what they say.
pub async fn check_answers(
    services: &Services,
    reader: Reader,
    signed: &SignedAnswers<'_>,
    actor: &Actor,
) -> Result<Vec<AnswerFault>, ApplicationError> {
    let rows = rows(signed);
    if rows.len() == HEAD_ROWS {
        return Ok(Vec::new());
    }
    let terms = terms(signed, actor.clone(), true);
    let refused = match take_in_file(services, reader, file(signed, &rows), &terms).await {
        Ok(_) => return Ok(Vec::new()),
        Err(ApplicationError::Source(SourceError::Refused(refused))) => refused,
        Err(other) => return Err(other),
    };
    let fault = |fault: &FileFault| {
        let row = fault.row.and_then(|row| usize::try_from(row).ok());
        let row = row.and_then(|row| rows.get(row.checked_sub(1)?));
        let field = row.map(|row| row.field.clone());
        let is_asked = |name: &String| signed.answers.contains_key(name);
        AnswerFault {
            field: field.filter(is_asked),
            words: format!("Réponse refusée : attendu {}.", fault.expected),
        }
    };
    Ok(refused.faults.iter().map(fault).collect())
}

/// Records answers as an import of the questionnaire does: `services` are those that record imports.
///
/// # Errors
/// If one of the answers is not acceptable, or nothing can be recorded.
pub async fn send_answers(
    services: &Services,
    reader: Reader,
    signed: &SignedAnswers<'_>,
    actor: &Actor,
) -> Result<Intake, ApplicationError> {
    let rows = rows(signed);
    take_in_file(services, reader, file(signed, &rows), &terms(signed, actor.clone(), false)).await
}

fn terms(signed: &SignedAnswers<'_>, actor: Actor, dry_run: bool) -> IntakeTerms {
    IntakeTerms {
        profile: Some(PROFILE.to_owned()),
        sheet: None,
        edition: Some(signed.sheet.edition),
        actor,
        dry_run,
    }
}

/// A row of the file: the name of the field, the last answer, and the one to record.
struct AnswerRow {
    field: String,
    last: String,
    answer: String,
}

fn rows(signed: &SignedAnswers<'_>) -> Vec<AnswerRow> {
    let SignedAnswers { sheet, answers, answered_by } = signed;
    let head = |field: &str, last: &str, answer: String| AnswerRow {
        field: field.to_owned(),
        last: last.to_owned(),
        answer,
    };
    let mut rows = vec![
        head("project", "Dernière réponse", sheet.name.clone()),
        head("reported_on", "", french_day(sheet.as_of)),
        head("answered_by", "", (*answered_by).to_owned()),
    ];
    for question in sheet.themes.iter().flat_map(|theme| &theme.questions) {
        let Some(answer) = answers.get(question.field).filter(|answer| !answer.is_empty()) else {
            continue;
        };
        let last = question.last.as_ref().map_or("", |last| last.written.as_str());
        rows.push(head(question.field, last, as_in_file(question, answer)));
    }
    rows
}

/// An answer as the file gives it: a day in French, a percentage as a ratio; others as they were written.
fn as_in_file(question: &AskedQuestion, answer: &str) -> String {
    let written = if question.is_date {
        answer.parse().ok().map(french_day)
    } else if question.is_percent {
        let digits = answer.trim_end_matches('%').replace(char::is_whitespace, "");
        let percent: Option<f64> = digits.replace(',', ".").parse().ok();
        percent.map(|percent| (percent / 100.0).to_string().replace('.', ","))
    } else {
        None
    };
    written.unwrap_or_else(|| answer.to_owned())
}

fn file(signed: &SignedAnswers<'_>, rows: &[AnswerRow]) -> (String, Vec<u8>) {
    let AnswerSheet { edition, ministry, project, .. } = signed.sheet;
    let lines = rows.iter().map(|row| {
        let cells = [&row.field, &row.last, &row.answer].map(|cell| quoted(cell));
        format!("{}\n", cells.join(";"))
    });
    let name = format!("{edition}.questionnaire-{ministry}-{project}.csv");
    (name, lines.collect::<String>().into_bytes())
}

/// A cell of a CSV file, on one line.
fn quoted(cell: &str) -> String {
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", line.replace('"', "\"\""))
}
