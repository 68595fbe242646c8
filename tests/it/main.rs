//! Behaviour through the front door. One binary, so that Polars is linked once.
#![expect(clippy::unwrap_used, reason = "clippy's in-test exemptions do not cover helpers")]

mod tidy;
