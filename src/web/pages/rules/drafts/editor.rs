//! A draft: its files by form or as texts, with what they give. Each save carries the revision that was seen, so that nobody
//! overwrites what somebody else did without having seen it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::effect::{TrialView, tried};
use super::effect_scores::{ScoresView, scores};
use super::file_editor::{DraftCatalogue, FileEditor, RefusedForm, with_text};
use super::form::DraftForm;
use super::signs_form::FieldError;
use crate::api::{Problem, Trials, percent_encoded};
use crate::application;
use crate::application::DraftView;
use crate::domain::ids::DraftNumber;
use crate::domain::rules::draft::{DraftState, Meanwhile, StepTaken};
use crate::domain::rules::overlay::RulePath;
use crate::support::{french, text_diff};
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::pages::rules::comparison::SideBySide;
use crate::web::query::{Choice, PageQuery};

#[derive(Debug, Serialize)]
struct DraftPage {
    number: DraftNumber,
    revision: i64,
    state: DraftState,
    comment: String,
    authors: Vec<String>,
    steps: Vec<StepLine>,
    files: Vec<FileTab>,
    file: FileEditor,
    trial: Option<TrialView>,
    /// What it would have given on past editions; when a test is asked for alone.
    scores: Option<ScoresView>,
    errors: Vec<FieldError>,
    /// What others did since the revision that was seen.
    meanwhile: Option<MeanwhileView>,
    /// Whether the form holds what is not saved.
    unsaved: bool,
    addable: Vec<Choice>,
}

#[derive(Debug, Serialize)]
pub(super) struct StepLine {
    date: String,
    datetime: String,
    text: String,
    detail: String,
}

#[derive(Debug, Serialize)]
struct FileTab {
    label: String,
    href: String,
    current: bool,
}

#[derive(Debug, Serialize)]
struct MeanwhileView {
    steps: Vec<StepLine>,
    /// From what was seen to what is saved now.
    theirs: SideBySide,
    /// From what is saved now to what was typed.
    mine: SideBySide,
}

impl StepLine {
    pub(super) fn of(step: &StepTaken) -> Self {
        Self {
            date: french::date(step.at.date_naive()),
            datetime: step.at.to_rfc3339(),
            text: format!(
                "{} par {}",
                crate::web::pages::rules::comparison::capitalised(step.step.label()),
                step.by
            ),
            detail: step.words.clone(),
        }
    }
}

/// What a page of a draft shows besides the draft.
#[derive(Default)]
struct Shown {
    editor: Option<FileEditor>,
    errors: Vec<FieldError>,
    meanwhile: Option<MeanwhileView>,
    comment: Option<String>,
    revision: Option<i64>,
    unsaved: bool,
    /// A test was asked for.
    is_test: bool,
}

/// A draft, with the catalogue that it would make.
struct Opened {
    view: DraftView,
    catalogue: DraftCatalogue,
}

impl Opened {
    async fn of(context: &PageContext, number: DraftNumber) -> Result<Self, Problem> {
        let view = application::draft(context, number).await?;
        let (_, catalogue) = application::with_draft(context, number).await?;
        Ok(Self { view, catalogue: DraftCatalogue::of(catalogue.texts) })
    }

    fn text(&self, path: &RulePath) -> &str {
        self.view.texts.get(path).map_or("", String::as_str)
    }
}

/// Shows a draft.
///
/// # Errors
/// If there is no such draft, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let opened = Opened::of(&context, *number).await?;
    let first = |name: &str| query.given.get(name).and_then(|values| values.first());
    let asked = first("fichier").and_then(|path| RulePath::parse(path).ok());
    let asked = asked.filter(|path| opened.view.texts.contains_key(path));
    let path = asked.or_else(|| leading(&opened.view.texts)).ok_or(Problem::Unassembled)?;
    let as_text = first("vue").is_some_and(|view| view == "texte");
    let editor = opened.catalogue.editor(&path, opened.text(&path), as_text);
    let shown = Shown { editor: Some(editor), ..Shown::default() };
    let files = opened.view.texts.clone();
    page(&context, (&trials, Some(&files)), opened, shown, StatusCode::OK).await
}

