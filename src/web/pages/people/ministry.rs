//! The page of a ministry, for its secretary-general: what awaits a decision first, with one act each, then its projects.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::api::Problem;
use crate::api::resources::decisions::alerts::list_alerts;
use crate::api::resources::decisions::missions::list_missions;
use crate::api::resources::portfolio::projects::{ProjectQuery, list_projects};
use crate::application;
use crate::application::{AlertLine, MissionLine, ProjectStanding, TableRow};
use crate::decisions::missions::MissionAct;
use crate::domain::accounts::access::Scope;
use crate::domain::action_bodies::Comment;
use crate::domain::alerts::alert::Alert;
use crate::domain::bounded_text::{OptionalText, RequiredText};
use crate::domain::ids::{MinistryCode, MissionId, ProjectId};
use crate::domain::missions::mission::Awaited;
use crate::domain::words::words;
use crate::web::confirmations::Confirmation;
use crate::web::context::{Heading, PageContext};
use crate::web::query::{PageQuery, Parameter, plain, sorted_by};

/// Between two alerts in the field that says which ones were read.
const BETWEEN: char = '~';

const PARAMETERS: &[Parameter] =
    &[plain("ministere", "ministry"), plain("etat", "state"), sorted_by(&[("ordre", "attention")])];

#[derive(Debug, Serialize)]
struct MinistryView {
    code: MinistryCode,
    name: String,
    /// Open alerts that nobody acknowledged, the worst first, then in the order of attention.
    awaiting: Vec<AlertLine>,
    /// How many less serious alerts of the same project each covers, by id.
    covers: BTreeMap<String, usize>,
    /// Their ids, for the act on all of them.
    awaiting_ids: String,
    /// Open alerts that somebody acknowledged.
    acknowledged: usize,
    /// Those that are proposed, and wait for a decision.
    proposed: Vec<MissionLine>,
    /// The other missions that go on.
    missions: Vec<MissionLine>,
    projects: Vec<MinistryProject>,
}

/// A project in the page of its ministry.
#[derive(Debug, Serialize)]
struct MinistryProject {
    #[serde(flatten)]
    fields: TableRow,
    standing: ProjectStanding,
}

/// Shows a ministry.
///
/// # Errors
/// If the caller does not see it, or the data cannot be read.
pub(super) async fn show(
    context: PageContext,
    ministry: web::Path<MinistryCode>,
) -> Result<HttpResponse, Problem> {
    page(&context, &ministry, false).await
}

/// The page of the one ministry that the caller's account is for; `None` if it is for others, or for several.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn home(context: &PageContext) -> Result<Option<HttpResponse>, Problem> {
    let Scope::Ministries(ministries) = &context.caller().scope else { return Ok(None) };
    let mut ministries = ministries.iter();
    match (ministries.next(), ministries.next()) {
        (Some(ministry), None) => page(context, ministry, true).await.map(Some),
        _ => Ok(None),
    }
}

async fn page(
    context: &PageContext,
    ministry: &MinistryCode,
    is_home: bool,
) -> Result<HttpResponse, Problem> {
    if !context.caller().scope.covers(ministry) {
        return Err(Problem::NotFound { kind: "ministry", id: ministry.to_string() });
    }
    let has_projects = application::ministries(context).await?.values().any(|one| one == ministry);
    // Whoever sees the whole State may name any code; others name their own, which may have no project yet.
    if !has_projects && context.caller().scope.is_whole() {
        return Err(Problem::NotFound { kind: "ministry", id: ministry.to_string() });
    }
    let (alerts, projects, (proposed, missions)) = if has_projects {
        let alerts = open_alerts(context, ministry).await?;
        (alerts, projects(context, ministry).await?, missions(context, ministry).await?)
    } else {
        (Vec::new(), Vec::new(), (Vec::new(), Vec::new()))
    };
    let covers = covers(&alerts);
    let alerts = alerts.into_iter().filter(|line| line.alert.hidden_by.is_none());
    let (mut awaiting, acknowledged): (Vec<AlertLine>, Vec<AlertLine>) =
        alerts.partition(|line| line.handling.acknowledged.is_none());
    let attention = application::attention_order(context, None).await?;
    awaiting.sort_by_key(|line| {
        (std::cmp::Reverse(line.alert.level), attention.rank(&line.alert.subject))
    });
    let ids: Vec<&str> = awaiting.iter().map(|line| line.alert.id.as_str()).collect();
    let view = MinistryView {
        name: name_of(ministry, &projects),
        covers,
        awaiting_ids: ids.join(&BETWEEN.to_string()),
        acknowledged: acknowledged.len(),
        code: ministry.clone(),
        awaiting,
        proposed,
        missions,
        projects,
    };
    let title = if is_home { format!("Accueil : {}", view.name) } else { view.name.clone() };
    context.page("pages/ministry.html", &Heading::of(&title, "ministere"), &view)
}

/// What the edition in force calls a ministry; its code if it lists no project of it.
fn name_of(ministry: &MinistryCode, projects: &[MinistryProject]) -> String {
    let labels = projects.iter().filter_map(|one| one.fields.get("ministry_label")?.as_str());
    labels.map(str::to_owned).next().unwrap_or_else(|| ministry.to_string())
}

