//! Behaviour through the front door. One binary, so that Polars is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "clippy's in-test exemptions do not cover helpers"
)]

mod story;
mod support;
