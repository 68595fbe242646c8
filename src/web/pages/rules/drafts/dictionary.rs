//! The words that the editor of a rule proposes: fields, thresholds and functions.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::api::Problem;
use crate::domain::ids::DraftNumber;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::overlay::RulePath;
use crate::rules::Thresholds;
use crate::web::context::PageContext;
use crate::web::query::PageQuery;
use crate::{application, rules};

/// A word that the editor proposes, as `CodeMirror` takes it.
#[derive(Debug, Serialize)]
struct Proposed {
    label: String,
    detail: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Lists the words of which a file of a draft may speak.
///
/// # Errors
/// If there is no such draft, or the catalogue cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    number: web::Path<DraftNumber>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let draft = application::draft(&context, *number).await?;
    let (_, catalogue) = application::with_draft(&context, *number).await?;
    let asked = query.given.get("fichier").and_then(|values| values.first());
    let path = asked.and_then(|path| RulePath::parse(path).ok());
    let head = path.and_then(|path| rules::rule_head(draft.texts.get(&path)?));
    let scope = head.map_or(SubjectKind::Project, |head| head.scope);
    let dictionary = rules::dictionary_of(&catalogue.texts);
    let thresholds = Thresholds::of_texts(&catalogue.texts);
    let fields = dictionary.fields_of(scope).map(|field| Proposed {
        label: format!("p.{}", field.name),
        detail: field.label.to_owned(),
        kind: "property",
    });
    let thresholds = thresholds.iter().map(|threshold| Proposed {
        label: format!("t.{}", threshold.name),
        detail: threshold.label.clone(),
        kind: "constant",
    });
    let functions = rules::FUNCTIONS.iter().map(|function| Proposed {
        label: function.name.to_owned(),
        detail: format!("({})", function.parameters.join(", ")),
        kind: "function",
    });
    let words: Vec<Proposed> = fields.chain(thresholds).chain(functions).collect();
    Ok(HttpResponse::Ok().json(words))
}
