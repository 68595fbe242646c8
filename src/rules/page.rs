//! The catalogue as people read it.

use chrono::NaiveDate;

use super::french;
use super::thresholds::Threshold;

impl Threshold {
    /// The value in force at a date, in French with its unit.
    pub fn shown_at(&self, as_of: NaiveDate) -> Option<String> {
        self.at(as_of).map(|value| french::value(value, self.unit))
    }
}
