//! Ministries that merge and split: from which day on the projects of one are another's.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::edition::EditionId;
use crate::domain::ids::{MinistryCode, ProjectId};

/// From a day on, projects of a ministry are another's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Succession {
    pub on: NaiveDate,
    pub from: MinistryCode,
    pub into: MinistryCode,
    /// Both names, in French.
    pub from_name: String,
    pub into_name: String,
    /// Those that go that day; `None` when the whole ministry does, and is no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<BTreeSet<ProjectId>>,
    pub reason: String,
}

/// All of them, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Successions(Vec<Succession>);

impl Successions {
    pub fn new(mut all: Vec<Succession>) -> Self {
        all.sort();
        Self(all)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Succession> {
        self.0.iter()
    }

    /// Those that have taken effect on a day.
    #[must_use]
    pub fn up_to(&self, day: NaiveDate) -> Self {
        Self(self.0.iter().filter(|one| one.on <= day).cloned().collect())
    }

    /// The same, naming each project by the id that it has now.
    #[must_use]
    pub fn renamed(mut self, id: impl Fn(&ProjectId) -> ProjectId) -> Self {
        for one in &mut self.0 {
            one.projects = one.projects.take().map(|named| named.iter().map(&id).collect());
        }
        self
    }

    /// Through which of them a project that an edition publishes at a ministry is elsewhere now, in order.
    ///
    /// A ministry that is no more has no project, even where a later edition still names it, unless it was made
    /// again before. A named project goes that day, and is where the next edition says from then on.
    pub fn steps(
        &self,
        project: &ProjectId,
        published: &MinistryCode,
        edition: EditionId,
    ) -> Vec<&Succession> {
        let mut at = published;
        let mut steps = Vec::new();
        for one in self.0.iter().filter(|one| one.from != one.into) {
            let is_told_since = one.on <= edition.as_of();
            let applies = one.from == *at
                && match &one.projects {
                    Some(named) => !is_told_since && named.contains(project),
                    None => !is_told_since || !self.is_made_again(at, (one.on, edition.as_of())),
                };
            if applies {
                at = &one.into;
                steps.push(one);
            }
        }
        steps
    }

    /// That a ministry was split between two editions, where a project that moved with it was published by one
    /// ministry and then by the other.
    pub fn split(
        &self,
        (from, before): (&MinistryCode, EditionId),
        (into, after): (&MinistryCode, EditionId),
    ) -> Option<&Succession> {
        let is_between = |day: NaiveDate| before.as_of() < day && day <= after.as_of();
        let parts = self.0.iter().filter(|one| one.projects.is_some() && is_between(one.on));
        parts.rev().find(|one| one.from == *from && one.into == *into)
    }

    /// The ministries that are no more, each with the one that took over all it had.
    pub fn successors(&self) -> BTreeMap<MinistryCode, &Succession> {
        let mut successors: BTreeMap<MinistryCode, &Succession> = BTreeMap::new();
        for one in &self.0 {
            successors.remove(&one.into);
            if one.projects.is_none() {
                successors.insert(one.from.clone(), one);
            }
        }
        let last = |first: &MinistryCode| {
            let mut at = *successors.get(first)?;
            // As many steps as there are at most: a table may lead back to where it began.
            for _ in 0..successors.len() {
                let Some(next) = successors.get(&at.into) else { break };
                at = next;
            }
            Some((first.clone(), at))
        };
        successors.keys().filter_map(last).collect()
    }

    fn is_made_again(
        &self,
        ministry: &MinistryCode,
        (after, until): (NaiveDate, NaiveDate),
    ) -> bool {
        self.0.iter().any(|one| one.into == *ministry && after < one.on && one.on <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(on: &str, from: &str, into: &str, projects: Option<&[&str]>) -> Succession {
        let named = |named: &[&str]| named.iter().map(|id| ProjectId::new(*id)).collect();
        Succession {
            on: on.parse().unwrap(),
            from: MinistryCode::new(from),
            into: MinistryCode::new(into),
            from_name: from.to_owned(),
            into_name: into.to_owned(),
            projects: projects.map(named),
            reason: "décret".to_owned(),
        }
    }

    fn home(all: &Successions, project: &str, published: &str, edition: &str) -> String {
        let (project, published) = (ProjectId::new(project), MinistryCode::new(published));
        let steps = all.steps(&project, &published, edition.parse().unwrap());
        steps.last().map_or(&published, |last| &last.into).to_string()
    }

    #[test]
    fn a_ministry_that_is_no_more_has_no_project_until_it_is_made_again() {
        let all = Successions::new(vec![
            one("2022-01-01", "MEN", "MESR", Some(&["thot"])),
            one("2012-05-17", "MESR", "MEN", None),
        ]);
        assert_eq!(home(&all, "thot", "MESR", "2011-06"), "MESR", "away, and back");
        assert_eq!(home(&all, "autre", "MESR", "2011-06"), "MEN");
        assert_eq!(home(&all, "autre", "MESR", "2015-06"), "MEN", "an old label");
        assert_eq!(home(&all, "autre", "MESR", "2022-06"), "MESR", "made again");
        assert_eq!(home(&all, "thot", "MEN", "2021-06"), "MESR", "named");
        assert_eq!(home(&all, "thot", "MEN", "2022-06"), "MEN", "as published since");
        assert!(all.successors().is_empty(), "made again");
        assert_eq!(all.up_to("2021-12-31".parse().unwrap()).successors().len(), 1);
    }

    #[test]
    fn what_was_merged_twice_is_with_the_last_one() {
        let all = Successions::new(vec![
            one("2012-01-01", "A", "B", None),
            one("2014-01-01", "B", "C", None),
        ]);
        assert_eq!(home(&all, "p", "A", "2010-01"), "C");
        let successors = all.successors();
        let into = |code: &str| successors[&MinistryCode::new(code)].into.as_str();
        assert_eq!((into("A"), into("B")), ("C", "C"));
    }
}
