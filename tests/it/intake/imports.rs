//! `vigie import` and `vigie projects`, as a risk analyst uses them.

use crate::support::{TestApp, fixtures};

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n";

fn edition(app: &TestApp, name: &str, rows: &[&str]) {
    let text = format!("{HEADER}{}\n", rows.join("\n"));
    std::fs::write(app.path(name), text).unwrap();
}

#[test]
fn a_dry_run_reports_like_an_import_and_writes_nothing() {
    let app = TestApp::new();
    let folder = fixtures();
    let folder = folder.to_str().unwrap();
    let preview = app.json(&["import", folder, "--dry-run"]);
    assert_eq!(preview["dry_run"], true);
    assert_eq!(app.json(&["imports"]), serde_json::json!([]));
    let report = app.json(&["import", folder]);
    assert_eq!(report["files"], preview["files"]);
}

#[test]
fn a_bad_file_on_its_own_is_the_fault_of_the_command() {
    let app = TestApp::new();
    edition(&app, "2020-11.panorama.csv", &["ALPHA,MJ,build,2018-01,36,-12,false,,,"]);
    let answer = app.run(&["import", "2020-11.panorama.csv"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.stderr.contains("2020-11.panorama.csv"), "{}", answer.stderr);
    assert_eq!(app.json(&["imports"]), serde_json::json!([]));
}

#[test]
fn a_corrected_file_replaces_the_former_and_the_report_says_what_it_changes() {
    let app = TestApp::new();
    edition(&app, "2020-11.first.csv", &["ALPHA,MJ,build,2018-01,36,12,false,,,"]);
    edition(&app, "2020-11.second.csv", &["ALPHA,MJ,build,2018-01,36,15,false,,,"]);
    app.ok(&["import", "2020-11.first.csv"]);
    let report = app.json(&["import", "2020-11.second.csv"]);
    let replaced = &report["files"][0]["recorded"];
    assert_eq!(replaced["outcome"], "replaced");
    assert_eq!(replaced["former"], 1, "{report}");
    assert_eq!(replaced["differences"][0]["field"], "cost_current");
    let imports = app.json(&["imports"]);
    assert_eq!(imports[0]["replaced_by"], 2);
    assert_eq!(imports[1]["replaces"], 1);
    let cost = || {
        let view = app.json(&["project", "alpha", "--as-of", "2020-11-30"]);
        view["project"]["cost_current"].as_f64()
    };
    assert_eq!(cost(), Some(15.0));
    // The former file again is known, and does not come back.
    let again = app.ok(&["import", "2020-11.first.csv"]);
    assert!(again.contains("déjà connu"), "{again}");
    assert_eq!(cost(), Some(15.0));
}

#[test]
fn a_name_that_resembles_a_known_one_is_proposed_and_linked_only_when_told() {
    let app = TestApp::new();
    edition(
        &app,
        "2020-06.panorama.csv",
        &["GRAND CHANTIER ALPHA,MJ,build,2018-01,36,12,false,,,"],
    );
    edition(
        &app,
        "2020-11.panorama.csv",
        &["Grand chantier Alpha 2,MJ,build,2018-01,36,18,false,,,"],
    );
    let report = app.ok(&["import", "2020-06.panorama.csv", "2020-11.panorama.csv"]);
    assert!(report.contains("Ressemblances, à confirmer ou non"), "{report}");
    let history = |name: &str| {
        let view = app.json(&["project", name, "--as-of", "2020-11-30"]);
        let rows = view["history"].as_array().unwrap().len();
        (view["id"].as_str().unwrap().to_owned(), rows)
    };
    assert_eq!(history("grand chantier alpha 2"), ("grand-chantier-alpha-2".to_owned(), 1));

    let link = ["projects", "link", "grand-chantier-alpha-2", "grand-chantier-alpha"];
    app.ok(&[&link[..], &["--reason", "même marché"]].concat());
    assert_eq!(history("grand chantier alpha 2"), ("grand-chantier-alpha".to_owned(), 2));
    let drift = app.json(&["project", "grand-chantier-alpha", "--as-of", "2020-11-30"]);
    assert_eq!(drift["project"]["budget_drift"], 0.5);

    app.ok(&["projects", "unlink", "grand-chantier-alpha-2", "--reason", "deux marchés"]);
    assert_eq!(history("grand chantier alpha 2"), ("grand-chantier-alpha-2".to_owned(), 1));
}

#[test]
fn a_link_is_refused_when_both_projects_stand_in_one_edition() {
    let app = TestApp::new();
    let rows = ["ALPHA,MJ,build,2018-01,36,12,false,,,", "BETA,MJ,build,2018-01,36,12,false,,,"];
    edition(&app, "2020-11.panorama.csv", &rows);
    app.ok(&["import", "2020-11.panorama.csv"]);
    let answer = app.run(&["projects", "link", "alpha", "beta", "--reason", "essai"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.stderr.contains("2020-11"), "{}", answer.stderr);
}

#[test]
fn an_answer_has_three_formats_and_no_colour_when_told() {
    let app = TestApp::with_fixtures();
    let table = app.ok(&["projects", "list"]);
    assert!(table.contains("Identifiant") && !table.contains('\u{1b}'), "{table}");
    let listed = app.json(&["projects", "list"]);
    let csv = app.ok(&["projects", "list", "--format", "csv"]);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("project,ministry,names"));
    assert_eq!(lines.count(), listed.as_array().unwrap().len());
}

#[test]
fn wrong_usage_exits_with_2_and_the_help_names_every_command() {
    let app = TestApp::new();
    assert_eq!(app.run(&["imprt"]).code, Some(2));
    assert_eq!(app.run(&["cycle", "--as-of", "30/11/2020"]).code, Some(2));
    let help = app.ok(&["--help"]);
    for command in ["import", "cycle", "replay", "panorama", "project", "alerts", "missions"] {
        assert!(help.contains(command), "{help}");
    }
}

#[test]
fn an_empty_database_says_what_to_do() {
    let app = TestApp::new();
    let answer = app.run(&["panorama"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.stderr,
        "vigie: aucune édition du panorama n’est connue\u{a0}: en importer d’abord une\n"
    );
}
