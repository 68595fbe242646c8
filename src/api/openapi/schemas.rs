//! Corrections to the derived schemas: nullable fields of responses are required, and items of lists have names.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, SchemaType};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema, Type};

use super::operations::operations;

/// Marks nullable fields of responses as required, because they are always written. Schemas of request bodies are
/// left as they are.
pub(super) fn complete(document: &mut OpenApi) {
    let of_requests = request_schemas(document);
    let components = document.components.get_or_insert_default();
    close(&mut components.schemas, "AccountScope");
    name_items(&mut components.schemas);
    for (_, schema) in
        components.schemas.iter_mut().filter(|(name, _)| !of_requests.contains(*name))
    {
        require(schema);
    }
}

/// Corrects the variants of an enum that hold one list: the derive marks the items as unique, which the service does
/// not require, and does not forbid other fields.
fn close(schemas: &mut BTreeMap<String, RefOr<Schema>>, name: &str) {
    let Some(RefOr::T(Schema::OneOf(variants))) = schemas.get_mut(name) else { return };
    for variant in &mut variants.items {
        if let RefOr::T(Schema::Object(object)) = variant
            && !object.properties.is_empty()
        {
            for property in object.properties.values_mut() {
                // A repeated item counts once.
                if let RefOr::T(Schema::Array(list)) = property {
                    list.unique_items = false;
                }
            }
            object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
        }
    }
}

/// The derive inlines `T` into the schema of `Page<T>`: this gives `T` a schema of its own and refers to it.
fn name_items(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let mut inlined = Vec::new();
    for (list, schema) in schemas.iter_mut() {
        let (Some((_, item)), RefOr::T(Schema::Object(object))) = (list.split_once('_'), schema)
        else {
            continue;
        };
        if let Some(RefOr::T(Schema::Array(rows))) = object.properties.get_mut("data") {
            let named = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
            if let ArrayItems::RefOrSchema(whole) = std::mem::replace(&mut rows.items, named) {
                inlined.push((item.to_owned(), *whole));
            }
        }
    }
    for (item, whole) in inlined {
        schemas.entry(item).or_insert(whole);
    }
}

/// Names of the schemas that request bodies refer to.
fn request_schemas(document: &mut OpenApi) -> BTreeSet<String> {
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
