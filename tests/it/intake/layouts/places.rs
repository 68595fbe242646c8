//! Where a profile looks: which sheet, which row of headers, which column.

use super::{app_with, imported, project, refused};
use crate::intake::as_sent::{Sheet, xlsx};

const FIELDS: &str = r#"
[fields.project]
headers = ["Projet"]
[fields.ministry]
constant = "MJ"
[fields.phase]
constant = "scoping"
[fields.start_on]
headers = ["Début"]
parse = "french_month"
[fields.duration_months]
headers = ["Durée"]
[fields.cost_meur]
headers = ["Coût"]
"#;

pub(super) fn profile(head: &str) -> String {
    format!("id = \"essai\"\ntitle = \"Essai\"\ndataset = \"panorama\"\n{head}\n{FIELDS}")
}

fn sheet(cost: &str) -> Vec<Vec<&str>> {
    vec![vec!["Projet", "Début", "Durée", "Coût"], vec!["MIMOSA", "mars 2018", "24", cost]]
}

#[test]
fn the_sheet_that_the_profile_names_is_read() {
    let book = xlsx(&[Sheet::new("Mars", sheet("10")), Sheet::new("Juin", sheet("12"))]);
    let said = refused(&profile(""), "2021-06.xlsx", &book);
    assert!(said.contains("plusieurs feuilles se reconnaissent"), "{said}");
    let (app, report) = imported(&profile("sheet = \"juin\""), "2021-06.xlsx", &book);
    assert!(report["profile_reason"].as_str().unwrap().starts_with("feuille `Juin`"), "{report}");
    assert!(project(&app, "mimosa", "2021-06-30").to_string().contains("\"cost_current\":12.0"));
    let other = app_with(&profile("sheet = [\"Août\"]"));
    std::fs::write(other.path("2021-06.xlsx"), &book).unwrap();
    let answer = other.run(&["import", "2021-06.xlsx", "--profile", "essai"]);
    assert!(answer.stderr.contains("`feuille Août`"), "{}", answer.stderr);
}

#[test]
fn the_header_is_at_the_row_that_the_profile_says() {
    let twice = "Projet,Début,Durée,Coût\nun,deux,trois,quatre\nProjet,Début,Durée,Coût\nMIMOSA,mars 2018,24,10\n";
    assert!(refused(&profile(""), "2021-06.csv", twice).contains("trouvé `deux`"));
    let (_, report) = imported(&profile("header_row = 3"), "2021-06.csv", twice);
    assert_eq!(report["rows_kept"], 1);
    assert!(report["profile_reason"].as_str().unwrap().contains("en-têtes à la ligne 3"));
    // Further down than a header is looked for.
    let deep =
        format!("{}Projet,Début,Durée,Coût\nMIMOSA,mars 2018,24,10\n", "x,x,x,x\n".repeat(40));
    let (_, far) = imported(&profile("header_row = 41"), "2021-06.csv", deep);
    assert_eq!(far["rows_kept"], 1);
}

#[test]
fn columns_are_found_by_position_with_a_header_or_without() {
    let by_position = |head: &str| {
        profile(head)
            .replace("headers = [\"Début\"]", "position = \"B\"")
            .replace("headers = [\"Coût\"]", "position = 4")
    };
    let text = "Projet,,Durée,\nMIMOSA,mars 2018,24,10\n";
    let (app, _) = imported(&by_position(""), "2021-06.csv", text);
    assert!(project(&app, "mimosa", "2021-06-30").to_string().contains("\"cost_current\":10.0"));
    let said = refused(&by_position(""), "2021-06.csv", text.replace(",10", ",dix"));
    assert!(said.contains("colonne `D` : trouvé `dix`"), "{said}");

    let bare = by_position("header_row = 0")
        .replace("headers = [\"Projet\"]", "position = \"A\"")
        .replace("headers = [\"Durée\"]", "position = \"C\"");
    let without = app_with(&bare);
    std::fs::write(without.path("2021-06.csv"), "MIMOSA,mars 2018,24,10\nGENÊT,mai 2019,12,3\n")
        .unwrap();
    assert_eq!(without.run(&["import", "2021-06.csv"]).code, Some(1), "never chosen by itself");
    let report = without.json(&["import", "2021-06.csv", "--profile", "essai"]);
    assert_eq!(report["files"][0]["rows_kept"], 2);
}

#[test]
fn a_default_stands_for_an_empty_cell_and_an_ignored_column_is_no_remark() {
    let profile = profile("ignored = [\"Commentaire\"]")
        .replace("headers = [\"Coût\"]", "headers = [\"Coût\"]\nunit = \"k€\"\ndefault = 1.5");
    let text = "Projet,Début,Durée,Coût,Commentaire\nMIMOSA,mars 2018,24,,RAS\nGENÊT,mai 2019,12,2 500 k€,RAS\nAJONC,mai 2019,12,\"26,19 M€\",RAS\n";
    let (app, report) = imported(&profile, "2021-06.csv", text);
    assert!(!report["set_aside"].to_string().contains("Commentaire"), "{report}");
    for (name, cost) in [("mimosa", "1.5"), ("genet", "2.5"), ("ajonc", "26.19")] {
        let shown = project(&app, name, "2021-06-30").to_string();
        assert!(shown.contains(&format!("\"cost_current\":{cost}")), "{shown}");
    }
}

