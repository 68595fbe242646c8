//! Metrics and logs of a real service: what they say, and whom they do not name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::support::{TestApp, fixtures, has_tool, root};
use vigie::domain::accounts::access::Role;
use vigie::schedule::{BackupSettings, ImportSettings};
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::FixedClock;

/// Name of a sample, its labels, its value.
type Sample = (String, BTreeMap<String, String>, f64);

async fn serve(app: &TestApp) -> Running {
    let config = Config {
        backup: BackupSettings { folder: app.path("backups"), keep: 1 },
        import: ImportSettings { folder: app.path("."), ..ImportSettings::default() },
        ..app.settings()
    };
    let now: DateTime<Utc> = "2030-12-01T12:00:00Z".parse().unwrap();
    server::start(&config, Arc::new(FixedClock(now))).await.unwrap()
}

async fn get((service, token): (&Running, &str), path: &str) -> String {
    let url = format!("http://{}{path}", service.address());
    let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap();
    answer.text().await.unwrap()
}

fn samples(text: &str) -> Vec<Sample> {
    text.lines().filter(|line| !line.starts_with('#')).map(sample).collect()
}

fn sample(line: &str) -> Sample {
    let (series, number) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let labels = labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty());
    let labels = labels.map(|label| {
        let (key, value) = label.split_once("=\"").unwrap();
        (key.to_owned(), value.trim_end_matches('"').to_owned())
    });
    (name.to_owned(), labels.collect(), number.parse().unwrap())
}

#[track_caller]
fn value(samples: &[Sample], name: &str, labels: &[(&str, &str)]) -> f64 {
    let has = |sample: &&Sample| {
        sample.0 == name
            && labels.iter().all(|(key, value)| sample.1.get(*key).is_some_and(|is| is == value))
    };
    let found: Vec<&Sample> = samples.iter().filter(has).collect();
    assert_eq!(found.len(), 1, "{name} {labels:?}");
    found[0].2
}

