//! Which project and which ministry a name means.

pub(super) mod aliases;
pub(super) mod evidence;
pub(super) mod likeness;
pub(super) mod names;
pub(super) mod new_names;
pub(super) mod project_identity;
mod successions;
