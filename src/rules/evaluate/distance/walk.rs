//! Looks for the first value of a figure at which a rule gives another level.
//!
//! What rules compare is nearly always a straight line in one figure: two values show where it meets its limit, and the walk
//! goes there at once. Wherever it goes, the rule is run; only values at which it answered count.

use std::collections::BTreeMap;

use rhai::Position;

use super::levers::Lever;
use super::probe::{ProbeAnswer, RuleProbe};
use crate::domain::level::Level;
use crate::domain::value::float;
use crate::rules::evaluate::script_run::ComparedFigures;

/// Most limits that a walk passes in one direction.
const MOST_LIMITS: usize = 8;

/// Furthest that a walk goes, in steps.
const MOST_STEPS: f64 = 1e6;

/// The first value that changes the level, next to the last one that does not.
#[derive(Clone, Debug)]
pub(super) struct LevelTurn {
    pub(super) level: Level,
    pub(super) value: f64,
    /// The comparison that came out otherwise.
    pub(super) crossed: Option<Position>,
}

/// Walks from the value of now in one direction.
pub(super) struct Walk<'w> {
    probe: &'w RuleProbe<'w>,
    lever: &'w Lever,
    now: &'w ProbeAnswer,
    level: Level,
    origin: i64,
    direction: i64,
    answers: BTreeMap<i64, Option<ProbeAnswer>>,
    pub(super) worse: Option<LevelTurn>,
    pub(super) better: Option<LevelTurn>,
}

impl<'w> Walk<'w> {
    /// `of_now` is the level of `now`. `None` where the figure is not on a scale.
    pub(super) fn along(
        (probe, now): (&'w RuleProbe<'w>, &'w ProbeAnswer),
        lever: &'w Lever,
        of_now: Level,
        direction: i64,
    ) -> Option<Self> {
        let origin = lever.origin(direction)?;
        let (answers, worse, better) = (BTreeMap::new(), None, None);
        let mut walk =
            Self { probe, lever, now, level: of_now, origin, direction, answers, worse, better };
        walk.go();
        Some(walk)
    }

    fn go(&mut self) {
        let stride = self.lever.stride();
        let mut step = 1;
        for _ in 0..MOST_LIMITS {
            self.note(step);
            self.note(step + stride);
            if self.worse.is_some() && self.better.is_some() {
                return;
            }
            let Some(ahead) = self.next_limit(step, stride) else { return };
            let limit = step + ahead;
            for near in [limit - 1, limit, limit + 1] {
                if near > step + stride {
                    self.note(near);
                }
            }
            step = (limit + 1).max(step + stride + 1);
        }
    }

    fn answer(&mut self, step: i64) -> Option<&ProbeAnswer> {
        if step <= 0 {
            return Some(self.now);
        }
        let (probe, lever) = (self.probe, self.lever);
        let place = self.origin + self.direction * step;
        self.answers.entry(step).or_insert_with(|| probe.with(lever, lever.at(place)?)).as_ref()
    }

    fn level(&mut self, step: i64) -> Option<Level> {
        self.answer(step).and_then(|answer| answer.level)
    }

    /// Runs the rule at a step, and finds where the level turned if it has.
    fn note(&mut self, step: i64) {
        let Some(found) = self.level(step) else { return };
        let before = self.level;
        if found > before && self.worse.is_none() {
            self.worse = self.turn(step, |level| level > before);
        } else if found < before && self.better.is_none() {
            self.better = self.turn(step, |level| level < before);
        }
    }

    /// The first step of those up to one at which the level is `so`, next to one at which it is not.
    fn turn(&mut self, reached: i64, so: impl Fn(Level) -> bool) -> Option<LevelTurn> {
        let before = self.answers.range(..reached).rev();
        let mut not_so = before
            .filter(|(_, answer)| !answer.as_ref().and_then(|answer| answer.level).is_some_and(&so))
            .map(|(step, _)| *step)
            .next()
            .unwrap_or(0);
        let mut first = reached;
        while first - not_so > 1 {
            let middle = not_so + (first - not_so) / 2;
            if self.level(middle).is_some_and(&so) { first = middle } else { not_so = middle }
        }
        let level = self.level(first)?;
        let value = self.lever.at(self.origin + self.direction * first)?;
        let short = self.answer(first - 1).map(|answer| answer.figures.clone()).unwrap_or_default();
        let beyond = self.answer(first).map(|answer| answer.figures.clone()).unwrap_or_default();
        let turned = |one: &&ComparedFigures| {
            find(&beyond, one.position).is_some_and(|other| other.held != one.held)
        };
        let crossed = short.iter().find(turned).map(|one| one.position);
        Some(LevelTurn { level, value, crossed })
    }

    /// Steps from `step` to the next limit that something compared meets beyond `step + stride`.
    fn next_limit(&mut self, step: i64, stride: i64) -> Option<i64> {
        let here = self.answer(step)?.figures.clone();
        let there = self.answer(step + stride)?.figures.clone();
        let met = here.iter().filter_map(|one| {
            let other = find(&there, one.position)?;
            let (gap, slope) =
                (one.left - one.right, (other.left - other.right) - (one.left - one.right));
            let steps = -gap / slope * float(stride);
            (slope != 0.0 && steps >= float(stride) - 1e-6).then_some(steps)
        });
        let nearest = met.min_by(f64::total_cmp).filter(|steps| *steps < MOST_STEPS)?;
        format!("{:.0}", (nearest - 1e-6).ceil()).parse().ok()
    }
}

/// What was compared at a place of the rule, the first time if several.
pub(super) fn find(figures: &[ComparedFigures], position: Position) -> Option<&ComparedFigures> {
    figures.iter().find(|one| one.position == position)
}
