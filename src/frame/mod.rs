//! The frames that rules judge: one row per project, ministry or portfolio, and their measures.

pub mod dictionary;

use polars::frame::DataFrame;

use crate::domain::subject::Scope;

/// One frame per scope, each with exactly the dictionary's fields of that scope, in its order:
/// `Bool` is Boolean, `Int` Int64, `Float` Float64, `Text` String, `Date` Date. A null is missing;
/// NaN and infinity never enter. Rows are sorted by their subject's id.
#[derive(Clone, Debug)]
pub struct Frames {
    pub projects: DataFrame,
    pub ministries: DataFrame,
    pub portfolio: DataFrame,
}

impl Frames {
    pub fn of(&self, scope: Scope) -> &DataFrame {
        match scope {
            Scope::Project => &self.projects,
            Scope::Ministry => &self.ministries,
            Scope::Portfolio => &self.portfolio,
        }
    }
}
