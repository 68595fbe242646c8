//! Names used in messages: those of projects, ministries and rules, and the ministry of each
//! project.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::ids::{MinistryCode, ProjectId, RuleId};
use crate::domain::messages::recipients::{Recipients, project_directors};
use crate::domain::portfolio::import::KnownProject;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::subject::Subject;

#[derive(Clone, Debug, Default)]
pub struct Directory {
    projects: BTreeMap<ProjectId, ProjectEntry>,
    ministries: BTreeMap<MinistryCode, String>,
    /// Those where somebody receives the messages.
    reached: BTreeSet<MinistryCode>,
    /// Those whose director is known.
    directed: BTreeSet<ProjectId>,
    /// Those where somebody is asked about projects without a known director.
    relayed: BTreeSet<MinistryCode>,
    /// Ministries that are no more, each with its name and the one that took over.
    former: BTreeMap<MinistryCode, (String, MinistryCode)>,
    titles: BTreeMap<RuleId, String>,
}

#[derive(Clone, Debug)]
struct ProjectEntry {
    name: String,
    ministry: MinistryCode,
}

impl Directory {
    /// Names and ministries according to the latest edition up to `as_of`. `titles` are those of
    /// the rules.
    pub fn of(portfolio: &Portfolio, titles: BTreeMap<RuleId, String>, as_of: NaiveDate) -> Self {
        let mut directory = Self::default();
        // In the order of editions, so that the latest replaces the earlier ones.
        for snapshot in portfolio.snapshots.iter().filter(|one| one.edition.as_of() <= as_of) {
            let entry =
                ProjectEntry { name: snapshot.name.clone(), ministry: snapshot.ministry.clone() };
            directory.projects.insert(snapshot.project.clone(), entry);
            directory.ministries.insert(snapshot.ministry.clone(), snapshot.ministry_label.clone());
        }
        let contacts = &portfolio.contacts;
        let ministries: BTreeSet<&MinistryCode> =
            contacts.iter().map(|contact| &contact.ministry).collect();
        for ministry in ministries {
            let recipients = Recipients::of(contacts, ministry, as_of);
            directory.reached.extend((!recipients.is_empty()).then(|| ministry.clone()));
            let is_relayed = !recipients.relays().is_empty();
            directory.relayed.extend(is_relayed.then(|| ministry.clone()));
        }
        let with_director = contacts.iter().filter_map(|contact| contact.project.as_ref());
        let is_directed =
            |project: &&ProjectId| !project_directors(contacts, project, as_of).is_empty();
        directory.directed = with_director.filter(is_directed).cloned().collect();
        let former = portfolio.successions.successors().into_iter();
        directory.former = former
            .map(|(code, one)| {
                let name = portfolio.successions.iter().find(|named| named.from == code);
                let name = name.map_or_else(|| code.to_string(), |named| named.from_name.clone());
                (code, (name, one.into.clone()))
            })
            .collect();
        directory.titles = titles;
        directory
    }

    /// The latest names, without loading the portfolio. Does not know who receives messages.
    pub fn of_known(known: Vec<KnownProject>, titles: BTreeMap<RuleId, String>) -> Self {
        let mut directory = Self::default();
        for KnownProject { project, names, ministry } in known {
            let name = names.into_iter().next_back().unwrap_or_else(|| project.to_string());
            directory.projects.insert(project, ProjectEntry { name, ministry });
        }
        directory.titles = titles;
        directory
    }

    /// The subject's ministry, or the portfolio when it has none; of a ministry that is no more, the one that took over.
    pub fn home(&self, subject: &Subject) -> Subject {
        let ministry = match subject {
            Subject::Project(project) => self.projects.get(project).map(|entry| &entry.ministry),
            Subject::Ministry(ministry) => {
                Some(self.former.get(ministry).map_or(ministry, |(_, successor)| successor))
            }
            Subject::Portfolio => None,
        };
        ministry.map_or(Subject::Portfolio, |ministry| Subject::Ministry(ministry.clone()))
    }

    /// Whether somebody at the ministry receives its messages.
    pub fn has_recipients(&self, ministry: &MinistryCode) -> bool {
        self.reached.contains(ministry)
    }

    /// Whether the project's director is known.
    pub fn has_director(&self, project: &ProjectId) -> bool {
        self.directed.contains(project)
    }

    /// Whether somebody at the ministry is asked about its projects without a known director.
    pub fn has_relay(&self, ministry: &MinistryCode) -> bool {
        self.relayed.contains(ministry)
    }

    /// The name for people; the id when it is unknown.
    pub fn name(&self, subject: &Subject) -> String {
        match subject {
            Subject::Project(project) => self
                .projects
                .get(project)
                .map_or_else(|| project.to_string(), |entry| entry.name.clone()),
            Subject::Ministry(ministry) => {
                let former = || self.former.get(ministry).map(|(name, _)| name.clone());
                let name = self.ministries.get(ministry).cloned().or_else(former);
                name.unwrap_or_else(|| ministry.to_string())
            }
            Subject::Portfolio => "Panorama".to_owned(),
        }
    }

    pub fn rule_title(&self, rule: &RuleId) -> String {
        self.titles.get(rule).cloned().unwrap_or_else(|| rule.to_string())
    }

    /// Finds a ministry by its code, or by its name in any case.
    pub fn find_ministry(&self, requested: &str) -> Option<&MinistryCode> {
        let by_code = self.ministries.keys().find(|code| code.as_str() == requested);
        by_code.or_else(|| {
            let wanted = requested.to_lowercase();
            let named = |(_, label): &(&MinistryCode, &String)| label.to_lowercase() == wanted;
            self.ministries.iter().find(named).map(|(code, _)| code)
        })
    }

    pub fn ministries(&self) -> impl Iterator<Item = &MinistryCode> {
        self.ministries.keys()
    }
}
