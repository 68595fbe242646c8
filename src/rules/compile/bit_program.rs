//! The exits of a rule as a program on bits, sixty-four rows per word: which rows take which exit,
//! and the bits of their outcome code. A condition that may be missing has two bits per row, one
//! for true and one for false; only those in use are computed.

#![expect(clippy::wildcard_enum_match_arm, reason = "what is not logic is read as it comes")]

use std::collections::{BTreeSet, HashMap};

use super::ir::{Constant, Node, Op, Tree};
use super::outcome_code;
use super::specialize::{ExitCode, ExitSequence};

/// Bits of an outcome code.
pub(super) const BITS: usize = 7;

/// One bit for every row: a constant, or the result of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bit {
    Zero,
    One,
    Of(usize),
}

/// A step of the program; it reads only earlier steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum BitStep {
    /// Where the condition at this index is true, or where it is false.
    True(usize),
    False(usize),
    Not(usize),
    And(usize, usize),
    Or(usize, usize),
    /// The first and not the second.
    Without(usize, usize),
}

#[derive(Clone, Debug)]
pub(super) struct BitProgram {
    pub(super) steps: Vec<BitStep>,
    /// The bits of the outcome code, lowest first.
    pub(super) answer: [Bit; BITS],
    /// The conditions that the program reads.
    pub(super) leaves: Vec<Node>,
}

impl BitProgram {
    pub(super) fn of(tree: &Tree, exits: &ExitSequence) -> Self {
        let mut builder = Builder::new(tree);
        builder.compute_all(exits);
        let mut left = Bit::One;
        let mut answer = [Bit::Zero; BITS];
        for (condition, code_of_exit) in &exits.in_order {
            let met = builder.truth(*condition, true);
            let leaving = builder.and(left, met);
            left = builder.without(left, met);
            let bits = match code_of_exit {
                ExitCode::Code(code) => of_code(*code),
                ExitCode::Level(node) => builder.level(*node),
            };
            builder.answer(&mut answer, leaving, bits);
        }
        builder.answer(&mut answer, left, of_code(outcome_code::INTERPRET));
        let Builder { steps, leaves, .. } = builder;
        Self { steps, answer, leaves }.pruned()
    }

    /// The outcome code, if it is the same on all rows.
    pub(super) fn constant(&self) -> Option<i8> {
        self.answer.iter().rev().try_fold(0_i8, |code, bit| match bit {
            Bit::Zero => Some(code << 1),
            Bit::One => Some((code << 1) | 1),
            Bit::Of(_) => None,
        })
    }

    /// Removes the steps that no result needs.
    fn pruned(self) -> Self {
        let mut needed = vec![false; self.steps.len()];
        let mark = |all: &mut Vec<bool>, step: usize| {
            if let Some(one) = all.get_mut(step) {
                *one = true;
            }
        };
        for bit in self.answer {
            if let Bit::Of(step) = bit {
                mark(&mut needed, step);
            }
        }
        for (place, step) in self.steps.iter().enumerate().rev() {
            if needed.get(place) == Some(&true) {
                for part in step.parts() {
                    mark(&mut needed, part);
                }
            }
        }
        let mut moved = vec![0; self.steps.len()];
        let mut steps = Vec::new();
        let mut leaves = Vec::new();
        let mut indices = HashMap::new();
        for (place, step) in self.steps.iter().enumerate() {
            if needed.get(place) != Some(&true) {
                continue;
            }
            if let Some(new) = moved.get_mut(place) {
                *new = steps.len();
            }
            let mut new_index = |leaf: usize| {
                *indices.entry(leaf).or_insert_with(|| {
                    leaves.extend(self.leaves.get(leaf));
                    leaves.len() - 1
                })
            };
            let at = |other: usize| moved.get(other).copied().unwrap_or_default();
            steps.push(match *step {
                BitStep::True(leaf) => BitStep::True(new_index(leaf)),
                BitStep::False(leaf) => BitStep::False(new_index(leaf)),
                BitStep::Not(one) => BitStep::Not(at(one)),
                BitStep::And(one, other) => BitStep::And(at(one), at(other)),
                BitStep::Or(one, other) => BitStep::Or(at(one), at(other)),
                BitStep::Without(one, other) => BitStep::Without(at(one), at(other)),
            });
        }
        let answer = self.answer.map(|bit| match bit {
            Bit::Of(step) => Bit::Of(moved.get(step).copied().unwrap_or_default()),
            known => known,
        });
        Self { steps, answer, leaves }
    }
}

