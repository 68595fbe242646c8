//! The API over real HTTP, on a real database, started as `vigie serve` starts it.

use serde_json::Value;

use crate::support::{TestApp, root};
use vigie::domain::accounts::access::Role;
use vigie::server::Running;
use vigie::support::clock::{Clock as _, SystemClock};

struct Service {
    app: TestApp,
    running: Running,
    /// Of an account that may do everything.
    token: String,
}

struct Reply {
    status: u16,
    content_type: String,
    body: Value,
    headers: reqwest::header::HeaderMap,
}

impl Service {
    /// On the fixtures, a cycle committed, the clock standing in December 2020.
    async fn start() -> Self {
        let app = TestApp::with_fixtures();
        // Told to a server that this service does not know: its notices wait.
        let mut cycle = app.command(&["cycle", "--as-of", "2020-11-30", "--announce"]);
        cycle.env("VIGIE_MAIL__HOST", "localhost").env("VIGIE_MAIL__FROM", "vigie@dinum.example");
        assert!(cycle.output().unwrap().status.success());
        Self::over(app).await
    }

    async fn over(app: TestApp) -> Self {
        let token = app.token("Chef", &Role::ALL, &[]).await;
        let running = app.serve("2020-12-01T12:00:00Z").await;
        Self { app, running, token }
    }

    /// What stands for each parameter of an address.
    async fn ids(&self) -> Vec<(&'static str, String)> {
        let mut ids: Vec<(&str, String)> = [
            ("{project}", "si-samu"),
            ("{ministry}", "MJ"),
            ("{rule}", "D1"),
            ("{job}", "cycle"),
            ("{table}", "projects?format=csv"),
            ("{invitation}", "x"),
            ("{edition}", "2020-11"),
            ("{section}", "introduction"),
            ("{threshold}", "budget_drift_high"),
            ("{profile}", "vigie-panorama"),
        ]
        .map(|(hole, id)| (hole, id.to_owned()))
        .into();
        for numbered in
            ["{account}", "{cycle}", "{silence}", "{dispute}", "{draft}", "{import}", "{run}"]
        {
            ids.push((numbered, "1".to_owned()));
        }
        for (hole, list) in [
            ("{review}", "reviews"),
            ("{alert}", "alerts"),
            ("{mission}", "missions"),
            ("{notice}", "notices"),
        ] {
            let listed = self.get(&format!("/api/v1/{list}")).await;
            ids.push((hole, data(&listed)[0]["id"].as_str().unwrap().to_owned()));
        }
        let silences = self.get("/api/v2/silences").await.body;
        ids.push(("{silenceID}", silences[0]["id"].as_str().unwrap().to_owned()));
        ids
    }

    async fn get(&self, path: &str) -> Reply {
        let url = format!("http://{}{path}", self.running.address());
        let answer = reqwest::Client::new().get(url).bearer_auth(&self.token).send().await.unwrap();
        let headers = answer.headers().clone();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        Reply {
            status,
            content_type: headers["content-type"].to_str().unwrap().to_owned(),
            headers,
            // A calendar is no JSON.
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }
}

fn data(reply: &Reply) -> &Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["data"].as_array().unwrap()
}

/// Nothing was started here, and no rule is overridden: that is said, and tried elsewhere.
fn status_of(path: &str) -> u16 {
    match path {
        "/api/v1/runs/1" => 404,
        "/api/v1/overrides/D1" => 409,
        _ => 200,
    }
}

