//! Everything known at a moment: the editions, and the follow-up data.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::campaign::Campaign;
use super::edition::EditionId;
use super::follow_up::{
    Contact, Contract, DeclaredCause, Fact, Milestone, Rebaseline, Recommendation, WatchEntry,
};
use super::snapshot::Snapshot;
use super::succession::Successions;
use crate::domain::ids::ProjectId;
use crate::domain::missions::review::ReviewStanding;

/// In a stable order: two loads of the same data are equal, and so are their fingerprints.
/// It may hold rows dated after the evaluation date; `frame::build` looks no further than that date.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Portfolio {
    /// By edition, then project. One edition and one project give at most one snapshot.
    pub snapshots: Vec<Snapshot>,
    pub facts: Vec<Fact>,
    pub rebaselines: Vec<Rebaseline>,
    pub milestones: Vec<Milestone>,
    pub contracts: Vec<Contract>,
    pub recommendations: Vec<Recommendation>,
    pub declared_causes: Vec<DeclaredCause>,
    pub watches: Vec<WatchEntry>,
    pub contacts: Vec<Contact>,
    /// By project. Left out of the fingerprint of those who have none, as before there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<ReviewStanding>,
    /// Where only some projects are shown: every edition there is, so that what is in force does not
    /// depend on who looks. Empty where all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editions: Vec<EditionId>,
    /// Those of ministries that have taken effect: the ministries of snapshots are by them.
    #[serde(default, skip_serializing_if = "Successions::is_empty")]
    pub successions: Successions,
    /// Campaigns of the questionnaire, by edition, those to come included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<Campaign>,
}

impl Portfolio {
    /// The projects that a campaign asks: those under way that the edition in force on its first day lists; the first
    /// edition of all, where none is in force yet.
    pub fn asked_by(&self, campaign: &Campaign) -> BTreeSet<&ProjectId> {
        let mut editions: BTreeSet<EditionId> =
            self.snapshots.iter().map(|one| one.edition).collect();
        editions.extend(&self.editions);
        let in_force = editions.iter().rfind(|edition| edition.as_of() <= campaign.opens_on);
        let asked = in_force.or_else(|| editions.first());
        let listed = self.snapshots.iter().filter(|one| Some(&one.edition) == asked);
        listed.filter(|one| !one.is_over()).map(|one| &one.project).collect()
    }
}
