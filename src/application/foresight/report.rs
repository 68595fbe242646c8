//! What a backtest reports.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::backtest_refusal::BacktestRefusal;
use crate::application::ApplicationError;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::rules::rule::RuleStatus;
use crate::foresight::{Baseline, EditionOutcomes, Finding, ProjectOrder, Scorecard, Target};
use crate::intake::nearest_name;
use crate::rules::Family;
use crate::support::fingerprint::Fingerprint;
use crate::support::french;

/// Most editions between a warning and the drift.
pub const FURTHEST_HORIZON: usize = 4;

/// What to foresee, how far ahead, and on which editions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BacktestTerms {
    pub target: Target,
    /// Editions from the warning to the edition in which the drift shows, from 1 to [`FURTHEST_HORIZON`].
    pub horizon: usize,
    /// The first and the last edition as of which rules are judged; all editions by default.
    pub from: Option<EditionId>,
    pub to: Option<EditionId>,
}

impl Default for BacktestTerms {
    fn default() -> Self {
        Self { target: Target::Any, horizon: 1, from: None, to: None }
    }
}

/// How often the warnings of the rules came true. Intervals hold nine draws in ten, by bootstrap over the projects; the draws
/// are the same in every run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Backtest {
    pub as_of: NaiveDate,
    /// Of the rules that were judged.
    pub catalogue: Fingerprint,
    pub target: Target,
    /// Editions from the warning to the edition in which the drift shows.
    pub horizon: usize,
    /// Oldest first.
    pub editions: Vec<BacktestEdition>,
    /// Steps of which the figures say whether the project drifted.
    pub steps: u32,
    /// Those on which it did.
    pub drifts: u32,
    /// Share of the steps that drift: what a warning given at random would be worth.
    #[schema(required = true)]
    pub base_rate: Option<f64>,
    pub left_out: LeftOutSteps,
    /// Rules that could be compared with chance: at 90 %, one in twenty of them seems better by chance alone.
    pub comparisons: usize,
    /// In the order of their ids.
    pub rules: Vec<RuleScore>,
    /// A family warns when one of its rules does, and is quiet when all its rules are.
    pub families: Vec<FamilyScore>,
    /// Any rule at all.
    pub any_rule: Scorecard,
    /// Warnings that need no rule.
    pub baselines: Vec<BaselineScore>,
    /// What became of the ten projects that come first in an order, from the edition at which past steps say something; none
    /// for a horizon of more than one edition.
    pub orders: Vec<OrderScore>,
    /// Rules that judge no project of an edition in force.
    pub not_tested: Vec<RuleId>,
}

/// One past edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BacktestEdition {
    pub edition: EditionId,
    /// The edition in which drifts show; `null` when it is not known yet.
    #[schema(required = true)]
    pub later: Option<EditionId>,
    /// The later edition comes too long after: no step is counted.
    pub is_too_far: bool,
    pub steps: u32,
    pub drifts: u32,
    pub left_out: LeftOutSteps,
}

