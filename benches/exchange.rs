//! Writes a file from which `benches/peers` runs other engines on the same rules and rows, with the expected verdicts and
//! the times to compare with.

use std::path::Path;

use polars::frame::DataFrame;
use polars::prelude::DataType;
use serde_json::{Value as Json, json};

use crate::by_hand::{FIELDS, ORDINARY};
use crate::invented::BASE;
use crate::{by_hand, invented, three_ways};
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::rules::{CompiledOutcome, Outcomes};

/// Number of passes over the base rows: a million rows in all.
const PASSES: usize = 100;

/// Codes from here on mean a missing value, by the position of the field.
const MISSING: usize = 10;

pub(crate) fn write(path: &Path) {
    let as_of = three_ways::as_of();
    let base = invented::base(as_of);
    let catalogue = three_ways::catalogue(1);
    let many = invented::frame(base.height() * PASSES, &by_hand::columns(), as_of);
    let (hand_written, translated) = three_ways::race(&catalogue, &many, ORDINARY);
    let per_row = |time| three_ways::per_row(time, many.height(), ORDINARY);
    let interpreted = three_ways::interpreted_alone(&catalogue, &base);
    let outcomes = catalogue.outcomes(&base, SubjectKind::Project, as_of).unwrap();
    let [watch, high, critical] = by_hand::levels(0);
    let rules = (0..ORDINARY).map(|index| {
        let (a, b) = by_hand::fields(index);
        let id = by_hand::id(index);
        let place = |field: &str| FIELDS.iter().position(|known| *known == field).unwrap();
        json!({
            "shape": index % 3,
            "a": place(a),
            "b": place(b),
            "verdicts": verdicts(&outcomes, &RuleId::new(&id), base.height()),
            "id": id,
        })
    });
    let exchange = json!({
        "fields": FIELDS,
        "rows": rows(&base),
        "passes": PASSES,
        "rules": rules.collect::<Vec<_>>(),
        "watch": watch,
        "high": high,
        "critical": critical,
        "by_hand_ns": per_row(hand_written),
        "translated_ns": per_row(translated),
        "interpreted_ns": interpreted,
    });
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, serde_json::to_vec(&exchange).unwrap()).unwrap();
    println!("{ORDINARY} rules on {BASE} rows, for other engines: {}", path.display());
}

/// The code of each verdict: levels from 0, missing values from `MISSING`. The phase comes after the figures.
fn verdicts(outcomes: &Outcomes, rule: &RuleId, height: usize) -> Vec<usize> {
    let code = |row| match outcomes.outcome(rule, row).unwrap() {
        CompiledOutcome::Level(level) => {
            vigie::domain::level::Level::ALL.iter().position(|known| *known == level).unwrap()
        }
        CompiledOutcome::Missing(name) => {
            let place = FIELDS.iter().position(|known| *known == name);
            MISSING + place.unwrap_or(FIELDS.len())
        }
        CompiledOutcome::Interpreted => usize::MAX,
    };
    (0..height).map(code).collect()
}

fn rows(base: &DataFrame) -> Vec<Json> {
    let figures = FIELDS.map(|field| {
        let column = base.column(field).unwrap().cast(&DataType::Float64).unwrap();
        column.f64().unwrap().iter().collect::<Vec<Option<f64>>>()
    });
    let phases = base.column("phase").unwrap().str().unwrap();
    let row = |(place, phase): (usize, Option<&str>)| {
        let figures: Vec<_> =
            figures.iter().map(|column| column.get(place).copied().flatten()).collect();
        json!({ "figures": figures, "phase": phase })
    };
    phases.iter().enumerate().map(row).collect()
}
