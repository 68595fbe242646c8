//! Names that every rule knows: its parameters and the levels.

use crate::domain::level::Level;

/// The parameters of `assess` and `explain`: the subject's fields, and the thresholds.
pub(in crate::rules) const PARAMETERS: [&str; 2] = ["p", "t"];

/// The names of the levels in rules.
pub(in crate::rules) const LEVELS: [(&str, Level); 5] = [
    ("CLEAR", Level::Clear),
    ("WATCH", Level::Watch),
    ("MODERATE", Level::Moderate),
    ("HIGH", Level::High),
    ("CRITICAL", Level::Critical),
];
