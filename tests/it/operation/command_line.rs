//! What people see of commands: tables, cards, filters, lists, and what a date means.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::TestApp;

fn judged() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app
}

/// What a command shows on a screen of this width.
fn on_screen(app: &TestApp, width: &str, arguments: &[&str]) -> String {
    let output = app.command(arguments).env("COLUMNS", width).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn one_alert_is_shown_with_labels_and_values() {
    let app = judged();
    let shown = app.ok(&["alerts", "show", "D1", "SI SAMU"]);
    let summary: Vec<&str> = shown.lines().take_while(|line| !line.is_empty()).collect();
    let summary = summary.join("\n");
    for words in
        ["Rubrique", "Contenu", "Niveau", "Critique", "ouverte", "30 novembre 2020", "SI SAMU"]
    {
        assert!(summary.contains(words), "{words}\n{summary}");
    }
    assert!(shown.contains("Historique") && !shown.contains("Histoire\n"), "{shown}");
}

#[test]
fn filters_that_name_nothing_are_refused_and_levels_are_understood_in_french() {
    let app = judged();
    for (arguments, known) in [
        (["alerts", "--rule", "X9"], "D1, D10, D2"),
        (["alerts", "--ministry", "XX"], "MI, "),
        (["alerts", "--project", "si samou"], "si samu"),
        (["missions", "--ministry", "XX"], "MI, "),
        (["missions", "--project", "portaliz"], "portalis"),
        (["alerts", "--level", "grave"], "high (« élevé »)"),
    ] {
        let answer = app.run(&arguments);
        assert_ne!(answer.code, Some(0), "{arguments:?}");
        let words = answer.stderr.to_lowercase();
        assert!(words.contains(&known.to_lowercase()), "{arguments:?}: {}", answer.stderr);
    }
    let critical = app.json(&["alerts", "--level", "critical"]);
    for level in ["critique", "Critiques", "CRITIQUE"] {
        assert_eq!(app.json(&["alerts", "--level", level]), critical, "{level}");
    }
    assert_eq!(
        app.json(&["alerts", "--level", "élevée"]),
        app.json(&["alerts", "--level", "high"])
    );
    let of_project = app.json(&["alerts", "--project", "si samu"]);
    let of_project = of_project.as_array().unwrap();
    assert!(of_project.len() > 3);
    for alert in of_project {
        assert_eq!(alert["subject"], "project/si-samu");
        assert_eq!(
            (&alert["subject_name"], &alert["ministry"]),
            (&"SI SAMU".into(), &"MSO".into())
        );
        assert!(alert["rule_title"].as_str().unwrap().contains(' '), "{alert}");
    }
    for mission in app.json(&["missions", "--ministry", "MJ"]).as_array().unwrap() {
        assert_eq!(mission["ministry"], "MJ");
        assert!(!mission["rule_titles"].as_array().unwrap().is_empty(), "{mission}");
    }
}

#[test]
fn tables_follow_the_screen_and_become_cards_where_it_is_narrow() {
    let app = judged();
    for width in [40, 80, 99, 100, 140, 200] {
        for arguments in [
            ["alerts", "--rule=D1"],
            ["missions", "--late"],
            ["project", "SI SAMU"],
            ["cycles", "--"],
        ] {
            let arguments: Vec<&str> = arguments.into_iter().filter(|word| *word != "--").collect();
            let shown = on_screen(&app, &width.to_string(), &arguments);
            let is_title = |line: &&str| !line.starts_with(['│', '┌', '└', '╞', ' ']);
            for line in shown.lines().filter(|line| !is_title(line)) {
                assert!(
                    console::measure_text_width(line) <= width,
                    "{width} {arguments:?}: {line}"
                );
            }
        }
    }
    let wide = on_screen(&app, "140", &["alerts", "--rule", "D1"]);
    assert!(wide.contains("┆ Explication"), "{wide}");
    let narrow = on_screen(&app, "80", &["alerts", "--rule", "D1", "--project", "portalis"]);
    insta::assert_snapshot!(narrow);
}

#[test]
fn a_reader_that_has_read_enough_is_no_fault() {
    let app = judged();
    for arguments in [
        ["alerts", "--format=table"],
        ["alerts", "--format=csv"],
        ["export", "verdicts"],
        ["dictionary", "--format=json"],
    ] {
        let mut child =
            app.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{arguments:?}");
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), "", "{arguments:?}");
    }
}

