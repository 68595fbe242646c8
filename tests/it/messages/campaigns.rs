//! The messages of a campaign, day after day on the fixtures: asked, reminded unless answered, and told of its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::reminders;
use crate::support::TestApp;
use crate::support::manual_clock::ManualClock;
use vigie::application;
use vigie::application::Services;
use vigie::domain::messages::notice::{Notice, NoticeKind};
use vigie::notify::{MailSettings, NotifySettings};
use vigie::store::NoticeFilter;

async fn services(app: &TestApp, clock: &Arc<ManualClock>) -> Services {
    let services = reminders::services(app, clock).await;
    let mail =
        MailSettings { dinum: "risques@dinum.example".to_owned(), ..services.notify.mail.clone() };
    Services { notify: Arc::new(NotifySettings { mail, ..NotifySettings::default() }), ..services }
}

/// What was written on a day, at nine in Paris.
async fn on(services: &Services, clock: &ManualClock, day: &str) -> Vec<Notice> {
    let at = format!("{day}T08:00:00Z");
    clock.set(&at);
    let written = application::write_campaign_messages(services).await.unwrap();
    let again = application::write_campaign_messages(services).await.unwrap();
    assert_eq!(again, 0, "the same day again");
    let all = services.store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    let at: DateTime<Utc> = at.parse().unwrap();
    let of_day: Vec<Notice> =
        all.into_iter().map(|one| one.notice).filter(|one| one.created_at == at).collect();
    assert_eq!(usize::try_from(written).unwrap(), of_day.len());
    of_day
}

/// How many messages of each kind, by what receives them.
fn counted(notices: &[Notice]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for notice in notices {
        let receiver = notice.receiver.to_string();
        let office = receiver.split('/').next().unwrap_or_default();
        *counts.entry(format!("{} {office}", notice.kind.as_str())).or_default() += 1;
    }
    let counts = counts.into_iter().map(|(what, count)| format!("{count} {what}"));
    counts.collect::<Vec<_>>().join(", ")
}

fn to<'a>(notices: &'a [Notice], receiver: &str) -> &'a Notice {
    notices.iter().find(|one| one.receiver.to_string() == receiver).unwrap()
}

fn words(notice: &Notice) -> String {
    let content = serde_json::to_value(&notice.content).unwrap();
    let text = content["message"]["text"].as_str().unwrap();
    format!("{}\n\n{}", notice.title, text.split("\n-- \n").next().unwrap())
}

#[tokio::test]
async fn directors_and_relays_are_asked_then_reminded_unless_their_projects_answered() {
    let app = TestApp::with_fixtures();
    let dates = ["--opens", "2020-12-07", "--closes", "2021-01-15", "--reason", "édition de mars"];
    app.ok(&[&["campaigns", "plan", "2021-03"], &dates[..]].concat());
    let clock = ManualClock::at("2020-12-01T09:00:00Z");
    let services = services(&app, &clock).await;
    assert_eq!(on(&services, &clock, "2020-12-04").await, [], "before it opens");

    // The service was down on the first day.
    let asked = on(&services, &clock, "2020-12-09").await;
    assert_eq!(counted(&asked), "5 questionnaire project, 11 questionnaire relay");
    insta::assert_snapshot!("director", words(to(&asked, "project/portalis")));
    let justice = words(to(&asked, "relay/MJ"));
    assert!(!justice.contains("PORTALIS") && justice.contains("NED"), "{justice}");
    insta::assert_snapshot!("relay", justice);
    assert!(asked.iter().all(|one| one.content.attachments().len() == 1));
    let portalis = &to(&asked, "project/portalis").content.attachments()[0];
    assert_eq!(portalis.name(), "2021-03.questionnaire-MJ-portalis.xlsx");
    assert_eq!(on(&services, &clock, "2020-12-10").await, []);

    let answer =
        "project,reported_on,committees_count\nPORTALIS,2020-12-15,4\nNED,2020-12-15,Ne sait pas\n";
    std::fs::write(app.path("2021-03.questionnaire.csv"), answer).unwrap();
    app.ok(&["import", "2021-03.questionnaire.csv"]);
    let reminded = on(&services, &clock, "2021-01-08").await;
    assert_eq!(
        counted(&reminded),
        "4 questionnaire_reminder project, 11 questionnaire_reminder relay"
    );
    let again = words(to(&reminded, "relay/MJ"));
    assert!(!again.contains("NED,") && again.contains("SCABIEUSE"), "{again}");
    assert_eq!(to(&reminded, "relay/MJ").follows, [to(&asked, "relay/MJ").id.clone()]);
    assert_eq!(
        on(&services, &clock, "2021-01-15").await.len(),
        15,
        "the last reminder, a day late"
    );

    let closed = on(&services, &clock, "2021-01-18").await;
    let [told] = closed.as_slice() else { panic!("{}", counted(&closed)) };
    assert_eq!(
        (told.kind, told.receiver.to_string().as_str()),
        (NoticeKind::QuestionnaireClosing, "dinum")
    );
    insta::assert_snapshot!("closing", words(told));
    assert_eq!(on(&services, &clock, "2021-01-19").await, []);
    assert_eq!(on(&services, &clock, "2021-06-30").await, []);
}

#[tokio::test]
async fn a_campaign_that_is_called_off_asks_nothing_more() {
    let app = TestApp::with_fixtures();
    let dates = ["--opens", "2020-12-07", "--closes", "2021-01-15", "--reason", "édition de mars"];
    app.ok(&[&["campaigns", "plan", "2021-03"], &dates[..]].concat());
    let clock = ManualClock::at("2020-12-01T09:00:00Z");
    let services = services(&app, &clock).await;
    assert!(!on(&services, &clock, "2020-12-07").await.is_empty());
    app.ok(&["campaigns", "cancel", "2021-03", "--reason", "édition reportée"]);
    assert_eq!(on(&services, &clock, "2021-01-08").await, []);
    assert_eq!(on(&services, &clock, "2021-01-18").await, []);
}
