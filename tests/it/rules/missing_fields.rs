//! Missing data is never good news: whatever field is taken away from whatever row, no rule that ships becomes clearer.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, IntoColumn, NamedFrom, Series};

use super::catalogue::{day, words};
use crate::support::{TestApp, shipped_dictionary};
use vigie::domain::level::Level;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::domain::rules::verdict::{Judgement, ReadingSource, Verdict};
use vigie::domain::value::Value;
use vigie::frame::Frames;
use vigie::frame::dictionary::{Field, FieldKind};
use vigie::rules::{Catalogue, Rule, ScriptLimits, Subjects, compile_catalogue, read_folder};

/// A blank is an answer where the other field says that the question was asked: no vacancy, no partner gone, no audit
/// asked for by the opinion. These are taken away together.
const ANSWERED_BY_A_BLANK: [(&str, &str); 3] = [
    ("director_vacant_since", "questionnaire_on"),
    ("partner_withdrawn_on", "questionnaire_on"),
    ("follow_up_audit_due_on", "avis_status"),
];

/// Figures of one register or of one question: known together, or not at all.
const SUPPLIED_TOGETHER: [&[&str]; 3] = [
    &["recommendations_open", "recommendations_high_open"],
    &["legacy_shutdown_planned_on", "legacy_shutdown_forecast_on"],
    &["sites_planned", "sites_deployed"],
];

const RANDOM_ROWS: usize = 150;

pub(super) type Row = BTreeMap<&'static str, Value>;

fn shipped() -> (Catalogue, BTreeMap<String, String>) {
    let texts = read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    assert!(faults.is_empty(), "{faults:?}");
    (catalogue, texts)
}

