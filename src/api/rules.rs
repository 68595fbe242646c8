//! The catalogue in force, and one rule with its text.

use std::collections::BTreeMap;

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::openapi::NotFound;
use super::openapi::Unavailable;
use super::openapi::Unprocessable;
use super::page::Listing;
use super::page::Page;
use super::query::Asked;
use super::query::is_wanted;
use super::trial_access::Trials;
use crate::cycle;
use crate::cycle::Explanation;
use crate::domain::ids::DraftNumber;
use crate::domain::ids::RuleId;
use crate::domain::rule::RuleStatus;
use crate::domain::subject::Scope;
use crate::domain::words::Name;
use crate::rules;
use crate::rules::Family;
use crate::rules::Rule;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RuleQuery {
    family: Vec<Family>,
    scope: Vec<Scope>,
    status: Vec<RuleStatus>,
}

/// List the rules of the catalogue in force.
#[utoipa::path(
    get,
    path = "/api/v1/rules",
    tag = "rules",
    params(RuleQuery),
    responses((status = 200, description = "As asked", body = Page<Rule>))
)]
pub(super) async fn list_rules(
    desk: Desk,
    asked: Listing<RuleQuery>,
) -> Result<Page<Rule>, Problem> {
    let on_disk = cycle::catalogue(&desk).await?;
    let rules = on_disk.catalogue.rules().filter(|rule| {
        is_wanted(&asked.family, &rule.family)
            && is_wanted(&asked.scope, &rule.scope)
            && is_wanted(&asked.status, &rule.status)
    });
    asked.page(rules.cloned().collect(), |rule| rule.id.clone())
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleWithText {
    #[serde(flatten)]
    rule: Rule,
    text: String,
    /// The text of its cases.
    cases: String,
}

/// Find one rule with its text and its cases.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}",
    tag = "rules",
    params(("rule" = RuleId, Path, description = "Id of the rule")),
    responses((status = 200, description = "As asked", body = RuleWithText))
)]
pub(super) async fn find_rule(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<RuleWithText>, Problem> {
    let in_force = cycle::catalogue(&desk).await?;
    let rule = in_force.catalogue.rule(&RuleId::new(id.as_str())).cloned();
    let rule = rule.ok_or_else(|| Problem::NotFound { kind: "rule", id: id.into_inner() })?;
    let text_of = |path: &str| in_force.texts.get(path).cloned().unwrap_or_default();
    let (text, cases) = (text_of(&rule.file), text_of(&rules::cases_path(rule.id.as_str())));
    Ok(web::Json(RuleWithText { rule, text, cases }))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CatalogueQuery {
    /// As though this draft were published.
    draft: Option<DraftNumber>,
    /// Without what was published over the files that ship.
    shipped: bool,
}

/// Every file of a catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CatalogueFiles {
    /// Texts by path.
    files: BTreeMap<String, String>,
}

/// Give every file of the catalogue in force, to be checked and proved elsewhere.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue",
    tag = "rules",
    params(CatalogueQuery),
    responses((status = 200, description = "As asked", body = CatalogueFiles), NotFound, Unprocessable)
)]
pub(super) async fn find_catalogue(
    desk: Desk,
    query: Asked<CatalogueQuery>,
) -> Result<web::Json<CatalogueFiles>, Problem> {
    let files = match (query.draft, query.shipped) {
        (Some(_), true) => {
            let words = "parameter `shipped`: expected it without `draft`, which lies over it";
            return Err(Problem::Unfit(words.to_owned()));
        }
        (Some(draft), false) => cycle::with_draft(&desk, draft).await?.1.texts,
        (None, true) => cycle::CatalogueTexts::read(&desk.rules).await?.texts,
        (None, false) => cycle::catalogue(&desk).await?.texts,
    };
    Ok(web::Json(CatalogueFiles { files }))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ExplanationQuery {
    /// A project by id or name, the code of a ministry, or `portfolio`, as the rule judges.
    subject: Name,
    as_of: Option<NaiveDate>,
    /// As though this draft were published.
    draft: Option<DraftNumber>,
}

/// Tell how a rule comes to its answer on one subject, be it clear or unknown.
#[utoipa::path(
    get,
    path = "/api/v1/rules/{rule}/explanation",
    tag = "rules",
    params(("rule" = RuleId, Path, description = "Id of the rule"), ExplanationQuery),
    responses(
        (status = 200, description = "As asked", body = Explanation),
        NoData, Unprocessable, Unavailable
    )
)]
pub(super) async fn explain_rule(
    desk: Desk,
    trials: Trials,
    id: web::Path<String>,
    query: Asked<ExplanationQuery>,
) -> Result<web::Json<Explanation>, Problem> {
    let subject = query.subject.as_str();
    // What is in force was proved, and is read by many.
    let trial = match query.draft {
        Some(_) => trials.begin(&desk).await?,
        None => trials.unplaced(),
    };
    let told = cycle::explain(&desk, &trial, (&id, subject), query.as_of, query.draft).await?;
    Ok(web::Json(told))
}
