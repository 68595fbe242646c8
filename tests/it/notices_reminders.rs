//! Reminders of what nobody acknowledged, then escalation, day after day on the fixtures.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use vigie::clock::Clock;
use vigie::cycle;
use vigie::cycle::Parts;
use vigie::domain::notice::NoticeKind;
use vigie::domain::notice::Receiver;
use vigie::notify::MailSettings;
use vigie::notify::Settings;
use vigie::rules::Limits;
use vigie::store::NoticeFilter;
use vigie::store::Store;

use crate::jobs_support::HandClock;
use crate::support::Workplace;
use crate::support::root;

async fn parts(workplace: &Workplace, clock: &Arc<HandClock>) -> Parts {
    let mail = MailSettings {
        host: "localhost".to_owned(),
        from: "vigie@dinum.example".to_owned(),
        director: "directeur@dinum.example".to_owned(),
        contact: "risques@dinum.example".to_owned(),
        ..MailSettings::default()
    };
    let clock: Arc<dyn Clock> = Arc::<HandClock>::clone(clock);
    Parts {
        store: Store::open(&workplace.database_url()).await.unwrap(),
        rules: PathBuf::from(root()).join("rules"),
        limits: Limits::default(),
        clock,
        notify: Arc::new(Settings { mail, ..Settings::default() }),
    }
}

/// How many notices of each kind there are.
async fn kinds(parts: &Parts) -> String {
    let notices = parts.store.notices(&NoticeFilter::default(), 10_000).await.unwrap();
    let of = |kind: NoticeKind| notices.iter().filter(|one| one.notice.kind == kind).count();
    format!("{} reminders, {} escalations", of(NoticeKind::Reminder), of(NoticeKind::Escalation))
}

async fn text(parts: &Parts, receiver: Receiver, kind: NoticeKind) -> String {
    let filter = NoticeFilter { receiver: Some(receiver), ..NoticeFilter::default() };
    let notices = parts.store.notices(&filter, 100).await.unwrap();
    let last = notices.into_iter().find(|one| one.notice.kind == kind).unwrap().notice;
    let content = serde_json::to_value(&last.content).unwrap();
    let text = content["message"]["text"].as_str().unwrap();
    format!("{}\nAt {}\nAnswers {}\n\n{text}", last.title, last.not_before, last.follows.len())
}

#[tokio::test]
async fn what_nobody_acknowledges_is_recalled_twice_then_escalated_once() {
    let workplace = Workplace::with_fixtures();
    let clock = HandClock::at("2020-11-30T09:00:00Z");
    let parts = parts(&workplace, &clock).await;
    cycle::announce(&parts, None, false).await.unwrap();
    let mut days = Vec::new();
    for day in 0..40 {
        let written = cycle::remind(&parts).await.unwrap();
        assert_eq!(cycle::remind(&parts).await.unwrap(), 0, "the same day again");
        if written > 0 {
            days.push(format!("day {day}: {}", kinds(&parts).await));
        }
        clock.set(&(clock.now() + TimeDelta::days(1)).to_rfc3339());
    }
    insta::assert_snapshot!(days.join("\n"));
    let culture = Receiver::SecretaryGeneral(vigie::domain::ids::MinistryCode::new("MC"));
    insta::assert_snapshot!(text(&parts, culture, NoticeKind::Reminder).await);
    insta::assert_snapshot!(text(&parts, Receiver::Director, NoticeKind::Escalation).await);
    let trail = workplace.ok(&["audit", "list", "--subject", "notice", "--format", "csv"]);
    assert!(trail.contains("notice_escalated"), "{trail}");
}

#[tokio::test]
async fn old_news_is_never_recalled() {
    let workplace = Workplace::with_fixtures();
    let clock = HandClock::at("2020-11-30T09:00:00Z");
    let parts = parts(&workplace, &clock).await;
    let report = cycle::run(&parts, None, false).await.unwrap();
    assert!(report.outgoing.notices.is_empty() && report.outgoing.old_news > 100);
    clock.set("2021-01-15T09:00:00Z");
    assert_eq!(cycle::remind(&parts).await.unwrap(), 0);
}
