//! How often the warnings of the rules came true on past editions.

use actix_web::web;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::query::QueryParameters;
use crate::api::extract::trial_access::Trials;
use crate::api::openapi::answers::{NoData, NotFound, UnavailableResponse};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{Backtest, BacktestTerms};
use crate::domain::ids::{DraftNumber, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::Target;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BacktestQuery {
    /// Drift to foresee: of the cost (more than 5 %), of the calendar (more than 3 months), or any of the two, which is the default.
    target: Option<Target>,
    /// Editions from the warning to the edition in which the drift shows; 1 by default.
    #[param(minimum = 1, maximum = 4)]
    horizon: Option<i64>,
    /// First edition as of which rules are judged; the first known by default.
    from: Option<EditionId>,
    /// Last edition as of which rules are judged; the last known by default.
    to: Option<EditionId>,
    /// Id of the only rule to return.
    rule: Option<RuleId>,
    /// Number of a draft to apply over the catalogue in force.
    draft: Option<DraftNumber>,
}

/// Judge the rules as of each past edition, and compare their warnings with what became of the projects.
#[utoipa::path(
    get,
    path = "/api/v1/backtest",
    params(BacktestQuery),
    responses(
        (status = 200, description = "How often the warnings of each rule came true", body = Backtest),
        NotFound, NoData, UnavailableResponse
    )
)]
pub(crate) async fn show_backtest(
    context: RequestContext,
    trials: Trials,
    query: QueryParameters<BacktestQuery>,
) -> Result<web::Json<Backtest>, Problem> {
    let terms = BacktestTerms {
        target: query.target.unwrap_or(Target::Any),
        horizon: usize::try_from(query.horizon.unwrap_or(1)).unwrap_or(1),
        from: query.from,
        to: query.to,
    };
    let found = match query.draft {
        None => application::backtest(&context, terms).await?,
        Some(draft) => {
            let trial = trials.begin(&context).await?;
            application::backtest_draft(&context, &trial, draft, terms).await?
        }
    };
    let found = found.as_ref().clone();
    Ok(web::Json(match &query.rule {
        Some(rule) => found.of_rule(rule)?,
        None => found,
    }))
}
