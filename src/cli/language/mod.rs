//! The language of a run, in which the one place where texts are printed says them, by the pairs of `support::translation`.
//! What is stored (names, reasons, explanations, mails) and what rules say stays in French.

mod choice;
mod help;
mod manual;
mod said;

pub(crate) use choice::Language;
pub(in crate::cli) use choice::{is_english, requested, settle};
pub(in crate::cli) use help::explain;
pub(in crate::cli) use manual::{completions, manual_pages};
pub(in crate::cli) use said::{join_cause, translate, translate_word};
