//! What a cycle made of alerts and missions, next to how they were before it: what undoing it starts from.

use super::alert::Alert;
use crate::domain::missions::mission::Mission;

/// What a cycle made of one alert.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertEffect {
    pub now: Alert,
    /// `None` when there was no alert.
    pub before: Option<Alert>,
    /// People have done something about it since.
    pub acted_on: bool,
}

/// What a cycle made of one mission.
#[derive(Clone, Debug, PartialEq)]
pub struct MissionEffect {
    pub now: Mission,
    /// `None` when the cycle began it.
    pub before: Option<Mission>,
    /// People have done something with it since.
    pub acted_on: bool,
}
