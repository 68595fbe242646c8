//! Silences: those that hold and those that are over, making one and ending one.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::filled_form::{FilledForm, FormState, SentForm};
use super::tabs;
use super::tabs::Tab;
use crate::api::Problem;
use crate::application;
use crate::application::{ApplicationError, ExportColumn, ListTable, SilenceRequest, today};
use crate::domain::alerts::silence::{Silence, SilenceScope};
use crate::domain::bounded_text::{RequiredText, SingleLine};
use crate::domain::ids::{MinistryCode, RuleId, SilenceNumber};
use crate::domain::portfolio::import::KnownProject;
use crate::support::translation;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery};
use crate::web::wording::problem_words::for_people;

const PATH: &str = "/silences";

const MADE: [&str; 5] = ["rule", "project", "ministry", "until", "reason"];

const ENDED: [&str; 1] = ["reason"];

#[derive(Debug, Serialize)]
struct SilencesView {
    query: PageQuery,
    tabs: Vec<Tab>,
    holding: Vec<SilenceLine>,
    over: Vec<SilenceLine>,
    rules: Vec<Choice>,
    /// `None` where there are too many: one types a name.
    projects: Option<Vec<Choice>>,
    ministries: Vec<Choice>,
    /// The last day that a silence may have.
    latest: NaiveDate,
    form: FormState,
}

/// A silence, with the names of what it covers.
#[derive(Debug, Serialize)]
struct SilenceLine {
    #[serde(flatten)]
    silence: Silence,
    rule_title: Option<String>,
    project_name: Option<String>,
    /// Open alerts that it covered when it was made.
    alerts: usize,
}

const LIST: ListTable<SilenceLine> = ListTable {
    name: "silences",
    title: "Silences",
    meaning: "Les silences en cours, puis ceux qui sont terminés, le plus récent en premier.",
    columns: &[
        ExportColumn::count("N°", |line| Some(line.silence.number.0)),
        ExportColumn::text("Règle", |line| line.rule_title.clone().unwrap_or_default()),
        ExportColumn::text("Projet", |line| line.project_name.clone().unwrap_or_default()),
        ExportColumn::text("Ministère", |line| {
            line.silence.scope.ministry.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        ExportColumn::text("Motif", |line| line.silence.reason.clone()),
        ExportColumn::text("Par", |line| line.silence.author.to_string()),
        ExportColumn::moment("Posé le", |line| Some(line.silence.made_at)),
        ExportColumn::day("Dernier jour", |line| Some(line.silence.last_day)),
        ExportColumn::count("Alertes à sa création", |line| i64::try_from(line.alerts).ok()),
        ExportColumn::flag("À revoir", |line| Some(!line.silence.to_review.is_empty())),
        ExportColumn::moment("Terminé le", |line| line.silence.ended.as_ref().map(|end| end.at)),
        ExportColumn::text("Terminé par", |line| {
            line.silence.ended.as_ref().map(|end| end.by.to_string()).unwrap_or_default()
        }),
        ExportColumn::text("Motif de fin", |line| {
            line.silence.ended.as_ref().map(|end| end.reason.clone()).unwrap_or_default()
        }),
    ],
};

/// Lists silences.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    if let Some(format) = query.format {
        let (mut lines, over) = lines(&context).await?;
        lines.extend(over);
        return list_file(&context, (&LIST, format), lines, Vec::new()).await;
    }
    show(&context, (StatusCode::OK, FormState::default())).await
}

/// The silences that hold, and those that are over, the latest first.
async fn lines(context: &PageContext) -> Result<(Vec<SilenceLine>, Vec<SilenceLine>), Problem> {
    let titles = application::rule_titles(context).await?;
    let known = context.store.known_projects().await?;
    let line = |silence: Silence| line(silence, &titles, &known);
    let (holding, over): (Vec<Silence>, Vec<Silence>) =
        context.store.silences().await?.into_iter().partition(|silence| silence.ended.is_none());
    Ok((holding.into_iter().map(line).collect(), over.into_iter().rev().map(line).collect()))
}

