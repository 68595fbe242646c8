//! The questionnaire of a project, answered page by page: answers are kept as they are written, and sent all at once.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::campaigns::CAMPAIGNS;
use crate::api::Problem;
use crate::application;
use crate::application::{AnswerFault, AnswerSheet, AskedTheme, NO_VALUE, SignedAnswers};
use crate::domain::bounded_text::{OptionalText, SingleLine};
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::query::Choice;

/// After the name of a field, in the form: the choice that stands for a value.
const INSTEAD: &str = ".autre";

/// What the form of a theme calls the button that leads to the next one.
const NEXT: &str = "suite";

#[derive(Debug, Serialize)]
struct SheetView {
    sheet: AnswerSheet,
    themes: Vec<ThemeLine>,
    /// Answers that are kept and were not sent.
    kept: usize,
    answered_by: String,
    /// What is wrong with the answers, when they were to be sent.
    faults: Vec<FaultLine>,
}

/// A theme in the list of themes.
#[derive(Debug, Serialize)]
struct ThemeLine {
    number: usize,
    title: &'static str,
    questions: usize,
    kept: usize,
    /// Questions whose answer would settle the most verdicts.
    first: usize,
    /// Questions that never had an answer.
    never: usize,
}

/// A fault, with the place that mends it.
#[derive(Debug, Serialize)]
struct FaultLine {
    anchor: String,
    text: String,
    href: String,
}

/// Shows the themes of the questionnaire, what was answered, and the button that sends it.
///
/// # Errors
/// If the project is not asked, or not among those that the caller sees.
pub(super) async fn show(
    context: PageContext,
    project: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let sheet = application::answer_sheet(&context, &project).await?;
    overview(&context, sheet, None, Vec::new()).await
}

async fn overview(
    context: &PageContext,
    sheet: AnswerSheet,
    answered_by: Option<String>,
    faults: Vec<AnswerFault>,
) -> Result<HttpResponse, Problem> {
    let kept = context.store.answer_draft(&sheet.project, &author(context)).await?;
    let themes: Vec<ThemeLine> =
        (1..).zip(&sheet.themes).map(|(number, theme)| line(number, theme, &kept)).collect();
    let known = answered_by.or_else(|| sheet.answered_by.clone());
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = SheetView {
        kept: themes.iter().map(|theme| theme.kept).sum(),
        answered_by: known.unwrap_or_else(|| context.caller().name.to_string()),
        faults: faults.into_iter().map(|fault| fault_line(&sheet, fault)).collect(),
        themes,
        sheet,
    };
    let heading = heading(&format!("Questionnaire, {}", view.sheet.name), &[]);
    context.page_with_status(status, "pages/questionnaire.html", &heading, &view)
}

fn line(number: usize, theme: &AskedTheme, kept: &BTreeMap<String, String>) -> ThemeLine {
    let count = |is: &dyn Fn(&application::AskedQuestion) -> bool| {
        theme.questions.iter().filter(|question| is(question)).count()
    };
    ThemeLine {
        number,
        title: theme.title,
        questions: theme.questions.len(),
        kept: count(&|question| kept.contains_key(question.field)),
        first: count(&|question| question.is_first),
        never: count(&|question| question.last.is_none() && !kept.contains_key(question.field)),
    }
}

fn fault_line(sheet: &AnswerSheet, fault: AnswerFault) -> FaultLine {
    let of_field = |theme: &AskedTheme| {
        let field = fault.field.as_deref()?;
        theme.questions.iter().find(|question| question.field == field).map(|one| one.label)
    };
    let place =
        (1_usize..).zip(&sheet.themes).find_map(|(number, theme)| Some((number, of_field(theme)?)));
    let anchor = fault.field.clone().unwrap_or_else(|| "answered_by".to_owned());
    match place {
        Some((number, label)) => FaultLine {
            href: format!("/questionnaire/{}/{number}#{anchor}", sheet.project),
            text: format!("{label}\u{a0}: {}", fault.words),
            anchor,
        },
        None => FaultLine { href: format!("#{anchor}"), text: fault.words, anchor },
    }
}

#[derive(Debug, Serialize)]
struct ThemeView {
    sheet: AnswerSheet,
    number: usize,
    title: &'static str,
    /// The number of the next theme; `None` after the last.
    next: Option<usize>,
    questions: Vec<QuestionView>,
    /// What stands for a value.
    instead: Vec<Choice>,
    errors: Vec<FaultLine>,
}

/// A question with what was kept of its answer.
#[derive(Debug, Serialize)]
struct QuestionView {
    #[serde(flatten)]
    question: application::AskedQuestion,
    /// The value that was written.
    value: String,
    /// What stands for a value; empty if a value was written, or nothing.
    instead: String,
    error: Option<String>,
}

/// Shows the questions of one theme.
///
/// # Errors
/// If the project is not asked, or has no such theme.
pub(super) async fn show_theme(
    context: PageContext,
    of: web::Path<(String, usize)>,
) -> Result<HttpResponse, Problem> {
    let (project, number) = of.into_inner();
    let sheet = application::answer_sheet(&context, &project).await?;
    let kept = context.store.answer_draft(&sheet.project, &author(&context)).await?;
    theme_page(&context, (sheet, number), &kept, &[])
}