#[test]
fn the_four_lists_and_who_leaves_are_to_be_had() {
    let app = judged();
    let lists = app.ok(&["lists"]);
    for title in [
        "Projets en clôture : 4",
        "Projets récurrents : 5",
        "Projets en recadrage",
        "Projets en vigilance accrue",
    ] {
        assert!(lists.contains(title), "{title}\n{lists}");
    }
    assert!(!app.ok(&["lists", "closing"]).contains("récurrents"));
    let figures = app.json(&["panorama", "--as-of", "2020-11-30"]);
    let leaving = app.json(&["projects", "--leaving"]);
    let count = figures["portfolio"]["due_to_leave_count"].as_u64().unwrap();
    assert_eq!(u64::try_from(leaving.as_array().unwrap().len()).unwrap(), count);
}

#[test]
fn two_editions_are_compared() {
    let app = judged();
    let found = app.json(&["editions", "compare", "2020-06", "2020-11"]);
    assert_eq!(app.json(&["editions", "compare", "2020-11", "2020-06"]), found);
    assert_eq!(
        (&found["before"]["project_count"], &found["after"]["project_count"]),
        (&45.into(), &43.into())
    );
    let of = |wanted: &str| {
        found["projects"].as_array().unwrap().iter().filter(|one| one["move"] == wanted).count()
    };
    assert_eq!((of("entered"), of("left"), of("changed"), of("unchanged")), (4, 6, 19, 20));
    let portalis = found["projects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["project_id"] == "portalis")
        .unwrap();
    assert_eq!((&portalis["cost_before"], &portalis["cost_after"]), (&54.6.into(), &55.9.into()));
    assert_eq!(
        (&portalis["cost_change"], &portalis["changed"]),
        (&1.3.into(), &serde_json::json!(["cost"]))
    );
    let unknown = app.run(&["editions", "compare", "2020-06", "2019-06"]);
    assert!(
        unknown.stderr.contains("2019-06") && unknown.stderr.contains("2020-06, 2020-11"),
        "{}",
        unknown.stderr
    );
    app.ok(&["editions", "compare", "2020-06", "2020-11", "--out", "change.xlsx"]);
    assert!(app.path("change.xlsx").exists());
}

#[test]
fn a_date_is_honoured_or_refused() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-06-30"]);
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let then = app.json(&["project", "SI SAMU", "--as-of", "2020-09-01"]);
    assert_eq!(then["cycle"]["as_of"], "2020-06-30");
    let before = app.json(&["project", "SI SAMU", "--as-of", "2020-06-15"]);
    assert_eq!(
        (&before["cycle"], &before["verdicts"]),
        (&serde_json::Value::Null, &serde_json::json!([]))
    );
    let now = app.json(&["project", "SI SAMU"]);
    assert_eq!(now["cycle"]["as_of"], "2020-11-30");
    assert_ne!(then["verdicts"], now["verdicts"]);
    let verdicts = |as_of: &str| app.ok(&["export", "verdicts", "--as-of", as_of]);
    assert_ne!(verdicts("2020-06-30"), verdicts("2020-11-30"));
    for arguments in [["export", "alerts"], ["export", "missions"], ["missions", "plan"]] {
        let refused = app.run(&[&arguments[..], &["--as-of", "2020-06-30"]].concat());
        assert_eq!(refused.code, Some(1), "{arguments:?}");
        assert!(
            refused
                .stderr
                .contains("seul l’état d’aujourd’hui est connu, et non celui du 2020-06-30"),
            "{}",
            refused.stderr
        );
        app.ok(&[&arguments[..], &["--as-of", "2020-11-30"]].concat());
    }
}

#[test]
fn the_clock_of_a_demonstration_starts_on_its_day() {
    let app = TestApp::new();
    let day = ("VIGIE_DEMONSTRATION_DATE", "2020-11-30");
    let run = |arguments: &[&str]| {
        let output = app.command(arguments).env(day.0, day.1).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["import", crate::support::fixtures().to_str().unwrap()]);
    run(&["cycle"]);
    let missions: serde_json::Value =
        serde_json::from_str(&run(&["missions", "--format", "json"])).unwrap();
    let missions = missions.as_array().unwrap();
    assert!(!missions.is_empty() && missions.iter().all(|mission| mission["late"] == false));
    let mut odd = app.command(&["missions"]);
    let odd = odd.env(day.0, "novembre").output().unwrap();
    let words = String::from_utf8(odd.stderr).unwrap();
    assert!(words.contains("`demonstration_date`\u{a0}: trouvé `novembre`"), "{words}");
}

#[test]
fn an_administrator_is_invited_until_there_is_one() {
    let app = TestApp::new();
    app.ok(&["accounts", "add", "Claire Martin", "--role", "analyst"]);
    assert!(app.ok(&["accounts", "invite"]).contains("/setup/"));
    app.ok(&["accounts", "add", "Ada Martin", "--role", "administrator"]);
    assert_eq!(app.run(&["accounts", "invite"]).code, Some(1));
}
