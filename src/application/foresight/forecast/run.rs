//! Runs a forecast.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::answer::{
    Forecast, ForecastBasis, ForecastClass, ForecastProject, RateForecast, RatePoint, TargetChance,
};
use super::basis::ListedProjects;
use super::calibration::calibrate;
use super::extent::{FUTURE_EDITIONS, SEED, futures};
use super::refusal::ForecastRefusal;
use super::terms::{ForecastTerms, SlipBy};
use crate::application::cache::known_data::{KnownData, TARGET};
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::value::Value;
use crate::foresight::{
    ClassSteps, DatedTarget, ForecastStart, FutureEdition, Futures, LEAST_STEPS, Panel, PastSteps,
    Quantiles, RateKind, StartingProject, StepClass, Supposed, dated_targets, next_editions,
    rate_now, simulate,
};
use crate::frame;
use crate::intake::name_key;
use crate::rules::Thresholds;

/// Foresees the rates of the projects that the caller sees, from their past steps.
///
/// # Errors
/// When no edition is known at that date, a named project is not one that the edition lists, the ministry has none, fewer than two
/// editions follow each other within nine months, or the data cannot be read.
pub async fn forecast(
    services: &Services,
    terms: &ForecastTerms,
) -> Result<Forecast, ApplicationError> {
    let as_of = terms.edition.map(EditionId::last_day).or(terms.as_of);
    let (known, rules) = view::measurable(services, as_of).await?;
    let supposed = supposed(services, terms).await?;
    let ministry = terms.ministry.clone();
    let wanted = terms.edition;
    let is_whole = services.store.scope().is_whole();
    tokio::task::spawn_blocking(move || {
        foresee(&known, &rules, supposed, (wanted, ministry.as_ref(), is_whole))
    })
    .await?
}

/// What is supposed of each project that is named.
async fn supposed(
    services: &Services,
    terms: &ForecastTerms,
) -> Result<BTreeMap<ProjectId, Supposed>, ApplicationError> {
    let mut supposed: BTreeMap<ProjectId, Supposed> = BTreeMap::new();
    let leave =
        terms.leave.iter().map(|name| (name, Supposed { leaves: true, ..Supposed::default() }));
    let hold =
        terms.hold.iter().map(|name| (name, Supposed { holds: true, ..Supposed::default() }));
    let slip = terms.slip.iter().map(|one| {
        let by = match one.by {
            SlipBy::Months(months) => Supposed { months, ..Supposed::default() },
            SlipBy::Cost(cost) => Supposed { cost, ..Supposed::default() },
        };
        (&one.project, by)
    });
    for (name, one) in leave.chain(hold).chain(slip) {
        let project = view::find_project(services, name).await?.project;
        let all = supposed.entry(project).or_default();
        all.leaves |= one.leaves;
        all.holds |= one.holds;
        all.months += one.months;
        all.cost += one.cost;
    }
    Ok(supposed)
}

