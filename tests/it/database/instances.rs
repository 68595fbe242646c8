//! Several services on one database of a server: what one does holds for the others at the next request.

use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T10:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_through_one_service_is_read_through_the_other_at_once() {
    let Some(app) = TestApp::on_server() else { return };
    app.ok(&["import", crate::support::fixtures().to_str().unwrap()]);
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    let anne = app.token("Anne", &[Role::Analyst], &[]).await;
    let (one, other) = (app.serve(NOW).await, app.serve(NOW).await);
    let client = reqwest::Client::new();
    let call = |service: &vigie::server::Running, method: Method, path: &str| {
        let url = format!("http://{}{path}", service.address());
        client.request(method, url).bearer_auth(&anne)
    };
    let silences = "/api/v1/silences";
    for turn in 0..5_u64 {
        let (writes, reads) = if turn % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let body = json!({ "rule": "D1", "until": "2020-12-20", "reason": format!("tour {turn}"),
                           "project": "portalis" });
        let made = call(writes, Method::POST, silences).json(&body).send().await.unwrap();
        assert_eq!(made.status(), 201, "{}", made.text().await.unwrap());
        let read = call(reads, Method::GET, silences).send().await.unwrap();
        let listed: serde_json::Value = read.json().await.unwrap();
        assert!(listed.to_string().contains(&format!("tour {turn}")), "{listed}");
    }
    // A token that one revokes serves nobody at the other.
    let numbers = app.json(&["tokens", "list"]);
    let number = numbers[0]["number"].to_string();
    assert_eq!(call(&other, Method::GET, silences).send().await.unwrap().status(), 200);
    app.ok(&["tokens", "revoke", &number, "--reason", "départ"]);
    assert_eq!(call(&other, Method::GET, silences).send().await.unwrap().status(), 401);
    one.stop().await.unwrap();
    other.stop().await.unwrap();
    app.ok(&["audit", "verify"]);
}

/// Each is due, and is run once: whoever comes second finds it done.
#[test]
fn cycles_that_are_run_at_once_by_several_programs_follow_one_another() {
    let Some(app) = TestApp::on_server() else { return };
    app.ok(&["import", crate::support::fixtures().to_str().unwrap()]);
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = app.command(&["jobs", "run", "cycle"]);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.env("VIGIE_DEMONSTRATION_DATE", "2020-11-30").spawn().unwrap()
        })
        .collect();
    let done = children.into_iter().map(|mut child| child.wait().unwrap().success());
    assert!(done.filter(|done| *done).count() >= 1);
    let cycles = app.json(&["cycles"]);
    let numbers: Vec<i64> =
        cycles.as_array().unwrap().iter().map(|cycle| cycle["number"].as_i64().unwrap()).collect();
    let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).unwrap()).rev().collect();
    assert_eq!(numbers, expected);
    app.ok(&["audit", "verify"]);
    assert_eq!(app.json(&["replay", "1"])["identical"], true);
}
