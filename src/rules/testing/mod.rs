//! Test cases of rules, which branches they take, and lints.

mod blocks;
pub(super) mod branches;
pub(super) mod case_file;
pub(super) mod case_series;
pub(super) mod case_verdict;
pub(super) mod cases;
pub(super) mod coverage;
pub(super) mod junit;
pub(super) mod lint;
pub(super) mod quiet_answers;
