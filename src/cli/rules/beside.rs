//! What lies beside the rules and is read with them: the playbook of missions.

use std::collections::BTreeMap;

use vigie::domain::verdict::Fault;
use vigie::missions::PLAYBOOK_FILE;
use vigie::missions::Playbook;
use vigie::rules::Catalogue;
use vigie::rules::RuleFault;

pub(super) fn faults(texts: &BTreeMap<String, String>, catalogue: &Catalogue) -> Vec<RuleFault> {
    let faults = playbook(texts.get(PLAYBOOK_FILE), catalogue);
    faults.into_iter().map(told).collect()
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

fn told(fault: Fault) -> RuleFault {
    let Fault { file, line, column, message } = fault;
    RuleFault { file, line, column, message, hint: None }
}
