//! Published rule texts, drafts, and the catalogues that cycles ran with.

pub(super) mod catalogues;
pub(super) mod drafts;
pub(super) mod overlay;
pub(super) mod publishing;