/// The file that a draft opens on: a rule, or a threshold.
fn leading(files: &BTreeMap<RulePath, String>) -> Option<RulePath> {
    let paths = || files.keys();
    let found = paths().find(|path| path.rule().is_some());
    found
        .or_else(|| paths().find(|path| path.threshold().is_some()))
        .or_else(|| paths().next())
        .cloned()
}

/// Saves a file of a draft, or changes the form as a button asks.
///
/// # Errors
/// If there is no such draft, it is not open, or the save cannot be written.
pub(in crate::web) async fn save(
    context: PageContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let form = DraftForm::of(pairs.into_inner())?;
    let opened = Opened::of(&context, *number).await?;
    let text = opened.text(&form.path).to_owned();
    if let Some(editor) = opened.catalogue.rearranged(&form, &text) {
        let shown = Shown { unsaved: true, ..Shown::of(&form, editor) };
        return page(&context, (&trials, None), opened, shown, StatusCode::OK).await;
    }
    if form.act == "retirer-fichier" {
        let mut files = opened.view.texts.clone();
        files.remove(&form.path);
        let act = context.act(&comment(&form, &opened.view))?;
        application::save_draft(&context, Some((*number, form.revision)), files, &act).await?;
        return Ok(context.done(Confirmation::DraftSaved, &format!("/brouillons/{number}")));
    }
    let written = match opened.catalogue.edited(&form, &text) {
        Ok(written) => written,
        Err(refused) => {
            let RefusedForm { editor, errors } = *refused;
            let shown = Shown { errors, ..Shown::of(&form, editor) };
            return page(
                &context,
                (&trials, None),
                opened,
                shown,
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await;
        }
    };
    let files = with_text(&opened.view.texts, &form.path, written.clone())?;
    if form.act == "essayer" {
        let editor = opened.catalogue.editor(&form.path, &written, form.kind.as_str() == "texte");
        let shown = Shown { unsaved: true, is_test: true, ..Shown::of(&form, editor) };
        return page(&context, (&trials, Some(&files)), opened, shown, StatusCode::OK).await;
    }
    let act = context.act(&comment(&form, &opened.view))?;
    let saved =
        application::save_draft(&context, Some((*number, form.revision)), files, &act).await;
    match saved.map_err(Problem::from) {
        Ok(_) => Ok(context.done(Confirmation::DraftSaved, &address(*number, &form))),
        Err(Problem::DraftMoved(meanwhile)) => {
            let meanwhile = overtaken(&context, &form, (&text, &written), &meanwhile).await?;
            let editor =
                opened.catalogue.editor(&form.path, &written, form.kind.as_str() == "texte");
            let revision = Some(opened.view.outline.revision);
            let shown = Shown {
                revision,
                meanwhile: Some(meanwhile),
                unsaved: true,
                ..Shown::of(&form, editor)
            };
            page(&context, (&trials, None), opened, shown, StatusCode::PRECONDITION_FAILED).await
        }
        Err(problem) => Err(problem),
    }
}

impl Shown {
    fn of(form: &DraftForm, editor: FileEditor) -> Self {
        Self {
            editor: Some(editor),
            comment: Some(form.comment.clone()),
            revision: Some(form.revision),
            ..Self::default()
        }
    }
}

/// What the draft changes, and why: as it was typed, or as it was.
fn comment(form: &DraftForm, view: &DraftView) -> String {
    let typed = form.comment.trim();
    if typed.is_empty() { view.outline.comment.clone() } else { typed.to_owned() }
}

fn address(number: DraftNumber, form: &DraftForm) -> String {
    let view = if form.kind.as_str() == "texte" { "&vue=texte" } else { "" };
    format!("/brouillons/{number}?fichier={}{view}", percent_encoded(form.path.as_str()))
}

/// What somebody else did to the file meanwhile, and how what was typed differs from it.
async fn overtaken(
    context: &PageContext,
    form: &DraftForm,
    (now, typed): (&str, &str),
    meanwhile: &Meanwhile,
) -> Result<MeanwhileView, Problem> {
    let seen = application::draft_text_at(context, meanwhile.draft, meanwhile.expected, &form.path)
        .await?;
    let side = |before: &str, after: &str| SideBySide {
        path: form.path.to_string(),
        label: form.path.to_string(),
        rows: text_diff::side_by_side(before, after),
    };
    Ok(MeanwhileView {
        steps: meanwhile.steps.iter().map(StepLine::of).collect(),
        theirs: side(&seen.unwrap_or_default(), now),
        mine: side(now, typed),
    })
}

/// Tries what stands in the form of a draft, without saving it, and returns that piece of the page.
///
/// # Errors
/// If there is no such draft, or the data cannot be read.
pub(in crate::web) async fn try_form(
    context: PageContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
    pairs: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Problem> {
    let form = DraftForm::of(pairs.into_inner())?;
    let opened = Opened::of(&context, *number).await?;
    let written = match opened.catalogue.edited(&form, opened.text(&form.path)) {
        Ok(written) => written,
        Err(refused) => {
            let view = FragmentView { trial: None, errors: refused.errors };
            return context.fragment("pages/draft_trial.html", &view);
        }
    };
    let files = with_text(&opened.view.texts, &form.path, written.clone())?;
    let as_text = form.kind.as_str() == "texte";
    let editor = opened.catalogue.editor(&form.path, &written, as_text);
    let trial = tried(&context, &trials, &files, &|fault| editor.place(fault, *number)).await?;
    let view = FragmentView { trial: Some(trial), errors: Vec::new() };
    context.fragment("pages/draft_trial.html", &view)
}

#[derive(Debug, Serialize)]
struct FragmentView {
    trial: Option<TrialView>,
    errors: Vec<FieldError>,
}

async fn page(
    context: &PageContext,
    (trials, files): (&Trials, Option<&BTreeMap<RulePath, String>>),
    opened: Opened,
    shown: Shown,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let Opened { view: DraftView { outline, texts }, catalogue } = opened;
    let editor = shown.editor.ok_or(Problem::Unassembled)?;
    let number = outline.number;
    let trial = match files {
        Some(files) if outline.state.is_live() => {
            Some(tried(context, trials, files, &|fault| editor.place(fault, number)).await?)
        }
        _ => None,
    };
    let past = match files.filter(|_| shown.is_test) {
        Some(files) if trial.as_ref().is_some_and(TrialView::has_effect) => {
            scores(context, trials, files).await?
        }
        _ => None,
    };
    let tabs = texts.keys().map(|path| FileTab {
        label: catalogue.label(path),
        href: format!("/brouillons/{number}?fichier={}", percent_encoded(path.as_str())),
        current: path.as_str() == editor.path,
    });
    let title = format!("Brouillon {number}\u{a0}: {}", outline.comment);
    let heading = Heading::of(&title, "brouillon")
        .under(&[("Règles", "/regles"), ("Brouillons", "/brouillons")]);
    let view = DraftPage {
        number,
        revision: shown.revision.unwrap_or(outline.revision),
        state: outline.state,
        comment: shown.comment.unwrap_or(outline.comment),
        authors: outline.authors.iter().map(ToString::to_string).collect(),
        steps: outline.steps.iter().rev().map(StepLine::of).collect(),
        files: tabs.collect(),
        addable: addable(&catalogue, &texts),
        file: editor,
        trial,
        scores: past,
        errors: shown.errors,
        meanwhile: shown.meanwhile,
        unsaved: shown.unsaved,
    };
    context.page_with_status(status, "pages/draft.html", &heading, &view)
}

/// The files that may be added to a draft: the cases of its rules, and thresholds.
fn addable(catalogue: &DraftCatalogue, texts: &BTreeMap<RulePath, String>) -> Vec<Choice> {
    let of_rules = texts.keys().filter_map(RulePath::rule).map(crate::rules::cases_path);
    let cases = of_rules.filter_map(|path| RulePath::parse(&path).ok());
    let cases = cases.map(|path| (path.to_string(), catalogue.label(&path)));
    let thresholds = catalogue.threshold_files().into_iter();
    let thresholds = thresholds.map(|(path, label)| (path, format!("Seuil\u{a0}: {label}")));
    let held = |path: &str| texts.keys().any(|held| held.as_str() == path);
    let files = cases.chain(thresholds).filter(|(path, _)| !held(path));
    files.map(|(value, label)| Choice { value, label }).collect()
}
