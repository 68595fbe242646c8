//! Checks the files that ship with the rules: the playbook of missions, the timetable of reviews,
//! the terms of messages.

use std::collections::BTreeMap;

use crate::domain::verdict::Fault;
use crate::missions::PLAYBOOK_FILE;
use crate::missions::Playbook;
use crate::notify::TERMS_FILE;
use crate::notify::Terms;
use crate::reviews::TIMETABLE_FILE;
use crate::reviews::Timetable;
use crate::rules::Catalogue;
use crate::rules::RuleFault;

/// The faults of these three files.
pub(super) fn faults(texts: &BTreeMap<String, String>, catalogue: &Catalogue) -> Vec<RuleFault> {
    let mut faults = playbook(texts.get(PLAYBOOK_FILE), catalogue);
    faults.extend(timetable(texts.get(TIMETABLE_FILE)));
    faults.extend(terms(texts.get(TERMS_FILE)));
    faults.into_iter().map(to_rule_fault).collect()
}

fn playbook(text: Option<&String>, catalogue: &Catalogue) -> Vec<Fault> {
    let Some(text) = text else {
        return vec![Fault::at(PLAYBOOK_FILE, "", None, "the catalogue has no playbook")];
    };
    match Playbook::parse(text, PLAYBOOK_FILE) {
        Ok(playbook) => playbook
            .unknown_rules(|rule| catalogue.rule(rule).is_some(), (text.as_str(), PLAYBOOK_FILE)),
        Err(error) => error.faults,
    }
}

fn timetable(text: Option<&String>) -> Vec<Fault> {
    let Some(text) = text else {
        return vec![Fault::at(
            TIMETABLE_FILE,
            "",
            None,
            "the catalogue has no timetable of reviews",
        )];
    };
    Timetable::parse(text, TIMETABLE_FILE).err().map_or_else(Vec::new, |error| error.faults)
}

fn terms(text: Option<&String>) -> Option<Fault> {
    let error = Terms::parse(text).err()?;
    Some(Fault::at(TERMS_FILE, "", None, error.to_string()))
}

pub(super) fn to_rule_fault(fault: Fault) -> RuleFault {
    let Fault { file, line, column, message } = fault;
    RuleFault { file, line, column, message, hint: None }
}
