//! Many futures of a portfolio.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::classes::StepClass;
use super::course::{BaselinedFigure, Course, StartingProject};
use super::past_steps::{Entrant, PastPair, PastStep, PastSteps, StepChange};
use super::tally::{Cell, Futures};
use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::edition::EditionId;
use crate::foresight::draws::Draws;
use crate::foresight::panel::months_between;
use crate::support::fingerprint::Fingerprint;

/// An edition to come, and the day until which it counts departures as planned.
#[derive(Clone, Copy, Debug)]
pub struct FutureEdition {
    pub edition: EditionId,
    pub leaving_by: NaiveDate,
}

/// Where a forecast starts, and what it draws from.
#[derive(Clone, Copy, Debug)]
pub struct ForecastStart<'s> {
    pub edition: EditionId,
    pub projects: &'s [StartingProject],
    pub past: &'s PastSteps,
    /// The editions to come, oldest first.
    pub future: &'s [FutureEdition],
    /// Ministries whose rates are wanted: the group of each is its place here, after the group of all projects.
    pub ministries: &'s [MinistryCode],
    /// The day until which departures are known, where they are: a project under way that is not among them stays until then.
    pub departures_until: Option<NaiveDate>,
    pub futures: u32,
    pub seed: u64,
}

/// The time from one edition to come to the next.
struct Span {
    months: f64,
    /// Projects that leave until then are not listed at its end.
    until: NaiveDate,
    leaving_by: NaiveDate,
    /// Whether the departures of that time are known.
    departures_known: bool,
}

/// What a project may do in a future.
#[derive(Clone, Copy)]
struct Ways {
    leaves_on: Option<NaiveDate>,
    holds: bool,
}

struct Simulation<'s> {
    start: ForecastStart<'s>,
    spans: Vec<Span>,
    groups: BTreeMap<&'s MinistryCode, usize>,
    width: usize,
}

/// The past that each edition to come repeats in one future: pairs of editions, one after the other.
type Plan<'s> = Vec<Vec<&'s PastPair>>;

/// The futures of a portfolio. In each future, each edition to come repeats what happened between two past editions, the same
/// for all projects, since editions differ: some revise many projects at once. Each project then moves as one of its class moved
/// between these two. It has draws of its own, by its id: what becomes of it depends neither on the order of projects nor on
/// what is supposed of others.
pub fn simulate(start: ForecastStart<'_>) -> Futures {
    let simulation = Simulation::of(start);
    let plans = simulation.plans();
    let editions = simulation.spans.len();
    let of_future = editions.saturating_mul(simulation.width);
    let mut cells = vec![Cell::default(); of_future.saturating_mul(plans.len())];
    let mut sorted: Vec<&StartingProject> = start.projects.iter().collect();
    sorted.sort_by_key(|one| &one.project);
    for project in sorted.into_iter().filter(|one| !one.supposed.leaves) {
        let mut draws = simulation.stream(&["project", project.project.as_str()]);
        let ways = Ways { leaves_on: project.leaves_on, holds: project.supposed.holds };
        let group = simulation.groups.get(&project.ministry).copied();
        for (plan, future) in plans.iter().zip(cells.chunks_mut(of_future.max(1))) {
            simulation.follow((project.into(), ways), group, &mut draws, (plan, future, 0));
        }
    }
    let mut draws = simulation.stream(&["entrants"]);
    for (plan, future) in plans.iter().zip(cells.chunks_mut(of_future.max(1))) {
        simulation.let_in(plan, future, &mut draws);
    }
    Futures { cells, editions, groups: simulation.width }
}

impl<'s> Simulation<'s> {
    fn of(start: ForecastStart<'s>) -> Self {
        let before =
            std::iter::once(start.edition).chain(start.future.iter().map(|one| one.edition));
        let span = |(before, after): (EditionId, &FutureEdition)| {
            let until = after.edition.last_day();
            Span {
                months: f64::from(months_between(before, after.edition)),
                until,
                leaving_by: after.leaving_by,
                departures_known: start.departures_until.is_some_and(|known| until <= known),
            }
        };
        let spans: Vec<Span> = before.zip(start.future).map(span).collect();
        let groups: BTreeMap<&MinistryCode, usize> = start.ministries.iter().zip(1..).collect();
        Self { start, spans, width: start.ministries.len() + 1, groups }
    }

