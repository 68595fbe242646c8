//! The subjects of the rows judged so far: one that comes again would have two verdicts of each rule.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use polars::prelude::StringChunked;

/// A few bytes for each subject, however long its name.
#[derive(Debug, Default)]
pub(super) struct SeenSubjects {
    /// Of each row, in order.
    hashes: Vec<u64>,
    /// As long as each subject comes after the one before in alphabetical order, none comes twice: there
    /// is nothing to look up.
    last: Option<String>,
    /// Once they do not. Marks of hashes; zero where there is none.
    slots: Option<Vec<u32>>,
}

/// The subjects of some rows.
#[derive(Debug)]
pub(super) struct SubjectHashes {
    hashes: Vec<u64>,
    is_ascending: bool,
    first: Option<String>,
    last: Option<String>,
}

impl SubjectHashes {
    pub(super) fn of(subjects: &StringChunked, random: &RandomState) -> Self {
        let mut hashes = Vec::with_capacity(subjects.len());
        let mut is_ascending = true;
        let mut last: Option<&str> = None;
        for subject in subjects.iter().flatten() {
            hashes.push(random.hash_one(subject));
            is_ascending &= last < Some(subject);
            last = Some(subject);
        }
        let first = subjects.iter().flatten().next().map(str::to_owned);
        Self { hashes, is_ascending, first, last: last.map(str::to_owned) }
    }
}

impl SeenSubjects {
    /// Takes note of the subjects of the next rows. Returns those met before: the place of each among these
    /// rows, and the row of the table, counted from zero, where it was last.
    pub(super) fn meet(&mut self, subjects: SubjectHashes) -> Vec<(usize, usize)> {
        let before = self.hashes.len();
        self.hashes.extend(&subjects.hashes);
        if self.slots.is_none() && subjects.is_ascending && self.last < subjects.first {
            self.last = subjects.last.or(self.last.take());
            return Vec::new();
        }
        let slots = self.slots.get_or_insert_default();
        // Half of the slots are free at least: a search ends after a few steps.
        if slots.len() < self.hashes.len() * 2 {
            *slots = vec![0; self.hashes.len().max(1024).next_power_of_two() * 2];
            for earlier in self.hashes.iter().take(before) {
                mark(slots, *earlier);
            }
        }
        let new = subjects.hashes.into_iter();
        let met = new.filter(|hash| !mark(slots, *hash)).map(|hash| (hash, None));
        let met: HashMap<u64, Option<usize>> = met.collect();
        if met.is_empty() { Vec::new() } else { self.rows_of(met, before) }
    }

    /// One pass over all rows, however many subjects come again: the table is refused then.
    fn rows_of(&self, mut met: HashMap<u64, Option<usize>>, before: usize) -> Vec<(usize, usize)> {
        let mut twice = Vec::new();
        for (row, hash) in self.hashes.iter().enumerate() {
            let Some(last) = met.get_mut(hash) else { continue };
            if let Some(earlier) = last.replace(row) {
                twice.push((row.saturating_sub(before), earlier));
            }
        }
        twice
    }
}

/// Marks a hash in the first free slot from its own. False if its mark is there: that of the same
/// subject or, very seldom, of another, since a mark is only a part of a hash.
fn mark(slots: &mut [u32], hash: u64) -> bool {
    // The upper half is the mark, the lower one chooses the slot.
    let wanted = u32::try_from(hash >> 32).unwrap_or_default().max(1);
    let first = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    // The number of slots is a power of two.
    let last = slots.len().saturating_sub(1);
    for step in 0..slots.len() {
        let Some(slot) = slots.get_mut(first.wrapping_add(step) & last) else { break };
        match *slot {
            0 => {
                *slot = wanted;
                return true;
            }
            found if found == wanted => return false,
            _ => {}
        }
    }
    true
}
