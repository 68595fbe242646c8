//! Missions: by state, by team in the order in which they should be taken, and how they ended by rule.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use serde::Serialize;

use super::filled_form::capital;
use super::tabs;
use super::tabs::Tab;
use crate::api::resources::decisions::missions::{MissionQuery, list_missions};
use crate::api::{Listing, Problem};
use crate::application;
use crate::application::MissionLine;
use crate::decisions::missions::{RankGroup, Ranked, RuleOutcomes, Team};
use crate::domain::missions::mission::{Awaited, MissionKind, MissionState};
use crate::support::french;
use crate::web::context::{Heading, Link, PageContext};
use crate::web::lists::decisions::MISSIONS;
use crate::web::lists::list_file;
use crate::web::query::{Choice, PageQuery, Parameter, labels_of, plain, yes_no};
use crate::web::wording::labels;

/// Missions of a page: it stays within 60 KB.
const LIMIT: &str = "60";

const PARAMETERS: &[Parameter] = &[
    labels_of::<MissionState>("etat", "state"),
    labels_of::<MissionKind>("type", "kind"),
    plain("projet", "project"),
    plain("ministere", "ministry"),
    yes_no("retard", "late"),
];

const FILTERS: [(&str, &str); 5] = [
    ("etat", "État"),
    ("type", "Type"),
    ("projet", "Projet"),
    ("ministere", "Ministère"),
    ("retard", "En retard"),
];

#[derive(Debug, Serialize)]
struct MissionsView {
    query: PageQuery,
    tabs: Vec<Tab>,
    found: String,
    groups: Vec<MissionGroup>,
    next: Option<String>,
    first: Option<String>,
    filters: Vec<Link>,
    /// Whether ended missions are left out because no state was asked for.
    live_only: bool,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    ministries: Vec<Choice>,
    projects: Option<Vec<Choice>>,
}

/// Missions that wait for the same step, or that ended.
#[derive(Debug, Serialize)]
struct MissionGroup {
    title: String,
    missions: Vec<MissionLine>,
}

/// Lists missions: those in progress unless a state is asked for.
///
/// # Errors
/// If a parameter is unknown, or the data cannot be read.
pub(in crate::web) async fn list(
    context: PageContext,
    query: PageQuery,
) -> Result<HttpResponse, Problem> {
    let query = query.of_list()?;
    let live_only = !query.given.contains_key("etat");
    let page = list_missions(context.request(), listing_of(&query)?).await?;
    let (lines, cursor) = page.into_parts();
    if let Some(format) = query.format {
        let lines = groups(lines).into_iter().flat_map(|group| group.missions).collect();
        return list_file(&context, (&MISSIONS, format), lines, query.filters(&FILTERS)).await;
    }
    let known = context.store.known_projects().await?;
    let ministries: BTreeSet<String> = known.iter().map(|one| one.ministry.to_string()).collect();
    let view = MissionsView {
        tabs: tabs::of_missions("/missions"),
        found: found(lines.len(), &query, cursor.is_some()),
        groups: groups(lines),
        next: cursor.map(|cursor| query.with("curseur", &cursor)),
        first: query.given.contains_key("curseur").then(|| query.without("curseur")),
        filters: query.filters(&FILTERS),
        live_only,
        states: Choice::of::<MissionState>(),
        kinds: Choice::of::<MissionKind>(),
        ministries: ministries.into_iter().map(Choice::plain).collect(),
        projects: Choice::projects(&known),
        query,
    };
    context.page("pages/missions.html", &Heading::of("Missions", "missions"), &view)
}

/// How many missions the page shows, and whether there are others.
fn found(count: usize, query: &PageQuery, has_more: bool) -> String {
    if has_more || query.given.contains_key("curseur") {
        return french::counted(count, "mission sur cette page", "missions sur cette page");
    }
    french::counted(count, "mission", "missions")
}

fn listing_of(query: &PageQuery) -> Result<Listing<MissionQuery>, Problem> {
    let mut asked = query.clone();
    asked.given.entry("limite".to_owned()).or_insert_with(|| vec![LIMIT.to_owned()]);
    let live = [MissionState::Proposed, MissionState::Open];
    asked
        .given
        .entry("etat".to_owned())
        .or_insert_with(|| live.iter().map(|state| labels::in_address(state.label())).collect());
    asked.listing::<MissionQuery>(PARAMETERS)
}

