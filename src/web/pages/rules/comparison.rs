//! Two texts of a rule side by side.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::rule::wordings;
use crate::api::Problem;
use crate::application;
use crate::application::{FileComparison, Wording};
use crate::domain::rules::overlay::{RulePath, RuleVersion};
use crate::support::text_diff;
use crate::support::text_diff::LinePair;
use crate::web::context::{Heading, PageContext};
use crate::web::query::{Choice, PageQuery};

#[derive(Debug, Serialize)]
struct ComparisonView {
    rule: String,
    files: Vec<SideBySide>,
    from: String,
    to: String,
    before: String,
    after: String,
    wordings: Vec<Choice>,
}

/// One file in two versions.
#[derive(Debug, Serialize)]
pub(super) struct SideBySide {
    pub(super) path: String,
    pub(super) label: String,
    /// None where both texts are the same.
    pub(super) rows: Vec<LinePair>,
}

impl SideBySide {
    pub(super) fn of(comparison: &FileComparison) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            path: comparison.path.to_string(),
            label: comparison.path.to_string(),
            rows: text_diff::side_by_side(&text(&comparison.from), &text(&comparison.to)),
        }
    }
}

/// Compares two texts of a rule, and of its cases.
///
/// # Errors
/// If there is no such rule, or the addresses's words name no text.
pub(in crate::web) async fn show(
    context: PageContext,
    rule: web::Path<String>,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let given = |name: &str, otherwise: &str| {
        let values = query.given.get(name);
        values.and_then(|values| values.first()).cloned().unwrap_or_else(|| otherwise.to_owned())
    };
    let (from, to) = (given("de", "livre"), given("a", "en-vigueur"));
    let (before, after) = (wording(&from)?, wording(&to)?);
    let found = application::compare(&context, &rule, before, after).await?;
    let all = application::versions(&context, &rule).await?;
    let own = all.into_iter().map(|one| one.version).filter(|one| one.path.rule().is_some());
    let versions: Vec<RuleVersion> = own.collect();
    let path = found.iter().map(|file| &file.path).find(|path| path.rule().is_some());
    let draft = match path {
        Some(path) => application::draft_on(&context, &RulePath::clone(path)).await?,
        None => None,
    };
    let title = format!("Comparer deux textes de {rule}");
    let address = format!("/regles/{rule}");
    let heading =
        Heading::of(&title, "versions").under(&[("Règles", "/regles"), (&rule, &address)]);
    let view = ComparisonView {
        files: found.iter().map(SideBySide::of).collect(),
        before: capitalised(&before.label()),
        after: capitalised(&after.label()),
        wordings: wordings(&versions, draft),
        rule: rule.into_inner(),
        from,
        to,
    };
    context.page("pages/rule_comparison.html", &heading, &view)
}

/// A text of a rule, as addresses of pages spell it.
fn wording(spelt: &str) -> Result<Wording, Problem> {
    let word = match spelt {
        "livre" => "shipped".to_owned(),
        "en-vigueur" => "in-force".to_owned(),
        other => other.replace("brouillon-", "draft-"),
    };
    word.parse()
        .map_err(|fault: application::WordingError| Problem::BadParameter(fault.to_string()))
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}