    fn stream(&self, of: &[&str]) -> Draws {
        let print = Fingerprint::of_parts(of);
        let number = print.as_str().get(..16).and_then(|text| u64::from_str_radix(text, 16).ok());
        Draws::seeded(self.start.seed ^ number.unwrap_or_default())
    }

    /// The past that each future repeats.
    fn plans(&self) -> Vec<Plan<'s>> {
        let mut draws = self.stream(&["editions"]);
        let mut plan = || self.spans.iter().map(|span| self.repeated(span, &mut draws)).collect();
        (0..self.start.futures).map(|_| plan()).collect()
    }

    /// Pairs of past editions that follow each other until their lengths fill a time. One that is longer than what is left of it
    /// is taken with the chance that is in proportion, so that short times of the past and long ones of the future have the
    /// same pace.
    fn repeated(&self, span: &Span, draws: &mut Draws) -> Vec<&'s PastPair> {
        let pairs = &self.start.past.pairs;
        let mut repeated = Vec::new();
        let mut left = span.months;
        while left > 0.0 {
            let Some(pair) = pairs.get(draws.below(pairs.len())) else { break };
            if pair.length <= left || draws.unit() < left / pair.length {
                repeated.push(pair);
            }
            left -= pair.length;
        }
        repeated
    }

    /// Follows a project through one future, from one of its editions on, and adds it to each edition that lists it.
    fn follow(
        &self,
        (mut course, ways): (Course, Ways),
        group: Option<usize>,
        draws: &mut Draws,
        (plan, future, from): (&Plan<'_>, &mut [Cell], usize),
    ) {
        let rows = self.spans.iter().zip(plan).zip(future.chunks_mut(self.width)).skip(from);
        for ((span, repeated), row) in rows {
            let Some(next) = self.after((span, repeated), course, ways, draws) else { return };
            course = next;
            add(row, group, course, ways.leaves_on.is_none_or(|day| day > span.leaving_by));
        }
    }

    /// What a project is after some time; `None` when it has left.
    fn after(
        &self,
        (span, repeated): (&Span, &[&PastPair]),
        mut course: Course,
        ways: Ways,
        draws: &mut Draws,
    ) -> Option<Course> {
        if ways.leaves_on.is_some_and(|day| day <= span.until) {
            return None;
        }
        for pair in repeated {
            let class = course.class();
            let is_planned = span.departures_known && class != StepClass::Over;
            let may_leave = ways.leaves_on.is_none() && !is_planned;
            match self.start.past.draw(pair, class, draws, may_leave) {
                None => {}
                Some(PastStep::Left) => return None,
                Some(PastStep::Moved { change, phase }) => {
                    if let Some(StepChange { cost, months, share }) = change
                        && (share >= 1.0 || draws.unit() < share)
                        && !ways.holds
                    {
                        course = course.moved(cost, months);
                    }
                    course.phase = phase.or(course.phase);
                }
            }
        }
        Some(course)
    }

    /// Lets the projects enter that the past lets in, without drift.
    fn let_in(&self, plan: &Plan<'_>, future: &mut [Cell], draws: &mut Draws) {
        for (edition, repeated) in plan.iter().enumerate() {
            for entrant in repeated.iter().flat_map(|pair| &pair.entrants) {
                let course = Course::from(entrant);
                let group = self.groups.get(&entrant.ministry).copied();
                if let Some(row) = future.chunks_mut(self.width).nth(edition) {
                    add(row, group, course, true);
                }
                let ways = Ways { leaves_on: None, holds: false };
                self.follow((course, ways), group, draws, (plan, future, edition + 1));
            }
        }
    }
}

/// Adds a project to all projects, and to those of its ministry.
fn add(row: &mut [Cell], group: Option<usize>, course: Course, stays: bool) {
    for place in std::iter::once(0).chain(group) {
        if let Some(cell) = row.get_mut(place) {
            cell.add((course.cost, course.duration), stays);
        }
    }
}

impl From<&Entrant> for Course {
    fn from(entrant: &Entrant) -> Self {
        let figure = |value: Option<f64>| BaselinedFigure::of(value, value);
        Self {
            phase: entrant.phase,
            cost: figure(entrant.cost),
            duration: figure(entrant.duration),
        }
    }
}
