//! The playbook: for each kind of mission who leads it, its deadlines, what opens automatically,
//! how many a team takes at once, and how missions are ranked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{Days, NaiveDate};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;
use toml::Spanned;
use utoipa::ToSchema;

use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::rules::verdict::RuleFailure;

/// Path of the file in the catalogue's folder.
pub const PLAYBOOK_FILE: &str = "missions.toml";

/// Plausible delays for a decision or a start, in days.
const DELAYS: RangeInclusive<u32> = 1..=366;

/// Plausible lengths of a whole mission, in days.
const LENGTHS: RangeInclusive<u32> = 1..=1098;

const DAYS_TO_START: u32 = 30;
const DAYS_TO_COMPLETE: u32 = 180;

/// Unknown keys are refused; those that older playbooks lack have defaults, since past cycles are
/// replayed with the texts of their time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    #[serde(default)]
    missions: BTreeMap<MissionKind, PlaybookEntry>,
    #[serde(default)]
    automatic: Vec<Automatic>,
    #[serde(default)]
    teams: Vec<Team>,
    #[serde(default)]
    ranking: Weights,
}

/// How one kind of mission is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookEntry {
    /// Who leads it, in French.
    pub lead: String,
    /// What it consists of, in French.
    pub purpose: String,
    /// Days within which it is to be decided.
    #[schema(value_type = u32)]
    decide_within_days: Spanned<u32>,
    /// Days from the decision within which it is to start.
    #[serde(default = "days_to_start")]
    #[schema(value_type = u32, required = true)]
    start_within_days: Spanned<u32>,
    /// Days from its start within which it is to end.
    #[serde(default = "days_to_complete")]
    #[schema(value_type = u32, required = true)]
    complete_within_days: Spanned<u32>,
}

/// Reads the entry of another Vigie's playbook, which has no position in a file.
///
/// # Errors
/// When the entry is not valid.
pub fn deserialize_playbook_entry<'de, D: Deserializer<'de>>(
    entry: D,
) -> Result<Option<PlaybookEntry>, D::Error> {
    let fields: Option<BTreeMap<String, toml::Value>> = Option::deserialize(entry)?;
    let read = |play| {
        let text = toml::to_string(&play).map_err(D::Error::custom)?;
        toml::from_str(&text).map_err(D::Error::custom)
    };
    fields.map(read).transpose()
}

/// A rule whose alerts open their mission at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Automatic {
    rule: Spanned<RuleId>,
    /// In French: why no person decides.
    because: String,
}

/// A team that conducts missions of some kinds, and how many at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Name of the team, in French.
    pub name: String,
    kinds: Vec<Spanned<MissionKind>>,
    at_once: Spanned<u32>,
}

impl Team {
    pub fn at_once(&self) -> u32 {
        *self.at_once.get_ref()
    }

    pub(super) fn conducts(&self, kind: MissionKind) -> bool {
        self.kinds.iter().any(|one| *one.get_ref() == kind)
    }
}

/// Points of a mission, used when a team cannot take all: the highest total goes first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Points for the highest level of the open alerts behind it.
    pub critical: f64,
    pub high: f64,
    pub moderate: f64,
    /// Points per million euros of cost drift, up to `drift_at_most`.
    pub per_meur: f64,
    pub drift_at_most: f64,
    /// Points when its project is on a watch list.
    pub listed: f64,
    /// Points per week since it was proposed, up to `age_at_most`.
    pub per_week: f64,
    pub age_at_most: f64,
    /// Points per open alert beyond the first, up to `alerts_at_most`.
    pub per_alert: f64,
    pub alerts_at_most: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            critical: 40.0,
            high: 25.0,
            moderate: 10.0,
            per_meur: 0.5,
            drift_at_most: 30.0,
            listed: 15.0,
            per_week: 1.0,
            age_at_most: 10.0,
            per_alert: 3.0,
            alerts_at_most: 12.0,
        }
    }
}

impl Weights {
    pub(super) fn of_level(&self, level: Level) -> f64 {
        match level {
            Level::Clear | Level::Watch => 0.0,
            Level::Moderate => self.moderate,
            Level::High => self.high,
            Level::Critical => self.critical,
        }
    }

    fn named(&self) -> [(&'static str, f64); 10] {
        [
            ("critical", self.critical),
            ("high", self.high),
            ("moderate", self.moderate),
            ("per_meur", self.per_meur),
            ("drift_at_most", self.drift_at_most),
            ("listed", self.listed),
            ("per_week", self.per_week),
            ("age_at_most", self.age_at_most),
            ("per_alert", self.per_alert),
            ("alerts_at_most", self.alerts_at_most),
        ]
    }
}

/// All the faults of a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct PlaybookError {
    /// At least one.
    pub faults: Vec<RuleFailure>,
}

impl Playbook {
    pub fn parse(text: &str, file: &str) -> Result<Self, PlaybookError> {
        let faults = match toml::from_str::<Self>(text) {
            Err(error) => {
                vec![RuleFailure::at(file, text, error.span(), error.message().trim_end())]
            }
            Ok(playbook) => {
                let faults = Checked { text, file }.faults(&playbook);
                if faults.is_empty() {
                    return Ok(playbook);
                }
                faults
            }
        };
        Err(PlaybookError { faults })
    }

    pub fn play(&self, kind: MissionKind) -> Option<&PlaybookEntry> {
        self.missions.get(&kind)
    }

    /// The teams that conduct missions, in the order of the file.
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    pub(super) fn team(&self, kind: MissionKind) -> Option<&Team> {
        self.teams.iter().find(|team| team.conducts(kind))
    }

