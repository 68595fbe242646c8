//! Names of ministries and projects that people recorded: files are read with them, in addition to the alias table.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Collection, Listing, Page};
use crate::api::openapi::answers::{Conflict, NotFound, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::domain::action_bodies::Reason;
use crate::domain::portfolio::recorded_name::{NameKind, NewNames, RecordedName};

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NameQuery {
    /// Only names of ministries, or only names of projects.
    kind: Option<NameKind>,
    /// Only names that were withdrawn, or only those that files are read with.
    withdrawn: Option<bool>,
}

/// List the recorded names of ministries and projects, with who recorded them.
#[utoipa::path(
    get,
    path = "/api/v1/names",
    params(NameQuery),
    responses((status = 200, description = "A page of names, in the order in which they were recorded", body = Page<RecordedName>))
)]
pub(crate) async fn list_names(
    context: RequestContext,
    listing: Listing<NameQuery>,
) -> Result<Page<RecordedName>, Problem> {
    let mut names = context.store.recorded_names().await?;
    names.retain(|one| listing.kind.is_none_or(|kind| one.kind == kind));
    names.retain(|one| listing.withdrawn.is_none_or(|gone| one.withdrawn.is_some() == gone));
    listing.page(names, |name| name.number)
}

/// Record names of ministries and projects, all of them or none. Files are read with them from now on.
///
/// A name that is known already is 409; one that designates nothing known is 422.
#[utoipa::path(
    post,
    path = "/api/v1/names",
    request_body = NewNames,
    responses(
        (status = 201, description = "The recorded names; one that was sent twice is recorded once", body = Collection<RecordedName>),
        Conflict, Unprocessable
    )
)]
pub(crate) async fn record_names(
    context: RequestContext,
    body: web::Json<NewNames>,
) -> Result<HttpResponse, Problem> {
    let NewNames { names, reason } = body.into_inner();
    let act = context.act(reason.as_str())?;
    let reader = context.action_settings().reader(&context).await?;
    let recorded = application::record_names(&context, &reader, names, &act).await?;
    Ok(HttpResponse::Created().json(Collection::of(recorded).into_inner()))
}

/// Withdraw a recorded name: files that have it are refused again. Imports stay as they are.
#[utoipa::path(
    post,
    path = "/api/v1/names/{name}/withdrawal",
    params(("name" = i64, Path, description = "Number of the recorded name")),
    request_body = Reason,
    responses((status = 200, description = "The withdrawn name", body = RecordedName), NotFound, Conflict)
)]
pub(crate) async fn withdraw_name(
    context: RequestContext,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<RecordedName>, Problem> {
    let act = context.act(body.reason.as_str())?;
    Ok(web::Json(application::withdraw_name(&context, *number, &act).await?))
}