impl BitStep {
    fn parts(self) -> impl Iterator<Item = usize> {
        let (one, other) = match self {
            Self::True(_) | Self::False(_) => (None, None),
            Self::Not(one) => (Some(one), None),
            Self::And(one, other) | Self::Or(one, other) | Self::Without(one, other) => {
                (Some(one), Some(other))
            }
        };
        one.into_iter().chain(other)
    }
}

fn of_code(code: i8) -> [Bit; BITS] {
    std::array::from_fn(|place| if (code >> place) & 1 == 1 { Bit::One } else { Bit::Zero })
}

struct Builder<'t> {
    tree: &'t Tree,
    steps: Vec<BitStep>,
    known: HashMap<BitStep, usize>,
    /// The bits where a condition is true (or false), once computed.
    truths: HashMap<(Node, bool), Bit>,
    levels: HashMap<Node, [Bit; BITS]>,
    leaves: Vec<Node>,
}

impl<'t> Builder<'t> {
    fn new(tree: &'t Tree) -> Self {
        Self {
            tree,
            steps: Vec::new(),
            known: HashMap::new(),
            truths: HashMap::new(),
            levels: HashMap::new(),
            leaves: Vec::new(),
        }
    }

    /// Computes the bits of all nodes that the exits need, operands first. Not recursive: a chain
    /// of conditions may be long.
    fn compute_all(&mut self, exits: &ExitSequence) {
        let mut pending: Vec<NodeBits> = Vec::new();
        for (condition, code_of_exit) in &exits.in_order {
            pending.push(NodeBits::Truth(*condition, true));
            if let ExitCode::Level(node) = code_of_exit {
                pending.push(NodeBits::Level(*node));
            }
        }
        let mut all: BTreeSet<(Node, NodeBits)> = BTreeSet::new();
        while let Some(one) = pending.pop() {
            if all.insert((one.node(), one)) {
                pending.extend(self.parts(one));
            }
        }
        for (_, one) in all {
            match one {
                NodeBits::Truth(node, held) => {
                    let bit = self.compute(node, held);
                    self.truths.insert((node, held), bit);
                }
                NodeBits::Level(node) => {
                    let bits = self.level_bits(node);
                    self.levels.insert(node, bits);
                }
            }
        }
    }