fn groups(lines: Vec<MissionLine>) -> Vec<MissionGroup> {
    let mut groups: Vec<MissionGroup> = Vec::new();
    let mut ended: Vec<MissionLine> = Vec::new();
    let mut by_step: Vec<(Awaited, Vec<MissionLine>)> =
        Awaited::ALL.into_iter().map(|step| (step, Vec::new())).collect();
    for line in lines {
        let group = by_step.iter_mut().find(|(step, _)| Some(*step) == line.awaits);
        match group {
            Some((_, missions)) => missions.push(line),
            None => ended.push(line),
        }
    }
    for (step, missions) in by_step.into_iter().filter(|(_, missions)| !missions.is_empty()) {
        groups.push(MissionGroup { title: capital(step.label()), missions });
    }
    if !ended.is_empty() {
        groups.push(MissionGroup { title: "Terminées".to_owned(), missions: ended });
    }
    groups
}

#[derive(Debug, Serialize)]
struct RankingView {
    tabs: Vec<Tab>,
    teams: Vec<TeamRanking>,
}

/// A team's missions in the order in which they should be taken.
#[derive(Debug, Serialize)]
struct TeamRanking {
    name: String,
    /// How many it conducts at once; `None` where the playbook says no limit.
    at_once: Option<u32>,
    under_way: usize,
    taken: usize,
    waiting: usize,
    missions: Vec<RankedLine>,
}

#[derive(Debug, Serialize)]
struct RankedLine {
    #[serde(flatten)]
    ranked: Ranked,
    subject_name: String,
    place_label: &'static str,
}

/// Shows live missions by team, with the capacity of each and why each mission has its place.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn ranking(context: PageContext) -> Result<HttpResponse, Problem> {
    let teams = application::mission_teams(&context).await?;
    let directory = application::directory(&context).await?;
    let mut rankings: Vec<TeamRanking> = Vec::new();
    for ranked in application::mission_ranking(&context, None).await? {
        let at_once = teams.iter().find(|team| Some(&team.name) == ranked.team.as_ref());
        let name = ranked.team.clone().unwrap_or_else(|| "Sans équipe désignée".to_owned());
        if rankings.last().is_none_or(|last| last.name != name) {
            rankings.push(TeamRanking {
                name,
                at_once: at_once.map(Team::at_once),
                under_way: 0,
                taken: 0,
                waiting: 0,
                missions: Vec::new(),
            });
        }
        if let Some(team) = rankings.last_mut() {
            match ranked.place {
                RankGroup::UnderWay => team.under_way += 1,
                RankGroup::Taken => team.taken += 1,
                RankGroup::NotTaken => team.waiting += 1,
            }
            team.missions.push(RankedLine {
                subject_name: directory.name(&ranked.mission.subject),
                place_label: ranked.place.label(),
                ranked,
            });
        }
    }
    rankings.sort_by_key(|team| team.at_once.is_none());
    let view = RankingView { tabs: tabs::of_missions("/missions/classement"), teams: rankings };
    let heading = Heading::of("Missions par équipe", "missions-classement")
        .under(&[("Missions", "/missions")]);
    context.page("pages/mission_ranking.html", &heading, &view)
}

#[derive(Debug, Serialize)]
struct OutcomesView {
    tabs: Vec<Tab>,
    rules: Vec<OutcomesLine>,
}

#[derive(Debug, Serialize)]
struct OutcomesLine {
    #[serde(flatten)]
    outcomes: RuleOutcomes,
    title: String,
}

/// Shows how the missions that each rule called for ended.
///
/// # Errors
/// If the data cannot be read.
pub(in crate::web) async fn outcomes(context: PageContext) -> Result<HttpResponse, Problem> {
    let titles = application::rule_titles(&context).await?;
    let line = |outcomes: RuleOutcomes| OutcomesLine {
        title: titles.get(&outcomes.rule).cloned().unwrap_or_else(|| outcomes.rule.to_string()),
        outcomes,
    };
    let rules = application::mission_outcomes(&context).await?.into_iter().map(line).collect();
    let view = OutcomesView { tabs: tabs::of_missions("/missions/bilan"), rules };
    let heading = Heading::of("Bilan des missions par règle", "missions-bilan")
        .under(&[("Missions", "/missions")]);
    context.page("pages/mission_outcomes.html", &heading, &view)
}
