//! What other engines need to be run on the same rules and rows: a file that `benches/peers` reads,
//! with the verdicts that it must find and the times to compare with.

use std::path::Path;

use polars::prelude::DataType;
use serde_json::Value as Json;
use serde_json::json;
use vigie::domain::ids::RuleId;
use vigie::domain::subject::Scope;
use vigie::frame::Frames;
use vigie::rules::Outcome;
use vigie::rules::Outcomes;

use crate::three_ways;
use crate::three_ways::BASE;
use crate::three_ways::FIELDS;
use crate::three_ways::ORDINARY;

/// Times that the base rows are gone through: a million rows.
const PASSES: usize = 100;

/// Verdicts that lack something are numbered from here, by the place of the field.
const MISSING: usize = 10;

pub(crate) fn write(path: &Path) {
    let base = three_ways::frames();
    let catalogue = three_ways::catalogue(1);
    let stacked = three_ways::stacked(&base, PASSES);
    let (by_hand, translated) = three_ways::race(&catalogue, &stacked, 1);
    let per_row = |time| three_ways::per_row(time, stacked.height(), ORDINARY);
    let interpreted = three_ways::interpreted(&catalogue, &base);
    let outcomes = catalogue.outcomes(&base.projects, Scope::Project, three_ways::as_of()).unwrap();
    let rules = (0..ORDINARY).map(|index| {
        let (a, b) = three_ways::fields(index);
        let id = three_ways::id(index);
        let place = |field: &str| FIELDS.iter().position(|known| *known == field).unwrap();
        json!({
            "shape": index % 3,
            "a": place(a),
            "b": place(b),
            "verdicts": verdicts(&outcomes, &RuleId::new(&id), base.projects.height()),
            "id": id,
        })
    });
    let exchange = json!({
        "fields": FIELDS,
        "rows": rows(&base),
        "passes": PASSES,
        "rules": rules.collect::<Vec<_>>(),
        "watch": three_ways::WATCH,
        "high": three_ways::HIGH,
        "critical": three_ways::CRITICAL,
        "by_hand_ns": per_row(by_hand),
        "translated_ns": per_row(translated),
        "interpreted_ns": interpreted,
    });
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, serde_json::to_vec(&exchange).unwrap()).unwrap();
    println!("{ORDINARY} rules on {BASE} rows, for other engines: {}", path.display());
}

/// Levels from 0, what is missing from `MISSING`; the phase comes after the figures.
fn verdicts(outcomes: &Outcomes, rule: &RuleId, height: usize) -> Vec<usize> {
    let code = |row| match outcomes.outcome(rule, row).unwrap() {
        Outcome::Level(level) => {
            vigie::domain::level::Level::ALL.iter().position(|known| *known == level).unwrap()
        }
        Outcome::Missing(name) => {
            let place = FIELDS.iter().position(|known| *known == name);
            MISSING + place.unwrap_or(FIELDS.len())
        }
        Outcome::Interpreted => usize::MAX,
    };
    (0..height).map(code).collect()
}

fn rows(base: &Frames) -> Vec<Json> {
    let figures = FIELDS.map(|field| {
        let column = base.projects.column(field).unwrap().cast(&DataType::Float64).unwrap();
        column.f64().unwrap().iter().collect::<Vec<Option<f64>>>()
    });
    let phases = base.projects.column("phase").unwrap().str().unwrap();
    let row = |(place, phase): (usize, Option<&str>)| {
        let figures: Vec<_> =
            figures.iter().map(|column| column.get(place).copied().flatten()).collect();
        json!({ "figures": figures, "phase": phase })
    };
    phases.iter().enumerate().map(row).collect()
}
