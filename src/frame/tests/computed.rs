//! The dictionary and the code that computes its fields name the same fields.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::prelude::LazyFrame;

use super::{date, portfolio};
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::{BEHIND_PROJECTS, built_in};
use crate::frame::totals::{Point, Rows};
use crate::frame::{editions_in_force, follow_up, given, projects, steps, totals};

/// What the totals are computed from, besides their fields.
const BEHIND_TOTALS: &[&str] = &[
    "budget_before",
    "budget_floor",
    "calendar_before",
    "calendar_floor",
    "global_before",
    "group",
    "is_alone",
    "is_comparable",
    "budget_declared",
    "calendar_declared",
];

fn as_of() -> NaiveDate {
    date("2020-12-01")
}

fn columns(mut plan: LazyFrame) -> BTreeSet<String> {
    plan.collect_schema().unwrap().iter_names().map(ToString::to_string).collect()
}

#[track_caller]
fn check(computed: &BTreeSet<String>, scopes: &[SubjectKind], behind: &[&str]) {
    let fields = || scopes.iter().flat_map(|scope| built_in().fields_of(*scope));
    let names: BTreeSet<&str> = fields().map(|field| field.name).collect();
    let computed: BTreeSet<&str> = computed.iter().map(String::as_str).collect();
    let lacking: Vec<_> = names.difference(&computed).collect();
    assert!(lacking.is_empty(), "fields that nothing computes: {lacking:?}");
    let behind: BTreeSet<&str> = behind.iter().copied().collect();
    let others: BTreeSet<&str> = computed.difference(&names).copied().collect();
    assert_eq!(others, behind, "computed, and no field");
}

#[test]
fn every_field_has_the_code_that_computes_it_and_every_code_its_field() {
    let known = portfolio("2020-06 MJ a 10 24\n2020-11 MJ a 10 24");
    let editions = editions_in_force(&known, as_of()).unwrap();
    let steps = steps::steps(&known, as_of()).unwrap();
    let of_projects = projects::measured((&known, built_in()), &steps, editions, as_of()).unwrap();
    check(&columns(of_projects), &[SubjectKind::Project], &BEHIND_PROJECTS);

    let point = Point { as_of: as_of(), editions, target: None };
    let frame = projects::projects((&known, built_in()), &steps, editions, as_of()).unwrap();
    let rows = Rows::at(point, &frame, &steps);
    let of_totals = totals::measured(&rows.grouped(as_of()).unwrap(), &[point]).unwrap();
    let vendors = follow_up::failing_vendors(&known, rows.now, std::iter::once(as_of())).unwrap();
    let mut computed = columns(of_totals);
    computed.extend(columns(vendors));
    // The parts of sums have a space in their names.
    computed.retain(|name| !name.contains(' '));
    check(&computed, &[SubjectKind::Ministry, SubjectKind::Portfolio], BEHIND_TOTALS);
}

#[test]
fn what_is_computed_from_a_given_table_is_a_field_and_from_fields() {
    for scope in [SubjectKind::Project, SubjectKind::Ministry, SubjectKind::Portfolio] {
        let fields: BTreeSet<&str> = built_in().fields_of(scope).map(|field| field.name).collect();
        for measure in given::of_scope(scope, as_of(), Some(0.25)) {
            for name in measure.from.iter().chain([&measure.name]) {
                assert!(fields.contains(name), "{name} is no field of {scope:?}");
            }
        }
    }
}
