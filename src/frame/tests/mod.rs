//! The frames, from a portfolio written in a few lines to the measures printed as text.

mod computed;
mod follow_up;
mod over_time;
mod past;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::PlSmallStr;

use super::dictionary::built_in;
use super::{build, history};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::{Answer, Fact, WatchEntry, WatchList};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::{Phase, Snapshot};
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::value::{Reported, Value};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn figure(text: &str) -> Reported<f64> {
    match text {
        "-" => Reported::Missing,
        "withheld" => Reported::Withheld,
        number => Reported::Given(number.parse().unwrap()),
    }
}

/// One line a snapshot: `edition ministry project cost duration`.
fn portfolio(lines: &str) -> Portfolio {
    let snapshots = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Snapshot {
            project: ProjectId::new(words[2]),
            edition: words[0].parse::<EditionId>().unwrap(),
            name: words[2].to_uppercase(),
            ministry: MinistryCode::new(words[1]),
            ministry_label: format!("Ministère {}", words[1]),
            phase: Reported::Given(Phase::Build),
            start_on: Reported::Given(date("2015-01-01")),
            duration_months: figure(words[4]),
            cost_meur: figure(words[3]),
            inter_ministerial: None,
            functional_zone: None,
            programme: None,
            description: None,
            withheld_reason: None,
            row: 2,
        }
    });
    Portfolio { snapshots: snapshots.collect(), ..Portfolio::default() }
}

fn fact(project: &str, field: &str, value: Value, reported_on: &str) -> Fact {
    Fact {
        project: ProjectId::new(project),
        field: field.to_owned(),
        answer: Answer::Value(value),
        reported_on: date(reported_on),
        answered_by: None,
    }
}

fn print(frame: &DataFrame, columns: &[&str]) -> String {
    let mut lines = vec![];
    for row in 0..frame.height() {
        let cells = columns.iter().map(|name| {
            let cell = frame.column(name).unwrap().get(row).unwrap();
            cell.to_string().trim_matches('"').to_owned()
        });
        lines.push(cells.collect::<Vec<_>>().join(" "));
    }
    lines.join("\n")
}

#[track_caller]
fn check(portfolio: &Portfolio, as_of: &str, columns: &[&str], expected: &str) {
    let frames = build(portfolio, built_in(), date(as_of), None).unwrap();
    let expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert_eq!(print(&frames.projects, columns), expected);
}

#[test]
fn every_frame_holds_exactly_the_dictionary_in_order() {
    let frames =
        build(&portfolio("2020-06 MJ a 10 24"), built_in(), date("2020-07-01"), None).unwrap();
    for scope in [SubjectKind::Project, SubjectKind::Ministry, SubjectKind::Portfolio] {
        let names: Vec<&str> =
            frames.of(scope).get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        let fields: Vec<&str> = built_in().fields_of(scope).map(|field| field.name).collect();
        assert_eq!(names, fields);
    }
}

#[test]
fn drift_is_against_the_first_edition_until_a_baseline_is_declared() {
    let mut known = portfolio(
        "2020-06 MJ a 10 24
         2020-11 MJ a 12 30",
    );
    let columns =
        ["project_id", "budget_drift", "calendar_drift", "cost_baseline_source", "baseline_on"];
    check(&known, "2020-12-01", &columns, "a 0.2 0.25 first_edition 2020-06-01");

    known.facts = vec![
        fact("a", "cost_initial", Value::Float(8.0), "2020-06-15"),
        fact("a", "baseline_on", Value::Date(date("2014-05-01")), "2020-06-15"),
    ];
    check(&known, "2020-12-01", &columns, "a 0.5 0.25 declared 2014-05-01");
}

