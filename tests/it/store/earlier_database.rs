//! Databases that earlier versions made (`tests/earlier`): today's code opens them, loses nothing, and answers
//! as they did.

use std::collections::BTreeSet;

use reqwest::{Client, Method};
use serde_json::Value;

use crate::support::earlier::{Caller, Earlier, Replay};
use crate::support::kept::Differences;
use vigie::server::Running;

/// The whole answer to a `GET`: a list's pages in one, a refusal's type alone.
async fn look(caller: &Caller, service: &Running, path: &str, client: &Client) -> (u16, Value) {
    let mut whole: Option<Value> = None;
    let mut next = Some(path.to_owned());
    while let Some(place) = next {
        let url = format!("http://{}{place}", service.address());
        let answer = caller.ask(Method::GET, &url, client).send().await.unwrap();
        let status = answer.status().as_u16();
        let header =
            |name: &str| answer.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
        let link = header("link").filter(|link| link.ends_with("rel=\"next\""));
        next = link.map(|link| link[1..link.find('>').unwrap()].to_owned());
        let kind = header("content-type").unwrap_or_default();
        let text = answer.text().await.unwrap();
        if status != 200 {
            let problem: Value = serde_json::from_str(&text).unwrap_or_default();
            return (status, serde_json::json!({ "type": problem["type"] }));
        }
        if !kind.starts_with("application/json") {
            // A feed names the version that made it.
            let version = format!("generator version=\"{}\"", env!("CARGO_PKG_VERSION"));
            return (status, Value::String(text.replace(&version, "generator version=\"0.1.0\"")));
        }
        let mut page: Value = serde_json::from_str(&text).unwrap();
        match &mut whole {
            Some(first) => {
                let entries = page["data"].as_array_mut().unwrap();
                first["data"].as_array_mut().unwrap().append(entries);
            }
            None => whole = Some(page),
        }
    }
    let mut whole = whole.unwrap();
    if whole.get("pagination").is_some() {
        whole = whole["data"].take();
    }
    (200, whole)
}

/// Of the answers about one thing of a list, one in so many; `TEST_EARLIER=all` asks for all.
#[expect(clippy::disallowed_methods, reason = "tests ask how hard they should try")]
fn every() -> usize {
    if std::env::var("TEST_EARLIER").is_ok_and(|asked| asked == "all") { 1 } else { 7 }
}

/// `/api/v1/projects/nef/timeline`, and not a list or an export.
fn is_of_one_thing(path: &str) -> bool {
    let is_whole =
        ["/exports/", "/audit/", "/missions/o", "/missions/r", "/reviews/a", "/alerts/g"];
    path.split('/').count() > 4 && !is_whole.iter().any(|whole| path.contains(whole))
}

/// Cycles of an earlier engine stay as committed. Judged by another, the same subjects by the same rules
/// on the same data may have other verdicts: each is told, with the release that gives those of then. The rule on
/// projects that left judges those that left earlier editions as well: its verdicts alone may be more.
fn compare_replay(differences: &mut Differences, asked: &str, (was, is): (&Value, &Value)) {
    differences.compare(asked, &was["cycle"], &is["cycle"]);
    let mut inputs = is["inputs"].clone();
    inputs.as_object_mut().unwrap().remove("engine");
    differences.compare(asked, &was["inputs"], &inputs);
    if is["engine"] != 1 || is["release"] != "0.1.0" {
        differences.add(asked, format!("is of engine {}, release {}", is["engine"], is["release"]));
    }
    let found = is["differences"].as_array().unwrap();
    let is_of_one_side = |one: &&Value| one["kind"] == "subject" || one["committed"].is_null();
    let of_departed = |one: &&Value| {
        let replayed = one["replayed"].as_str().unwrap_or("null");
        one["committed"].is_null()
            && serde_json::from_str::<Value>(replayed).unwrap()["rule"] == "D6"
    };
    let departed = found.iter().filter(of_departed).count();
    let more = Value::from(was["verdicts"].as_u64().unwrap() + u64::try_from(departed).unwrap());
    differences.compare(asked, &more, &is["verdicts"]);
    let unexplained = found.iter().filter(is_of_one_side).count() - departed;
    if unexplained > 0 {
        differences.add(asked, format!("{unexplained} verdicts are of one side only"));
    }
}

