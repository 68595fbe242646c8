//! The catalogue in force, and one rule with its text.

use actix_web::get;
use actix_web::web;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::desk::Desk;
use super::error::Problem;
use super::page::Listing;
use super::page::Page;
use super::query::is_wanted;
use crate::cycle;
use crate::domain::ids::RuleId;
use crate::domain::rule::RuleStatus;
use crate::domain::subject::Scope;
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
    tag = "rules",
    params(RuleQuery),
    responses((status = 200, description = "As asked", body = Page<Rule>))
)]
#[get("/api/v1/rules")]
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
}

/// Find one rule with its text.
#[utoipa::path(
    tag = "rules",
    params(("rule" = RuleId, Path, description = "Id of the rule")),
    responses((status = 200, description = "As asked", body = RuleWithText))
)]
#[get("/api/v1/rules/{rule}")]
pub(super) async fn find_rule(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<RuleWithText>, Problem> {
    let in_force = cycle::catalogue(&desk).await?;
    let rule = in_force.catalogue.rule(&RuleId::new(id.as_str())).cloned();
    let rule = rule.ok_or_else(|| Problem::NotFound { kind: "rule", id: id.into_inner() })?;
    let text = in_force.texts.get(&rule.file).cloned().unwrap_or_default();
    Ok(web::Json(RuleWithText { rule, text }))
}