fn theme_page(
    context: &PageContext,
    (sheet, number): (AnswerSheet, usize),
    kept: &BTreeMap<String, String>,
    faults: &[AnswerFault],
) -> Result<HttpResponse, Problem> {
    let theme = theme(&sheet, number)?.clone();
    let view_of = |question: application::AskedQuestion| {
        let answer = kept.get(question.field).cloned().unwrap_or_default();
        let is_instead = NO_VALUE.contains(&answer.as_str());
        let is_own = |fault: &&AnswerFault| fault.field.as_deref() == Some(question.field);
        let error = faults.iter().find(is_own).map(|fault| fault.words.clone());
        let (value, instead) =
            if is_instead { (String::new(), answer) } else { (answer, String::new()) };
        QuestionView { question, value, instead, error }
    };
    let errors = faults.iter().map(|fault| fault_line(&sheet, fault.clone())).collect();
    let view = ThemeView {
        number,
        title: theme.title,
        next: (number < sheet.themes.len()).then(|| number.saturating_add(1)),
        questions: theme.questions.into_iter().map(view_of).collect(),
        instead: NO_VALUE.map(|word| Choice::plain(word.to_owned())).into(),
        errors,
        sheet,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let above = format!("/questionnaire/{}", view.sheet.project);
    let name = format!("Questionnaire, {}", view.sheet.name);
    let heading = heading(view.title, &[(name.as_str(), above.as_str())]);
    context.page_with_status(status, "pages/questions.html", &heading, &view)
}

/// Keeps the answers of one theme, and leads to the next one or back to the list of themes. Answers that are not
/// acceptable are kept too, and shown with what is expected.
///
/// # Errors
/// If the project is not asked, has no such theme, or the answers cannot be kept.
pub(super) async fn keep(
    context: PageContext,
    of: web::Path<(String, usize)>,
    form: web::Form<BTreeMap<String, OptionalText>>,
) -> Result<HttpResponse, Problem> {
    let (project, number) = of.into_inner();
    let sheet = application::answer_sheet(&context, &project).await?;
    let form = form.into_inner();
    let given = |name: &str| form.get(name).map(|text| text.as_str().trim()).unwrap_or_default();
    let answers: BTreeMap<String, String> = theme(&sheet, number)?
        .questions
        .iter()
        .map(|question| {
            let instead = given(&format!("{}{INSTEAD}", question.field));
            let answer = if instead.is_empty() { given(question.field) } else { instead };
            (question.field.to_owned(), answer.to_owned())
        })
        .collect();
    let draft = (&sheet.project, author(&context));
    context.store.keep_answers((draft.0, &draft.1), &answers, context.clock.now()).await?;
    let faults = check(&context, &sheet, &answers).await?;
    if !faults.is_empty() {
        return theme_page(&context, (sheet, number), &answers, &faults);
    }
    let address = if form.contains_key(NEXT) && number < sheet.themes.len() {
        format!("/questionnaire/{}/{}", sheet.project, number.saturating_add(1))
    } else {
        format!("/questionnaire/{}", sheet.project)
    };
    Ok(context.done(Confirmation::AnswersKept, &address))
}

async fn check(
    context: &PageContext,
    sheet: &AnswerSheet,
    answers: &BTreeMap<String, String>,
) -> Result<Vec<AnswerFault>, Problem> {
    let services = context.recording_services();
    let reader = context.action_settings().reader(&services).await?;
    let name = context.caller().name.clone();
    let signed = SignedAnswers { sheet, answers, answered_by: name.as_str() };
    Ok(application::check_answers(&services, reader, &signed, &name).await?)
}

/// Who answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureForm {
    answered_by: SingleLine,
}

/// Sends the answers that were kept: they are recorded as an import of the questionnaire is.
///
/// # Errors
/// If the project is not asked, nothing was answered, or nothing can be recorded.
pub(super) async fn send(
    context: PageContext,
    project: web::Path<String>,
    form: web::Form<SignatureForm>,
) -> Result<HttpResponse, Problem> {
    let sheet = application::answer_sheet(&context, &project).await?;
    let author = author(&context);
    let answers = context.store.answer_draft(&sheet.project, &author).await?;
    let answered_by = form.answered_by.as_str();
    if answers.is_empty() {
        let words = "Aucune réponse n’est gardée : répondez à une question au moins.".to_owned();
        let fault = AnswerFault { field: None, words };
        return overview(&context, sheet, Some(answered_by.to_owned()), vec![fault]).await;
    }
    let faults = check(&context, &sheet, &answers).await?;
    if !faults.is_empty() {
        return overview(&context, sheet, Some(answered_by.to_owned()), faults).await;
    }
    let services = context.recording_services();
    let reader = context.action_settings().reader(&services).await?;
    let signed = SignedAnswers { sheet: &sheet, answers: &answers, answered_by };
    application::send_answers(&services, reader, &signed, context.person()?).await?;
    context.store.forget_answers(&sheet.project, &author).await?;
    Ok(context.done(Confirmation::AnswersSent, &format!("/questionnaire/{}", sheet.project)))
}

/// Whose draft the answers are.
fn author(context: &PageContext) -> String {
    format!("account/{}", context.caller().account.0)
}

/// The theme with a number, from 1.
fn theme(sheet: &AnswerSheet, number: usize) -> Result<&AskedTheme, Problem> {
    let found = number.checked_sub(1).and_then(|index| sheet.themes.get(index));
    found.ok_or_else(|| Problem::NotFound { kind: "theme", id: number.to_string() })
}

fn heading(title: &str, above: &[(&str, &str)]) -> Heading {
    let above: Vec<(&str, &str)> =
        std::iter::once(CAMPAIGNS).chain(above.iter().copied()).collect();
    Heading::of(title, "questionnaire").under(&above)
}
