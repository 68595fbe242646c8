//! Disputes raised by project teams: those that wait for an answer, and those that are over.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::filled_form::{FilledForm, FormState, SentForm};
use super::tabs;
use super::tabs::Tab;
use crate::api::Problem;
use crate::application;
use crate::application::{ExportColumn, ListTable};
use crate::domain::alerts::alert::Alert;
use crate::domain::alerts::dispute::{Dispute, DisputeState};
use crate::domain::bounded_text::RequiredText;
use crate::domain::ids::DisputeNumber;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::PageQuery;

const PATH: &str = "/contestations";

const ANSWERED: [&str; 2] = ["verdict", "reason"];

#[derive(Debug, Serialize)]
struct DisputesView {
    query: PageQuery,
    tabs: Vec<Tab>,
    /// To be answered.
    open: Vec<DisputeLine>,
    /// Upheld, and not corrected yet.
    awaiting: Vec<DisputeLine>,
    over: Vec<DisputeLine>,
    form: FormState,
}

#[derive(Debug, Serialize)]
struct DisputeLine {
    #[serde(flatten)]
    dispute: Dispute,
    project_name: String,
    rule_title: Option<String>,
    labels: Vec<String>,
}

const LIST: ListTable<DisputeLine> = ListTable {
    name: "contestations",
    title: "Contestations",
    meaning: "Les contestations à répondre, celles qui attendent une correction, puis celles qui sont terminées.",
    columns: &[
        ExportColumn::count("N°", |line| Some(line.dispute.number.0)),
        ExportColumn::text("Projet", |line| line.project_name.clone()),
        ExportColumn::text("Règle", |line| line.rule_title.clone().unwrap_or_default()),
        ExportColumn::text("Chiffres contestés", |line| line.labels.join(", ")),
        ExportColumn::text("Contestation", |line| line.dispute.statement.clone()),
        ExportColumn::text("Par", |line| line.dispute.author.clone()),
        ExportColumn::moment("Reçue le", |line| Some(line.dispute.at)),
        ExportColumn::text("État", |line| line.dispute.state.label().to_owned()),
        ExportColumn::text("Réponse", |line| {
            line.dispute.answer.as_ref().map(|answer| answer.words.clone()).unwrap_or_default()
        }),
        ExportColumn::text("Réponse de", |line| {
            line.dispute.answer.as_ref().map(|answer| answer.by.to_string()).unwrap_or_default()
        }),
        ExportColumn::moment("Répondu le", |line| {
            line.dispute.answer.as_ref().map(|answer| answer.at)
        }),
        ExportColumn::count("Importation contestée", |line| {
            line.dispute.import.map(|import| import.0)
        }),
        ExportColumn::count("Corrigée par l’importation", |line| {
            line.dispute.settled_by.map(|import| import.0)
        }),
    ],
};

/// Lists disputes.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    if let Some(format) = query.format {
        let DisputesView { mut open, awaiting, over, .. } =
            view(&context, FormState::default()).await?;
        open.extend(awaiting);
        open.extend(over);
        return list_file(&context, (&LIST, format), open, Vec::new()).await;
    }
    show(&context, (StatusCode::OK, FormState::default())).await
}

/// Answers a dispute: upholds or rejects it.
///
/// # Errors
/// If there is no such dispute, or the data cannot be read or written.
pub(in crate::web) async fn answer(
    context: PageContext,
    number: web::Path<i64>,
    sent: SentForm,
) -> Result<HttpResponse, Problem> {
    let number = number.into_inner();
    let mut form = FilledForm::of(format!("answer-{number}"), &ANSWERED, sent)?;
    let state = form.word::<DisputeState>("verdict", "Suite donnée");
    let state =
        state.filter(|state| [DisputeState::Upheld, DisputeState::Rejected].contains(state));
    let reason = form.required::<RequiredText>("reason", "Réponse à l’équipe");
    let (Some(state), Some(reason)) = (state, reason) else {
        return show(&context, form.faulty()).await;
    };
    let act = context.act(reason.as_str())?;
    let answered = context.store.answer_dispute(DisputeNumber(number), state, &act).await;
    match answered.map_err(Problem::from) {
        Ok(_) => Ok(context.done(Confirmation::DisputeAnswered, PATH)),
        Err(problem) => show(&context, form.refused(problem)?).await,
    }
}

async fn show(
    context: &PageContext,
    (status, form): (StatusCode, FormState),
) -> Result<HttpResponse, Problem> {
    let view = view(context, form).await?;
    let heading = Heading::of("Contestations", "contestations").under(&[("Alertes", "/alertes")]);
    context.page_with_status(status, "pages/disputes.html", &heading, &view)
}

async fn view(context: &PageContext, form: FormState) -> Result<DisputesView, Problem> {
    let titles = application::rule_titles(context).await?;
    let dictionary = application::dictionary(context).await?;
    let known = context.store.known_projects().await?;
    let alerts = context.store.alerts_in_brief().await?;
    let line = |dispute: Dispute| {
        let project = known.iter().find(|one| one.project == dispute.project);
        let alert = alerts.iter().find(|alert: &&Alert| alert.id == dispute.alert);
        let labels = dispute.fields.iter();
        DisputeLine {
            project_name: project
                .map_or_else(|| dispute.project.to_string(), |one| one.name().to_owned()),
            rule_title: alert.and_then(|alert| titles.get(&alert.rule).cloned()),
            labels: labels
                .map(|field| dictionary.label(field).unwrap_or(field).to_owned())
                .collect(),
            dispute,
        }
    };
    let (pending, over): (Vec<Dispute>, Vec<Dispute>) =
        context.store.disputes().await?.into_iter().partition(Dispute::is_pending);
    let (open, awaiting): (Vec<Dispute>, Vec<Dispute>) =
        pending.into_iter().partition(|dispute| dispute.state == DisputeState::Open);
    Ok(DisputesView {
        query: PageQuery::of_path(PATH),
        tabs: tabs::of_alerts(PATH),
        open: open.into_iter().map(line).collect(),
        awaiting: awaiting.into_iter().map(line).collect(),
        over: over.into_iter().rev().map(line).collect(),
        form,
    })
}