/// Projects of past editions that are not counted, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOutSteps {
    /// The later edition comes more than nine months after, for each edition in between.
    pub too_far: u32,
    /// The later edition no longer lists the project.
    pub left: u32,
    /// A figure that would say whether the project drifted was not published.
    pub undetermined: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleScore {
    pub rule: RuleId,
    /// In French.
    pub title: String,
    pub family: Family,
    pub status: RuleStatus,
    /// Of warnings at « moderate » and above, which raise an alert.
    pub score: Scorecard,
    /// Of each level that the rule can give, alone.
    pub levels: Vec<LevelScore>,
    /// Labels of the fields whose absence kept most steps from being judged, in French.
    pub missing: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LevelScore {
    pub level: Level,
    pub score: Scorecard,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FamilyScore {
    pub family: Family,
    pub score: Scorecard,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BaselineScore {
    pub baseline: Baseline,
    /// In French.
    pub label: String,
    pub score: Scorecard,
}

/// What became of the ten projects that came first in an order of each past edition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderScore {
    pub order: ProjectOrder,
    /// In French.
    pub label: String,
    /// Coming first counts as a warning.
    pub score: Scorecard,
    /// Rise of the cost of the projects that came first, in M€.
    pub rise_meur: f64,
    /// Share of the rise of all projects; `null` when no cost rose.
    #[schema(required = true)]
    pub rise_share: Option<f64>,
}

impl BacktestTerms {
    /// Whether the backtest takes all editions.
    pub(in crate::application) fn takes_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

impl Backtest {
    /// What it says of a rule.
    pub fn score_of(&self, rule: &RuleId) -> Option<&RuleScore> {
        let place = self.rules.binary_search_by(|one| one.rule.cmp(rule)).ok()?;
        self.rules.get(place)
    }

    /// How many steps drift, in French: `Dérive du coût : 34 sur 289 passages d’une édition à la suivante, soit 11,8 %`.
    pub fn steps_in_words(&self) -> String {
        let base = self.base_rate.map(|base| format!(", soit {}", french::percent(base)));
        let later = match self.horizon {
            1 => "la suivante".to_owned(),
            horizon => format!("la {horizon}e qui suit"),
        };
        format!(
            "{} : {} sur {} passages d’une édition à {later}{}",
            self.target.label(),
            self.drifts,
            self.steps,
            base.unwrap_or_default()
        )
    }

    /// How many rules were compared with chance, and how many would seem better by chance alone, in French.
    pub fn chance_in_words(&self) -> String {
        let that = |finding: Finding| {
            self.rules.iter().filter(|rule| rule.score.finding == finding).count()
        };
        let (better, worse) = (that(Finding::Better), that(Finding::Worse));
        if self.comparisons == 0 {
            return "Aucune règle n’a assez d’avertissements pour être comparée au hasard."
                .to_owned();
        }
        let compared = french::counted(
            self.comparisons,
            "règle comparée au hasard",
            "règles comparées au hasard",
        );
        let found = match (better, worse) {
            (0, 0) => "aucune ne s’en distingue".to_owned(),
            (better, worse) => {
                let do_better = french::counted(better, "fait mieux", "font mieux");
                let do_worse = french::counted(worse, "fait moins bien", "font moins bien");
                format!("{do_better}, {do_worse}")
            }
        };
        let by_chance = f64::from(u32::try_from(self.comparisons).unwrap_or(u32::MAX)) / 20.0;
        let by_chance = french::decimal(by_chance, 1);
        format!(
            "{compared} : {found}. Par le seul hasard, {by_chance} en moyenne paraîtrait meilleure."
        )
    }

    /// What it says of one rule, with the baselines.
    ///
    /// # Errors
    /// When the rule was not judged.
    pub fn of_rule(mut self, rule: &RuleId) -> Result<Self, ApplicationError> {
        let known = self.rules.iter().map(|one| one.rule.as_str());
        let near = nearest_name(rule.as_str(), known).map(str::to_owned);
        self.rules.retain(|one| one.rule == *rule);
        if self.rules.is_empty() {
            let requested = rule.to_string();
            return Err(if self.not_tested.contains(rule) {
                BacktestRefusal::NotTested { requested }.into()
            } else {
                ApplicationError::NoSuchRule { requested, near }
            });
        }
        Ok(self)
    }
}

impl BacktestEdition {
    /// Why no step of the edition is counted, in French; `None` when some may be.
    pub fn why_not(&self) -> Option<&'static str> {
        match (self.later, self.is_too_far) {
            (None, _) => Some("édition suivante à venir"),
            (Some(_), true) => Some("éditions trop éloignées"),
            (Some(_), false) => None,
        }
    }

    pub(super) fn of(found: &EditionOutcomes<'_>, listed: usize) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let that = |drifted: Option<bool>| {
            count(found.projects.iter().filter(|one| one.drifted == drifted).count())
        };
        let left_out = LeftOutSteps {
            too_far: if found.is_too_far { count(listed) } else { 0 },
            left: count(found.left),
            undetermined: that(None),
        };
        Self {
            edition: found.edition,
            later: found.later,
            is_too_far: found.is_too_far,
            steps: that(Some(true)) + that(Some(false)),
            drifts: that(Some(true)),
            left_out,
        }
    }
}

impl LeftOutSteps {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            too_far: self.too_far + other.too_far,
            left: self.left + other.left,
            undetermined: self.undetermined + other.undetermined,
        }
    }
}