#[test]
fn an_earlier_database_opens_with_its_audit_trail_whole_and_its_lists_and_replays_as_they_were() {
    for earlier in Earlier::all() {
        let mut differences = Differences::since(&earlier.name);
        let mut replays = 0;
        for kept in earlier.answers().iter().filter(|kept| !kept.command.is_empty()) {
            let asked = format!("vigie {}", kept.command.join(" "));
            let mut arguments = kept.command.clone();
            arguments.extend(["--format".to_owned(), "json".to_owned()]);
            match earlier.run(&arguments) {
                Ok(told) => {
                    let is = serde_json::from_str(&told).unwrap();
                    if kept.command[0] == "replay" {
                        compare_replay(&mut differences, &asked, (&kept.body, &is));
                    } else {
                        differences.compare(&asked, &kept.body, &is);
                    }
                }
                Err(why) => differences.add(&asked, why),
            }
            replays += usize::from(kept.command[0] == "replay" && kept.body["identical"] == true);
        }
        // What was kept is worth comparing with.
        assert!(replays > 5, "{}: {replays} cycles replayed", earlier.name);
        differences.assert_none();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_database_answers_over_http_each_caller_what_it_answered_then() {
    for earlier in Earlier::all() {
        let service = earlier.serve().await;
        let client = Client::new();
        let mut differences = Differences::since(&earlier.name);
        let every = every();
        let answers = earlier.answers();
        let of_service = answers.iter().filter(|kept| kept.command.is_empty());
        for (index, kept) in of_service.enumerate() {
            if is_of_one_thing(&kept.path) && index % every != 0 {
                continue;
            }
            let asked = format!("GET {} as `{}`", kept.path, kept.caller);
            let caller = &earlier.callers[&kept.caller];
            let (status, body) = look(caller, &service, &kept.path, &client).await;
            if Some(status) == kept.status {
                differences.compare(&asked, &kept.body, &body);
            } else {
                let was = kept.status.unwrap();
                differences.add(&asked, format!("the status was {was}, is {status} {body}"));
            }
        }
        service.stop().await.unwrap();
        differences.assert_none();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_sessions_of_an_earlier_database_hold_or_are_over_as_they_were() {
    for earlier in Earlier::all() {
        let service = earlier.serve().await;
        let client = Client::new();
        let url = format!("http://{}/api/v1/session", service.address());
        let mut kinds = BTreeSet::new();
        for (name, caller) in &earlier.callers {
            let answer = caller.ask(Method::GET, &url, &client).send().await.unwrap();
            let expected = if caller.live { 200 } else { 401 };
            let about = format!("{}: {name}, live then: {}", earlier.name, caller.live);
            assert_eq!(answer.status(), expected, "{about}: {}", answer.text().await.unwrap());
            kinds.insert((caller.token.is_some(), caller.live));
        }
        assert_eq!(kinds.len(), 4, "{}: tokens and sessions, live and over", earlier.name);
        service.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_an_earlier_version_answered_under_a_key_is_not_done_again() {
    for earlier in Earlier::all() {
        let service = earlier.serve().await;
        let client = Client::new();
        let mut replayed = 0;
        for caller in earlier.callers.values() {
            let Some(Replay { path, key, body }) = &caller.replay else { continue };
            let url = format!("http://{}{path}", service.address());
            let request = caller.ask(Method::POST, &url, &client).header("idempotency-key", key);
            let request = request.header("content-type", "application/json").body(body.clone());
            let answer = request.send().await.unwrap();
            let is_replayed = answer.headers().contains_key("idempotency-replayed");
            let status = answer.status();
            let told = answer.text().await.unwrap();
            assert!(status == 200 && is_replayed, "{}: POST {path}: {status} {told}", earlier.name);
            replayed += 1;
        }
        assert!(replayed > 0, "{}: no request was kept", earlier.name);
        service.stop().await.unwrap();
    }
}
