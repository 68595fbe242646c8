//! Silences: create, read, end.

use actix_web::{HttpResponse, web};

use super::alerts::find;
use crate::api::context::RequestContext;
use crate::api::openapi::answers::NotFound;
use crate::api::problem::kinds::Problem;
use crate::api::responses::created;
use crate::application;
use crate::application::SilenceRequest;
use crate::domain::action_bodies::{NewSilence, Reason};
use crate::domain::alerts::silence::{Silence, SilenceScope};
use crate::domain::ids::{MinistryCode, ProjectId, RuleId, SilenceNumber};

/// Return one silence.
#[utoipa::path(
    get,
    path = "/api/v1/silences/{silence}",
    params(("silence" = i64, Path, description = "Number of the silence")),
    responses((status = 200, description = "The silence", body = Silence))
)]
pub(crate) async fn find_silence(
    context: RequestContext,
    number: web::Path<i64>,
) -> Result<web::Json<Silence>, Problem> {
    let number = SilenceNumber(number.into_inner());
    let found =
        context.store.silences().await?.into_iter().find(|silence| silence.number == number);
    found.map(web::Json).ok_or(Problem::NotFound { kind: "silence", id: number.to_string() })
}

/// Silence some alerts until a date: they stay listed, and no notification mentions them.
#[utoipa::path(
    post,
    path = "/api/v1/silences",
    request_body = NewSilence,
    responses((status = 201, description = "The new silence", body = Silence,
        headers(("Location" = String, description = "Address of the silence"))), NotFound)
)]
pub(crate) async fn make_silence(
    context: RequestContext,
    body: web::Json<NewSilence>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let act = context.act(body.reason.as_str())?;
    let request = SilenceRequest { last_day: body.until, scope: scope(&context, body).await? };
    let silence =
        application::silence(&context, request, context.action_settings().silences, &act).await?;
    Ok(created(&format!("/api/v1/silences/{}", silence.number), &silence))
}

async fn scope(context: &RequestContext, body: NewSilence) -> Result<SilenceScope, Problem> {
    let parts = SilenceScope {
        rule: body.rule.map(|rule| RuleId::new(rule.into_inner())),
        project: body.project.map(|project| ProjectId::new(project.into_inner())),
        ministry: body.ministry.map(|ministry| MinistryCode::new(ministry.into_inner())),
    };
    let Some(alert) = body.alert else { return Ok(parts) };
    if !parts.is_empty() {
        return Err(Problem::Unfit(
            "`alert`: expected it without `rule`, `project` and `ministry`".to_owned(),
        ));
    }
    let alert = find(context, alert.into_inner()).await?;
    Ok(SilenceScope {
        project: alert.subject.project().cloned(),
        ministry: alert.subject.ministry().cloned(),
        rule: Some(alert.rule),
    })
}

/// End a silence before its last day.
#[utoipa::path(
    post,
    path = "/api/v1/silences/{silence}/end",
    params(("silence" = i64, Path, description = "Number of the silence")),
    request_body = Reason,
    responses((status = 200, description = "The ended silence", body = Silence))
)]
pub(crate) async fn end_silence(
    context: RequestContext,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<Silence>, Problem> {
    let act = context.act(body.reason.as_str())?;
    Ok(web::Json(context.store.unsilence(SilenceNumber(number.into_inner()), &act).await?))
}
