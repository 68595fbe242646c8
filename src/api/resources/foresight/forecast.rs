//! Where the rate is going.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::openapi::answers::{NoData, NotFound, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{Forecast, ForecastTerms, SupposedSlip};
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::edition::EditionId;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ForecastQuery {
    /// Date as of which the forecast starts; today in Paris by default.
    as_of: Option<NaiveDate>,
    /// Edition that the forecast starts from, with what was known on its last day; not with `as_of`.
    edition: Option<EditionId>,
    /// Code of a ministry: only its rate.
    ministry: Option<MinistryCode>,
    /// What if it leaves before the next edition: id of a project, or any name it went by.
    leave: Vec<SingleLine>,
    /// What if it drifts no further: id of a project, or any name it went by.
    hold: Vec<SingleLine>,
    /// What if it slips: a project and by how many months, `si-samu=12`, or by how much of its cost, `si-samu=10%`; a year
    /// when neither is given.
    slip: Vec<SingleLine>,
}

/// Foresee the global rate, the floor and the rate of each ministry at the next four editions.
///
/// Each listed project moves in each of 2 000 futures as past projects of its class moved; quantiles of these futures are
/// returned, with the chance to meet each dated target and how often such forecasts held in the past. The same data gives
/// the same bytes. A ministry gets its own rate, foreseen from the steps of its own projects.
#[utoipa::path(
    get,
    path = "/api/v1/forecast",
    params(ForecastQuery),
    responses(
        (status = 200, description = "The forecast", body = Forecast),
        NotFound,
        NoData,
        Unprocessable
    )
)]
pub(crate) async fn find_forecast(
    context: RequestContext,
    query: QueryParameters<ForecastQuery>,
) -> Result<web::Json<Forecast>, Problem> {
    let terms = terms(query.into_inner())?;
    Ok(web::Json(application::forecast(&context, &terms).await?))
}

fn terms(query: ForecastQuery) -> Result<ForecastTerms, QueryFault> {
    let ForecastQuery { as_of, edition, ministry, leave, hold, slip } = query;
    if as_of.is_some() && edition.is_some() {
        let words = "found both `as_of` and `edition`, expected one of them".to_owned();
        return Err(QueryFault::of("edition", words));
    }
    let names = |named: Vec<SingleLine>| named.iter().map(|one| one.as_str().to_owned()).collect();
    let slip = slip.iter().map(|one| one.as_str().parse::<SupposedSlip>());
    let slip = slip.collect::<Result<_, _>>().map_err(|words| QueryFault::of("slip", words))?;
    Ok(ForecastTerms { as_of, edition, ministry, leave: names(leave), hold: names(hold), slip })
}