fn foresee(
    known: &KnownData,
    rules: &Arc<RulesInForce>,
    supposed: BTreeMap<ProjectId, Supposed>,
    (wanted, ministry, is_whole): (Option<EditionId>, Option<&MinistryCode>, bool),
) -> Result<Forecast, ApplicationError> {
    let edition = frame::editions_in_force(&known.portfolio, known.as_of)?.current;
    let panel = Panel::of(&known.portfolio.snapshots);
    if let Some(requested) = wanted.filter(|wanted| *wanted != edition) {
        let editions = panel.editions().to_vec();
        return Err(ApplicationError::NoSuchEdition { requested, known: editions });
    }
    let listing = ListedProjects::of(&known.portfolio, known.history()?, (edition, known.as_of))?;
    let past = PastSteps::known_at(&panel, edition);
    if past.is_empty() {
        return Err(ForecastRefusal::NoPastStep { edition }.into());
    }
    let ministries: Vec<MinistryCode> = listing.ministries.keys().cloned().collect();
    if let Some(code) = ministry.filter(|code| !ministries.contains(code)) {
        return Err(ApplicationError::NoSuchMinistry(code.to_string()));
    }
    let future = next_editions(edition, FUTURE_EDITIONS).into_iter();
    let future: Vec<FutureEdition> = future
        .map(|next| FutureEdition { edition: next, leaving_by: frame::leaving_by(next) })
        .collect();
    let run = Run {
        listing: &listing,
        past: &past,
        future: &future,
        ministries: &ministries,
        targets: targets(rules.thresholds()),
    };
    let expected = run.simulate(&listing.projects);
    let is_supposed = !supposed.is_empty();
    let projects = with_supposed(&listing, supposed)?;
    let what_if = is_supposed.then(|| run.simulate(&projects));
    let groups = (0..=ministries.len()).filter(|group| match ministry {
        Some(code) => run.code(*group) == Some(code),
        None => *group > 0 || is_whole,
    });
    let rates: Vec<RateForecast> =
        groups.map(|group| run.rate(group, &expected, what_if.as_ref())).collect();
    let calibrated = rates.first().and_then(|first| first.ministry.as_ref());
    Ok(Forecast {
        as_of: known.as_of,
        edition,
        editions: future.iter().map(|one| one.edition).collect(),
        futures: futures(listing.projects.len()),
        seed: SEED,
        basis: basis(&past, &listing),
        is_supposed,
        calibration: calibrate(known, &panel, calibrated)?,
        rates,
        projects: named(&listing, &projects, ministry),
    })
}

/// The projects of an edition with what is supposed of them.
fn with_supposed(
    listing: &ListedProjects,
    mut supposed: BTreeMap<ProjectId, Supposed>,
) -> Result<Vec<StartingProject>, ApplicationError> {
    let with = |one: &StartingProject| StartingProject {
        supposed: supposed.remove(&one.project).unwrap_or_default(),
        ..one.clone()
    };
    let projects = listing.projects.iter().map(with).collect();
    match supposed.into_keys().next() {
        Some(project) => {
            let project = project.to_string();
            Err(ForecastRefusal::NotListed { project, edition: listing.edition }.into())
        }
        None => Ok(projects),
    }
}

/// The dated targets of the global rate.
fn targets(thresholds: &Thresholds) -> Vec<DatedTarget> {
    let values = thresholds.get(TARGET).map(|target| target.values.as_slice()).unwrap_or_default();
    let dated = values.iter().filter_map(|dated| match dated.value {
        Value::Float(target) => Some((dated.from, target)),
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Date(_) => None,
    });
    dated_targets(&dated.collect::<Vec<_>>())
}

/// Everything that futures are made of, but what is supposed.
struct Run<'r> {
    listing: &'r ListedProjects,
    past: &'r PastSteps,
    future: &'r [FutureEdition],
    ministries: &'r [MinistryCode],
    targets: Vec<DatedTarget>,
}

