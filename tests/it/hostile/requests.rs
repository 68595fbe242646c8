//! A hostile catalogue, through a whole cycle: each rule costs its own verdicts, which name the limit
//! that it met, and the cycle ends.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::compile::rule_text::rule;
use crate::support::TestApp;

/// What each rule does, and the limit that it meets.
const BROKEN: [(&str, &str, &str); 7] = [
    ("H1", "loop { }", "operations"),
    ("H2", "let a = [1]; loop { a = [a, a, a, a]; }", "size (size of array/blob)"),
    ("H3", "assess(p, t)", "call levels"),
    ("H4", "let s = \"x\"; loop { s += s; }", "size (length of string)"),
    ("H5", "let m = #{ a: 1 }; loop { m = #{ a: m, b: m, c: m }; }", "size (size of object map)"),
    ("H6", "let l = []; for i in 0..1000000000 { l.push(i); } CLEAR", "size (size of array/blob)"),
    (
        "H7",
        "let s = \"é\"; for i in 0..13 { s += s; } for i in 0..15000 { lower(s); } CLEAR",
        "time",
    ),
];

/// Refused when the catalogue is compiled.
const REFUSED: [(&str, &str, &str); 3] = [
    ("R1", "loop { print(\"x\"); }", "'print' is disabled"),
    ("R2", "loop { debug(\"x\"); }", "'debug' is disabled"),
    ("R3", "let l = [1]; l.map(|x| sleep(x)); CLEAR", "no function `sleep`"),
];

fn write(folder: &Path, id: &str, body: &str) {
    let functions = format!("fn assess(p, t) {{ {body} }}\nfn explain(p, t) {{ \"Parce que.\" }}");
    std::fs::write(folder.join(format!("{id}.rhai")), rule(id, &functions)).unwrap();
}

fn plant(folder: &Path) {
    for (id, body, _) in BROKEN.iter().chain(&REFUSED) {
        write(folder, id, body);
    }
    // A switch of as many branches as a file may hold, one of a million, and one file far too long.
    let branches = |count: usize| {
        let arms: Vec<String> = (0..count).map(|arm| format!("{arm}=>CLEAR,")).collect();
        let arms = arms.concat();
        format!("switch p.editions_seen {{{arms}_=>WATCH}}")
    };
    write(folder, "H8", &branches(3_500));
    write(folder, "R4", &branches(1_000_000));
    write(folder, "R5", &format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)));
    std::fs::write(folder.join("R6.rhai"), vec![b'x'; 32 * 1024 * 1024]).unwrap();
    std::fs::write(folder.join("R7.rhai"), b"/*---\nid = \"R7\"\n\xff\xfe---*/\n").unwrap();
    // An explanation without end loses the explanation, not the verdict.
    let functions = "fn assess(p, t) { WATCH }\nfn explain(p, t) { loop { } }";
    std::fs::write(folder.join("H9.rhai"), rule("H9", functions)).unwrap();
}

fn bounded(mut command: Command) -> Command {
    // In English, in which faults of the interpreter are.
    command.env("VIGIE_LIMITS__MILLISECONDS", "300").env("LC_ALL", "en_GB.UTF-8");
    command
}

#[test]
fn a_hostile_catalogue_costs_each_rule_its_own_verdicts_and_the_cycle_ends() {
    let mut app = TestApp::with_fixtures();
    plant(&app.own_rules());
    let began = Instant::now();
    let cycle = app.command(&["cycle", "--as-of", "2020-11-30", "--format", "json"]);
    let answer = bounded(cycle).output().unwrap();
    let took = began.elapsed();
    let stderr = String::from_utf8(answer.stderr).unwrap();
    assert!(answer.status.success(), "{stderr}");
    assert!(took < Duration::from_mins(1), "{took:?}");
    let report: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(report["outcome"], "committed");

    // Seven rules fail on every listed project; those that are sound judge as ever.
    let listed = 43;
    assert_eq!(report["counts"]["failed"], BROKEN.len() * listed);
    let explained = |id: &str| {
        let asked =
            ["rules", "explain", id, "PORTALIS", "--as-of", "2020-11-30", "--format", "json"];
        let explained = bounded(app.command(&asked)).output().unwrap();
        let told: Value = serde_json::from_slice(&explained.stdout).unwrap();
        let fault = told["fault"]["message"].as_str().unwrap_or("sound").to_owned();
        let level = told["level"].as_str().unwrap_or_default().to_owned();
        (fault, level, told["explanation"].as_str().unwrap_or_default().to_owned())
    };
    for (id, _, limit) in BROKEN {
        assert_eq!(explained(id).0, format!("broke the limit of {limit}"), "{id}");
    }
    assert_eq!(explained("H8").0, "sound");
    let (_, level, explanation) = explained("H9");
    assert_eq!(level, "watch");
    assert!(explanation.ends_with("broke the limit of operations."), "{explanation}");

    let refused = |id: &str, words: &str| {
        let line =
            stderr.lines().find(|line| line.contains(&format!("{id}.rhai"))).unwrap_or_default();
        assert!(line.contains(words), "{id}: {line}\n{stderr}");
    };
    for (id, _, words) in REFUSED {
        refused(id, words);
    }
    refused("R4", "bytes, expected at most 60000");
    refused("R5", "exceeds maximum complexity");
    refused("R6", "the file has more than 4194304 bytes, expected at most 60000");
    refused("R7", "line 3 is not UTF-8");
    // Nothing was printed by a rule, nor logged without bound.
    assert!(stderr.len() < 20_000, "{} bytes", stderr.len());
}
