//! Where the rate was going at the real editions, and how such forecasts held.

use crate::intake::real_rules::editions;

#[test]
fn past_forecasts_of_real_editions_are_checked_with_what_was_known_then() {
    let Some(app) = editions() else { return };
    let found = app.json(&["forecast", "--edition", "2021-07"]);
    let calibration = &found["calibration"];
    let windows = calibration["each"].as_array().unwrap();
    let lines = windows.iter().map(|one| {
        let share = |value: &serde_json::Value| format!("{:.1} %", value.as_f64().unwrap() * 100.0);
        let forecast = &one["forecast"];
        format!(
            "{} -> {} ({}): {} to {}, median {}; was {}, came {}: {}",
            one["from"],
            one["to"],
            one["ahead"],
            share(&forecast["p10"]),
            share(&forecast["p90"]),
            share(&forecast["p50"]),
            share(&one["before"]),
            share(&one["rate"]),
            if one["held"] == true { "held" } else { "missed" },
        )
    });
    let rate = &found["rates"][0];
    let points = rate["points"].as_array().unwrap().iter();
    let points = points.map(|one| format!("{}: {}", one["edition"], one["rate"]));
    let targets = rate["targets"].as_array().unwrap().iter().map(ToString::to_string);
    let counts = format!("{} windows, {} held", calibration["windows"], calibration["held"]);
    let basis = format!("{} steps of {} pairs", found["basis"]["steps"], found["basis"]["pairs"]);
    let all: Vec<String> =
        points.chain(targets).chain([basis]).chain(lines).chain([counts]).collect();
    insta::assert_snapshot!(all.join("\n"));
    // A forecast made then says the same: nothing of later editions reached it.
    let then = app.json(&["forecast", "--edition", "2018-07"]);
    assert_eq!(then["basis"]["pairs"], 5);
    assert_eq!(then["calibration"]["windows"], 10);
}
