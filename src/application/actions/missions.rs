//! Missions as shown to people, and the actions of people on them.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::application::publishing::catalogue;
use crate::application::queries::projects::table;
use crate::application::queries::table_rows::TableRow;
use crate::application::queries::{names, view};
use crate::application::{ApplicationError, Services};
use crate::decisions::missions::{
    ActContext, Candidate, MissionAct, PLAYBOOK_FILE, Playbook, PlaybookEntry, Ranked,
    RuleOutcomes, Team, act, outcomes, rank,
};
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::ids::{AlertId, MinistryCode, MissionId, RuleId};
use crate::domain::missions::mission::{Awaited, Mission, MissionChange};
use crate::domain::portfolio::follow_up::WatchList;
use crate::notify::Directory;
use crate::store::{MissionEntry, MissionFilter, StoreError};
use crate::support::clock::today;

/// A mission in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MissionLine {
    #[serde(flatten)]
    pub mission: Mission,
    /// The name of the project as last published, of the ministry, or of the portfolio.
    pub subject_name: String,
    /// Code of the subject's ministry.
    pub ministry: Option<MinistryCode>,
    /// The titles of the rules whose alerts call for it, in French.
    pub rule_titles: Vec<String>,
    /// The step that is due on `due_on`.
    pub awaits: Option<Awaited>,
    pub late: bool,
}

/// Everything known of one mission.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MissionFile {
    #[serde(flatten)]
    pub line: MissionLine,
    /// The entry of its kind in the playbook.
    #[serde(deserialize_with = "crate::decisions::missions::deserialize_playbook_entry")]
    pub play: Option<PlaybookEntry>,
    /// The alerts behind it, in their current state.
    pub alerts_behind: Vec<Alert>,
    /// Oldest first.
    pub history: Vec<MissionEntry>,
}

/// What the lines of missions are completed with.
struct MissionNames {
    directory: Directory,
    rules: BTreeMap<AlertId, RuleId>,
    today: NaiveDate,
}

impl MissionNames {
    async fn read(services: &Services, missions: &[Mission]) -> Result<Self, ApplicationError> {
        Ok(Self {
            directory: names::directory(services).await?,
            rules: rules_behind(services, missions).await?,
            today: today(services.clock.now()),
        })
    }

    fn line(&self, mission: Mission) -> MissionLine {
        let rules: BTreeSet<&RuleId> =
            mission.alerts.iter().filter_map(|alert| self.rules.get(alert)).collect();
        MissionLine {
            subject_name: self.directory.name(&mission.subject),
            ministry: names::ministry_of(&self.directory, &mission.subject),
            rule_titles: rules.into_iter().map(|rule| self.directory.rule_title(rule)).collect(),
            awaits: mission.awaits(),
            late: mission.is_late(self.today),
            mission,
        }
    }
}

/// Late missions first, then by due date.
pub async fn mission_lines(
    services: &Services,
    filter: &MissionFilter,
) -> Result<Vec<MissionLine>, ApplicationError> {
    let missions = services.store.missions(filter).await?;
    let names = MissionNames::read(services, &missions).await?;
    let mut lines: Vec<MissionLine> =
        missions.into_iter().map(|mission| names.line(mission)).collect();
    lines.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(lines)
}

/// Sorts by lateness, then due date; ended missions last.
fn order(line: &MissionLine) -> (bool, bool, NaiveDate, String, &str) {
    let Mission { id, subject, due_on, .. } = &line.mission;
    (line.awaits.is_none(), !line.late, *due_on, subject.to_string(), id.as_str())
}

pub async fn mission(services: &Services, id: &MissionId) -> Result<MissionFile, ApplicationError> {
    let mission = services.store.mission(id).await?;
    let mission = mission.ok_or_else(|| ApplicationError::NoSuchMission(id.clone()))?;
    let mut alerts_behind = Vec::with_capacity(mission.alerts.len());
    for alert in &mission.alerts {
        alerts_behind.extend(services.store.alert(alert).await?);
    }
    Ok(MissionFile {
        play: playbook(services).await?.play(mission.kind).cloned(),
        history: services.store.mission_history(id).await?,
        line: MissionNames::read(services, slice::from_ref(&mission)).await?.line(mission),
        alerts_behind,
    })
}

