//! Upload of files to import, and the report of each import.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::context::RequestContext;
use crate::api::extract::query::{QueryFault, QueryParameters};
use crate::api::extract::uploads::{Uploads, receive};
use crate::api::openapi::answers::{Conflict, UnavailableResponse, Unprocessable};
use crate::api::problem::kinds::Problem;
use crate::api::responses::created;
use crate::application;
use crate::application::{Intake, IntakeTerms};
use crate::domain::action_bodies::Reason;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import_decision::ImportAction;
use crate::store::{ImportReport, ImportSummary, Recorded};

/// Maximum length of a file's name, in characters.
const NAME: usize = 255;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// Name of the file. If it begins with a month, as in `2020-11.panorama.csv`, this is its edition.
    #[param(min_length = 1, max_length = 255, pattern = r"^[^/\\\u0000-\u001F\u007F-\u009F]+$")]
    file: String,
    /// Name of the profile to read the file with; by default, the one that matches its header row.
    profile: Option<String>,
    /// Name of the sheet to read; by default, the one visible sheet that a profile recognises.
    sheet: Option<String>,
    /// Edition of the file, if it does not give one itself.
    edition: Option<EditionId>,
    /// Report what would be imported, and write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Import a CSV, XLSX or ODS file: all of it, or nothing; or a ZIP archive of such files, each for itself.
///
/// The response is the report that `vigie import --format json` prints. If the file has errors, the response is 422
/// with the position of each error, and nothing is imported. An edition that is out of the bounds of plausibility is kept
/// on hold, with the reasons: no cycle uses it until it is confirmed.
///
/// The files of an archive are read in the order of their editions, and recorded together. Those that are refused stop no
/// other: they are in `refused`, with the reason. An archive may hold 200 files, 64 MiB each and 128 MiB together once
/// unpacked; names that lead out of it are refused.
#[utoipa::path(
    post,
    path = "/api/v1/imports",
    params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes of the file, or of the archive"),
    responses(
        (status = 200, description = "The report of a dry run, or of files that had already been imported or were all refused", body = Intake),
        (status = 201, description = "The file was imported, or at least one of the archive", body = Intake,
            headers(("Location" = String, description = "Address of the import, of a file on its own"))),
        Unprocessable,
        UnavailableResponse
    )
)]
pub(crate) async fn import_file(
    context: RequestContext,
    uploads: web::Data<Uploads>,
    query: QueryParameters<UploadQuery>,
    (request, body): (HttpRequest, web::Payload),
) -> Result<HttpResponse, Problem> {
    let UploadQuery { file, profile, sheet, edition, dry_run } = query.into_inner();
    let file = file_name(file)?;
    let terms =
        IntakeTerms { profile, sheet, edition, actor: context.caller().name.clone(), dry_run };
    let upload = receive(&uploads, &request, body).await?;
    let _turn = uploads.parsing_permit().await?;
    let reader = context.action_settings().reader(&context).await?;
    let bytes = upload.into_bytes().await?;
    let intake = application::take_in_file(&context, reader, (file, bytes), &terms).await?;
    let mut new = intake.files.iter().filter(|_| !dry_run).filter_map(|one| match one.recorded {
        Recorded::Added { number }
        | Recorded::Replaced { number, .. }
        | Recorded::Held { number, .. } => Some(number),
        Recorded::Unchanged { .. } => None,
    });
    let alone = intake.files.len() == 1 && intake.refused.is_empty();
    Ok(match new.next() {
        Some(number) if alone => created(&format!("/api/v1/imports/{number}"), &intake),
        Some(_) => HttpResponse::Created().json(intake),
        None => HttpResponse::Ok().json(intake),
    })
}

/// Checks that a file name is a bare name, without a folder.
pub(super) fn file_name(file: String) -> Result<String, Problem> {
    let length = file.chars().count();
    let is_name = (1..=NAME).contains(&length) && !file.contains(['/', '\\']);
    let words = || {
        format!(
            "found `{file}`, expected the name of a file, {NAME} characters at most, without its folder"
        )
    };
    if is_name { Ok(file) } else { Err(QueryFault::of("file", words()).into()) }
}

/// Confirm an import: cycles use it from now on. For one that waits because it is out of the bounds of
/// plausibility, and for one that was withdrawn.
///
/// Among the imports of one edition the one with the highest number that is in use still wins: confirming an older
/// one changes nothing. Past cycles are replayed on what they knew.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{import}/confirm",
    params(("import" = ImportNumber, Path, description = "Number of the import")),
    request_body = Reason,
    responses((status = 200, description = "The import", body = ImportSummary), Conflict)
)]
pub(crate) async fn confirm_import(
    context: RequestContext,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<ImportSummary>, Problem> {
    decide(&context, ImportNumber(*number), ImportAction::Confirm, &body).await
}

/// Withdraw an import: no later cycle uses it, and what stood before it stands again.
#[utoipa::path(
    post,
    path = "/api/v1/imports/{import}/withdraw",
    params(("import" = ImportNumber, Path, description = "Number of the import")),
    request_body = Reason,
    responses((status = 200, description = "The import", body = ImportSummary), Conflict)
)]
pub(crate) async fn withdraw_import(
    context: RequestContext,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<ImportSummary>, Problem> {
    decide(&context, ImportNumber(*number), ImportAction::Withdraw, &body).await
}

async fn decide(
    context: &RequestContext,
    number: ImportNumber,
    action: ImportAction,
    body: &Reason,
) -> Result<web::Json<ImportSummary>, Problem> {
    let act = context.act(body.reason.as_str())?;
    context.store.decide_on_import(number, action, &act).await?;
    Ok(web::Json(summary(context, number).await?))
}

async fn summary(context: &RequestContext, number: ImportNumber) -> Result<ImportSummary, Problem> {
    let imports = context.store.imports().await?;
    let import = imports.into_iter().find(|import| import.number == number);
    import.ok_or_else(|| Problem::NotFound { kind: "import", id: number.to_string() })
}

/// An import, with the report of reading its file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportDossier {
    #[serde(flatten)]
    import: ImportSummary,
    #[serde(flatten)]
    report: ImportReport,
}

/// Return one import: what it replaced, rows set aside with the reason, figures withheld, projects matched.
#[utoipa::path(
    get,
    path = "/api/v1/imports/{import}",
    params(("import" = ImportNumber, Path, description = "Number of the import")),
    responses((status = 200, description = "The import", body = ImportDossier))
)]
pub(crate) async fn find_import(
    context: RequestContext,
    number: web::Path<i64>,
) -> Result<web::Json<ImportDossier>, Problem> {
    let number = ImportNumber(*number);
    let unknown = || Problem::NotFound { kind: "import", id: number.to_string() };
    let import = summary(&context, number).await?;
    let report = context.store.import_report(number).await?.ok_or_else(unknown)?;
    Ok(web::Json(ImportDossier { import, report }))
}
