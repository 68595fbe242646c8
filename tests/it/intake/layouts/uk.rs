//! As the United Kingdom publishes its major projects: in columns, with two dates and no duration, in pounds.

use super::{even, imported, project, refused};
use crate::intake::as_sent::{Sheet, csv, xlsx};

/// Two rows are called « Whole Life Cost »: the first is the one approved at first.
const IN_COLUMNS: &str = r#"
id = "uk-colonnes"
title = "Panorama britannique, projets en colonnes"
dataset = "panorama"
transposed = true
withheld = ["Exempt under Section"]

[fields.project]
headers = ["Project Name"]

[fields.ministry]
constant = "MJ"

[fields.phase]
default = "build"
optional = true
headers = ["Stage"]

[fields.start_on]
headers = ["Start Date"]
date_format = "%d.%m.%y"

[fields.cost_meur]
headers = ["Whole Life Cost"]
nth = 2
parse = "english_number"
unit = "£m"
factor = 1.17

[fields.duration_months]
formula = "months_between(start_on, fin)"

[columns.fin]
headers = ["End Date"]
date_format = "%d.%m.%y"
"#;

fn in_columns<'a>(end: &'a str, cost: &'a str) -> Vec<Vec<&'a str>> {
    vec![
        vec!["Major projects, September 2013"],
        vec!["Project Name", "Prison Estate", "Court Records"],
        vec!["Start Date", "30.06.08", "01.09.10"],
        vec!["End Date", "31.12.14", end],
        vec!["Whole Life Cost", "£1.00", "£2.00"],
        vec!["Whole Life Cost", "£2,013.02", cost],
    ]
}

