//! Projects that are renamed, merged and split lose no alert.

use std::collections::{BTreeMap, BTreeSet};

use super::{check_in, project, run};
use crate::decisions::alerts::context::{Circumstances, Renaming};
use crate::domain::alerts::alert::AlertChange;

fn renaming(into: &str) -> Renaming {
    Renaming { into: project(into), reason: "renommé en 2019".to_owned() }
}

/// `old` is found to be `new`.
fn linked() -> Circumstances {
    let became = BTreeMap::from([(project("old"), renaming("new"))]);
    let present = BTreeSet::from([project("new")]);
    Circumstances { present, became, ..Circumstances::default() }
}

/// `old` is found not to be `new` after all; the current edition has `listed`.
fn parted(listed: &[&str]) -> Circumstances {
    let parted = BTreeMap::from([(project("old"), renaming("new"))]);
    let present = listed.iter().map(|id| project(id)).collect();
    Circumstances { present, parted, ..Circumstances::default() }
}

#[test]
fn the_alert_of_a_renamed_project_goes_on_under_its_new_id_since_the_same_day() {
    check_in(
        &linked(),
        "D1 old high -- D1 new high",
        "persisted D1 project/new high since 01: Suite de l’alerte de `project/old` : c’est un seul et même projet (renommé en 2019). Inchangé.
         moved D1 project/old high since 01: L’alerte se poursuit sur `project/new` : c’est un seul et même projet (renommé en 2019).",
    );
    check_in(
        &linked(),
        "D1 old high -- D1 new critical",
        "worsened D1 project/new critical since 01: Suite de l’alerte de `project/old` : c’est un seul et même projet (renommé en 2019). De « Élevé » à « Critique ».
         moved D1 project/old high since 01: L’alerte se poursuit sur `project/new` : c’est un seul et même projet (renommé en 2019).",
    );
}

#[test]
fn a_renamed_project_that_is_better_under_its_new_id_closes_the_alert_there() {
    check_in(
        &linked(),
        "D1 old high -- D1 new clear",
        "resolved D1 project/new clear since 01: Suite de l’alerte de `project/old` : c’est un seul et même projet (renommé en 2019). Alerte levée : plus rien à signaler.
         moved D1 project/old high since 01: L’alerte se poursuit sur `project/new` : c’est un seul et même projet (renommé en 2019).",
    );
}

#[test]
fn a_renamed_project_without_a_verdict_keeps_its_alert_as_stale() {
    check_in(
        &linked(),
        "D1 old high -- D1 new unknown",
        "persisted D1 project/new high stale since 01: Suite de l’alerte de `project/old` : c’est un seul et même projet (renommé en 2019). Non évaluable. Donnée manquante : cost_current (non publié à dessein).
         moved D1 project/old high since 01: L’alerte se poursuit sur `project/new` : c’est un seul et même projet (renommé en 2019).",
    );
}

#[test]
fn two_projects_that_are_one_have_one_alert_since_the_first_of_the_two() {
    check_in(
        &linked(),
        "D1 old high -- D1 old high
         D1 new moderate -- D1 new moderate",
        "persisted D1 project/new moderate since 01: Suite de l’alerte de `project/old` : c’est un seul et même projet (renommé en 2019). Inchangé.
         moved D1 project/old high since 01: L’alerte se poursuit sur `project/new` : c’est un seul et même projet (renommé en 2019).",
    );
}

#[test]
fn an_open_alert_stays_open_where_the_other_project_only_waited() {
    check_in(
        &linked(),
        "S1 old high -- S1 old high -- S1 old high
         S1 new high -- S1 new high",
        "persisted S1 project/new high since 01: Suite de l’alerte de `project/old` : c’est un seul et même projet (renommé en 2019). Inchangé.
         moved S1 project/old high since 01: L’alerte se poursuit sur `project/new` : c’est un seul et même projet (renommé en 2019).",
    );
}

#[test]
fn an_alert_that_was_closed_follows_nobody() {
    check_in(&linked(), "D1 old high -- D1 old clear -- D1 new clear", "");
}

#[test]
fn each_of_the_two_alerts_says_which_is_the_other() {
    let changes = run(&linked(), "D1 old high -- D1 new high");
    let [new, old]: [AlertChange; 2] = changes.try_into().unwrap();
    assert_eq!(new.counterpart, Some(old.alert.id));
    assert_eq!(old.counterpart, Some(new.alert.id));
}

#[test]
fn of_two_projects_that_were_not_one_the_alert_goes_with_the_one_still_listed() {
    check_in(
        &parted(&["old"]),
        "D1 new high -- D1 old high",
        "moved D1 project/new high since 01: L’alerte se poursuit sur `project/old` : ce sont deux projets, et c’est lui qui reste listé (renommé en 2019).
         persisted D1 project/old high since 01: Suite de l’alerte de `project/new` : ce sont deux projets, et c’est lui qui reste listé (renommé en 2019). Inchangé.",
    );
}

#[test]
fn two_projects_that_were_not_one_and_are_both_listed_each_stand_on_their_own_verdict() {
    check_in(
        &parted(&["new", "old"]),
        "D1 new high -- D1 new clear
         D1 old critical",
        "resolved D1 project/new clear since 01: Alerte levée : plus rien à signaler. `old` a été séparé de `new` : renommé en 2019.
         raised D1 project/old critical since 02: Première constatation. `old` a été séparé de `new` : renommé en 2019.",
    );
}
