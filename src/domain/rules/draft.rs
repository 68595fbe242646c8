//! A draft of rules on its way to publication: who may do what with it, and why not.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draft_refusal::DraftRefusal;
use super::overlay::{RulePath, RuleVersion};
use crate::domain::accounts::audit::{Actor, NameProof};
use crate::domain::ids::{DraftNumber, VersionNumber};
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

/// The steps of a draft so far, each with the files that it held then. There is one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub number: DraftNumber,
    pub steps: Vec<DraftRevision>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRevision {
    pub revision: i64,
    pub step: DraftStep,
    pub by: Actor,
    pub at: DateTime<Utc>,
    /// The comment of what is saved, the reason of the other steps.
    pub words: String,
    pub files: Vec<DraftFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFile {
    pub path: RulePath,
    pub sha256: Fingerprint,
    /// The version in force that it was written over; `None` when that was the shipped text.
    pub former: Option<VersionNumber>,
    /// Of the shipped text by then; `None` when the file is not shipped.
    pub shipped: Option<Fingerprint>,
}

words! {
    pub enum DraftStep, "a step of a draft" {
        Saved = "saved" => "enregistré",
        Submitted = "submitted" => "soumis",
        /// From review to its authors.
        Returned = "returned" => "renvoyé",
        Published = "published" => "publié",
        Withdrawn = "withdrawn" => "retiré",
    }
}

words! {
    pub enum DraftState, "a draft's state" {
        Draft = "draft" => "brouillon",
        /// Frozen, until it is published or returned.
        InReview = "in_review" => "en relecture",
        Published = "published" => "publié",
        Withdrawn = "withdrawn" => "retiré",
    }
}

impl DraftFile {
    /// Whether it says otherwise than what is in force, or answers to a newer shipped text.
    pub fn changes(&self, in_force: Option<&RuleVersion>) -> bool {
        match in_force {
            Some(version) => version.sha256 != self.sha256 || version.shipped != self.shipped,
            None => self.shipped.as_ref() != Some(&self.sha256),
        }
    }
}

impl DraftStep {
    pub fn leads_to(self) -> DraftState {
        match self {
            Self::Saved | Self::Returned => DraftState::Draft,
            Self::Submitted => DraftState::InReview,
            Self::Published => DraftState::Published,
            Self::Withdrawn => DraftState::Withdrawn,
        }
    }
}

impl DraftState {
    pub fn is_live(self) -> bool {
        matches!(self, Self::Draft | Self::InReview)
    }
}

impl Draft {
    pub fn state(&self) -> DraftState {
        self.steps.last().map_or(DraftState::Draft, |last| last.step.leads_to())
    }

    pub fn revision(&self) -> i64 {
        self.steps.last().map_or(0, |last| last.revision)
    }

    pub fn at_revision(&self, revision: i64) -> Option<&DraftRevision> {
        self.steps.iter().find(|step| step.revision == revision)
    }

    pub fn files(&self) -> &[DraftFile] {
        self.steps.last().map_or(&[], |last| &last.files)
    }

    /// Of the last text saved.
    pub fn comment(&self) -> &str {
        self.saves().last().map_or("", |saved| &saved.words)
    }

    /// Everybody who saved a text of it, in the order of their first.
    pub fn authors(&self) -> Vec<Actor> {
        let mut authors: Vec<Actor> = Vec::new();
        for saved in self.saves() {
            if !authors.contains(&saved.by) {
                authors.push(saved.by.clone());
            }
        }
        authors
    }

    fn saves(&self) -> impl Iterator<Item = &DraftRevision> {
        self.steps.iter().filter(|step| step.step == DraftStep::Saved)
    }

    /// Whether this step may follow, by the person who has or had these names.
    pub fn allows(&self, step: DraftStep, names: &[Actor]) -> Result<(), DraftRefusal> {
        let draft = self.number;
        match (self.state(), step) {
            (DraftState::Published | DraftState::Withdrawn, _) => Err(self.over()),
            (DraftState::InReview, DraftStep::Saved | DraftStep::Submitted) => {
                Err(DraftRefusal::Frozen { draft })
            }
            (DraftState::Draft, DraftStep::Returned | DraftStep::Published) => {
                Err(DraftRefusal::NotInReview { draft })
            }
            (DraftState::InReview, DraftStep::Published) => {
                let is_own = |author: &Actor| names.iter().any(|name| is_same_person(author, name));
                match self.authors().into_iter().find(is_own) {
                    Some(author) => Err(DraftRefusal::OwnWork { draft, author }),
                    None => Ok(()),
                }
            }
            (DraftState::Draft, DraftStep::Saved | DraftStep::Submitted | DraftStep::Withdrawn)
            | (DraftState::InReview, DraftStep::Returned | DraftStep::Withdrawn) => Ok(()),
        }
    }

    fn over(&self) -> DraftRefusal {
        let last = self.steps.last();
        DraftRefusal::Over {
            draft: self.number,
            how: self.state().as_str(),
            by: last.map_or_else(Actor::vigie, |last| last.by.clone()),
            on: last.map(|last| last.at.date_naive()).unwrap_or_default(),
        }
    }
}

/// Names differ neither by case nor by spaces.
fn is_same_person(one: &Actor, other: &Actor) -> bool {
    let bare = |actor: &Actor| {
        let words: Vec<String> = actor.name().split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    };
    bare(one) == bare(other)
}

/// What somebody else saved meanwhile, for one who writes over an earlier revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Meanwhile {
    pub draft: DraftNumber,
    /// The revision that was looked at.
    #[serde(rename = "asked")]
    pub expected: i64,
    pub revision: i64,
    /// The steps since, oldest first.
    pub steps: Vec<StepTaken>,
    /// Files that are no longer what they were; as programmers read differences.
    pub changes: BTreeMap<RulePath, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepTaken {
    pub revision: i64,
    pub step: DraftStep,
    pub by: Actor,
    /// `local` when it was taken on the local command line, by a name that nobody proved.
    #[serde(default)]
    pub proved_by: Option<NameProof>,
    pub at: DateTime<Utc>,
    pub words: String,
}

impl From<&DraftRevision> for StepTaken {
    fn from(step: &DraftRevision) -> Self {
        let DraftRevision { revision, step, by, at, words, .. } = step.clone();
        let proved_by = Actor::from_stored(by.as_str().to_owned()).proof();
        Self { revision, step, by, proved_by, at, words }
    }
}

/// One line: who did what.
impl fmt::Display for Meanwhile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { draft, expected, revision, steps, changes } = self;
        write!(f, "draft {draft} is at revision {revision}, not {expected}")?;
        for StepTaken { step, by, words, .. } in steps {
            write!(f, "; {} by {by}", step.as_str())?;
            if !words.is_empty() {
                write!(f, " (« {words} »)")?;
            }
        }
        let paths: Vec<&str> = changes.keys().map(RulePath::as_str).collect();
        if !paths.is_empty() {
            write!(f, "; changed: {}", paths.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(steps: &[(DraftStep, &str)]) -> Draft {
        let steps = steps.iter().zip(1..).map(|((step, by), revision)| DraftRevision {
            revision,
            step: *step,
            by: Actor::person(by).unwrap(),
            at: DateTime::default(),
            words: String::new(),
            files: vec![],
        });
        Draft { number: DraftNumber(3), steps: steps.collect() }
    }

    #[track_caller]
    fn check(steps: &[(DraftStep, &str)], step: DraftStep, by: &str) -> String {
        let allowed = draft(steps).allows(step, &[Actor::person(by).unwrap()]);
        allowed.map_or_else(|refusal| refusal.to_string(), |()| "yes".to_owned())
    }

    #[test]
    fn nobody_publishes_a_draft_in_which_they_had_a_hand() {
        use DraftStep::{Published, Saved, Submitted};
        let steps = [(Saved, "Ada"), (Saved, "Zoé Martin"), (Submitted, "Ada")];
        assert!(check(&steps, Published, "Ada").contains("a second person must"));
        assert!(check(&steps, Published, "zoé  MARTIN").contains("written by Zoé Martin"));
        assert_eq!(check(&steps, Published, "Paul"), "yes");
        assert!(check(&steps[..2], Published, "Paul").contains("is not in review"));
    }

    #[test]
    fn a_draft_in_review_is_frozen_until_it_is_returned_and_one_that_is_over_stays_so() {
        use DraftStep::{Published, Returned, Saved, Submitted, Withdrawn};
        let steps = [(Saved, "Ada"), (Submitted, "Ada"), (Returned, "Paul"), (Withdrawn, "Ada")];
        assert!(check(&steps[..2], Saved, "Ada").contains("frozen"));
        assert_eq!(check(&steps[..3], Saved, "Ada"), "yes");
        for step in [Saved, Submitted, Returned, Published, Withdrawn] {
            assert!(check(&steps, step, "Paul").contains("was withdrawn by Ada"), "{step:?}");
        }
    }
}
