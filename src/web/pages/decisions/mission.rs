//! One mission: what called for it, what was decided, planned and noted, and the acts.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;

use super::alert::{HistoryLine, by};
use super::alerts::address_of;
use super::filled_form::{FormState, capital};
use crate::api::Problem;
use crate::application;
use crate::application::{MissionFile, today};
use crate::decisions::missions::Ranked;
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::MissionId;
use crate::domain::missions::progress::{MissionOutcome, NamingTone};
use crate::domain::words::Labelled;
use crate::store::MissionEntry;
use crate::support::french;
use crate::web::context::{Heading, PageContext};
use crate::web::query::Choice;

#[derive(Debug, Serialize)]
struct MissionView {
    #[serde(flatten)]
    file: MissionFile,
    href: Option<String>,
    /// The alerts behind it, with the titles of their rules.
    behind: Vec<AlertBehind>,
    milestones_shown: Vec<MilestoneLine>,
    /// Its place among the missions of its team, and why.
    ranked: Option<Ranked>,
    events: Vec<HistoryLine>,
    /// What others did since the reader read it, when their form came too late.
    meanwhile: Vec<HistoryLine>,
    form: FormState,
    /// Who may decide to name a vendor.
    director: Option<String>,
    is_director: bool,
    outcomes: Vec<Choice>,
    tones: Vec<Choice>,
    today: NaiveDate,
}

#[derive(Debug, Serialize)]
struct AlertBehind {
    #[serde(flatten)]
    alert: Alert,
    rule_title: String,
}

#[derive(Debug, Serialize)]
struct MilestoneLine {
    label: String,
    due_on: NaiveDate,
    done_on: Option<NaiveDate>,
    late: bool,
}

/// Shows one mission with its history.
///
/// # Errors
/// If there is no such mission among those that the caller sees, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    mission: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = MissionId::new(mission.into_inner());
    show_with(&context, &id, None, (StatusCode::OK, FormState::default())).await
}

/// The page with a form as it was typed; `read` is the revision that its author had before them.
pub(super) async fn show_with(
    context: &PageContext,
    id: &MissionId,
    read: Option<u32>,
    (status, form): (StatusCode, FormState),
) -> Result<HttpResponse, Problem> {
    let file = application::mission(context, id).await?;
    let titles = application::rule_titles(context).await?;
    let behind = file.alerts_behind.iter().cloned().map(|alert| AlertBehind {
        rule_title: titles.get(&alert.rule).cloned().unwrap_or_else(|| alert.rule.to_string()),
        alert,
    });
    let mission = &file.line.mission;
    let ranking = if mission.state.is_live() {
        application::mission_ranking(context, None).await?
    } else {
        Vec::new()
    };
    let today = today(context.clock.now());
    let milestones = mission.conduct.milestones.iter().map(|milestone| MilestoneLine {
        label: milestone.label.clone(),
        due_on: milestone.due_on,
        done_on: milestone.done_on,
        late: milestone.is_late(today),
    });
    let director = context.action_settings().director.clone();
    let me = context.caller().name.as_str();
    let since =
        |entry: &&MissionEntry| read.is_some_and(|read| entry.change.mission.revision > read);
    let title = format!("{} : {}", mission.kind.label(), file.line.subject_name);
    let view = MissionView {
        href: address_of(&mission.subject),
        behind: behind.collect(),
        milestones_shown: milestones.collect(),
        ranked: ranking.into_iter().find(|ranked| ranked.mission.id == *id),
        events: file.history.iter().rev().map(event).collect(),
        meanwhile: file.history.iter().filter(since).map(event).collect(),
        form,
        is_director: director.as_deref() == Some(me),
        director,
        outcomes: choices::<MissionOutcome>(),
        tones: choices::<NamingTone>(),
        today,
        file,
    };
    let heading = Heading::of(&title, "mission").under(&[("Missions", "/missions")]);
    context.page_with_status(status, "pages/mission.html", &heading, &view)
}

/// A choice of a form for each word.
fn choices<T: Labelled>() -> Vec<Choice> {
    let choice =
        |(word, label): (&str, &str)| Choice { value: word.to_owned(), label: capital(label) };
    T::labels().into_iter().map(choice).collect()
}

fn event(entry: &MissionEntry) -> HistoryLine {
    let MissionEntry { at, change, .. } = entry;
    HistoryLine {
        date: french::date(today(*at)),
        datetime: at.to_rfc3339(),
        text: format!("{} — {}", capital(change.kind.label()), change.reason),
        detail: by(change.by.as_ref()),
    }
}
