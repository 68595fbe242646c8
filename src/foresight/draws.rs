//! Random draws that are the same on every machine and in every release.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A sequence of draws, given by its seed alone.
#[derive(Clone, Debug)]
pub struct Draws(Pcg64Mcg);

impl Draws {
    pub fn seeded(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// A place below `count`, each as likely; 0 when there is none.
    pub fn below(&mut self, count: usize) -> usize {
        // The product of 32 random bits and the count, by 2³²: without division, and uneven by less than one in a million
        // for counts below four thousand.
        let count = u64::try_from(count).unwrap_or(u64::MAX).min(u64::from(u32::MAX));
        let place = (u64::from(self.0.next_u32()) * count) >> 32;
        usize::try_from(place).unwrap_or(0)
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }
}
