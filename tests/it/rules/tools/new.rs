//! `vigie rules new`: rules written from a few answers, whose cases pass as they are.

use serde_json::{Value, json};

use crate::support::TestApp;

/// One rule of each kind, and a file that it changes beside its own.
const KINDS: [(&str, &[&str], &str); 6] = [
    ("X1", &["--when", "cost_current > 60", "--level", "high"], "thresholds/x1_cost_current.toml"),
    ("X2", &["--when", "spi < 0.85", "--and", "mareva_done = false"], "thresholds/x2_spi.toml"),
    (
        "X3",
        &["--changes", "budget_drift", "--by-more-than", "0.1"],
        "thresholds/x3_budget_drift.toml",
    ),
    (
        "X4",
        &["--changes", "cost_current", "--by-more-than", "-5"],
        "thresholds/x4_cost_current.toml",
    ),
    ("X5", &["--past", "first_release_planned_on", "--unless", "go_live_on"], "cases/X5.toml"),
    (
        "X6",
        &["--share", "leavers_count", "--above", "0.25", "--level", "watch"],
        "thresholds/x6_leavers_count.toml",
    ),
];

fn new(app: &TestApp, id: &str, answers: &[&str]) -> Value {
    let title = format!("Une règle d’essai ({id})");
    let command =
        [&["rules", "new", id, "--title", &title, "--by", "Ada Martin"], answers].concat();
    app.json(&command)
}

#[test]
fn numbers_are_read_as_people_write_them_in_french() {
    let app = TestApp::with_fixtures();
    let texts = |id: &str, answers: &[&str]| {
        let draft = new(&app, id, answers);
        // Two drafts never hold the same files.
        let number = draft["number"].to_string();
        app.ok(&["rules", "withdraw", &number, "--by", "Ada Martin", "--reason", "essai"]);
        draft["texts"].as_object().unwrap().values().map(Value::to_string).collect::<String>()
    };
    for (id, plain, french) in [
        (
            "X1",
            &["--share", "leavers_count", "--above", "0.25"][..],
            &["--share", "leavers_count", "--above", "25 %"][..],
        ),
        (
            "X2",
            &["--changes", "cost_current", "--by-more-than", "-5.5"][..],
            &["--changes", "cost_current", "--by-more-than", "-5,5 M€"][..],
        ),
        ("X3", &["--when", "budget_drift > 0.6"][..], &["--when", "budget_drift > 60 %"][..]),
    ] {
        assert_eq!(texts(id, french), texts(id, plain), "{french:?}");
    }
}

#[test]
fn each_kind_of_rule_passes_its_checks_and_its_cases_as_it_is() {
    let app = TestApp::with_fixtures();
    for (id, answers, changed) in KINDS {
        let draft = new(&app, id, answers);
        let texts = draft["texts"].as_object().unwrap();
        assert!(texts.contains_key(changed), "{id}: {:?}", texts.keys());
        let number = draft["number"].to_string();
        let checked = app.json(&["rules", "check", "--draft", &number]);
        // Nothing but what its author has yet to write.
        let findings = checked["findings"].as_array().unwrap();
        let is_expected =
            |found: &&Value| found["message"] == "« À compléter » is still to be written";
        let others: Vec<&Value> = findings.iter().filter(|found| !is_expected(found)).collect();
        assert_eq!(others, Vec::<&Value>::new(), "{id}");
        let tested = app.json(&["rules", "test", "--draft", &number, "--coverage"]);
        let cases = tested["cases"].as_array().unwrap();
        let differ: Vec<&Value> =
            cases.iter().filter(|case| !case["difference"].is_null()).collect();
        assert_eq!(differ, Vec::<&Value>::new(), "{id}");
        assert!(cases.iter().filter(|case| case["rule"] == *id).count() >= 3, "{id}");
        assert_eq!(tested["coverage"]["untaken"], json!([]), "{id}");
    }
}

