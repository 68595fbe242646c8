//! One event for programs, in the format of Standard Webhooks, `CloudEvents` or Alertmanager.

use chrono::{DateTime, NaiveTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};

use super::datasets::stale::StaleDataset;
use super::digest::{AlertNews, MissionNews, Turn};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::NoticeId;
use crate::domain::messages::notice::Content;
use crate::domain::missions::mission::{Mission, MissionState};
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::layout::labels::{Labels, annotations, labels};
use crate::notify::settings::WebhookFormat;

/// Most characters of an explanation, so that a body stays well under 20 kB. The rest is behind its
/// link.
const LONGEST_EXPLANATION: usize = 2000;

/// An event, before it is written in a format.
#[derive(Clone, Debug)]
pub(in crate::notify) struct Event {
    /// Name of the event, such as `alert.opened`.
    pub(in crate::notify) name: &'static str,
    /// The resource the event is about.
    pub(in crate::notify) thing: String,
    /// Events of one thread are delivered in order.
    pub(in crate::notify) thread: String,
    pub(in crate::notify) title: String,
    /// The `subject` attribute of `CloudEvents`.
    subject: String,
    data: Json,
    /// Only for alerts: the format of Alertmanager has nothing else.
    alert: Option<Firing>,
}

#[derive(Clone, Debug)]
struct Firing {
    labels: Labels,
    annotations: Labels,
    starts_at: String,
    resolved: bool,
    fingerprint: String,
}

impl Event {
    pub(in crate::notify) fn of_alert(
        news: &AlertNews<'_>,
        directory: &Directory,
        public_url: &str,
    ) -> Self {
        let name = match news.turn {
            Turn::Raised | Turn::Reopened | Turn::Woken => "alert.opened",
            Turn::Worsened | Turn::Eased => "alert.updated",
            Turn::NewFact => "alert.new_fact",
            Turn::Dormant => "alert.dormant",
            Turn::Resolved | Turn::Retired => "alert.resolved",
        };
        let mut data = alert_data(news.alert, directory, public_url);
        if let Some(object) = data.as_object_mut() {
            object.insert("from".to_owned(), json!(news.from));
            object.insert("reason".to_owned(), json!(news.reason));
            let facts: Vec<&str> = news.facts().collect();
            if !facts.is_empty() && news.from.is_some() {
                object.insert("facts".to_owned(), json!(facts));
            }
        }
        Self::on_alert(name, news.alert, data, directory)
    }

    pub(in crate::notify) fn of_escalation(
        alert: &Alert,
        directory: &Directory,
        public_url: &str,
    ) -> Self {
        let data = alert_data(alert, directory, public_url);
        Self::on_alert("alert.escalated", alert, data, directory)
    }

    pub(in crate::notify) fn of_acknowledgement(
        alert: &Alert,
        act: &ActionContext,
        directory: &Directory,
        public_url: &str,
    ) -> Self {
        let mut data = alert_data(alert, directory, public_url);
        if let Some(object) = data.as_object_mut() {
            object.insert("by".to_owned(), json!(act.actor));
            object.insert("at".to_owned(), json!(instant(act.at)));
        }
        Self::on_alert("alert.acknowledged", alert, data, directory)
    }

    pub(in crate::notify) fn of_stale(stale: StaleDataset) -> Self {
        let StaleDataset { dataset, last_import_at, days } = stale;
        let data = json!({
            "dataset": dataset,
            "last_import_at": instant(last_import_at),
            "age_days": days,
        });
        Self::of_thing("dataset.stale", format!("dataset/{}", dataset.as_str()), data)
    }

    /// An event about something other than an alert or a mission.
    pub(in crate::notify) fn of_thing(name: &'static str, thing: String, data: Json) -> Self {
        let (title, thread, subject) = (format!("{name} {thing}"), thing.clone(), thing.clone());
        Self { name, thing, thread, title, subject, data: without_nulls(data), alert: None }
    }

    /// The event, delivered after the earlier ones of this thread.
    pub(in crate::notify) fn in_thread(self, thread: &str) -> Self {
        Self { thread: thread.to_owned(), ..self }
    }

    pub(in crate::notify) fn with_link(mut self, public_url: &str, list: &str, id: &str) -> Self {
        let url = link(public_url, list, id);
        if let (Some(object), Some(url)) = (self.data.as_object_mut(), url) {
            object.insert("url".to_owned(), json!(url));
        }
        self
    }

    fn on_alert(name: &'static str, alert: &Alert, data: Json, directory: &Directory) -> Self {
        let explanation = data.get("explanation").and_then(Json::as_str).unwrap_or("");
        let firing = Firing {
            labels: labels(alert, directory),
            annotations: annotations(alert, explanation, directory),
            starts_at: instant(alert.since.and_time(NaiveTime::MIN).and_utc()),
            resolved: matches!(name, "alert.resolved" | "alert.dormant"),
            fingerprint: alert.id.to_string(),
        };
        Self {
            name,
            thing: format!("alert/{}", alert.id),
            thread: format!("alert/{}", alert.id),
            title: format!("{name} {} {}", alert.rule, alert.subject),
            subject: alert.subject.to_string(),
            data,
            alert: Some(firing),
        }
    }

