//! Rules made of signs.

pub(crate) mod distances;
pub(crate) mod rewritten;
pub(crate) mod weighing;