#[test]
fn a_new_rule_goes_from_an_empty_draft_to_published() {
    let app = TestApp::with_fixtures();
    let draft = new(&app, "X1", KINDS[0].1);
    assert_eq!(draft["comment"], "Nouvelle règle X1 : Une règle d’essai (X1)");
    let step = |step: &str, by: &str| app.run(&["rules", step, "1", "--reason", "vu", "--by", by]);
    let early = step("submit", "Ada Martin");
    assert_eq!(early.code, Some(1), "nobody could publish it");
    let line = "drift/X1.rhai:7:12 : « À compléter » reste à écrire";
    let told = early.stderr.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(told.contains(line), "{told}");
    for (path, text) in draft["texts"].as_object().unwrap() {
        let complete =
            text.as_str().unwrap().replace("À compléter", "Vu").replace("à compléter", "vu");
        let file = app.path(path.rsplit('/').next().unwrap());
        std::fs::write(&file, complete).unwrap();
    }
    let file = |name: &str| app.path(name).to_str().unwrap().to_owned();
    let [script, threshold] = [file("X1.rhai"), file("x1_cost_current.toml")];
    let over = ["--over", "1", "--revision", "1", "--comment", "complété", "--by", "Ada Martin"];
    app.ok(&[&["rules", "draft", script.as_str(), threshold.as_str()][..], &over].concat());
    assert_eq!(step("submit", "Ada Martin").code, Some(0));
    let published = step("publish", "Paul Durand");
    assert_eq!(published.code, Some(0));
    let silent = "Une règle d’essai (X1) (X1) est à l’essai : ses verdicts sont montrés, sans ouvrir d’alerte.";
    assert!(published.stderr.contains(silent), "{}", published.stderr);
    let listed = app.json(&["rules", "list"]);
    let rule = listed.as_array().unwrap().iter().find(|rule| rule["id"] == "X1").unwrap();
    assert_eq!(rule["signs"][0]["when"], "p.cost_current > t.x1_cost_current");
    let explained = app.json(&["rules", "explain", "X1", "SI SAMU", "--as-of", "2020-11-30"]);
    assert!(
        explained["explanation"].as_str().unwrap().starts_with("Coût actualisé : "),
        "{explained}"
    );
}

#[test]
fn the_files_are_written_where_one_asks() {
    let app = TestApp::with_fixtures();
    let folder = app.path("nouvelle");
    let out = folder.to_str().unwrap();
    new(&app, "X1", &[KINDS[0].1, &["--out", out]].concat());
    let named = folder.join("drift/X1_une_regle_d_essai_x1.rhai");
    let over = ["--over", "1", "--revision", "1", "--comment", "complété", "--by", "Ada Martin"];
    let draft = ["rules", "draft", named.to_str().unwrap()];
    app.ok(&[&draft[..], &over].concat());
    let files = app.json(&["rules", "drafts", "1"])["files"].clone();
    let expected = ["cases/X1.toml", "drift/X1.rhai", "thresholds/x1_cost_current.toml"];
    assert_eq!(files, serde_json::json!(expected));
    let text = std::fs::read_to_string(named).unwrap();
    assert!(text.contains("when = \"p.cost_current > t.x1_cost_current\""), "{text}");
    assert!(folder.join("cases/X1.toml").is_file());
}

#[test]
fn answers_that_make_no_rule_are_refused_with_what_was_expected() {
    let app = TestApp::with_fixtures();
    for (id, answers, expected) in [
        ("x1", &["--when", "cost_current > 60"][..], "l’identifiant est `x1`"),
        (
            "D1",
            &["--when", "cost_current > 60"][..],
            "l’identifiant `D1` est celui de drift/D1.rhai",
        ),
        ("X1", &["--when", "cout > 60"][..], "aucun champ `cout` pour ces sujets"),
        ("X1", &["--when", "cost_current 60"][..], "trouvé `cost_current 60`, attendu un champ"),
        (
            "X1",
            &["--when", "scope_changes_12m > 2.5"][..],
            "la limite de `scope_changes_12m` est 2.5, attendu un nombre entier",
        ),
        ("X1", &["--when", "cost_current > 1e300"][..], "la limite de `cost_current` est 1"),
        ("X1", &["--when", "budget_drift > 10"][..], "une part de 10 est 1000"),
        ("X1", &["--when", "phase > 60"][..], "`phase` n’est pas un nombre"),
        ("X1", &["--when", "cost_current > 5"][..], "la règle se déclenche sur"),
        ("X1", &["--changes", "phase", "--by-more-than", "1"][..], "`phase` n’est pas un nombre"),
        (
            "X1",
            &["--changes", "spi", "--by-more-than", "1"][..],
            "l’évolution de `spi` n’est pas connue",
        ),
        ("X1", &["--past", "cost_current"][..], "`cost_current` n’est pas une date"),
        ("X1", &["--share", "drift_known_count", "--above", "2"][..], "une part de 2"),
        (
            "X1",
            &["--share", "drift_known_count", "--above", "0.5"][..],
            "la règle se déclenche sur",
        ),
        ("X1", &[][..], "--when"),
    ] {
        let command =
            [&["rules", "new", id, "--title", "Essai", "--by", "Ada Martin"], answers].concat();
        let answer = app.run(&command);
        assert_ne!(answer.code, Some(0), "{answers:?}");
        assert!(answer.stderr.contains(expected), "{answers:?}: {}", answer.stderr);
    }
    let ends = [
        "rules",
        "new",
        "X1",
        "--title",
        "Fin ---*/",
        "--when",
        "cost_current > 60",
        "--by",
        "Ada",
    ];
    let answer = app.run(&ends);
    assert!(answer.stderr.contains("qui clôt l’en-tête"), "{}", answer.stderr);
    assert_eq!(app.json(&["rules", "drafts", "--all"]), json!([]));
}
