//! Which project a name is, and what is asked rather than guessed.

use super::readers::read;
use crate::store::stores::day;
use vigie::domain::ids::{MinistryCode, ProjectId};
use vigie::domain::portfolio::import::KnownProject;
use vigie::intake::Aliases;

fn known(id: &str, names: &[&str]) -> KnownProject {
    KnownProject {
        project: ProjectId::new(id),
        names: names.iter().map(|&name| name.to_owned()).collect(),
        ministry: MinistryCode::new("MI"),
    }
}

fn sightings(names: &[&str], known: &[KnownProject]) -> String {
    let header = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,\
                  functional_zone,programme,withheld_reason";
    let rows: Vec<_> = names.iter().map(|name| format!("{name},MI,build,,,,,,,")).collect();
    let text = format!("{header}\n{}", rows.join("\n"));
    let import = read("2020-11.csv", text, known).unwrap();
    let shown = import.sightings.iter().map(|s| format!("{} `{}` {:?}", s.project, s.name, s.kind));
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_known_name_is_its_project_however_it_is_written() {
    let known = [known("p-17", &["Fichier des permis", "FAETON 3"])];
    assert_eq!(sightings(&["FICHIER  DES PERMIS"], &known), "p-17 `FICHIER  DES PERMIS` Known");
    assert_eq!(sightings(&["Faéton-3"], &known), "p-17 `Faéton-3` Known");
    assert_eq!(sightings(&["P-17"], &known), "p-17 `P-17` Known");
}

#[test]
fn a_name_never_seen_is_a_new_project_with_an_id_made_of_it() {
    assert_eq!(
        sightings(&["Gestion des Épaves n°2"], &[]),
        "gestion-des-epaves-n-2 `Gestion des Épaves n°2` New"
    );
}

#[test]
fn the_alias_table_speaks_before_the_portfolio_and_what_resembles_is_proposed_all_the_same() {
    let known = [known("inpt-ancien", &["INPT"])];
    assert_eq!(
        sightings(&["INPT"], &known),
        "inpt `INPT` Resembles { project: ProjectId(\"inpt-ancien\"), name: \"INPT\", likeness: 1.0 }"
    );
    assert_eq!(
        Aliases::shipped().unwrap().implied_links(&known),
        [(ProjectId::new("inpt-ancien"), ProjectId::new("inpt"))]
    );
}

#[test]
fn a_resemblance_is_proposed_and_the_project_stays_new() {
    let known = [known("faeton-2", &["FAETON 2"])];
    assert_eq!(
        sightings(&["Faéton : permis de conduire"], &known),
        "faeton-permis-de-conduire `Faéton : permis de conduire` Resembles { project: \
         ProjectId(\"faeton-2\"), name: \"FAETON 2\", likeness: 0.87 }"
    );
}

#[test]
fn a_project_of_the_same_file_or_set_apart_is_not_proposed() {
    let faeton = [known("faeton-2", &["FAETON 2"])];
    assert_eq!(
        sightings(&["FAETON 2", "FAETON 3"], &faeton),
        "faeton-2 `FAETON 2` Known\nfaeton-3 `FAETON 3` New"
    );
    let genesis = [known("genesis", &["GENESIS"])];
    assert_eq!(sightings(&["GENESIS V2"], &genesis), "genesis-v2 `GENESIS V2` New");
}

#[test]
fn the_ministries_that_the_fiche_names_are_known() {
    let aliases = Aliases::shipped().unwrap();
    for (label, code) in [
        ("Ministère de la Santé", "MSO"),
        ("Ministère du Travail", "MSO"),
        ("Ministère de l'Education nationale", "MEN"),
        ("Ministère de l’Enseignement supérieur", "MESR"),
        ("ministère de la Transition Ecologique", "MTE"),
        ("ministère de l'Economie et des Finances", "MEF"),
        ("ministère de l’agriculture", "MASA"),
        ("ministère des Armées", "MINARM"),
        ("Ministère de la Justice", "MJ"),
        ("Ministère de l’Intérieur", "MI"),
        ("Services du Premier ministre", "SPM"),
        ("Ministère de la Culture", "MC"),
        ("Ministère de l'Europe et des Affaires étrangères", "MEAE"),
    ] {
        assert_eq!(
            aliases.ministry(label, day("2020-11-30")),
            Some(MinistryCode::new(code)),
            "{label}"
        );
    }
}

#[test]
fn the_projects_that_the_fiche_names_are_those_of_the_editions() {
    let aliases = Aliases::shipped().unwrap();
    for (name, id) in [
        ("SI SAMU", "si-samu"),
        ("EXPADON", "expadon-2"),
        ("Mistr@l", "mistral"),
        ("HARMONIE", "harmonie"),
        ("NED", "ned"),
        ("Demat’ADS", "dematads"),
        ("Réseau Radio du Futur (RRF)", "rrf"),
    ] {
        assert_eq!(aliases.project(name), Some(ProjectId::new(id)), "{name}");
    }
}
