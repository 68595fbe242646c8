//! How often a signal's warnings came true.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::median::median;
use super::outcomes::{EditionOutcomes, ProjectOutcome};
use super::panel::months_between;
use super::resamples::{Resamples, interval};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::rules::verdict::Verdict;
use crate::domain::words::words;
use crate::support::french;

/// With fewer warnings than this, or fewer drifts among all steps, nothing is said of them.
const FEWEST: u32 = 10;

/// What a signal says of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalAnswer {
    Warning,
    Quiet,
    /// It could not be judged: no quiet, and no warning.
    Unknown,
}

impl SignalAnswer {
    /// Of a verdict, `None` when there is none: an alert warns, a lower level is quiet, and no level at all is unknown.
    pub fn of(verdict: Option<&Verdict>) -> Self {
        match verdict.and_then(Verdict::level) {
            Some(level) if level.is_alerting() => Self::Warning,
            Some(_) => Self::Quiet,
            None => Self::Unknown,
        }
    }

    /// What two signals say together: one warning is a warning, and what one cannot judge is unknown.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::Warning, _) | (_, Self::Warning) => Self::Warning,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Quiet, Self::Quiet) => Self::Quiet,
        }
    }
}

words! {
    /// What a scorecard says of a signal. The interval of its lift decides.
    pub enum Finding, "a finding" {
        /// The whole interval of the lift is above 1.
        Better = "better" => "mieux que le hasard",
        /// The interval holds 1.
        Undistinguished = "undistinguished" => "ne se distingue pas du hasard",
        /// The whole interval is below 1.
        Worse = "worse" => "moins bien que le hasard",
        /// Fewer than ten warnings had an outcome, or fewer than ten steps drifted.
        TooFew = "too_few" => "trop peu de cas",
        /// It could be judged on no past step.
        Untestable = "untestable" => "pas éprouvable",
    }
}

impl Finding {
    /// Whether there were warnings enough to be compared with chance.
    pub fn is_compared(self) -> bool {
        matches!(self, Self::Better | Self::Undistinguished | Self::Worse)
    }
}

/// A figure and its 90 % interval, by bootstrap over the projects.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    pub value: f64,
    /// `null` when too few draws give the figure.
    #[schema(required = true)]
    pub low: Option<f64>,
    #[schema(required = true)]
    pub high: Option<f64>,
}

/// How often the warnings of a signal came true. A step is a project from one edition to a later one that lists it, whose
/// figures say whether it drifted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Scorecard {
    pub finding: Finding,
    /// Steps of all projects, judged or not.
    pub steps: u32,
    /// Steps on which the project drifted.
    pub drifts: u32,
    /// Steps before which the signal warned.
    pub warnings: u32,
    /// Warnings followed by a drift.
    pub hits: u32,
    /// Steps before which the signal was quiet.
    pub quiet: u32,
    /// Of those, the steps on which the project drifted all the same.
    pub quiet_drifts: u32,
    /// Steps before which the signal could not be judged.
    pub unknown: u32,
    /// Share of the warnings that a drift followed.
    #[schema(required = true)]
    pub precision: Option<Estimate>,
    /// Share of the drifts that a warning preceded.
    #[schema(required = true)]
    pub recall: Option<Estimate>,
    /// Precision over the share of all steps that drift: 1 is chance.
    #[schema(required = true)]
    pub lift: Option<Estimate>,
    /// Share of the quiet steps on which the project drifted all the same.
    #[schema(required = true)]
    pub false_calm: Option<Estimate>,
    /// Share of the steps that could be judged.
    #[schema(required = true)]
    pub coverage: Option<f64>,
    /// Median number of months from the first edition of a run of warnings to the edition in which the drift shows.
    #[schema(required = true)]
    pub median_lead_months: Option<f64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    steps: u32,
    drifts: u32,
    warnings: u32,
    hits: u32,
    quiet: u32,
    quiet_drifts: u32,
}

