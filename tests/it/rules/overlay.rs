//! Rules changed in the application: published by a second person, in force everywhere, rolled back.

use serde_json::Value;

use crate::support::{Answer, TestApp, rule_file};

const AS_OF: &str = "2020-11-30";

/// Ten per cent and more, instead of more than ten per cent, is to be watched.
pub(crate) const PASSAGE: [&str; 2] =
    ["p.budget_drift > t.budget_drift_watch", "p.budget_drift >= t.budget_drift_watch"];

const CASE: [&str; 2] = [
    "name = \"Dix pour cent tout juste ne disent rien\"",
    "name = \"Dix pour cent tout juste sont à surveiller\"",
];

/// With rules of its own, which stand for those that ship.
pub(crate) fn app() -> TestApp {
    let mut app = TestApp::with_fixtures();
    app.own_rules();
    app
}

/// Writes a shipped file with one passage replaced, next to the rules, and returns its path.
pub(crate) fn rewritten(app: &TestApp, file: &str, [was, is]: [&str; 2]) -> String {
    let text = std::fs::read_to_string(rule_file(&app.path("rules"), file)).unwrap();
    assert_eq!(text.matches(was).count(), 1, "{was} in {file}");
    let copy = app.path(file.rsplit('/').next().unwrap());
    std::fs::write(&copy, text.replace(was, is)).unwrap();
    copy.to_str().unwrap().to_owned()
}

pub(crate) fn by(app: &TestApp, name: &str, arguments: &[&str]) -> Answer {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--by", name]).collect();
    app.run(&arguments)
}

#[track_caller]
pub(crate) fn done(answer: &Answer) {
    assert_eq!(answer.code, Some(0), "{}{}", answer.stdout, answer.stderr);
}

#[track_caller]
pub(crate) fn refused(answer: &Answer) -> &str {
    assert_eq!(answer.code, Some(1), "{}{}", answer.stdout, answer.stderr);
    &answer.stderr
}

/// Rule D1 with the other comparison, and cases that say so.
fn softened(app: &TestApp) -> [String; 2] {
    let rule = rewritten(app, "drift/D1.rhai", PASSAGE);
    let cases = std::fs::read_to_string(app.path("rules/cases/D1.toml")).unwrap();
    let (before, after) = cases.split_once(CASE[0]).unwrap();
    let after = after.replacen("expect = \"clear\"", "expect = \"watch\"", 1);
    let copy = app.path("D1.toml");
    std::fs::write(&copy, [before, CASE[1], &after].concat()).unwrap();
    [rule, copy.to_str().unwrap().to_owned()]
}

/// From Ada, who writes, to Paul, who publishes.
fn publish(app: &TestApp, draft: &str) {
    done(&by(app, "Ada", &["rules", "submit", draft, "--reason", "à relire"]));
    done(&by(app, "Paul", &["rules", "publish", draft, "--reason", "vu en comité"]));
}

fn publish_softened(app: &TestApp) {
    let [rule, cases] = softened(app);
    let draft = ["rules", "draft", &rule, &cases, "--comment", "dès 10 %"];
    done(&by(app, "Ada", &draft));
    publish(app, "1");
}

/// A cycle, and the fingerprints of its catalogue and of its verdicts judged again.
#[track_caller]
fn cycle(app: &TestApp) -> [String; 2] {
    let report = app.json(&["cycle", "--as-of", AS_OF]);
    assert_eq!(report["outcome"], "committed");
    let number = report["cycle"].to_string();
    let replay = app.json(&["replay", &number]);
    assert_eq!(replay["identical"], true, "{replay}");
    [&report["catalogue"], &replay["fingerprint"]].map(|one| one.as_str().unwrap().to_owned())
}

#[test]
fn what_is_published_is_in_force_and_rolling_back_returns_the_former_verdicts_byte_for_byte() {
    let app = app();
    let before = cycle(&app);
    let draft = ["rules", "draft", "--threshold", "budget_drift_watch=0.12", "--comment", "12 %"];
    done(&by(&app, "Ada", &draft));
    publish(&app, "1");
    let with = cycle(&app);
    assert!(before.iter().zip(&with).all(|(was, is)| was != is), "{before:?} {with:?}");
    let back = ["rules", "rollback", "budget_drift_watch", "--reason", "trop d’alertes perdues"];
    done(&by(&app, "Zoé", &back));
    assert_eq!(cycle(&app), before);
    // What was judged meanwhile is judged again as it was then.
    assert_eq!(app.json(&["replay", "2"])["fingerprint"], with[1]);
    assert_eq!(refused(&by(&app, "Zoé", &back)), NOT_OVERRIDDEN);
}

