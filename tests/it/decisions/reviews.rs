//! Reviews of listed projects, from the command line: planned, held, moved, and late ones found.

use serde_json::Value;

use crate::support::TestApp;

fn planned() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["reviews", "plan", "--as-of", "2020-11-30"]);
    app
}

fn of_project<'a>(reviews: &'a Value, project: &str) -> Vec<&'a Value> {
    reviews.as_array().unwrap().iter().filter(|review| review["project"] == project).collect()
}

#[test]
fn every_listed_project_has_a_review_planned_and_planning_again_changes_nothing() {
    let app = planned();
    let reviews = app.json(&["reviews", "list"]);
    assert_eq!(reviews.as_array().unwrap().len(), 13);
    let samu = of_project(&reviews, "si-samu");
    assert_eq!(samu.len(), 1);
    assert_eq!(samu[0]["due_on"], "2020-12-01");
    assert_eq!(samu[0]["name"], "SI SAMU");
    let before = app.fingerprint();
    assert_eq!(app.json(&["reviews", "plan", "--as-of", "2020-12-01"]), serde_json::json!([]));
    assert_eq!(app.fingerprint(), before);
    let trail = app.json(&["audit", "list", "--subject", "review"]);
    assert_eq!(trail.as_array().unwrap().len(), 13);
    assert_eq!(trail[0]["actor"], "vigie");
}

