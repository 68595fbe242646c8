//! Portfolio figures, editions, imports and the data dictionary.

use actix_web::web;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::query::{QueryParameters, is_wanted};
use crate::api::openapi::answers::NoData;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::Panorama;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::import_decision::ImportState;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::{Field, FieldOrigin, Supplier};
use crate::store::ImportSummary;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AsOf {
    /// Date as of which figures are taken; today in Paris by default.
    pub(crate) as_of: Option<NaiveDate>,
}

/// Return the figures of the portfolio, of each ministry, and of each edition as known at the time.
#[utoipa::path(
    get,
    path = "/api/v1/portfolio",
    params(AsOf),
    responses((status = 200, description = "The figures", body = Panorama), NoData)
)]
pub(crate) async fn find_portfolio(
    context: RequestContext,
    query: QueryParameters<AsOf>,
) -> Result<web::Json<Panorama>, Problem> {
    Ok(web::Json(application::panorama(&context, query.as_of).await?))
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// Dataset of the import.
    dataset: Vec<Dataset>,
    /// Edition of the import.
    edition: Vec<EditionId>,
    /// Whether another import has replaced it, in whole or in part.
    replaced: Option<bool>,
    /// Whether cycles use the import.
    state: Vec<ImportState>,
}

/// List every import, and which import replaced which.
#[utoipa::path(
    get,
    path = "/api/v1/imports",
    params(ImportQuery),
    responses((status = 200, description = "A page of imports, by number", body = Page<ImportSummary>))
)]
pub(crate) async fn list_imports(
    context: RequestContext,
    listing: Listing<ImportQuery>,
) -> Result<Page<ImportSummary>, Problem> {
    let mut imports = context.store.imports().await?;
    imports.retain(|import| {
        is_wanted(&listing.dataset, &import.dataset)
            && is_wanted(&listing.edition, &import.edition)
            && is_wanted(&listing.state, &import.state)
            && listing.replaced.is_none_or(|replaced| import.replaced_by.is_some() == replaced)
    });
    listing.page(imports, |import| import.number)
}

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FieldQuery {
    /// Table that contains the field: projects, ministries or the portfolio.
    scope: Vec<SubjectKind>,
    /// Who supplies the field.
    supplier: Vec<Supplier>,
    /// How the value is obtained: published, reported as a follow-up fact, taken from a list, or computed.
    origin: Vec<FieldOrigin>,
}

/// List every field of the data dictionary.
#[utoipa::path(
    get,
    path = "/api/v1/dictionary",
    params(FieldQuery),
    responses((status = 200, description = "A page of fields, in the order of tables and documents", body = Page<Field>))
)]
pub(crate) async fn list_fields(
    context: RequestContext,
    listing: Listing<FieldQuery>,
) -> Result<Page<&'static Field>, Problem> {
    let held = |field: &Field| field.scopes.iter().any(|scope| is_wanted(&listing.scope, scope));
    let dictionary = application::dictionary(&context).await?;
    let fields = dictionary.fields().filter(|field| {
        held(field)
            && is_wanted(&listing.supplier, &field.supplier)
            && is_wanted(&listing.origin, &field.origin)
    });
    listing.page_as_is(fields.collect(), |field| field.name.to_owned())
}
