//! Campaigns of the questionnaire: planned, answered on time or late, and what the answers bring.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{TestApp, fixtures};

fn plan(app: &TestApp, edition: &str, opens: &str, closes: &str) {
    let dates = ["--opens", opens, "--closes", closes, "--reason", "calendrier du panorama"];
    app.ok(&[&["campaigns", "plan", edition], &dates[..]].concat());
}

/// What a command that must fail says.
fn fault(app: &TestApp, arguments: &[&str]) -> String {
    let answer = app.run(arguments);
    assert_ne!(answer.code, Some(0), "{}", answer.stdout);
    answer.stderr
}

fn show(app: &TestApp, as_of: &str) -> Value {
    app.json(&["campaigns", "show", "2020-11", "--as-of", as_of])
}

/// P10's level and explanation on a project.
fn judged(app: &TestApp, project: &str, as_of: &str) -> (Value, String) {
    let view = app.json(&["project", project, "--as-of", as_of]);
    let verdicts = view["verdicts"].as_array().unwrap();
    let found = verdicts.iter().find(|one| one["rule"] == "P10").unwrap();
    (found["level"].clone(), found["explanation"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_campaign_says_who_answered_in_time_and_who_did_not() {
    let app = TestApp::with_fixtures();
    plan(&app, "2020-11", "2020-09-14", "2020-10-15");
    let planned = app.json(&["campaigns", "list"]);
    assert_eq!(planned[0]["edition"], "2020-11");

    // Before it opens nothing was answered, of what is on file for the edition to come.
    let before = show(&app, "2020-09-01");
    assert_eq!((&before["state"], &before["answered"]), (&json!("planned"), &json!(0)));
    // Answers count from their own day, though the edition that they serve is not published yet.
    let open = show(&app, "2020-10-13");
    assert_eq!((&open["state"], &open["late"]), (&json!("open"), &json!(0)));
    let answered = open["answered"].as_u64().unwrap();
    let closed = show(&app, "2020-11-30");
    assert_eq!(closed["state"], "closed");
    assert!(closed["answered"].as_u64().unwrap() > answered && answered > 0, "{open}");
    let projects = closed["projects"].as_array().unwrap();
    let late: Vec<&Value> = projects.iter().filter(|one| one["is_late"] == true).collect();
    assert_eq!(closed["late"], late.len());
    assert!(late.iter().all(|one| one["answered_on"].as_str().unwrap() > "2020-10-15"));
    for one in projects {
        let of = |count: &str| one[count].as_u64().unwrap();
        let all = of("given") + of("unknown") + of("withheld") + of("unanswered");
        assert_eq!(all, closed["questions"].as_u64().unwrap(), "{one}");
        assert!(one["wanted"].as_array().unwrap().len() <= 3);
    }

    // What the answers bring, by ministry.
    for one in closed["ministries"].as_array().unwrap() {
        let unknown = |side: &str| one[side]["unknown"].as_u64().unwrap();
        if one["answered"] == 0 {
            assert_eq!(one["before"], one["after"], "{one}");
        } else {
            assert!(unknown("after") < unknown("before"), "{one}");
        }
    }

    // Late and missing answers are findings; a cycle within the campaign has none.
    app.ok(&["cycle", "--as-of", "2020-10-15"]);
    assert_eq!(judged(&app, "PORTALIS", "2020-10-15").0, "clear");
    app.ok(&["cycle", "--as-of", "2020-10-30"]);
    let (level, words) = judged(&app, "SI SAMU", "2020-10-30");
    assert_eq!(level, "watch");
    assert!(words.contains("le 16 octobre 2020, 1\u{202f}jour après sa clôture"), "{words:?}");
    let silent = projects.iter().find(|one| one["answered_on"].is_null()).unwrap();
    let name = silent["name"].as_str().unwrap();
    let (silence, why) = judged(&app, name, "2020-10-30");
    assert_eq!(silence, "moderate", "{name}");
    assert!(why.contains("ouverte le 14 septembre 2020 et close le 15 octobre 2020"), "{why}");
    let table = app.ok(&["campaigns", "show", "--as-of", "2020-11-30"]);
    assert!(table.contains("(en retard)") && table.contains("Verdicts gagnés"), "{table}");
}

#[test]
fn each_answer_is_shown_with_its_day_and_its_signature() {
    let app = TestApp::with_fixtures();
    plan(&app, "2020-11", "2020-10-17", "2020-11-20");
    let text = "project;reported_on;answered_by;committees_count;spent_to_date;delivery_confidence\n\
                PORTALIS;2020-10-20;Ada Lovelace, directrice;Ne sait pas;Non communiqué;faible\n";
    std::fs::write(app.path("2020-11.questionnaire-portalis.csv"), text).unwrap();
    app.ok(&["import", "2020-11.questionnaire-portalis.csv"]);
    let request =
        ["campaigns", "answers", "2020-11", "--project", "portalis", "--as-of", "2020-11-01"];
    let lines = app.json(&request);
    let of = |field: &str| {
        let lines = lines.as_array().unwrap();
        lines.iter().find(|line| line["field"] == field).unwrap().clone()
    };
    let state = |field: &str| of(field)["state"].clone();
    assert_eq!(state("committees_count"), "unknown");
    assert_eq!(state("spent_to_date"), "withheld");
    assert_eq!(of("delivery_confidence")["shown"], "2 (faible)");
    assert_eq!(of("delivery_confidence")["answered_by"], "Ada Lovelace, directrice");
    // Answered before the campaign: the value is known, and nothing was answered since.
    let former = of("director_fte");
    assert_eq!(
        (&former["state"], &former["reported_on"]),
        (&json!("unanswered"), &json!("2020-10-14"))
    );
    let table = app.ok(&request);
    assert!(table.contains("ne sait pas") && table.contains("Ada Lovelace"), "{table}");
}

#[test]
fn dates_that_make_no_campaign_are_refused_and_one_is_called_off() {
    let app = TestApp::with_fixtures();
    let refused = |edition: &str, opens: &str, closes: &str| {
        let dates = ["--opens", opens, "--closes", closes, "--reason", "essai"];
        fault(&app, &[&["campaigns", "plan", edition], &dates[..]].concat())
    };
    let backwards = refused("2020-11", "2020-10-16", "2020-09-14");
    assert!(backwards.contains("une campagne du 2020-10-16 au 2020-09-14"), "{backwards}");
    let far = refused("2020-11", "2002-09-14", "2002-10-16");
    assert!(far.contains("à moins d’un an de l’édition"), "{far}");
    plan(&app, "2020-11", "2020-09-14", "2020-10-16");
    let meets = refused("2021-06", "2020-10-16", "2020-11-16");
    assert!(meets.contains("celle de l’édition 2020-11"), "{meets}");
    let unknown = fault(&app, &["campaigns", "show", "2021-06"]);
    assert!(unknown.contains("aucune campagne pour l’édition 2021-06"), "{unknown}");

    // Planned again, it has other dates; a cycle knows what was known then.
    app.ok(&["cycle", "--as-of", "2020-10-30"]);
    let moved = refused("2020-11", "2020-09-21", "2020-12-01");
    assert!(moved.contains("est ouverte depuis le 2020-09-14"), "{moved}");
    plan(&app, "2020-11", "2020-09-14", "2020-12-01");
    app.ok(&["cycle", "--as-of", "2020-10-30"]);
    app.ok(&["campaigns", "cancel", "2020-11", "--reason", "report"]);
    assert_eq!(app.json(&["campaigns", "list"]), json!([]));
    fault(&app, &["campaigns", "cancel", "2020-11", "--reason", "report"]);
    for cycle in ["1", "2"] {
        assert_eq!(app.json(&["replay", cycle])["identical"], true);
    }
    let audit = app.ok(&["audit", "list", "--subject", "campaign"]);
    assert!(audit.contains("campaign_cancelled") && audit.contains("campaign_planned"), "{audit}");
}

/// The level of each verdict on a project, by rule and project.
fn levels(app: &TestApp) -> BTreeMap<(String, String), Option<u64>> {
    const LEVELS: [&str; 5] = ["clear", "watch", "moderate", "high", "critical"];
    let mut levels = BTreeMap::new();
    for project in app.json(&["projects"]).as_array().unwrap() {
        let id = project["project_id"].as_str().unwrap();
        for verdict in app.json(&["project", id])["verdicts"].as_array().unwrap() {
            let level = LEVELS.iter().position(|level| verdict["level"] == *level);
            let level = level.map(|level| u64::try_from(level).unwrap());
            levels.insert((id.to_owned(), verdict["rule"].as_str().unwrap().to_owned()), level);
        }
    }
    levels
}

#[test]
fn a_project_that_knows_nothing_any_more_is_never_better_off() {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-29"]);
    let before = levels(&app);
    assert!(before.len() > 1000, "{}", before.len());
    let asked = std::fs::read_to_string(fixtures().join("2020-11.questionnaire.csv")).unwrap();
    let mut reader = csv_lines(&asked);
    let header = reader.remove(0);
    let fields: Vec<&String> = header.iter().skip(2).collect();
    for word in ["Ne sait pas", "Non communiqué"] {
        let mut text = format!(
            "{};reported_on;{}\n",
            "project",
            fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(";")
        );
        for row in &reader {
            let cells = vec![word; fields.len()].join(";");
            let name = row[0].replace('"', "\"\"");
            writeln!(text, "\"{name}\";2020-11-29;{cells}").unwrap();
        }
        std::fs::write(app.path("2020-11.questionnaire-none.csv"), text).unwrap();
        app.ok(&["import", "2020-11.questionnaire-none.csv"]);
        app.ok(&["cycle", "--as-of", "2020-11-29"]);
        let after = levels(&app);
        let better: Vec<_> = before
            .iter()
            .filter(|(verdict, level)| {
                after[*verdict].is_some_and(|now| level.is_none_or(|was| now < was))
            })
            .map(|(verdict, level)| format!("{verdict:?}: {level:?}, then {:?}", after[verdict]))
            .collect();
        assert_eq!(better, Vec::<String>::new(), "{word}");
    }
}

/// The cells of a file of the fixtures, row by row.
fn csv_lines(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}
