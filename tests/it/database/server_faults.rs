//! A server that goes away, comes back, is read-only or full, or breaks the wire in the middle of a commit: what is said, and that
//! nothing acknowledged is lost.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::store::stores::at;
use crate::support::servers::wire::{CutWire, Wire, host_of};
use crate::support::{TestApp, settings};
use vigie::domain::accounts::access::Role;
use vigie::domain::operation::job::JobName;
use vigie::server::Running;
use vigie::store::Store;
use vigie::support::clock::FixedClock;

const SILENCES: &str = "/api/v1/silences";

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_told_as_the_server_knows_it() {
    let Some(app) = TestApp::on_server() else { return };
    let wire = CutWire::to(host_of(&app.database_url())).await;
    let store = Store::open(&wire.through(&app.database_url())).await.unwrap();
    let noon = at("2020-11-30T12:00:00Z");
    store.job(JobName::Cycle, noon).await.unwrap();
    let next = || app.sql("select coalesce(next_at, '') from jobs where name = 'cycle'");
    assert_eq!(next(), "");

    wire.set(Wire::LosesACommit);
    let lost = store.set_next_firing(JobName::Cycle, Some(noon)).await.unwrap_err();
    assert!(lost.disk_fault().is_some(), "{lost:?}");
    assert_eq!(next(), "", "refused, and done");

    wire.set(Wire::LosesAnAnswer);
    store.set_next_firing(JobName::Cycle, Some(noon)).await.unwrap();
    assert_eq!(next(), "2020-11-30T12:00:00.000000000Z", "acknowledged, and not done");
    store.close().await;
}

/// A service over the application's database, through a wire.
struct Wired {
    app: TestApp,
    wire: CutWire,
    running: Running,
    token: String,
    client: reqwest::Client,
}

impl Wired {
    async fn open() -> Option<Self> {
        let app = TestApp::on_server()?;
        let token = app.token("Anne", &[Role::Analyst], &[]).await;
        let wire = CutWire::to(host_of(&app.database_url())).await;
        let config = settings(wire.through(&app.database_url()));
        let clock = std::sync::Arc::new(FixedClock(at("2020-11-30T12:00:00Z")));
        let running = vigie::server::start(&config, clock).await.unwrap();
        Some(Self { app, wire, running, token, client: reqwest::Client::new() })
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("http://{}{path}", self.running.address());
        let answer = self.client.get(url).bearer_auth(&self.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn silence(&self, reason: &str) -> (u16, Value) {
        let url = format!("http://{}{SILENCES}", self.running.address());
        let body = json!({ "rule": "D1", "until": "2020-12-20", "reason": reason });
        let asked = self.client.post(url).bearer_auth(&self.token).json(&body);
        let answer = asked.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// Asks until the answer has that status.
    async fn until_ready(&self, status: u16) -> Value {
        let give_up = Instant::now() + Duration::from_mins(2);
        loop {
            let (found, body) = self.get("/readyz").await;
            if found == status {
                return body;
            }
            assert!(Instant::now() < give_up, "still {found}: {body}");
        }
    }

    fn stored(&self) -> String {
        self.app.sql("select string_agg(reason, ', ' order by number) from silences")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_is_told_and_found_again_without_a_restart() {
    let Some(service) = Wired::open().await else { return };
    assert_eq!(service.get("/readyz").await.0, 200);
    assert_eq!(service.silence("avant").await.0, 201);

    service.wire.set(Wire::Cut);
    let (status, refused) = service.silence("pendant").await;
    assert_eq!(status, 503, "{refused}");
    let told = service.until_ready(503).await;
    assert!(told.to_string().contains("does not answer"), "{told}");
    let (read, unread) = service.get(SILENCES).await;
    assert_eq!(read, 503, "{unread}");
    assert!(!unread.to_string().contains("127.0.0.1"), "{unread}");

    service.wire.set(Wire::Open);
    service.until_ready(200).await;
    assert_eq!(service.silence("après").await.0, 201);
    assert_eq!(service.get(SILENCES).await.0, 200);
    assert_eq!(service.stored(), "avant, après");
    service.running.stop().await.unwrap();
    service.app.ok(&["audit", "verify"]);
}

/// As a restart of the server does it.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_the_server_ends_are_replaced() {
    let Some(service) = Wired::open().await else { return };
    assert_eq!(service.silence("avant").await.0, 201);
    service.app.sql(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()",
    );
    let give_up = Instant::now() + Duration::from_mins(1);
    while service.silence("après").await.0 != 201 {
        assert!(Instant::now() < give_up);
    }
    service.until_ready(200).await;
    assert_eq!(service.stored(), "avant, après");
    service.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_read_only_is_read_and_says_so_to_writers() {
    let Some(service) = Wired::open().await else { return };
    assert_eq!(service.silence("avant").await.0, 201);
    let name = service.app.sql("select current_database()");
    let read_only = |on: &str| {
        service.app.sql(&format!(
            "begin read write;\nalter database {name} set default_transaction_read_only = {on};\ncommit;\n\
             select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()"
        ));
    };
    read_only("on");
    let give_up = Instant::now() + Duration::from_mins(1);
    loop {
        let (status, refused) = service.silence("pendant").await;
        assert_eq!(status, 503, "{refused}");
        if refused.to_string().contains("read-only") {
            break;
        }
        assert!(Instant::now() < give_up, "{refused}");
    }
    assert_eq!(service.get(SILENCES).await.0, 200);
    let told = service.until_ready(503).await;
    assert!(told.to_string().contains("read-only"), "{told}");
    read_only("off");
    service.until_ready(200).await;
    assert_eq!(service.silence("après").await.0, 201);
    assert_eq!(service.stored(), "avant, après");
    service.running.stop().await.unwrap();
}

/// The server's own code for a disk that is full, raised where a row would be written.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_disk_is_full_says_so_and_nothing_is_half_written() {
    let Some(service) = Wired::open().await else { return };
    service.app.sql(
        "create function no_room() returns trigger language plpgsql as
         $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;
         create trigger no_room before insert on audit for each row execute function no_room()",
    );
    let (status, refused) = service.silence("pendant").await;
    assert_eq!(status, 503, "{refused}");
    assert!(refused.to_string().contains("the disk is full"), "{refused}");
    service.app.sql("drop trigger no_room on audit");
    assert_eq!(service.silence("après").await.0, 201);
    assert_eq!(service.stored(), "après");
    service.running.stop().await.unwrap();
}
