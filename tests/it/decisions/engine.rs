//! A database whose cycles an earlier engine judged: the first cycle of today tells what the engine changed,
//! apart from what the data did.

use serde_json::Value;

use crate::support::earlier::Earlier;

fn json(earlier: &Earlier, command: &[&str]) -> Value {
    let arguments = command.iter().copied().chain(["--format", "json"]).map(str::to_owned);
    let told = earlier.run(&arguments.collect::<Vec<_>>()).unwrap();
    serde_json::from_str(&told).unwrap()
}

#[test]
fn the_first_cycle_after_an_upgrade_judges_the_last_one_again_before_its_own() {
    for earlier in Earlier::all() {
        let before = json(&earlier, &["cycles"]);
        let before = before.as_array().unwrap();
        let valid = before.iter().find(|cycle| cycle["voided"].is_null()).unwrap();
        assert_eq!(valid["engine"], 1);
        let as_of = "2021-03-01";
        let report = json(&earlier, &["cycle", "--as-of", as_of]);
        let after = json(&earlier, &["cycles"]);
        let after = after.as_array().unwrap();
        assert_eq!(after.len(), before.len() + 2);
        let (own, again) = (&after[0], &after[1]);
        assert_eq!(own["as_of"], as_of);
        assert_eq!(own["number"], report["cycle"]);
        for same in ["as_of", "edition", "last_import", "last_link", "data", "catalogue"] {
            assert_eq!(again[same], valid[same], "{same}");
        }
        assert_eq!((&own["engine"], &again["engine"]), (&Value::from(2), &Value::from(2)));

        // The cycle of the upgrade replays, decisions included, and so does the one after it.
        for cycle in [own, again] {
            let number = cycle["number"].to_string();
            let replay = json(&earlier, &["replay", &number]);
            assert_eq!(replay["identical"], true, "{replay}");
            assert_eq!(replay["decisions"], serde_json::json!([]), "{replay}");
        }

        // What it opened, closed or moved says why; what was open has references to measure new facts from.
        let alerts = json(&earlier, &["alerts"]);
        let number = &again["number"];
        let mut with_references = 0;
        for alert in alerts.as_array().unwrap() {
            let shown = json(&earlier, &["alerts", "show", alert["id"].as_str().unwrap()]);
            for event in shown["history"].as_array().unwrap() {
                let is_moved = event["kind"] != "persisted" && event["kind"] != "pending";
                if event["known"]["cycle"] == *number && is_moved {
                    let words = event["words"].as_str().unwrap();
                    let because = "Le moteur d’évaluation de Vigie a changé (moteur 2).";
                    assert!(words.contains(because), "{event}");
                    assert_ne!(event["kind"], "new_fact", "{event}");
                }
            }
            with_references += usize::from(shown["references"].is_object());
        }
        assert!(with_references > 0, "no alert has references");
        earlier.run(&["audit".to_owned(), "verify".to_owned()]).unwrap();
    }
}