/// Applies an action to the current state of a mission and records it, or refuses it with a reason.
///
/// # Errors
/// When the action is refused, or the mission is of another revision than `read`, where that is given.
pub async fn act_on_mission(
    services: &Services,
    (id, read): (&MissionId, Option<u32>),
    what: &MissionAct,
    (actor, director): (&Actor, Option<&str>),
) -> Result<MissionChange, ApplicationError> {
    let playbook = playbook(services).await?;
    let at = services.clock.now();
    let hand = ActContext { by: actor, at, today: today(at), playbook: &playbook, director };
    let change = services
        .store
        .change_mission(id, at, |mission| {
            if read.is_some_and(|read| read != mission.revision) {
                let changed = StoreError::Changed { what: "mission", id: id.to_string() };
                return Err(changed.into());
            }
            act(mission, what, hand).map_err(ApplicationError::Refused)
        })
        .await?;
    change.ok_or_else(|| ApplicationError::NoSuchMission(id.clone()))
}

/// Every live mission in the order in which it should be taken, as of today or a date since the last cycle.
pub async fn mission_ranking(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<Vec<Ranked>, ApplicationError> {
    let missions = services.store.live_missions().await?;
    view::refuse_the_past(services, "missions", as_of).await?;
    let as_of = as_of.unwrap_or_else(|| today(services.clock.now()));
    if missions.is_empty() {
        return Ok(vec![]);
    }
    let alerts: BTreeMap<AlertId, Alert> = services
        .store
        .alerts_in_brief()
        .await?
        .into_iter()
        .map(|alert| (alert.id.clone(), alert))
        .collect();
    let projects = table::project_table(services, Some(as_of)).await?;
    let lists: Vec<String> = WatchList::ALL.into_iter().map(on_list).collect();
    let fields = lists.iter().map(String::as_str).chain(COSTS).collect();
    let rows: BTreeMap<String, TableRow> = projects
        .outlines(&fields)
        .await?
        .into_iter()
        .filter_map(|row| Some((row.get("project_id")?.as_str()?.to_owned(), row)))
        .collect();
    let candidates: Vec<Candidate> = missions
        .into_iter()
        .map(|mission| {
            let project = mission.subject.project().and_then(|project| rows.get(project.as_str()));
            candidate(mission, &alerts, project)
        })
        .collect();
    Ok(rank(&candidates, &playbook(services).await?, as_of))
}

/// The teams of the playbook, in its order: how many missions each conducts at once.
///
/// # Errors
/// When the playbook cannot be read.
pub async fn mission_teams(services: &Services) -> Result<Vec<Team>, ApplicationError> {
    Ok(playbook(services).await?.teams().to_vec())
}

/// For each rule, how many of the missions it called for had each outcome.
pub async fn mission_outcomes(services: &Services) -> Result<Vec<RuleOutcomes>, ApplicationError> {
    let missions = services.store.missions(&MissionFilter::default()).await?;
    let rules = rules_behind(services, &missions).await?;
    Ok(outcomes(&missions, &rules))
}

/// The rule of each alert that these missions answer.
async fn rules_behind(
    services: &Services,
    missions: &[Mission],
) -> Result<BTreeMap<AlertId, RuleId>, ApplicationError> {
    let alerts = missions.iter().flat_map(|mission| &mission.alerts).collect();
    Ok(services.store.rules_of_alerts(&alerts).await?)
}

/// The current and the initial cost of a project, in M€.
const COSTS: [&str; 2] = ["cost_current", "cost_initial"];

/// The field that says whether a project is on a watch list.
fn on_list(watch: WatchList) -> String {
    format!("watch_{}", watch.as_str())
}

fn candidate(
    mission: Mission,
    alerts: &BTreeMap<AlertId, Alert>,
    project: Option<&TableRow>,
) -> Candidate {
    let behind: BTreeSet<&AlertId> = mission.alerts.iter().collect();
    let open: Vec<&Alert> = behind
        .into_iter()
        .filter_map(|alert| alerts.get(alert))
        .filter(|alert| alert.state == AlertState::Open)
        .collect();
    let number = |field: &str| project.and_then(|row| row.get(field)).and_then(Json::as_f64);
    let [current, initial] = COSTS.map(number);
    let is_on_list = |watch: &WatchList| {
        project.and_then(|row| row.get(&on_list(*watch))).and_then(Json::as_bool) == Some(true)
    };
    Candidate {
        level: open.iter().map(|alert| alert.level).max(),
        open_alerts: u32::try_from(open.len()).unwrap_or(u32::MAX),
        drift_meur: current.zip(initial).map(|(current, initial)| current - initial),
        watches: WatchList::ALL.into_iter().filter(is_on_list).collect(),
        mission,
    }
}

/// Reads the playbook of the catalogue in force.
async fn playbook(services: &Services) -> Result<Playbook, ApplicationError> {
    let rules = catalogue::rules_in_force(services).await?;
    let text = rules.texts.get(PLAYBOOK_FILE).ok_or(ApplicationError::NoPlaybook)?;
    Ok(Playbook::parse(text, PLAYBOOK_FILE)?)
}
