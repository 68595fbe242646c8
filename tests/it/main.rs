//! Behaviour through the front door. One binary, so that Polars is linked once.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy's in-test exemptions do not cover helpers"
)]

mod access;
mod api;
mod compile;
mod crash;
mod database;
mod decisions;
mod documents;
mod foresight;
mod hostile;
mod intake;
mod messages;
mod operation;
mod pages;
mod questionnaire;
mod rules;
mod store;
mod support;
mod tidy;