/// What a signal said of the projects of past editions, and what became of them.
#[derive(Clone, Debug, Default)]
pub struct SignalRecord {
    /// By number of the project.
    counts: BTreeMap<usize, Counts>,
    leads: Vec<i32>,
    /// The first edition of the run of warnings that a project is in.
    warning_since: BTreeMap<usize, EditionId>,
}

impl SignalRecord {
    /// Records what the signal says of each project of an edition. Editions come oldest first, each once.
    pub fn record(
        &mut self,
        edition: &EditionOutcomes<'_>,
        answer: impl Fn(&ProjectOutcome<'_>) -> SignalAnswer,
    ) {
        let mut warning_since = BTreeMap::new();
        for outcome in &edition.projects {
            let said = answer(outcome);
            if said == SignalAnswer::Warning {
                let since = self.warning_since.get(&outcome.number).copied();
                warning_since.insert(outcome.number, since.unwrap_or(edition.edition));
            }
            let Some(drifted) = outcome.drifted else { continue };
            self.counts.entry(outcome.number).or_default().add(said, drifted);
            let since = warning_since.get(&outcome.number).filter(|_| drifted);
            self.leads.extend(since.zip(edition.later).map(|(from, to)| months_between(*from, to)));
        }
        self.warning_since = warning_since;
    }

    /// How many warnings had an outcome so far, and how many of them a drift followed.
    pub fn warnings(&self) -> (u32, u32) {
        let all = self.all();
        (all.warnings, all.hits)
    }

    /// How many steps no warning preceded so far, and how many of them drifted all the same.
    pub fn unwarned(&self) -> (u32, u32) {
        let all = self.all();
        (all.steps - all.warnings, all.drifts - all.hits)
    }

    /// Share of the steps so far that drift; `None` before there are any.
    pub fn base_rate(&self) -> Option<f64> {
        let all = self.all();
        ratio(all.drifts, all.steps)
    }

    fn all(&self) -> Counts {
        self.counts.values().fold(Counts::default(), |sum, one| sum.plus(*one, 1))
    }

    pub fn scorecard(&self, resamples: &Resamples) -> Scorecard {
        let all = self.all();
        let by_project: Vec<(usize, Counts)> =
            self.counts.iter().map(|(number, counts)| (*number, *counts)).collect();
        let drawn: Vec<Counts> = resamples.draws().map(|times| drawn(&by_project, times)).collect();
        let estimate = |figure: fn(&Counts) -> Option<f64>| {
            let (low, high) = interval(drawn.iter().map(figure)).unzip();
            figure(&all).map(|value| Estimate { value, low, high })
        };
        let lift = estimate(Counts::lift);
        Scorecard {
            finding: finding(&all, lift.as_ref()),
            steps: all.steps,
            drifts: all.drifts,
            warnings: all.warnings,
            hits: all.hits,
            quiet: all.quiet,
            quiet_drifts: all.quiet_drifts,
            unknown: all.steps - all.warnings - all.quiet,
            precision: estimate(Counts::precision),
            recall: estimate(Counts::recall),
            lift,
            false_calm: estimate(Counts::false_calm),
            coverage: ratio(all.warnings + all.quiet, all.steps),
            median_lead_months: median(self.leads.iter().copied().map(f64::from).collect()),
        }
    }
}

/// The counts of a draw of the projects.
fn drawn(by_project: &[(usize, Counts)], times: &[u16]) -> Counts {
    by_project.iter().fold(Counts::default(), |sum, (number, counts)| {
        sum.plus(*counts, times.get(*number).copied().unwrap_or_default().into())
    })
}

impl Counts {
    fn add(&mut self, said: SignalAnswer, drifted: bool) {
        let drift = u32::from(drifted);
        self.steps += 1;
        self.drifts += drift;
        match said {
            SignalAnswer::Warning => {
                self.warnings += 1;
                self.hits += drift;
            }
            SignalAnswer::Quiet => {
                self.quiet += 1;
                self.quiet_drifts += drift;
            }
            SignalAnswer::Unknown => {}
        }
    }