#[test]
fn no_rule_becomes_clearer_when_a_field_of_a_case_is_taken_away() {
    let (catalogue, texts) = shipped();
    let mut found = Vec::new();
    for rule in catalogue.rules() {
        let rows = rows_of_cases(rule, &texts);
        assert!(rows.len() > 3, "{}", rule.id);
        found.extend(clearer(&catalogue, rule, &frames(rule, &rows)));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn no_rule_becomes_clearer_when_a_field_of_a_random_row_is_taken_away() {
    let (catalogue, texts) = shipped();
    let mut found = Vec::new();
    let mut dice = Dice::new();
    for rule in catalogue.rules() {
        let cases = rows_of_cases(rule, &texts);
        let rows: Vec<Row> =
            (0..RANDOM_ROWS).map(|_| random(&catalogue, rule, &cases, &mut dice)).collect();
        found.extend(clearer(&catalogue, rule, &frames(rule, &rows)));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn no_rule_becomes_clearer_when_a_field_of_the_fixtures_is_taken_away() {
    let (catalogue, _) = shipped();
    let frames = super::judge_table::frames(&TestApp::with_fixtures());
    let found: Vec<String> =
        catalogue.rules().flat_map(|rule| clearer(&catalogue, rule, &frames)).collect();
    assert_eq!(found, Vec::<String>::new());
}

/// Every verdict that became clearer, with the field that was taken away.
fn clearer(catalogue: &Catalogue, rule: &Rule, frames: &Frames) -> Vec<String> {
    let before = judge(catalogue, rule, frames);
    let mut found = Vec::new();
    for field in catalogue.fields_of(&rule.id).filter(|field| *field != "as_of") {
        let asked = ANSWERED_BY_A_BLANK.iter().find(|(blank, _)| *blank == field);
        let taken: Vec<&str> =
            [Some(field), asked.map(|(_, asked)| *asked)].into_iter().flatten().collect();
        let without = taken_away(frames, rule.scope, &taken);
        for (was, is) in before.iter().zip(judge(catalogue, rule, &without)) {
            assert_eq!(was.subject, is.subject);
            if is_clearer(was, &is, &taken) {
                let (was, is) = (words(&was.verdict), words(&is.verdict));
                found.push(format!("{} without {taken:?}: {was}, then {is}", rule.id));
            }
        }
    }
    found.dedup();
    found.truncate(20);
    found
}

/// Clear where it was not, or a lower level that does not say which figure it lacked.
fn is_clearer(was: &Judgement, is: &Judgement, taken: &[&str]) -> bool {
    let Some(level) = is.verdict.level() else { return false };
    match &was.verdict {
        Verdict::Failed { .. } => false,
        Verdict::Unknown { .. } => level == Level::Clear,
        Verdict::Level { level: former } if level >= *former => false,
        Verdict::Level { .. } => level == Level::Clear || !names(is, taken),
    }
}

fn names(judgement: &Judgement, taken: &[&str]) -> bool {
    let evidence = judgement.evidence.as_ref().unwrap();
    evidence.readings.iter().any(|reading| {
        reading.source == ReadingSource::Field
            && reading.value.is_none()
            && taken.contains(&reading.name.as_str())
    })
}

fn judge(catalogue: &Catalogue, rule: &Rule, frames: &Frames) -> Vec<Judgement> {
    catalogue.judge_by(&rule.id, frames, day("2020-11-01"))
}

fn taken_away(frames: &Frames, scope: SubjectKind, fields: &[&str]) -> Frames {
    let mut without = frames.clone();
    let frame = match scope {
        SubjectKind::Project => &mut without.projects,
        SubjectKind::Ministry => &mut without.ministries,
        SubjectKind::Portfolio => &mut without.portfolio,
    };
    for name in fields {
        let field = shipped_dictionary().field(name).unwrap();
        let nothing = column(field, vec![None; frame.height()]);
        frame.with_column(nothing).unwrap();
    }
    without
}

/// What the cases of a rule and the healthy subjects say.
pub(super) fn rows_of_cases(rule: &Rule, texts: &BTreeMap<String, String>) -> Vec<Row> {
    let mut rows = Vec::new();
    for file in [format!("cases/{}.toml", rule.id), "cases/baseline.toml".to_owned()] {
        let text: toml::Table = texts[&file].parse().unwrap();
        for case in text["case"].as_array().unwrap() {
            let mut row = Row::from([("as_of", value("as_of", &case["as_of"]).unwrap())]);
            let fields = case.get("fields").and_then(toml::Value::as_table);
            for (name, held) in fields.into_iter().flatten() {
                let field = shipped_dictionary().field(name).unwrap();
                if let Some(value) = value(field.name, held) {
                    row.insert(field.name, value);
                }
            }
            rows.push(row);
        }
    }
    rows
}

fn value(name: &str, held: &toml::Value) -> Option<Value> {
    let field = shipped_dictionary().field(name)?;
    Some(match (field.kind, held) {
        (FieldKind::Bool, toml::Value::Boolean(held)) => Value::Bool(*held),
        (FieldKind::Int, toml::Value::Integer(held)) => Value::Int(*held),
        (FieldKind::Float, toml::Value::Float(held)) => Value::Float(*held),
        (FieldKind::Float, toml::Value::Integer(held)) => {
            Value::Float(f64::from(i32::try_from(*held).unwrap()))
        }
        (FieldKind::Text, toml::Value::String(held)) => Value::Text(held.clone()),
        (FieldKind::Date, toml::Value::Datetime(held)) => Value::Date(day(&held.to_string())),
        _ => return None,
    })
}

/// Each field that the rule reads from one of its cases, or missing.
pub(super) fn random(catalogue: &Catalogue, rule: &Rule, cases: &[Row], dice: &mut Dice) -> Row {
    let mut row = cases[dice.below(cases.len())].clone();
    let read: BTreeSet<&str> = catalogue.fields_of(&rule.id).collect();
    for name in read {
        let field = shipped_dictionary().field(name).unwrap().name;
        let known: Vec<&Value> = cases.iter().filter_map(|case| case.get(field)).collect();
        match dice.below(4) {
            0 if field != "as_of" => drop(row.remove(field)),
            1 | 2 if !known.is_empty() => {
                row.insert(field, known[dice.below(known.len())].clone());
            }
            _ => {}
        }
    }
    coherent(&mut row);
    row
}

/// What no frame contradicts: the age of figures follows from their date, and the first edition that lists a project is
/// the one in force.
fn coherent(row: &mut Row) {
    for together in SUPPLIED_TOGETHER {
        if together.iter().any(|field| !row.contains_key(field)) {
            row.retain(|field, _| !together.contains(field));
        }
    }
    // Of the same register: without its counts, no recommendation has a date.
    if !row.contains_key("recommendations_high_open") {
        row.remove("oldest_high_recommendation_on");
        row.remove("high_recommendation_due_on");
    }
    if let (Some(Value::Date(figures)), Some(Value::Date(as_of))) =
        (row.get("figures_on").cloned(), row.get("as_of"))
    {
        let age = as_of.signed_duration_since(figures).num_days();
        row.insert("data_age_days", Value::Int(age));
        if age > 180 {
            row.insert("editions_seen", Value::Int(3));
        }
    }
}

pub(super) fn frames(rule: &Rule, rows: &[Row]) -> Frames {
    let listed = rule.subjects == Subjects::Present;
    let of = |scope: SubjectKind| {
        let rows = if scope == rule.scope { rows } else { &[] };
        let columns = shipped_dictionary().fields_of(scope).map(|field| {
            let cells = rows.iter().enumerate().map(|(number, row)| match field.name {
                "project_id" | "ministry" => Some(Value::Text(format!("{number:05}"))),
                "in_panorama" => Some(Value::Bool(listed)),
                "has_left" => Some(Value::Bool(!listed)),
                name => row.get(name).cloned(),
            });
            column(field, cells.collect())
        });
        DataFrame::new(rows.len(), columns.collect()).unwrap()
    };
    Frames {
        projects: of(SubjectKind::Project),
        ministries: of(SubjectKind::Ministry),
        portfolio: of(SubjectKind::Portfolio),
    }
}

fn column(field: &Field, cells: Vec<Option<Value>>) -> Column {
    fn all<T>(cells: Vec<Option<Value>>, read: fn(Value) -> Option<T>) -> Vec<Option<T>> {
        cells.into_iter().map(|cell| cell.and_then(read)).collect()
    }
    let name = field.name.into();
    let series = match field.kind {
        FieldKind::Bool => Series::new(
            name,
            all(cells, |cell| match cell {
                Value::Bool(held) => Some(held),
                Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Date(_) => None,
            }),
        ),
        FieldKind::Int => Series::new(
            name,
            all(cells, |cell| match cell {
                Value::Int(held) => Some(held),
                Value::Bool(_) | Value::Float(_) | Value::Text(_) | Value::Date(_) => None,
            }),
        ),
        FieldKind::Float => Series::new(
            name,
            all(cells, |cell| match cell {
                Value::Float(held) => Some(held),
                Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Date(_) => None,
            }),
        ),
        FieldKind::Text => Series::new(
            name,
            all(cells, |cell| match cell {
                Value::Text(held) => Some(held),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Date(_) => None,
            }),
        ),
        FieldKind::Date => Series::new(
            name,
            all(cells, |cell| match cell {
                Value::Date(held) => Some(held.to_epoch_days()),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => None,
            }),
        )
        .cast(&DataType::Date)
        .unwrap(),
    };
    series.into_column()
}

/// The same numbers at every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new() -> Self {
        Self(0x2545_F491_4F6C_DD1D)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}
