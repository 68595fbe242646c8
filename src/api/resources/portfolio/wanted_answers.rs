//! The answers to the questionnaire to ask each project for first.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::page::{Listing, Page};
use crate::api::extract::subject_filter::SubjectFilter;
use crate::api::openapi::answers::NoData;
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::WantedAnswers;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::subject::Subject;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WantedQuery {
    /// Date as of which projects are judged; today in Paris by default.
    as_of: Option<NaiveDate>,
    /// Id of a project, or any name it went by.
    project: Vec<SingleLine>,
    /// Code of a ministry.
    ministry: Vec<MinistryCode>,
}

/// List, for each project of the edition in force, the three answers to the questionnaire that would settle the most verdicts.
///
/// Each project is judged again as if it had given them, with the answers of a project that is well. A worrying answer may settle
/// less, when a rule then asks for more, or more, when it fires at once.
#[utoipa::path(
    get,
    path = "/api/v1/wanted-answers",
    params(WantedQuery),
    responses((status = 200, description = "A page of projects, by id", body = Page<WantedAnswers>), NoData)
)]
pub(crate) async fn list_wanted_answers(
    context: RequestContext,
    listing: Listing<WantedQuery>,
) -> Result<Page<WantedAnswers>, Problem> {
    let filter = SubjectFilter::of(&context, &listing.project, &listing.ministry).await?;
    let is_wanted = |project: &ProjectId| filter.fits(&Subject::Project(project.clone()));
    let wanted = application::wanted_answers(&context, listing.as_of, &is_wanted).await?;
    listing.page(wanted, |one| one.project.clone())
}
