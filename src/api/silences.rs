//! Silences, made and ended.

use actix_web::HttpResponse;
use actix_web::web;

use super::alerts::find;
use super::created;
use super::desk::Desk;
use super::error::Problem;
use super::openapi::NotFound;
use super::practice::Practice;
use crate::cycle;
use crate::cycle::SilenceRequest;
use crate::domain::acts::NewSilence;
use crate::domain::acts::Reason;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::ids::SilenceNumber;
use crate::domain::silence::Silence;
use crate::domain::silence::SilenceScope;

/// Find one silence.
#[utoipa::path(
    get,
    path = "/api/v1/silences/{silence}",
    tag = "alerts",
    params(("silence" = i64, Path, description = "Number of the silence")),
    responses((status = 200, description = "As asked", body = Silence))
)]
pub(super) async fn find_silence(
    desk: Desk,
    number: web::Path<i64>,
) -> Result<web::Json<Silence>, Problem> {
    let number = SilenceNumber(number.into_inner());
    let found = desk.store.silences().await?.into_iter().find(|silence| silence.number == number);
    found.map(web::Json).ok_or(Problem::NotFound { kind: "silence", id: number.to_string() })
}

/// Tell nobody of some alerts for a while.
#[utoipa::path(
    post,
    path = "/api/v1/silences",
    tag = "alerts",
    request_body = NewSilence,
    responses((status = 201, description = "The silence", body = Silence,
        headers(("Location" = String, description = "Where the silence is"))), NotFound)
)]
pub(super) async fn make_silence(
    desk: Desk,
    practice: web::Data<Practice>,
    body: web::Json<NewSilence>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let act = desk.act(body.reason.as_str())?;
    let request = SilenceRequest { last_day: body.until, scope: scope(&desk, body).await? };
    let silence = cycle::silence(&desk, request, practice.silences, &act).await?;
    Ok(created(&format!("/api/v1/silences/{}", silence.number), &silence))
}

async fn scope(desk: &Desk, asked: NewSilence) -> Result<SilenceScope, Problem> {
    let parts = SilenceScope {
        rule: asked.rule.map(|rule| RuleId::new(rule.into_inner())),
        project: asked.project.map(|project| ProjectId::new(project.into_inner())),
        ministry: asked.ministry.map(|ministry| MinistryCode::new(ministry.into_inner())),
    };
    let Some(alert) = asked.alert else { return Ok(parts) };
    if !parts.is_empty() {
        return Err(Problem::Unfit(
            "an alert is a scope of its own: leave out the others".to_owned(),
        ));
    }
    let alert = find(desk, alert.into_inner()).await?;
    Ok(SilenceScope {
        project: alert.subject.project().cloned(),
        ministry: alert.subject.ministry().cloned(),
        rule: Some(alert.rule),
    })
}

/// End a silence before its time.
#[utoipa::path(
    post,
    path = "/api/v1/silences/{silence}/end",
    tag = "alerts",
    params(("silence" = i64, Path, description = "Number of the silence")),
    request_body = Reason,
    responses((status = 200, description = "The silence, over", body = Silence))
)]
pub(super) async fn end_silence(
    desk: Desk,
    number: web::Path<i64>,
    body: web::Json<Reason>,
) -> Result<web::Json<Silence>, Problem> {
    let act = desk.act(body.reason.as_str())?;
    Ok(web::Json(desk.store.unsilence(SilenceNumber(number.into_inner()), &act).await?))
}