impl Run<'_> {
    fn simulate(&self, projects: &[StartingProject]) -> Futures {
        simulate(ForecastStart {
            edition: self.listing.edition,
            projects,
            past: self.past,
            future: self.future,
            ministries: self.ministries,
            departures_until: self.listing.departures_until(),
            futures: futures(self.listing.projects.len()),
            seed: SEED,
        })
    }

    /// The ministry of a group; `None` for all projects.
    fn code(&self, group: usize) -> Option<&MinistryCode> {
        self.ministries.get(group.checked_sub(1)?)
    }

    fn rate(&self, group: usize, expected: &Futures, what_if: Option<&Futures>) -> RateForecast {
        let code = self.code(group);
        let is_of_group = |one: &StartingProject| code.is_none_or(|code| one.ministry == *code);
        let projects = &self.listing.projects;
        let of_group = || projects.iter().filter(|one| is_of_group(one));
        let known = of_group().filter(|one| one.cost.is_some() && one.duration.is_some()).count();
        let label = code.and_then(|code| self.listing.ministries.get(code)).cloned();
        let point = |(place, one): (usize, &FutureEdition)| {
            let of = |futures: &Futures, kind| futures.quantiles(place, group, kind);
            RatePoint {
                edition: one.edition,
                rate: of(expected, RateKind::All),
                floor: of(expected, RateKind::Floor),
                what_if: what_if.and_then(|futures| of(futures, RateKind::All)),
                what_if_floor: what_if.and_then(|futures| of(futures, RateKind::Floor)),
            }
        };
        RateForecast {
            ministry: code.cloned(),
            label: label.unwrap_or_else(|| "Ensemble des projets".to_owned()),
            project_count: number(of_group().count()),
            unmeasured_count: number(of_group().count().saturating_sub(known)),
            rate: rate_now(projects, is_of_group).map(rounded),
            floor: rate_now(projects, |one| is_of_group(one) && self.listing.stays(one))
                .map(rounded),
            points: self.future.iter().enumerate().map(point).collect(),
            targets: self.targets_of(group, expected, what_if),
        }
    }

    /// The chance of each target whose day has not passed.
    fn targets_of(
        &self,
        group: usize,
        expected: &Futures,
        what_if: Option<&Futures>,
    ) -> Vec<TargetChance> {
        let ahead = self.targets.iter().filter(|one| one.by >= self.listing.edition.as_of());
        let chance = |one: &DatedTarget| {
            let place = self.place_by(one);
            let of = |futures: &Futures| futures.chance(place?, group, one.target);
            TargetChance {
                target: one.target,
                by: one.by,
                edition: place.and_then(|place| self.future.get(place)).map(|next| next.edition),
                chance: of(expected),
                what_if: what_if.and_then(of),
            }
        };
        ahead.map(chance).collect()
    }

    /// The last edition to come by a target's day; `None` when an edition after the last one simulated may come by then too.
    fn place_by(&self, target: &DatedTarget) -> Option<usize> {
        let beyond = self.future.last().and_then(|last| next_editions(last.edition, 1).pop());
        if beyond.is_some_and(|edition| edition.as_of() <= target.by) {
            return None;
        }
        self.future.iter().rposition(|one| one.edition.as_of() <= target.by)
    }
}

fn basis(past: &PastSteps, listing: &ListedProjects) -> ForecastBasis {
    let classes = past.classes();
    let sum = |count: fn(&ClassSteps) -> usize| number(classes.iter().map(count).sum());
    ForecastBasis {
        pairs: number(past.pair_count()),
        pairs_too_long: number(past.too_long),
        steps: sum(|class| class.steps),
        steps_unmeasured: sum(|class| class.steps.saturating_sub(class.left + class.cost.len())),
        least_steps: number(LEAST_STEPS),
        entrants: number(past.entrants().sum()),
        departures_until: listing.departures_until(),
        classes: classes.iter().map(class).collect(),
    }
}

fn class(known: &ClassSteps) -> ForecastClass {
    ForecastClass {
        class: known.class,
        steps: number(known.steps),
        measured: number(known.cost.len()),
        left: number(known.left),
        pairs_falling_back: number(known.pairs_falling_back),
        cost: Quantiles::of(&known.cost),
        months: Quantiles::of(&known.months),
    }
}

fn named(
    listing: &ListedProjects,
    projects: &[StartingProject],
    ministry: Option<&MinistryCode>,
) -> Vec<ForecastProject> {
    let of_ministry =
        projects.iter().filter(|one| ministry.is_none_or(|code| one.ministry == *code));
    let named = of_ministry.map(|one| ForecastProject {
        project_id: one.project.clone(),
        name: listing.names.get(&one.project).cloned().unwrap_or_default(),
        ministry: one.ministry.clone(),
        budget_drift: one.cost.map(|cost| rounded(cost.drift())),
        calendar_drift: one.duration.map(|duration| rounded(duration.drift())),
        class: StepClass::of(one.phase, one.cost.map(|cost| cost.current)),
        expected_exit_on: one.leaves_on,
        leaves: one.supposed.leaves,
        holds: one.supposed.holds,
        slip_months: Some(one.supposed.months).filter(|months| *months != 0.0),
        slip_cost: Some(one.supposed.cost).filter(|cost| *cost != 0.0),
    });
    let mut named: Vec<ForecastProject> = named.collect();
    named.sort_by_cached_key(|one| (name_key(&one.name), one.project_id.clone()));
    named
}

/// To a hundredth of a point.
fn rounded(rate: f64) -> f64 {
    (rate * 1e4).round() / 1e4 + 0.0
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