    pub(super) fn weights(&self) -> &Weights {
        &self.ranking
    }

    /// The rules named as automatic, to be checked against the catalogue.
    pub fn automatic_rules(&self) -> BTreeSet<&RuleId> {
        self.automatic.iter().map(|automatic| automatic.rule.get_ref()).collect()
    }

    /// One fault for each automatic rule that the catalogue does not have. `text` must be the text
    /// that was parsed.
    pub fn unknown_rules(
        &self,
        known: impl Fn(&RuleId) -> bool,
        (text, file): (&str, &str),
    ) -> Vec<RuleFailure> {
        let unknown = self.automatic.iter().filter(|automatic| !known(automatic.rule.get_ref()));
        let fault = |automatic: &Automatic| {
            let message = format!("`{}` is no rule of the catalogue", automatic.rule.get_ref());
            RuleFailure::at(file, text, Some(automatic.rule.span()), message)
        };
        unknown.map(fault).collect()
    }

    /// The reason in French why a mission called for by this rule opens at once. Escalating against
    /// a vendor always needs a person's decision, whatever the file says.
    pub(super) fn automatic_because(&self, rule: &RuleId, kind: MissionKind) -> Option<&str> {
        if kind == MissionKind::VendorEscalation {
            return None;
        }
        let automatic = self.automatic.iter().find(|one| one.rule.get_ref() == rule)?;
        Some(&automatic.because)
    }

    pub(super) fn decide_by(&self, kind: MissionKind, from: NaiveDate) -> NaiveDate {
        self.after(kind, from, |play| &play.decide_within_days)
    }

    pub(super) fn start_by(&self, kind: MissionKind, from: NaiveDate) -> NaiveDate {
        self.after(kind, from, |play| &play.start_within_days)
    }

    pub(super) fn complete_by(&self, kind: MissionKind, from: NaiveDate) -> NaiveDate {
        self.after(kind, from, |play| &play.complete_within_days)
    }

    fn after(
        &self,
        kind: MissionKind,
        from: NaiveDate,
        delay: impl Fn(&PlaybookEntry) -> &Spanned<u32>,
    ) -> NaiveDate {
        let days = self.play(kind).map_or(0, |play| *delay(play).get_ref());
        from.checked_add_days(Days::new(u64::from(days))).unwrap_or(from)
    }
}

fn days_to_start() -> Spanned<u32> {
    Spanned::new(0..0, DAYS_TO_START)
}

fn days_to_complete() -> Spanned<u32> {
    Spanned::new(0..0, DAYS_TO_COMPLETE)
}

/// Checks what the types alone cannot.
struct Checked<'a> {
    text: &'a str,
    file: &'a str,
}

impl Checked<'_> {
    fn faults(&self, playbook: &Playbook) -> Vec<RuleFailure> {
        let mut faults = Vec::new();
        for kind in MissionKind::ALL {
            let word = kind.as_str();
            let Some(play) = playbook.missions.get(&kind) else {
                let message = format!(
                    "mission `{word}` is not described; describe it under `[missions.{word}]`"
                );
                faults.push(RuleFailure::at(self.file, self.text, None, message));
                continue;
            };
            for (name, days, range) in [
                ("decide_within_days", &play.decide_within_days, DELAYS),
                ("start_within_days", &play.start_within_days, DELAYS),
                ("complete_within_days", &play.complete_within_days, LENGTHS),
            ] {
                let named = format!("missions.{word}.{name}");
                faults.extend(self.out_of(&named, days, &range));
            }
        }
        for team in &playbook.teams {
            faults.extend(self.out_of("at_once", &team.at_once, &(1..=1000)));
        }
        faults.extend(self.shared_kinds(&playbook.teams));
        faults.extend(self.weights(&playbook.ranking));
        faults
    }

    fn out_of(
        &self,
        name: &str,
        found: &Spanned<u32>,
        range: &RangeInclusive<u32>,
    ) -> Option<RuleFailure> {
        let number = found.get_ref();
        (!range.contains(number)).then(|| {
            let expected = format!("expected {} to {}", range.start(), range.end());
            let message = format!("`{name}` is {number}, {expected}");
            RuleFailure::at(self.file, self.text, Some(found.span()), message)
        })
    }

    /// A kind of mission must belong to only one team.
    fn shared_kinds(&self, teams: &[Team]) -> Vec<RuleFailure> {
        let mut owners: BTreeMap<MissionKind, &str> = BTreeMap::new();
        let mut faults = Vec::new();
        for team in teams {
            for kind in &team.kinds {
                if let Some(owner) = owners.insert(*kind.get_ref(), &team.name) {
                    let word = kind.get_ref().as_str();
                    let message =
                        format!("`{word}` is conducted by « {owner} » too; expected one team");
                    faults.push(RuleFailure::at(self.file, self.text, Some(kind.span()), message));
                }
            }
        }
        faults
    }

    fn weights(&self, weights: &Weights) -> Vec<RuleFailure> {
        let wrong = weights.named().into_iter().filter(|(_, points)| !(0.0..=1e6).contains(points));
        let fault = |(name, points): (&str, f64)| {
            let message = format!("`ranking.{name}` is {points}, expected 0 to 1000000 points");
            // Weights have no position of their own: the section's is used.
            let at = self.text.find("[ranking]").map(|start| start..start);
            RuleFailure::at(self.file, self.text, at, message)
        };
        wrong.map(fault).collect()
    }
}
