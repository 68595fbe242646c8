//! Drafts of rules: who may do what with them, and what keeps them from being published.

use super::overlay::{PASSAGE, app, by, done, refused, rewritten};
use crate::support::{TestApp, rule_file};

/// Ada opens draft 1 with a file.
fn opened(app: &TestApp, file: &str) {
    let draft = ["rules", "draft", file, "--comment", "dès 10 %"];
    done(&by(app, "Ada", &draft));
}

fn actions(app: &TestApp) -> String {
    let entries = app.json(&["audit", "list"]);
    let of_rules = entries.as_array().unwrap().iter().filter_map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let action = text("action");
        let line = format!("{} {action} {}", text("actor"), text("subject"));
        action.starts_with("rule_").then_some(line)
    });
    of_rules.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_second_of_two_people_on_one_draft_learns_what_the_first_changed() {
    let app = app();
    opened(&app, &rewritten(&app, "drift/D1.rhai", PASSAGE));
    let other = ["Dérive budgétaire\"", "Dérive du budget\""];
    let second = rewritten(&app, "drift/D1.rhai", other);
    let over = |name: &str, revision: &str, file: &str| {
        let words = ["rules", "draft", file, "--over", "1", "--comment", "un autre titre"];
        let arguments: Vec<&str> = words.into_iter().chain(["--revision", revision]).collect();
        by(&app, name, &arguments)
    };
    done(&over("Bob", "1", &second));
    let late = over("Ada", "1", &rewritten(&app, "drift/D1.rhai", PASSAGE));
    insta::assert_snapshot!(refused(&late), @r#"
    drift/D1.rhai
    @@ -3 +3 @@
     /*---
     id = "D1"
    -title = "Dérive budgétaire"
    +title = "Dérive du budget"
     family = "drift"
     scope = "project"
    @@ -27 +27 @@
     [[sign]]
     level = "watch"
    -when = "p.budget_drift >= t.budget_drift_watch"
    +when = "p.budget_drift > t.budget_drift_watch"
     ---*/
     // Sans référence déclarée, l’écart est mesuré contre la première édition qui donne le chiffre.
    vigie: le brouillon 1 est à la révision 2, et non 1 ; enregistré par Bob (nom non prouvé) (« un autre titre ») ; changé : drift/D1.rhai
    "#);
    // Nor does anybody open another draft of the same file meanwhile.
    let another = by(&app, "Zoé", &["rules", "draft", &second, "--comment", "x"]);
    assert!(
        refused(&another).contains("déjà dans le brouillon 1, ouvert par Ada (nom non prouvé)")
    );
    assert!(
        refused(&another).contains("par `vigie rules draft --over 1 --revision 2`"),
        "{}",
        another.stderr
    );
    done(&over("Ada", "2", &rewritten(&app, "drift/D1.rhai", PASSAGE)));
    let authors = app.json(&["rules", "drafts"])[0]["authors"].clone();
    assert_eq!(authors, serde_json::json!(["Ada (nom non prouvé)", "Bob (nom non prouvé)"]));
}

#[test]
fn no_author_publishes_their_own_rule_and_the_trail_keeps_the_attempt() {
    let app = app();
    let file = rewritten(&app, "drift/D1.rhai", ["Dérive budgétaire\"", "Dérive\""]);
    opened(&app, &file);
    let publish = |name: &str| by(&app, name, &["rules", "publish", "1", "--reason", "vu"]);
    assert!(refused(&publish("Paul")).contains("le brouillon 1 n’est pas en relecture"));
    done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "à relire"]));
    for name in ["Ada", "ada", " ADA "] {
        assert!(
            refused(&publish(name)).contains("a aussi été écrit par Ada (nom non prouvé)"),
            "{name}"
        );
    }
    let frozen = ["rules", "draft", &file, "--over", "1", "--revision", "2", "--comment", "x"];
    assert!(refused(&by(&app, "Bob", &frozen)).contains("figé"));
    done(&publish("Paul"));
    assert!(
        refused(&publish("Paul"))
            .contains("le brouillon 1 est terminé\u{a0}: publié par Paul (nom non prouvé)")
    );
    insta::assert_snapshot!(actions(&app), @"
    Ada (nom non prouvé) rule_draft_saved draft/1
    Paul (nom non prouvé) rule_publication_refused draft/1
    Ada (nom non prouvé) rule_draft_submitted draft/1
    Ada (nom non prouvé) rule_publication_refused draft/1
    ada (nom non prouvé) rule_publication_refused draft/1
    ADA (nom non prouvé) rule_publication_refused draft/1
    Paul (nom non prouvé) rule_published rules/drift/D1.rhai
    Paul (nom non prouvé) rule_draft_published draft/1
    Paul (nom non prouvé) rule_publication_refused draft/1
    ");
    assert_eq!(app.json(&["audit", "verify"])["flaw"], serde_json::Value::Null);
}

