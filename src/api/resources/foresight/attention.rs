//! Which projects to look at first, and why.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::NoData;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::Attention;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttentionQuery {
    /// Date as of which projects are ordered; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// Order the projects under way by the money that a further drift is likely to cost, each with its reasons.
#[utoipa::path(
    get,
    path = "/api/v1/attention",
    params(AttentionQuery),
    responses(
        (status = 200, description = "The projects, the first to look at first, and candidates for the lists", body = Attention),
        NoData
    )
)]
pub(crate) async fn show_attention(
    context: RequestContext,
    query: QueryParameters<AttentionQuery>,
) -> Result<web::Json<Attention>, Problem> {
    let found = application::attention(&context, query.as_of).await?;
    Ok(web::Json(found.as_ref().clone()))
}