    fn plus(self, other: Self, times: u32) -> Self {
        Self {
            steps: self.steps + other.steps * times,
            drifts: self.drifts + other.drifts * times,
            warnings: self.warnings + other.warnings * times,
            hits: self.hits + other.hits * times,
            quiet: self.quiet + other.quiet * times,
            quiet_drifts: self.quiet_drifts + other.quiet_drifts * times,
        }
    }

    fn precision(&self) -> Option<f64> {
        ratio(self.hits, self.warnings)
    }

    fn recall(&self) -> Option<f64> {
        ratio(self.hits, self.drifts)
    }

    fn lift(&self) -> Option<f64> {
        let base = ratio(self.drifts, self.steps).filter(|base| *base > 0.0)?;
        self.precision().map(|precision| precision / base)
    }

    fn false_calm(&self) -> Option<f64> {
        ratio(self.quiet_drifts, self.quiet)
    }
}

impl Estimate {
    /// `1,28 (0,78–1,89)`
    pub fn in_words(&self) -> String {
        self.written(|figure| french::decimal(figure, 2), "")
    }

    /// `29 % (17–43 %)`
    pub fn in_percent(&self) -> String {
        self.written(|figure| french::decimal(100.0 * figure, 0), "\u{a0}%")
    }

    fn written(&self, figure: impl Fn(f64) -> String, unit: &str) -> String {
        let bounds = self.low.zip(self.high).map(|(low, high)| (figure(low), figure(high)));
        let bounds = bounds.filter(|(low, high)| low != high);
        let bounds = bounds.map(|(low, high)| format!(" ({low}–{high}{unit})"));
        format!("{}{unit}{}", figure(self.value), bounds.unwrap_or_default())
    }
}

impl Scorecard {
    /// Whether the signal could be judged on a past step.
    pub fn is_testable(&self) -> bool {
        self.finding != Finding::Untestable
    }

    /// Share of the drifts that a warning preceded; of a signal that warned.
    pub fn recall_of_warnings(&self) -> Option<&Estimate> {
        self.recall.as_ref().filter(|_| self.warnings > 0)
    }

    /// What it says, in French: `ne se distingue pas du hasard (intervalle 0,78–1,89)`.
    pub fn in_words(&self) -> String {
        let label = self.finding.label();
        let bounds = self.lift.as_ref().and_then(|lift| lift.low.zip(lift.high));
        match (self.finding, bounds) {
            (Finding::TooFew, _) => {
                format!(
                    "{label} pour conclure ({} et {}, il en faut {FEWEST} de chaque)",
                    french::counted(widened(self.warnings), "avertissement", "avertissements"),
                    french::counted(widened(self.drifts), "dérive", "dérives"),
                )
            }
            (Finding::Untestable, _) => {
                format!("{label}\u{a0}: les réponses de suivi n’ont pas de valeurs passées")
            }
            (_, Some((low, high))) => format!(
                "{label} (intervalle {}–{})",
                french::decimal(low, 2),
                french::decimal(high, 2)
            ),
            (_, None) => label.to_owned(),
        }
    }
}

fn finding(all: &Counts, lift: Option<&Estimate>) -> Finding {
    if all.warnings + all.quiet == 0 {
        return Finding::Untestable;
    }
    if all.warnings < FEWEST || all.drifts < FEWEST {
        return Finding::TooFew;
    }
    match lift {
        Some(Estimate { low: Some(low), .. }) if *low > 1.0 => Finding::Better,
        Some(Estimate { high: Some(high), .. }) if *high < 1.0 => Finding::Worse,
        Some(_) | None => Finding::Undistinguished,
    }
}

fn widened(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn ratio(part: u32, whole: u32) -> Option<f64> {
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}
