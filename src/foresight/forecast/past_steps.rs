//! What became of past projects from one edition to the next, by class: what a forecast draws from.

use std::collections::BTreeSet;

use super::classes::{ClassSteps, StepClass};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::foresight::draws::Draws;
use crate::foresight::panel::{Next, Panel, is_too_far, months_between};

/// A class of projects under way with fewer steps than this between two editions draws from all projects under way then.
pub const LEAST_STEPS: usize = 10;

/// One project from one edition to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum PastStep {
    Left,
    Moved { change: Option<StepChange>, phase: Option<Phase> },
}

/// How the figures changed. A figure that the next edition withheld is compared with the next one that is given: a rise must
/// not hide behind an edition that withheld it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StepChange {
    /// Relative.
    pub(super) cost: f64,
    /// Months of duration more.
    pub(super) months: f64,
    /// The part of the time between both figures that the step takes: 1 unless an edition between withheld them.
    pub(super) share: f64,
}

/// A project at its first edition.
#[derive(Clone, Debug)]
pub(super) struct Entrant {
    pub(super) ministry: MinistryCode,
    pub(super) phase: Option<Phase>,
    pub(super) cost: Option<f64>,
    pub(super) duration: Option<f64>,
}

/// The steps of some projects.
#[derive(Clone, Debug, Default)]
struct Pool {
    all: Vec<PastStep>,
    /// Those of them whose changes are known.
    measured: Vec<PastStep>,
}

/// What happened from one edition to the next.
#[derive(Clone, Debug)]
pub(super) struct PastPair {
    /// Months between the two editions.
    pub(super) length: f64,
    classes: [Pool; StepClass::ALL.len()],
    under_way: Pool,
    /// The projects that the later edition was the first to list.
    pub(super) entrants: Vec<Entrant>,
}

/// Every step known at an edition, from each edition to the next one that comes nine months later at most.
#[derive(Clone, Debug, Default)]
pub struct PastSteps {
    pub(super) pairs: Vec<PastPair>,
    /// Of all pairs, where one of them has none.
    over: Pool,
    under_way: Pool,
    /// Pairs of editions too far from each other, left out.
    pub too_long: usize,
}

impl Pool {
    fn add(&mut self, step: PastStep) {
        self.all.push(step);
        if matches!(step, PastStep::Moved { change: Some(_), .. }) {
            self.measured.push(step);
        }
    }

    /// A step, each as likely. One whose changes are not known is replaced by one whose changes are. Where the project may
    /// not leave, a step of one that did not.
    fn draw(&self, draws: &mut Draws, may_leave: bool) -> Option<PastStep> {
        if may_leave {
            let step = self.all.get(draws.below(self.all.len())).copied()?;
            if !matches!(step, PastStep::Moved { change: None, .. }) || self.measured.is_empty() {
                return Some(step);
            }
        }
        self.measured.get(draws.below(self.measured.len())).copied()
    }
}

impl PastSteps {
    /// The steps that lead to an edition or to an earlier one.
    pub fn known_at(panel: &Panel<'_>, edition: EditionId) -> Self {
        let mut steps = Self::default();
        let mut seen: BTreeSet<&ProjectId> = BTreeSet::new();
        for (from, to) in panel.editions().iter().zip(panel.editions().iter().skip(1)) {
            if *to > edition {
                break;
            }
            seen.extend(panel.listed(*from).map(|one| &one.project));
            if is_too_far(*from, *to, 1) {
                steps.too_long += 1;
                continue;
            }
            let news = panel.listed(*to).filter(|one| !seen.contains(&one.project));
            let mut pair = PastPair {
                length: length(*from, *to),
                classes: Default::default(),
                under_way: Pool::default(),
                entrants: news.map(Entrant::from).collect(),
            };
            for before in panel.listed(*from) {
                let step = step(panel, (*from, *to, edition), before);
                let class = class_of(before);
                pair.add(class, step);
                if class == StepClass::Over { &mut steps.over } else { &mut steps.under_way }
                    .add(step);
            }
            steps.pairs.push(pair);
        }
        steps
    }

    /// Whether no step is known: nothing can be foreseen.
    pub fn is_empty(&self) -> bool {
        self.over.all.is_empty() && self.under_way.all.is_empty()
    }

