//! What the document of the API says, held to what the service answers; by a validator of JSON Schema that
//! is not ours: Debian's python3-jsonschema.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support;
use crate::support::doors::Reply;
use crate::support::ministry_data::MinistryData;
use crate::support::{doors, root};
use vigie::domain::accounts::access::Role;

/// One operation of the document.
struct Operation {
    method: String,
    address: String,
    says: Value,
}

impl Operation {
    fn all(document: &Value) -> Vec<Self> {
        let mut operations = Vec::new();
        for (address, item) in document["paths"].as_object().unwrap() {
            for (method, says) in item.as_object().unwrap() {
                let (method, address) = (method.to_uppercase(), address.clone());
                operations.push(Self { method, address, says: says.clone() });
            }
        }
        // The document itself is pinned, and held to its own standard elsewhere.
        operations.retain(|operation| operation.address != "/api/openapi.json");
        // What changes things comes last.
        operations.sort_by_key(|operation| operation.method != "GET");
        operations
    }

    /// What is wrong with an answer at first sight, else what is left to validate.
    fn hold(&self, document: &Value, asked: &str, reply: &Reply) -> Result<Option<Value>, String> {
        let name = format!("{} {asked} answered {}", self.method, reply.status);
        let mut answer = &self.says["responses"][reply.status.to_string()];
        if let Some(place) = answer["$ref"].as_str() {
            answer = document.pointer(place.trim_start_matches('#')).unwrap();
        }
        let Some(contents) = answer["content"].as_object() else {
            let silent = answer.is_object() && reply.body().is_empty();
            let words = format!("{name}, which is not documented: {}", reply.body());
            return if silent { Ok(None) } else { Err(words) };
        };
        let found = reply.content_type();
        let content = contents.get(found).ok_or_else(|| format!("{name} as {found}"))?;
        if !found.ends_with("json") {
            return Ok(None);
        }
        let body: Value = serde_json::from_str(reply.body())
            .map_err(|error| format!("{name} with no JSON: {error}"))?;
        Ok(Some(json!({ "name": name, "schema": content["schema"], "body": body })))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_what_the_document_says() {
    let Some(python) = support::python("jsonschema") else { return };
    let document: Value = serde_json::from_slice(&vigie::api::document()).unwrap();
    let data = MinistryData::new().await;
    let all = support::token(&data.store, "Chef", &Role::ALL, &[]).await;
    let justice = support::token(&data.store, "Justice", &[Role::Reader], &["MJ"]).await;
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::new();
    let (mut faults, mut cases) = (Vec::new(), Vec::new());
    for operation in Operation::all(&document) {
        let [own, none] = paths(&data, &operation.address).await;
        let mut asked = vec![(&all, own.clone()), (&justice, own.clone()), (&all, none)];
        asked.push((&all, format!("{own}?no_such_parameter=1")));
        asked.push((&all, format!("{own}?limit=2")));
        for (token, path) in asked {
            let body = doors::body(&operation.address);
            let door = (operation.method.as_str(), path.as_str());
            let reply = doors::call(&client, &service, door, (token, &body)).await;
            match operation.hold(&document, &path, &reply) {
                Ok(case) => cases.extend(case),
                Err(fault) => faults.push(fault),
            }
        }
        let reply =
            doors::call(&client, &service, (&operation.method, &own), ("", &Value::Null)).await;
        match operation.hold(&document, &own, &reply) {
            Ok(case) => cases.extend(case),
            Err(fault) => faults.push(fault),
        }
    }
    service.stop().await.unwrap();
    assert!(cases.len() > 150, "{} bodies", cases.len());
    faults.extend(invalid(python, &json!({ "document": document, "cases": cases })));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_schema_that_says_too_little_or_too_much_is_caught() {
    let Some(python) = support::python("jsonschema") else { return };
    let schema = json!({
        "type": "object",
        "required": ["on"],
        "properties": { "on": { "type": "string", "format": "date" }, "inner": { "type": "object" } },
    });
    let bodies = [
        json!({ "on": "2020-02-28" }),
        json!({ "on": "2020-02-30" }),
        json!({}),
        json!({ "on": "2020-02-28", "by": 1 }),
        json!({ "on": "2020-02-28", "inner": { "by": 1 } }),
    ];
    let cases: Vec<Value> =
        bodies.iter().map(|body| json!({ "name": "it", "schema": schema, "body": body })).collect();
    let document = json!({ "components": { "schemas": {} } });
    let found = invalid(python, &json!({ "document": document, "cases": cases }));
    insta::assert_snapshot!(found.join("\n"), @"
    it: at /on: '2020-02-30' is not a 'date'
    it: at /: Unevaluated properties are not allowed ('on' was unexpected)
    it: at /: 'on' is a required property
    it: at /: Unevaluated properties are not allowed ('by' was unexpected)
    it: at /inner: Unevaluated properties are not allowed ('by' was unexpected)
    it: at /: Unevaluated properties are not allowed ('inner' was unexpected)
    ");
}

/// On something that is there, and on nothing.
async fn paths(data: &MinistryData, address: &str) -> [String; 2] {
    let mut paths = [(); 2].map(|()| address.to_owned());
    for parameter in doors::parameters(address) {
        let samples = doors::samples(data, "MJ", parameter).await;
        for (path, id) in paths.iter_mut().zip([samples.own, samples.none]) {
            *path = path.replace(&format!("{{{parameter}}}"), &id);
        }
    }
    paths
}

fn invalid(mut python: Command, asked: &Value) -> Vec<String> {
    let mut validator = python
        .arg(root().join("tests/it/support/validate.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = validator.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = validator.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
