//! Response times of readers while eight clients wait to write, because another program holds the lock on the database.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::{Client, Response};
use serde_json::json;
use sqlx::SqlitePool;
use tokio::task::JoinSet;

use super::milliseconds;
use super::service::{Served, Service};
use vigie::support::clock::{Clock as _, SystemClock};

const MEANING: &str = "One client reads, one request after the other, sixty times each of `alerts`, `silences`, `session`, a refusal of permission, \
    two refusals without a valid token, and `/readyz`; first while nobody writes, then while eight clients wait to write behind another program's \
    transaction.\n\n\
    | waiting writers | requests | p50 | p99 | longest |\n|---:|---:|---:|---:|---:|\n";

const WRITERS: usize = 8;

const ROUNDS: usize = 60;

pub(crate) fn measure(service: &Service) -> String {
    println!("{WRITERS} clients wait to write");
    let served = service.start(&[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (alone, waiting) = runtime.block_on(both(service, &served));
    let mut text = MEANING.to_owned();
    for (writers, mut times) in [(0, alone), (WRITERS, waiting)] {
        times.sort_unstable();
        let at = |share: usize| milliseconds(times[(times.len() - 1) * share / 100]);
        let (p50, p99, longest) = (at(50), at(99), at(100));
        writeln!(text, "| {writers} | {} | {p50} | {p99} | {longest} |", times.len()).unwrap();
    }
    text
}

async fn both(service: &Service, served: &Served) -> (Vec<Duration>, Vec<Duration>) {
    // Fills the caches.
    read_all(service, served, 1).await;
    let alone = read_all(service, served, ROUNDS).await;
    let pool = SqlitePool::connect(&service.database()).await.unwrap();
    let lock = pool.begin_with("begin immediate").await.unwrap();
    let until = (SystemClock.now() + TimeDelta::days(7)).date_naive();
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let request = Client::new()
            .post(served.url("/api/v1/silences"))
            .bearer_auth(service.token())
            .json(&json!({ "rule": "D1", "until": until, "reason": "bench" }));
        writers
            .spawn(async move { request.send().await.map(|response| response.status().as_u16()) });
    }
    let waiting = read_all(service, served, ROUNDS).await;
    assert!(writers.try_join_next().is_none(), "a writer did not wait");
    lock.rollback().await.unwrap();
    while let Some(status) = writers.join_next().await {
        println!("a writer was answered {}", status.unwrap().unwrap());
    }
    pool.close().await;
    (alone, waiting)
}

async fn read_all(service: &Service, served: &Served, rounds: usize) -> Vec<Duration> {
    let client = Client::new();
    let mut times = Vec::new();
    for _ in 0..rounds {
        for (path, token, expected) in [
            ("/api/v1/alerts", service.token(), 200),
            ("/api/v1/silences", service.token(), 200),
            ("/api/v1/session", service.token(), 200),
            ("/api/v1/accounts", service.token_of_ministry(), 403),
            ("/api/v1/session", "unknown", 401),
            ("/api/v1/alerts", "", 401),
            ("/readyz", "", 200),
        ] {
            let mut request = client.get(served.url(path));
            if !token.is_empty() {
                request = request.bearer_auth(token);
            }
            let began = Instant::now();
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), expected, "{path}");
            Response::bytes(response).await.unwrap();
            times.push(began.elapsed());
        }
    }
    times
}