#[test]
fn a_header_that_says_another_unit_than_the_profile_is_a_fault() {
    let profile =
        profile("").replace("headers = [\"Coût\"]", "headers = [\"Coût\"]\nunit = \"M€\"");
    let text = "Projet,Début,Durée,Coût (k€)\nMIMOSA,mars 2018,24,10\n";
    let said = refused(&profile, "2021-06.csv", text);
    assert!(said.contains("colonne `Coût (k€)` : trouvé une autre unité dans l’en-tête"), "{said}");
    assert!(imported(&profile, "2021-06.csv", text.replace("(k€)", "(M€)")).1["rows_kept"] == 1);
}

#[test]
fn a_unit_in_a_header_is_never_counted_twice_nor_passed_over() {
    let cost = |lines: &str| {
        profile("").replace("headers = [\"Coût\"]", &format!("headers = [\"Coût\"]\n{lines}"))
    };
    let kept = |lines: &str| {
        format!("{}[keep.spent_to_date]\nheaders = [\"Dépensé\"]\n{lines}\n", profile(""))
    };
    let share = |lines: &str| {
        format!("{}[keep.accessibility_rate]\nheaders = [\"Taux\"]\n{lines}\n", profile(""))
    };
    let other = "trouvé une autre unité dans l’en-tête";
    for (profile, header, cells, expected) in [
        (cost("factor = 0.000001"), "Coût (€)", "10", "attendu un seul des deux qui convertisse"),
        (cost("unit = \"£m\"\nfactor = 1.17"), "Coût (€m)", "10", other),
        (cost(""), "Coût (£)", "10", other),
        (kept(""), "Coût,Dépensé (%)", "10,5", other),
        (kept("unit = \"M€\""), "Coût,Dépensé (€)", "10,5", other),
        (share("unit = \"%\""), "Coût,Taux (€)", "10,5", other),
        (share(""), "Coût,Taux (%)", "10,\"0,35\"", "suivi de `%`"),
    ] {
        let text = format!("Projet,Début,Durée,{header}\nMIMOSA,mars 2018,24,{cells}\n");
        let said = refused(&profile, "2021-06.csv", text);
        assert!(said.contains(expected), "{header}: {said}");
    }
    let spent = "Projet,Début,Durée,Coût,Dépensé (€)\nMIMOSA,mars 2018,24,10,2500000\n";
    let (app, _) = imported(&kept(""), "2021-06.csv", spent);
    let shown = project(&app, "mimosa", "2021-06-30").to_string();
    assert!(shown.contains("\"spent_to_date\":2.5"), "{shown}");
    let rate = "Projet,Début,Durée,Coût,Taux (%)\nMIMOSA,mars 2018,24,10,58\n";
    let (with_rate, _) = imported(&share(""), "2021-06.csv", rate);
    let rated = project(&with_rate, "mimosa", "2021-06-30").to_string();
    assert!(rated.contains("\"accessibility_rate\":0.58"), "{rated}");
    let pounds = "Projet,Début,Durée,Coût (£m)\nMIMOSA,mars 2018,24,10\n";
    let rate_of_pounds = cost("unit = \"£m\"\nfactor = 2");
    let (in_pounds, _) = imported(&rate_of_pounds, "2021-06.csv", pounds);
    let foreign = project(&in_pounds, "mimosa", "2021-06-30").to_string();
    assert!(foreign.contains("\"cost_current\":20.0"), "{foreign}");
}

#[test]
fn thousands_in_english_are_remarked_on_behind_their_sign_and_not_in_calculations() {
    let cost = "headers = [\"Coût\"]";
    let pounds = profile("").replace(cost, "headers = [\"Coût\"]\nunit = \"£m\"\nfactor = 1.0");
    let text = "Projet,Début,Durée,Coût\nMIMOSA,mars 2018,24,\"£2,013\"\n";
    let (_, report) = imported(&pounds, "2021-06.csv", text);
    let remark = report["remarks"].to_string();
    assert!(remark.contains("`£2,013` est lu comme un nombre à trois décimales"), "{remark}");
    let formula = profile("").replace(cost, "formula = \"k / 1000\"");
    let computed = format!("{formula}[columns.k]\nheaders = [\"Coût\"]\nparse = \"number\"\n");
    let (_, plain) = imported(&computed, "2021-06.csv", text.replace("\"£2,013\"", "2013"));
    assert_eq!(plain["remarks"].to_string(), "[]", "{plain}");
}
