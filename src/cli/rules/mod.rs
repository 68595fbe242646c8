//! `vigie rules`: the catalogue, its faults, the cases that prove it, what it would change, and how it
//! is changed.

mod args;
mod check;
mod compare;
mod dictionary;
mod diff;
mod docs;
mod drafts;
mod explain;
mod export;
mod list;
mod new;
mod run;
mod shelf;
mod test;

pub(crate) use args::RulesCommand;
pub(super) use dictionary::dictionary;
pub(super) use run::run;
pub(super) use shelf::texts_of;
