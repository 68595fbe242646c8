//! Pages for accounts of one ministry: every page and every form, whatever they ask for.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::support;
use crate::support::doors::{Reply, Samples};
use crate::support::ministry_data::MinistryData;
use crate::support::{doors, ministry_data};
use vigie::api::{Requirement, Route};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::ids::MinistryCode;
use vigie::web::routes;

const MINISTRY: &str = "MJ";

/// For nobody, a reader of one ministry, somebody of that ministry with every role, and somebody of the whole State with every
/// role: the status of each page, on what is the ministry's own, then on what is another's. Forms are sent empty: what is let in
/// is then told what is missing.
#[tokio::test(flavor = "multi_thread")]
async fn each_page_opens_to_these_roles_and_tells_nothing_of_another_ministry() {
    let data = MinistryData::new().await;
    let reader = support::token(&data.store, "Reader", &[Role::Reader], &[MINISTRY]).await;
    let all_roles = support::token(&data.store, "All roles", &Role::ALL, &[MINISTRY]).await;
    let whole = support::token(&data.store, "Whole", &Role::ALL, &[]).await;
    let secrets = data.secrets(&Scope::of([MinistryCode::new(MINISTRY)])).await;
    let service = doors::serve(data.database_url()).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let client = client.build().unwrap();
    let mut table = "own other's\n".to_owned();
    for route in routes() {
        let [own, other] = paths(&data, route).await;
        write!(table, "{} {}\n ", route.method, route.path).unwrap();
        for (name, token) in
            [("nobody", ""), ("reader", &*reader), ("all roles", &all_roles), ("whole", &whole)]
        {
            let mut statuses = Vec::new();
            // A path without an id is that of both.
            let alone = (own != other).then_some(&other);
            for path in std::iter::once(&own).chain(alone) {
                let method = route.method.as_str();
                let reply = doors::call(&client, &service, (method, path), (token, &Value::Null));
                let reply = reply.await;
                if name != "whole" {
                    check(path, &reply, &secrets);
                }
                statuses.push(reply.status);
            }
            statuses.dedup();
            let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
            write!(table, " {name} {}", statuses.join(" ")).unwrap();
            if route.requirement == Requirement::Anonymous {
                break;
            }
        }
        table.push('\n');
    }
    service.stop().await.unwrap();
    insta::assert_snapshot!(table);
}

/// On something of the ministry's own, and on another's.
async fn paths(data: &MinistryData, route: &Route) -> [String; 2] {
    let mut paths = [(); 2].map(|()| route.path.clone());
    for parameter in doors::parameters(&route.path) {
        let Samples { own, others, .. } = doors::samples(data, MINISTRY, parameter).await;
        for (path, id) in paths.iter_mut().zip([own, others[0].clone()]) {
            *path = path.replace(&format!("{{{parameter}}}"), &id);
        }
    }
    paths
}

/// What is asked for by name may come back in the refusal; nothing else of another ministry.
#[track_caller]
fn check(path: &str, reply: &Reply, secrets: &BTreeSet<String>) {
    let words = path.replace("%20", " ");
    let told: Vec<&str> = ministry_data::told(&reply.text, secrets)
        .into_iter()
        .filter(|secret| !words.contains(secret))
        .collect();
    assert!(told.is_empty(), "{path} tells {told:?}");
}
