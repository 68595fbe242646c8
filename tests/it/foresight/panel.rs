//! The backtest of a small panel, counted by hand.
//!
//! Five projects, whose initial cost is 10 M€ and initial duration 40 months; each cell is the cost in M€ and the duration in
//! months of an edition:
//!
//! | project | 2018-01   | 2018-07       | 2019-01   | 2019-12   |
//! |---------|-----------|---------------|-----------|-----------|
//! | ALPHA   | 13 / 40   | 14 / 40       | 14 / 40   | 14 / 40   |
//! | BRAVO   | 10 / 40   | 10 / 44       | 10 / 45   | 20 / 45   |
//! | CHARLIE | 12.5 / 40 | 12.5 / 40     | 14 / 40   | 14 / 40   |
//! | DELTA   | 10 / 40   | withheld / 42 | 10 / 46   | 10 / 46   |
//! | OSCAR   | 10 / 40   | 10 / 40       | not listed | not listed |
//!
//! A drift is a cost above +5 % or a duration above +3 months.
//!
//! - 2018-01 to 2018-07, six months: ALPHA +7.7 %, drifts; BRAVO +4 months, drifts; CHARLIE and OSCAR do not; DELTA, +2 months and
//!   no cost: the figures do not say. 4 steps, 2 drifts, 1 undetermined.
//! - 2018-07 to 2019-01, six months: ALPHA and BRAVO (+1 month) do not; CHARLIE +12 %, drifts; DELTA +4 months, drifts, whatever
//!   its cost; OSCAR left. 4 steps, 2 drifts, 1 left.
//! - 2019-01 to 2019-12, eleven months: too far; 4 projects left out. After 2019-12 nothing is known.
//!
//! In all 8 steps, 4 drifts, base rate 1/2.
//!
//! D1 warns above +20 % of the initial cost, at every edition: ALPHA (+30 %, +40 %) and CHARLIE (+25 %, +25 %) on both steps; BRAVO is quiet
//! twice and OSCAR once; DELTA, counted on the second step alone, cannot be judged there, its cost being withheld. 4 warnings, of
//! which ALPHA's first and CHARLIE's second come true: precision 2/4, recall 2/4, lift (1/2)/(1/2) = 1. Quiet 3, of which BRAVO's
//! first drifts all the same: false calm 1/3. Coverage 7/8. Leads: ALPHA 2018-01 to 2018-07, 6 months; CHARLIE, that warns
//! since 2018-01, to 2019-01, 12 months; median 9.
//!
//! D3 warns of a rise above 5 % or an end that moves by more than 90 days since the edition before, and is quiet on a first edition: quiet
//! 4 times on the first step, of which ALPHA and BRAVO drift; on the second, warns of ALPHA and BRAVO, which do not drift, is
//! quiet of CHARLIE, which does, and cannot judge DELTA. 2 warnings, 0 hits: precision 0, recall 0/4, lift 0; quiet 5, of which 3
//! drift; coverage 7/8; no lead.
//!
//! « Drifted last time » knows nothing on the first step; on the second it warns of ALPHA and BRAVO (no hit), is quiet of CHARLIE
//! (drifts), and does not know of DELTA: coverage 3/8. « Always » warns 8 times with 4 hits, leads 6, 6, 12 and 12: median 9. The highest
//! quarter of costs begins at 12.5 in 2018-01 (ALPHA, CHARLIE) and at 14 in 2018-07 (ALPHA; DELTA not known): 3 warnings, 1 hit.
//! That of durations begins at 40 (all four) and at 42 (BRAVO, DELTA): 6 warnings, 3 hits.

use serde_json::{Value, json};

use crate::support::TestApp;

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n";

/// Project, ministry, then cost and duration at each edition.
const PROJECTS: [(&str, &str, [&str; 4]); 5] = [
    ("ALPHA", "Ministère de la Justice", ["13/40", "14/40", "14/40", "14/40"]),
    ("BRAVO", "Ministère de la Justice", ["10/40", "10/44", "10/45", "20/45"]),
    ("CHARLIE", "Ministère de la Culture", ["12.5/40", "12.5/40", "14/40", "14/40"]),
    ("DELTA", "Ministère de la Culture", ["10/40", "/42", "10/46", "10/46"]),
    ("OSCAR", "Ministère de la Santé", ["10/40", "10/40", "", ""]),
];

pub(super) const EDITIONS: [&str; 4] = ["2018-01", "2018-07", "2019-01", "2019-12"];

/// The panel, imported from its files.
pub(super) fn imported() -> TestApp {
    let app = TestApp::new();
    let mut files = vec!["import".to_owned()];
    let mut write = |name: String, text: &str| {
        let path = app.path(&name);
        std::fs::write(&path, text).unwrap();
        files.push(path.to_str().unwrap().to_owned());
    };
    for (place, edition) in EDITIONS.into_iter().enumerate() {
        let row = |(name, ministry, figures): &(&str, &str, [&str; 4])| {
            let (cost, months) = figures[place].split_once('/')?;
            let why = if cost.is_empty() { "En cours d’évaluation" } else { "" };
            Some(format!(
                "{name},{ministry},build,2017-01,{months},{cost},false,Zone,Programme (P101),{why}\n"
            ))
        };
        let rows: String = PROJECTS.iter().filter_map(row).collect();
        write(format!("{edition}.panorama.csv"), &format!("{HEADER}{rows}"));
    }
    let mut baselines =
        "project,reported_on,cost_initial,duration_initial,baseline_on\n".to_owned();
    baselines
        .extend(PROJECTS.iter().map(|(name, ..)| format!("{name},2018-01-15,10,40,2017-01-09\n")));
    write("2018-01.baselines.csv".to_owned(), &baselines);
    app.ok(&files.iter().map(String::as_str).collect::<Vec<_>>());
    app
}

