//! What a forecast says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::{Quantiles, StepClass};
use crate::support::french;

/// The rates of the editions to come, as many simulated futures have them.
///
/// In each future, each edition to come repeats what happened between two past editions, and each listed project moves as a past
/// project of its class moved then. Rates are shares: 0.284 is
/// 28.4 %. The same data gives the same figures, digit for digit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    pub as_of: NaiveDate,
    /// The edition that futures start from.
    pub edition: EditionId,
    /// The editions to come: June and December of each year.
    pub editions: Vec<EditionId>,
    /// Number of simulated futures.
    pub futures: u32,
    /// Seed of the random draws.
    pub seed: u64,
    pub basis: ForecastBasis,
    /// Whether something is supposed of some projects; `what_if` is `null` everywhere otherwise.
    pub is_supposed: bool,
    /// The rate of all projects first, for who sees them all; then of each ministry, by code.
    pub rates: Vec<RateForecast>,
    /// Of the first of `rates`.
    pub calibration: RateCalibration,
    /// The projects that the edition lists, by name.
    pub projects: Vec<ForecastProject>,
}

/// What futures draw from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastBasis {
    /// Pairs of editions that follow each other within nine months.
    pub pairs: u32,
    /// Pairs of editions left out, further from each other.
    pub pairs_too_long: u32,
    /// Number of past steps: one project from one edition to the next.
    pub steps: u32,
    /// Steps whose change of cost or of duration is not known, because a figure is withheld.
    pub steps_unmeasured: u32,
    /// Fewer steps than this between two editions, and a class of projects under way draws from those of all.
    pub least_steps: u32,
    /// Projects that past editions were the first to list.
    pub entrants: u32,
    /// The day until which departures are announced: until then other projects under way stay. `null` when no departure
    /// is announced, and projects leave as in the past.
    pub departures_until: Option<NaiveDate>,
    pub classes: Vec<ForecastClass>,
}

/// How past projects of a class moved from one edition to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastClass {
    pub class: StepClass,
    /// Number of steps of the class.
    pub steps: u32,
    /// Steps whose changes of cost and of duration are both known.
    pub measured: u32,
    /// Steps after which the project was no longer listed.
    pub left: u32,
    /// Pairs of editions in which the class has too few steps, and draws from those of all projects under way.
    pub pairs_falling_back: u32,
    /// Relative changes of the cost; `null` when none is known.
    pub cost: Option<Quantiles>,
    /// Changes of the duration, in months.
    pub months: Option<Quantiles>,
}

/// The rate of all projects, or of a ministry's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RateForecast {
    /// `null` for all projects.
    pub ministry: Option<MinistryCode>,
    /// In French.
    pub label: String,
    /// Number of projects that the edition lists.
    pub project_count: u32,
    /// Those of which a drift is not known. They stay unknown in every future.
    pub unmeasured_count: u32,
    /// The rate at the edition: mean of the mean drift of the cost and of the mean drift of the duration.
    pub rate: Option<f64>,
    /// The rate without the projects that are due to leave by the end of the year after the edition's.
    pub floor: Option<f64>,
    pub points: Vec<RatePoint>,
    pub targets: Vec<TargetChance>,
}

/// A rate at an edition to come. Quantiles are `null` where fewer than half of the futures have a rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RatePoint {
    pub edition: EditionId,
    pub rate: Option<Quantiles>,
    pub floor: Option<Quantiles>,
    /// The rate, with what is supposed.
    pub what_if: Option<Quantiles>,
    /// The floor, with what is supposed.
    pub what_if_floor: Option<Quantiles>,
}

/// A dated target, and the share of futures that meet it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TargetChance {
    /// The rate is to be this or less.
    pub target: f64,
    /// The day by which it is to be.
    pub by: NaiveDate,
    /// The last edition to come by that day; `null` when none is simulated by then, or when later ones are not.
    pub edition: Option<EditionId>,
    /// From 0 to 1.
    pub chance: Option<f64>,
    /// From 0 to 1, with what is supposed.
    pub what_if: Option<f64>,
}

