//! One project: why it is flagged, what is not known of it, its figures over the editions, what was decided.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value as Json;

use crate::api::Problem;
use crate::application;
use crate::application::{
    JudgementLine, MissionLine, ProjectRecords, ProjectView, ReviewLine, TableRow, TimelineEvent,
    WantedAnswers,
};
use crate::charts::{ChartSeries, LineChart, line_chart};
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::ids::{AlertId, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::{Absence, Verdict};
use crate::frame::dictionary::Dictionary;
use crate::rules::{Family, Rule, comparison_in_words};
use crate::store::{AlertFilter, MissionFilter};
use crate::support::french;
use crate::web::context::{Heading, PageContext};

/// Most events of the timeline on the page.
const MOST_EVENTS: usize = 15;

#[derive(Debug, Serialize)]
struct ProjectPage {
    id: String,
    names: Vec<String>,
    /// `None` when the project left before the previous edition.
    fields: Option<TableRow>,
    history: Vec<TableRow>,
    level: Level,
    /// The day that the verdicts are as of; `None` before the first cycle.
    judged_on: Option<NaiveDate>,
    families: Vec<FamilyOfVerdicts>,
    fired: usize,
    unknown: usize,
    wanted: Option<WantedAnswers>,
    alerts: Vec<Alert>,
    missions: Vec<MissionLine>,
    reviews: Vec<ReviewLine>,
    records: ProjectRecords,
    timeline: Vec<TimelineEvent>,
    more_events: usize,
    cost_chart: Option<LineChart>,
    duration_chart: Option<LineChart>,
}

/// The verdicts of one family of rules on the project.
#[derive(Debug, Serialize)]
struct FamilyOfVerdicts {
    label: &'static str,
    /// From the most serious down.
    fired: Vec<Fired>,
    unknown: Vec<Unjudged>,
    /// Rules that found nothing.
    clear: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Fired {
    rule: RuleId,
    title: String,
    level: Level,
    explanation: Option<String>,
    /// The comparisons that held, in words.
    evidence: Vec<String>,
    /// The alert that it feeds, if it is open.
    alert: Option<AlertId>,
}

#[derive(Debug, Serialize)]
struct Unjudged {
    rule: RuleId,
    title: String,
    /// What is missing, in words, with why.
    missing: Vec<String>,
    failure: bool,
}

#[derive(Debug, Serialize)]
struct Named {
    rule: RuleId,
    title: String,
}

/// Shows one project.
///
/// # Errors
/// If there is no such project among those that the caller sees, or the data cannot be read.
pub(in crate::web) async fn show(
    context: PageContext,
    project: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = application::find_project(&context, &project).await?.project;
    let subject = Subject::Project(id.clone());
    let of_alerts = AlertFilter { subject: Some(subject.clone()), ..AlertFilter::default() };
    let of_project = MissionFilter { subject: Some(subject), ..MissionFilter::default() };
    let is_it = |one: &ProjectId| *one == id;
    // What is wanted of it takes the longest, and is looked for while the rest is read.
    let (mut wanted, view, mut alerts, missions, mut reviews, mut timeline, records) = tokio::try_join!(
        application::wanted_answers(&context, None, &is_it),
        application::project(&context, id.as_str(), None),
        async { Ok(context.store.alerts(&of_alerts).await?) },
        application::mission_lines(&context, &of_project),
        application::review_lines(&context, None, None),
        application::timeline(&context, id.as_str()),
        application::project_records(&context, &id, None),
    )?;
    let ProjectView { project: fields, names, history, cycle, verdicts, .. } = view;
    alerts.retain(|alert| alert.state != AlertState::Resolved);
    let heads = application::rule_heads(&context).await?;
    let dictionary = application::dictionary(&context).await?;
    let families = families(verdicts, &heads, &dictionary, &alerts);
    let unknown = families.iter().map(|family| family.unknown.len()).sum();
    let wanted = wanted.pop().filter(|_| unknown > 0);
    reviews.retain(|line| line.review.project == id);
    let more_events = timeline.len().saturating_sub(MOST_EVENTS);
    timeline.truncate(MOST_EVENTS);
    let name = names.last().cloned().unwrap_or_else(|| id.to_string());
    let page = ProjectPage {
        level: alerts.iter().map(|alert| alert.level).max().unwrap_or(Level::Clear),
        judged_on: cycle.map(|cycle| cycle.inputs.as_of),
        fired: families.iter().map(|family| family.fired.len()).sum(),
        unknown,
        wanted,
        families,
        alerts,
        missions,
        reviews,
        records,
        timeline,
        more_events,
        cost_chart: cost_chart(&history),
        duration_chart: duration_chart(&history),
        id: id.to_string(),
        names,
        fields,
        history,
    };
    let heading = Heading::of(&name, "projet").under(&[("Projets", "/projets")]);
    context.page("pages/project.html", &heading, &page)
}

/// The verdicts by family of rules, in the order of the families.
fn families(
    verdicts: Vec<JudgementLine>,
    heads: &BTreeMap<RuleId, Rule>,
    dictionary: &Dictionary,
    alerts: &[Alert],
) -> Vec<FamilyOfVerdicts> {
    let mut families: BTreeMap<Family, FamilyOfVerdicts> = BTreeMap::new();
    for line in verdicts {
        let family = heads.get(&line.judgement.rule).map_or(Family::Process, |rule| rule.family);
        let family = families.entry(family).or_insert_with(|| FamilyOfVerdicts {
            label: family.label(),
            fired: Vec::new(),
            unknown: Vec::new(),
            clear: Vec::new(),
        });
        family.add(line, dictionary, alerts);
    }
    let mut families: Vec<FamilyOfVerdicts> = families.into_values().collect();
    for family in &mut families {
        family.fired.sort_by_key(|fired| std::cmp::Reverse(fired.level));
    }
    families
}

impl FamilyOfVerdicts {
    fn add(&mut self, line: JudgementLine, dictionary: &Dictionary, alerts: &[Alert]) {
        let JudgementLine { judgement, rule_title: title, .. } = line;
        let rule = judgement.rule;
        match judgement.verdict {
            Verdict::Level { level: Level::Clear } => self.clear.push(Named { rule, title }),
            Verdict::Level { level } => {
                let trail = judgement.evidence.map(|evidence| evidence.trail).unwrap_or_default();
                let held = trail.into_iter().filter(|comparison| comparison.held);
                let alert = alerts.iter().find(|alert| alert.rule == rule);
                self.fired.push(Fired {
                    title,
                    level,
                    explanation: judgement.explanation,
                    evidence: held
                        .map(|comparison| comparison_in_words(&comparison, dictionary))
                        .collect(),
                    alert: alert.map(|alert| alert.id.clone()),
                    rule,
                });
            }
            Verdict::Unknown { missing } => {
                let words = missing.iter().map(|one| {
                    let label = dictionary.label(&one.field).unwrap_or(&one.field);
                    format!("{label} : {}", why(one.why))
                });
                let lacked = words.collect();
                self.unknown.push(Unjudged { rule, title, missing: lacked, failure: false });
            }
            Verdict::Failed { .. } => {
                self.unknown.push(Unjudged { rule, title, missing: Vec::new(), failure: true });
            }
        }
    }
}

/// Why a value is not there.
fn why(absence: Absence) -> &'static str {
    match absence {
        Absence::Missing => "non renseigné",
        Absence::Withheld => "non communiqué",
        Absence::Unknown => "le projet répond qu’il ne sait pas",
    }
}

/// The cost over the editions, beside the cost at the start.
fn cost_chart(history: &[TableRow]) -> Option<LineChart> {
    let series = [
        series(history, "Coût publié", "line", "cost_current"),
        series(history, "Coût au départ", "baseline", "cost_initial"),
    ];
    line_chart(&series, french::meur)
}

/// The planned duration over the editions, beside the duration at the start.
fn duration_chart(history: &[TableRow]) -> Option<LineChart> {
    let series = [
        series(history, "Durée publiée", "line", "duration_current"),
        series(history, "Durée au départ", "baseline", "duration_initial"),
    ];
    line_chart(&series, french::months)
}

fn series(
    history: &[TableRow],
    label: &'static str,
    look: &'static str,
    field: &str,
) -> ChartSeries {
    let point = |row: &TableRow| {
        let date = row.get("edition_on").and_then(Json::as_str)?.parse().ok()?;
        Some((date, row.get(field).and_then(Json::as_f64)))
    };
    ChartSeries { label, look, points: history.iter().filter_map(point).collect() }
}
