//! The language of rules: syntax, operators on values that may be missing, library, sandbox.

pub(super) mod formula;
pub(super) mod library;
pub(super) mod operators;
pub(super) mod plain_text;
pub(super) mod sandbox;
pub(super) mod syntax;
pub(super) mod value;
pub(super) mod wording;