const NOT_OVERRIDDEN: &str = "vigie: `thresholds/budget_drift_watch.toml` n’est pas remplacé\u{a0}: le texte livré est en vigueur\n";

#[test]
fn every_reader_of_the_catalogue_sees_what_is_in_force() {
    let app = app();
    publish_softened(&app);
    let listed = app.ok(&["rules", "list", "--format", "csv"]);
    let shipped = app.ok(&["rules", "list", "--shipped", "--format", "csv"]);
    let of_d1 = |list: &str| list.lines().find(|line| line.starts_with("D1,")).unwrap().to_owned();
    assert_ne!(of_d1(&listed), of_d1(&shipped));
    let output = app.json(&["rules", "explain", "D1", "SI SAMU", "--as-of", AS_OF]);
    assert!(output["lines"].to_string().contains(PASSAGE[1]), "{output}");
    let cases = app.json(&["rules", "test", "--run", "D1/Dix pour cent tout juste*"]);
    assert_eq!(cases[0]["name"], "Dix pour cent tout juste sont à surveiller");
    assert_eq!(cases[0]["difference"], Value::Null);
    app.ok(&["rules", "check", "--lint-fatal"]);
    let overrides = app.json(&["rules", "overrides"]);
    insta::assert_snapshot!(summary(&overrides, "shipped_state"), @"
    cases/D1.toml 1 Ada (nom non prouvé) / Paul (nom non prouvé) same
    drift/D1.rhai 1 Ada (nom non prouvé) / Paul (nom non prouvé) same
    ");
}

/// One line for each version.
fn summary(list: &Value, state: &str) -> String {
    let line = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap().to_owned();
        let authors: Vec<_> =
            one["authors"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let (authors, number) = (authors.join("+"), &one["number"]);
        format!("{} {number} {authors} / {} {}", text("path"), text("published_by"), text(state))
    };
    list.as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_newer_shipped_text_is_announced_with_what_each_side_changed() {
    let app = app();
    publish_softened(&app);
    let path = rule_file(&app.path("rules"), "drift/D1.rhai");
    let shipped = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, shipped.replace("Dérive budgétaire\"", "Dérive du budget\"")).unwrap();
    let states = summary(&app.json(&["rules", "overrides"]), "shipped_state");
    assert!(
        states
            .contains("drift/D1.rhai 1 Ada (nom non prouvé) / Paul (nom non prouvé) newer_shipped"),
        "{states}"
    );
    assert!(
        states.contains("cases/D1.toml 1 Ada (nom non prouvé) / Paul (nom non prouvé) same"),
        "{states}"
    );
    let output = app.ok(&["rules", "compare", "D1"]);
    let output = output.split_once("drift/D1.rhai").unwrap().1;
    insta::assert_snapshot!(output, @r#"
     : du texte livré à notre version 1
    @@ -27 +27 @@
     [[sign]]
     level = "watch"
    -when = "p.budget_drift > t.budget_drift_watch"
    +when = "p.budget_drift >= t.budget_drift_watch"
     ---*/
     // Sans référence déclarée, l’écart est mesuré contre la première édition qui donne le chiffre.

    drift/D1.rhai : de ce texte à celui livré depuis
    @@ -3 +3 @@
     /*---
     id = "D1"
    -title = "Dérive budgétaire"
    +title = "Dérive du budget"
     family = "drift"
     scope = "project"

    Les deux changements touchent des lignes différentes.
    "#);
    // The published version remains in force until somebody decides; rolling back to the shipped
    // one takes the newer text.
    assert!(app.ok(&["rules", "list"]).contains("Dérive budgétaire"));
    let back =
        ["rules", "rollback", "D1", "--to-shipped", "--reason", "la nouvelle version suffit"];
    done(&by(&app, "Zoé", &back));
    assert!(app.ok(&["rules", "list"]).contains("Dérive du budget"));
    assert_eq!(app.json(&["rules", "overrides"]), Value::Array(vec![]));
}

#[test]
fn rolling_back_goes_one_publication_back_at_a_time_and_the_versions_say_so() {
    let app = app();
    let states = || summary(&app.json(&["rules", "versions", "budget_drift_watch"]), "state");
    let values = ["budget_drift_watch=0.11", "budget_drift_watch=0.12"];
    for (value, draft) in values.into_iter().zip(["1", "2"]) {
        let words = ["rules", "draft", "--threshold", value, "--comment", "essai"];
        done(&by(&app, "Ada", &words));
        publish(&app, draft);
    }
    let back = |reason: &str| {
        done(&by(&app, "Zoé", &["rules", "rollback", "budget_drift_watch", "--reason", reason]));
    };
    insta::assert_snapshot!(states(), @"
    thresholds/budget_drift_watch.toml 1 Ada (nom non prouvé) / Paul (nom non prouvé) superseded
    thresholds/budget_drift_watch.toml 2 Ada (nom non prouvé) / Paul (nom non prouvé) published
    ");
    back("une de moins");
    insta::assert_snapshot!(states(), @"
    thresholds/budget_drift_watch.toml 1 Ada (nom non prouvé) / Paul (nom non prouvé) published
    thresholds/budget_drift_watch.toml 2 Ada (nom non prouvé) / Paul (nom non prouvé) rolled_back
    ");
    back("deux de moins");
    insta::assert_snapshot!(states(), @"
    thresholds/budget_drift_watch.toml 1 Ada (nom non prouvé) / Paul (nom non prouvé) rolled_back
    thresholds/budget_drift_watch.toml 2 Ada (nom non prouvé) / Paul (nom non prouvé) rolled_back
    ");
    let changes = app.ok(&["rules", "compare", "budget_drift_watch", "--from", "1", "--to", "2"]);
    assert!(changes.contains("-value = 0.11\n+value = 0.12\n"), "{changes}");
    assert_eq!(app.json(&["audit", "verify"])["flaw"], Value::Null);
}

#[test]
fn what_was_published_together_goes_back_together_or_says_what_keeps_it() {
    let app = app();
    publish_softened(&app);
    let cases = app.path("D1.toml");
    let more =
        std::fs::read_to_string(&cases).unwrap().replace(CASE[1], "name = \"À dix pour cent\"");
    std::fs::write(&cases, more).unwrap();
    let draft = ["rules", "draft", cases.to_str().unwrap(), "--comment", "un nom plus court"];
    done(&by(&app, "Ada", &draft));
    publish(&app, "2");
    let back = by(&app, "Zoé", &["rules", "rollback", "D1", "--reason", "non"]);
    assert!(refused(&back).contains("a été publié avec `cases/D1.toml`"), "{}", back.stderr);
    for (name, versions) in [("cases/D1.toml", 2), ("D1", 0)] {
        done(&by(&app, "Zoé", &["rules", "rollback", name, "--reason", "non"]));
        let left = app.json(&["rules", "overrides"]);
        assert_eq!(left.as_array().unwrap().len(), versions, "{left}");
    }
}

#[test]
fn a_rule_of_ours_alone_is_added_and_taken_away_unless_its_alerts_stand() {
    let app = app();
    let [rule, cases] = [("X1.rhai", ADDED), ("X1.toml", ADDED_CASES)].map(|(name, text)| {
        std::fs::write(app.path(name), text).unwrap();
        app.path(name).to_str().unwrap().to_owned()
    });
    let (to_rule, to_cases) = (format!("process/X1.rhai={rule}"), format!("cases/X1.toml={cases}"));
    let draft = ["rules", "draft", &to_rule, &to_cases, "--comment", "une règle à nous"];
    done(&by(&app, "Ada", &draft));
    publish(&app, "1");
    assert!(app.ok(&["rules", "list"]).contains("Coût au-delà d’un plafond"));
    let states = summary(&app.json(&["rules", "overrides"]), "shipped_state");
    assert!(
        states.ends_with("process/X1.rhai 1 Ada (nom non prouvé) / Paul (nom non prouvé) added"),
        "{states}"
    );
    cycle(&app);
    let back = ["rules", "rollback", "X1", "--reason", "inutile"];
    let output = by(&app, "Zoé", &back);
    assert!(refused(&output).contains("ses alertes subsistent"), "{}", output.stderr);
    let text = ADDED.replace("\"stable\"", "\"deprecated\"\ndeprecated_reason = \"Inutile.\"");
    std::fs::write(app.path("X1.rhai"), text).unwrap();
    done(&by(&app, "Ada", &["rules", "draft", &rule, "--comment", "à retirer"]));
    publish(&app, "2");
    cycle(&app);
    done(&by(&app, "Zoé", &["rules", "rollback", "X1", "--to-shipped", "--reason", "fini"]));
    assert!(!app.ok(&["rules", "list"]).contains("Coût au-delà d’un plafond"));
}

const ADDED: &str = r#"/*---
id = "X1"
title = "Coût au-delà d’un plafond"
family = "process"
scope = "project"
status = "stable"
sources = ["Un test"]
guidance = "Regarder."
---*/
fn assess(p, t) {
    if p.budget_drift > t.budget_drift_critical { return MODERATE; }
    CLEAR
}

fn explain(p, t) {
    `L’écart est de ${pct(p.budget_drift)}.`
}
"#;

const ADDED_CASES: &str = r#"[[case]]
name = "Au-delà"
as_of = 2020-11-01
fields = { budget_drift = 0.5 }
expect = "moderate"

[[case]]
name = "En deçà"
as_of = 2020-11-01
fields = { budget_drift = 0.1 }
expect = "clear"

[[case]]
name = "Sans coût"
as_of = 2020-11-01
unknown = ["budget_drift"]
"#;

/// The whole file of thresholds: those shipped after a publication, and the new shipped values of those that it left alone,
/// are in force beside what was published; one entry is taken back alone.
#[test]
fn published_thresholds_are_laid_over_the_shipped_ones_entry_by_entry() {
    let app = app();
    let path = app.path("rules/thresholds.toml");
    let shipped = std::fs::read_to_string(&path).unwrap();
    let head = "[budget_drift_watch]\n";
    let (before, after) = shipped.split_once(head).unwrap();
    let ours = |value: &str| {
        let text = format!("{before}{head}{}", after.replacen("value = 0.10", value, 1));
        let copy = app.path("thresholds.toml");
        std::fs::write(&copy, text).unwrap();
        copy.to_str().unwrap().to_owned()
    };
    done(&by(&app, "Ada", &["rules", "draft", &ours("value = 0.12"), "--comment", "12 %"]));
    publish(&app, "1");
    let newer = shipped.replace("value = 135\n", "value = 140\n")
        + "\n[shipped_since]\nlabel = \"Livré depuis\"\nunit = \"count\"\nvalue = 3\n\
           source = { tag = \"expert\", text = \"Exemple\" }\n";
    assert_ne!(newer.len(), shipped.len());
    std::fs::write(&path, &newer).unwrap();
    let in_force =
        || app.ok(&["rules", "compare", "thresholds", "--from", "shipped", "--to", "in-force"]);
    let changes = in_force();
    assert!(changes.contains("+value = 0.12") && changes.contains("-value = 0.10"), "{changes}");
    assert!(!changes.contains("140") && !changes.contains("shipped_since"), "{changes}");
    done(&by(&app, "Ada", &["rules", "draft", &ours("value = 0.10"), "--comment", "comme livré"]));
    publish(&app, "2");
    assert!(!in_force().contains("0.1"), "{}", in_force());
}

/// Two people change two thresholds on the same day, each in a draft of their own; one goes back, and the other stays.
#[test]
fn a_threshold_is_drafted_compared_published_and_rolled_back_alone() {
    let app = app();
    for (name, value, draft) in
        [("Ada", "budget_drift_watch=0.12", "1"), ("Zoé", "calendar_drift_watch=0.12", "2")]
    {
        done(&by(&app, name, &["rules", "draft", "--threshold", value, "--comment", "essai"]));
        let step = ["rules", "submit", draft, "--reason", "prêt"];
        done(&by(&app, name, &step));
    }
    let late =
        ["rules", "draft", "--threshold", "budget_drift_watch=0.14", "--comment", "moi aussi"];
    assert!(refused(&by(&app, "Bob", &late)).contains("déjà dans le brouillon 1"));
    for draft in ["1", "2"] {
        done(&by(&app, "Paul", &["rules", "publish", draft, "--reason", "vu"]));
    }
    let values = || {
        let page = app.ok(&["rules", "docs", "--as-of", AS_OF]).replace('\u{202f}', " ");
        ["Seuil de vigilance de l’écart budgétaire", "Seuil de vigilance de l’écart calendaire"]
            .map(|label| {
                page.lines()
                    .find(|line| line.starts_with('|') && line.contains(label))
                    .unwrap_or(label)
                    .to_owned()
            })
    };
    let [budget, calendar] = values();
    assert!(budget.contains("12 %") && calendar.contains("12 %"), "{budget}\n{calendar}");
    let change =
        ["rules", "compare", "budget_drift_watch", "--from", "shipped", "--to", "in-force"];
    let change = app.ok(&change);
    assert!(change.contains("-value = 0.10\n+value = 0.12\n"), "{change}");
    assert!(!change.contains("calendar"), "{change}");
    done(&by(&app, "Zoé", &["rules", "rollback", "budget_drift_watch", "--reason", "non"]));
    let [former, kept] = values();
    assert!(former.contains("10 %") && kept.contains("12 %"), "{former}\n{kept}");
}
