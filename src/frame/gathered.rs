//! The values that records of a project give of the fields that a catalogue adds, gathered into one of the project.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::error::PolarsResult;
use polars::frame::DataFrame;
use polars::prelude::{DataType, Expr, IntoLazy, LazyFrame, NULL, col, len, lit, when};

use super::columns::{column, fact_column, typed};
use super::dictionary::{Dictionary, Field, FieldKind, Gathering, RecordKind};
use super::exact;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;

/// One record: its project, and what it says.
type Record<'p> = (&'p str, &'p BTreeMap<String, Value>);

/// One frame per kind of record, to be joined on `project_id`. A project without records has no value.
pub(super) fn gathered(
    portfolio: &Portfolio,
    dictionary: &Dictionary,
    as_of: NaiveDate,
) -> PolarsResult<Vec<LazyFrame>> {
    let contracts = portfolio.contracts.iter().filter(|row| row.reported_on <= as_of);
    let contracts = contracts.map(|row| (row.project.as_str(), &row.facts));
    let milestones = portfolio.milestones.iter().filter(|row| row.reported_on <= as_of);
    let milestones = milestones.map(|row| (row.project.as_str(), &row.facts));
    Ok(vec![
        of_records(&contracts.collect::<Vec<_>>(), RecordKind::Contract, dictionary)?,
        of_records(&milestones.collect::<Vec<_>>(), RecordKind::Milestone, dictionary)?,
    ])
}

fn of_records(
    records: &[Record<'_>],
    kind: RecordKind,
    dictionary: &Dictionary,
) -> PolarsResult<LazyFrame> {
    let projects: Vec<&str> = records.iter().map(|(project, _)| *project).collect();
    let mut columns = vec![column("project_id", projects)];
    let fields: Vec<&'static Field> = dictionary.facts_of(kind).collect();
    for field in &fields {
        let said = records.iter().enumerate();
        let values: Vec<(usize, Option<&Value>)> = said
            .filter_map(|(row, (_, facts))| Some((row, Some(facts.get(field.name)?))))
            .collect();
        columns.push(fact_column(field, records.len(), &values));
    }
    let mut parts: Vec<Expr> = Vec::new();
    for field in &fields {
        parts.extend(exact::parts(field.name, &figures(field)));
        parts.push(gathering(field).alias(field.name));
    }
    let wholes = fields.iter().map(|field| match field.gathered {
        Some(Gathering::Sum) => {
            // A sum of which a term is not known is not known.
            let total = when(col(field.name)).then(exact::sum(field.name)).otherwise(lit(NULL));
            total.alias(field.name)
        }
        Some(Gathering::Largest | Gathering::Smallest | Gathering::Any | Gathering::All) | None => {
            col(field.name)
        }
    });
    let select: Vec<Expr> = std::iter::once(col("project_id")).chain(wholes).collect();
    let kinds: Vec<Expr> =
        std::iter::once(col("project_id")).chain(fields.iter().map(|field| typed(field))).collect();
    let grouped = DataFrame::new_infer_height(columns)?
        .lazy()
        .group_by_stable([col("project_id")])
        .agg(parts)
        .with_column(len().eq(lit(1)).alias(exact::IS_ALONE));
    Ok(grouped.select(select).select(kinds))
}

/// The figures of a field that are added up; of others, none.
fn figures(field: &Field) -> Expr {
    match field.kind {
        FieldKind::Int | FieldKind::Float => col(field.name).cast(DataType::Float64),
        FieldKind::Bool | FieldKind::Text | FieldKind::Date => lit(NULL).cast(DataType::Float64),
    }
}

/// The value of a project; of a sum, whether every term is known.
fn gathering(field: &Field) -> Expr {
    let values = || col(field.name);
    let is_whole = || values().null_count().eq(lit(0));
    let known_by_all = |value: Expr| when(is_whole()).then(value).otherwise(lit(NULL));
    match field.gathered {
        Some(Gathering::Sum) | None => is_whole(),
        Some(Gathering::Largest) => known_by_all(values().max()),
        Some(Gathering::Smallest) => known_by_all(values().min()),
        Some(Gathering::Any) => {
            when(values().any(true)).then(lit(true)).otherwise(known_by_all(lit(false)))
        }
        Some(Gathering::All) => {
            let one_is_false = values().not().any(true);
            when(one_is_false).then(lit(false)).otherwise(known_by_all(lit(true)))
        }
    }
}
