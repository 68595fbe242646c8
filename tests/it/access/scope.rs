//! What accounts of one ministry may reach over HTTP: every route, every role, whatever they ask for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::store::scope::panorama;
use crate::store::stores::Scratch;
use crate::support;
use crate::support::doors::{Reply, Samples};
use crate::support::ministry_data::MinistryData;
use crate::support::{doors, ministry_data};
use vigie::api::{Requirement, Route, routes};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::ids::MinistryCode;

/// What lists may be asked beside.
const QUERIES: [&str; 8] = [
    "?as_of=2020-07-01",
    "?cycle=1",
    "?ministry=MI",
    "?project=si-samu",
    "?subject=project/si-samu",
    "?limit=1",
    "?by=ministry",
    "?filter=ministry!~%22MJ|MTE%22",
];

/// Every door, and for each role the status for a caller of one ministry: on its own, on another's, on
/// nothing; then for a caller of the whole State, on what was another's.
#[tokio::test(flavor = "multi_thread")]
async fn each_door_opens_to_these_roles_and_ministries() {
    let data = MinistryData::new().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        let justice = support::token(&data.store, &format!("{role} MJ"), &[role], &["MJ"]).await;
        let whole = support::token(&data.store, &format!("{role} all"), &[role], &[]).await;
        tokens.push((role, justice, whole));
    }
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::new();
    let mut table = "own other's nothing's, then whole State\n".to_owned();
    for route in routes() {
        let [own, other, none] = paths(&data, "MJ", route).await;
        let ask = async |token: &str, path: &str| {
            let body = doors::body(&route.path);
            doors::call(&client, &service, (route.method.as_str(), path), (token, &body)).await
        };
        let nobody = ask("", &own).await.status;
        write!(table, "{} {}\n  nobody {nobody}", route.method, route.path).unwrap();
        for (role, justice, whole) in &tokens {
            let [mine, others, nothings] =
                [ask(justice, &own).await, ask(justice, &other).await, ask(justice, &none).await];
            let told = |reply: &Reply, path: &str| (reply.status, without(reply.body(), path));
            let (of_other, of_nothing) = (told(&others, &other), told(&nothings, &none));
            if other != none {
                assert_eq!(of_other, of_nothing, "{role} can tell {other} from what is nothing's");
            }
            let [mine, others, nothings] = [mine, others, nothings].map(|reply| reply.status);
            let all = ask(whole, &other).await.status;
            write!(table, " | {role} {mine} {others} {nothings}, {all}").unwrap();
        }
        table.push('\n');
    }
    service.stop().await.unwrap();
    insta::assert_snapshot!(table);
}

/// A refusal less its ids, less what it repeats of the address, and less the nearest of one's own.
fn without(body: &str, path: &str) -> String {
    if let Ok(Value::Object(mut problem)) = serde_json::from_str(body) {
        for key in ["instance", "request_id", "trace_id"] {
            problem.remove(key);
        }
        let bare = Value::Object(problem).to_string();
        if bare != body {
            return without(&bare, path);
        }
    }
    let asked = path
        .split('/')
        .filter(|part| !part.is_empty())
        .fold(body.to_owned(), |body, part| body.replace(&format!("`{part}`"), "`…`"));
    asked.split("; the nearest is").next().unwrap().trim_end_matches(['"', '}', ' ']).to_owned()
}

