//! The questionnaire of a ministry, as the workbook that it fills in.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::api::context::RequestContext;
use crate::api::extract::query::QueryParameters;
use crate::api::openapi::answers::{NoData, NotFound};
use crate::api::problem::kinds::Problem;
use crate::application;
use crate::application::{ExportFormat, QuestionnaireRequest};
use crate::domain::bounded_text::SingleLine;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuestionnaireQuery {
    /// Code or name of the ministry.
    ministry: SingleLine,
    /// Id or name of a project of the ministry that is under way; all of them by default.
    #[serde(default)]
    project: Vec<SingleLine>,
    /// Date of the edition and of the last answers; today in Paris by default.
    as_of: Option<NaiveDate>,
}

/// Export the questionnaire of a ministry as a workbook in French, to be filled in and imported.
///
/// One column of answers for each project, with its last answers beside, for the edition of the campaign that is open or the next
/// one, else for the edition in force. Cells refuse what an import would refuse; all others are
/// protected.
#[utoipa::path(
    get,
    path = "/api/v1/questionnaire.xlsx",
    params(QuestionnaireQuery),
    responses(
        (status = 200, description = "The workbook, as an attachment", body = String,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        NoData,
        NotFound,
    )
)]
pub(crate) async fn find_questionnaire(
    context: RequestContext,
    query: QueryParameters<QuestionnaireQuery>,
) -> Result<HttpResponse, Problem> {
    let request = QuestionnaireRequest {
        ministry: query.ministry.as_str().to_owned(),
        projects: query.project.iter().map(|project| project.as_str().to_owned()).collect(),
        as_of: query.as_of,
    };
    let file = application::questionnaire_workbook(&context, &request).await?;
    Ok(HttpResponse::Ok()
        .content_type(ExportFormat::Xlsx.media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes))
}
