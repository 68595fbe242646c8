//! The language that people read. The code writes its errors in English, as the API and the logs give them, and its
//! tables in French; one list of pairs says each text in the other language, at the one place where texts are printed.
//! What is stored (names, reasons, explanations, mails) and what rules say stays in French.

mod choice;
mod help;
mod template;
mod texts;

pub(crate) use choice::Language;
pub(in crate::cli) use choice::{is_english, requested, settle};
pub(in crate::cli) use help::explain;
pub(in crate::cli) use texts::{join_cause, translate, translate_word};
