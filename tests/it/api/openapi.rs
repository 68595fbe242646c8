//! The document of the API: what it says is what the service does, and a change of it is seen.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::root;

fn document() -> Value {
    serde_json::to_value(vigie::api::document()).unwrap()
}

#[test]
fn the_document_is_the_one_that_was_agreed_on() {
    insta::assert_snapshot!(printed(&document(), 0));
}

#[test]
fn the_manual_lists_the_routes_of_the_document_and_no_other() {
    let manual = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let listed: BTreeSet<String> = manual
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split('`').next())
        .filter(|route| route.contains(" /"))
        .map(str::to_owned)
        .collect();
    assert_eq!(listed, routes(&document()));
}

#[test]
fn the_manual_tells_of_each_parameter_beside_its_route() {
    let manual = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let mut untold = Vec::new();
    for (address, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let route = format!("| `{} {address}` |", method.to_uppercase());
            let row = manual.lines().find(|line| line.starts_with(&route)).unwrap();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                // Those of every list, and those that OpenID Connect lays down, are told apart.
                let common = ["limit", "cursor"].contains(&name) || address == "/sign-in/return";
                if parameter["in"] == "query" && !common && !row.contains(&format!("`{name}`")) {
                    untold.push(format!("{route} {name}"));
                }
            }
        }
    }
    assert_eq!(untold, Vec::<String>::new());
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
    GET /account
    GET /api/openapi.json
    GET /healthz
    GET /livez
    GET /readyz
    GET /setup/{invitation}
    GET /sign-in
    GET /sign-in/return
    GET /signed-out
    POST /setup/{invitation}
    POST /sign-out
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

/// `GET /api/v1/alerts`.
fn routes(document: &Value) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for (address, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert(format!("{} {address}", method.to_uppercase()));
        }
    }
    routes
}
