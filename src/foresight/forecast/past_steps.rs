//! What became of past projects from one edition to the next, by class: what a forecast draws from.

use std::collections::BTreeSet;

use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::words::words;
use crate::foresight::draws::Draws;
use crate::foresight::panel::{Next, Panel, is_too_far, months_between};

/// A class of projects under way with fewer steps than this draws from all projects under way.
pub const LEAST_STEPS: usize = 30;

/// Costs from which a project is large, in millions of euros. Source: the bands of the published panorama.
const LARGE_MEUR: f64 = 20.0;

words! {
    /// Projects whose steps are alike enough: three classes under way, by phase and size, and those that are over. About 120
    /// French projects allow for no more.
    pub enum StepClass, "a class of projects" {
        BuildSmall = "build_small" => "Cadrage ou réalisation, moins de 20 M€",
        BuildLarge = "build_large" => "Cadrage ou réalisation, 20 M€ et plus",
        Rollout = "rollout" => "Expérimentation ou déploiement",
        Over = "over" => "Projet terminé ou arrêté",
    }
}

/// One project from one edition to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PastStep {
    /// Months between the two editions.
    pub(super) length: f64,
    pub(super) became: Became,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Became {
    Left,
    Moved {
        /// Relative change of the cost, and months of duration more; `None` when either is not known.
        change: Option<(f64, f64)>,
        phase: Option<Phase>,
    },
}

/// A project at its first edition.
#[derive(Clone, Debug)]
pub(super) struct Entrant {
    pub(super) ministry: MinistryCode,
    pub(super) phase: Option<Phase>,
    pub(super) cost: Option<f64>,
    pub(super) duration: Option<f64>,
}

/// The projects that one edition was the first to list.
#[derive(Clone, Debug)]
pub(super) struct Entries {
    /// Months since the edition before.
    pub(super) length: f64,
    pub(super) entrants: Vec<Entrant>,
}

/// The steps of a class.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    all: Vec<PastStep>,
    /// Those of them whose two changes are known.
    measured: Vec<PastStep>,
}

/// Every step known at an edition, from each edition to the next one that comes nine months later at most.
#[derive(Clone, Debug)]
pub struct PastSteps {
    classes: [Pool; StepClass::ALL.len()],
    under_way: Pool,
    pub(super) entries: Vec<Entries>,
    /// Pairs of editions too far from each other, left out.
    pub too_long: usize,
}

/// What is known of the steps of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassSteps {
    pub class: StepClass,
    pub steps: usize,
    /// Steps after which the project was no longer listed.
    pub left: usize,
    /// Steps whose changes of cost and of duration are both known.
    pub measured: usize,
    /// Whether the class has too few steps of its own, and draws from those of all projects under way.
    pub falls_back: bool,
    /// Relative changes of the cost, in ascending order: those that the class draws from.
    pub cost: Vec<f64>,
    /// Months of duration more, in ascending order.
    pub months: Vec<f64>,
}

impl StepClass {
    /// A project whose cost is not known counts as a small one.
    pub fn of(phase: Option<Phase>, cost: Option<f64>) -> Self {
        match phase {
            Some(Phase::Completed | Phase::Stopped) => Self::Over,
            Some(Phase::Trial | Phase::Rollout) => Self::Rollout,
            _ if cost.is_some_and(|cost| cost >= LARGE_MEUR) => Self::BuildLarge,
            _ => Self::BuildSmall,
        }
    }
}

impl Pool {
    fn add(&mut self, step: PastStep) {
        self.all.push(step);
        if matches!(step.became, Became::Moved { change: Some(_), .. }) {
            self.measured.push(step);
        }
    }

    /// A step, each as likely. One whose changes are not known is replaced by one whose changes are. Where the project may
    /// not leave, a step of one that did not.
    pub(super) fn draw(&self, draws: &mut Draws, may_leave: bool) -> Option<PastStep> {
        if may_leave {
            let step = self.all.get(draws.below(self.all.len())).copied();
            if !matches!(step?.became, Became::Moved { change: None, .. }) {
                return step;
            }
        }
        self.measured.get(draws.below(self.measured.len())).copied()
    }
}

impl PastSteps {
    /// The steps that lead to an edition or to an earlier one.
    pub fn known_at(panel: &Panel<'_>, edition: EditionId) -> Self {
        let mut steps = Self {
            classes: Default::default(),
            under_way: Pool::default(),
            entries: Vec::new(),
            too_long: 0,
        };
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
            let length = f64::from(months_between(*from, *to).max(1));
            for before in panel.listed(*from) {
                steps.add(StepClass::of_snapshot(before), step(panel, (*from, *to), before));
            }
            let news = panel.listed(*to).filter(|one| !seen.contains(&one.project));
            steps.entries.push(Entries { length, entrants: news.map(Entrant::from).collect() });
        }
        steps
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

    /// Whether no step is known: nothing can be foreseen.
    pub fn is_empty(&self) -> bool {
        self.classes.iter().all(|pool| pool.all.is_empty())
    }

    /// Pairs of editions that steps were taken from.
    pub fn pairs(&self) -> usize {
        self.entries.len()
    }

    /// Number of projects at each edition's first listing, in the order of editions.
    pub fn entrants(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().map(|entries| entries.entrants.len())
    }

    /// The steps that a class draws from: its own, unless they are too few. Projects that are over have no likeness among the
    /// others, and draw from their own as long as there is one.
    pub(super) fn of_class(&self, class: StepClass) -> &Pool {
        match self.own(class) {
            Some(own) if !falls_back(class, own) => own,
            _ => &self.under_way,
        }
    }

    fn own(&self, class: StepClass) -> Option<&Pool> {
        self.classes.iter().zip(StepClass::ALL).find(|(_, of)| *of == class).map(|(pool, _)| pool)
    }

    /// What is known of each class.
    pub fn classes(&self) -> Vec<ClassSteps> {
        let known = |(own, class): (&Pool, StepClass)| {
            let drawn = &self.of_class(class).measured;
            let changes = drawn.iter().filter_map(|step| match step.became {
                Became::Moved { change, .. } => change,
                Became::Left => None,
            });
            let (mut cost, mut months): (Vec<f64>, Vec<f64>) = changes.unzip();
            cost.sort_by(f64::total_cmp);
            months.sort_by(f64::total_cmp);
            let left = own.all.iter().filter(|step| step.became == Became::Left).count();
            ClassSteps {
                class,
                steps: own.all.len(),
                left,
                measured: own.measured.len(),
                falls_back: falls_back(class, own),
                cost,
                months,
            }
        };
        self.classes.iter().zip(StepClass::ALL).map(known).collect()
    }
}

fn falls_back(class: StepClass, own: &Pool) -> bool {
    let least = if class == StepClass::Over { 1 } else { LEAST_STEPS };
    own.all.len() < least
}

impl StepClass {
    fn of_snapshot(snapshot: &Snapshot) -> Self {
        Self::of(snapshot.phase.given().copied(), snapshot.cost_meur.given().copied())
    }
}

fn step(panel: &Panel<'_>, (from, to): (EditionId, EditionId), before: &Snapshot) -> PastStep {
    let length = f64::from(months_between(from, to).max(1));
    let became = match panel.next(from, &before.project, 1) {
        Next::Listed(change) => {
            let after = panel.snapshot(to, &before.project);
            let phase = after.and_then(|after| after.phase.given().copied());
            Became::Moved { change: change.cost.zip(change.months), phase }
        }
        _ => Became::Left,
    };
    PastStep { length, became }
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
