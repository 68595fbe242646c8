//! What the order of projects reports.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::report::{Backtest, OrderScore};
use crate::domain::ids::{MinistryCode, ProjectId, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::WatchList;
use crate::foresight::{Chance, ProjectOrder, Stake, UsualDrift};
use crate::support::french;

/// The projects in the order in which to look at them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attention {
    pub as_of: NaiveDate,
    pub edition: EditionId,
    /// Share of the past steps that drift; `null` when there is none: projects are then ordered by cost.
    #[schema(required = true)]
    pub base_rate: Option<f64>,
    /// Past steps of which the figures say whether the project drifted, and those on which it did.
    pub steps: u32,
    pub drifts: u32,
    pub usual: UsualDrift,
    /// What became of the first ten of past editions in this order and in others: how sure this one is.
    pub orders: Vec<OrderScore>,
    /// Projects under way of the edition in force, the first to look at first.
    pub projects: Vec<AttentionLine>,
    /// Projects that could be proposed for the lists of the COSINUM, which people decide on.
    pub candidates: Vec<ListCandidate>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttentionLine {
    /// From 1.
    pub rank: usize,
    pub project: ProjectId,
    pub name: String,
    pub ministry: MinistryCode,
    /// `null` before any past step.
    #[schema(required = true)]
    pub chance: Option<Chance>,
    /// The rule that the chance comes from; `null` when none warns.
    #[schema(required = true)]
    pub warning: Option<LeadingWarning>,
    pub stake: Stake,
    /// Chance times stake, in M€.
    #[schema(required = true)]
    pub expected_meur: Option<f64>,
    /// The highest level that a rule gives it now; `null` when none warns.
    #[schema(required = true)]
    pub level: Option<Level>,
    /// Rules that warn.
    pub alerts: usize,
    pub missing: MissingAnswers,
    /// Three, in French: the chance, the stake, what is not known.
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeadingWarning {
    pub rule: RuleId,
    /// In French.
    pub title: String,
}

/// What the missing answers would add.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissingAnswers {
    /// Rules that could not be judged.
    pub rules: usize,
    /// Labels of the fields that most of them lack, in French.
    pub fields: Vec<String>,
}

impl MissingAnswers {
    /// Fields named at most.
    pub(super) const NAMED: usize = 2;
}

/// A project that could be proposed for a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListCandidate {
    pub list: WatchList,
    pub project: ProjectId,
    pub name: String,
    pub ministry: MinistryCode,
    /// In French.
    pub reason: String,
    /// It is on the list already.
    pub is_listed: bool,
}

impl Attention {
    /// How sure the order is, in French.
    pub fn sureness(&self) -> String {
        let Some(base) = self.base_rate else {
            return "Aucune édition passée ne permet d’estimer les chances : les projets sont classés par \
                    enjeu financier seul."
                .to_owned();
        };
        let mean = format!(
            "En moyenne, {} passages d’une édition à la suivante sur {} ont vu une dérive ({}).",
            self.drifts,
            self.steps,
            french::percent(base)
        );
        let this = self.orders.iter().find(|one| one.order == ProjectOrder::Attention);
        let tested = this.filter(|one| one.score.warnings > 0).map(|one| {
            let share = one.rise_share.map_or_else(String::new, |share| {
                format!(", et {} de la hausse des coûts s’y trouvait", french::percent(share))
            });
            format!(
                " Parmi les premiers de cet ordre aux éditions passées, {} sur {} ont dérivé\u{a0}: {}{share}.",
                one.score.hits,
                one.score.warnings,
                one.score.in_words()
            )
        });
        format!("{mean}{}", tested.unwrap_or_default())
    }
}

impl AttentionLine {
    pub(super) fn in_words(&self, usual: &UsualDrift, past: &Backtest) -> Vec<String> {
        vec![self.chance_in_words(past), self.stake_in_words(usual), self.missing_in_words()]
    }

    fn chance_in_words(&self, past: &Backtest) -> String {
        let Some(chance) = self.chance else {
            return "Chances inconnues\u{a0}: aucune édition passée ne permet de les estimer."
                .to_owned();
        };
        let why = match &self.warning {
            Some(LeadingWarning { rule, title }) if chance.warnings == 0 => {
                format!("{title} ({rule}), avertissement sans passé")
            }
            Some(LeadingWarning { rule, title }) => format!(
                "{title} ({rule}), qui a averti {}\u{a0}fois par le passé, dont {} avant une dérive",
                chance.warnings, chance.hits
            ),
            None => format!(
                "aucune règle n’avertit, et {} des {} projets dans ce cas ont dérivé",
                chance.hits, chance.warnings
            ),
        };
        let base = past.base_rate.unwrap_or_default();
        format!(
            "Chance de dérive d’ici l’édition suivante\u{a0}: {} (moyenne {})\u{a0}: {why}.",
            french::percent(chance.value),
            french::percent(base)
        )
    }

    fn stake_in_words(&self, usual: &UsualDrift) -> String {
        let supposed = if self.stake.is_supposed {
            " Coût ou durée non publiés\u{a0}: la médiane de l’édition en tient lieu."
        } else {
            ""
        };
        if usual.cost_steps + usual.month_steps == 0 {
            return format!("Enjeu inconnu\u{a0}: aucune dérive passée.{supposed}");
        }
        format!(
            "Enjeu\u{a0}: {}, si le coût monte de {} et si la fin recule de {}, comme dans la moitié des dérives \
             passées.{supposed}",
            french::meur(self.stake.meur),
            french::percent(usual.cost),
            french::months(usual.months)
        )
    }

    fn missing_in_words(&self) -> String {
        let MissingAnswers { rules, fields } = &self.missing;
        match (rules, fields.as_slice()) {
            (0, _) => "Toutes les règles ont pu l’évaluer.".to_owned(),
            (rules, fields) => format!(
                "{} faute de réponses\u{a0}; d’abord\u{a0}: {}.",
                french::counted(*rules, "règle ne conclut pas", "règles ne concluent pas"),
                fields.join(", ")
            ),
        }
    }
}