/// The counts of a scorecard, and its figures without their intervals.
fn counted(score: &Value) -> Value {
    let of = |name: &str| score[name].clone();
    let value = |name: &str| score[name]["value"].clone();
    json!([
        [of("warnings"), of("hits"), of("quiet"), of("quiet_drifts"), of("unknown")],
        [value("precision"), value("recall"), value("lift"), value("false_calm")],
        [of("coverage"), of("median_lead_months")],
    ])
}

fn of_rule<'f>(found: &'f Value, rule: &str) -> &'f Value {
    found["rules"].as_array().unwrap().iter().find(|one| one["rule"] == rule).unwrap()
}

#[test]
fn a_small_panel_gives_the_counts_made_by_hand() {
    let found = imported().json(&["backtest"]);
    assert_eq!(
        (&found["steps"], &found["drifts"], &found["base_rate"]),
        (&json!(8), &json!(4), &json!(0.5))
    );
    assert_eq!(found["left_out"], json!({ "too_far": 4, "left": 1, "undetermined": 1 }));
    let editions: Vec<Value> = found["editions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let left_out = &one["left_out"];
            json!([
                [one["edition"], one["later"], one["is_too_far"], one["steps"], one["drifts"]],
                [left_out["too_far"], left_out["left"], left_out["undetermined"]],
            ])
        })
        .collect();
    assert_eq!(
        editions,
        [
            json!([["2018-01", "2018-07", false, 4, 2], [0, 0, 1]]),
            json!([["2018-07", "2019-01", false, 4, 2], [0, 1, 0]]),
            json!([["2019-01", "2019-12", true, 0, 0], [4, 0, 0]]),
            json!([["2019-12", null, false, 0, 0], [0, 0, 0]]),
        ]
    );
}

#[test]
fn scorecards_of_a_small_panel_are_those_made_by_hand() {
    let found = imported().json(&["backtest"]);
    let third = 1.0 / 3.0;
    let d1 = of_rule(&found, "D1");
    assert_eq!(
        counted(&d1["score"]),
        json!([[4, 2, 3, 1, 1], [0.5, 0.5, 1.0, third], [0.875, 9.0]])
    );
    assert_eq!(d1["score"]["finding"], "too_few");
    // Its levels, alone: « high » up to +30 %, « critical » above, which is ALPHA's second.
    let levels: Vec<(&Value, Value)> = d1["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| (&level["level"], counted(&level["score"])[0].clone()))
        .collect();
    assert_eq!(
        levels,
        [
            (&json!("watch"), json!([0, 0, 7, 3, 1])),
            (&json!("high"), json!([3, 2, 4, 1, 1])),
            (&json!("critical"), json!([1, 0, 6, 3, 1])),
        ]
    );
    assert_eq!(
        counted(&of_rule(&found, "D3")["score"]),
        json!([[2, 0, 5, 3, 1], [0.0, 0.0, 0.0, 0.6], [0.875, null]])
    );
    let baselines: Vec<(&Value, Value)> = found["baselines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["baseline"], counted(&one["score"])))
        .collect();
    assert_eq!(
        baselines,
        [
            (
                &json!("drifted_last_time"),
                json!([[2, 0, 1, 1, 5], [0.0, 0.0, 0.0, 1.0], [0.375, null]])
            ),
            (
                &json!("costly"),
                json!([[3, 1, 4, 2, 1], [third, 0.25, third / 0.5, 0.5], [0.875, 6.0]])
            ),
            (&json!("long"), json!([[6, 3, 2, 1, 0], [0.5, 0.75, 1.0, 0.5], [1.0, 6.0]])),
            (&json!("always"), json!([[8, 4, 0, 0, 0], [0.5, 1.0, 1.0, null], [1.0, 9.0]])),
        ]
    );
}

/// On the cost alone: DELTA cannot be told on either step, so that 7 steps remain, of which ALPHA's first and CHARLIE's second drift. On
/// the duration alone: BRAVO's first and DELTA's second, of 9 steps.
#[test]
fn a_target_counts_its_own_drifts_and_a_range_its_own_editions() {
    let app = imported();
    let cost = app.json(&["backtest", "--target", "cost"]);
    assert_eq!((&cost["steps"], &cost["drifts"]), (&json!(7), &json!(2)));
    assert_eq!(cost["left_out"]["undetermined"], 2);
    assert_eq!(
        counted(&of_rule(&cost, "D1")["score"])[0],
        json!([4, 2, 3, 0, 0]),
        "both drifts were warned of"
    );
    let duration = app.json(&["backtest", "--target", "duration"]);
    assert_eq!((&duration["steps"], &duration["drifts"]), (&json!(9), &json!(2)));

    let second = app.json(&["backtest", "--from", "2018-07", "--to", "2018-07"]);
    assert_eq!((&second["steps"], &second["drifts"]), (&json!(4), &json!(2)));
    // A run of warnings begins with the first edition that is looked at.
    let d1 = &of_rule(&second, "D1")["score"];
    assert_eq!((&d1["warnings"], &d1["median_lead_months"]), (&json!(2), &json!(6.0)));

    // Two editions ahead, up to eighteen months: 2018-01 to 2019-01 and 2018-07 to 2019-12.
    let far = app.json(&["backtest", "--horizon", "2"]);
    let later: Vec<&Value> =
        far["editions"].as_array().unwrap().iter().map(|one| &one["later"]).collect();
    assert_eq!(later, [&json!("2019-01"), &json!("2019-12"), &Value::Null, &Value::Null]);
    assert_eq!(far["left_out"]["left"], 2);
}
