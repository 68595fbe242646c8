//! How a rule reaches its verdict on one subject, step by step.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::rule::subjects;
use crate::api::{Problem, Trials};
use crate::application;
use crate::application::Explanation;
use crate::domain::ids::DraftNumber;
use crate::domain::level::Level;
use crate::domain::rules::distance::VerdictDistance;
use crate::domain::rules::verdict::Verdict;
use crate::support::translation;
use crate::web::context::{Heading, PageContext};
use crate::web::query::{Choice, PageQuery};

#[derive(Debug, Serialize)]
struct ExplanationView {
    rule: String,
    title: String,
    subject: String,
    subject_name: String,
    as_of: chrono::NaiveDate,
    /// The level, unless the rule could not say.
    level: Option<Level>,
    /// Labels of the fields that are missing, where the rule could not say.
    missing: Vec<String>,
    fault: Option<String>,
    text: Option<String>,
    steps: Vec<StepLine>,
    readings: Vec<ReadingLine>,
    distance: Option<VerdictDistance>,
    /// `None` where there are too many: one types a name.
    subjects: Option<Vec<Choice>>,
    draft: Option<DraftNumber>,
}

#[derive(Debug, Serialize)]
struct StepLine {
    line: usize,
    words: String,
    finding: &'static str,
}

#[derive(Debug, Serialize)]
struct ReadingLine {
    label: String,
    value: Option<String>,
}

/// Explains the verdict of a rule on a subject.
///
/// # Errors
/// If there is no such rule or subject, or the rule does not judge it.
pub(in crate::web) async fn show(
    context: PageContext,
    trials: Trials,
    id: web::Path<String>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let first = |name: &str| query.given.get(name).and_then(|values| values.first());
    let subject = first("sujet").cloned();
    let subject = subject
        .ok_or_else(|| Problem::BadParameter("parameter `sujet`: expected a subject".to_owned()))?;
    let draft = first("brouillon").and_then(|number| number.parse().ok()).map(DraftNumber);
    let trial = match draft {
        Some(_) => trials.begin(&context).await?,
        None => trials.unplaced(),
    };
    let about = (id.as_str(), subject.as_str());
    let explained = application::explain(&context, &trial, about, None, draft).await?;
    let title = format!("{}\u{a0}: {}", explained.rule.title, explained.subject_name);
    let address = format!("/regles/{id}");
    let rule = explained.rule.title.clone();
    let heading =
        Heading::of(&title, "explication").under(&[("Règles", "/regles"), (&rule, &address)]);
    let subjects = subjects(&context, explained.rule.scope).await?;
    let dictionary = application::dictionary(&context).await?;
    let label = |name: &str| dictionary.label(name).unwrap_or(name).to_owned();
    let view = view(explained, (subject, subjects, draft), &label);
    context.page("pages/rule_explanation.html", &heading, &view)
}

fn view(
    explained: Explanation,
    (subject, subjects, draft): (String, Option<Vec<Choice>>, Option<DraftNumber>),
    label: &dyn Fn(&str) -> String,
) -> ExplanationView {
    let judgement = explained.trace.judgement;
    let (level, missing, fault) = match judgement.verdict {
        Verdict::Level { level } => (Some(level), Vec::new(), None),
        Verdict::Unknown { missing } => {
            (None, missing.iter().map(|field| label(&field.field)).collect(), None)
        }
        Verdict::Failed { fault } => {
            (None, Vec::new(), Some(translation::into_french(&fault.message).into_owned()))
        }
    };
    let steps = explained.trace.steps.into_iter().map(|step| StepLine {
        line: step.line,
        words: if step.words.is_empty() { step.text } else { step.words },
        finding: step.finding.label(),
    });
    let readings = explained.trace.readings.into_iter();
    ExplanationView {
        rule: explained.rule.id.to_string(),
        title: explained.rule.title,
        subject,
        subject_name: explained.subject_name,
        as_of: explained.as_of,
        level,
        missing,
        fault,
        text: judgement.explanation,
        distance: explained.distance,
        steps: steps.collect(),
        readings: readings
            .map(|read| ReadingLine { label: read.reading.label, value: read.shown })
            .collect(),
        subjects,
        draft,
    }
}
