//! The doors of the API with something behind each: what stands in place of `{project}` and the like,
//! and what is sent along. A new parameter is given its samples here, and a new body too.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::ministry_data::MinistryData;
use super::{root, rule_file, settings};
use vigie::domain::accounts::access::Scope;
use vigie::domain::ids::MinistryCode;
use vigie::domain::messages::notice::Receiver;
use vigie::domain::portfolio::subject::Subject;
use vigie::server;
use vigie::server::Running;
use vigie::server::config::Config;
use vigie::store::{MissionFilter, NoticeFilter};
use vigie::support::clock::FixedClock;

/// Ids of one kind of thing.
pub(crate) struct Samples {
    /// Of the ministry that the caller is for.
    pub(crate) own: String,
    /// Of other ministries.
    pub(crate) others: Vec<String>,
    /// Of nothing at all.
    pub(crate) none: String,
}

impl Samples {
    /// What is the same for everybody.
    fn common(id: &str) -> Self {
        Self { own: id.to_owned(), others: vec![id.to_owned()], none: id.to_owned() }
    }

    fn of(ids: Vec<(bool, String)>, none: &str) -> Self {
        let (own, others): (Vec<_>, Vec<_>) = ids.into_iter().partition(|(own, _)| *own);
        Self {
            own: own.into_iter().map(|(_, id)| id).next().unwrap(),
            others: others.into_iter().map(|(_, id)| id).collect(),
            none: none.to_owned(),
        }
    }
}

/// What may stand for a parameter, for callers of one ministry.
pub(crate) async fn samples(data: &MinistryData, ministry: &str, parameter: &str) -> Samples {
    let scope = Scope::of([MinistryCode::new(ministry)]);
    let shows = |subject: &Subject| data.shows(&scope, subject);
    let store = &data.store;
    match parameter {
        "project" => {
            let known = store.known_projects().await.unwrap();
            let ids = known.into_iter().map(|known| (scope.covers(&known.ministry), known.project));
            Samples::of(ids.map(|(own, id)| (own, id.to_string())).collect(), "zzz-9")
        }
        "alert" => {
            let alerts = store.standing_alerts().await.unwrap();
            let ids = alerts.iter().map(|alert| (shows(&alert.subject), alert.id.to_string()));
            Samples::of(ids.collect(), "000000000000")
        }
        "mission" => {
            let missions = store.missions(&MissionFilter::default()).await.unwrap();
            let ids = missions.iter().map(|one| (shows(&one.subject), one.id.to_string()));
            Samples::of(ids.collect(), "000000000000")
        }
        "review" => {
            let reviews = store.reviews().await.unwrap();
            let of = |project| shows(&Subject::Project(project));
            let ids = reviews.iter().map(|(one, _)| (of(one.project.clone()), one.id.to_string()));
            Samples::of(ids.collect(), "000000000000")
        }
        "notice" => {
            let own = Receiver::SecretaryGeneral(MinistryCode::new(ministry));
            let notices = store.notices(&NoticeFilter::default(), 1000).await.unwrap();
            let ids =
                notices.iter().map(|one| (one.notice.receiver == own, one.notice.id.to_string()));
            Samples::of(ids.collect(), "000000000000")
        }
        "dispute" => {
            let disputes = store.disputes().await.unwrap();
            let of = |project| shows(&Subject::Project(project));
            let ids = disputes.iter().map(|one| (of(one.project.clone()), one.number.to_string()));
            Samples::of(ids.collect(), "9999")
        }
        "silence" | "silenceID" => {
            let silences = store.silences().await.unwrap();
            let id = |number: i64| match parameter {
                "silence" => number.to_string(),
                _ => format!("00000000-0000-8000-8000-{number:012}"),
            };
            let ids = silences.iter().filter_map(|one| {
                Some((scope.covers(one.scope.ministry.as_ref()?), id(one.number.0)))
            });
            Samples::of(ids.collect(), &id(9999))
        }
        "ministry" => {
            let ids = data.codes().into_iter().map(|code| (scope.covers(&code), code.to_string()));
            Samples::of(ids.collect(), "ZZZ")
        }
        other => Samples::common(common(other)),
    }
}

/// What everybody sees.
#[expect(clippy::panic, reason = "says where to add what is new")]
fn common(parameter: &str) -> &'static str {
    match parameter {
        "rule" => "D1",
        "threshold" => "budget_drift_high",
        "receiver" => "mail",
        "job" => "cycle",
        "cycle" => "3",
        "edition" => "2020-11",
        "theme" | "fingerprint" | "account" | "token" | "draft" | "action" | "import" | "run"
        | "file" | "name" => "1",
        "session" => "0123456789ab",
        "table" => "projects",
        "section" => "introduction",
        "file:.*" => "index.html",
        "profile" => "vigie-panorama",
        "simulation" => "no-simulation",
        "link" => "no.link",
        "invitation" => "nobody-is-invited",
        unknown => panic!("`{{{unknown}}}`: say in tests/it/support/doors.rs what may stand there"),
    }
}

