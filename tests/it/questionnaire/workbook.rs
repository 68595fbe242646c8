//! The workbook of a questionnaire: exported, opened and filled in by a program that is not ours, Debian's
//! python3-openpyxl, and imported.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

use chrono::NaiveDate;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support;
use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures, root};
use vigie::domain::accounts::access::Role;
use vigie::domain::portfolio::follow_up::{Answer, Fact, NoAnswer};
use vigie::domain::value::Value as FieldValue;
use vigie::store::Store;

const SHEET: &str = "2020-11.questionnaire-MJ.xlsx";
const SIGNED: &str = "Ada Lovelace, directrice de projet";

fn export(app: &TestApp, arguments: &[&str]) {
    let fixed = ["questionnaire", "export", "--as-of", "2020-11-30", "--out", SHEET];
    let arguments: Vec<&str> = fixed.into_iter().chain(arguments.iter().copied()).collect();
    assert_eq!(app.ok(&arguments), "");
}

/// What a spreadsheet program shows of the workbook, with the columns of one project; `None` where there is no such program.
fn read(app: &TestApp, project: &str) -> Option<String> {
    let mut reader = support::python("openpyxl")?;
    reader.arg(root().join("tests/it/support/read_workbook.py"));
    let output = reader.arg(app.path(SHEET)).arg(project).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Fills in the answers of projects, by field, and saves the workbook under another name.
fn fill(app: &TestApp, answers: &Value, filled: &str) -> Option<()> {
    let mut person = support::python("openpyxl")?;
    person.arg(root().join("tests/it/support/fill_workbook.py"));
    let mut child = person
        .args([app.path(SHEET), app.path(filled)])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(answers.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

/// The latest fact of each field of a project, as it is kept.
fn facts(app: &TestApp, project: &str) -> BTreeMap<String, Fact> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let portfolio = runtime.block_on(async {
        let store = Store::open(&app.database_url()).await.unwrap();
        let upto = store.latest_known().await.unwrap();
        store.portfolio(&upto, day("2021-12-31")).await.unwrap()
    });
    let mut facts: Vec<Fact> =
        portfolio.facts.into_iter().filter(|fact| fact.project.as_str() == project).collect();
    facts.sort_by_key(|fact| fact.reported_on);
    facts.into_iter().map(|fact| (fact.field.clone(), fact)).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_spreadsheet_program_shows_the_questions_of_a_ministry_with_what_each_cell_takes() {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "MJ"]);
    let Some(shown) = read(&app, "PORTALIS") else { return };
    insta::assert_snapshot!(shown);
}

/// What two projects answer: one to questions of every kind, the other to none.
fn answers() -> Value {
    json!({
        "PORTALIS": {
            "reported_on": "2020-11-27",
            "answered_by": SIGNED,
            "director_fte": 0.5,
            "sponsor_named": "Non",
            "progress_pct": 0.61,
            "go_live_on": "2023-02-01",
            "committees_count": "Ne sait pas",
            "spent_to_date": "Non communiqué",
            "director_prior_projects": "Inchangé",
            "delivery_confidence": "élevée",
        },
        "AMÉLANCHIER": {"reported_on": "2020-11-26"},
    })
}

#[test]
fn answers_are_kept_with_their_date_and_who_gave_them() {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "Ministère de la Justice"]);
    let before = facts(&app, "portalis");
    if fill(&app, &answers(), "2020-11.questionnaire-rempli.xlsx").is_none() {
        return;
    }
    let report = app.json(&["import", "2020-11.questionnaire-rempli.xlsx"]);
    let file = &report["files"][0];
    assert_eq!(
        (&file["dataset"], &file["rows_kept"]),
        (&json!("questionnaire"), &json!(8)),
        "{file}"
    );
    assert_eq!(file["profile"], "vigie-questionnaire-workbook", "{file}");
    let aside: Vec<&str> = file["set_aside"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        aside,
        [
            "colonnes B, C, D, E, F, H, I, K, L, N, O, Q, R, T, U, W, X : questions et dernières réponses, pour mémoire",
            "colonnes G, J, M, P, V, Y : aucune réponse",
        ]
    );
    let kept = facts(&app, "portalis");
    for (field, answer) in [
        ("director_fte", Answer::Value(FieldValue::Float(0.5))),
        ("sponsor_named", Answer::Value(FieldValue::Bool(false))),
        ("progress_pct", Answer::Value(FieldValue::Float(0.61))),
        ("go_live_on", Answer::Value(FieldValue::Date(day("2023-02-01")))),
        ("committees_count", Answer::None(NoAnswer::Unknown)),
        ("spent_to_date", Answer::None(NoAnswer::Withheld)),
        ("director_prior_projects", before["director_prior_projects"].answer.clone()),
        ("delivery_confidence", Answer::Value(FieldValue::Int(4))),
    ] {
        let fact = &kept[field];
        assert_eq!(fact.answer, answer, "{field}");
        assert_eq!(fact.reported_on, day("2020-11-27"), "{field}");
        assert_eq!(fact.answered_by.as_deref(), Some(SIGNED), "{field}");
    }
    assert_eq!(kept["internal_fte"], before["internal_fte"], "not answered");
}