#[test]
fn a_draft_whose_cases_fail_or_are_missing_is_not_published() {
    let app = app();
    let rule = rewritten(&app, "drift/D1.rhai", PASSAGE);
    opened(&app, &rule);
    done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "à relire"]));
    let publish = || by(&app, "Paul", &["rules", "publish", "1", "--reason", "vu"]);
    insta::assert_snapshot!(refused(&publish()), @"
    vigie: non prouvé : fautes 0, cas en échec 1, cas manquants 0
      cases/D1.toml « Dix pour cent tout juste ne disent rien » : attendu clear, trouvé watch
    ");
    let shown = app.run(&["rules", "test", "--draft", "1"]);
    assert!(refused(&shown).is_empty() && shown.stdout.contains("1 en échec"), "{}", shown.stdout);
    // Without its cases, or with a fault, no more.
    let change = |files: &[(&str, &str)]| {
        done(&by(&app, "Paul", &["rules", "return", "1", "--reason", "à revoir"]));
        let paths: Vec<String> = files
            .iter()
            .map(|(name, text)| {
                std::fs::write(app.path(name), text).unwrap();
                app.path(name).to_str().unwrap().to_owned()
            })
            .collect();
        let revision = app.json(&["rules", "drafts", "1"])["revision"].to_string();
        let words = ["--over", "1", "--revision", &revision, "--comment", "encore"];
        let head = ["rules", "draft"].into_iter();
        let arguments: Vec<&str> =
            head.chain(paths.iter().map(String::as_str)).chain(words).collect();
        done(&by(&app, "Ada", &arguments));
        done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "à relire"]));
        refused(&publish()).to_owned()
    };
    let output = change(&[("D1.toml", "")]);
    assert!(output.contains("D1\u{a0}: aucun cas n’attend critical"), "{output}");
    let at_fault =
        change(&[("D1.rhai", "/*---\nid = \"D1\"\n---*/\nfn assess(p, t) { p.cots > 1 }")]);
    assert!(at_fault.contains("drift/D1.rhai:"), "{at_fault}");
    let unproved = change(&[("baseline.toml", "")]);
    assert!(unproved.contains("D2\u{a0}: aucun sujet sain dans cases/baseline.toml"), "{unproved}");
    assert_eq!(app.json(&["rules", "overrides"]), serde_json::json!([]));
    done(&by(&app, "Ada", &["rules", "withdraw", "1", "--reason", "abandonné"]));
    assert_eq!(app.json(&["rules", "drafts"]), serde_json::json!([]));
}

#[test]
fn hostile_texts_are_bounded_and_a_path_never_leaves_the_catalogue() {
    let app = app();
    let long = app.path("D1.rhai");
    std::fs::write(&long, "x".repeat(60_001)).unwrap();
    let long = long.to_str().unwrap();
    let saved = |arguments: &[&str]| {
        let words = ["--comment", "x"].into_iter();
        let head = ["rules", "draft"].into_iter();
        let arguments: Vec<&str> = head.chain(arguments.iter().copied()).chain(words).collect();
        by(&app, "Ada", &arguments)
    };
    assert!(refused(&saved(&[long])).contains("a 60001 octets, attendu au plus 60000"));
    for path in ["../D1.rhai", "cases/../../x.toml", "drift/D1.sh", "/etc/passwd"] {
        let output = saved(&[&format!("{path}={long}")]);
        assert!(refused(&output).contains("attendu un fichier du catalogue"), "{}", output.stderr);
    }
    assert!(refused(&saved(&[])).contains("trouvé 0 fichiers, attendu de 1 à 100"));
    for (threshold, words) in [
        ("budget_drift_hihg=0.1", "est-ce `budget_drift_high`"),
        ("budget_drift_high=0.1\n[x]", "attendu un nombre"),
    ] {
        let output = saved(&["--threshold", threshold]);
        assert!(refused(&output).contains(words), "{}", output.stderr);
    }
    // A script that never ends is a fault of its cases, in its own time.
    let looping = rewritten(
        &app,
        "drift/D1.rhai",
        [
            "when = \"p.budget_drift > t.budget_drift_critical\"",
            "when = \"p.budget_drift > t.budget_drift_critical && { let n = 0; while n < 10 { n += 0; } true }\"",
        ],
    );
    done(&saved(&[&looping]));
    done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "x"]));
    let output = by(&app, "Paul", &["rules", "publish", "1", "--reason", "x"]);
    assert!(refused(&output).contains("cases/D1.toml"), "{}", output.stderr);
}

