//! Drafts of rules: the list, opening one, adding a file to it, and its steps up to review.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::file_editor::DraftCatalogue;
use crate::api::Problem;
use crate::application;
use crate::application::{DraftOutline, ExportColumn, ListTable};
use crate::domain::bounded_text::{OptionalText, RequiredText};
use crate::domain::ids::{DraftNumber, RuleId};
use crate::domain::rules::draft::{DraftState, DraftStep};
use crate::domain::rules::overlay::RulePath;
use crate::support::french;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

#[derive(Debug, Serialize)]
struct DraftsView {
    query: PageQuery,
    drafts: Vec<DraftLine>,
    found: String,
    /// Whether published and withdrawn ones are shown.
    all: bool,
}

#[derive(Debug, Serialize)]
struct DraftLine {
    number: DraftNumber,
    comment: String,
    state: DraftState,
    authors: Vec<String>,
    files: Vec<String>,
    /// When the last step was taken, and by whom.
    last: String,
}

const LIST: ListTable<DraftLine> = ListTable {
    name: "brouillons",
    title: "Brouillons",
    meaning: "Les brouillons de règles, le plus récent en premier.",
    columns: &[
        ExportColumn::count("N°", |draft| Some(draft.number.0)),
        ExportColumn::text("Brouillon", |draft| draft.comment.clone()),
        ExportColumn::text("État", |draft| draft.state.label().to_owned()),
        ExportColumn::text("Contenu", |draft| draft.files.join("\n")),
        ExportColumn::text("Auteurs", |draft| draft.authors.join(", ")),
        ExportColumn::text("Dernière étape", |draft| draft.last.clone()),
    ],
};

/// Lists the drafts.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let all = query.given.contains_key("tous");
    let drafts = context.store.drafts(all).await?;
    let source = application::source(&context.rules, Some(&context.store)).await?;
    let catalogue = DraftCatalogue::of(source.texts());
    let drafts: Vec<DraftLine> =
        drafts.iter().rev().map(|draft| line(DraftOutline::of(draft), &catalogue)).collect();
    if let Some(format) = query.format {
        let filters = query.filters(&[("tous", "Publiés et retirés compris")]);
        return list_file(&context, (&LIST, format), drafts, filters).await;
    }
    let found = french::counted(drafts.len(), "brouillon", "brouillons");
    let view = DraftsView { query, drafts, found, all };
    let heading = Heading::of("Brouillons", "brouillons").under(&[("Règles", "/regles")]);
    context.page("pages/drafts.html", &heading, &view)
}

fn line(outline: DraftOutline, catalogue: &DraftCatalogue) -> DraftLine {
    let last = outline.steps.last().map(|step| {
        format!("{} par {} le {}", step.step.label(), step.by, french::date(step.at.date_naive()))
    });
    DraftLine {
        number: outline.number,
        comment: outline.comment,
        state: outline.state,
        authors: outline.authors.iter().map(ToString::to_string).collect(),
        files: outline.files.iter().map(|path| catalogue.label(path)).collect(),
        last: last.unwrap_or_default(),
    }
}

/// Opens a draft of a rule, or goes to the one that holds it.
///
/// # Errors
/// If there is no such rule, or the draft cannot be written.
pub(in crate::web) async fn open_rule(
    context: PageContext,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let in_force = application::catalogue(&context).await?;
    let rule = in_force.catalogue.rule(&RuleId::new(id.as_str()));
    let rule = rule.ok_or_else(|| Problem::NotFound { kind: "rule", id: id.clone() })?;
    let path = RulePath::parse(&rule.file).map_err(application::ApplicationError::from)?;
    open(&context, path, &format!("Modifier la règle «\u{a0}{}\u{a0}»", rule.title)).await
}

/// Opens a draft of a threshold, or goes to the one that holds it.
///
/// # Errors
/// If there is no such threshold, or the draft cannot be written.
pub(in crate::web) async fn open_threshold(
    context: PageContext,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let path = RulePath::of_threshold(&name).map_err(application::ApplicationError::from)?;
    let in_force = application::catalogue(&context).await?;
    let threshold = in_force.catalogue.thresholds().get(&name);
    let threshold =
        threshold.ok_or_else(|| Problem::NotFound { kind: "threshold", id: name.clone() })?;
    open(&context, path, &format!("Modifier le seuil «\u{a0}{}\u{a0}»", threshold.label)).await
}

async fn open(
    context: &PageContext,
    path: RulePath,
    comment: &str,
) -> Result<HttpResponse, Problem> {
    if let Some(number) = application::draft_on(context, &path).await? {
        let address = format!("/brouillons/{number}?fichier={path}");
        return Ok(context.done(Confirmation::DraftFound, &address));
    }
    let text = text_in_force(context, &path).await?;
    let files = BTreeMap::from([(path, text)]);
    let act = context.act(comment)?;
    let draft = application::save_draft(context, None, files, &act).await?;
    Ok(context.done(Confirmation::DraftOpened, &format!("/brouillons/{}", draft.outline.number)))
}

async fn text_in_force(context: &PageContext, path: &RulePath) -> Result<String, Problem> {
    let source = application::source(&context.rules, Some(&context.store)).await?;
    let text = application::text_in_force(&source.texts(), path);
    text.ok_or_else(|| Problem::NotFound { kind: "file", id: path.to_string() })
}

/// What the form that adds a file to a draft sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct AdditionForm {
    revision: i64,
    fichier: RulePath,
}

/// Adds a file to a draft, as it is in force.
///
/// # Errors
/// If somebody saved the draft meanwhile, or another draft holds the file.
pub(in crate::web) async fn add_file(
    context: PageContext,
    number: web::Path<DraftNumber>,
    form: web::Form<AdditionForm>,
) -> Result<HttpResponse, Problem> {
    let draft = application::draft(&context, *number).await?;
    let path = form.fichier.clone();
    let mut files = draft.texts;
    if !files.contains_key(&path) {
        files.insert(path.clone(), text_in_force(&context, &path).await?);
    }
    let act = context.act(&draft.outline.comment)?;
    application::save_draft(&context, Some((*number, form.revision)), files, &act).await?;
    Ok(context.done(Confirmation::DraftSaved, &format!("/brouillons/{number}?fichier={path}")))
}

/// What the form of a step sends that needs no reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct SubmissionForm {
    revision: i64,
    reason: OptionalText,
}

/// Submits a draft for review.
///
/// # Errors
/// If somebody saved the draft meanwhile, or it changes nothing.
pub(in crate::web) async fn submit(
    context: PageContext,
    number: web::Path<DraftNumber>,
    form: web::Form<SubmissionForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let seen = (*number, Some(form.revision));
    application::step_draft(&context, seen, DraftStep::Submitted, &act).await?;
    Ok(context.done(Confirmation::DraftSubmitted, &format!("/brouillons/{number}/relecture")))
}

/// What the form of a step sends that needs a reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct DraftStepForm {
    pub(super) revision: i64,
    pub(super) reason: RequiredText,
}

/// Withdraws a draft.
///
/// # Errors
/// If somebody saved the draft meanwhile, or it is over.
pub(in crate::web) async fn withdraw(
    context: PageContext,
    number: web::Path<DraftNumber>,
    form: web::Form<DraftStepForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let seen = (*number, Some(form.revision));
    application::step_draft(&context, seen, DraftStep::Withdrawn, &act).await?;
    Ok(context.done(Confirmation::DraftWithdrawn, "/brouillons"))
}