#[test]
fn the_next_workbook_shows_the_answers_as_the_last_ones() {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "MJ"]);
    if fill(&app, &answers(), "2020-11.questionnaire-rempli.xlsx").is_none() {
        return;
    }
    app.ok(&["import", "2020-11.questionnaire-rempli.xlsx"]);
    export(&app, &["--ministry", "MJ", "--project", "portalis"]);
    let shown = read(&app, "PORTALIS").unwrap();
    for line in [
        "| 2020-11-27 | Ne sait pas |",
        "| 2020-11-27 | Non communiqué |",
        "| 2020-11-27 | Non |",
        "| 2020-11-27 | élevée |",
        "| 2020-11-27 | 2023-02-01 |",
        SIGNED,
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
}

/// Of every kind of question, what is shown beside is what was answered.
#[test]
fn every_last_answer_can_be_confirmed_by_one_word() {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "MJ"]);
    let before = facts(&app, "portalis");
    let confirmed = json!({"PORTALIS": {"reported_on": "2020-12-02", "*": "Inchangé"}});
    if fill(&app, &confirmed, "confirme.xlsx").is_none() {
        return;
    }
    // Of no edition that its name says: that of the day of the answers.
    let report = app.json(&["import", "confirme.xlsx"]);
    assert_eq!(report["files"][0]["edition"], "2020-12", "{report}");
    let reason = report["files"][0]["profile_reason"].as_str().unwrap();
    assert!(reason.contains("d’après la date des dernières réponses"), "{reason}");
    let after = facts(&app, "portalis");
    let questions: BTreeSet<&str> =
        support::shipped_dictionary().questions().map(|one| one.name).collect();
    let asked: BTreeSet<&String> =
        before.keys().filter(|field| questions.contains(field.as_str())).collect();
    assert!(asked.len() > 30, "{asked:?}");
    for field in asked {
        assert_eq!(after[field].answer, before[field].answer, "{field}");
        assert_eq!(after[field].reported_on, day("2020-12-02"), "{field}");
    }
}

#[track_caller]
fn refused(answers: &Value) -> Option<String> {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "MJ", "--project", "PORTALIS", "--project", "AMÉLANCHIER"]);
    fill(&app, answers, "2020-11.faux.xlsx")?;
    let answer = app.run(&["import", "2020-11.faux.xlsx"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    Some(answer.stderr)
}

#[test]
fn what_cannot_be_read_is_said_at_its_cell() {
    let wrong = json!({
        "PORTALIS": {"reported_on": "2020-11-27", "director_changes_since_start": "plusieurs", "progress_pct": 61},
        "AMÉLANCHIER": {"reported_on": "2020-11-27", "sponsor_named": "Inchangé", "committees_count": 2},
    });
    let Some(said) = refused(&wrong) else { return };
    for expected in [
        "ligne 6, colonne `J` : trouvé `plusieurs`, attendu un nombre",
        "colonne `J` : trouvé `61`, attendu une part, de 0 à 1 : 0,61, et non 61",
        "colonne `G` : trouvé `Inchangé`, attendu une valeur dans la cellule à gauche, colonne F",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    assert!(said.contains(": 3\u{a0}erreurs"), "{said}");
}

#[test]
fn answers_without_their_date_are_refused_at_the_cell_of_the_date() {
    let undated = json!({"PORTALIS": {"answered_by": SIGNED, "committees_count": 2}});
    let Some(said) = refused(&undated) else { return };
    assert!(said.contains("ligne 2, colonne `J` : trouvé rien, attendu une date"), "{said}");
}

#[test]
fn a_workbook_that_nobody_filled_in_is_refused_for_that() {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "MJ"]);
    let answer = app.run(&["import", SHEET]);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    assert!(answer.stderr.contains("aucun projet à lire"), "{}", answer.stderr);
    assert!(
        answer.stderr.contains("colonnes G, J, M, P, S, V, Y : aucune réponse"),
        "{}",
        answer.stderr
    );
}

