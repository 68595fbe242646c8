//! The calendar of a ministry's reviews, read by a program that is not ours: Debian's python3-icalendar.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{TestApp, python, root};

/// A line for each event, after the calendar's name; `None` where the module is not installed.
fn read(feed: &str) -> Option<Vec<String>> {
    let mut reader = python("icalendar")?;
    reader.arg(root().join("tests/it/support/read_feed.py"));
    let mut child = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(feed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{feed}");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

fn id<'a>(reviews: &'a Value, project: &str) -> &'a str {
    let of_it = |review: &&Value| review["project"] == project && review["state"] == "planned";
    reviews.as_array().unwrap().iter().find(of_it).unwrap()["id"].as_str().unwrap()
}

#[test]
fn a_calendar_program_shows_each_review_at_its_hour_in_paris_moved_and_called_off_under_one_id() {
    let app = TestApp::with_fixtures();
    app.ok(&["reviews", "plan", "--as-of", "2020-11-30"]);
    let reviews = app.json(&["reviews", "list", "--ministry", "MJ"]);
    let calendar = || read(&app.ok(&["reviews", "calendar", "MJ"]));
    let Some(first) = calendar() else { return };
    assert_eq!(first[0], "Revues SG/DINUM, MJ");
    let planned = reviews.as_array().unwrap();
    assert_eq!(first.len() - 1, planned.len());
    for review in planned {
        let text = |field: &str| review[field].as_str().unwrap().to_owned();
        let (on, at) = (text("planned_on"), &text("starts_at")[..5]);
        let shown = format!("{}@vigie | CONFIRMED | 0 | {on} {at} ", text("id"));
        let line = first.iter().find(|line| line.starts_with(&shown));
        let line = line.unwrap_or_else(|| panic!("no `{shown}` in {first:#?}"));
        assert!(line.ends_with(&format!(" 90 min | Revue SG/DINUM : {}", text("name"))), "{line}");
    }

    // In summer then in winter, by the clock of Paris.
    let moved = id(&reviews, "portalis");
    for (day, sequence, utc) in [("2027-07-05", 1, "09:00Z"), ("2028-01-10", 2, "10:00Z")] {
        let when = ["--to", day, "--at", "11:00", "--reason", "absence"];
        app.ok(&[&["reviews", "move", moved], &when[..]].concat());
        let lines = calendar().unwrap();
        let shown = format!("{moved}@vigie | CONFIRMED | {sequence} | {day} 11:00 {utc} 90 min | ");
        assert!(lines.iter().any(|line| line.starts_with(&shown)), "{shown}\n{lines:#?}");
    }
    app.ok(&["reviews", "cancel", moved, "--reason", "grève"]);
    let lines = calendar().unwrap();
    let shown = format!("{moved}@vigie | CANCELLED | 3 | ");
    assert!(lines.iter().any(|line| line.starts_with(&shown)), "{shown}\n{lines:#?}");
    assert_eq!(lines.len(), first.len(), "the same reviews");
}
