//! Ranks missions when a team cannot take them all: which go first, with how many points, and why
//! the others wait.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::playbook::{Playbook, Team, Weights};
use crate::domain::level::Level;
use crate::domain::missions::mission::{Mission, MissionState};
use crate::domain::portfolio::follow_up::WatchList;
use crate::domain::words::words;
use crate::support::french;

/// A live mission and what its rank depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub mission: Mission,
    /// The highest level of the open alerts behind it, if any is open.
    pub level: Option<Level>,
    pub open_alerts: u32,
    /// Cost drift of its project, in millions of euros; `None` when unknown, or when its subject is
    /// not a project.
    pub drift_meur: Option<f64>,
    pub watches: Vec<WatchList>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Ranked {
    pub mission: Mission,
    /// The team that conducts it, in French; `None` when the playbook gives its kind no team.
    pub team: Option<String>,
    pub place: RankGroup,
    /// In French: why it has a place among the team's missions, or why not.
    pub reason: String,
    pub score: f64,
    /// The terms of the score.
    pub points: Vec<Points>,
}

words! {
    pub enum RankGroup, "a place" {
        /// Already started: it stays with the team.
        UnderWay = "under_way" => "en cours",
        Taken = "taken" => "à prendre",
        NotTaken = "not_taken" => "en attente",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Points {
    /// What the points are for, in French.
    pub what: String,
    pub points: f64,
}

/// Ranks missions, sorted by team, then place, then score. Decided missions go before proposed
/// ones: a score does not overturn a decision.
pub fn rank(candidates: &[Candidate], playbook: &Playbook, today: NaiveDate) -> Vec<Ranked> {
    let mut by_team: BTreeMap<Option<&str>, Vec<Scored<'_>>> = BTreeMap::new();
    for candidate in candidates.iter().filter(|candidate| candidate.mission.state.is_live()) {
        let team = playbook.team(candidate.mission.kind).map(|team| team.name.as_str());
        by_team.entry(team).or_default().push(Scored::of(candidate, playbook.weights(), today));
    }
    let mut ranked = Vec::new();
    for mut scored in by_team.into_values() {
        scored.sort_by(Scored::order);
        let team = scored.first().and_then(|first| playbook.team(first.candidate.mission.kind));
        ranked.extend(placed(scored, team));
    }
    ranked
}

struct Scored<'a> {
    candidate: &'a Candidate,
    score: f64,
    points: Vec<Points>,
}

impl<'a> Scored<'a> {
    fn of(candidate: &'a Candidate, weights: &Weights, today: NaiveDate) -> Self {
        let points = points(candidate, weights, today);
        Self { candidate, score: points.iter().map(|part| part.points).sum(), points }
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let rank = |mission: &Mission| {
            Reverse((mission.is_under_way(), mission.state == MissionState::Open))
        };
        let (mine, its) = (&self.candidate.mission, &other.candidate.mission);
        rank(mine)
            .cmp(&rank(its))
            .then_with(|| other.score.total_cmp(&self.score))
            .then_with(|| (mine.due_on, &mine.id).cmp(&(its.due_on, &its.id)))
    }
}

fn points(candidate: &Candidate, weights: &Weights, today: NaiveDate) -> Vec<Points> {
    let part = |what: String, points: f64| Points { what, points };
    let level = match candidate.level {
        Some(level) => part(format!("niveau « {} »", level.label()), weights.of_level(level)),
        None => part("plus d’alerte ouverte".to_owned(), 0.0),
    };
    let drift = match candidate.drift_meur {
        Some(drift) => {
            let points = (drift.max(0.0) * weights.per_meur).min(weights.drift_at_most);
            part(format!("dérive de {}", french::meur(drift)), points)
        }
        None => part("dérive non connue".to_owned(), 0.0),
    };
    let watch = match candidate.watches.as_slice() {
        [] => part("projet non listé".to_owned(), 0.0),
        watches => {
            let labels: Vec<&str> = watches.iter().map(|watch| watch.label()).collect();
            part(format!("projet {}", labels.join(", ")), weights.listed)
        }
    };
    let days = (today - candidate.mission.opened_on).num_days().max(0);
    let weeks = u32::try_from(days / 7).unwrap_or(u32::MAX);
    let age = (f64::from(weeks) * weights.per_week).min(weights.age_at_most);
    let others = candidate.open_alerts.saturating_sub(1);
    let alerts = (f64::from(others) * weights.per_alert).min(weights.alerts_at_most);
    let plural = if candidate.open_alerts < 2 { "alerte ouverte" } else { "alertes ouvertes" };
    vec![
        level,
        drift,
        watch,
        part(format!("ouverte depuis {weeks} sem."), age),
        part(format!("{} {plural}", candidate.open_alerts), alerts),
    ]
}

fn placed(scored: Vec<Scored<'_>>, team: Option<&Team>) -> Vec<Ranked> {
    let under_way = scored.iter().filter(|one| one.candidate.mission.is_under_way()).count();
    let free = team.map(|team| {
        let at_once = usize::try_from(team.at_once()).unwrap_or(usize::MAX);
        at_once.saturating_sub(under_way)
    });
    let last_taken = free
        .and_then(|free| (under_way + free).checked_sub(1))
        .and_then(|last| scored.get(last))
        .map(|last| last.score);
    let mut ranked = Vec::with_capacity(scored.len());
    for (rank, one) in (1_usize..).zip(scored) {
        let waiting_rank = rank.saturating_sub(under_way);
        let mission = &one.candidate.mission;
        let place = match free {
            _ if mission.is_under_way() => RankGroup::UnderWay,
            Some(free) if waiting_rank > free => RankGroup::NotTaken,
            Some(_) | None => RankGroup::Taken,
        };
        let reason = match (place, team) {
            (RankGroup::UnderWay, _) => "En cours : garde sa place.".to_owned(),
            (RankGroup::Taken, None) => "Le référentiel des missions n’y met pas de limite.".to_owned(),
            (_, None) => String::new(),
            (RankGroup::Taken, Some(team)) => format!(
                "{} : {} à la fois, {under_way} en cours ; rang {waiting_rank} parmi celles qui attendent.",
                team.name,
                team.at_once()
            ),
            (RankGroup::NotTaken, Some(team)) => waits(team, under_way, waiting_rank, last_taken),
        };
        ranked.push(Ranked {
            mission: mission.clone(),
            team: team.map(|team| team.name.clone()),
            place,
            reason,
            score: one.score,
            points: one.points,
        });
    }
    ranked
}

fn waits(team: &Team, under_way: usize, rank: usize, last_taken: Option<f64>) -> String {
    let at_once = team.at_once();
    let head = format!("{} : {at_once} à la fois, {under_way} en cours", team.name);
    let free = usize::try_from(at_once).unwrap_or(usize::MAX).saturating_sub(under_way);
    match last_taken {
        Some(score) if free > 0 => format!(
            "{head}, {free} de plus prises avant elle ; la dernière prise a {} points. Rang {rank}.",
            french::decimal(score, 1)
        ),
        Some(_) | None => format!("{head} : aucune place libre. Rang {rank}."),
    }
}