#[test]
fn a_project_has_its_figures_by_edition_those_not_published_included() {
    let known = portfolio(
        "2019-11 MJ a 10 24
         2019-11 MJ b - withheld
         2020-06 MJ a withheld 30
         2020-11 MJ a 12.5 30
         2020-11 MJ b - withheld",
    );
    let columns = [
        "project_id",
        "cost_history",
        "duration_history",
        "budget_drift_history",
        "calendar_drift_history",
        "cost_change_meur",
    ];
    check(
        &known,
        "2020-12-01",
        &columns,
        "a 10 - 12.5 24 30 30 0 - 0.25 0 0.25 0.25 2.5
         b null null null null null",
    );
    check(
        &known,
        "2020-10-01",
        &columns,
        "a 10 - 24 30 0 - 0 0.25 null\n\
         b null null null null null",
    );
}

#[test]
fn a_declared_baseline_never_changes_whatever_is_declared_later() {
    let mut known = portfolio("2020-11 MJ a 12 30");
    known.facts = vec![
        fact("a", "cost_initial", Value::Float(12.0), "2020-10-01"),
        fact("a", "cost_initial", Value::Float(8.0), "2020-06-15"),
    ];
    check(&known, "2020-12-01", &["cost_initial"], "8.0");
}

#[test]
fn exactly_ten_percent_is_ten_percent() {
    let known = portfolio(
        "2020-06 MJ a 10 24
         2020-11 MJ a 11 24",
    );
    let frames = build(&known, built_in(), date("2020-12-01"), None).unwrap();
    let drift = frames.projects.column("budget_drift").unwrap().f64().unwrap().get(0).unwrap();
    assert!(drift <= 0.1, "{drift}");
}

#[test]
fn a_rise_does_not_hide_behind_an_edition_that_withheld_it() {
    let known = portfolio(
        "2019-03 MJ a 10 24
         2020-06 MJ a withheld -
         2020-11 MJ a 12 30",
    );
    check(
        &known,
        "2020-12-01",
        &["previous_edition", "cost_previous", "cost_change", "budget_slips", "calendar_slips"],
        "2020-06 10.0 0.2 1 0",
    );
    check(
        &known,
        "2020-07-01",
        &["cost_current", "cost_withheld", "duration_withheld", "budget_drift", "figures_on"],
        "null true false null 2019-03-01",
    );
}

#[test]
fn nothing_dated_after_the_evaluation_is_looked_at() {
    let mut known = portfolio(
        "2020-06 MJ a 10 24
         2020-11 MJ a 12 30",
    );
    known.facts = vec![fact("a", "cost_initial", Value::Float(5.0), "2020-10-01")];
    let columns = ["edition", "cost_current", "budget_drift", "data_age_days"];
    check(&known, "2020-07-01", &columns, "2020-06 10.0 0.0 30");
}

#[test]
fn a_project_that_left_keeps_its_last_figures_and_says_so() {
    let known = portfolio(
        "2020-06 MJ a 10 24
         2020-06 MJ b 20 24
         2020-11 MJ b 20 24",
    );
    check(
        &known,
        "2020-12-01",
        &["project_id", "in_panorama", "has_left", "exit_explained", "edition", "cost_current"],
        "a false true false 2020-06 10.0
         b true false false 2020-11 20.0",
    );
}

#[test]
fn being_on_no_list_is_known_only_once_lists_were_supplied() {
    let mut known = portfolio(
        "2020-11 MJ a 10 24
         2020-11 MJ b 20 24",
    );
    let columns = ["project_id", "listed", "watch_closing", "listed_on"];
    check(&known, "2020-12-01", &columns, "a null null null\nb null null null");
    known.watches = vec![WatchEntry {
        project: ProjectId::new("a"),
        watch: WatchList::Closing,
        since: date("2020-11-01"),
        until: None,
        note: None,
    }];
    check(&known, "2020-12-01", &columns, "a true true 2020-11-01\nb false false null");
}

