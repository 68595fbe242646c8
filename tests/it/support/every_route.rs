//! Every route of the document of the API, led to things that are there, and the routes beside the document.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde_json::Value;

/// Methods that a path of the document may have.
const DOCUMENTED: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Routes that are not in the document, and where nothing is.
const BESIDE: [&str; 5] = ["/api/docs", "/api/docs/", "/api/docs/index.html", "/", "/nothing"];

pub(crate) struct Route {
    /// With ids of things that are there.
    pub(crate) path: String,
    pub(crate) query: &'static str,
    /// In the document.
    pub(crate) methods: BTreeSet<String>,
    pub(crate) has_parameter: bool,
    /// Where a name of the path that is spelled otherwise may lead: `/missions/outcomes` is no mission, and
    /// `/missions/another` could be one.
    pub(crate) another: Option<String>,
}

impl Route {
    /// Its path, then `another`, with the query.
    pub(crate) fn plain(&self) -> impl Iterator<Item = String> {
        let paths = [Some(&self.path), self.another.as_ref()];
        paths.into_iter().flatten().map(|path| format!("{path}{}", self.query))
    }
}

/// Every path of the document, and those beside it, of things that are there.
pub(crate) async fn routes(address: SocketAddr, token: &str) -> Vec<Route> {
    let client = reqwest::Client::new();
    let get = async |path: &str| -> Value {
        let request = client.get(format!("http://{address}{path}")).bearer_auth(token);
        request.send().await.unwrap().json().await.unwrap()
    };
    let document = get("/api/openapi.json").await;
    let mut routes = Vec::new();
    let patterns = document["paths"].as_object().unwrap();
    for (pattern, methods) in patterns {
        let mut path = pattern.clone();
        for parameter in pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let (list, field) = place(pattern, parameter);
            let id = match field {
                "" => list.to_owned(),
                field => {
                    let first = &get(list).await["data"][0][field];
                    first.as_str().map_or_else(|| first.to_string(), str::to_owned)
                }
            };
            assert_ne!(id, "null", "{pattern}: {list} has no `{field}`");
            path = path.replace(&format!("{{{parameter}}}"), &id);
        }
        let known = DOCUMENTED.iter().map(|method| (*method).to_owned());
        let methods = known.filter(|method| methods.get(method.to_lowercase()).is_some());
        let has_parameter = path != *pattern;
        routes.push(Route {
            path,
            query: query(pattern),
            methods: methods.collect(),
            has_parameter,
            another: patterns.keys().find_map(|other| another(pattern, other)),
        });
    }
    let beside = BESIDE.map(|path| Route {
        path: path.to_owned(),
        query: "",
        methods: BTreeSet::from(["GET".to_owned()]),
        has_parameter: path.starts_with("/api/docs"),
        another: None,
    });
    routes.extend(beside);
    routes
}

/// The pattern with another name where the other one has a parameter, when they differ in nothing else.
fn another(pattern: &str, other: &str) -> Option<String> {
    let (parts, others): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), other.split('/').collect());
    let is_parameter = |part: &str| part.starts_with('{');
    let fits = |(one, two): (&&str, &&str)| one == two || (is_parameter(two) && !is_parameter(one));
    if pattern == other || parts.len() != others.len() || !parts.iter().zip(&others).all(fits) {
        return None;
    }
    let names = parts
        .iter()
        .zip(&others)
        .map(|(one, two)| if one == two { (*one).to_owned() } else { "another".to_owned() });
    Some(names.collect::<Vec<_>>().join("/"))
}

/// Where an id to put in place of a parameter is found: a list and a field of its entries, or no field and
/// the id.
#[expect(clippy::panic, reason = "says where to add what is new")]
fn place(pattern: &str, parameter: &str) -> (&'static str, &'static str) {
    match parameter {
        "account" => ("/api/v1/accounts", "number"),
        "alert" => ("/api/v1/alerts", "id"),
        "cycle" => ("/api/v1/cycles", "number"),
        "dispute" => ("/api/v1/disputes", "number"),
        "draft" => ("/api/v1/drafts?all=true", "number"),
        "import" => ("/api/v1/imports", "number"),
        "job" => ("/api/v1/jobs", "job"),
        "mission" => ("/api/v1/missions", "id"),
        "notice" => ("/api/v1/notices", "id"),
        "profile" => ("/api/v1/profiles", "id"),
        "project" => ("/api/v1/projects", "project_id"),
        "review" => ("/api/v1/reviews", "id"),
        "rule" if pattern.contains("overrides") => ("D1", ""),
        "rule" => ("/api/v1/rules", "id"),
        "silence" => ("/api/v1/silences", "number"),
        "action" | "name" | "run" => ("1", ""),
        // Its own: whatever is revoked must not be what proves who asks.
        "token" => ("9999", ""),
        "file" => ("index.html", ""),
        "session" => ("0123456789ab", ""),
        "link" => ("no-link-of-a-mail", ""),
        "invitation" => ("nobody-is-invited", ""),
        "edition" => ("2020-11", ""),
        "ministry" => ("MJ", ""),
        "section" => ("introduction", ""),
        "receiver" => ("mail", ""),
        "silenceID" => ("00000000-0000-8000-8000-000000000001", ""),
        "table" => ("projects", ""),
        "threshold" => ("budget_drift_high", ""),
        new => panic!("`{{{new}}}`: say in tests/it/support/every_route.rs what may stand there"),
    }
}

/// Of routes that do not answer without.
fn query(pattern: &str) -> &'static str {
    match pattern {
        "/api/v1/editions/comparison" => "?from=2020-06&to=2020-11",
        "/api/v1/questionnaire.xlsx" => "?ministry=MJ",
        "/api/v1/exports/{table}" => "?format=csv",
        "/api/v1/notices/preview" => "?ministry=MI",
        "/api/v1/rules/{rule}/comparison" => "?from=shipped&to=in-force",
        "/api/v1/rules/{rule}/explanation" => "?subject=france-visas",
        "/api/v1/thresholds/{threshold}/sweep" => "?from=0.1&to=0.3&values=2",
        _ => "",
    }
}
