//! What the load of alerts reports.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::alerts::alert::Alert;
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::words::words;
use crate::foresight::{Finding, Scorecard};
use crate::rules::Family;
use crate::support::french;

words! {
    /// What the evidence says of the alerts of a rule.
    pub enum LoadProposal, "a proposal on the alerts of a rule" {
        Keep = "keep" => "garder en vue",
        /// Read them under the more serious alert of another rule on the same project.
        Hide = "hide" => "lire sous une alerte plus grave",
    }
}

/// What the open alerts ask of those who read them, and what could come under a more serious alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlertLoad {
    /// The last cycle; `null` before the first one.
    #[schema(required = true)]
    pub cycle: Option<CycleNumber>,
    /// The date that it judged as of.
    #[schema(required = true)]
    pub as_of: Option<NaiveDate>,
    /// Every open alert, as if none came under another.
    pub all: LoadCounts,
    /// Those that come under no other by the rules in force.
    pub in_force: LoadCounts,
    /// Those that would come under no other with the proposals.
    pub proposed: LoadCounts,
    /// The rules that have an open alert, in the order of their ids.
    pub rules: Vec<RuleLoad>,
}

/// Alerts to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoadCounts {
    pub alerts: usize,
    pub critical: usize,
    pub high: usize,
    pub moderate: usize,
    /// Projects, ministries and the portfolio that have one: what the queue has a heading for.
    pub groups: usize,
    /// Those that have a critical one.
    pub critical_groups: usize,
}

/// The open alerts of one rule, and what past editions say of its warnings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RuleLoad {
    pub rule: RuleId,
    /// In French.
    pub title: String,
    /// `null` if the rule is no longer in force.
    #[schema(required = true)]
    pub family: Option<Family>,
    pub critical: usize,
    pub high: usize,
    pub moderate: usize,
    /// Those that come under another alert by the rules in force.
    pub hidden: usize,
    /// Those on a subject that no other rule has an open alert on: without them nothing would show there.
    pub alone: usize,
    /// `null` where the rule is not judged on past editions.
    #[schema(required = true)]
    pub score: Option<Scorecard>,
    pub proposal: LoadProposal,
    /// The rules whose more serious alerts would cover some of its own.
    pub behind: Vec<RuleId>,
    /// Alerts that they would cover, beyond those that come under another already.
    pub would_hide: usize,
    /// Why, in French.
    pub reason: String,
}

impl LoadCounts {
    pub(super) fn of(alerts: &[&Alert]) -> Self {
        let mut counts = Self::default();
        let mut worst: BTreeMap<&Subject, Level> = BTreeMap::new();
        for alert in alerts {
            counts.alerts += 1;
            counts.critical += usize::from(alert.level == Level::Critical);
            counts.high += usize::from(alert.level == Level::High);
            counts.moderate += usize::from(alert.level == Level::Moderate);
            let level = worst.entry(&alert.subject).or_insert(alert.level);
            *level = alert.level.max(*level);
        }
        counts.groups = worst.len();
        counts.critical_groups = worst.values().filter(|level| **level == Level::Critical).count();
        counts
    }

    /// `131 alertes, dont 36 critiques, sur 41 sujets`
    pub fn in_words(&self) -> String {
        format!(
            "{}, dont {}, sur {}",
            french::counted(self.alerts, "alerte", "alertes"),
            french::counted(self.critical, "critique", "critiques"),
            french::counted(self.groups, "sujet", "sujets"),
        )
    }
}

impl RuleLoad {
    pub fn open(&self) -> usize {
        self.critical + self.high + self.moderate
    }

    pub(super) fn in_words(&self) -> String {
        let finding = self.score.as_ref().map_or(Finding::Untestable, |score| score.finding);
        let words = match finding {
            Finding::Untestable => {
                "Aucune édition passée n’éprouve cette règle : rien n’autorise à en masquer les alertes, \
                 qui sont groupées par sujet."
                    .to_owned()
            }
            Finding::TooFew => {
                "Trop peu de cas passés pour la juger : rien de plus n’est à masquer.".to_owned()
            }
            Finding::Better => {
                "Ses avertissements passés font mieux que le hasard : ses alertes restent en vue."
                    .to_owned()
            }
            Finding::Undistinguished | Finding::Worse => self.undistinguished_in_words(),
        };
        let words = match (self.hidden, finding) {
            (0, _) | (_, Finding::Undistinguished | Finding::Worse) => words,
            (hidden, _) => format!(
                "Déjà sous une alerte plus grave : {}. {words}",
                french::counted(hidden, "alerte", "alertes")
            ),
        };
        if self.critical > 0 {
            return format!("{words} Ses alertes critiques ne sont jamais masquées.");
        }
        words
    }

    fn undistinguished_in_words(&self) -> String {
        let chance = "Rien ne distingue ses avertissements passés du hasard";
        let covered = |count: usize| french::counted(count, "alerte", "alertes");
        if self.would_hide > 0 {
            return format!(
                "{chance} : {} sur un projet où une alerte plus grave repose aussi sur les chiffres publiés, à \
                 lire sous celle-ci.",
                covered(self.would_hide)
            );
        }
        if self.hidden > 0 {
            return format!(
                "{chance} : {} déjà sous une alerte plus grave. Rien de plus grave ne repose sur les \
                 chiffres publiés là où sont les autres : les masquer serait un faux calme.",
                covered(self.hidden)
            );
        }
        format!(
            "{chance}, mais rien de plus grave ne repose sur les chiffres publiés de ces projets : la masquer serait un \
             faux calme."
        )
    }
}