/// On something of one's own, of another's, of nothing at all.
async fn paths(data: &MinistryData, ministry: &str, route: &Route) -> [String; 3] {
    let mut paths = [(); 3].map(|()| route.path.clone());
    for parameter in doors::parameters(&route.path) {
        let Samples { own, others, none } = doors::samples(data, ministry, parameter).await;
        let ids = [own, others[0].clone(), none];
        for (path, id) in paths.iter_mut().zip(ids) {
            *path = path.replace(&format!("{{{parameter}}}"), &id);
        }
    }
    paths.map(|path| path + doors::asked(&route.path))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_to_a_ministry_tells_of_anothers_whatever_is_asked() {
    let data = MinistryData::new().await;
    let all = support::token(&data.store, "Chef", &Role::ALL, &[]).await;
    let mut callers = Vec::new();
    for ministry in ["MJ", "MTE"] {
        let name = format!("Chef {ministry}");
        let token = support::token(&data.store, &name, &Role::ALL, &[ministry]).await;
        callers.push((ministry, token));
    }
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::new();
    let get = async |token: &str, path: &str| {
        doors::call(&client, &service, ("GET", path), (token, &Value::Null)).await
    };
    for (ministry, token) in &callers {
        let secrets = data.secrets(&Scope::of([MinistryCode::new(*ministry)])).await;
        let mut told_to_all = BTreeSet::new();
        for route in routes().iter().filter(|route| route.method == "GET" && needs_account(route)) {
            for path in every_path(&data, ministry, route).await {
                check(&path, &get(token, &path).await, &secrets);
            }
            let [own, ..] = paths(&data, ministry, route).await;
            let shown = get(&all, &own).await.text;
            told_to_all
                .extend(ministry_data::told(&shown, &secrets).into_iter().map(str::to_owned));
        }
        assert!(told_to_all.len() * 2 > secrets.len(), "the doors tell even the State little");
    }
    service.stop().await.unwrap();
}

/// What is asked for by name comes back in the refusal; nothing else may.
#[track_caller]
fn check(path: &str, reply: &Reply, secrets: &BTreeSet<String>) {
    let words = path.replace("%20", " ");
    let told: Vec<&str> = ministry_data::told(&reply.text, secrets)
        .into_iter()
        .filter(|secret| !words.contains(secret))
        .collect();
    assert!(told.is_empty(), "GET {path} tells of {told:?}:\n{}", reply.text);
    assert!(reply.status < 500, "GET {path}:\n{}", reply.text);
}

fn needs_account(route: &Route) -> bool {
    matches!(route.requirement, Requirement::Account(..))
}

/// Its own, each of the others', nothing's; and each with what could be asked beside.
async fn every_path(data: &MinistryData, ministry: &str, route: &Route) -> Vec<String> {
    let parameters = doors::parameters(&route.path);
    let [own, other, none] = paths(data, ministry, route).await;
    let mut paths = vec![own.clone(), other, none];
    let joint = if own.contains('?') { "&" } else { "?" };
    let beside = |query: &str| format!("{own}{}", query.replace('?', joint));
    paths.extend(QUERIES.map(beside));
    if parameters == ["table"] {
        let tables = ["history", "ministries", "series", "alerts", "missions", "verdicts"];
        paths.extend(tables.map(|table| own.replace("projects", table)));
    }
    if let [parameter] = parameters.as_slice() {
        let others = doors::samples(data, ministry, parameter).await.others;
        let hole = format!("{{{parameter}}}");
        paths.extend(others.into_iter().map(|id| route.path.replace(&hole, &id)));
    }
    paths
}

#[tokio::test]
async fn a_ministry_without_a_project_is_told_that_there_is_no_data() {
    let data = MinistryData::new().await;
    let token = support::token(&data.store, "Personne", &Role::ALL, &["ZZZ"]).await;
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::new();
    let mut answers = String::new();
    for path in [
        "portfolio",
        "projects",
        "alerts",
        "missions/ranking",
        "coverage",
        "wanted-answers",
        "projects/MJ",
    ] {
        let path = format!("/api/v1/{path}");
        let reply = doors::call(&client, &service, ("GET", &path), (&token, &Value::Null)).await;
        let body = reply.json();
        let told = body["detail"].as_str().map_or_else(|| body["data"].to_string(), str::to_owned);
        writeln!(answers, "{} {path} {told}", reply.status).unwrap();
    }
    service.stop().await.unwrap();
    insta::assert_snapshot!(answers, @r"
    409 /api/v1/portfolio no project of your ministries is in a panorama as of 2020-12-01
    409 /api/v1/projects no project of your ministries is in a panorama as of 2020-12-01
    200 /api/v1/alerts []
    200 /api/v1/missions/ranking []
    200 /api/v1/coverage []
    409 /api/v1/wanted-answers no project of your ministries is in a panorama as of 2020-12-01
    404 /api/v1/projects/MJ no project is called `MJ`
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portfolio_of_a_ministry_is_its_line_in_that_of_the_state() {
    let data = MinistryData::new().await;
    let all = support::token(&data.store, "Chef", &Role::ALL, &[]).await;
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::new();
    let portfolio = async |token: &str| {
        let asked = ("GET", "/api/v1/portfolio");
        doors::call(&client, &service, asked, (token, &Value::Null)).await.json()
    };
    let whole = portfolio(&all).await;
    let lines = whole["ministries"].as_array().unwrap();
    assert!(lines.len() > 5);
    for line in lines {
        let code = line["ministry"].as_str().unwrap();
        let token = support::token(&data.store, code, &[Role::Reader], &[code]).await;
        let own = portfolio(&token).await;
        assert_eq!(own["ministries"].as_array().unwrap().len(), 1, "{code}");
        assert_eq!(own["edition"], whole["edition"]);
        for (field, figure) in line.as_object().unwrap() {
            let Some(figure) = figure.as_f64() else { continue };
            for shown in [&own["portfolio"][field], &own["ministries"][0][field]] {
                // Figures are rounded to nine decimals, halves included.
                let same = shown.as_f64().is_some_and(|shown| (shown - figure).abs() < 2e-9);
                assert!(same, "{code} {field}: {shown} is not {figure}");
            }
        }
        let last = own["series"].as_array().unwrap().last().unwrap();
        assert_eq!(last["cost_total"], line["cost_total"], "{code}");
    }
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_ministry_whose_projects_have_all_left_is_not_shown_an_edition_that_is_over() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2020-06", &[("nef", "MJ"), ("roc", "MI")])]).await;
    scratch.record(&[panorama("2020-11", &[("roc", "MI")])]).await;
    let token = support::token(&scratch.store, "Jules", &[Role::Reader], &["MJ"]).await;
    let service = doors::serve(scratch.url()).await;
    let client = reqwest::Client::new();
    let get = async |path: &str| {
        doors::call(&client, &service, ("GET", path), (&token, &Value::Null)).await.json()
    };
    let shown = get("/api/v1/portfolio").await;
    assert_eq!(shown["edition"], "2020-11", "{shown}");
    let projects = get("/api/v1/projects").await;
    assert_eq!(projects["data"][0]["project_id"], "nef", "{projects}");
    assert_eq!(projects["data"][0]["has_left"], true);
    service.stop().await.unwrap();
}
