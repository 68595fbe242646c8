//! What accounts of one ministry may reach over HTTP: every door, every role, whatever they ask for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use vigie::api::Asks;
use vigie::api::DOORS;
use vigie::api::Door;
use vigie::app::Running;
use vigie::domain::access::Role;
use vigie::domain::access::Scope;
use vigie::domain::ids::MinistryCode;

use crate::support;
use crate::support::doors;
use crate::support::doors::Reply;
use crate::support::doors::Samples;
use crate::support::world;
use crate::support::world::World;

/// What lists may be asked beside.
const QUERIES: [&str; 7] = [
    "?as_of=2020-07-01",
    "?cycle=1",
    "?ministry=MI",
    "?project=si-samu",
    "?subject=project/si-samu",
    "?limit=1",
    "?by=ministry",
];

/// Every door, and for each role the status for a caller of one ministry: on its own, on another's, on
/// nothing; then for a caller of the whole State, on what was another's.
#[tokio::test(flavor = "multi_thread")]
async fn each_door_opens_to_these_roles_and_ministries() {
    let world = World::new().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        let justice = support::token(&world.store, &format!("{role} MJ"), &[role], &["MJ"]).await;
        let whole = support::token(&world.store, &format!("{role} all"), &[role], &[]).await;
        tokens.push((role, justice, whole));
    }
    let service = doors::serve(&world).await;
    let client = reqwest::Client::new();
    let mut table = "own other's nothing's, then whole State\n".to_owned();
    for door in DOORS {
        let [own, other, none] = paths(&world, "MJ", door).await;
        let ask = async |token: &str, path: &str| {
            let body = doors::body(door.address);
            doors::call(&client, &service, (door.method, path), (token, &body)).await
        };
        write!(table, "{} {}\n  nobody {}", door.method, door.address, ask("", &own).await.status)
            .unwrap();
        for (role, justice, whole) in &tokens {
            let answers =
                [ask(justice, &own).await, ask(justice, &other).await, ask(justice, &none).await];
            let [mine, others, nothings] = answers.each_ref().map(|answer| answer.status);
            assert_eq!(others, nothings, "{role} can tell {other} from what does not exist");
            let all = ask(whole, &other).await.status;
            write!(table, " | {role} {mine} {others} {nothings}, {all}").unwrap();
        }
        table.push('\n');
    }
    service.stop().await.unwrap();
    insta::assert_snapshot!(table);
}

/// On something of one's own, of another's, of nothing at all.
async fn paths(world: &World, ministry: &str, door: &Door) -> [String; 3] {
    let mut paths = [(); 3].map(|()| door.address.to_owned());
    for parameter in doors::parameters(door.address) {
        let Samples { own, others, none } = doors::samples(world, ministry, parameter).await;
        let ids = [own, others[0].clone(), none];
        for (path, id) in paths.iter_mut().zip(ids) {
            *path = path.replace(&format!("{{{parameter}}}"), &id);
        }
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_to_a_ministry_tells_of_anothers_whatever_is_asked() {
    let world = World::new().await;
    let all = support::token(&world.store, "Chef", &Role::ALL, &[]).await;
    let mut callers = Vec::new();
    for ministry in ["MJ", "MTE"] {
        let name = format!("Chef {ministry}");
        let token = support::token(&world.store, &name, &Role::ALL, &[ministry]).await;
        callers.push((ministry, token));
    }
    let service = doors::serve(&world).await;
    let client = reqwest::Client::new();
    let get = async |token: &str, path: &str| {
        doors::call(&client, &service, ("GET", path), (token, &Value::Null)).await
    };
    for (ministry, token) in &callers {
        let secrets = world.secrets(&Scope::of([MinistryCode::new(*ministry)])).await;
        let mut told_to_all = BTreeSet::new();
        for door in DOORS.iter().filter(|door| door.method == "GET" && needs_account(door)) {
            for path in every_path(&world, ministry, door).await {
                check(&path, &get(token, &path).await, &secrets);
            }
            let [own, ..] = paths(&world, ministry, door).await;
            let shown = get(&all, &own).await.text;
            told_to_all.extend(world::told(&shown, &secrets).into_iter().map(str::to_owned));
        }
        assert!(told_to_all.len() * 2 > secrets.len(), "the doors tell even the State little");
    }
    service.stop().await.unwrap();
}

/// What is asked for by name comes back in the refusal; nothing else may.
#[track_caller]
fn check(path: &str, reply: &Reply, secrets: &BTreeSet<String>) {
    let words = path.replace("%20", " ");
    let told: Vec<&str> = world::told(&reply.text, secrets)
        .into_iter()
        .filter(|secret| !words.contains(secret))
        .collect();
    assert!(told.is_empty(), "GET {path} tells of {told:?}:\n{}", reply.text);
    assert!(reply.status < 500, "GET {path}:\n{}", reply.text);
}

fn needs_account(door: &Door) -> bool {
    matches!(door.asks, Asks::Account(..))
}

/// Its own, each of the others', nothing's; and each with what could be asked beside.
async fn every_path(world: &World, ministry: &str, door: &Door) -> Vec<String> {
    let parameters = doors::parameters(door.address);
    let [own, other, none] = paths(world, ministry, door).await;
    let mut paths = vec![own.clone(), other, none];
    paths.extend(QUERIES.map(|query| format!("{own}{query}")));
    if let [parameter] = parameters.as_slice() {
        let others = doors::samples(world, ministry, parameter).await.others;
        let hole = format!("{{{parameter}}}");
        paths.extend(others.into_iter().map(|id| door.address.replace(&hole, &id)));
    }
    paths
}

#[tokio::test]
async fn a_ministry_without_a_project_is_told_that_there_is_no_data() {
    let world = World::new().await;
    let token = support::token(&world.store, "Personne", &Role::ALL, &["ZZZ"]).await;
    let service = doors::serve(&world).await;
    let client = reqwest::Client::new();
    let mut answers = String::new();
    for path in ["portfolio", "projects", "alerts", "missions/ranking", "coverage", "projects/MJ"] {
        let path = format!("/api/v1/{path}");
        let reply = doors::call(&client, &service, ("GET", &path), (&token, &Value::Null)).await;
        let body = reply.text.split_once('\n').unwrap().1;
        let body: Value = serde_json::from_str(body).unwrap();
        let told = body["detail"].as_str().map_or_else(|| body["data"].to_string(), str::to_owned);
        writeln!(answers, "{} {path} {told}", reply.status).unwrap();
    }
    stop(service).await;
    insta::assert_snapshot!(answers, @"");
}

async fn stop(service: Running) {
    service.stop().await.unwrap();
}