#[test]
fn a_review_that_is_held_leaves_its_minutes_and_plans_the_next_one() {
    let app = planned();
    let id = of_project(&app.json(&["reviews", "list"]), "si-samu")[0]["id"].clone();
    let id = id.as_str().unwrap();
    let hold = ["reviews", "hold", id, "--on", "2020-12-15", "--present", "Ada", "--present", "SG"];
    let rest = ["--findings", "Recette en retard", "--decision", "Geler le périmètre"];
    let action = ["--action", "2021-02-01 Ada Martin: écrire le plan", "--next", "2021-02-10"];
    let by = ["--by", "Claire Martin"];
    let changes = app.json(&[&hold[..], &rest, &action, &by].concat());
    let kinds: Vec<&str> =
        changes.as_array().unwrap().iter().map(|change| change["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["held", "planned"]);
    assert_eq!(changes[1]["review"]["due_on"], "2021-02-10");
    let shown = app.ok(&["reviews", "show", id]);
    for words in
        ["Ada, SG", "Geler le périmètre", "Ada Martin : écrire le plan, pour le 1er février 2021"]
    {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let again = app.run(&[&hold[..], &rest, &by].concat());
    assert_eq!(again.code, Some(1));
    assert_eq!(
        again.stderr,
        format!(
            "vigie: la revue {id} est dans l’état «\u{a0}tenue\u{a0}», attendu «\u{a0}prévue\u{a0}»\n"
        )
    );
    app.ok(&["audit", "verify"]);
}

#[test]
fn an_action_stays_open_in_the_next_review_until_someone_says_it_done() {
    let app = planned();
    let id = of_project(&app.json(&["reviews", "list"]), "si-samu")[0]["id"].clone();
    let id = id.as_str().unwrap();
    let by = ["--by", "Claire Martin"];
    let hold =
        ["reviews", "hold", id, "--on", "2020-12-15", "--present", "SG", "--findings", "Retard"];
    let plan = ["--action", "2021-02-01 Ada Martin: écrire le plan"];
    let budget = ["--action", "2099-01-15 SG: arbitrer le budget", "--next", "2021-02-10"];
    let changes = app.json(&[&hold[..], &plan, &budget, &by].concat());
    let next = changes[1]["review"]["id"].as_str().unwrap();
    let open = |file: &Value| {
        let actions = file["open_actions"].as_array().unwrap().iter();
        let line = |one: &Value| format!("{} {} {}", one["number"], one["what"], one["late"]);
        actions.map(line).collect::<Vec<_>>().join("\n")
    };
    let file = app.json(&["reviews", "show", next]);
    assert_eq!(open(&file), "1 \"écrire le plan\" true\n2 \"arbitrer le budget\" false");
    assert_eq!(open(&app.json(&["reviews", "show", id])), "", "its own are in its minutes");
    let listed = app.ok(&["reviews", "actions", "--ministry", "MSO"]);
    assert!(listed.contains("Actions à faire : 2, dont 1 en retard"), "{listed}");
    assert_eq!(app.json(&["reviews", "actions", "--ministry", "MJ"]), serde_json::json!([]));

    app.ok(&[&["reviews", "done", id, "1", "--reason", "plan reçu"], &by[..]].concat());
    let left = app.json(&["reviews", "show", next]);
    assert_eq!(open(&left), "2 \"arbitrer le budget\" false");
    let shown = app.ok(&["reviews", "show", id]);
    assert!(shown.contains("1. Ada Martin : écrire le plan"), "{shown}");
    assert!(shown.contains("selon Claire Martin") && shown.contains("plan reçu"), "{shown}");
    let refused = |number: &str| {
        let answer = app.run(&[&["reviews", "done", id, number], &by[..]].concat());
        assert_eq!(answer.code, Some(1));
        answer.stderr
    };
    assert_eq!(refused("1"), format!("vigie: l’action 1 de la revue {id} est déjà faite\n"));
    assert_eq!(
        refused("3"),
        format!("vigie: la revue {id} a 2 actions, attendu le numéro de l’une, et non 3\n")
    );
    app.ok(&[&["reviews", "undone", id, "1", "--reason", "plan refusé"], &by[..]].concat());
    assert_eq!(open(&app.json(&["reviews", "show", next])), open(&file));
    let subject = format!("review/{id}");
    let trail = app.ok(&["audit", "list", "--subject", &subject, "--format", "csv"]);
    for words in ["review_action_done", "review_action_reopened", "Claire Martin", "plan refusé"] {
        assert!(trail.contains(words), "{words}\n{trail}");
    }
    app.ok(&["audit", "verify"]);
}

#[test]
fn a_late_review_raises_an_alert_until_it_is_held_and_its_cycle_is_replayed() {
    let app = planned();
    app.ok(&["cycle", "--as-of", "2020-12-05"]);
    assert_eq!(app.json(&["alerts", "--rule", "P11"]), serde_json::json!([]));
    app.ok(&["cycle", "--as-of", "2020-12-31"]);
    let late = app.json(&["alerts", "--rule", "P11"]);
    let samu: Vec<&Value> = late
        .as_array()
        .unwrap()
        .iter()
        .filter(|alert| alert["subject"] == "project/si-samu")
        .collect();
    assert_eq!(samu[0]["level"], "moderate");
    let told = samu[0]["explanation"].as_str().unwrap();
    assert!(told.starts_with("La revue du projet était due le 1er décembre 2020"), "{told}");

    let id = of_project(&app.json(&["reviews", "list"]), "si-samu")[0]["id"].clone();
    let hold = ["reviews", "hold", id.as_str().unwrap(), "--on", "2021-01-04", "--present", "SG"];
    let rest = ["--findings", "Rien à signaler", "--by", "Claire Martin"];
    app.ok(&[&hold[..], &rest].concat());
    app.ok(&["cycle", "--as-of", "2021-01-05"]);
    let after = app.json(&["alerts", "--rule", "P11"]);
    let still = after.as_array().unwrap().iter().any(|alert| alert["subject"] == "project/si-samu");
    assert!(!still, "{after}");
    for cycle in ["1", "2", "3"] {
        assert_eq!(app.json(&["replay", cycle])["identical"], true);
    }
}

#[test]
fn the_calendar_of_a_ministry_has_its_reviews_and_no_other() {
    let app = planned();
    let reviews = app.json(&["reviews", "list"]);
    let of_justice =
        reviews.as_array().unwrap().iter().filter(|one| one["ministry"] == "MJ").count();
    let feed = app.ok(&["reviews", "calendar", "MJ"]);
    assert_eq!(feed.matches("BEGIN:VEVENT\r\n").count(), of_justice);
    assert!(feed.contains("PORTALIS") && !feed.contains("SI SAMU"), "{feed}");
    let answer = app.run(&["reviews", "calendar", "XX"]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.stderr.contains("aucun ministère ne s’appelle `XX`"), "{}", answer.stderr);
}
