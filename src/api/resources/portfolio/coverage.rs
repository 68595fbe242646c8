//! How many verdicts a cycle could give, by rule or by ministry.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, Page};
use crate::api::openapi::answers::{NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{MinistryCoverage, RuleCoverage};
use crate::domain::ids::CycleNumber;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CoverageQuery {
    /// Whether to count by rule or by ministry.
    #[serde(default)]
    #[param(inline)]
    by: By,
    /// Number of the cycle; the last one by default.
    #[param(minimum = 1)]
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
pub(crate) enum CoverageLine {
    Rule(RuleCoverage),
    Ministry(MinistryCoverage),
}

/// List how many verdicts a cycle could give, by rule or by ministry.
#[utoipa::path(
    get,
    path = "/api/v1/coverage",
    params(CoverageQuery),
    responses((status = 200, description = "A page of counts", body = Page<CoverageLine>), NotFound, NoData)
)]
pub(crate) async fn list_coverage(
    context: RequestContext,
    listing: Listing<CoverageQuery>,
) -> Result<Page<CoverageLine>, Problem> {
    let found = application::coverage(&context, listing.cycle.map(CycleNumber)).await?;
    let found = found.ok_or_else(|| Problem::NotYet("no cycle was committed yet".to_owned()))?;
    let lines = match listing.by {
        By::Rule => found.by_rule.into_iter().map(CoverageLine::Rule).collect(),
        By::Ministry => found.by_ministry.into_iter().map(CoverageLine::Ministry).collect(),
    };
    listing.page(lines, |line| match line {
        CoverageLine::Rule(line) => line.rule.to_string(),
        CoverageLine::Ministry(line) => line.ministry.to_string(),
    })
}