#[test]
fn totals_split_the_change_into_stayers_entrants_and_leavers() {
    let mut known = portfolio(
        "2020-06 MJ stayer 12 24
         2020-06 MJ leaver 20 24
         2020-11 MJ stayer 13 24
         2020-11 MI entrant 10 24",
    );
    known.facts = vec![
        fact("stayer", "cost_initial", Value::Float(10.0), "2020-06-01"),
        fact("leaver", "cost_initial", Value::Float(10.0), "2020-06-01"),
    ];
    let frames = build(&known, built_in(), date("2020-12-01"), Some(0.25)).unwrap();
    let columns = [
        "project_count",
        "cost_total",
        "budget_drift_mean",
        "budget_drift_mean_change",
        "budget_change_stayers",
        "budget_change_entrants",
        "budget_change_leavers",
        "stayers_count",
        "entrants_count",
        "leavers_count",
        "global_drift",
        "target_distance",
    ];
    // Before: (20 % + 100 %) / 2 = 60 %; now: (30 % + 0 %) / 2 = 15 %; the change is -45 points.
    assert_eq!(
        print(&frames.portfolio, &columns),
        "2 23.0 0.15 -0.45 0.1 -0.15 -0.4 1 1 1 0.075 -0.175",
    );
    assert_eq!(
        print(&frames.ministries, &["ministry", "project_count", "budget_drift_mean"]),
        "MI 1 0.0\nMJ 1 0.3",
    );
}

#[test]
fn figures_do_not_depend_on_the_order_in_which_rows_are_added_up() {
    let costs = [0.1, 0.2, 0.3, 1e6, 33.333_333, 7.7, 1e-3, 250.75];
    let lines = |order: &mut dyn Iterator<Item = usize>| {
        let line = |index: usize| format!("2020-11 MJ p{index} {} {}", costs[index], 10 + index);
        order.map(line).collect::<Vec<_>>().join("\n")
    };
    let columns = ["cost_total", "duration_mean", "budget_drift_mean"];
    let figures = |known: &Portfolio| {
        let frames = build(known, built_in(), date("2020-12-01"), None).unwrap();
        columns.map(|name| frames.portfolio.column(name).unwrap().f64().unwrap().get(0).unwrap())
    };
    let one_way = figures(&portfolio(&lines(&mut (0..costs.len()))));
    let other_way = figures(&portfolio(&lines(&mut (0..costs.len()).rev())));
    assert_eq!(one_way.map(f64::to_bits), other_way.map(f64::to_bits));
    assert!((one_way[0] - 1_000_292.384_333).abs() < 1e-6, "{one_way:?}");
}

/// Stored figures and verdicts are computed again to the last digit: the mean falls halfway between two billionths.
#[test]
fn the_mean_of_the_portfolio_and_of_ministries_is_rounded_as_it_always_was() {
    let mut lines = vec!["2020-06 MJ p0 1 24".to_owned(), "2020-06 MI other - -".to_owned()];
    lines.extend((1..36).map(|number| format!("2020-06 MJ p{number} 1 24")));
    let mut known = portfolio(&lines.join("\n"));
    let later = lines.join("\n").replace("2020-06", "2020-11").replace("p0 1 ", "p0 1.167518746 ");
    known.snapshots.extend(portfolio(&later).snapshots);
    let frames = build(&known, built_in(), date("2020-12-01"), None).unwrap();
    let means = |frame: &DataFrame| -> Vec<Option<f64>> {
        frame.column("budget_drift_mean").unwrap().f64().unwrap().iter().collect()
    };
    assert_eq!(means(&frames.portfolio), [Some(0.004_653_298)]);
    assert_eq!(means(&frames.ministries), [None, Some(0.004_653_299)]);
}

#[test]
fn history_gives_one_line_per_edition() {
    let known = portfolio(
        "2020-06 MJ a 10 24
         2020-11 MJ a 12 30",
    );
    let steps = history(&known, date("2020-12-01")).unwrap();
    assert_eq!(
        print(&steps, &["edition", "cost_current", "budget_drift", "budget_drift_change"]),
        "2020-06 10.0 0.0 null\n2020-11 12.0 0.2 0.2",
    );
}

#[test]
fn an_evaluation_before_the_first_edition_says_when_it_was() {
    let known = portfolio("2020-06 MJ a 10 24");
    let fault = build(&known, built_in(), date("2019-01-01"), None).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "no edition of the panorama is known as of 2019-01-01: the first one is 2020-06"
    );
}
