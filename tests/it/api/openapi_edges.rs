//! Requests at the edge of what the document allows, as a fuzzer writes them: what it lets through is read,
//! what it does not is refused, and either answer is documented.

use serde_json::{Value, json};

use crate::support;
use crate::support::doors;
use crate::support::ministry_data::MinistryData;
use vigie::domain::accounts::access::Role;

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_at_the_edge_of_the_document_is_answered_as_it_says() {
    let document: Value = serde_json::from_slice(&vigie::api::document()).unwrap();
    let data = MinistryData::new().await;
    let all = support::token(&data.store, "Chef", &Role::ALL, &[]).await;
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::new();
    let account = |more: Value| {
        let mut body = json!({ "name": "Anne", "roles": [], "scope": "whole", "reason": "" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let token = |label: &str, days: i64| json!({ "label": label, "days": days });
    let none = Value::Null;
    let asked = [
        // Texts of a query are plain.
        ("GET", "/api/v1/silences?rule=%07", none.clone(), 400),
        ("GET", "/api/v1/silences?rule=", none.clone(), 200),
        ("GET", "/api/v1/notices?cycle=0", none.clone(), 400),
        ("GET", "/api/v1/audit/verify?expect=abc", none.clone(), 400),
        ("GET", "/api/v1/rules/D1/comparison?from=&to=shipped", none.clone(), 400),
        ("GET", "/api/v2/alerts?filter=", none.clone(), 400),
        ("GET", "/api/v2/silences?creator=%07", none.clone(), 400),
        // No schema says what an expression may hold, nor which parameters go together.
        ("GET", "/api/v2/alerts?filter=rule_id%3D~%22D(%22", none.clone(), 422),
        ("GET", "/api/v2/alerts/groups?receiver=(", none.clone(), 422),
        ("GET", "/api/v1/catalogue?draft=1&shipped=true", none.clone(), 422),
        // What a parameter names may not be.
        ("GET", "/api/v1/catalogue?draft=0", none.clone(), 404),
        ("GET", "/api/v1/coverage?cycle=99", none.clone(), 404),
        ("GET", "/api/v1/notices/preview?ministry=Nulle+part", none.clone(), 404),
        ("POST", "/api/v1/accounts", account(json!({ "name": "Anne\n" })), 400),
        (
            "POST",
            "/api/v1/accounts",
            account(json!({ "scope": { "ministries": [], "x": 1 } })),
            400,
        ),
        ("POST", "/api/v1/accounts", account(json!({ "reason": "\u{7}" })), 400),
        ("POST", "/api/v1/accounts", account(json!({ "reason": "mutée\nhier" })), 201),
        ("POST", "/api/v1/accounts", account(json!({ "scope": { "ministries": ["\u{7}"] } })), 422),
        (
            "POST",
            "/api/v1/silences",
            json!({ "alert": "zz", "until": "2020-12-20", "reason": "vu" }),
            404,
        ),
        ("POST", "/api/v1/tokens", token("", 1), 400),
        ("POST", "/api/v1/tokens", token("essai", 0), 400),
        ("POST", "/api/v1/tokens", token("essai", 366), 201),
        ("POST", "/api/v1/trials/diff", json!({ "files": { "missions.toml": "" } }), 422),
        // To a schema, it is a whole number.
        ("POST", "/api/v1/tokens", json!({ "label": "essai", "days": 7.0 }), 201),
        ("POST", "/api/v1/tokens", json!({ "label": "essai", "days": 7.5 }), 400),
    ];
    let mut faults = Vec::new();
    for (method, path, body, expected) in asked {
        let reply = doors::call(&client, &service, (method, path), (&all, &body)).await;
        let address = address(&document, path);
        let says = &document["paths"][address][method.to_lowercase()]["responses"];
        if reply.status != expected || says[expected.to_string()].is_null() {
            faults.push(format!("{method} {path} {body}: {} {}", reply.status, reply.body()));
        }
    }
    service.stop().await.unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The address of the document that fits a path.
fn address<'a>(document: &'a Value, path: &str) -> &'a str {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |address: &str| {
        let (known, asked) = (address.split('/'), path.split('/'));
        known.clone().count() == asked.clone().count()
            && known.zip(asked).all(|(known, asked)| known == asked || known.starts_with('{'))
    };
    let mut found: Vec<&str> =
        document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    found.retain(|address| fits(address));
    found.sort_by_key(|address| address.contains('{'));
    found.into_iter().next().unwrap()
}
