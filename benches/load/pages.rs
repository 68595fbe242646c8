//! Pages under fifty people who click: the time of each answer, its size, and the first answer after a write.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::service::{Served, Service};
use super::{LARGE, Size};
use crate::cycles::Shape;
use crate::load::milliseconds;

const MEANING: &str = "Written by `make load-pages`: the binary of the bench profile on loopback, and fifty clients on the same machine, each of which \
    asks for a page, reads it for one to three seconds, and asks for another, for thirty seconds. \"After a start\" is the first answer of a service that has just started, in the order of the table; \"after a write\" the first one \
    once an alert was commented, on a service that has answered before. Bytes are those of the page, uncompressed.\n\n";

/// As many projects as the State's panorama has, over as many editions as there will be in five years.
const USUAL: Size = Size {
    name: "43 projects, 10 editions",
    shape: Some(Shape { ministries: 4, projects: 43 }),
    editions: 10,
};

const PEOPLE: usize = 50;
const LASTS: Duration = Duration::from_secs(30);

/// Pages of the site, by address. `{project}`, `{alert}` and `{mission}` are the first ones that the API lists.
const PAGES: [&str; 12] = [
    "/",
    "/projets",
    "/projets/{project}",
    "/alertes",
    "/alertes/{alert}",
    "/missions",
    "/missions/{mission}",
    "/revues",
    "/editions",
    "/regles",
    "/regles/D1",
    "/imports",
];

pub(crate) fn measure() -> String {
    let mut text = MEANING.to_owned();
    for size in [USUAL, LARGE] {
        let service = Service::prepare(&size);
        let served = service.start(&[]);
        let pages: Vec<String> =
            PAGES.iter().map(|page| addressed(&served, service.token(), page)).collect();
        writeln!(
            text,
            "{}:\n\n| page | bytes | after a start | after a write | p50 | p99 |",
            size.name
        )
        .unwrap();
        writeln!(text, "|---|---:|---:|---:|---:|---:|").unwrap();
        let started: Vec<Duration> =
            pages.iter().map(|page| answered(&served, service.token(), page).1).collect();
        let firsts: Vec<(usize, Duration)> = pages
            .iter()
            .map(|page| {
                write(&served, service.token());
                answered(&served, service.token(), page)
            })
            .collect();
        let clicked = click(&served, service.token(), &pages);
        let measured = PAGES.iter().zip(started).zip(firsts).zip(clicked);
        for (((page, start), (bytes, first)), mut times) in measured {
            times.sort_unstable();
            let (p50, p99) = (share(&times, 0.5), share(&times, 0.99));
            println!("{} {page}: {bytes} bytes, p99 {}", size.name, milliseconds(p99));
            let [start, first, p50, p99] = [start, first, p50, p99].map(milliseconds);
            writeln!(text, "| `{page}` | {bytes} | {start} | {first} | {p50} | {p99} |").unwrap();
        }
        text.push('\n');
    }
    text
}

/// The bytes of a page, and how long it took.
fn answered(served: &Served, token: &str, page: &str) -> (usize, Duration) {
    let began = Instant::now();
    let answer = served.get(page, token);
    (answer.body.len(), began.elapsed())
}

/// The address with ids of things that are there.
fn addressed(served: &Served, token: &str, page: &str) -> String {
    let first = |kind: &str, field: &str| {
        let body = served.get(&format!("/api/v1/{kind}?limit=1"), token).body;
        let list: serde_json::Value = serde_json::from_slice(&body).unwrap();
        list["data"][0][field].as_str().unwrap().to_owned()
    };
    page.replace("{project}", &first("projects", "project_id"))
        .replace("{alert}", &first("alerts", "id"))
        .replace("{mission}", &first("missions", "id"))
}

/// Comments on an alert, so that nothing that was worked out before is the latest.
fn write(served: &Served, token: &str) {
    let path = addressed(served, token, "/api/v1/alerts/{alert}/comments");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let comment = serde_json::json!({ "text": "vu" });
        let request = reqwest::Client::new().post(served.url(&path)).bearer_auth(token);
        let answer = request.json(&comment).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
    });
}

/// The times of the answers to each page.
fn click(served: &Served, token: &str, pages: &[String]) -> Vec<Vec<Duration>> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let until = Instant::now() + LASTS;
        let mut people = tokio::task::JoinSet::new();
        for person in 0..PEOPLE {
            let addresses: Vec<String> = pages.iter().map(|page| served.url(page)).collect();
            let token = token.to_owned();
            people.spawn(async move {
                let client = reqwest::Client::new();
                let chance = fastrand::Rng::with_seed(u64::try_from(person).unwrap());
                let mut times = Vec::new();
                let mut chance = chance;
                while Instant::now() < until {
                    tokio::time::sleep(Duration::from_millis(chance.u64(1000..3000))).await;
                    let page = chance.usize(..addresses.len());
                    let began = Instant::now();
                    let request = client.get(&addresses[page]).bearer_auth(&token);
                    let answer = request.header("accept", "text/html").send().await.unwrap();
                    assert_eq!(answer.status(), 200, "{}", addresses[page]);
                    answer.bytes().await.unwrap();
                    times.push((page, began.elapsed()));
                }
                times
            });
        }
        let mut times = vec![Vec::new(); pages.len()];
        while let Some(person) = people.join_next().await {
            for (page, time) in person.unwrap() {
                times[page].push(time);
            }
        }
        times
    })
}

fn share(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a place among a few thousand times"
    )]
    let place = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(place).copied().unwrap_or_default()
}
