//! The review of a draft: what it says otherwise than what is in force, what it gives, and its publication by a second person.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::editor::StepLine;
use super::effect::{TrialView, tried};
use super::effect_scores::{ScoresView, scores};
use super::file_editor::DraftCatalogue;
use super::list::DraftStepForm;
use crate::api::{Problem, Trials};
use crate::application;
use crate::application::Wording;
use crate::domain::accounts::access::{Lack, Permission};
use crate::domain::ids::DraftNumber;
use crate::domain::rules::draft::{DraftState, DraftStep};
use crate::rules::RuleFault;
use crate::support::translation;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::pages::rules::comparison::SideBySide;
use crate::web::pages::rules::roll_back::publishing_bar;

#[derive(Debug, Serialize)]
struct ReviewView {
    number: DraftNumber,
    revision: i64,
    state: DraftState,
    comment: String,
    authors: Vec<String>,
    steps: Vec<StepLine>,
    files: Vec<SideBySide>,
    trial: Option<TrialView>,
    scores: Option<ScoresView>,
    /// Why the caller may not publish it; `None` if they may.
    bar: Option<String>,
}

/// Shows the review of a draft.
///
/// # Errors
/// If there is no such draft, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
) -> Result<HttpResponse, Problem> {
    let draft = application::draft(&context, *number).await?;
    let (_, texts) = application::with_draft(&context, *number).await?;
    let catalogue = DraftCatalogue::of(texts.texts);
    let mut files = Vec::new();
    for path in draft.texts.keys() {
        let (before, after) = (Wording::InForce, Wording::Draft(*number));
        let found = application::compare(&context, path.as_str(), before, after).await?;
        files.extend(
            found
                .iter()
                .filter(|file| file.path == *path)
                .map(|file| SideBySide { label: catalogue.label(path), ..SideBySide::of(file) }),
        );
    }
    let editor_of = |file: &str| Some(format!("/brouillons/{number}?fichier={file}"));
    let (trial, past) = if draft.outline.state.is_live() {
        let place = |fault: &RuleFault| editor_of(&fault.file);
        let trial = tried(&context, &trials, &draft.texts, &place).await?;
        let has_effect = trial.has_effect();
        let past = if has_effect { scores(&context, &trials, &draft.texts).await? } else { None };
        (Some(trial), past)
    } else {
        (None, None)
    };
    let title = format!("Relecture du brouillon {number}");
    let address = format!("/brouillons/{number}");
    let called = format!("Brouillon {number}");
    let heading = Heading::of(&title, "relecture").under(&[
        ("Règles", "/regles"),
        ("Brouillons", "/brouillons"),
        (&called, &address),
    ]);
    let outline = draft.outline;
    let view = ReviewView {
        bar: bar(&context, *number).await?,
        number: *number,
        revision: outline.revision,
        state: outline.state,
        authors: outline.authors.iter().map(ToString::to_string).collect(),
        steps: outline.steps.iter().rev().map(StepLine::of).collect(),
        comment: outline.comment,
        files,
        trial,
        scores: past,
    };
    context.page("pages/draft_review.html", &heading, &view)
}

/// Why the caller may not publish a draft.
async fn bar(context: &PageContext, number: DraftNumber) -> Result<Option<String>, Problem> {
    if let Some(bar) = publishing_bar(context) {
        return Ok(Some(bar.to_owned()));
    }
    if context.caller().lacks(Permission::PublishRules) == Some(Lack::Role) {
        let words = "La publication revient à une personne qui a le rôle d’approbateur de règles.";
        return Ok(Some(words.to_owned()));
    }
    let person = context.person()?.clone();
    let refusal = application::publication_bar(context, number, &person).await?;
    Ok(refusal.map(|refusal| {
        let words = translation::into_french(&refusal.to_string()).into_owned();
        format!("{}.", crate::web::pages::rules::comparison::capitalised(&words))
    }))
}

/// Publishes a draft.
///
/// # Errors
/// If the caller took part in it, a case fails, or somebody saved it meanwhile.
pub(in crate::web) async fn publish(
    context: PageContext,
    trials: Trials,
    number: web::Path<DraftNumber>,
    form: web::Form<DraftStepForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let trial = trials.begin_act(&context).await?;
    application::publish(&context, &trial, (*number, Some(form.revision)), &act).await?;
    Ok(context.done(Confirmation::DraftPublished, &format!("/brouillons/{number}/relecture")))
}

/// Returns a draft to its authors.
///
/// # Errors
/// If the draft is not in review, or somebody acted meanwhile.
pub(in crate::web) async fn give_back(
    context: PageContext,
    number: web::Path<DraftNumber>,
    form: web::Form<DraftStepForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let seen = (*number, Some(form.revision));
    application::step_draft(&context, seen, DraftStep::Returned, &act).await?;
    Ok(context.done(Confirmation::DraftReturned, &format!("/brouillons/{number}")))
}
