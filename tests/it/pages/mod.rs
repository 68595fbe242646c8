//! Pages over HTTP, and in a real browser: what a machine can say of every one of them, and what people do from beginning to end.

pub(crate) mod browser;
mod decisions;
mod entry;
mod every_page;
mod import_changes;
mod import_unknown;
pub(crate) mod intake;
mod links;
mod lists;
mod people;
mod read_why;
mod refusals;
mod rules;
mod secretary;
mod site;
mod sizes;
mod theme;
