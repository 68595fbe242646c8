//! What a project was a year before, in which editions it was listed, and when its answers became others.

use super::{check, date, fact, portfolio};
use crate::domain::value::Value;

#[test]
fn a_year_ago_is_the_latest_edition_up_to_twelve_months_before() {
    let known = portfolio(
        "2018-11 MJ a 10 24
         2018-11 MJ b 10 24
         2019-11 MJ a withheld 30
         2019-11 MJ b 12 24
         2020-05 MJ a 14 36
         2020-11 MJ a 15 36
         2020-11 MJ b 15 24
         2020-11 MJ c 15 24",
    );
    let columns = ["project_id", "cost_year_ago", "duration_year_ago", "budget_drift_year_ago"];
    check(
        &known,
        "2020-11-01",
        &columns,
        "a 10.0 30.0 0.0
         b 12.0 24.0 0.2
         c null null null",
    );
    check(
        &known,
        "2020-10-31",
        &columns,
        "a 10.0 24.0 0.0
         b 10.0 24.0 0.0",
    );
    check(
        &known,
        "2021-05-01",
        &columns,
        "a 14.0 36.0 0.4
         b 12.0 24.0 0.2
         c null null null",
    );
}

#[test]
fn editions_are_those_that_list_the_project() {
    let known = portfolio(
        "2018-11 MJ a 10 24
         2019-11 MJ b 12 24
         2020-11 MJ a withheld 36
         2020-11 MJ b 15 24",
    );
    let columns = ["project_id", "edition_history", "cost_history"];
    check(
        &known,
        "2020-11-01",
        &columns,
        "a 2018-11 2020-11 10 -
         b 2019-11 2020-11 12 15",
    );
}

#[test]
fn another_answer_is_a_change_on_the_day_of_its_report_and_the_first_is_none() {
    let mut known = portfolio(
        "2020-11 MJ a 10 24
         2020-11 MJ b 10 24
         2020-11 MJ c 10 24",
    );
    let appointed = |project: &str, on: &str, reported_on: &str| {
        fact(project, "director_appointed_on", Value::Date(date(on)), reported_on)
    };
    known.facts = vec![
        // Not in the order of their days; one is reported again, one corrected the same day.
        appointed("a", "2020-06-01", "2020-06-15"),
        appointed("a", "2018-01-01", "2018-02-01"),
        appointed("a", "2018-01-01", "2018-08-01"),
        appointed("a", "2019-02-01", "2019-03-01"),
        appointed("a", "2019-01-01", "2019-03-01"),
        appointed("a", "2020-12-01", "2020-12-15"),
        appointed("b", "2018-01-01", "2018-02-01"),
    ];
    let columns = ["project_id", "director_changes", "director_changed_on", "go_live_changes"];
    check(
        &known,
        "2020-11-30",
        &columns,
        "a 2019-03-01 2020-06-15 2020-06-15 null
         b  null null
         c null null null",
    );
}
