//! The catalogue in force, and one rule with its text.

use actix_web::get;
use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::domain::ids::RuleId;
use crate::rules::Rule;

/// List the rules of the catalogue in force.
#[utoipa::path(
    tag = "rules",
    responses((status = 200, description = "As asked", body = List<Rule>))
)]
#[get("/api/v1/rules")]
pub(super) async fn list_rules(desk: Desk) -> Result<web::Json<List<Rule>>, Problem> {
    let in_force = cycle::catalogue(&desk).await?;
    Ok(List::of(in_force.catalogue.rules().cloned().collect()))
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
