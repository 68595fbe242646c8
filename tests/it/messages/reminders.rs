//! Reminders of what nobody acknowledged, then escalation, day after day on the fixtures.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::support::manual_clock::ManualClock;
use crate::support::{TestApp, root};
use vigie::application;
use vigie::application::{DocumentSettings, Services};
use vigie::domain::messages::notice::{NoticeKind, Receiver};
use vigie::notify::{MailSettings, NotifySettings};
use vigie::rules::ScriptLimits;
use vigie::store::{NoticeFilter, Store};
use vigie::support::clock::Clock;

pub(super) async fn services(app: &TestApp, clock: &Arc<ManualClock>) -> Services {
    let mail = MailSettings {
        host: "localhost".to_owned(),
        from: "vigie@dinum.example".to_owned(),
        director: "directeur@dinum.example".to_owned(),
        contact: "risques@dinum.example".to_owned(),
        ..MailSettings::default()
    };
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    Services {
        store: Store::open(&app.database_url()).await.unwrap(),
        rules: PathBuf::from(root()).join("rules"),
        documents: DocumentSettings::default(),
        limits: ScriptLimits::default(),
        clock,
        notify: Arc::new(NotifySettings { mail, ..NotifySettings::default() }),
        cache: Arc::default(),
    }
}

/// How many notices of each kind there are.
async fn kinds(services: &Services) -> String {
    let notices = services.store.notices(&NoticeFilter::default(), 10_000).await.unwrap();
    let of = |kind: NoticeKind| notices.iter().filter(|one| one.notice.kind == kind).count();
    format!("{} reminders, {} escalations", of(NoticeKind::Reminder), of(NoticeKind::Escalation))
}

async fn text(services: &Services, receiver: Receiver, kind: NoticeKind) -> String {
    let filter = NoticeFilter { receiver: Some(receiver), ..NoticeFilter::default() };
    let notices = services.store.notices(&filter, 100).await.unwrap();
    let last = notices.into_iter().find(|one| one.notice.kind == kind).unwrap().notice;
    let content = serde_json::to_value(&last.content).unwrap();
    let text = content["message"]["text"].as_str().unwrap();
    format!("{}\nAt {}\nAnswers {}\n\n{text}", last.title, last.not_before, last.follows.len())
}

#[tokio::test]
async fn what_nobody_acknowledges_is_recalled_twice_then_escalated_once() {
    let app = TestApp::with_fixtures();
    let clock = ManualClock::at("2020-11-30T09:00:00Z");
    let services = services(&app, &clock).await;
    application::announce(&services, None, false).await.unwrap();
    let mut days = Vec::new();
    for day in 0..40 {
        let written = application::remind(&services).await.unwrap();
        assert_eq!(application::remind(&services).await.unwrap(), 0, "the same day again");
        if written > 0 {
            days.push(format!("day {day}: {}", kinds(&services).await));
        }
        clock.set(&(clock.now() + TimeDelta::days(1)).to_rfc3339());
    }
    insta::assert_snapshot!(days.join("\n"));
    let culture = Receiver::SecretaryGeneral(vigie::domain::ids::MinistryCode::new("MC"));
    insta::assert_snapshot!(text(&services, culture, NoticeKind::Reminder).await);
    insta::assert_snapshot!(text(&services, Receiver::Director, NoticeKind::Escalation).await);
    let trail = app.ok(&["audit", "list", "--subject", "notice", "--format", "csv"]);
    assert!(trail.contains("notice_escalated"), "{trail}");
}

#[tokio::test]
async fn old_news_is_never_recalled() {
    let app = TestApp::with_fixtures();
    let clock = ManualClock::at("2020-11-30T09:00:00Z");
    let services = services(&app, &clock).await;
    let report = application::run(&services, None, false).await.unwrap();
    assert!(report.outgoing.notices.is_empty() && report.outgoing.old_news > 100);
    clock.set("2021-01-15T09:00:00Z");
    assert_eq!(application::remind(&services).await.unwrap(), 0);
}
