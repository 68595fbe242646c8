//! People decide on missions and conduct them, from the command line.

use serde_json::Value;

use crate::support::TestApp;

fn judged() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app
}

/// Id of the first mission of a kind in a state.
fn first(app: &TestApp, kind: &str, state: &str) -> String {
    let missions = app.json(&["missions", "--kind", kind, "--state", state]);
    missions[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_proposal_is_decided_by_someone_for_a_reason_and_recorded_in_the_trail() {
    let app = judged();
    let id = first(&app, "securisation", "proposed");
    let decide = ["missions", "decide", &id, "accept", "--reason", "Confirmé", "--lead", "Ada"];
    let nobody = app.command(&decide).env_remove("VIGIE_ACTOR").output().unwrap();
    assert_eq!(nobody.status.code(), Some(1));
    let told = String::from_utf8(nobody.stderr).unwrap();
    assert!(told.contains("une décision de personne"), "{told}");

    let by_claire: Vec<&str> = decide.into_iter().chain(["--by", "Claire Martin"]).collect();
    let accepted = app.json(&by_claire);
    assert_eq!(accepted["state"], "open");
    assert_eq!(accepted["awaits"], "start");
    assert_eq!(accepted["lead"], "Ada");
    assert_eq!(accepted["decision"]["by"], "Claire Martin (nom non prouvé)");
    let last = accepted["history"].as_array().unwrap().last().unwrap();
    let by = "Claire Martin (nom non prouvé)";
    assert_eq!((&last["kind"], &last["by"]), (&"accepted".into(), &by.into()));
    assert_eq!(last["cycle"], Value::Null);

    let trail = app.json(&["audit", "list", "--subject", &format!("mission/{id}")]);
    let deed = trail.as_array().unwrap().last().unwrap();
    assert_eq!(deed["action"], "mission_accepted");
    assert_eq!(deed["reason"], "Confirmé");
    let was: Value = serde_json::from_str(deed["was"].as_str().unwrap()).unwrap();
    let became: Value = serde_json::from_str(deed["became"].as_str().unwrap()).unwrap();
    assert_eq!((&was["state"], &became["state"]), (&"proposed".into(), &"open".into()));
    app.ok(&["audit", "verify"]);

    let again = app.run(&by_claire);
    assert_eq!(again.code, Some(1));
    assert_eq!(
        again.stderr,
        format!(
            "vigie: la mission {id} est dans l’état «\u{a0}ouverte\u{a0}», attendu «\u{a0}proposée\u{a0}»\n"
        )
    );
}

#[test]
fn a_mission_is_conducted_to_its_end_and_its_outcome_counts_for_its_rules() {
    let app = judged();
    let id = first(&app, "securisation", "open");
    let by = ["--by", "Claire Martin"];
    let act = |words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().chain(by).collect();
        app.json(&words)
    };
    act(&["missions", "start", &id, "--on", "2020-12-10", "--until", "2021-03-01"]);
    act(&["missions", "milestone", "add", &id, "Plan arrêté", "--due", "2021-01-15"]);
    act(&["missions", "milestone", "done", &id, "Plan arrêté", "--on", "2021-01-20"]);
    let noted = act(&["missions", "note", &id, "Plan accepté par le secrétaire général"]);
    assert_eq!(noted["awaits"], "end");
    assert_eq!(noted["late"], true);
    assert!(!noted["alerts_behind"].as_array().unwrap().is_empty());
    let close = ["missions", "close", &id, "--outcome", "averted", "--reason", "Tenu"];
    let closed = act(&[&close[..], &["--on", "2021-02-20"]].concat());
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["closing"]["outcome"], "averted");
    let kinds: Vec<&str> = closed["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.join(" "), "opened started milestone_added milestone_done noted closed");
    let outcomes = app.json(&["missions", "outcomes"]);
    let p1 = outcomes.as_array().unwrap().iter().find(|rule| rule["rule"] == "P1").unwrap();
    assert_eq!((&p1["averted"], &p1["precision"]), (&1.into(), &1.0.into()));
    let shown = app.ok(&["missions", "show", &id]);
    for words in ["évitée, le 20 février 2021", "5 jours après l’échéance", "P1"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[test]
fn a_declined_mission_does_not_come_back_while_its_alerts_stay_as_they_are() {
    let app = judged();
    let id = first(&app, "securisation", "proposed");
    let decline = ["missions", "decide", &id, "decline", "--reason", "Déjà en recadrage"];
    app.ok(&[&decline[..], &["--by", "Claire Martin"]].concat());
    let before = app.json(&["missions", "--kind", "securisation"]);
    let report = app.json(&["cycle", "--as-of", "2020-12-01"]);
    assert_eq!(report["outcome"], "committed");
    let again: Vec<&Value> = report["mission_changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["mission"]["kind"] == "securisation")
        .collect();
    assert!(again.is_empty(), "{again:?}");
    assert_eq!(app.json(&["missions", "--kind", "securisation"]), before);
    assert_eq!(app.json(&["missions", "show", &id])["state"], "declined");
}

#[test]
fn what_waits_is_ranked_with_its_points_and_what_has_no_place_says_why() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    let playbook = rules.join("missions.toml");
    let short = std::fs::read_to_string(&playbook).unwrap().replace("at_once = 6", "at_once = 2");
    std::fs::write(&playbook, short).unwrap();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let ranked = app.json(&["missions", "plan", "--as-of", "2020-12-14"]);
    let team: Vec<&Value> = ranked
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["team"] == "Équipe de sécurisation")
        .collect();
    let places: Vec<&str> = team.iter().map(|one| one["place"].as_str().unwrap()).collect();
    assert_eq!(places[..3], ["taken", "taken", "not_taken"]);
    for one in &team {
        let sum: f64 = one["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| part["points"].as_f64().unwrap())
            .sum();
        assert!((sum - one["score"].as_f64().unwrap()).abs() < 1e-9, "{one}");
    }
    let reason = team[2]["reason"].as_str().unwrap();
    assert!(reason.starts_with("Équipe de sécurisation : 2 à la fois, 0 en cours"), "{reason}");
    // Opened by the playbook, so before those that are only proposed.
    assert_eq!(team[0]["mission"]["automatic"], true);
    let shown = app.ok(&["missions", "plan", "--as-of", "2020-12-14"]);
    assert!(shown.contains("dérive de"), "{shown}");
}

#[test]
fn a_mission_that_does_not_exist_is_refused_with_a_hint() {
    let app = judged();
    let answer = app.run(&["missions", "show", "nobody"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(
        answer.stderr,
        "vigie: aucune mission `nobody`\u{a0}; `vigie missions` en donne la liste\n"
    );
}

#[test]
fn naming_a_vendor_in_public_is_refused_to_all_but_the_director() {
    let app = judged();
    let id = first(&app, "vendor_escalation", "proposed");
    let as_someone = |words: &[&str], name: &str| {
        let words: Vec<&str> = words.iter().copied().chain(["--by", name]).collect();
        let mut command = app.command(&words);
        let told = command.env("VIGIE_MISSIONS__DIRECTOR", "Directeur").output().unwrap();
        (told.status.code(), String::from_utf8(told.stderr).unwrap())
    };
    let accept = ["missions", "decide", &id, "accept", "--reason", "Mise en demeure sans effet"];
    assert_eq!(as_someone(&accept, "Claire Martin").0, Some(0));
    let name = ["missions", "name-vendor", &id, "--vendor", "Éditeur", "--tone", "failure"];
    let name = [&name[..], &["--reason", "Trois livraisons refusées"]].concat();
    let (_, silent) = as_someone(&name, "Directeur");
    assert!(silent.contains("`Éditeur` n’a pas répondu"), "{silent}");
    let reply = ["missions", "vendor-reply", &id, "--vendor", "Éditeur", "--on", "2021-01-10"];
    assert_eq!(as_someone(&[&reply[..], &["--no-reply"]].concat(), "Claire Martin").0, Some(0));
    let (code, told) = as_someone(&name, "Claire Martin");
    assert_eq!(code, Some(1));
    assert!(told.contains("par le directeur, Directeur, et non par Claire Martin"), "{told}");
    assert_eq!(as_someone(&name, "Directeur").0, Some(0));
    let trail = app.json(&["audit", "list", "--subject", &format!("mission/{id}")]);
    let last = trail.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["action"], &last["actor"]),
        (&"mission_vendor_named".into(), &"Directeur (nom non prouvé)".into())
    );
    let unset = app.run(&[&name[..], &["--by", "Directeur"]].concat());
    assert!(unset.stderr.contains("`missions.director` n’en nomme aucun"), "{}", unset.stderr);
}
