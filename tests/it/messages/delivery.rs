//! Notices through bad times: a server that is down, then flaky; programs killed while they send.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::store::stores::{Scratch, at};
use crate::support::TestApp;
use crate::support::machine::kill::kills;
use crate::support::manual_clock::ManualClock;
use crate::support::servers::flaky_smtp::{FlakySmtp, Manner};
use vigie::delivery::Dispatcher;
use vigie::domain::ids::NoticeId;
use vigie::domain::messages::notice::{Content, Notice, NoticeKind, NoticeState, Receiver};
use vigie::notify::{MailSettings, MailTls, NotifySettings};
use vigie::store::{NoticeFilter, Store};
use vigie::support::clock::{Clock, FixedClock};

/// Notices of the simulation, in the normal run. `TEST_NOTICES` in the environment asks for more.
const NOTICES: usize = 500;

/// Kills of a program that sends mail, in the normal run. `TEST_KILLS` in the environment asks for more.
const KILLS: u32 = 12;

const MAILS_PER_KILL: usize = 60;

/// A number that the environment may set higher, to have figures.
fn from_environment(name: &str, usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "tests ask how long they may take")]
    let value = std::env::var(name);
    value.ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

pub(crate) fn mail(number: usize, now: DateTime<Utc>) -> Notice {
    Notice {
        id: NoticeId::new(format!("notice-{number:05}")),
        receiver: Receiver::Dinum,
        kind: NoticeKind::Digest,
        cycle: None,
        thread: format!("thread-{}", number / 2),
        follows: vec![],
        title: format!("Message n° {number}"),
        content: Content::Message {
            text: "Du texte.\n".to_owned(),
            html: "<p>Du texte.</p>".to_owned(),
            page: None,
            attachments: vec![],
        },
        created_at: now,
        not_before: now,
    }
}

pub(crate) fn settings(port: u16) -> NotifySettings {
    let mail = MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        from: "Vigie <vigie@dinum.example>".to_owned(),
        dinum: "risques@dinum.example".to_owned(),
        ..MailSettings::default()
    };
    NotifySettings { mail, ..NotifySettings::default() }
}

pub(crate) fn going_on() -> watch::Receiver<bool> {
    watch::channel(false).1
}

/// How often each was taken, by notice.
fn counted(taken: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for id in taken {
        *counts.entry(id.as_str()).or_default() += 1;
    }
    counts
}