fn kind_of(route: &str) -> &'static str {
    match route {
        "/metrics" => "application/openmetrics-text",
        "/api/v1/exports/{table}" => "text/csv",
        "/api/v1/questionnaire.xlsx" => {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
        "/api/v1/documents/cosinum"
        | "/api/v1/documents/ministry/{ministry}"
        | "/api/v1/documents/project/{project}"
        | "/notices/{notice}" => "text/html",
        "/api/v1/documents/template" => "application/vnd.oasis.opendocument.text",
        "/api/v1/ministries/{ministry}/reviews.ics" => "text/calendar",
        "/api/v1/feed" => "application/atom+xml",
        "/api/v1/overrides/{rule}" | "/api/v1/runs/{run}" => "application/problem+json",
        _ => "application/json",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_route_answers() {
    let service = Service::start().await;
    service.app.ok(&["reviews", "plan", "--as-of", "2020-11-30"]);
    let contest = ["alerts", "dispute", "D1", "SI SAMU", "--field", "cost_current"];
    service.app.ok(&[&contest[..], &["--author", "Équipe", "--text", "double"]].concat());
    let until = (SystemClock.now().date_naive() + chrono::Days::new(2)).to_string();
    let silence = ["alerts", "silence", "--rule", "D1", "--until", &until, "--reason", "vu"];
    service.app.ok(&silence);
    let draft = ["rules", "draft", "--threshold", "budget_drift_high=0.15", "--comment", "15 %"];
    service.app.ok(&draft);
    let campaign = ["campaigns", "plan", "2020-11", "--opens", "2020-09-14"];
    service.app.ok(&[&campaign[..], &["--closes", "2020-10-16", "--reason", "panorama"]].concat());
    let ids = service.ids().await;
    let document = std::fs::read_to_string(root().join("docs/API.md")).unwrap();
    let routes: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `GET "))
        .filter_map(|line| line.split('`').next())
        .collect();
    assert!(routes.len() >= 19, "{routes:?}");
    for route in routes {
        let path = ids.iter().fold(route.to_owned(), |path, (hole, id)| path.replace(hole, id));
        let path = path.replace("/preview", "/preview?ministry=MJ");
        let path = path.replace("questionnaire.xlsx", "questionnaire.xlsx?ministry=MJ");
        let path =
            path.replace("editions/comparison", "editions/comparison?from=2020-06&to=2020-11");
        let path = path.replace("D1/comparison", "D1/comparison?from=shipped&to=in-force");
        let path = path.replace("/explanation", "/explanation?subject=project/si-samu");
        let path = path.replace("/sweep", "/sweep?from=0.1&to=0.3&values=2");
        let reply = service.get(&path).await;
        assert_eq!(reply.status, status_of(&path), "{path}: {}", reply.body);
        assert!(reply.content_type.starts_with(kind_of(route)), "{path}");
    }
    service.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portfolio_is_the_one_of_the_command_line() {
    let service = Service::start().await;
    let reply = service.get("/api/v1/portfolio?as_of=2020-11-30").await;
    let shown = service.app.json(&["panorama", "--as-of", "2020-11-30"]);
    assert_eq!(reply.body, shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_an_unknown_filter_is_refused() {
    let service = Service::start().await;
    let all = data(&service.get("/api/v1/projects").await).len();
    let justice = service.get("/api/v1/projects?ministry=MJ").await;
    assert!(!data(&justice).is_empty() && data(&justice).len() < all);
    assert!(data(&justice).iter().all(|project| project["ministry"] == "MJ"));
    let high = service.get("/api/v1/alerts?level=high&state=open").await;
    assert!(
        data(&high).iter().all(|alert| alert["level"] == "high" || alert["level"] == "critical")
    );

    let refused = service.get("/api/v1/projects?minsitry=MJ").await;
    assert_eq!((refused.status, refused.content_type.as_str()), (400, "application/problem+json"));
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("minsitry") && detail.contains("ministry"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_a_problem_with_the_nearest_names() {
    let service = Service::start().await;
    let reply = service.get("/api/v1/projects/portails").await;
    assert_eq!(reply.status, 404);
    assert_eq!(reply.content_type, "application/problem+json");
    assert!(reply.body["detail"].as_str().unwrap().contains("PORTALIS"), "{}", reply.body);
    for path in ["/api/v1/alerts/none", "/api/v1/missions/none", "/api/v1/rules/Z9", "/nowhere"] {
        let none = service.get(path).await;
        assert_eq!((none.status, none.body["status"].as_u64()), (404, Some(404)), "{path}");
    }
    assert_eq!(service.get("/api/v1/cycles/one").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_data_is_ready_and_says_that_it_knows_nothing() {
    let service = Service::over(TestApp::new()).await;
    assert_eq!(service.get("/readyz").await.body["status"], "ready");
    let reply = service.get("/api/v1/portfolio").await;
    assert_eq!(reply.status, 409);
    assert_eq!(reply.body["detail"], "no edition of the panorama is known: import one first");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_bears_the_id_that_the_logs_have() {
    let service = Service::over(TestApp::new()).await;
    let reply = service.get("/healthz").await;
    assert_eq!(reply.headers["x-request-id"].len(), 36);
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_scheduled_cycle_is_known_at_the_start() {
    let service = Service::over(TestApp::new()).await;
    let next = service.running.next_cycle().unwrap();
    assert_eq!(next.to_rfc3339(), "2020-12-02T05:30:00+00:00");
}

#[test]
fn the_health_check_tells_a_service_that_runs_from_one_that_does_not() {
    let app = TestApp::new();
    let mut child = app
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:18765")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let listening = lines.next().unwrap().unwrap();
    assert_eq!(listening, "écoute sur http://127.0.0.1:18765");
    let check = || {
        let mut command = app.command(&["healthcheck"]);
        command.env("VIGIE_LISTEN", "127.0.0.1:18765").output().unwrap()
    };
    assert!(check().status.success());

    // A polite stop: what is under way ends, and the exit code is 0.
    let stop = std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stop.success());
    assert!(child.wait().unwrap().success());
    let refused = check();
    assert_eq!(refused.status.code(), Some(1));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.starts_with("vigie: connexion à http://127.0.0.1:18765/readyz"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_can_be_read_whole_on_its_page() {
    let service = Service::start().await;
    let notices = service.get("/api/v1/notices?state=waiting").await;
    let capped = data(&notices).iter().find(|one| one["content"]["message"]["page"].is_string());
    let notice = capped.unwrap();
    let url =
        format!("http://{}/notices/{}", service.running.address(), notice["id"].as_str().unwrap());
    let page = reqwest::Client::new().get(url).bearer_auth(&service.token).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("'none'"));
    assert_eq!(page.text().await.unwrap(), notice["content"]["message"]["page"].as_str().unwrap());
    assert_eq!(service.get("/notices/none").await.status, 404);
    service.running.stop().await.unwrap();
}
