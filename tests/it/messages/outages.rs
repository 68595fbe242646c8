//! Channels that are down: nothing ages, people are notified, and everything is sent in order
//! afterwards.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::watch;

use super::delivery::{going_on, mail, settings};
use super::webhooks::{events, webhook};
use crate::store::stores::Scratch;
use crate::support::manual_clock::ManualClock;
use crate::support::servers::flaky_smtp::{FlakySmtp, Manner};
use crate::support::servers::reception::Receptionist;
use vigie::delivery::Dispatcher;
use vigie::domain::ids::NoticeId;
use vigie::domain::messages::notice::{Notice, NoticeState, QueuedNotice};
use vigie::notify::{MailSettings, NotifySettings};
use vigie::store::{NoticeFilter, Store};
use vigie::support::clock::Clock;

const START: &str = "2026-11-24T08:00:00Z";

pub(crate) struct Post {
    scratch: Scratch,
    pub(crate) clock: Arc<ManualClock>,
}

impl Post {
    pub(crate) async fn open() -> Self {
        Self { scratch: Scratch::new().await, clock: ManualClock::at(START) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.scratch.store
    }

    pub(crate) async fn write(&self, notices: &[Notice]) {
        self.store().commit_reminders(notices, &[], self.clock.now()).await.unwrap();
    }

    pub(crate) async fn write_mails(&self, count: usize) {
        let one = |number| Notice {
            thread: format!("thread-{number}"),
            ..mail(number, self.clock.now())
        };
        let mails: Vec<Notice> = (0..count).map(one).collect();
        self.write(&mails).await;
    }

    pub(crate) fn dispatcher(&self, settings: NotifySettings) -> Dispatcher {
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&self.clock);
        Dispatcher::new(self.store().clone(), clock, Arc::new(settings)).unwrap()
    }

    pub(crate) fn wait(&self, time: TimeDelta) {
        self.clock.set(&(self.clock.now() + time).to_rfc3339());
    }

    /// Looks every six hours for so many days.
    pub(crate) async fn days(&self, dispatcher: &Dispatcher, days: u32) {
        for _ in 0..days * 4 {
            dispatcher.drain(&going_on()).await.unwrap();
            self.wait(TimeDelta::hours(6));
        }
    }

    pub(crate) async fn notices(&self) -> Vec<QueuedNotice> {
        let mut notices = self.store().notices(&NoticeFilter::default(), 10_000).await.unwrap();
        notices.reverse();
        notices
    }

    /// In the order in which they were written.
    async fn count(&self, state: NoticeState) -> usize {
        self.notices().await.iter().filter(|notice| notice.state == state).count()
    }

    async fn assert_untouched(&self, why: &str) {
        for notice in self.notices().await {
            let found = (notice.state, notice.attempts, notice.first_attempt_at);
            assert_eq!(found, (NoticeState::Waiting, 0, None), "{why}: {:?}", notice.last_error);
        }
    }

    /// Of the only channel: the reason, and how often it was tried.
    async fn outage(&self) -> (String, u32) {
        let outages = self.store().outages().await.unwrap();
        assert_eq!(outages.len(), 1, "{outages:?}");
        (outages[0].reason.clone(), outages[0].failures)
    }
}

/// One mail after the other, so that their order can be seen.
pub(crate) fn one_connection(port: u16) -> NotifySettings {
    let settings = settings(port);
    let mail = MailSettings { connections: 1, ..settings.mail.clone() };
    NotifySettings { mail, ..settings }
}

