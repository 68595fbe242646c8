//! Totals as of several dates at once.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use fastrand::Rng;

use super::{date, fact, portfolio};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::follow_up::Contract;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;
use crate::frame::dictionary::built_in;
use crate::frame::{Frames, build, build_totals};

const EDITIONS: u32 = 6;

fn figure(rng: &mut Rng) -> String {
    match rng.u8(0..6) {
        0 => "-".to_owned(),
        1 => "withheld".to_owned(),
        _ => format!("{:.3}", rng.f64() * 90.0),
    }
}

/// A date between the first edition and the last.
fn day_between(rng: &mut Rng) -> NaiveDate {
    date("2015-01-15").checked_add_months(Months::new(rng.u32(0..12 * EDITIONS))).unwrap()
}

fn project(rng: &mut Rng) -> ProjectId {
    ProjectId::new(format!("p{}", rng.u8(0..9)))
}

/// Figures given, missing or withheld; projects that enter, leave, come back and change ministry; baselines, exits and
/// contracts reported between the editions.
fn random(rng: &mut Rng) -> Portfolio {
    let mut lines = Vec::new();
    for edition in 0..EDITIONS {
        for number in 0..8 {
            if rng.u8(0..4) > 0 {
                let (cost, duration) = (figure(rng), figure(rng));
                let (year, ministry) = (2015 + edition, rng.u8(0..3));
                lines.push(format!("{year}-06 M{ministry} p{number} {cost} {duration}"));
            }
        }
    }
    let mut known = portfolio(&lines.join("\n"));
    for _ in 0..20 {
        let (field, value) = match rng.u8(0..4) {
            0 => ("cost_initial", Value::Float(rng.f64() * 50.0)),
            1 => ("duration_initial", Value::Float(rng.f64() * 50.0)),
            2 => ("baseline_on", Value::Date(day_between(rng))),
            _ => ("expected_exit_on", Value::Date(day_between(rng))),
        };
        let reported_on = day_between(rng).to_string();
        known.facts.push(fact(project(rng).as_str(), field, value, &reported_on));
    }
    for _ in 0..12 {
        known.contracts.push(Contract {
            project: project(rng),
            vendor: format!("v{}", rng.u8(0..3)),
            kind: None,
            notified_on: None,
            end_on: None,
            ceiling_meur: None,
            consumed_meur: None,
            vendor_status: rng.bool().then(|| "failing".to_owned()),
            reported_on: day_between(rng),
            facts: BTreeMap::new(),
        });
    }
    if rng.bool() {
        // As shown to someone who may see only one project.
        known.editions = known.snapshots.iter().map(|snapshot| snapshot.edition).collect();
        let only = known.snapshots.first().unwrap().project.clone();
        known.snapshots.retain(|snapshot| snapshot.project == only);
    }
    known
}

#[test]
fn totals_as_of_several_dates_are_those_of_a_frame_built_for_each() {
    let mut rng = Rng::with_seed(12);
    for _ in 0..25 {
        let known = random(&mut rng);
        let dates: BTreeMap<NaiveDate, Option<f64>> = (0..EDITIONS)
            .map(|years| {
                let months = Months::new(12 * years + rng.u32(0..12));
                let first = date("2015-06-01");
                let on = first.checked_add_months(months).unwrap();
                (on, (on.year() > 2017).then_some(0.2))
            })
            .collect();
        let totals = build_totals(&known, &dates).unwrap();
        let frames: Vec<Frames> = dates
            .iter()
            .map(|(as_of, target)| build(&known, built_in(), *as_of, *target).unwrap())
            .collect();
        let mut portfolio = frames.first().unwrap().portfolio.clone();
        for later in frames.iter().skip(1) {
            portfolio.vstack_mut(&later.portfolio).unwrap();
        }
        let ministries = &frames.last().unwrap().ministries;
        assert!(totals.portfolio.equals_missing(&portfolio), "{} {portfolio}", totals.portfolio);
        assert!(totals.ministries.equals_missing(ministries), "{} {ministries}", totals.ministries);
    }
}

#[test]
fn totals_as_of_no_date_have_no_row() {
    let totals = build_totals(&portfolio("2020-06 MJ a 10 24"), &BTreeMap::new()).unwrap();
    assert_eq!((totals.portfolio.height(), totals.ministries.height()), (0, 0));
}
