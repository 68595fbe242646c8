//! Who receives the messages of ministries.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::Collection;
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::{NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::domain::bounded_text::SingleLine;
use crate::domain::messages::recipients::RecipientLine;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecipientQuery {
    /// Code or name of the ministry; all by default.
    pub(crate) ministry: Option<SingleLine>,
    /// Day on which messages would leave; today by default.
    pub(crate) as_of: Option<NaiveDate>,
}

/// List who receives the messages of each ministry on a day, and why. Personal data: for those who import contacts.
#[utoipa::path(
    get,
    path = "/api/v1/recipients",
    params(RecipientQuery),
    responses(
        (status = 200, description = "The contacts of each ministry, those who receive its messages first", body = Collection<RecipientLine>),
        NotFound, NoData
    )
)]
pub(crate) async fn list_recipients(
    context: RequestContext,
    query: QueryParameters<RecipientQuery>,
) -> Result<web::Json<Collection<RecipientLine>>, Problem> {
    let ministry = query.ministry.as_ref().map(SingleLine::as_str);
    Ok(Collection::of(application::recipients(&context, ministry, query.as_of).await?))
}
