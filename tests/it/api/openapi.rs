//! The document of the API: what it says is what the service does, and a change of it is seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{generated_file, root};

fn document() -> Value {
    serde_json::from_slice(&vigie::api::document()).unwrap()
}

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    generated_file("docs/openapi.json", &format!("{}\n", printed(&document(), 0)));
}

/// What people review when a route changes: one line per operation.
#[test]
fn the_tables_of_the_manual_are_made_from_the_document() {
    let manual = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let (before, rest) = manual.split_once(TABLES_BEGIN).expect("the start of the tables");
    let (_, after) = rest.split_once(TABLES_END).expect("the end of the tables");
    let tables = tables(&document());
    generated_file(
        "docs/API.md",
        &format!("{before}{TABLES_BEGIN}\n{tables}\n{TABLES_END}{after}"),
    );
}

const TABLES_BEGIN: &str = "<!-- operations: made from the document by the tests -->";
const TABLES_END: &str = "<!-- end of operations -->";

/// For each tag of the document, a table of its operations.
fn tables(document: &Value) -> String {
    let mut text = String::new();
    for tag in document["tags"].as_array().unwrap() {
        writeln!(text, "\n**{}**\n", tag["description"].as_str().unwrap()).unwrap();
        text.push_str("| route | description | permission | parameters |\n|---|---|---|---|\n");
        for (address, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["tags"][0] == tag["name"] {
                    let route = format!("`{} {address}`", method.to_uppercase());
                    let summary = operation["summary"].as_str().unwrap().trim_end_matches('.');
                    let scopes = operation["security"][0]["token"].as_array();
                    let scopes: Vec<&str> =
                        scopes.into_iter().flatten().filter_map(Value::as_str).collect();
                    let permission = match scopes.as_slice() {
                        [permission, "whole_state"] => format!("{permission}, whole State"),
                        [permission, _] => (*permission).to_owned(),
                        _ => "anonymous".to_owned(),
                    };
                    let parameters = parameters(operation, document);
                    writeln!(text, "| {route} | {summary} | {permission} | {parameters} |")
                        .unwrap();
                }
            }
        }
    }
    text
}

/// Names of what an operation takes apart from its path: `…` marks what may be repeated, `?` fields of the body that may
/// be left out.
fn parameters(operation: &Value, document: &Value) -> String {
    let mut query = Vec::new();
    let mut headers = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let repeated = if parameter["schema"]["type"] == "array" { "…" } else { "" };
        match parameter["in"].as_str() {
            Some("query") => query.push(format!("`{name}`{repeated}")),
            Some("header") if name != "Idempotency-Key" => headers.push(format!("`{name}`")),
            _ => {}
        }
    }
    let media_types = operation["requestBody"]["content"].as_object();
    let body_type = media_types.and_then(|types| types.values().next());
    let body = body_type.map(|body_type| {
        let inline = &body_type["schema"];
        let named = inline["$ref"].as_str().map(|place| place.trim_start_matches('#'));
        let schema = named.map_or(inline, |place| document.pointer(place).unwrap());
        let required = schema["required"].as_array();
        let is_required =
            |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        let fields = schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys());
        let fields: Vec<String> = fields
            .map(|name| format!("`{name}`{}", if is_required(name) { "" } else { "?" }))
            .collect();
        if fields.is_empty() { "body".to_owned() } else { format!("body: {}", fields.join(", ")) }
    });
    let groups = [Some(query.join(", ")), Some(headers.join(", ")), body];
    let groups: Vec<String> =
        groups.into_iter().flatten().filter(|group| !group.is_empty()).collect();
    groups.join("; ")
}

#[test]
fn every_operation_says_what_it_requires_of_its_caller() {
    let document = document();
    let mut anonymous = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = operation["security"].as_array().unwrap();
            if security == &[json!({})] {
                anonymous.insert(format!("{} {path}", method.to_uppercase()));
                continue;
            }
            let scopes = security[0]["token"].as_array().unwrap();
            assert_eq!(scopes.len(), 2, "{method} {path}: a permission and a data scope");
            assert_eq!(security[1]["session"].as_array().unwrap(), scopes, "{method} {path}");
        }
    }
    insta::assert_snapshot!(anonymous.into_iter().collect::<Vec<_>>().join("\n"), @r"
    GET /api/openapi.json
    GET /healthz
    GET /livez
    GET /readyz
    ");
}

#[test]
fn every_operation_says_in_one_line_what_it_does_and_whose_it_is() {
    let document = document();
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    for (address, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(summary.ends_with('.'), "{method} {address}: `{summary}`");
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            assert!(tags.contains(tag), "{method} {address}: `{tag}` is no tag");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{method} {address}: `{id}` is the id of another one too");
        }
    }
}

#[test]
fn every_operation_has_a_description() {
    for (address, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let words = operation["description"].as_str().unwrap_or_default();
            assert!(words.ends_with('.'), "{method} {address}: {words}");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let mut lost = BTreeSet::new();
    walk(&document, &mut |value| {
        if let Some(place) = value.get("$ref").and_then(Value::as_str)
            && document.pointer(place.trim_start_matches('#')).is_none()
        {
            lost.insert(place.to_owned());
        }
    });
    assert_eq!(lost, BTreeSet::new());
}

fn walk(value: &Value, visit: &mut impl FnMut(&Value)) {
    visit(value);
    match value {
        Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// JSON, what is short on one line.
fn printed(value: &Value, depth: usize) -> String {
    let short = value.to_string();
    let (indent, outdent) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let wrap = |(open, close): (char, char), lines: Vec<String>| {
        format!("{open}\n{indent}{}\n{outdent}{close}", lines.join(&format!(",\n{indent}")))
    };
    match value {
        _ if short.chars().count() <= 120 => short,
        Value::Object(fields) => {
            let line = |(name, field)| format!("\"{name}\": {}", printed(field, depth + 1));
            wrap(('{', '}'), fields.iter().map(line).collect())
        }
        Value::Array(items) => {
            wrap(('[', ']'), items.iter().map(|item| printed(item, depth + 1)).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => short,
    }
}
