//! Every function that a rule may call.

mod arguments;
mod dates;
mod functions;
mod history;
mod lists;
mod numbers;
mod predicates;
mod texts;
mod wording;

use rhai::Engine;

pub(in crate::rules) use dates::{add_days, add_months};
pub(in crate::rules) use functions::{
    A_YEAR_AGO, CHANGE, CHANGES_WITHIN, EDITIONS_ABOVE, EDITIONS_ABOVE_WITHIN, LAST_CHANGE,
    OF_THE_PAST, PREVIOUS, READ_ALONE, SURELY, is_of_a_field, parameters,
};
pub use functions::{FUNCTIONS, LibraryFunction};
pub(in crate::rules) use history::{count_above, count_above_since, count_since};
pub(in crate::rules) use numbers::rounded;

pub(in crate::rules) fn register(engine: &mut Engine) {
    predicates::register(engine);
    wording::register(engine);
    dates::register(engine);
    history::register(engine);
    numbers::register(engine);
    texts::register(engine);
    lists::register(engine);
}