/// How forecasts made at past editions, with what was known then, held at later ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RateCalibration {
    /// Number of windows. They overlap: they are not as many independent trials.
    pub windows: u32,
    /// Windows whose rate lay between the first tenth and the last of the futures: eight in ten, if forecasts are right.
    pub held: u32,
    /// Windows whose rate was lower than that.
    pub below: u32,
    /// Windows whose rate was higher.
    pub above: u32,
    pub by_ahead: Vec<AheadCalibration>,
    pub each: Vec<CalibrationWindow>,
}

/// Windows over the same number of editions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AheadCalibration {
    /// Number of editions ahead.
    pub ahead: u32,
    pub windows: u32,
    pub held: u32,
}

/// A forecast made at a past edition, and the rate that came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalibrationWindow {
    /// The edition it was made at.
    pub from: EditionId,
    /// The edition it was about.
    pub to: EditionId,
    /// Number of editions ahead.
    pub ahead: u32,
    pub forecast: Quantiles,
    /// The rate at `from`.
    pub before: Option<f64>,
    /// The rate at `to`, as known then.
    pub rate: f64,
    pub held: bool,
}

/// A project that futures start with, and what is supposed of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastProject {
    pub project_id: ProjectId,
    pub name: String,
    pub ministry: MinistryCode,
    pub budget_drift: Option<f64>,
    pub calendar_drift: Option<f64>,
    pub class: StepClass,
    /// The day on which it is expected to leave.
    pub expected_exit_on: Option<NaiveDate>,
    /// It is supposed to be no longer listed from the next edition on.
    pub leaves: bool,
    /// It is supposed to drift no further.
    pub holds: bool,
    /// Months that it is supposed to slip.
    pub slip_months: Option<f64>,
    /// Share of its cost that it is supposed to slip by: 0.1 is 10 % more.
    pub slip_cost: Option<f64>,
}

impl RateCalibration {
    /// How often forecasts held, in French.
    pub fn in_words(&self) -> String {
        let Self { windows, held, above, below, .. } = self;
        if *windows == 0 {
            return "Aucune projection passée ne peut être vérifiée : les éditions sont trop peu nombreuses.".to_owned();
        }
        let overlap = if *windows > 1 { " qui se chevauchent" } else { "" };
        let counted = |count: u32, one: &str, many: &str| {
            french::counted(usize::try_from(count).unwrap_or(usize::MAX), one, many)
        };
        format!(
            "Sur {}{overlap}, l’intervalle de 8\u{a0}chances sur\u{a0}10 a tenu {held}\u{a0}fois ; le taux est passé {above}\u{a0}fois \
             au-dessus et {below}\u{a0}fois au-dessous.",
            counted(*windows, "fenêtre", "fenêtres"),
        )
    }
}

/// With fewer pairs of editions than this, futures hardly differ from each other.
const FEW_PAIRS: u32 = 3;

impl Forecast {
    /// What to know before the figures are used, in French.
    pub fn cautions(&self) -> Vec<String> {
        let RateCalibration { windows, held, .. } = self.calibration;
        let mut cautions = Vec::new();
        if self.basis.pairs < FEW_PAIRS {
            let pairs = match self.basis.pairs {
                1 => "Un seul couple d’éditions est connu".to_owned(),
                pairs => format!("{pairs}\u{a0}couples d’éditions seulement sont connus"),
            };
            cautions.push(format!(
                "{pairs} : les intervalles sont trop étroits, et ces chances ne disent que ce qui arriverait si la suite y ressemblait."
            ));
        }
        // Seven in ten is as close to eight as so few windows can tell.
        if windows > 0 && f64::from(held) < 0.7 * f64::from(windows) {
            cautions.push(format!(
                "Les projections passées ont tenu {held}\u{a0}fois sur {windows}, pour 8 sur 10 annoncées : les intervalles sont à \
                 lire comme trop étroits."
            ));
        }
        cautions
    }
}
