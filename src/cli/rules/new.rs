//! `vigie rules new` and `vigie rules new-field`: a draft with a rule, or a field, written from a few answers.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::args::{NewArgs, NewFieldArgs};
use super::{drafts, export};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::session::Session;
use vigie::application::DraftView;
use vigie::domain::ids::RuleId;
use vigie::domain::rules::worsening::Worsening;
use vigie::rules::{FieldTemplate, RuleTemplate, SignTemplate};

pub(super) async fn run(request: &NewArgs, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let template = template(request);
    let comment = request.comment.clone();
    let comment =
        comment.unwrap_or_else(|| format!("Nouvelle règle {} : {}", request.id, request.title));
    let body = json!({ "comment": comment, "template": template });
    let draft = saved(&body, request.out.as_deref(), session).await?;
    let concluded = drafts::show_saved(&draft, session.printer)?;
    let (number, revision, id) = (draft.outline.number, draft.outline.revision, &request.id);
    print::message(&format!(
        "À compléter, puis : vigie rules draft FICHIER --over {number} --revision {revision} --comment \"complété\"\n\
         et : vigie rules test --draft {number} --run \"{id}/*\""
    ));
    Ok(concluded)
}

pub(super) async fn field(
    request: &NewFieldArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let field = FieldTemplate {
        name: request.name.clone(),
        kind: request.kind,
        unit: request.unit,
        label: request.label.clone(),
        meaning: request.meaning.clone(),
        supplier: request.supplier,
        min: request.min,
        max: request.max,
        choices: request.choices.clone(),
        of: request.of,
        gathered: request.gathered,
        worsening: request.worse.zip(request.step).map(|(worse, step)| Worsening {
            worse,
            step,
            relative: false,
        }),
    };
    let comment = request.comment.clone();
    let comment = comment.unwrap_or_else(|| format!("Nouveau champ : {}", request.label));
    let body = json!({ "comment": comment, "field": field });
    drafts::show_saved(&saved(&body, request.out.as_deref(), session).await?, session.printer)
}

/// The draft that is opened, of which the files are written in a folder too.
async fn saved(
    body: &Json,
    out: Option<&Path>,
    session: &Session<'_>,
) -> Result<DraftView, CliError> {
    let api = &session.api;
    let draft: DraftView = api.post(api.at(&["drafts"]), body).await?;
    if let Some(folder) = out {
        let texts = draft.texts.iter().map(|(path, text)| (path.to_string(), text.clone()));
        export::write(folder, &texts.collect())?;
    }
    Ok(draft)
}

/// One of the ways of noticing is given: the command line sees to it.
fn template(request: &NewArgs) -> RuleTemplate {
    let sign = match request {
        NewArgs { when: Some(first), and: Some(second), .. } => {
            SignTemplate::TwoSigns { first: first.clone(), second: second.clone() }
        }
        NewArgs { when: Some(test), .. } => SignTemplate::Threshold { test: test.clone() },
        NewArgs { changes: Some(field), by_more_than, .. } => {
            SignTemplate::Worsening { field: field.clone(), by: by_more_than.unwrap_or_default() }
        }
        NewArgs { past: Some(field), unless, .. } => {
            SignTemplate::DateGoneBy { field: field.clone(), unless: unless.clone() }
        }
        NewArgs { share, above, .. } => SignTemplate::MinistryShare {
            field: share.clone().unwrap_or_default(),
            above: above.unwrap_or_default(),
        },
    };
    RuleTemplate {
        id: RuleId::new(request.id.clone()),
        title: request.title.clone(),
        level: request.level,
        sign,
    }
}
