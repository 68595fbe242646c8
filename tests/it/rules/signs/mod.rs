//! Rules made of signs.

pub(crate) mod rewritten;
pub(crate) mod weighing;