/// Delivered, waiting, given up.
async fn states(store: &Store, now: DateTime<Utc>) -> [u64; 3] {
    let outbox = store.gauges(now).await.unwrap().outbox;
    assert_eq!(outbox.len(), 1, "{outbox:?}");
    let lane = &outbox[0];
    [lane.delivered, lane.waiting, lane.dead]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_down_for_three_days_then_flaky_loses_nothing_and_doubles_bear_one_id() {
    let started = Instant::now();
    let scratch = Scratch::new().await;
    let store = &scratch.store;
    let clock = ManualClock::at("2026-11-24T08:00:00Z");
    let number_of_notices = from_environment("TEST_NOTICES", NOTICES);
    let notices: Vec<Notice> =
        (0..number_of_notices).map(|number| mail(number, clock.now())).collect();
    let all = store.commit_reminders(&notices, &[], clock.now()).await.unwrap();
    let port = FlakySmtp::nobody().await;
    let courier_clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
    let dispatcher =
        Dispatcher::new(store.clone(), courier_clock, Arc::new(settings(port))).unwrap();
    let wait = |time: TimeDelta| clock.set(&(clock.now() + time).to_rfc3339());

    let mut tries = 0;
    for _ in 0..72 {
        let report = dispatcher.drain(&going_on()).await.unwrap();
        tries += report.values().map(|lane| lane.waiting).sum::<u64>();
        wait(TimeDelta::hours(1));
    }
    assert_eq!(states(store, clock.now()).await, [0, all, 0]);

    let server = FlakySmtp::start(port, Manner::Flaky, 7).await;
    let mut drains = 0;
    while states(store, clock.now()).await[1] > 0 {
        dispatcher.drain(&going_on()).await.unwrap();
        wait(TimeDelta::minutes(20));
        drains += 1;
        assert!(drains < 500, "{:?}", states(store, clock.now()).await);
    }
    assert_eq!(states(store, clock.now()).await, [all, 0, 0]);
    let taken = server.taken();
    let counts = counted(&taken);
    let expected: BTreeSet<String> =
        notices.iter().map(|notice| format!("<{}@dinum.example>", notice.id)).collect();
    let seen: BTreeSet<String> = counts.keys().map(|id| (*id).to_owned()).collect();
    assert_eq!(seen, expected);
    let doubled = counts.values().filter(|count| **count > 1).count();
    assert!(doubled > 0, "no answer was lost");
    println!(
        "{all} notices, {tries} tries in three days of silence, then {drains} looks over {} h: all \
         delivered, {} mails taken, {doubled} notices more than once under one Message-ID, in {:?}",
        drains / 3,
        taken.len(),
        started.elapsed()
    );
}

#[tokio::test]
async fn notices_of_one_thread_leave_in_order_and_a_lease_keeps_others_away_until_it_ends() {
    let scratch = Scratch::new().await;
    let store = &scratch.store;
    let now = at("2026-11-24T08:00:00Z");
    let lane = Receiver::Dinum.lane();
    let mut notices: Vec<Notice> = (0..3).map(|number| mail(number, now)).collect();
    for notice in &mut notices {
        "one".clone_into(&mut notice.thread);
    }
    store.commit_reminders(&notices, &[], now).await.unwrap();
    assert_eq!(store.commit_reminders(&notices, &[], now).await.unwrap(), 0, "written twice");

    let lease = now + TimeDelta::minutes(10);
    let claim = async |at: DateTime<Utc>| {
        let claimed =
            store.claim_notices(&lane, at, at + TimeDelta::minutes(10), 10).await.unwrap();
        claimed
            .into_iter()
            .map(|one| one.queued.notice.id.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(claim(now).await, "notice-00000");
    assert_eq!(claim(now).await, "");
    assert_eq!(claim(lease).await, "notice-00000", "its program died");
    let tried = vigie::store::Tried {
        id: NoticeId::new("notice-00000"),
        failure: None,
        outcome: vigie::domain::messages::notice::DeliveryOutcome::Delivered,
        answered: true,
    };
    store.record_outcomes(&lane, &[tried], lease).await.unwrap();
    assert_eq!(claim(lease).await, "notice-00001");
    store.release_notices(&[NoticeId::new("notice-00001")]).await.unwrap();
    assert_eq!(claim(lease).await, "notice-00001");
}

#[test]
fn a_program_killed_while_it_sends_loses_no_notice_and_invents_none() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = TestApp::new();
    let now = vigie::support::clock::SystemClock.now();
    let expected: BTreeSet<String> =
        (0..MAILS_PER_KILL).map(|number| format!("<notice-{number:05}@dinum.example>")).collect();
    runtime.block_on(async {
        let store = Store::open(&app.database_url()).await.unwrap();
        let notices: Vec<Notice> = (0..MAILS_PER_KILL).map(|number| mail(number, now)).collect();
        store.commit_reminders(&notices, &[], now).await.unwrap();
        store.close().await;
    });
    let pristine = app.save();
    let server = runtime.block_on(FlakySmtp::start(0, Manner::Takes, 1));
    let deliver = || {
        let mut command = app.command(&["notices", "deliver"]);
        command
            .env("VIGIE_MAIL__HOST", "127.0.0.1")
            .env("VIGIE_MAIL__PORT", server.address.port().to_string())
            .env("VIGIE_MAIL__TLS", "none")
            .env("VIGIE_MAIL__FROM", "vigie@dinum.example")
            .env("VIGIE_MAIL__DINUM", "risques@dinum.example")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let begun = Instant::now();
    assert!(deliver().status().unwrap().success());
    let whole_run = begun.elapsed();
    let mut seen = server.taken().len();
    assert_eq!(seen, MAILS_PER_KILL);

    let kills = kills(KILLS);
    let (mut doubled, mut cut) = (0, 0);
    for kill in 0..kills {
        app.put_back(&pristine);
        let mut child = deliver().spawn().unwrap();
        let until = Instant::now() + whole_run * kill / kills;
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let at_kill = server.taken().len() - seen;
        runtime.block_on(finish(&app, server.address.port(), now));

        let taken = server.taken().split_off(seen);
        let counts = counted(&taken);
        let got: BTreeSet<String> = counts.keys().map(|id| (*id).to_owned()).collect();
        assert_eq!(got, expected, "after kill {kill}");
        assert!(counts.values().all(|count| *count <= 2), "after kill {kill}: {counts:?}");
        doubled += counts.values().filter(|count| **count == 2).count();
        cut += usize::from(at_kill > 0 && at_kill < MAILS_PER_KILL);
        seen += taken.len();
    }
    println!(
        "{kills} kills over {whole_run:?}, {cut} in the middle of {MAILS_PER_KILL} mails: none lost, \
         none invented, {doubled} sent twice under one Message-ID"
    );
}

/// Sends what is left, once the leases of the program that was killed have ended.
async fn finish(app: &TestApp, port: u16, now: DateTime<Utc>) {
    let store = Store::open(&app.database_url()).await.unwrap();
    let later = FixedClock(now + TimeDelta::hours(1));
    let dispatcher =
        Dispatcher::new(store.clone(), Arc::new(later), Arc::new(settings(port))).unwrap();
    dispatcher.drain(&going_on()).await.unwrap();
    let notices = store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    assert_eq!(notices.len(), MAILS_PER_KILL);
    assert!(notices.iter().all(|notice| notice.state == NoticeState::Delivered));
    store.close().await;
}
