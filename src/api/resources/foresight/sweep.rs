//! What each value of a threshold would cost.

use actix_web::web;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::query::QueryParameters;
use crate::api::extract::trial_access::Trials;
use crate::api::openapi::answers::{NoData, UnavailableResponse, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{Sweep, SweepTerms};

/// Values tried where nothing is said.
const USUAL_VALUES: i64 = 11;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SweepQuery {
    /// Lowest value to try, in the unit of the threshold: 0.1 for 10 %.
    from: f64,
    /// Highest value to try.
    to: f64,
    /// Number of values, evenly spaced; 11 by default. The value in force is added where it lies between the ends.
    #[param(minimum = 2, maximum = 41)]
    values: Option<i64>,
}

/// Try values of a threshold: the alerts, missions and ministries of now at each value, and how often its warnings came true on
/// past editions.
#[utoipa::path(
    get,
    path = "/api/v1/thresholds/{threshold}/sweep",
    params(("threshold" = String, Path, description = "Name of the threshold"), SweepQuery),
    responses(
        (status = 200, description = "What each value would cost", body = Sweep),
        NoData, Unprocessable, UnavailableResponse
    )
)]
pub(crate) async fn sweep_threshold(
    context: RequestContext,
    trials: Trials,
    threshold: web::Path<String>,
    query: QueryParameters<SweepQuery>,
) -> Result<web::Json<Sweep>, Problem> {
    let terms = SweepTerms {
        threshold: threshold.into_inner(),
        from: query.from,
        to: query.to,
        values: usize::try_from(query.values.unwrap_or(USUAL_VALUES)).unwrap_or_default(),
    };
    let trial = trials.begin(&context).await?;
    Ok(web::Json(application::sweep(&context, &trial, terms).await?))
}