#[test]
fn a_draft_that_changes_nothing_or_was_written_over_another_version_is_refused() {
    let app = app();
    opened(&app, rule_file(&app.path("rules"), "drift/D1.rhai").to_str().unwrap());
    let submit = by(&app, "Ada", &["rules", "submit", "1", "--reason", "x"]);
    assert!(refused(&submit).contains("le brouillon 1 ne changerait rien"), "{}", submit.stderr);
    let change = |value: &str, over: &[&str]| {
        let words = ["rules", "draft", "--threshold", value, "--comment", "essai"];
        done(&by(&app, "Ada", &words.iter().chain(over).copied().collect::<Vec<_>>()));
    };
    let step = |step: &str, draft: &str| {
        let name = if step == "publish" { "Paul" } else { "Ada" };
        by(&app, name, &["rules", step, draft, "--reason", "x"])
    };
    change("budget_drift_watch=0.11", &[]);
    done(&step("submit", "2"));
    done(&step("publish", "2"));
    change("budget_drift_watch=0.12", &[]);
    done(&step("submit", "3"));
    done(&by(&app, "Zoé", &["rules", "rollback", "budget_drift_watch", "--reason", "non"]));
    let output = step("publish", "3");
    assert!(
        refused(&output)
            .contains("une autre version est entrée en vigueur depuis que le brouillon 3")
    );
    done(&step("return", "3"));
    change("budget_drift_watch=0.12", &["--over", "3", "--revision", "3"]);
    done(&step("submit", "3"));
    done(&step("publish", "3"));
}

#[test]
fn a_draft_saved_again_keeps_its_comment_and_a_threshold_is_given_as_people_write_it() {
    let app = app();
    let draft = ["rules", "draft", "--threshold", "budget_drift_high=0,15", "--comment", "15 %"];
    done(&by(&app, "Ada", &draft));
    let over = ["--over", "1", "--revision", "1"];
    let again = ["rules", "draft", "--threshold", "budget_drift_high=16 %"];
    done(&by(&app, "Ada", &[&again[..], &over].concat()));
    let saved = app.json(&["rules", "drafts", "1"]);
    assert_eq!((&saved["comment"], &saved["revision"]), (&"15 %".into(), &2.into()));
    let text = saved["texts"]["thresholds/budget_drift_high.toml"].as_str().unwrap();
    assert!(text.contains("value = 0.16\n"), "{text}");
    // The first time, there is nothing to keep.
    let unsaid = by(&app, "Ada", &["rules", "draft", "--threshold", "drift_target=0,2"]);
    assert!(unsaid.stderr.contains("--comment"), "{}", unsaid.stderr);
    let wrong = ["rules", "draft", "--threshold", "drift_target=vingt", "--comment", "x"];
    let wrong = by(&app, "Ada", &wrong);
    assert!(refused(&wrong).contains("attendu un nombre comme 0,15"), "{}", wrong.stderr);
}