fn ids(notices: &[QueuedNotice]) -> Vec<String> {
    notices.iter().map(|one| format!("<{}@dinum.example>", one.notice.id)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_away_for_ten_days_ages_no_notice_and_all_leave_in_order_when_it_is_back() {
    let outbox = Post::open().await;
    outbox.write_mails(19).await;
    let port = FlakySmtp::nobody().await;
    let dispatcher = outbox.dispatcher(one_connection(port));
    outbox.days(&dispatcher, 10).await;
    outbox.assert_untouched("connection refused").await;
    assert_eq!(outbox.outage().await, ("unreachable".to_owned(), 40));

    let server = FlakySmtp::start(port, Manner::Takes, 1).await;
    let report = dispatcher.drain(&going_on()).await.unwrap();
    assert!(
        report.values().all(|lane| lane.delivered == 19 && lane.outage.is_none()),
        "{report:?}"
    );
    assert_eq!(server.taken(), ids(&outbox.notices().await));
    assert_eq!(outbox.store().outages().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_mail_server_refuses_of_everybody_counts_against_no_notice() {
    for (manner, reason) in [
        (Manner::Greets("421 4.3.2 shutting down"), "unreachable"),
        (Manner::Greets("451 4.3.0 try later"), "unreachable"),
        (Manner::Greets("554 5.7.1 your network is blocked"), "unreachable"),
        (Manner::Greets("gibberish"), "unreachable"),
        (Manner::AnswersSender("550 5.7.1 sender refused"), "serverError"),
        (Manner::AnswersSender("530 5.7.0 authenticate first"), "authError"),
        (Manner::AnswersSender("452 4.3.1 disk full"), "serverError"),
        (Manner::AnswersRecipient("451 4.3.0 the directory does not answer"), "serverError"),
        (Manner::AnswersRecipient("421 4.3.2 shutting down"), "serverError"),
    ] {
        let outbox = Post::open().await;
        outbox.write_mails(12).await;
        let server = FlakySmtp::start(0, manner, 1).await;
        let dispatcher = outbox.dispatcher(one_connection(server.address.port()));
        outbox.days(&dispatcher, 9).await;
        outbox.assert_untouched(&format!("{manner:?}")).await;
        assert_eq!(outbox.outage().await.0, reason, "{manner:?}");

        server.behaves(Manner::Takes);
        outbox.days(&dispatcher, 1).await;
        assert_eq!(outbox.count(NoticeState::Delivered).await, 12, "{manner:?}");
        assert_eq!(server.taken().len(), 12);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_refused_for_good_is_the_notices_own_fault_and_ends_an_outage() {
    let outbox = Post::open().await;
    outbox.write_mails(4).await;
    let server = FlakySmtp::start(0, Manner::Greets("421 busy"), 1).await;
    let dispatcher = outbox.dispatcher(one_connection(server.address.port()));
    dispatcher.drain(&going_on()).await.unwrap();
    outbox.assert_untouched("421").await;
    server.behaves(Manner::AnswersRecipient("550 5.1.1 no such mailbox"));
    dispatcher.drain(&going_on()).await.unwrap();
    assert_eq!(outbox.count(NoticeState::Dead).await, 4);
    assert_eq!(outbox.store().outages().await.unwrap(), [], "the server answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_alone_puts_the_server_in_trouble_is_given_up_in_time_and_holds_up_no_other()
{
    let outbox = Post::open().await;
    outbox.write_mails(20).await;
    let server = FlakySmtp::start(0, Manner::ChokesOn("notice-00006"), 1).await;
    let dispatcher = outbox.dispatcher(one_connection(server.address.port()));
    outbox.days(&dispatcher, 1).await;
    assert_eq!(outbox.count(NoticeState::Delivered).await, 19);
    for day in 0..9 {
        let more = Notice {
            id: NoticeId::new(format!("later-{day}")),
            thread: format!("later-{day}"),
            ..mail(0, outbox.clock.now())
        };
        outbox.write(&[more]).await;
        outbox.days(&dispatcher, 1).await;
    }
    let dead: Vec<QueuedNotice> = outbox
        .notices()
        .await
        .into_iter()
        .filter(|notice| notice.state != NoticeState::Delivered)
        .collect();
    let [dead] = dead.as_slice() else { panic!("{dead:?}") };
    assert_eq!((dead.notice.id.as_str(), dead.state), ("notice-00006", NoticeState::Dead));
    assert!(dead.attempts > 3, "{}", dead.attempts);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_in_the_middle_of_a_notices_own_failures_does_not_age_it() {
    let outbox = Post::open().await;
    let receiver = Receptionist::start(&[400]).await;
    let hook = webhook("a", &receiver.url(""));
    let dispatcher =
        outbox.dispatcher(NotifySettings { webhooks: vec![hook], ..NotifySettings::default() });
    outbox.write(&events("a", 1, &outbox.clock)).await;
    outbox.days(&dispatcher, 2).await;
    let [before] = outbox.notices().await.try_into().unwrap();
    assert!(before.attempts > 5, "{}", before.attempts);
    receiver.answers(&[401]);
    outbox.days(&dispatcher, 30).await;
    let [after] = outbox.notices().await.try_into().unwrap();
    assert_eq!((after.state, after.attempts), (NoticeState::Waiting, before.attempts));

    // It has five days left of its own.
    receiver.answers(&[400]);
    outbox.days(&dispatcher, 4).await;
    assert_eq!(outbox.count(NoticeState::Waiting).await, 1);
    outbox.days(&dispatcher, 2).await;
    assert_eq!(outbox.count(NoticeState::Dead).await, 1);
    receiver.handle.stop(false).await;
}

#[actix_web::test]
async fn a_webhook_down_or_in_trouble_for_ten_days_loses_nothing_and_then_gets_everything_in_order()
{
    for status in [401, 403, 429, 500, 502, 503, 504] {
        let outbox = Post::open().await;
        let receiver = Receptionist::start(&[status]).await;
        let hook = webhook("a", &receiver.url(""));
        let dispatcher =
            outbox.dispatcher(NotifySettings { webhooks: vec![hook], ..NotifySettings::default() });
        outbox.write(&events("a", 18, &outbox.clock)).await;
        outbox.days(&dispatcher, 10).await;
        outbox.assert_untouched(&status.to_string()).await;
        assert!(receiver.calls().len() < 60, "{status}: one attempt a look, once it is down");

        receiver.answers(&[200]);
        let before = receiver.calls().len();
        outbox.days(&dispatcher, 1).await;
        assert_eq!(outbox.count(NoticeState::Delivered).await, 18, "{status}");
        let numbers: Vec<u64> = receiver.calls()[before..]
            .iter()
            .map(|call| serde_json::from_str::<Value>(&call.body).unwrap())
            .map(|body| body["data"]["number"].as_u64().unwrap())
            .collect();
        for thread in 0..6 {
            let of_thread: Vec<u64> =
                numbers.iter().copied().filter(|number| number / 3 == thread).collect();
            assert_eq!(of_thread, [thread * 3, thread * 3 + 1, thread * 3 + 2], "{status}");
        }
        receiver.handle.stop(false).await;
    }
}

#[actix_web::test]
async fn what_no_connection_carries_counts_against_no_event_and_what_a_receiver_refuses_does() {
    // A name that leads nowhere, a port where nobody listens, a server that speaks no TLS.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = silent.local_addr().unwrap().port();
    drop(silent);
    let plain = Receptionist::start(&[200]).await;
    for url in [
        "http://nowhere.invalid/".to_owned(),
        format!("http://127.0.0.1:{refused}/"),
        format!("https://{}/", plain.address),
    ] {
        let outbox = Post::open().await;
        let hook = webhook("a", &url);
        let dispatcher =
            outbox.dispatcher(NotifySettings { webhooks: vec![hook], ..NotifySettings::default() });
        outbox.write(&events("a", 3, &outbox.clock)).await;
        outbox.days(&dispatcher, 8).await;
        outbox.assert_untouched(&url).await;
        assert_eq!(outbox.outage().await.0, "unreachable", "{url}");
    }
    plain.handle.stop(false).await;

    for status in [400, 404, 422] {
        let outbox = Post::open().await;
        let receiver = Receptionist::start(&[status]).await;
        let hook = webhook("a", &receiver.url(""));
        let dispatcher =
            outbox.dispatcher(NotifySettings { webhooks: vec![hook], ..NotifySettings::default() });
        outbox.write(&events("a", 1, &outbox.clock)).await;
        outbox.days(&dispatcher, 8).await;
        assert_eq!(outbox.count(NoticeState::Dead).await, 1, "{status}");
        assert_eq!(outbox.store().outages().await.unwrap(), [], "{status}: the receiver answers");
        receiver.handle.stop(false).await;
    }
}

/// The service tries again less and less often, and a person who runs a command does not have to
/// wait.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_down_is_tried_at_growing_intervals_by_the_service() {
    let outbox = Post::open().await;
    outbox.write_mails(3).await;
    let port = FlakySmtp::nobody().await;
    let dispatcher = outbox.dispatcher(one_connection(port));
    dispatcher.drain(&going_on()).await.unwrap();
    let outages = outbox.store().outages().await.unwrap();
    let wait = outages[0].next_attempt_at - outages[0].last_attempt_at;
    assert!((22..=38).contains(&wait.num_seconds()), "{wait}");

    // The service tries once at its start, then waits: the clock does not advance.
    let (stop, stopped) = watch::channel(false);
    let service = tokio::spawn(dispatcher.clone().run(stopped));
    while outbox.outage().await.1 < 2 {
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    service.await.unwrap();
    assert_eq!(outbox.outage().await.1, 2);
    let later = outbox.store().outages().await.unwrap();
    let longer = later[0].next_attempt_at - later[0].last_attempt_at;
    assert!((45..=75).contains(&longer.num_seconds()), "{longer}");
}

/// Retried after a connection cut once all was sent: the same to the byte, so that it can be known again.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_answer_was_lost_is_sent_again_the_same_to_the_byte() {
    let outbox = Post::open().await;
    let port = FlakySmtp::nobody().await;
    let server = FlakySmtp::start(port, Manner::CutsAfterData, 1).await;
    outbox.write_mails(1).await;
    for _ in 0..3 {
        // Another process each time, on another day.
        let dispatcher = outbox.dispatcher(one_connection(port));
        dispatcher.drain(&going_on()).await.unwrap();
        outbox.wait(TimeDelta::days(1));
    }
    server.behaves(Manner::Takes);
    outbox.dispatcher(one_connection(port)).drain(&going_on()).await.unwrap();
    assert_eq!(outbox.count(NoticeState::Delivered).await, 1);
    let mails = server.mails();
    assert_eq!(mails.len(), 4);
    assert!(mails.iter().all(|mail| *mail == mails[0]), "{mails:#?}");
    for header in ["Message-ID: <notice-00000@dinum.example>", "Date: Tue, 24 Nov 2026 08:00:00"] {
        assert!(mails[0].text.contains(header), "{}", mails[0].text);
    }
    assert!(mails[0].text.contains("boundary=\"vigie-"), "{}", mails[0].text);
}

/// A webhook that the settings no longer name is down no more.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_a_channel_that_is_no_longer_set_up_ends_with_the_next_start_of_the_service() {
    let outbox = Post::open().await;
    outbox.write(&events("a", 1, &outbox.clock)).await;
    let webhooks = vec![webhook("a", "http://nowhere.invalid/")];
    outbox
        .dispatcher(NotifySettings { webhooks, ..NotifySettings::default() })
        .drain(&going_on())
        .await
        .unwrap();
    assert_eq!(outbox.store().outages().await.unwrap().len(), 1);
    let (stop, stopped) = watch::channel(true);
    outbox.dispatcher(NotifySettings::default()).run(stopped).await;
    assert_eq!(outbox.store().outages().await.unwrap(), []);
    drop(stop);
}
