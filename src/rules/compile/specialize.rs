//! Specializes the typed form of a rule for a frame and a date, and merges it with that of the
//! other rules: thresholds become constants, fields without missing values are never missing, and
//! operations that cannot overflow on these columns are not checked.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named is done as all the rest")]

use std::collections::BTreeMap;

use super::column_stats::{FrameStats, Nulls, Range};
use super::ir::{Constant, Exit, Figure, Need, Node, Op, Tree};
use super::lower::Assessment;
use super::{fold, outcome_code, ranges};
use crate::domain::value::Value;
use crate::rules::catalogue::thresholds::Thresholds;
use crate::rules::language::operators::Operation;

/// The outcome of the rows that take an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitCode {
    Code(i8),
    /// The node whose value is the level's code, when the level varies with the row.
    Level(Node),
}

/// The exits of a rule in order: a row takes the first whose condition is true.
#[derive(Clone, Debug, Default)]
pub(super) struct ExitSequence {
    pub(super) in_order: Vec<(Node, ExitCode)>,
}

pub(super) struct Specialization<'s> {
    in_force: &'s BTreeMap<String, Value>,
    /// All thresholds, because those that are not in force have a type as well.
    thresholds: &'s Thresholds,
    stats: &'s FrameStats,
    pub(super) tree: Tree,
    /// The range of each node's values.
    ranges: Vec<Option<Range>>,
}

impl<'s> Specialization<'s> {
    pub(super) fn new(
        in_force: &'s BTreeMap<String, Value>,
        thresholds: &'s Thresholds,
        stats: &'s FrameStats,
    ) -> Self {
        Self { in_force, thresholds, stats, tree: Tree::default(), ranges: Vec::new() }
    }

    pub(super) fn specialize(&mut self, assessment: &Assessment) -> ExitSequence {
        let mut specialized: Vec<Node> = Vec::with_capacity(assessment.tree.len());
        for (_, op) in assessment.tree.nodes() {
            let node = self.node(op, &specialized);
            specialized.push(node);
        }
        let nowhere = self.tree.truth(false);
        let at = |node: Node| specialized.get(node.index()).copied().unwrap_or(nowhere);
        let mut exits = ExitSequence::default();
        for (condition, exit) in &assessment.exits {
            let condition = at(*condition);
            let holds = self.tree.known(condition);
            if holds == Some(&Constant::Bool(false)) {
                continue;
            }
            let always = holds.is_some();
            exits.in_order.push((condition, self.code_of(*exit, at)));
            if always {
                break;
            }
        }
        exits
    }

    fn code_of(&self, exit: Exit, at: impl Fn(Node) -> Node) -> ExitCode {
        match exit {
            Exit::Level(node) => match self.tree.known(at(node)) {
                Some(Constant::Level(level)) => ExitCode::Code(outcome_code::of_level(*level)),
                _ => ExitCode::Level(at(node)),
            },
            Exit::Missing(place) => ExitCode::Code(outcome_code::of_missing(place)),
            Exit::Interpret => ExitCode::Code(outcome_code::INTERPRET),
        }
    }

    fn node(&mut self, op: &Op, specialized: &[Node]) -> Node {
        let nowhere = self.tree.truth(false);
        let at = |node: Node| specialized.get(node.index()).copied().unwrap_or(nowhere);
        match op {
            Op::Read(need) => self.read(need),
            Op::Absent(need) => self.absent(need),
            Op::Not(one) => self.tree.not(at(*one)),
            Op::And(left, right) => self.tree.and(at(*left), at(*right)),
            Op::Or(left, right) => self.tree.or(at(*left), at(*right)),
            Op::Select(condition, held, otherwise) => {
                self.tree.select(at(*condition), at(*held), at(*otherwise))
            }
            Op::NotFinite(one) if self.within(at(*one), ranges::FLOAT_BOUND) => nowhere,
            Op::Inexact(one) if self.within(at(*one), fold::EXACT - 1.0) => nowhere,
            Op::MayOverflow(operation, left, right)
                if self.is_whole(*operation, at(*left), at(*right)) =>
            {
                nowhere
            }
            _ => {
                let op = op.with_parts(at);
                let parts = op.parts();
                let known: Option<Vec<&Constant>> =
                    parts.iter().map(|part| self.tree.known(*part)).collect();
                match known.and_then(|known| fold::fold(&op, &known)) {
                    Some(constant) => self.tree.constant(constant),
                    None => self.tree.add(op),
                }
            }
        }
    }

    fn read(&mut self, need: &Need) -> Node {
        let Need::Threshold(name) = need else { return self.tree.add(Op::Read(need.clone())) };
        let other = || Some(&self.thresholds.get(name)?.values.first()?.value);
        let constant = match self.in_force.get(name).or_else(other) {
            Some(Value::Int(count)) => Constant::Int(*count),
            Some(Value::Float(figure)) => Constant::Float(Figure::of(*figure)),
            _ => Constant::Int(0),
        };
        self.tree.constant(constant)
    }

    fn absent(&mut self, need: &Need) -> Node {
        match need {
            Need::Field(name) => match self.stats.of(name).map(|stats| stats.nulls) {
                Some(Nulls::None) => self.tree.truth(false),
                Some(Nulls::All) => self.tree.truth(true),
                Some(Nulls::Some) | None => self.tree.add(Op::Absent(need.clone())),
            },
            Need::Threshold(name) => self.tree.truth(!self.in_force.contains_key(name)),
        }
    }

    fn within(&mut self, node: Node, bound: f64) -> bool {
        self.range(node).is_some_and(|(low, high)| low >= -bound && high <= bound)
    }

    /// Whether an operation on these whole numbers never overflows.
    fn is_whole(&mut self, operation: Operation, left: Node, right: Node) -> bool {
        if operation == Operation::Remainder {
            return false;
        }
        let (left, right) = (self.range(left), self.range(right));
        left.zip(right).is_some_and(|(left, right)| ranges::is_whole(operation, left, right))
    }

    fn range(&mut self, node: Node) -> Option<Range> {
        for (_, op) in self.tree.nodes().skip(self.ranges.len()) {
            let range = ranges::of(op, self.stats, &self.ranges);
            self.ranges.push(range);
        }
        self.ranges.get(node.index()).copied().flatten()
    }
}
