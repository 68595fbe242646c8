//! Columns kept as facts, in panoramas and in follow-up files, and follow-up files in layouts of their own.

use super::{app_with, imported};
use crate::support::TestApp;

const PANORAMA: &str = r#"
id = "essai"
title = "Essai"
dataset = "panorama"
[fields.project]
headers = ["Projet"]
[fields.ministry]
constant = "MJ"
[fields.phase]
constant = "build"
[fields.start_on]
headers = ["Début"]
parse = "french_month"
[fields.duration_months]
headers = ["Durée"]
[fields.cost_meur]
headers = ["Coût"]
[keep.accessibility_rate]
headers = ["Accessibilité"]
unit = "%"
optional = true
"#;

fn fact(app: &TestApp, field: &str) -> String {
    let row = app.json(&["project", "mimosa", "--as-of", "2021-06-30"]).to_string();
    let start = row.find(&format!("\"{field}\":")).unwrap();
    row[start..].split([',', '}']).next().unwrap().to_owned()
}

#[test]
fn a_panorama_gives_facts_beside_its_own_fields() {
    let text = "Projet,Début,Durée,Coût,Accessibilité\nMIMOSA,mars 2018,24,10,58 %\nGENÊT,mai 2019,12,3,\n";
    let app = app_with(PANORAMA);
    std::fs::write(app.path("2021-06.csv"), text).unwrap();
    let report = app.json(&["import", "2021-06.csv"]);
    let files = report["files"].as_array().unwrap();
    let kinds: Vec<_> = files.iter().map(|file| (&file["dataset"], &file["rows_kept"])).collect();
    assert_eq!(
        format!("{kinds:?}"),
        r#"[(String("panorama"), Number(2)), (String("questionnaire"), Number(1))]"#
    );
    assert_eq!(fact(&app, "accessibility_rate"), "\"accessibility_rate\":0.58");
    let again = app.json(&["import", "2021-06.csv"]);
    assert!(again["files"][1]["recorded"].to_string().contains("unchanged"), "{again}");
    let wrong = text.replace("58 %", "158 %");
    std::fs::write(app.path("2021-07.csv"), wrong).unwrap();
    let said = app.run(&["import", "2021-07.csv"]).stderr;
    assert!(said.contains("colonne `Accessibilité` : trouvé `158 %`"), "{said}");
    // Without the column, which is optional, there is nothing to keep.
    let (_, without) =
        imported(PANORAMA, "2021-06.csv", "Projet,Début,Durée,Coût\nMIMOSA,mars 2018,24,10\n");
    assert_eq!(without["rows_kept"], 1);
}

const ANSWERS: &str = r#"
id = "reponses"
title = "Réponses d’un ministère"
dataset = "questionnaire"
[fields.project]
headers = ["Nom du projet"]
[fields.reported_on]
constant = 2021-05-31
[keep.accessibility_rate]
headers = ["Taux"]
unit = "%"
[keep.director_appointed_on]
headers = ["Nommé le"]
date_format = "%d/%m/%Y"
"#;

const CONTRACTS: &str = r#"
id = "marches"
title = "Marchés d’un ministère"
dataset = "contracts"
transposed = true
[fields.project]
headers = ["Projet"]
[fields.vendor]
headers = ["Titulaire"]
[fields.reported_on]
constant = "2021-05-31"
[fields.notified_on]
headers = ["Notifié le"]
date_format = "%d.%m.%y"
[fields.end_on]
formula = "add_months(notified_on, mois)"
[fields.ceiling_meur]
headers = ["Plafond"]
unit = "k€"
[columns.mois]
headers = ["Durée"]
unit = "mois"
"#;

#[test]
fn follow_up_files_speak_the_same_language() {
    let app = app_with(PANORAMA);
    std::fs::write(app.path("profils/reponses.toml"), ANSWERS).unwrap();
    std::fs::write(app.path("profils/marches.toml"), CONTRACTS).unwrap();
    std::fs::write(app.path("2021-06.csv"), "Projet,Début,Durée,Coût\nMIMOSA,mars 2018,24,10\n")
        .unwrap();
    std::fs::write(
        app.path("2021-06.reponses.csv"),
        "Nom du projet;Taux;Nommé le\nMIMOSA;60;01/02/2020\n",
    )
    .unwrap();
    std::fs::write(
        app.path("2021-06.marches.csv"),
        "Projet;Mimosa;Mimosa\nTitulaire;Acme;Bêta\nNotifié le;30.06.18;01.02.20\nPlafond;850;1 200 k€\nDurée;12;12\n",
    )
    .unwrap();
    app.ok(&["import", "2021-06.csv"]);
    app.ok(&["import", "2021-06.reponses.csv"]);
    let report = app.json(&["import", "2021-06.marches.csv"]);
    assert_eq!(report["files"][0]["rows_kept"], 2, "{report}");
    assert_eq!(fact(&app, "accessibility_rate"), "\"accessibility_rate\":0.6");
}

#[test]
fn kept_facts_wait_as_the_panorama_that_has_them_does() {
    let app = app_with(PANORAMA);
    let text = "Projet,Début,Durée,Coût,Accessibilité\nMIMOSA,mars 2018,24,20130,58 %\n";
    std::fs::write(app.path("2021-06.csv"), text).unwrap();
    let report = app.json(&["import", "2021-06.csv"]);
    for file in report["files"].as_array().unwrap() {
        assert!(file["recorded"].to_string().contains("held"), "{report}");
    }
    app.ok(&["imports", "confirm", "1", "--reason", "le coût est publié ainsi"]);
    let shown = app.json(&["project", "mimosa", "--as-of", "2021-06-30"]).to_string();
    assert!(!shown.contains("0.58"), "{shown}");
    app.ok(&["imports", "confirm", "2", "--reason", "le coût est publié ainsi"]);
    assert_eq!(fact(&app, "accessibility_rate"), "\"accessibility_rate\":0.58");
}

#[test]
fn a_kept_cell_that_is_not_published_is_remarked_on() {
    let profile = PANORAMA.replace("[fields.project]", "withheld = [\"Exempt\"]\n[fields.project]");
    let text =
        "Projet,Début,Durée,Coût,Accessibilité\nMIMOSA,mars 2018,24,10,Exempt under Section 43\n";
    let (_, report) = imported(&profile, "2021-06.csv", text);
    let remark = &report["remarks"][0];
    assert_eq!(
        (&remark["row"], &remark["column"]),
        (&2.into(), &"Accessibilité".into()),
        "{report}"
    );
    let words = remark["remark"].as_str().unwrap();
    assert!(
        words.contains("`accessibility_rate` est enregistré comme « non communiqué »"),
        "{words}"
    );
}

#[test]
fn what_a_formula_misses_hides_no_other_mistake() {
    let formula = PANORAMA
        .replace("headers = [\"Durée\"]", "formula = \"if true { 24 / zero } else { autre }\"");
    let profile = format!(
        "{formula}[columns.zero]\nheaders = [\"Z\"]\nparse = \"number\"\n[columns.autre]\nheaders = [\"A\"]\nparse = \"number\"\n"
    );
    let text = "Projet,Début,Coût,Z,A\nMIMOSA,mars 2018,10,0,\n";
    let said = super::refused(&profile, "2021-06.csv", text);
    assert!(said.contains("une division par zéro"), "{said}");
    // A missing divisor is only missing, and so is the duration.
    let (_, missing) = imported(&profile, "2021-06.csv", text.replace(",0,", ",,"));
    assert_eq!(missing["rows_kept"], 1, "{missing}");
}