    fn parts(&self, wanted: NodeBits) -> Vec<NodeBits> {
        match (wanted, self.tree.op(wanted.node())) {
            (NodeBits::Truth(_, held), Some(Op::Not(one))) => vec![NodeBits::Truth(*one, !held)],
            (NodeBits::Truth(_, held), Some(Op::And(one, other) | Op::Or(one, other))) => {
                vec![NodeBits::Truth(*one, held), NodeBits::Truth(*other, held)]
            }
            (NodeBits::Truth(_, held), Some(Op::Select(condition, one, other))) => vec![
                NodeBits::Truth(*condition, true),
                NodeBits::Truth(*one, held),
                NodeBits::Truth(*other, held),
            ],
            (NodeBits::Level(_), Some(Op::Select(condition, one, other))) => {
                vec![
                    NodeBits::Truth(*condition, true),
                    NodeBits::Level(*one),
                    NodeBits::Level(*other),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn truth(&self, node: Node, held: bool) -> Bit {
        self.truths.get(&(node, held)).copied().unwrap_or(Bit::Zero)
    }

    fn level(&self, node: Node) -> [Bit; BITS] {
        self.levels.get(&node).copied().unwrap_or_else(|| of_code(outcome_code::INTERPRET))
    }

    fn compute(&mut self, node: Node, held: bool) -> Bit {
        match (self.tree.op(node), held) {
            (Some(Op::Constant(Constant::Bool(known))), _) => {
                if *known == held {
                    Bit::One
                } else {
                    Bit::Zero
                }
            }
            (Some(Op::Not(one)), _) => self.truth(*one, !held),
            (Some(Op::And(one, other)), true) | (Some(Op::Or(one, other)), false) => {
                let (one, other) = (self.truth(*one, held), self.truth(*other, held));
                self.and(one, other)
            }
            (Some(Op::Or(one, other)), true) | (Some(Op::And(one, other)), false) => {
                let (one, other) = (self.truth(*one, held), self.truth(*other, held));
                self.or(one, other)
            }
            (Some(Op::Select(condition, one, other)), _) => {
                let condition = self.truth(*condition, true);
                let (one, other) = (self.truth(*one, held), self.truth(*other, held));
                self.select(condition, one, other)
            }
            _ => {
                let leaf = self.leaves.iter().position(|leaf| *leaf == node);
                let leaf = leaf.unwrap_or_else(|| {
                    self.leaves.push(node);
                    self.leaves.len() - 1
                });
                self.step(if held { BitStep::True(leaf) } else { BitStep::False(leaf) })
            }
        }
    }

    /// A level is a constant, or a choice between levels.
    fn level_bits(&mut self, node: Node) -> [Bit; BITS] {
        match self.tree.op(node) {
            Some(Op::Constant(Constant::Level(level))) => of_code(outcome_code::of_level(*level)),
            Some(Op::Select(condition, one, other)) => {
                let condition = self.truth(*condition, true);
                let (mut bits, others) = (self.level(*one), self.level(*other));
                for (bit, another) in bits.iter_mut().zip(others) {
                    *bit = self.select(condition, *bit, another);
                }
                bits
            }
            _ => of_code(outcome_code::INTERPRET),
        }
    }

    /// Adds these bits to the outcome code of the rows that leave.
    fn answer(&mut self, answer: &mut [Bit; BITS], leaving: Bit, bits: [Bit; BITS]) {
        for (bit, of_code) in answer.iter_mut().zip(bits) {
            let here = self.and(leaving, of_code);
            *bit = self.or(*bit, here);
        }
    }

    fn select(&mut self, condition: Bit, one: Bit, other: Bit) -> Bit {
        if one == other {
            return one;
        }
        let one = self.and(condition, one);
        let other = self.without(other, condition);
        self.or(one, other)
    }

    fn and(&mut self, one: Bit, other: Bit) -> Bit {
        match (one, other) {
            (Bit::Zero, _) | (_, Bit::Zero) => Bit::Zero,
            (Bit::One, bit) | (bit, Bit::One) => bit,
            (Bit::Of(one), Bit::Of(other)) if one == other => Bit::Of(one),
            (Bit::Of(one), Bit::Of(other)) => self.step(BitStep::And(one, other)),
        }
    }

    fn or(&mut self, one: Bit, other: Bit) -> Bit {
        match (one, other) {
            (Bit::One, _) | (_, Bit::One) => Bit::One,
            (Bit::Zero, bit) | (bit, Bit::Zero) => bit,
            (Bit::Of(one), Bit::Of(other)) if one == other => Bit::Of(one),
            (Bit::Of(one), Bit::Of(other)) => self.step(BitStep::Or(one, other)),
        }
    }

    fn without(&mut self, one: Bit, other: Bit) -> Bit {
        match (one, other) {
            (Bit::Zero, _) | (_, Bit::One) => Bit::Zero,
            (bit, Bit::Zero) => bit,
            (Bit::One, Bit::Of(other)) => self.step(BitStep::Not(other)),
            (Bit::Of(one), Bit::Of(other)) if one == other => Bit::Zero,
            (Bit::Of(one), Bit::Of(other)) => self.step(BitStep::Without(one, other)),
        }
    }

    fn step(&mut self, step: BitStep) -> Bit {
        let next = self.steps.len();
        let place = *self.known.entry(step).or_insert(next);
        if place == next {
            self.steps.push(step);
        }
        Bit::Of(place)
    }
}

/// The bits to compute for a node: where it is true, where it is false, or its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NodeBits {
    Truth(Node, bool),
    Level(Node),
}

impl NodeBits {
    fn node(self) -> Node {
        match self {
            Self::Truth(node, _) | Self::Level(node) => node,
        }
    }
}
