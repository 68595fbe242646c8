//! The program's texts in two languages. The code writes errors in English, as the API and the logs give them, and headings
//! of tables in French; one list of pairs says each in the other language, wherever people read it.

mod template;
mod texts;

pub use texts::{english_of, french_of, into_english, into_french};
