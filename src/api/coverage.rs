//! How much a cycle could judge, by rule or by ministry.

use actix_web::HttpResponse;
use actix_web::web;
use serde::Deserialize;

use super::List;
use super::desk::Desk;
use super::error::Problem;
use crate::cycle;
use crate::domain::ids::CycleNumber;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CoverageQuery {
    #[serde(default)]
    by: By,
    /// The last one by default.
    cycle: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    #[default]
    Rule,
    Ministry,
}

pub(super) async fn list_coverage(
    desk: Desk,
    query: web::Query<CoverageQuery>,
) -> Result<HttpResponse, Problem> {
    let found = cycle::coverage(&desk, query.cycle.map(CycleNumber)).await?;
    let found = found.ok_or_else(|| Problem::NotYet("no cycle was committed yet".to_owned()))?;
    Ok(match query.by {
        By::Rule => HttpResponse::Ok().json(List { data: found.by_rule }),
        By::Ministry => HttpResponse::Ok().json(List { data: found.by_ministry }),
    })
}