/// Everything that a service can serve: with a cycle and every job run.
async fn everything(app: &TestApp) -> Vec<Sample> {
    let token = app.token("Prometheus", &[Role::Reader], &[]).await;
    let service = serve(app).await;
    // With mail set up, so that notices are written; the service has none, and sends nothing.
    let cycle = app
        .command(&["cycle", "--as-of", "2020-11-30", "--announce"])
        .env("VIGIE_MAIL__HOST", "127.0.0.1")
        .env("VIGIE_MAIL__FROM", "Vigie <vigie@example.org>")
        .output()
        .unwrap();
    assert!(cycle.status.success(), "{}", String::from_utf8_lossy(&cycle.stderr));
    for job in ["housekeeping", "backup"] {
        app.ok(&["jobs", "run", job]);
    }
    get((&service, &token), "/api/v1/projects/si-samu").await;
    get((&service, &token), "/nowhere/si-samu").await;
    let text = get((&service, &token), "/metrics").await;
    assert!(text.ends_with("# EOF\n"), "{text}");
    service.stop().await.unwrap();
    samples(&text)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_agree_with_the_database() {
    let app = TestApp::with_fixtures();
    let samples = everything(&app).await;
    let alerts = app.json(&["alerts"]);
    let open = |level: &str| {
        let alerts = alerts.as_array().unwrap().iter();
        alerts.filter(|alert| alert["state"] == "open" && alert["level"] == level).count()
    };
    for level in ["moderate", "high", "critical"] {
        let told = value(&samples, "vigie_alerts", &[("state", "open"), ("severity", level)]);
        assert_eq!(told.to_string(), open(level).to_string(), "{level}");
    }
    let coverage = app.json(&["coverage"]);
    for rule in coverage.as_array().unwrap() {
        let id = rule["rule"].as_str().unwrap();
        let count = |what: &str| rule[what].as_f64().unwrap();
        let unknown = [("rule", id), ("result", "unknown")];
        let told = value(&samples, "vigie_rule_evaluations_total", &unknown);
        assert_eq!(told.to_string(), count("unknown").to_string(), "{id}");
        let all = count("judged") + count("unknown") + count("failed");
        let share = value(&samples, "vigie_rule_coverage_ratio", &[("rule", id)]);
        assert!((share - count("judged") / all).abs() < 1e-9, "{id}");
    }
    for phase in ["load", "judge", "decide", "write"] {
        let of_phase = [("phase", phase)];
        let cycles = value(&samples, "vigie_cycle_duration_seconds_count", &of_phase);
        assert_eq!(cycles.to_string(), "1", "{phase}");
        assert!(value(&samples, "vigie_cycle_duration_seconds_sum", &of_phase) > 0.0, "{phase}");
    }
    assert_eq!(value(&samples, "vigie_store_up", &[]).to_string(), "1");
    let notices = app.json(&["notices", "list"]);
    let waiting = [("integration", "mail"), ("state", "waiting")];
    let told = value(&samples, "vigie_notices", &waiting);
    assert!(told > 0.0, "{notices}");
    assert_eq!(told.to_string(), notices.as_array().unwrap().len().to_string());
    let route = [("route", "/api/v1/projects/{project}"), ("status", "200")];
    assert_eq!(value(&samples, "vigie_http_requests_total", &route).to_string(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_says_outlives_the_process() {
    let app = TestApp::with_fixtures();
    let before = everything(&app).await;
    let token = app.token("Prometheus", &[Role::Reader], &[]).await;
    let service = serve(&app).await;
    let after = samples(&get((&service, &token), "/metrics").await);
    service.stop().await.unwrap();
    let of_process = ["vigie_rule_evaluations", "vigie_cycle_duration", "vigie_http"];
    let lasting = |samples: Vec<Sample>| -> BTreeSet<String> {
        let lasts = |name: &str| !of_process.iter().any(|start| name.starts_with(start));
        samples
            .iter()
            .filter(|sample| lasts(&sample.0))
            .map(|sample| format!("{sample:?}"))
            .collect()
    };
    assert_eq!(lasting(before), lasting(after));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_label_names_a_project_or_a_person() {
    let app = TestApp::with_fixtures();
    let keys: BTreeSet<String> =
        everything(&app).await.into_iter().flat_map(|sample| sample.1.into_keys()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(
        keys.join(" "),
        "dataset integration job le method outcome phase result route rule severity state status version"
    );
    let samples = everything(&app).await;
    let named = |sample: &&Sample| sample.1.values().any(|value| value.contains("si-samu"));
    assert_eq!(samples.iter().find(named), None);
}

/// What is drawn: how the service does, and how the projects do.
const DASHBOARDS: [&str; 2] = ["contrib/grafana/dashboard.json", "contrib/grafana/projects.json"];

/// The expressions of a file, each on a line of its own.
fn expressions(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let found = text.lines().filter_map(|line| {
        let line = line.trim();
        let quoted = line
            .strip_prefix("\"expr\": ")
            .map(|rest| serde_json::from_str::<String>(rest.trim_end_matches(',')).unwrap());
        quoted.or_else(|| line.strip_prefix("expr: ").map(str::to_owned))
    });
    let found: Vec<String> = found.collect();
    assert!(found.len() > 10, "{file}");
    found
}

/// What warns and what is drawn must name metrics and labels that are there.
#[tokio::test(flavor = "multi_thread")]
async fn every_metric_of_the_rules_and_of_the_dashboards_is_served_with_its_labels() {
    let app = TestApp::with_fixtures();
    let mut served: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, labels, _) in everything(&app).await {
        served.entry(name).or_default().extend(labels.into_keys());
    }
    let files = DASHBOARDS.into_iter().chain(["contrib/prometheus/rules.yml"]);
    for expression in files.flat_map(expressions) {
        let asked = asked(&expression);
        assert!(!asked.is_empty(), "{expression}");
        for (name, labels) in asked {
            let has =
                served.get(&name).ok_or_else(|| format!("{name} is not served: {expression}"));
            let lacking: Vec<_> = labels.difference(has.unwrap()).collect();
            assert!(lacking.is_empty(), "{name} has no {lacking:?}: {expression}");
        }
    }
}

/// The metrics of an expression, each with the labels that it is asked by: its own, and those by
/// which the expression groups.
fn asked(expression: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut grouped = BTreeSet::new();
    for rest in expression.split("by (").skip(1) {
        let list = rest.split(')').next().unwrap();
        grouped.extend(list.split(',').map(|label| label.trim().to_owned()));
    }
    let mut metrics = BTreeMap::new();
    for (at, _) in expression.match_indices("vigie_") {
        let rest = &expression[at..];
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let mut labels = grouped.clone();
        if let Some(selector) = rest[end..].strip_prefix('{') {
            let list = selector.split('}').next().unwrap();
            labels.extend(
                list.split(',')
                    .map(|one| one.split(['=', '!', '~']).next().unwrap().trim().to_owned()),
            );
        }
        metrics.insert(rest[..end].to_owned(), labels);
    }
    metrics
}

#[test]
fn an_expression_is_read_for_its_metrics_and_labels() {
    let read =
        asked(r#"sum by (le, route) (rate(vigie_a_bucket{status=~"5..",job!="x"}[5m])) > vigie_b"#);
    let told: Vec<String> = read
        .iter()
        .map(|(name, labels)| {
            format!("{name} {}", labels.iter().cloned().collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(told, ["vigie_a_bucket job le route status", "vigie_b le route"]);
}

#[test]
fn the_rules_for_prometheus_are_valid_and_pass_their_own_tests() {
    if !has_tool("promtool", "prometheus") {
        return;
    }
    // The file of the token is on the machine that asks.
    for arguments in [
        ["check", "config", "--syntax-only", "prometheus.yml"].as_slice(),
        &["check", "rules", "rules.yml"],
        &["test", "rules", "rules.test.yml"],
    ] {
        promtool(arguments, &root().join("contrib/prometheus"));
    }
}

#[track_caller]
fn promtool(arguments: &[&str], folder: &Path) {
    let output = Command::new("promtool").args(arguments).current_dir(folder).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_the_dashboards_draw_is_understood_by_prometheus() {
    let app = TestApp::new();
    for file in DASHBOARDS {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let dashboard: Value = serde_json::from_str(&text).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
        assert_eq!(ids.len(), panels.len(), "{file}: a panel's id stands twice");
        let rules = expressions(file).into_iter().enumerate().map(|(number, expression)| {
            // A variable of the dashboard: how far back is looked.
            let expr = expression.replace("$period", "4d");
            serde_json::json!({ "record": format!("panel:{number}"), "expr": expr })
        });
        let rules: Vec<Value> = rules.collect();
        // JSON is YAML too.
        let groups = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
        std::fs::write(app.path("dashboard.yml"), groups.to_string()).unwrap();
        if has_tool("promtool", "prometheus") {
            promtool(&["check", "rules", "dashboard.yml"], &app.path(""));
        }
    }
}

/// A run of everything that logs: a refused file with people in it, a cycle, requests good and bad.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_run_is_json_with_its_ids_and_without_names_or_addresses() {
    let app = TestApp::new();
    let inbox = app.path("inbox");
    std::fs::create_dir(&inbox).unwrap();
    for name in ["2020-11.panorama.csv", "2020-11.contacts.csv", "2020-11.watch_lists.csv"] {
        std::fs::copy(fixtures().join(name), inbox.join(name)).unwrap();
    }
    let contacts = std::fs::read_to_string(inbox.join("2020-11.contacts.csv")).unwrap();
    let wrong = contacts.replace('@', " at ");
    assert_ne!(wrong, contacts);
    std::fs::write(inbox.join("2020-12.contacts.csv"), wrong).unwrap();

    let log = run_with_log(&app).await;
    let lines: Vec<Value> =
        log.iter().map(|line| serde_json::from_str(line).map_err(|_| line).unwrap()).collect();
    let said = |words: &str| {
        let has = |line: &&Value| {
            line["fields"]["message"].as_str().is_some_and(|said| said.contains(words))
        };
        lines.iter().find(has).ok_or_else(|| format!("no `{words}` in {log:#?}")).unwrap()
    };
    let span = |line: &Value, name: &str, field: &str| {
        let spans = line["spans"].as_array().unwrap();
        let span = spans.iter().find(|span| span["name"] == name).unwrap();
        assert!(!span[field].is_null(), "{line}");
    };
    let cycle = said("Cycle 1 judged");
    assert_eq!(cycle["fields"]["cycle.number"], "1");
    span(cycle, "job", "job.run");
    span(cycle, "job", "job.name");
    span(said("2020-12.contacts.csv` is refused"), "job", "job.run");
    let request = said("GET /api/v1/projects/{project} answered 404");
    span(request, "request", "request_id");
    assert_eq!(request["spans"][0]["request_id"].as_str().map(str::len), Some(36));

    let people = contacts.lines().skip(1).flat_map(|line| line.split([',', ';']));
    let people = people.map(str::trim).filter(|cell| cell.len() > 5 && cell.contains([' ', '@']));
    let people: BTreeSet<&str> = people.collect();
    assert!(people.iter().any(|cell| cell.contains('@')), "{people:?}");
    assert!(!log.iter().any(|line| line.contains("vigie_")), "a token");
    for told in people.iter().chain(&["jean.dupont", "127.0.0.1:5", "secret"]) {
        let leaks: Vec<&String> = log.iter().filter(|line| line.contains(told)).collect();
        assert!(leaks.is_empty(), "{told}: {leaks:?}");
    }
    assert!(!log.iter().any(|line| line.contains('@')), "{log:#?}");
}

/// `vigie serve` with jobs every second, until both have run and been asked for.
async fn run_with_log(app: &TestApp) -> Vec<String> {
    let token = app.token("Prometheus", &[Role::Reader], &[]).await;
    let mut child = app
        .command(&["serve"])
        .env("VIGIE_LISTEN", "127.0.0.1:0")
        .env("VIGIE_LOG", "info")
        .env("VIGIE_LOG_FORMAT", "json")
        .env("VIGIE_IMPORT__FOLDER", app.path("inbox"))
        .env("VIGIE_IMPORT__SETTLE_SECONDS", "0")
        .env("VIGIE_SCHEDULE__IMPORT", "* * * * * *")
        .env("VIGIE_SCHEDULE__CYCLE", "* * * * * *")
        .env("VIGIE_SCHEDULE__JITTER_SECONDS", "0")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut log = Vec::new();
    let mut address = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        if let Some((_, found)) = line.split_once("Listening on ") {
            found.split('"').next().unwrap().clone_into(&mut address);
        }
        let is_cycle = line.contains("Cycle 1 judged");
        log.push(line);
        if is_cycle {
            break;
        }
    }
    for path in ["projects/jean.dupont", "portfolio?as_of=jean.dupont@secret"] {
        let url = format!("http://{address}/api/v1/{path}");
        reqwest::Client::new().get(url).bearer_auth(&token).send().await.unwrap();
    }
    let stopped = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stopped.success());
    log.extend(lines.map(Result::unwrap));
    assert!(child.wait().unwrap().success());
    log
}
