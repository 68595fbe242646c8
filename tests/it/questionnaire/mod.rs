//! What project teams are asked, and what becomes of their answers.

pub(super) mod wanted;
