//! Programs killed, disks full and clocks wrong: nothing is lost or doubled.

pub(super) mod clock_jumps;
pub(super) mod commit;
pub(super) mod cycle;
pub(super) mod disk_full;
pub(super) mod imports_and_copies;
pub(super) mod publication;
pub(super) mod restore;
pub(super) mod storage_faults;
