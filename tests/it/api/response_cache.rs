//! Answers that are kept in memory: never older than the last write, whoever made it; never another's.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::operation::jobs::support::{going, never, work};
use crate::support;
use crate::support::manual_clock::ManualClock;
use crate::support::ministry_data::MinistryData;
use crate::support::{TestApp, doors, rule_file, settings};
use vigie::api::{CACHED_ROUTES, Requirement, routes};
use vigie::domain::accounts::access::Role;
use vigie::domain::accounts::audit::Actor;
use vigie::domain::operation::job::JobName;
use vigie::schedule::Runner;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::support::clock::Clock;

/// One service that keeps its answers and one that keeps none, over the same database.
struct Two {
    keeps: Running,
    forgets: Running,
    client: reqwest::Client,
}

impl Two {
    async fn start(config: Config, clock: Arc<dyn Clock>) -> Arc<Self> {
        let mut forgetful = config.clone();
        forgetful.api.kept_bytes = 0;
        let keeps = server::start(&config, Arc::clone(&clock)).await.unwrap();
        let forgets = server::start(&forgetful, clock).await.unwrap();
        Arc::new(Self { keeps, forgets, client: reqwest::Client::new() })
    }

    async fn get(&self, service: &Running, token: &str, path: &str) -> (u16, String, String) {
        let url = format!("http://{}{path}", service.address());
        let answer = self.client.get(url).bearer_auth(token).send().await.unwrap();
        let status = answer.status().as_u16();
        let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
        (status, tag.unwrap_or_default(), answer.text().await.unwrap())
    }

    /// The answer that is kept, which must be the one that is not.
    async fn same(&self, token: &str, path: &str) -> String {
        let kept = self.get(&self.keeps, token, path).await;
        let made = self.get(&self.forgets, token, path).await;
        assert_eq!((kept.0, &kept.1), (made.0, &made.1), "{path}\n{}\n{}", kept.2, made.2);
        assert!(kept.0 != 200 || kept.2 == made.2, "{path}\n{}\n{}", kept.2, made.2);
        format!("{} {}", kept.0, kept.1)
    }

    /// Of the service that keeps its answers.
    async fn metric(&self, token: &str, name: &str) -> u64 {
        let text = self.get(&self.keeps, token, "/metrics").await.2;
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
        line.unwrap().parse().unwrap()
    }

    async fn stop(self: Arc<Self>) {
        let two = Arc::into_inner(self).unwrap();
        two.keeps.stop().await.unwrap();
        two.forgets.stop().await.unwrap();
    }
}

fn config(database_url: String) -> Config {
    Config { schedule: never(), ..settings(database_url) }
}

