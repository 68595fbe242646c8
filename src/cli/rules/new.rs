//! `vigie rules new`: a draft with a rule written from a few answers.

use serde_json::json;

use super::args::NewArgs;
use super::{drafts, export};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::session::Session;
use vigie::application::DraftView;
use vigie::domain::ids::RuleId;
use vigie::rules::{RuleTemplate, SignTemplate};

pub(super) async fn run(request: &NewArgs, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let template = template(request);
    let comment = request.comment.clone();
    let comment =
        comment.unwrap_or_else(|| format!("Nouvelle règle {} : {}", request.id, request.title));
    let api = &session.api;
    let body = json!({ "comment": comment, "template": template });
    let saved: DraftView = api.post(api.at(&["drafts"]), &body).await?;
    if let Some(folder) = &request.out {
        let texts = saved.texts.iter().map(|(path, text)| (path.to_string(), text.clone()));
        export::write(folder, &texts.collect())?;
    }
    let concluded = drafts::show_saved(&saved, session.printer)?;
    let (number, id) = (saved.outline.number, &request.id);
    print::message(&format!(
        "À compléter, puis : vigie rules test --draft {number} --run \"{id}/*\""
    ));
    Ok(concluded)
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
