//! The catalogue in force, and one rule with its text.

use actix_web::web;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::domain::ids::RuleId;
use crate::rules::Rule;

pub(super) async fn list_rules(desk: Desk) -> Result<web::Json<List<Rule>>, Problem> {
    let on_disk = cycle::catalogue(&desk).await?;
    Ok(List::of(on_disk.catalogue.rules().cloned().collect()))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RuleWithText {
    #[serde(flatten)]
    rule: Rule,
    text: String,
}

pub(super) async fn find_rule(
    desk: Desk,
    id: web::Path<String>,
) -> Result<web::Json<RuleWithText>, Problem> {
    let on_disk = cycle::catalogue(&desk).await?;
    let rule = on_disk.catalogue.rule(&RuleId::new(id.as_str())).cloned();
    let rule = rule.ok_or_else(|| Problem::NotFound { kind: "rule", id: id.into_inner() })?;
    let text = on_disk.texts.get(&rule.file).cloned().unwrap_or_default();
    Ok(web::Json(RuleWithText { rule, text }))
}
