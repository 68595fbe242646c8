//! As the United States publish their large projects: a line of totals under each agency, months before days.

use std::fmt::Write as _;

use super::{imported, project, refused};

const PROFILE: &str = r#"
id = "us"
title = "Portefeuille américain"
dataset = "panorama"

[[set_aside]]
column = "Agency"
begins = ["Total"]
reason = "total d’un ministère"

[[set_aside]]
begins = ["Note", "Source"]
reason = "note"

[fields.project]
headers = ["Investment"]

[fields.ministry]
headers = ["Bureau"]

[fields.phase]
constant = "build"

[fields.start_on]
headers = ["Start date"]
DATES

[fields.duration_months]
formula = "months_between(start_on, fin)"

[fields.cost_meur]
headers = ["Lifecycle cost ($M)"]
parse = "english_number"
unit = "$m"
factor = 0.9

[columns.fin]
headers = ["Planned end"]
DATES
"#;

/// Projects of 26 agencies, each followed by its total.
fn file() -> String {
    let mut text =
        "Agency,Investment,Bureau,Start date,Planned end,Lifecycle cost ($M)\n".to_owned();
    for agency in 1..=26 {
        writeln!(text, "A{agency},Projet {agency} a,MJ,03/04/2021,05/06/2023,\"1,{agency:03}.5\"")
            .unwrap();
        writeln!(text, "Total A{agency},Tous,,,,\"1,{agency:03}.5\"").unwrap();
    }
    text.push_str("Note: amounts in millions,,,,,\n");
    text
}

#[test]
fn totals_and_notes_are_set_aside_with_the_reason_of_the_profile() {
    let profile = PROFILE.replace("DATES", "date_format = \"%m/%d/%Y\"");
    let (app, report) = imported(&profile, "2021-09.csv", file());
    assert_eq!(report["rows_kept"], 26);
    let aside = report["set_aside"].as_array().unwrap();
    let totals = aside.iter().find(|one| one["reason"] == "total d’un ministère").unwrap();
    assert_eq!(totals["rows"].as_array().unwrap().len(), 26, "{aside:?}");
    assert!(aside.iter().any(|one| one["reason"] == "note" && one["rows"][0] == 54), "{aside:?}");
    let shown = project(&app, "projet-7-a", "2021-09-30").to_string();
    assert!(shown.contains("\"start_on\":\"2021-03-01\""), "{shown}");
    assert!(shown.contains("\"duration_current\":26.0"), "{shown}");
    assert!(shown.contains("\"cost_current\":906.75"), "{shown}");
}

#[test]
fn a_day_that_may_be_a_month_is_refused_until_the_profile_says_the_order() {
    let said = refused(&PROFILE.replace("DATES", ""), "2021-09.csv", file());
    assert!(
        said.contains(
            "colonne `Start date`, 26 fois : attendu une date dont l’ordre soit dit : `date_format = \"%d/%m/%Y\"`"
        ),
        "{said}"
    );
    // The other order gives other dates, and nothing else decides.
    let profile = PROFILE.replace("DATES", "date_format = \"%d/%m/%Y\"");
    let (app, _) = imported(&profile, "2021-09.csv", file());
    let shown = project(&app, "projet-7-a", "2021-09-30").to_string();
    assert!(shown.contains("\"start_on\":\"2021-04-01\""), "{shown}");
}
