//! What the derives cannot know: fields that may be `null` are there all the same.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use utoipa::openapi::OpenApi;
use utoipa::openapi::Ref;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::Type;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::schema::SchemaType;

use super::answers::operations;

/// Marks fields of answers that may be `null` as required: they are written, whatever they hold. What
/// requests bring is left as it is.
pub(super) fn complete(document: &mut OpenApi) {
    let asked = asked(document);
    let components = document.components.get_or_insert_default();
    close(&mut components.schemas, "AccountScope");
    name_items(&mut components.schemas);
    for (_, schema) in components.schemas.iter_mut().filter(|(name, _)| !asked.contains(*name)) {
        require(schema);
    }
}

/// Of a variant with one list, the derive says too much of the list, and not that there is no other field.
fn close(schemas: &mut BTreeMap<String, RefOr<Schema>>, name: &str) {
    let Some(RefOr::T(Schema::OneOf(variants))) = schemas.get_mut(name) else { return };
    for variant in &mut variants.items {
        if let RefOr::T(Schema::Object(object)) = variant
            && !object.properties.is_empty()
        {
            for property in object.properties.values_mut() {
                // What is given twice counts once.
                if let RefOr::T(Schema::Array(list)) = property {
                    list.unique_items = false;
                }
            }
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// A list of `T` is derived with all of `T` inside it: it is told apart, under its name.
fn name_items(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let mut told_apart = Vec::new();
    for (list, schema) in schemas.iter_mut() {
        let (Some((_, item)), RefOr::T(Schema::Object(object))) = (list.split_once('_'), schema)
        else {
            continue;
        };
        if let Some(RefOr::T(Schema::Array(rows))) = object.properties.get_mut("data") {
            let named = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
            if let ArrayItems::RefOrSchema(whole) = std::mem::replace(&mut rows.items, named) {
                told_apart.push((item.to_owned(), *whole));
            }
        }
    }
    for (item, whole) in told_apart {
        schemas.entry(item).or_insert(whole);
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
