//! The pattern of text parameters in queries: no control characters, as `query::parameters` requires.

use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::{ArrayItems, SchemaType};
use utoipa::openapi::{Array, Object, OpenApi, RefOr, Schema, Type};

use super::operations::operations;

const PLAIN: &str = "^[^\\u0000-\\u001F\\u007F-\\u009F]*$";

/// Adds the pattern to text parameters that have no other constraint.
pub(super) fn complete(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for parameter in operations.flat_map(|operation| operation.parameters.iter_mut().flatten()) {
        let RefOr::T(parameter) = parameter else { continue };
        let Some(text) = parameter.schema.as_mut().and_then(text_of) else { continue };
        let is_free = text.pattern.is_none() && text.format.is_none() && text.enum_values.is_none();
        if parameter.parameter_in == ParameterIn::Query && is_text(&text.schema_type) && is_free {
            text.pattern = Some(PLAIN.to_owned());
        }
    }
}

/// The schema of the parameter's value, or of each value if the parameter may be repeated.
fn text_of(schema: &mut RefOr<Schema>) -> Option<&mut Object> {
    match schema {
        RefOr::T(Schema::Object(text)) => Some(text),
        RefOr::T(Schema::Array(Array { items: ArrayItems::RefOrSchema(item), .. })) => {
            if let RefOr::T(Schema::Object(text)) = item.as_mut() {
                Some(text)
            } else {
                None
            }
        }
        RefOr::T(_) | RefOr::Ref(_) => None,
    }
}

fn is_text(kind: &SchemaType) -> bool {
    match kind {
        SchemaType::Type(kind) => *kind == Type::String,
        SchemaType::Array(kinds) => kinds.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}