    /// Number of pairs of editions that steps were taken from.
    pub fn pair_count(&self) -> usize {
        self.pairs.len()
    }

    /// Number of projects that the later edition of each pair was the first to list.
    pub fn entrants(&self) -> impl Iterator<Item = usize> {
        self.pairs.iter().map(|pair| pair.entrants.len())
    }

    /// A step of a class between two editions. Projects that are over are like no others: where none was over between these
    /// editions, they draw from those of all.
    pub(super) fn draw(
        &self,
        pair: &PastPair,
        class: StepClass,
        draws: &mut Draws,
        may_leave: bool,
    ) -> Option<PastStep> {
        let own = pair.own(class);
        let fallbacks = match class {
            StepClass::Over if !own?.all.is_empty() => [own?, &self.over],
            StepClass::Over => [&self.over, &pair.under_way],
            _ if falls_back(own?) => [&pair.under_way, &self.under_way],
            _ => [own?, &pair.under_way],
        };
        let [first, second] = fallbacks;
        first.draw(draws, may_leave).or_else(|| second.draw(draws, may_leave))
    }

    /// What is known of each class.
    pub fn classes(&self) -> Vec<ClassSteps> {
        StepClass::ALL.into_iter().map(|class| self.class(class)).collect()
    }

    fn class(&self, class: StepClass) -> ClassSteps {
        let pools = || self.pairs.iter().filter_map(|pair| pair.own(class));
        let all = || pools().flat_map(|pool| &pool.all);
        let changes = all().filter_map(|step| match step {
            PastStep::Moved { change, .. } => *change,
            PastStep::Left => None,
        });
        let (mut cost, mut months): (Vec<f64>, Vec<f64>) =
            changes.map(|change| (change.cost, change.months)).unzip();
        cost.sort_by(f64::total_cmp);
        months.sort_by(f64::total_cmp);
        let is_short = |pool: &&Pool| class != StepClass::Over && falls_back(pool);
        ClassSteps {
            class,
            steps: all().count(),
            left: all().filter(|step| **step == PastStep::Left).count(),
            pairs_falling_back: pools().filter(is_short).count(),
            cost,
            months,
        }
    }
}

impl PastPair {
    fn own(&self, class: StepClass) -> Option<&Pool> {
        self.classes.iter().zip(StepClass::ALL).find(|(_, of)| *of == class).map(|(pool, _)| pool)
    }

    fn add(&mut self, class: StepClass, step: PastStep) {
        if class != StepClass::Over {
            self.under_way.add(step);
        }
        let pools = self.classes.iter_mut().zip(StepClass::ALL);
        for (pool, _) in pools.filter(|(_, of)| *of == class) {
            pool.add(step);
        }
    }
}

fn falls_back(own: &Pool) -> bool {
    own.all.len() < LEAST_STEPS
}

fn class_of(snapshot: &Snapshot) -> StepClass {
    StepClass::of(snapshot.phase.given().copied(), snapshot.cost_meur.given().copied())
}

fn length(from: EditionId, to: EditionId) -> f64 {
    f64::from(months_between(from, to).max(1))
}

/// What became of a project from one edition to the next, as known at a later one.
fn step(
    panel: &Panel<'_>,
    (from, to, known): (EditionId, EditionId, EditionId),
    before: &Snapshot,
) -> PastStep {
    let Some(after) = panel.snapshot(to, &before.project) else { return PastStep::Left };
    let mut change = None;
    for horizon in 1.. {
        let Some(later) = panel.later(from, horizon).filter(|later| *later <= known) else { break };
        let next = panel.next(from, &before.project, horizon);
        if next == Next::TooFar {
            break;
        }
        if let Next::Listed(found) = next
            && let Some((cost, months)) = found.cost.zip(found.months)
        {
            change =
                Some(StepChange { cost, months, share: length(from, to) / length(from, later) });
            break;
        }
    }
    PastStep::Moved { change, phase: after.phase.given().copied() }
}

impl From<&Snapshot> for Entrant {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            ministry: snapshot.ministry.clone(),
            phase: snapshot.phase.given().copied(),
            cost: snapshot.cost_meur.given().copied(),
            duration: snapshot.duration_months.given().copied(),
        }
    }
}
