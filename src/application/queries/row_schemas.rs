//! Documents rows of frames in the API: one property for each field of the dictionary.

use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary;
use crate::frame::dictionary::{Field, FieldKind, Unit};

/// A project as of a date.
#[derive(Debug)]
pub struct ProjectRow;

/// A ministry as of a date.
#[derive(Debug)]
pub struct MinistryRow;

/// The portfolio as of a date.
#[derive(Debug)]
pub struct PortfolioRow;

/// What one edition said of a project, and what changed since the previous one.
#[derive(Debug)]
pub struct HistoryRow;

impl PartialSchema for ProjectRow {
    fn schema() -> RefOr<Schema> {
        let description = "A project as of a date, by the fields of the dictionary. Besides those listed here, the facts \
                           that the catalogue adds.";
        row(SubjectKind::Project, description)
            .property("attention", place_in_order())
            .additional_properties(Some(any_value()))
            .into()
    }
}

impl ToSchema for ProjectRow {}

impl PartialSchema for MinistryRow {
    fn schema() -> RefOr<Schema> {
        row(SubjectKind::Ministry, "A ministry as of a date, by the fields of the dictionary.")
            .into()
    }
}

impl ToSchema for MinistryRow {}

impl PartialSchema for PortfolioRow {
    fn schema() -> RefOr<Schema> {
        row(SubjectKind::Portfolio, "The portfolio as of a date, by the fields of the dictionary.")
            .into()
    }
}

impl ToSchema for PortfolioRow {}

impl PartialSchema for HistoryRow {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new()
            .description(Some(
                "What one edition said of a project, and what it changed: fields of the dictionary, \
                 and the figures that its baseline was taken from.",
            ))
            .property("project_id", text())
            .property("edition", text())
            .required("project_id")
            .required("edition")
            .additional_properties(Some(any_value()))
            .into()
    }
}

impl ToSchema for HistoryRow {}

/// What is said of a project besides the fields of the dictionary.
fn place_in_order() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
        .minimum(Some(1))
        .description(Some(
            "The place of the project in the order in which to look at projects, among those that the caller \
             sees; `null` if it is not under way.",
        ))
}

/// The schema of a row with every field of the scope. Each may be `null`: unknown or withheld.
fn row(scope: SubjectKind, description: &str) -> ObjectBuilder {
    let mut row = ObjectBuilder::new().description(Some(description));
    for field in dictionary::built_in().fields_of(scope) {
        row = row.property(field.name, property(field)).required(field.name);
    }
    row
}

/// A value of any field.
fn any_value() -> ObjectBuilder {
    let scalar = [Type::String, Type::Number, Type::Boolean, Type::Null];
    ObjectBuilder::new().schema_type(scalar_type(scalar))
}

fn property(field: &Field) -> ObjectBuilder {
    let (kind, format) = match field.kind {
        FieldKind::Bool => (Type::Boolean, None),
        FieldKind::Int => (Type::Integer, Some(KnownFormat::Int64)),
        FieldKind::Float => (Type::Number, Some(KnownFormat::Double)),
        FieldKind::Text => (Type::String, None),
        FieldKind::Date => (Type::String, Some(KnownFormat::Date)),
    };
    let words = match unit(field.unit) {
        Some(unit) => format!("{} ({unit}). {}", field.label, field.meaning),
        None => format!("{}. {}", field.label, field.meaning),
    };
    ObjectBuilder::new()
        .schema_type(scalar_type([kind, Type::Null]))
        .format(format.map(SchemaFormat::KnownFormat))
        .description(Some(words))
}

fn scalar_type(types: impl IntoIterator<Item = Type>) -> SchemaType {
    types.into_iter().collect()
}

fn unit(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::None => None,
        Unit::Ratio => Some("share: 0.25 is 25 %"),
        Unit::Points => Some("difference of shares: 0.05 is 5 points"),
        Unit::Meur => Some("EUR, in millions, taxes included"),
        Unit::MeurPerYear => Some("EUR per year, in millions, taxes included"),
        Unit::Months => Some("months"),
        Unit::Days => Some("days"),
        Unit::Count => Some("count"),
        Unit::Fte => Some("full-time equivalents"),
    }
}