#[test]
fn a_refusal_for_a_series_is_in_french_to_its_end() {
    let app = app();
    let cases = rule_file(&app.path("rules"), "cases/D1.toml");
    let text = std::fs::read_to_string(cases).unwrap();
    let series = "\n[[series]]\nname = \"Essai\"\nfields = { cost_initial = 100.0, cost_current = 130.0, \
                  cost_baseline_source = \"declared\" }\nevaluations = [\n\
                  { as_of = 2020-11-01, fields = { budget_drift = 0.25 }, alert = \"pending\" },\n\
                  { as_of = 2020-12-01, fields = { budget_drift = 0.25 }, expect = \"watch\", alert = \"resolved\" },\n]\n";
    std::fs::write(app.path("D1.toml"), text + series).unwrap();
    opened(&app, app.path("D1.toml").to_str().unwrap());
    done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "à relire"]));
    let refusal = by(&app, "Paul", &["rules", "publish", "1", "--reason", "vu"]);
    assert_eq!(
        refused(&refusal).replace('\u{a0}', " ").trim_end(),
        "vigie: non prouvé : fautes 0, cas en échec 1, cas manquants 0\n  cases/D1.toml « Essai » : 2020-11-01 : \
         attendu l’alerte pending, trouvé open ; 2020-12-01 : attendu watch, trouvé high ; 2020-12-01 : attendu \
         l’alerte resolved, trouvé open"
    );
}

#[test]
fn a_dry_run_of_a_draft_says_what_it_would_change_and_writes_nothing() {
    let app = app();
    let draft = ["rules", "draft", "--threshold", "budget_drift_high=0.15", "--comment", "15 %"];
    done(&by(&app, "Ada", &draft));
    let before = app.fingerprint();
    let found = app.json(&["rules", "diff", "--draft", "1", "--as-of", "2020-11-30"]);
    assert_eq!(found["before"]["name"], "in force");
    assert_eq!(found["after"]["name"], "draft 1");
    let subjects: Vec<&str> = found["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["subject"].as_str().unwrap())
        .collect();
    assert_eq!(
        subjects,
        ["project/genevrier", "project/procedure-penale-numerique", "project/renoncule"]
    );
    // People read names.
    let shown = app.ok(&["rules", "diff", "--draft", "1", "--as-of", "2020-11-30"]);
    let of_missions = shown.split("Missions : ").nth(1).unwrap();
    assert!(of_missions.contains("Procédure Pénale Numérique"), "{of_missions}");
    assert!(!shown.contains("project/"), "{shown}");
    let explain = ["rules", "explain", "D1", "genevrier", "--as-of", "2020-11-30"];
    let level_with = |more: &[&str]| {
        let arguments: Vec<&str> = explain.iter().chain(more).copied().collect();
        app.json(&arguments)["level"].clone()
    };
    assert_eq!([level_with(&[]), level_with(&["--draft", "1"])], ["watch", "high"]);
    assert_eq!(app.fingerprint(), before);
}

#[test]
fn a_draft_is_shown_by_what_it_changes_in_the_rules_in_force() {
    let app = app();
    opened(&app, &rewritten(&app, "drift/D1.rhai", ["Dérive budgétaire\"", "Dérive\""]));
    let shown = app.ok(&["rules", "drafts", "1"]);
    assert!(shown.contains("-title = \"Dérive budgétaire\"\n+title = \"Dérive\""), "{shown}");
    assert!(!shown.contains("budget_drift_critical"), "{shown}");
    let whole = app.ok(&["rules", "drafts", "1", "--whole"]);
    assert!(whole.contains("budget_drift_critical") && !whole.contains("-title"), "{whole}");
    done(&by(
        &app,
        "Ada",
        &["rules", "draft", "--threshold", "drift_target=0.2", "--comment", "x"],
    ));
    let threshold = app.ok(&["rules", "drafts", "2"]);
    assert!(threshold.contains("+values = [{ value = 0.2 }"), "{threshold}");
}

#[test]
fn a_threshold_published_alone_is_proposed_for_a_name_that_resembles_it() {
    let app = app();
    let new = app.path("ours_most.toml");
    let text = "[ours_most]\nlabel = \"Le nôtre\"\nunit = \"count\"\nvalue = 3\nmin = 0\nmax = 10\n\
                source = { tag = \"expert\", text = \"Essai\" }\n";
    std::fs::write(&new, text).unwrap();
    let place = format!("thresholds/ours_most.toml={}", new.display());
    done(&by(&app, "Ada", &["rules", "draft", &place, "--comment", "le nôtre"]));
    done(&by(&app, "Ada", &["rules", "submit", "1", "--reason", "x"]));
    done(&by(&app, "Paul", &["rules", "publish", "1", "--reason", "x"]));
    let slip = ["rules", "draft", "--threshold", "ours_msot=4", "--comment", "x"];
    let told = by(&app, "Ada", &slip);
    assert!(refused(&told).contains("est-ce `ours_most`"), "{}", told.stderr);
}
