//! What the derives cannot know: fields that may be `null` are there all the same.

use std::collections::BTreeSet;

use utoipa::openapi::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::Type;
use utoipa::openapi::schema::SchemaType;

use super::answers::operations;

/// Marks fields of answers that may be `null` as required: they are written, whatever they hold. What
/// requests bring is left as it is.
pub(super) fn complete(document: &mut OpenApi) {
    let asked = asked(document);
    let components = document.components.get_or_insert_default();
    for (_, schema) in components.schemas.iter_mut().filter(|(name, _)| !asked.contains(*name)) {
        require(schema);
    }
}

/// Schemas that requests name.
fn asked(document: &mut OpenApi) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let items = document.paths.paths.values_mut();
    for body in items.flat_map(operations).filter_map(|operation| operation.request_body.as_ref()) {
        let RefOr::T(body) = body else { continue };
        for content in body.content.values() {
            if let RefOr::T(content) = content
                && let Some(RefOr::Ref(named)) = &content.schema
            {
                names.extend(named.ref_location.rsplit('/').next().map(str::to_owned));
            }
        }
    }
    names
}

fn require(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            for (name, property) in &mut object.properties {
                require(property);
                if may_be_null(property) && !object.required.contains(name) {
                    object.required.push(name.clone());
                }
            }
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(require),
        Schema::OneOf(one) => one.items.iter_mut().for_each(require),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(require),
        Schema::Array(_) | _ => {}
    }
}

fn may_be_null(schema: &RefOr<Schema>) -> bool {
    let is_null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => is_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => is_null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(may_be_null),
        RefOr::T(_) | RefOr::Ref(_) => false,
    }
}
