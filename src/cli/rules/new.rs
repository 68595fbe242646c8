//! `vigie rules new` and `vigie rules new-field`: a draft with a rule, or a field, written from a few answers.

use std::path::Path;

use serde_json::json;

use super::args::{NewArgs, NewFieldArgs};
use super::drafts;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::whole_file::write_whole;
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
    let api = &session.api;
    let body = json!({ "comment": comment, "template": template });
    let saved: DraftView = api.post(api.at(&["drafts"]), &body).await?;
    if let Some(folder) = &request.out {
        write(folder, &saved)?;
    }
    let concluded = drafts::show_saved(&saved, session.printer)?;
    let (number, id) = (saved.outline.number, &request.id);
    print::message(&format!(
        "À compléter, puis : vigie rules test --draft {number} --run \"{id}/*\""
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
        worsening: request.worse.zip(request.step).map(|(worse, step)| Worsening {
            worse,
            step,
            relative: false,
        }),
    };
    let comment = request.comment.clone();
    let comment = comment.unwrap_or_else(|| format!("Nouveau champ : {}", request.label));
    let api = &session.api;
    let body = json!({ "comment": comment, "field": field });
    let saved: DraftView = api.post(api.at(&["drafts"]), &body).await?;
    if let Some(folder) = &request.out {
        write(folder, &saved)?;
    }
    drafts::show_saved(&saved, session.printer)
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

/// Writes the files of the draft in a folder, as the catalogue has them.
fn write(folder: &Path, draft: &DraftView) -> Result<(), CliError> {
    for (path, text) in &draft.texts {
        let file = folder.join(path.as_str());
        file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        write_whole(&file, text.as_bytes())?;
    }
    Ok(())
}
