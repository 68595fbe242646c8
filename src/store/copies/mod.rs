//! Copies of a whole database from one engine to the other, and what is checked of a database.

pub(super) mod check;
pub(super) mod copy;
pub(super) mod copy_fault;
pub(super) mod tables;
