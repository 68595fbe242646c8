//! Behaviour through the front door. One binary, so that Polars is linked once.
#![expect(clippy::unwrap_used, reason = "clippy's in-test exemptions do not cover helpers")]

mod killed;
mod malformed;
mod real;
mod service;
mod settings;
mod sources;
mod sources_editions;
mod sources_faults;
mod sources_follow_up;
mod sources_formats;
mod sources_identity;
mod sources_rows;
mod story;
mod support;
mod tidy;