/// Each route whose answers are kept, on the first of each list.
async fn paths(two: &Two, token: &str) -> Vec<String> {
    let mut firsts = BTreeMap::from([("table", "projects".to_owned()), ("rule", "D1".to_owned())]);
    for (parameter, list, id) in [
        ("project", "projects", "project_id"),
        ("alert", "alerts", "id"),
        ("mission", "missions", "id"),
        ("review", "reviews", "id"),
    ] {
        let text = two.get(&two.forgets, token, &format!("/api/v1/{list}")).await.2;
        let listed: Value = serde_json::from_str(&text).unwrap();
        let first = listed["data"][0][id].as_str();
        firsts.insert(parameter, first.unwrap().to_owned());
    }
    let path = |address: &str| {
        let mut path = address.to_owned();
        for parameter in doors::parameters(address) {
            path = path.replace(&format!("{{{parameter}}}"), &firsts[parameter]);
        }
        if path.contains("/exports/") { path + "?format=csv" } else { path }
    };
    CACHED_ROUTES.iter().map(|(address, _)| path(address)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_that_follows_a_write_is_never_an_old_one() {
    let mut app = TestApp::with_fixtures();
    let rules = app.own_rules();
    for arguments in [vec!["cycle", "--as-of", "2020-11-30"], vec!["jobs", "run", "reviews"]] {
        app.ok(&arguments);
    }
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let clock = ManualClock::at("2020-12-01T12:00:00Z");
    let settings = Config { rules: rules.clone(), ..config(app.database_url()) };
    let two = Two::start(settings, Arc::<ManualClock>::clone(&clock)).await;
    let paths = paths(&two, &token).await;
    let alert = paths.iter().find(|path| path.contains("/alerts/")).unwrap();
    let id = alert.rsplit('/').next().unwrap();

    let mut before: BTreeMap<&str, String> = BTreeMap::new();
    for write in ["nothing", "import", "http", "comment", "job", "rule", "day"] {
        match write {
            "import" => {
                let late = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\nNOUVEAU,MJ,build,2018-01,36,12,false,,,\n";
                std::fs::write(app.path("2020-12.panorama.csv"), late).unwrap();
                app.ok(&["import", "2020-12.panorama.csv"]);
            }
            "http" => {
                let url = format!("http://{}{alert}/acknowledgement", two.keeps.address());
                let request = two.client.post(url).bearer_auth(&token);
                let answer = request.json(&json!({ "reason": "vu" })).send().await.unwrap();
                assert_eq!(answer.status(), 200);
            }
            "comment" => {
                let asked = ["alerts", "comment", id, "--text", "à suivre"];
                drop(app.ok(&asked));
            }
            "job" => {
                let work = work(&app, &clock).await;
                let runner = Runner::new(work, &never(), 7).unwrap();
                let run = runner.run_now(JobName::Cycle, Actor::vigie(), &going()).await.unwrap();
                assert_eq!(run.outcome.as_str(), "success");
            }
            "rule" => {
                rewrite(
                    &rule_file(&rules, "drift/D1.rhai"),
                    "Dérive budgétaire",
                    "Dérive du budget",
                );
            }
            "day" => clock.set("2021-02-01T12:00:00Z"),
            _ => {}
        }
        let mut changed = 0;
        for path in &paths {
            let answer = two.same(&token, path).await;
            // Kept from now on, were it not yet.
            let again = two.get(&two.keeps, &token, path).await;
            assert_eq!(format!("{} {}", again.0, again.1), answer);
            changed +=
                usize::from(before.insert(path, answer.clone()).is_none_or(|old| old != answer));
        }
        assert!(changed > 0, "`{write}` changes no answer");
    }
    assert!(two.metric(&token, "vigie_http_answers_kept_total").await >= 6 * 20);
    two.stop().await;
}

fn rewrite(file: &std::path::Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{}", file.display());
    std::fs::write(file, text.replace(from, to)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_who_may_see_different_things_never_share_an_answer() {
    let data = MinistryData::new().await;
    let mut tokens = Vec::new();
    for (name, roles, ministries) in [
        ("Chef", &Role::ALL[..], &[][..]),
        ("Lectrice", &[Role::Reader], &[]),
        ("Jules", &[Role::Reader], &["MJ"]),
        ("Tom", &[Role::Reader], &["MTE"]),
    ] {
        tokens.push(support::token(&data.store, name, roles, ministries).await);
    }
    let clock = ManualClock::at("2020-12-01T12:00:00Z");
    let two = Two::start(config(data.database_url()), clock).await;
    for path in paths(&two, &tokens[0]).await {
        // All at once, then one by one, when each is kept.
        let asked = tokens.iter().cloned().map(|token| {
            let (two, path) = (Arc::clone(&two), path.clone());
            async move { two.same(&token, &path).await }
        });
        let answers = together(asked).await;
        for (token, answer) in tokens.iter().zip(&answers) {
            let again = two.get(&two.keeps, token, &path).await;
            assert_eq!(&format!("{} {}", again.0, again.1), answer, "{path}");
        }
        if path.ends_with("/projects") || path.ends_with("/alerts") {
            assert_ne!(answers[1], answers[2], "{path}");
            assert_ne!(answers[2], answers[3], "{path}");
        }
    }
    two.stop().await;
}

/// What they answered, each asked before any has.
async fn together<T: Send + 'static>(
    asked: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let asked: Vec<_> = asked.map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for one in asked {
        answers.push(one.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_many_ask_at_once_is_worked_out_once() {
    let app = TestApp::with_fixtures();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let clock = ManualClock::at("2020-12-01T12:00:00Z");
    let settings = config(app.database_url());
    let first = Two::start(settings.clone(), Arc::<ManualClock>::clone(&clock)).await;
    // That a token is used is noted beside its first request, which is a write.
    first.same(&token, "/api/v1/session").await;
    first.stop().await;
    let two = Two::start(settings, clock).await;
    for path in ["/api/v1/portfolio?as_of=2020-11-30", "/api/v1/projects?phase=build&ministry=MJ"] {
        let before = two.metric(&token, "vigie_http_answers_made_total").await;
        let asked = (0..40).map(|_| {
            let (two, token) = (Arc::clone(&two), token.clone());
            async move { two.get(&two.keeps, &token, path).await }
        });
        let answers = together(asked).await;
        assert!(answers.iter().all(|answer| answer.0 == 200 && answer == &answers[0]));
        let after = two.metric(&token, "vigie_http_answers_made_total").await;
        assert_eq!(after - before, 1, "{path}");
    }
    // The same question in another order; another one; a wrong one, which is no answer.
    let before = two.metric(&token, "vigie_http_answers_made_total").await;
    for path in ["projects?ministry=MJ&phase=build", "projects?phase=rollout", "projects?fase=x"] {
        two.same(&token, &format!("/api/v1/{path}")).await;
    }
    assert_eq!(two.metric(&token, "vigie_http_answers_made_total").await - before, 1);
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_answers_stay_within_their_bound() {
    let app = TestApp::with_fixtures();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let mut settings = config(app.database_url());
    settings.api.kept_bytes = 200_000;
    let two = Two::start(settings, ManualClock::at("2020-12-01T12:00:00Z")).await;
    for day in 1..=12 {
        for path in ["projects?ministry=MJ&", "projects?", "portfolio?", "projects/PORTALIS?"] {
            two.same(&token, &format!("/api/v1/{path}as_of=2020-11-{day:02}")).await;
        }
        let bytes = two.metric(&token, "vigie_http_answers_bytes").await;
        assert!(bytes <= 200_000, "{bytes}");
    }
    assert!(two.metric(&token, "vigie_http_answers_bytes").await > 20_000);
    two.stop().await;
}

#[test]
fn only_reads_that_ask_for_an_account_and_tell_no_secret_are_kept() {
    for (address, _) in CACHED_ROUTES {
        let route = routes().iter().find(|route| route.method == "GET" && route.path == *address);
        let route = route.unwrap_or_else(|| panic!("no route is `GET {address}`"));
        assert!(matches!(route.requirement, Requirement::Account(..)), "{address}");
        for secret in ["session", "token", "account", "sign", "invitation", "notice", "audit"] {
            assert!(!address.contains(secret), "{address}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_answer_goes_out_compressed_and_is_not_sent_to_who_has_it() {
    let app = TestApp::with_fixtures();
    let token = app.token("Chef", &Role::ALL, &[]).await;
    let clock = ManualClock::at("2020-12-01T12:00:00Z");
    let two = Two::start(config(app.database_url()), clock).await;
    let mut told: Vec<(u16, String, String, usize)> = Vec::new();
    for (service, coding, known) in [
        (&two.forgets, "gzip", ""),
        (&two.keeps, "gzip", ""),
        (&two.keeps, "gzip", ""),
        (&two.keeps, "identity", ""),
        (&two.keeps, "gzip;q=0.5, deflate", ""),
        (&two.keeps, "gzip", "same"),
        (&two.keeps, "identity", "same"),
    ] {
        let url = format!("http://{}/api/v1/projects", service.address());
        let mut asked = two.client.get(url).bearer_auth(&token).header("accept-encoding", coding);
        let tags: Vec<&String> = told.iter().map(|(_, tag, ..)| tag).collect();
        if !known.is_empty() {
            asked = asked.header("if-none-match", tags[1]);
        }
        let answer = asked.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or("none").to_owned()
        };
        let (status, tag) = (answer.status().as_u16(), header("etag"));
        let said = format!("{} {}", header("content-encoding"), header("vary"));
        told.push((status, tag, said, answer.bytes().await.unwrap().len()));
    }
    let whole = told[3].3;
    let lines = told.iter().map(|&(status, ref tag, ref said, length)| {
        let size = match length {
            0 => "nothing",
            length if length == whole => "all",
            length if length * 4 < whole => "under a quarter",
            _ => "more than a quarter",
        };
        let suffix =
            tag.trim_end_matches('"').split_once('-').map_or("plain", |(_, coding)| coding);
        assert_eq!(tag[..33], told[3].1[..33]);
        format!("{status} {said}, tag {suffix}, {size}")
    });
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
    two.stop().await;
}