/// How many alerts each covers, by its id.
fn covers(alerts: &[AlertLine]) -> BTreeMap<String, usize> {
    let mut covers = BTreeMap::new();
    for AlertLine { alert, .. } in alerts {
        if let Some(by) = &alert.hidden_by {
            *covers.entry(Alert::id_of(by, &alert.subject).to_string()).or_default() += 1;
        }
    }
    covers
}

/// The open alerts on a ministry and its projects, with those that another covers.
async fn open_alerts(
    context: &PageContext,
    ministry: &MinistryCode,
) -> Result<Vec<AlertLine>, Problem> {
    let query = of_ministry(ministry, &[("etat", "open")]);
    let page = list_alerts(context.request(), query.listing(PARAMETERS)?).await?;
    let (lines, _) = page.into_parts();
    Ok(lines)
}

/// The missions of a ministry that go on: those that wait for a decision, and the others.
async fn missions(
    context: &PageContext,
    ministry: &MinistryCode,
) -> Result<(Vec<MissionLine>, Vec<MissionLine>), Problem> {
    let query = of_ministry(ministry, &[]);
    let page = list_missions(context.request(), query.listing(PARAMETERS)?).await?;
    let (lines, _) = page.into_parts();
    let live = lines.into_iter().filter(|line| line.awaits.is_some());
    Ok(live.partition(|line| line.awaits == Some(Awaited::Decision)))
}

async fn projects(
    context: &PageContext,
    ministry: &MinistryCode,
) -> Result<Vec<MinistryProject>, Problem> {
    let query = of_ministry(ministry, &[("tri", "ordre")]);
    let listing = query.listing::<ProjectQuery>(PARAMETERS)?;
    let (rows, _) = match list_projects(context.request(), listing).await {
        Ok(page) => page.into_parts(),
        // Before the first edition.
        Err(Problem::NotYet(_)) => return Ok(Vec::new()),
        Err(problem) => return Err(problem),
    };
    let standings = application::project_standings(context).await?;
    let of_row = |fields: TableRow| {
        let id = fields.get("project_id").and_then(|id| id.as_str()).unwrap_or_default();
        let standing = standings.get(&ProjectId::new(id)).copied().unwrap_or_default();
        MinistryProject { fields, standing }
    };
    let projects: Vec<MinistryProject> = rows.into_iter().map(of_row).collect();
    Ok(projects)
}

/// The query of a list about one ministry, all on one page.
fn of_ministry(ministry: &MinistryCode, others: &[(&str, &str)]) -> PageQuery {
    let all = [("ministere", ministry.as_str()), ("limite", "1000")];
    let given = all.iter().chain(others);
    PageQuery {
        given: given.map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect(),
        ..PageQuery::of_path(&format!("/ministeres/{ministry}"))
    }
}

/// The alerts that were read, and a remark on them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadAlertsForm {
    alerts: String,
    #[serde(default)]
    reason: OptionalText,
}

/// Acknowledges the alerts that were read, one or several.
///
/// # Errors
/// If one of them is not among those that the caller sees, or the change cannot be written.
pub(super) async fn acknowledge(
    context: PageContext,
    ministry: web::Path<MinistryCode>,
    form: web::Form<ReadAlertsForm>,
) -> Result<HttpResponse, Problem> {
    let act = context.act(form.reason.as_str())?;
    let mut found = Vec::new();
    for id in form.alerts.split(BETWEEN).filter(|id| !id.is_empty()) {
        found.push(application::find_alert(&context, id).await?);
    }
    for alert in &found {
        application::acknowledge(&context, alert, &act).await?;
    }
    let done = if found.len() == 1 { Confirmation::AlertRead } else { Confirmation::AlertsRead };
    Ok(context.done(done, &format!("/ministeres/{}", *ministry)))
}

/// The opinion of a ministry on a mission that is proposed, on which DINUM decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpinionForm {
    opinion: Opinion,
    #[serde(default)]
    remark: OptionalText,
}

words! {
    enum Opinion, "an opinion" {
        Favourable = "favorable" => "favorable",
        Unfavourable = "defavorable" => "défavorable",
    }
}

/// Notes the opinion of a ministry on a mission.
///
/// # Errors
/// If there is no such mission among those that the caller sees, or the remark is not acceptable.
pub(super) async fn give_opinion(
    context: PageContext,
    of: web::Path<(MinistryCode, MissionId)>,
    form: web::Form<OpinionForm>,
) -> Result<HttpResponse, Problem> {
    let (ministry, mission) = of.into_inner();
    let OpinionForm { opinion, remark } = form.into_inner();
    let remark = remark.as_str().trim();
    let opinion = format!("Avis du ministère : {}.", opinion.label());
    let text = if remark.is_empty() { opinion } else { format!("{opinion} {remark}") };
    let text = RequiredText::try_from(text).map_err(Problem::Unfit)?;
    let director = context.action_settings().director.as_deref();
    let note = MissionAct::Note(Comment { text });
    let who = (context.person()?, director);
    application::act_on_mission(&context, (&mission, None), &note, who).await?;
    Ok(context.done(Confirmation::OpinionGiven, &format!("/ministeres/{ministry}")))
}
