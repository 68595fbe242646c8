//! The subjects of the rows judged so far: one that comes again would have two verdicts of each rule.

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
    /// rows, and the row of the table, counted from zero, where it was.
    pub(super) fn meet(&mut self, subjects: SubjectHashes) -> Vec<(usize, usize)> {
        let before = self.hashes.len();
        self.hashes.extend(&subjects.hashes);
        if self.slots.is_none() && subjects.is_ascending && self.last < subjects.first {
            self.last = subjects.last.or(self.last.take());
            return Vec::new();
        }
        let first_unknown = if self.slots.is_some() { before } else { 0 };
        let mut twice = Vec::new();
        for row in first_unknown..self.hashes.len() {
            if let Some(earlier) = self.note(row) {
                twice.push((row.saturating_sub(before), earlier));
            }
        }
        twice
    }

    /// The last row before that has the same subject.
    fn note(&mut self, row: usize) -> Option<usize> {
        let hash = *self.hashes.get(row)?;
        let slots = self.slots.get_or_insert_default();
        // Half of the slots are free at least: a search ends after a few steps.
        if slots.len() < (row + 1) * 2 {
            *slots = vec![0; self.hashes.len().max(1024).next_power_of_two() * 2];
            for earlier in self.hashes.iter().take(row) {
                let free = free_slot(slots, *earlier, |_| false);
                fill(slots, free, *earlier);
            }
        }
        let mut found = None;
        let rows_before = self.hashes.get(..row).unwrap_or_default();
        let slot = free_slot(slots, hash, |mark| {
            // The mark is only a part of the hash.
            if mark == mark_of(hash) && found.is_none() {
                found = rows_before.iter().rposition(|earlier| *earlier == hash);
            }
            found.is_some()
        });
        fill(slots, slot, hash);
        found
    }
}

/// The first free slot for a hash, or the one whose mark is the wanted one.
fn free_slot(slots: &[u32], hash: u64, mut is_wanted: impl FnMut(u32) -> bool) -> Option<usize> {
    // The number of slots is a power of two.
    let last = slots.len().checked_sub(1)?;
    let mut slot = usize::try_from(hash & u64::from(u32::MAX)).ok()? & last;
    for _ in 0..slots.len() {
        match slots.get(slot) {
            Some(0) => return Some(slot),
            Some(mark) if is_wanted(*mark) => return Some(slot),
            Some(_) | None => slot = (slot + 1) & last,
        }
    }
    None
}

fn fill(slots: &mut [u32], slot: Option<usize>, hash: u64) {
    if let Some(mark) = slot.and_then(|slot| slots.get_mut(slot)) {
        *mark = mark_of(hash);
    }
}

/// The upper half of a hash; the lower one chooses the slot.
fn mark_of(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default().max(1)
}
