//! What project teams are asked, and what their answers are worth.

pub(super) mod wanted_answers;
