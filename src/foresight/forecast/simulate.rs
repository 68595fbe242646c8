//! Many futures of a portfolio.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::course::{BaselinedFigure, Course, StartingProject};
use super::past_steps::{Became, Entrant, PastStep, PastSteps, StepClass};
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

/// The futures of a portfolio. Each project has draws of its own, by its id: what becomes of it depends neither on the order of
/// projects nor on what is supposed of others.
pub fn simulate(start: ForecastStart<'_>) -> Futures {
    let simulation = Simulation::of(start);
    let editions = simulation.spans.len();
    let of_future = editions.saturating_mul(simulation.width);
    let count = usize::try_from(start.futures).unwrap_or(usize::MAX);
    let mut cells = vec![Cell::default(); of_future.saturating_mul(count)];
    let mut sorted: Vec<&StartingProject> = start.projects.iter().collect();
    sorted.sort_by_key(|one| &one.project);
    for project in sorted.into_iter().filter(|one| !one.supposed.leaves) {
        let mut draws = simulation.stream(&["project", project.project.as_str()]);
        let ways = Ways { leaves_on: project.leaves_on, holds: project.supposed.holds };
        let group = simulation.groups.get(&project.ministry).copied();
        for future in cells.chunks_mut(of_future.max(1)) {
            simulation.follow((project.into(), ways), group, &mut draws, (future, 0));
        }
    }
    simulation.let_in(&mut cells, of_future);
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

    /// Follows a project through one future, from one of its editions on, and adds it to each edition that lists it.
    fn follow(
        &self,
        (mut course, ways): (Course, Ways),
        group: Option<usize>,
        draws: &mut Draws,
        (future, from): (&mut [Cell], usize),
    ) {
        let rows = self.spans.iter().zip(future.chunks_mut(self.width)).skip(from);
        for (span, row) in rows {
            let Some(next) = self.after(span, course, ways, draws) else { return };
            course = next;
            add(row, group, course, ways.leaves_on.is_none_or(|day| day > span.leaving_by));
        }
    }

    /// What a project is after some time; `None` when it has left. Past steps follow each other until their lengths fill that
    /// time. One that is longer than what is left of it happens with the chance that is in proportion, so that short steps of
    /// the past and long ones of the future have the same pace.
    fn after(
        &self,
        span: &Span,
        mut course: Course,
        ways: Ways,
        draws: &mut Draws,
    ) -> Option<Course> {
        if ways.leaves_on.is_some_and(|day| day <= span.until) {
            return None;
        }
        let mut left = span.months;
        while left > 0.0 {
            let class = course.class();
            let is_planned = span.departures_known && class != StepClass::Over;
            let may_leave = ways.leaves_on.is_none() && !is_planned;
            let step = self.start.past.of_class(class).draw(draws, may_leave);
            let Some(PastStep { length, became }) = step else { break };
            let happens = length <= left || draws.unit() < left / length;
            left -= length;
            match became {
                _ if !happens => {}
                Became::Left => return None,
                Became::Moved { change, phase } => {
                    let (cost, months) = change.filter(|_| !ways.holds).unwrap_or_default();
                    course = course.moved(cost, months);
                    course.phase = phase.or(course.phase);
                }
            }
        }
        Some(course)
    }

    /// Lets projects enter, as at past editions: all those that one of them was the first to list, without drift.
    fn let_in(&self, cells: &mut [Cell], of_future: usize) {
        let mut draws = self.stream(&["entrants"]);
        let entries = &self.start.past.entries;
        for future in cells.chunks_mut(of_future.max(1)) {
            for (edition, span) in self.spans.iter().enumerate() {
                let mut left = span.months;
                while left > 0.0 {
                    let Some(drawn) = entries.get(draws.below(entries.len())) else { break };
                    let happens = drawn.length <= left || draws.unit() < left / drawn.length;
                    left -= drawn.length;
                    for entrant in drawn.entrants.iter().filter(|_| happens) {
                        self.enter(entrant, &mut draws, (future, edition));
                    }
                }
            }
        }
    }

    fn enter(&self, entrant: &Entrant, draws: &mut Draws, (future, edition): (&mut [Cell], usize)) {
        let course = Course::from(entrant);
        let group = self.groups.get(&entrant.ministry).copied();
        if let Some(row) = future.chunks_mut(self.width).nth(edition) {
            add(row, group, course, true);
        }
        let ways = Ways { leaves_on: None, holds: false };
        self.follow((course, ways), group, draws, (future, edition + 1));
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