#[test]
fn what_cannot_be_asked_is_said_in_words() {
    let app = TestApp::with_fixtures();
    let said = |arguments: &[&str]| {
        let fixed = ["questionnaire", "export", "--as-of", "2020-11-30", "--out", "x.xlsx"];
        let arguments: Vec<&str> = fixed.into_iter().chain(arguments.iter().copied()).collect();
        let answer = app.run(&arguments);
        assert_eq!(answer.code, Some(1), "{}", answer.stdout);
        assert!(!app.path("x.xlsx").exists());
        answer.stderr
    };
    let unknown = said(&["--ministry", "XY"]);
    assert!(unknown.contains("aucun ministère ne s’appelle `XY`"), "{unknown}");
    let elsewhere = said(&["--ministry", "MJ", "--project", "CYCLADES"]);
    assert!(
        elsewhere.contains(
            "`cyclades` n’est pas un projet en cours du ministère MJ dans l’édition 2020-11"
        ),
        "{elsewhere}"
    );
    let misspelt = said(&["--ministry", "MJ", "--project", "PORTALYS"]);
    assert!(misspelt.contains("`PORTALIS`"), "{misspelt}");
}

#[test]
fn the_answers_are_for_the_campaign_that_is_open_or_the_next_one() {
    let app = TestApp::with_fixtures();
    app.ok(&[
        "campaigns",
        "plan",
        "2021-06",
        "--opens",
        "2020-11-20",
        "--closes",
        "2020-12-10",
        "--reason",
        "prévue",
    ]);
    export(&app, &["--ministry", "MJ"]);
    let Some(shown) = read(&app, "PORTALIS") else { return };
    assert!(shown.contains("Réponses pour l’édition | juin 2021"), "{shown}");
    assert!(shown.contains("qui commence par l’édition (2021-06)"), "{shown}");
    assert!(shown.contains(", le 10 décembre 2020 au plus tard."), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_has_its_own_questionnaire_and_no_other() {
    let app = TestApp::with_fixtures();
    export(&app, &["--ministry", "MJ"]);
    let by_command = std::fs::read(app.path(SHEET)).unwrap();
    let own = app.token("Justice", &[Role::Reader], &["MJ"]).await;
    let other = app.token("Culture", &[Role::Reader], &["MC"]).await;
    let server = TestServer::open(app, "2020-11-30T12:00:00Z").await;
    let path = "/api/v1/questionnaire.xlsx?ministry=MJ";
    let answer = server.request(Method::GET, path, &own).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let headers = answer.headers();
    assert_eq!(
        headers["content-disposition"],
        format!("attachment; filename=\"{SHEET}\"").as_str()
    );
    assert_eq!(answer.bytes().await.unwrap().to_vec(), by_command, "the same as of the same day");
    assert_eq!(server.status(path, &other).await, 404);
    assert_eq!(server.status(path, "").await, 401);
    assert_eq!(server.status("/api/v1/questionnaire.xlsx", &own).await, 400);
    let elsewhere = "/api/v1/questionnaire.xlsx?ministry=MJ&project=CYCLADES";
    assert_eq!(server.status(elsewhere, &own).await, 404, "of another ministry: not to be seen");
    server.close().await;
}

#[test]
fn the_workbook_that_is_shipped_is_one_that_a_ministry_sent_back() {
    let app = TestApp::with_fixtures();
    let sent = fixtures().join("questionnaire").join(SHEET);
    let report = app.json(&["import", sent.to_str().unwrap()]);
    let file = &report["files"][0];
    let told = json!({
        "edition": file["edition"],
        "profile": file["profile"],
        "rows_kept": file["rows_kept"],
        "set_aside": file["set_aside"],
        "remarks": file["remarks"],
    });
    insta::assert_snapshot!(serde_json::to_string_pretty(&told).unwrap());
    let facts = facts(&app, "portalis");
    let answers: Vec<&Answer> = facts.values().map(|fact| &fact.answer).collect();
    assert!(answers.contains(&&Answer::None(NoAnswer::Unknown)));
    let again = app.json(&["import", sent.to_str().unwrap()]);
    assert!(again["files"][0]["recorded"].to_string().contains("unchanged"), "{again}");
}
