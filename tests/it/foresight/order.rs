//! One order of projects wherever they are listed: that of `vigie attention`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-11-30T09:00:00Z";

fn ids(rows: &Value) -> Vec<String> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["project_id"].as_str().unwrap().to_owned()).collect()
}

async fn judged() -> TestApp {
    let work = || {
        let app = TestApp::with_fixtures();
        app.ok(&["cycle", "--as-of", "2020-11-30"]);
        app
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn json(server: &TestServer, path: &str, token: &str) -> Value {
    server.get(token, path).await.body
}

/// The projects that a page lists, in its order.
fn listed(html: &str) -> Vec<String> {
    let links = html.split("<th scope=\"row\"><a href=\"/projets/").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn page(server: &TestServer, path: &str, token: &str) -> String {
    let request = server.request(reqwest::Method::GET, path, token);
    request.header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_projects_come_in_the_order_of_attention() {
    let app = judged().await;
    let whole = app.token("Claire", &[Role::Reader], &[]).await;
    let server = TestServer::open(app, NOW).await;
    let attention = json(&server, "/api/v1/attention", &whole).await;
    let attention = attention["projects"].as_array().unwrap().iter();
    let order: Vec<String> =
        attention.map(|line| line["project"].as_str().unwrap().to_owned()).collect();

    let rows = json(&server, "/api/v1/projects?sort=attention&left=false&limit=100", &whole).await;
    let rows = rows["data"].clone();
    assert_eq!(ids(&rows)[..order.len()], order);
    for (place, row) in rows.as_array().unwrap().iter().enumerate() {
        let expected = if place < order.len() { Value::from(place + 1) } else { Value::Null };
        assert_eq!(row["attention"], expected, "{row}");
    }
    let shown = page(&server, "/projets?sorti=non", &whole).await;
    assert_eq!(listed(&shown)[..order.len()], order);
    assert!(shown.contains("aria-sort=\"ascending\""), "{shown}");
    assert_eq!(
        listed(&page(&server, "/projets?sorti=non&tri=ordre", &whole).await),
        listed(&shown)
    );
    let last = listed(&page(&server, "/projets?sorti=non&tri=-ordre", &whole).await);
    assert_eq!(last.first(), order.last());
    // Former orders are still there.
    let by_cost = page(&server, "/projets?sorti=non&tri=-cout", &whole).await;
    assert_ne!(listed(&by_cost), listed(&shown));
    let command = server.app.json(&["projects", "--sort", "attention"]);
    assert_eq!(command.as_array().unwrap().len(), 43);
    // The order of a filtered list is the same one.
    let justice =
        json(&server, "/api/v1/projects?sort=attention&left=false&ministry=MJ", &whole).await;
    let justice = ids(&justice["data"]);
    let of_order: Vec<&String> = order.iter().filter(|one| justice.contains(one)).collect();
    assert_eq!(justice[..of_order.len()].iter().collect::<Vec<_>>(), of_order);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_has_the_order_of_its_own_projects_and_nothing_of_others() {
    let app = judged().await;
    let whole = app.token("Claire", &[Role::Reader], &[]).await;
    let justine = app.token("Justine", &[Role::Reader], &["MJ"]).await;
    let server = TestServer::open(app, NOW).await;
    let list = "/api/v1/projects?sort=attention&left=false";
    let own = json(&server, list, &justine).await["data"].clone();
    let all = json(&server, &format!("{list}&ministry=MJ"), &whole).await["data"].clone();
    let (mine, theirs): (BTreeSet<String>, BTreeSet<String>) =
        (ids(&own).into_iter().collect(), ids(&all).into_iter().collect());
    assert_eq!(mine, theirs);
    let places: Vec<Option<u64>> =
        own.as_array().unwrap().iter().map(|row| row["attention"].as_u64()).collect();
    let under_way = places.iter().flatten().count();
    let expected: Vec<Option<u64>> = (1..=u64::try_from(under_way).unwrap()).map(Some).collect();
    assert!(under_way > 3, "{places:?}");
    // From 1 on, without a gap: the places of others do not show.
    assert_eq!(places[..under_way], expected);
    let home = page(&server, "/ministeres/MJ", &justine).await;
    // Those that left come last.
    assert_eq!(listed(&home)[..mine.len()], ids(&own));
    server.close().await;
}
