//! Messages of a campaign of questionnaires: to the directors of projects, or to whoever relays, and to the risk team.

pub(in crate::notify) mod due;
pub(in crate::notify) mod notices;
#[cfg(test)]
mod tests;
mod words;
