//! How much a cycle could judge, by rule or by ministry.

use actix_web::get;
use actix_web::web;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use super::openapi::NoData;
use super::query::Asked;
use crate::cycle;
use crate::cycle::MinistryCoverage;
use crate::cycle::RuleCoverage;
use crate::domain::ids::CycleNumber;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CoverageQuery {
    #[serde(default)]
    #[param(inline)]
    by: By,
    /// The last one by default.
    cycle: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    #[default]
    Rule,
    Ministry,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum CoverageList {
    Rules(List<RuleCoverage>),
    Ministries(List<MinistryCoverage>),
}

/// List how much a cycle could judge, by rule or by ministry.
#[utoipa::path(
    tag = "cycles",
    params(CoverageQuery),
    responses((status = 200, description = "As asked", body = CoverageList), NoData)
)]
#[get("/api/v1/coverage")]
pub(super) async fn list_coverage(
    desk: Desk,
    query: Asked<CoverageQuery>,
) -> Result<web::Json<CoverageList>, Problem> {
    let found = cycle::coverage(&desk, query.cycle.map(CycleNumber)).await?;
    let found = found.ok_or_else(|| Problem::NotYet("no cycle was committed yet".to_owned()))?;
    Ok(web::Json(match query.by {
        By::Rule => CoverageList::Rules(List { data: found.by_rule }),
        By::Ministry => CoverageList::Ministries(List { data: found.by_ministry }),
    }))
}
