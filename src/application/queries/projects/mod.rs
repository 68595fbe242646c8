//! What is known of projects besides their figures.

pub(in crate::application) mod rate_chart;
pub(in crate::application) mod records;
pub(in crate::application) mod standings;
pub(in crate::application) mod table;
