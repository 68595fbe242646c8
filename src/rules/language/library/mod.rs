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
pub(in crate::rules) use functions::{CHANGE, EDITIONS_ABOVE, OF_A_FIELD, PREVIOUS, SURELY};
pub use functions::{FUNCTIONS, LibraryFunction};
pub(in crate::rules) use history::count_above;
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
