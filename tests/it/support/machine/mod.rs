//! Disks, processes and memory, as tests need them.

pub(crate) mod disk;
pub(crate) mod kill;
pub(crate) mod peak;