    pub(in crate::notify) fn of_mission(
        news: &MissionNews<'_>,
        directory: &Directory,
        public_url: &str,
    ) -> Self {
        let mission = news.mission;
        let name = match mission.state {
            MissionState::Proposed => "mission.proposed",
            MissionState::Open => "mission.opened",
            MissionState::Declined => "mission.declined",
            MissionState::Withdrawn => "mission.withdrawn",
            MissionState::Closed => "mission.closed",
        };
        Self {
            name,
            thing: format!("mission/{}", mission.id),
            thread: format!("mission/{}", mission.id),
            title: format!("{name} {} {}", mission.kind.as_str(), mission.subject),
            subject: mission.subject.to_string(),
            data: mission_data(mission, directory, public_url),
            alert: None,
        }
    }

    /// `None` when the format cannot express the event.
    pub(in crate::notify) fn content(
        &self,
        format: WebhookFormat,
        id: &NoticeId,
        at: DateTime<Utc>,
        (receiver, public_url): (&str, &str),
    ) -> Option<Content> {
        let (media_type, body) = match format {
            WebhookFormat::Standard => (
                "application/json",
                json!({ "type": self.name, "timestamp": instant(at), "data": self.data }),
            ),
            WebhookFormat::CloudEvents => (
                "application/cloudevents+json",
                json!({
                    "specversion": "1.0",
                    "id": id,
                    "source": if public_url.is_empty() { "/vigie" } else { public_url },
                    "type": format!("fr.gouv.vigie.{}.v1", self.name),
                    "subject": self.subject,
                    "time": instant(at),
                    "datacontenttype": "application/json",
                    "data": self.data,
                }),
            ),
            WebhookFormat::AlertmanagerV4 => {
                ("application/json", self.alert.as_ref()?.payload(self, at, (receiver, public_url)))
            }
        };
        Some(Content::Post { media_type: media_type.to_owned(), body: body.to_string() })
    }
}

impl Firing {
    fn payload(
        &self,
        event: &Event,
        at: DateTime<Utc>,
        (receiver, public_url): (&str, &str),
    ) -> Json {
        let status = if self.resolved { "resolved" } else { "firing" };
        let ends_at = if self.resolved { instant(at) } else { "0001-01-01T00:00:00Z".to_owned() };
        let group = json!({ "subject": event.subject });
        let url = event.data.get("url").cloned().unwrap_or_else(|| json!(public_url));
        json!({
            "version": "4",
            "groupKey": format!("{{}}:{{subject=\"{}\"}}", event.subject),
            "truncatedAlerts": 0,
            "status": status,
            "receiver": receiver,
            "groupLabels": group,
            "commonLabels": self.labels,
            "commonAnnotations": self.annotations,
            "externalURL": public_url,
            "notification_reason": event.name,
            "alerts": [{
                "status": status,
                "labels": self.labels,
                "annotations": self.annotations,
                "startsAt": self.starts_at,
                "endsAt": ends_at,
                "generatorURL": url,
                "fingerprint": self.fingerprint,
            }],
        })
    }
}

fn alert_data(alert: &Alert, directory: &Directory, public_url: &str) -> Json {
    let explanation = alert.explanation.as_deref().map(shortened);
    without_nulls(json!({
        "id": alert.id,
        "rule": alert.rule,
        "title": directory.rule_title(&alert.rule),
        "subject": alert.subject,
        "name": directory.name(&alert.subject),
        "ministry": ministry(&alert.subject, directory),
        "state": alert.state,
        "level": alert.level,
        "since": alert.since,
        "explanation": explanation,
        "url": link(public_url, "alerts", alert.id.as_str()),
    }))
}

fn mission_data(mission: &Mission, directory: &Directory, public_url: &str) -> Json {
    without_nulls(json!({
        "id": mission.id,
        "kind": mission.kind,
        "title": mission.kind.label(),
        "subject": mission.subject,
        "name": directory.name(&mission.subject),
        "ministry": ministry(&mission.subject, directory),
        "state": mission.state,
        "automatic": mission.automatic,
        "opened_on": mission.opened_on,
        "due_on": mission.due_on,
        "alerts": mission.alerts.iter().take(50).collect::<Vec<_>>(),
        "url": link(public_url, "missions", mission.id.as_str()),
    }))
}

fn ministry(subject: &Subject, directory: &Directory) -> Json {
    json!(directory.home(subject).ministry())
}

fn link(public_url: &str, list: &str, id: &str) -> Option<String> {
    (!public_url.is_empty()).then(|| format!("{public_url}/api/v1/{list}/{id}"))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_EXPLANATION) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn without_nulls(mut value: Json) -> Json {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, field| !field.is_null());
    }
    value
}
