//! Measures drawn from follow-up data.

use std::collections::BTreeMap;

use super::{check, date, fact, portfolio, print};
use crate::domain::ids::ProjectId;
use crate::domain::level::Level;
use crate::domain::portfolio::follow_up::{Contract, DeclaredCause, Recommendation};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;
use crate::frame::build;
use crate::frame::dictionary::built_in;

#[test]
fn early_growth_is_that_of_the_year_after_a_declared_baseline() {
    let mut known = portfolio(
        "2020-06 MJ a 10 24
         2020-06 MJ b 10 24
         2020-11 MJ a 12 24
         2020-11 MJ b 12 24
         2021-11 MJ a 15 24
         2021-11 MJ b 15 24",
    );
    known.facts = vec![
        fact("a", "cost_initial", Value::Float(10.0), "2020-06-15"),
        fact("a", "baseline_on", Value::Date(date("2020-05-01")), "2020-06-15"),
    ];
    let columns = ["project_id", "budget_drift", "early_cost_growth"];
    check(
        &known,
        "2021-12-01",
        &columns,
        "a 0.5 0.2
         b 0.5 null",
    );
}

#[test]
fn earned_measures_are_missing_rather_than_infinite() {
    let mut known = portfolio(
        "2020-11 MJ a 20 24
         2020-11 MJ b 20 24",
    );
    known.facts = vec![
        fact("a", "progress_pct", Value::Float(0.3), "2020-10-01"),
        fact("a", "planned_progress_pct", Value::Float(0.4), "2020-10-01"),
        fact("a", "spent_to_date", Value::Float(8.0), "2020-10-01"),
        fact("a", "credits_secured_12m", Value::Float(6.0), "2020-10-01"),
        fact("b", "progress_pct", Value::Float(0.0), "2020-10-01"),
        fact("b", "planned_progress_pct", Value::Float(0.0), "2020-10-01"),
        fact("b", "spent_to_date", Value::Float(0.0), "2020-10-01"),
        fact("b", "credits_secured_12m", Value::Float(0.0), "2020-10-01"),
    ];
    check(
        &known,
        "2020-11-01",
        &["project_id", "cpi", "spi", "funding_months"],
        "a 0.75 0.75 24.0
         b null null null",
    );
}

#[test]
fn the_questionnaire_is_dated_apart_from_what_others_report() {
    let mut known = portfolio(
        "2020-11 MJ a 20 24
         2020-11 MJ b 20 24",
    );
    known.facts = vec![
        fact("a", "sponsor_named", Value::Bool(true), "2020-04-01"),
        fact("a", "mareva_done", Value::Bool(true), "2020-10-01"),
        fact("b", "mareva_done", Value::Bool(true), "2020-10-01"),
    ];
    check(
        &known,
        "2020-11-01",
        &["project_id", "follow_up_on", "questionnaire_on"],
        "a 2020-10-01 2020-04-01
         b 2020-10-01 null",
    );
}

#[test]
fn each_answer_keeps_its_own_date_and_a_few_refresh_no_others() {
    let mut known = portfolio("2020-11 MJ a 20 24");
    let day = |text: &str| Value::Date(date(text));
    known.facts = vec![
        fact("a", "cost_updated_on", day("2020-01-01"), "2020-04-01"),
        fact("a", "steering_committee_last_on", day("2020-03-01"), "2020-04-01"),
        fact("a", "last_user_test_on", day("2020-03-01"), "2020-04-01"),
        fact("a", "committees_count", Value::Int(3), "2020-04-01"),
        fact("a", "committees_count", Value::Int(4), "2020-10-01"),
        fact("a", "cost_updated_on", day("2020-09-01"), "2020-10-01"),
    ];
    check(
        &known,
        "2020-11-01",
        &["project_id", "questionnaire_on", "questionnaire_current_on"],
        "a 2020-10-01 2020-04-01",
    );
    check(
        &known,
        "2020-11-01",
        &["project_id", "cost_updated_answered_on", "steering_committee_answered_on"],
        "a 2020-10-01 2020-04-01",
    );
    check(
        &known,
        "2020-11-01",
        &["project_id", "last_user_test_answered_on", "director_vacancy_answered_on"],
        "a 2020-04-01 null",
    );
}

#[test]
fn a_declared_cause_has_its_highest_level_until_it_is_lifted() {
    let mut known = portfolio("2020-11 MJ a 20 24");
    let declared = |cause: &str, level: Level, lifted_on: Option<&str>| DeclaredCause {
        project: ProjectId::new("a"),
        cause: cause.to_owned(),
        level,
        declared_on: date("2020-01-01"),
        lifted_on: lifted_on.map(date),
        author_role: None,
        text: None,
    };
    known.declared_causes = vec![
        declared("RC20", Level::Moderate, None),
        declared("RC20", Level::High, None),
        declared("RC02", Level::Watch, None),
        declared("RC03", Level::High, Some("2020-06-01")),
    ];
    check(
        &known,
        "2020-11-01",
        &["causes_declared", "causes_declared_list", "causes_declared_levels"],
        "2 RC02 RC20 RC02:watch RC20:high",
    );
}

#[test]
fn the_earliest_due_date_is_that_of_an_open_high_recommendation() {
    let mut known = portfolio("2020-11 MJ a 20 24");
    let issued = |severity: &str, due_on: Option<&str>, closed_on: Option<&str>| Recommendation {
        project: ProjectId::new("a"),
        axis: "finance".to_owned(),
        severity: severity.to_owned(),
        text: None,
        issued_on: date("2019-01-01"),
        due_on: due_on.map(date),
        closed_on: closed_on.map(date),
    };
    known.recommendations = vec![
        issued("high", Some("2019-03-01"), Some("2019-02-01")),
        issued("low", Some("2019-04-01"), None),
        issued("high", None, None),
        issued("high", Some("2020-03-01"), None),
    ];
    check(
        &known,
        "2020-11-01",
        &["recommendations_high_open", "high_recommendation_due_on"],
        "2 2020-03-01",
    );
}

#[test]
fn a_vendor_fails_on_several_projects_when_two_listed_ones_say_so() {
    let mut known = portfolio(
        "2020-11 MJ a 20 24
         2020-11 MJ b 20 24",
    );
    let count = |imported: &Portfolio| {
        let frames = build(imported, built_in(), date("2020-11-01"), None).unwrap();
        print(&frames.portfolio, &["failing_vendors_count"])
    };
    assert_eq!(count(&known), "null");
    let contract = |project: &str, vendor: &str, status: &str| Contract {
        project: ProjectId::new(project),
        vendor: vendor.to_owned(),
        kind: None,
        notified_on: None,
        end_on: None,
        ceiling_meur: None,
        consumed_meur: None,
        vendor_status: Some(status.to_owned()),
        reported_on: date("2020-10-01"),
        facts: BTreeMap::new(),
    };
    known.contracts = vec![
        contract("a", "A", "formal_notice"),
        contract("a", "A", "failing"),
        contract("b", "B", "watched"),
        contract("unlisted", "A", "failing"),
    ];
    assert_eq!(count(&known), "0");
    known.contracts.push(contract("b", "A", "terminated"));
    assert_eq!(count(&known), "1");
}
