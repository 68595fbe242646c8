//! A token's last use is worth knowing, but no read waits or breaks down because it cannot be written.

use sqlx::SqlitePool;

use crate::support::TestApp;
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

async fn status(service: &Running, token: &str) -> u16 {
    let url = format!("http://{}/api/v1/session", service.address());
    let request = reqwest::Client::new().get(url).bearer_auth(token);
    request.send().await.unwrap().status().as_u16()
}

fn last_use(app: &TestApp) -> serde_json::Value {
    app.json(&["tokens", "list"])[0]["last_used_at"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_written_by_the_time_the_service_has_stopped() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let service = app.serve("2026-11-25T09:00:00Z").await;
    assert_eq!(status(&service, &token).await, 200);
    service.stop().await.unwrap();
    assert_eq!(last_use(&app), "2026-11-25T09:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_answers_though_the_use_of_its_token_cannot_be_written() {
    let app = TestApp::with_file();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let pool = SqlitePool::connect(&app.database_url()).await.unwrap();
    let full = "create trigger full_disk before update on tokens
                begin select raise(abort, 'database or disk is full'); end";
    sqlx::query(full).execute(&pool).await.unwrap();
    let service = app.serve("2026-11-25T09:00:00Z").await;
    assert_eq!(status(&service, &token).await, 200);
    sqlx::query("drop trigger full_disk").execute(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(status(&service, &token).await, 200);
    service.stop().await.unwrap();
    assert_eq!(last_use(&app), "2026-11-25T09:00:00Z");
}

/// Were the read to wait for the lock, its use would be given up and never written.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_answers_while_another_program_holds_the_database() {
    let app = TestApp::with_file();
    let token = app.token("Claire", &[Role::Reader], &[]).await;
    let service = app.serve("2026-11-25T09:00:00Z").await;
    let pool = SqlitePool::connect(&app.database_url()).await.unwrap();
    let held = pool.begin_with("begin immediate").await.unwrap();
    assert_eq!(status(&service, &token).await, 200);
    held.rollback().await.unwrap();
    pool.close().await;
    service.stop().await.unwrap();
    assert_eq!(last_use(&app), "2026-11-25T09:00:00Z");
}
