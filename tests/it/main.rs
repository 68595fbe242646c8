//! Behaviour through the front door. One binary, so that Polars is linked once.
#![expect(clippy::unwrap_used, reason = "clippy's in-test exemptions do not cover helpers")]

mod rules;
mod rules_evidence;
mod rules_faults;
mod rules_meaning;
mod rules_sandbox;
mod rules_shipped;
