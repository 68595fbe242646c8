//! A silence: a person's dated reason for not telling anybody of some alerts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::alert::Alert;
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{AlertId, MinistryCode, ProjectId, RuleId, SilenceNumber};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

/// Silenced alerts live on and are listed: only messages leave them out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Silence {
    pub number: SilenceNumber,
    pub scope: SilenceScope,
    pub author: Actor,
    pub reason: String,
    pub made_at: DateTime<Utc>,
    /// The last day on which it holds, in Paris.
    pub last_day: NaiveDate,
    /// The day from which its end is announced.
    pub announce_on: NaiveDate,
    /// Of the alerts that it covered when it was made.
    pub levels: BTreeMap<AlertId, Level>,
    /// Of the rules that it covers, when it was made.
    pub revisions: BTreeMap<RuleId, Fingerprint>,
    /// Rules that are no longer what they were: their alerts are notified again when they are worse than
    /// they were.
    pub to_review: BTreeSet<RuleId>,
    pub announced_at: Option<DateTime<Utc>>,
    pub ended: Option<SilenceEnd>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilenceEnd {
    pub at: DateTime<Utc>,
    /// A person, or Vigie when it ended by itself.
    pub by: Actor,
    pub reason: String,
}

/// All that are given must fit; at least one is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilenceScope {
    pub rule: Option<RuleId>,
    pub project: Option<ProjectId>,
    pub ministry: Option<MinistryCode>,
}

impl SilenceScope {
    pub fn is_empty(&self) -> bool {
        self.rule.is_none() && self.project.is_none() && self.ministry.is_none()
    }

    /// `ministry` is that of the subject, when the subject is a project.
    pub fn covers(
        &self,
        rule: &RuleId,
        subject: &Subject,
        ministry: Option<&MinistryCode>,
    ) -> bool {
        let ministry = subject.ministry().or(ministry);
        self.rule.as_ref().is_none_or(|wanted| wanted == rule)
            && self.project.as_ref().is_none_or(|wanted| Some(wanted) == subject.project())
            && self.ministry.as_ref().is_none_or(|wanted| Some(wanted) == ministry)
    }
}

/// `règle D1, projet si-samu`
impl fmt::Display for SilenceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rule.as_ref().map(|rule| format!("règle {rule}"));
        let project = self.project.as_ref().map(|project| format!("projet {project}"));
        let ministry = self.ministry.as_ref().map(|ministry| format!("ministère {ministry}"));
        let parts: Vec<String> = rule.into_iter().chain(project).chain(ministry).collect();
        f.write_str(&parts.join(", "))
    }
}

impl Silence {
    /// One that a clock which was ahead dated holds no longer, once the clock is right.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.ended.is_none() && day <= self.last_day && !self.is_made_after(day)
    }

    /// Days are those of Paris, instants of Greenwich: the day after is no sign of a wrong clock.
    pub fn is_made_after(&self, day: NaiveDate) -> bool {
        (self.made_at.date_naive() - day).num_days() > 1
    }

    /// Whether it keeps this alert from being notified on that day. Once the alert's rule is another than
    /// when the silence was made, nobody vouches for what is worse than it was then.
    pub fn hides(&self, alert: &Alert, ministry: Option<&MinistryCode>, day: NaiveDate) -> bool {
        let vouched_for = || self.levels.get(&alert.id).copied().unwrap_or(Level::Clear);
        self.holds_on(day)
            && self.scope.covers(&alert.rule, &alert.subject, ministry)
            && (!self.to_review.contains(&alert.rule) || alert.level <= vouched_for())
    }
}

/// How long people may silence, and how long before its end a silence is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SilenceTerms {
    pub max_days: u16,
    pub announce_days: u16,
}

impl Default for SilenceTerms {
    fn default() -> Self {
        Self { max_days: 90, announce_days: 7 }
    }
}

/// What a cycle found of one silence. `silence` is its state afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceChange {
    pub silence: Silence,
    pub kind: SilenceChangeKind,
    pub reason: String,
}

words! {
    pub enum SilenceChangeKind, "a kind of change" {
        /// Its end is near.
        Announced = "announced" => "finit bientôt",
        Expired = "expired" => "échu",
        /// A rule that it covers is no longer what it was.
        ToReview = "to_review" => "à revoir",
        /// Its project goes on under another id.
        Moved = "moved" => "suit son projet",
    }
}
