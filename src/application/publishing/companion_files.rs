//! Checks the files that ship with the rules: the playbook of missions, the timetable of reviews,
//! the terms of messages, the templates of documents.

use std::collections::BTreeMap;

use crate::application::documents::templates;
use crate::decisions::missions::{PLAYBOOK_FILE, Playbook};
use crate::decisions::reviews::{TIMETABLE_FILE, Timetable};
use crate::domain::rules::verdict::RuleFailure;
use crate::notify::{NoticeTerms, TERMS_FILE};
use crate::rules::{Catalogue, RuleFault};

/// Whether a path is that of one of these files.
pub(in crate::application) fn is_companion(path: &str) -> bool {
    [PLAYBOOK_FILE, TIMETABLE_FILE, TERMS_FILE].contains(&path) || templates::is_template(path)
}

/// The faults of these files.
pub(in crate::application) fn faults(
    texts: &BTreeMap<String, String>,
    catalogue: &Catalogue,
) -> Vec<RuleFault> {
    let mut faults = playbook(texts.get(PLAYBOOK_FILE), catalogue);
    faults.extend(timetable(texts.get(TIMETABLE_FILE)));
    faults.extend(terms(texts.get(TERMS_FILE)));
    faults.extend(templates::faults(texts));
    faults.into_iter().map(to_rule_fault).collect()
}

fn playbook(text: Option<&String>, catalogue: &Catalogue) -> Vec<RuleFailure> {
    let Some(text) = text else {
        return vec![RuleFailure::at(PLAYBOOK_FILE, "", None, "the catalogue has no playbook")];
    };
    match Playbook::parse(text, PLAYBOOK_FILE) {
        Ok(playbook) => playbook
            .unknown_rules(|rule| catalogue.rule(rule).is_some(), (text.as_str(), PLAYBOOK_FILE)),
        Err(error) => error.faults,
    }
}

fn timetable(text: Option<&String>) -> Vec<RuleFailure> {
    let Some(text) = text else {
        return vec![RuleFailure::at(
            TIMETABLE_FILE,
            "",
            None,
            "the catalogue has no timetable of reviews",
        )];
    };
    Timetable::parse(text, TIMETABLE_FILE).err().map_or_else(Vec::new, |error| error.faults)
}

fn terms(text: Option<&String>) -> Option<RuleFailure> {
    let error = NoticeTerms::parse(text).err()?;
    Some(RuleFailure::at(TERMS_FILE, "", None, error.to_string()))
}

pub(in crate::application) fn to_rule_fault(fault: RuleFailure) -> RuleFault {
    let RuleFailure { file, line, column, message } = fault;
    RuleFault { file, line, column, message, hint: None }
}