/// The parameters of an address: `project` for `/projects/{project}/history`, `file:.*` for the rest.
pub(crate) fn parameters(address: &str) -> Vec<&str> {
    address.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

/// What is asked beside of a door that does not answer without.
pub(crate) fn asked(address: &str) -> &'static str {
    match address {
        "/api/v1/questionnaire.xlsx" => "?ministry=MJ",
        "/api/v1/exports/{table}" => "?format=csv",
        "/api/v1/notices/preview" => "?ministry=MI",
        "/api/v1/rules/{rule}/comparison" => "?from=shipped&to=in-force",
        "/api/v1/rules/{rule}/explanation" => "?subject=france-visas",
        "/api/v1/thresholds/{threshold}/sweep" => "?from=0.1&to=0.3&values=2",
        "/regles/{rule}/explication" => "?sujet=france-visas",
        _ => "",
    }
}

/// What is sent to a door. One that does not read it answers 400, and the table shows it.
pub(crate) fn body(address: &str) -> Value {
    let act = address.rsplit('/').next().unwrap_or_default();
    let reason = "vu en revue";
    match act {
        "assignment" => json!({ "to": "Paul Durand" }),
        "comments" | "notes" | "{section}" => json!({ "text": reason }),
        "disputes" => json!({ "fields": ["cost_current"], "author": "Équipe", "text": reason }),
        "answer" => json!({ "verdict": "rejected", "reason": reason }),
        "{edition}" => {
            json!({ "opens_on": "2020-09-14", "closes_on": "2020-10-16", "reason": reason })
        }
        "{profile}" => json!({ "text": "id = \"vigie-panorama\"", "reason": reason }),
        "drafts" | "{draft}" => {
            json!({ "comment": reason, "thresholds": { "calendar_drift_high": 0.3 } })
        }
        "check" | "test" | "diff" => {
            let rule =
                std::fs::read_to_string(rule_file(&root().join("rules"), "drift/D1.rhai")).unwrap();
            json!({ "files": { "drift/D1.rhai": rule } })
        }
        "names" => {
            let name =
                json!({ "kind": "ministry", "name": "Garde des Sceaux", "designates": "MJ" });
            json!({ "names": [name], "reason": reason })
        }
        "tokens" => json!({ "label": reason }),
        "accounts" | "{account}" => {
            json!({ "name": "Nouvelle", "roles": ["reader"], "scope": "whole" })
        }
        "silences" => json!({ "ministry": "MI", "until": "2020-12-20", "reason": reason }),
        "decision" => json!({ "verdict": "accept", "reason": reason }),
        "start" | "planning" => json!({}),
        "milestones" => json!({ "label": "Plan", "due_on": "2021-01-15" }),
        "reached" => json!({ "label": "Plan" }),
        "vendor-replies" => json!({ "vendor": "Éditeur", "on": "2020-12-01", "text": null }),
        "vendor-namings" => json!({ "vendor": "Éditeur", "tone": "failure", "reason": reason }),
        "closing" => json!({ "outcome": "no_action", "reason": reason }),
        "minutes" => json!({ "held_on": "2020-12-01", "present": ["Paul"], "findings": reason }),
        "move" => json!({ "to": "2021-01-05", "reason": reason }),
        "completion" => json!({ "done": true }),
        "link" => json!({ "into": "si-samu", "reason": reason }),
        _ => json!({ "reason": reason }),
    }
}

/// Standing in December 2020.
pub(crate) async fn serve(database_url: String) -> Running {
    serve_with(database_url, |_| {}).await
}

/// The same with other settings.
pub(crate) async fn serve_with(database_url: String, change: impl FnOnce(&mut Config)) -> Running {
    let mut config = settings(database_url);
    change(&mut config);
    let now: DateTime<Utc> = "2020-12-01T12:00:00Z".parse().unwrap();
    server::start(&config, Arc::new(FixedClock(now))).await.unwrap()
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    content_type: String,
    /// Headers and body, as they came.
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn body(&self) -> &str {
        self.text.split_once('\n').unwrap().1
    }

    /// Without its parameters.
    pub(crate) fn content_type(&self) -> &str {
        self.content_type.split(';').next().unwrap().trim()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_default()
    }
}

/// `token` is empty for nobody.
pub(crate) async fn call(
    client: &reqwest::Client,
    service: &Running,
    (method, path): (&str, &str),
    (token, body): (&str, &Value),
) -> Reply {
    let url = format!("http://{}{path}", service.address());
    let mut request = client.request(method.parse().unwrap(), url);
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if method != "GET" {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let content_type = answer.headers().get("content-type");
    let content_type = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
    let headers = format!("{:?}\n", answer.headers());
    let bytes = answer.bytes().await.unwrap();
    Reply { status, content_type, text: headers + &*String::from_utf8_lossy(&bytes) }
}
