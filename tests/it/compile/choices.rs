//! Random choices, from which rules are generated.

use std::collections::BTreeSet;

/// Where choices come from.
pub(crate) struct Choices<'c> {
    numbers: std::slice::Iter<'c, u16>,
    /// What was chosen, by construct.
    pub(crate) used: BTreeSet<&'static str>,
    /// Whether functions of the rule may be called.
    pub(crate) calls: bool,
}

impl<'c> Choices<'c> {
    pub(crate) fn of(numbers: &'c [u16]) -> Self {
        Self { numbers: numbers.iter(), used: BTreeSet::new(), calls: true }
    }

    /// Below a bound; 0 once nothing is left.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or_default()) % bound
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    pub(crate) fn construct(&mut self, all: &[&'static str]) -> &'static str {
        let chosen = self.one_of(all);
        self.used.insert(chosen);
        chosen
    }
}

pub(crate) const LEVELS: [&str; 5] = ["CLEAR", "WATCH", "MODERATE", "HIGH", "CRITICAL"];
