//! Who is who in messages: names of projects, ministries and rules, and whose alert it is.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::follow_up::Contact;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::ProjectId;
use crate::domain::ids::RuleId;
use crate::domain::import::KnownProject;
use crate::domain::portfolio::Portfolio;
use crate::domain::rule::RuleTerms;
use crate::domain::subject::Subject;

/// The role, in the follow-up data, of whoever receives the alerts of a ministry.
const SECRETARY_GENERAL: &str = "secretary_general";

#[derive(Clone, Debug, Default)]
pub struct Directory {
    projects: BTreeMap<ProjectId, ProjectEntry>,
    ministries: BTreeMap<MinistryCode, String>,
    secretaries: BTreeSet<MinistryCode>,
    rules: BTreeMap<RuleId, String>,
}

#[derive(Clone, Debug)]
struct ProjectEntry {
    name: String,
    ministry: MinistryCode,
}

impl Directory {
    /// As the latest edition names them, and as it says whose they are.
    pub fn of(
        portfolio: &Portfolio,
        rules: &BTreeMap<RuleId, RuleTerms>,
        as_of: NaiveDate,
    ) -> Self {
        let mut directory = Self::default();
        // In the order of editions, so that the latest has the last word.
        for snapshot in portfolio.snapshots.iter().filter(|one| one.edition.as_of() <= as_of) {
            let entry =
                ProjectEntry { name: snapshot.name.clone(), ministry: snapshot.ministry.clone() };
            directory.projects.insert(snapshot.project.clone(), entry);
            directory.ministries.insert(snapshot.ministry.clone(), snapshot.ministry_label.clone());
        }
        let held = |contact: &&Contact| {
            contact.role == SECRETARY_GENERAL && contact.since.is_none_or(|since| since <= as_of)
        };
        let offices = portfolio.contacts.iter().filter(held);
        directory.secretaries = offices.map(|contact| contact.ministry.clone()).collect();
        directory.rules = rules.iter().map(|(id, rule)| (id.clone(), rule.title.clone())).collect();
        directory
    }

    /// By their latest names, without loading the portfolio; secretaries-general are not known.
    pub fn of_known(known: Vec<KnownProject>, rules: &BTreeMap<RuleId, RuleTerms>) -> Self {
        let mut directory = Self::default();
        for KnownProject { project, names, ministry } in known {
            let name = names.into_iter().next_back().unwrap_or_else(|| project.to_string());
            directory.projects.insert(project, ProjectEntry { name, ministry });
        }
        directory.rules = rules.iter().map(|(id, rule)| (id.clone(), rule.title.clone())).collect();
        directory
    }

    /// The ministry or, when it is nobody's in particular, the portfolio.
    pub fn home(&self, subject: &Subject) -> Subject {
        let ministry = match subject {
            Subject::Project(project) => self.projects.get(project).map(|entry| &entry.ministry),
            Subject::Ministry(ministry) => Some(ministry),
            Subject::Portfolio => None,
        };
        ministry.map_or(Subject::Portfolio, |ministry| Subject::Ministry(ministry.clone()))
    }

    pub fn has_secretary_general(&self, ministry: &MinistryCode) -> bool {
        self.secretaries.contains(ministry)
    }

    /// For people.
    pub fn name(&self, subject: &Subject) -> String {
        match subject {
            Subject::Project(project) => self
                .projects
                .get(project)
                .map_or_else(|| project.to_string(), |entry| entry.name.clone()),
            Subject::Ministry(ministry) => {
                self.ministries.get(ministry).cloned().unwrap_or_else(|| ministry.to_string())
            }
            Subject::Portfolio => "Panorama".to_owned(),
        }
    }

    pub fn rule_title(&self, rule: &RuleId) -> String {
        self.rules.get(rule).cloned().unwrap_or_else(|| rule.to_string())
    }

    /// By its code, or by its name whatever the case.
    pub fn find_ministry(&self, asked: &str) -> Option<&MinistryCode> {
        let by_code = self.ministries.keys().find(|code| code.as_str() == asked);
        by_code.or_else(|| {
            let wanted = asked.to_lowercase();
            let named = |(_, label): &(&MinistryCode, &String)| label.to_lowercase() == wanted;
            self.ministries.iter().find(named).map(|(code, _)| code)
        })
    }

    pub fn ministries(&self) -> impl Iterator<Item = &MinistryCode> {
        self.ministries.keys()
    }
}

/// Where to write to a ministry's secretary-general now: the latest to have taken office.
pub fn secretary_general<'a>(
    contacts: &'a [Contact],
    ministry: &MinistryCode,
    today: NaiveDate,
) -> Option<&'a Contact> {
    contacts
        .iter()
        .filter(|contact| contact.ministry == *ministry && contact.role == SECRETARY_GENERAL)
        .filter(|contact| contact.since.is_none_or(|since| since <= today))
        .max_by_key(|contact| contact.since)
}