#[test]
fn projects_in_columns_with_two_dates_have_a_duration_and_a_cost_in_euros() {
    let four_digits = in_columns("01.03.2016", "Exempt under Section 43 of the Act");
    let bad_year = refused(IN_COLUMNS, "2013-09.csv", csv(&even(&four_digits)));
    assert!(
        bad_year.contains(
            "ligne 4, colonne `C` : trouvé `01.03.2016`, attendu une date écrite comme le dit `date_format`"
        ),
        "{bad_year}"
    );
    let rows = in_columns("01.03.16", "Exempt under Section 43 of the Act");
    let book = xlsx(&[Sheet::new("GMPP", rows.clone())]);
    for (file, bytes) in [("2013-09.csv", csv(&even(&rows))), ("2013-09.xlsx", book)] {
        let (app, report) = imported(IN_COLUMNS, file, bytes);
        assert_eq!(report["rows_kept"], 2, "{report}");
        let why = report["profile_reason"].as_str().unwrap();
        assert!(why.contains("projets en colonnes, en-têtes à la colonne A"), "{why}");
        let withheld = report["withheld"].to_string();
        assert!(
            withheld.contains(r#""field":"cost_current","project":"court-records""#),
            "{withheld}"
        );
        app.ok(&[
            "imports",
            "confirm",
            "1",
            "--reason",
            "le coût est celui que publie le ministère",
        ]);
        let shown = project(&app, "prison-estate", "2013-09-30").to_string();
        assert!(shown.contains("\"duration_current\":78.0"), "{shown}");
        assert!(shown.contains(&format!("{}", 2013.02 * 1.17)[..7]), "{shown}");
        let records = project(&app, "court-records", "2013-09-30").to_string();
        assert!(records.contains("\"duration_current\":66.0"), "{records}");
        assert!(records.contains("\"cost_withheld\":true"), "{records}");
    }
}

#[test]
fn a_duration_of_a_withheld_date_is_withheld_too() {
    let rows = in_columns("Exempt under Section 43", "£3.00");
    let (app, report) = imported(IN_COLUMNS, "2013-09.csv", csv(&even(&rows)));
    let withheld = report["withheld"].to_string();
    assert!(
        withheld.contains(r#""field":"duration_current","project":"court-records""#),
        "{withheld}"
    );
    app.ok(&["imports", "confirm", "1", "--reason", "le coût est celui que publie le ministère"]);
    let shown = project(&app, "court-records", "2013-09-30").to_string();
    assert!(shown.contains("3.51"), "{shown}");
}

const IN_ROWS: &str = r#"
id = "uk-lignes"
title = "Panorama britannique, projets en lignes"
dataset = "panorama"

[fields.project]
headers = ["Project"]

[fields.ministry]
headers = ["Department"]

[fields.phase]
constant = "build"

[fields.start_on]
headers = ["Start"]
date_format = ["%d/%m/%Y", "%b-%y"]

[fields.duration_months]
headers = ["Length"]
unit = "ans"

[fields.cost_meur]
headers = ["Budget"]
parse = "english_number"
unit = "£m"
factor = 1.0
"#;

#[test]
fn amounts_with_their_signs_are_read_in_the_unit_of_the_column() {
    let text = "Project,Department,Start,Length,Budget\n\
                Ajonc,MJ,03/04/2012,\"2,5\",\"£2,013.02\"\n\
                Genêt,MJ,Sep-11,3 ans,£0.5bn\n\
                Mimosa,MJ,01/02/2013,18 mois,12\n";
    let (app, report) = imported(IN_ROWS, "2013-09.csv", text);
    assert_eq!(report["rows_kept"], 3);
    app.ok(&["imports", "confirm", "1", "--reason", "le coût est celui que publie le ministère"]);
    for (name, cost, months) in
        [("ajonc", "2013.02", "30.0"), ("genet", "500.0", "36.0"), ("mimosa", "12.0", "18.0")]
    {
        let shown = project(&app, name, "2013-09-30").to_string();
        assert!(shown.contains(&format!("\"cost_current\":{cost}")), "{shown}");
        assert!(shown.contains(&format!("\"duration_current\":{months}")), "{shown}");
    }
    let said = refused(IN_ROWS, "2013-09.csv", text.replace("£0.5bn", "0.5 M€"));
    assert!(
        said.contains("trouvé `0.5 M€`, attendu un nombre dans l’unité de la colonne"),
        "{said}"
    );
}

#[test]
fn faults_of_a_file_in_columns_are_at_its_own_rows_and_columns() {
    let rows = in_columns("01.03.16", "two");
    let said = refused(IN_COLUMNS, "2013-09.csv", csv(&even(&rows)));
    assert!(said.contains("ligne 6, colonne `C` : trouvé `two`"), "{said}");

    let mut twice = in_columns("01.03.16", "£3.00");
    twice[1][2] = "Prison Estate";
    let again = refused(IN_COLUMNS, "2013-09.csv", csv(&even(&twice)));
    assert!(again.contains("déjà à la colonne B"), "{again}");

    let app = super::app_with(IN_COLUMNS);
    let good = in_columns("01.03.16", "£3.00");
    std::fs::write(app.path("2013-09.csv"), csv(&even(&good))).unwrap();
    let tried = app.ok(&["profiles", "try", "profils/essai.toml", "2013-09.csv"]);
    assert!(tried.contains("│ Colonne ┆ project"), "{tried}");
    assert!(tried.contains(" C ┆ Court Records"), "{tried}");
}

#[test]
fn a_separator_that_is_missing_in_a_file_in_columns_is_a_fault() {
    let text = "Project Name;Prison Estate;Court Records\nStart Date;30.06.08;01.09.10\n\
                End Date;31.12.14;01.03.16\nWhole Life Cost;£1.00;£2.00\nWhole Life Cost;£2.00£3.00\n";
    let said = refused(IN_COLUMNS, "2013-09.csv", text);
    let expected = "trouvé 2 cellules, attendu 3, comme à la ligne des projets";
    assert!(said.contains("ligne 5") && said.contains(expected), "{said}");
}