/// Silences a rule, a project, a ministry, or what they have in common.
///
/// # Errors
/// If the form is none of this service's pages, or the data cannot be read or written.
pub(in crate::web) async fn make(
    context: PageContext,
    sent: SentForm,
) -> Result<HttpResponse, Problem> {
    let mut form = FilledForm::of("silence", &MADE, sent)?;
    let rule = form.optional::<SingleLine>("rule", "Règle");
    let project = form.optional::<SingleLine>("project", "Projet");
    let ministry = form.optional::<SingleLine>("ministry", "Ministère");
    let until = form.date("until", "Dernier jour");
    let reason = form.required::<RequiredText>("reason", "Motif");
    if MADE.iter().take(3).all(|field| form.text(field).is_empty()) {
        let words = "Portée : choisir une règle, un projet ou un ministère";
        form.refuse("rule", words.to_owned());
    }
    let (Some(rule), Some(project), Some(ministry), Some(last_day), Some(reason)) =
        (rule, project, ministry, until, reason)
    else {
        return show(&context, form.faulty()).await;
    };
    if form.is_faulty() {
        return show(&context, form.faulty()).await;
    }
    let project = match project.filled() {
        None => None,
        Some(called) => match application::find_project(&context, called.as_str()).await {
            Ok(known) => Some(known.project),
            Err(fault @ ApplicationError::NoSuchProject { .. }) => {
                form.refuse("project", for_people(&translation::into_french(&fault.to_string())));
                return show(&context, form.faulty()).await;
            }
            Err(fault) => return Err(fault.into()),
        },
    };
    let scope = SilenceScope {
        rule: rule.filled().map(|rule| RuleId::new(rule.into_inner())),
        project,
        ministry: ministry.filled().map(|ministry| MinistryCode::new(ministry.into_inner())),
    };
    let act = context.act(reason.as_str())?;
    let terms = context.action_settings().silences;
    let request = SilenceRequest { scope, last_day };
    match application::silence(&context, request, terms, &act).await.map_err(Problem::from) {
        Ok(_) => Ok(context.done(Confirmation::SilenceMade, PATH)),
        Err(problem) => show(&context, form.refused(problem)?).await,
    }
}

/// Ends a silence before its last day.
///
/// # Errors
/// If there is no such silence, or the data cannot be read or written.
pub(in crate::web) async fn end(
    context: PageContext,
    number: web::Path<i64>,
    sent: SentForm,
) -> Result<HttpResponse, Problem> {
    let number = number.into_inner();
    let mut form = FilledForm::of(format!("end-{number}"), &ENDED, sent)?;
    let Some(reason) = form.required::<RequiredText>("reason", "Motif") else {
        return show(&context, form.faulty()).await;
    };
    let act = context.act(reason.as_str())?;
    let ended = context.store.unsilence(SilenceNumber(number), &act).await;
    match ended.map_err(Problem::from) {
        Ok(_) => Ok(context.done(Confirmation::SilenceEnded, PATH)),
        Err(problem) => show(&context, form.refused(problem)?).await,
    }
}

async fn show(
    context: &PageContext,
    (status, form): (StatusCode, FormState),
) -> Result<HttpResponse, Problem> {
    let titles = application::rule_titles(context).await?;
    let known = context.store.known_projects().await?;
    let (holding, over) = lines(context).await?;
    let ministries: BTreeSet<&MinistryCode> = known.iter().map(|one| &one.ministry).collect();
    let most = context.action_settings().silences.max_days;
    let today = today(context.clock.now());
    let view = SilencesView {
        tabs: tabs::of_alerts(PATH),
        query: PageQuery::of_path(PATH),
        holding,
        over,
        rules: titles.iter().map(|(id, title)| choice(id, title)).collect(),
        projects: Choice::projects(&known),
        ministries: ministries.into_iter().map(|one| Choice::plain(one.to_string())).collect(),
        latest: today.checked_add_days(Days::new(most.into())).unwrap_or(today),
        form,
    };
    let heading = Heading::of("Silences", "silences").under(&[("Alertes", "/alertes")]);
    context.page_with_status(status, "pages/silences.html", &heading, &view)
}

fn choice(id: &RuleId, title: &str) -> Choice {
    Choice { value: id.to_string(), label: format!("{title} ({id})") }
}

fn line(
    silence: Silence,
    titles: &BTreeMap<RuleId, String>,
    known: &[KnownProject],
) -> SilenceLine {
    let SilenceScope { rule, project, .. } = &silence.scope;
    let rule_title =
        rule.as_ref().map(|rule| titles.get(rule).cloned().unwrap_or_else(|| rule.to_string()));
    let project_name = project.as_ref().map(|project| {
        let found = known.iter().find(|one| one.project == *project);
        found.map_or_else(|| project.to_string(), |one| one.name().to_owned())
    });
    SilenceLine { rule_title, project_name, alerts: silence.levels.len(), silence }
}
