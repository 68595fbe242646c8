//! SIGKILL at any moment of a cycle: afterwards the database holds a whole cycle, notices included, or
//! none.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use crate::support::machine::kill::kills;
use crate::support::{Saved, TestApp};
use vigie::application;
use vigie::application::{DocumentSettings, Services};
use vigie::domain::ids::CycleNumber;
use vigie::domain::messages::notice::Notice;
use vigie::notify::{MailSettings, NotifySettings};
use vigie::rules::ScriptLimits;
use vigie::store::{MissionFilter, NoticeFilter, Store};
use vigie::support::clock::FixedClock;

/// Of a whole cycle, most of which writes nothing: kills within its commit stand beside this.
const KILLS: u32 = 24;

/// Everything that a cycle leaves, as text, but for the moment at which it ran.
type Left = Vec<String>;

#[test]
fn a_cycle_killed_at_any_moment_is_whole_or_absent_and_the_next_ends_as_if_nothing_had_happened() {
    let mut app = TestApp::with_fixtures();
    // Fewer rules, so that kills take less time: what is at stake is the commit.
    let rules = app.own_rules();
    std::fs::remove_dir_all(rules.join("causes")).unwrap();
    let pristine = app.save();
    let runtime = tokio::runtime::Runtime::new().unwrap();

    let whole_run = (0..3).map(|_| timed_cycle(&app, &pristine)).min().unwrap();
    let (_, reference) = runtime.block_on(next_cycle(&app, &rules));

    let (mut whole, mut absent) = (0, 0);
    let kills = kills(KILLS);
    for kill in 0..kills {
        app.put_back(&pristine);
        let mut child = announced(&app).spawn().unwrap();
        // Kills are spread over the whole run and a little beyond.
        wait(&mut child, whole_run * kill / (kills - kills / 10));
        child.kill().unwrap();
        child.wait().unwrap();

        let (found, left) = runtime.block_on(next_cycle(&app, &rules));
        match found {
            0 => absent += 1,
            1 => whole += 1,
            more => panic!("{more} cycles after kill {kill}"),
        }
        assert_eq!(left, reference, "after kill {kill}");
    }
    println!("{kills} kills over {whole_run:?}: {absent} left no cycle, {whole} a whole one");
    assert!(absent > 0, "no kill fell within the cycle");
}

/// A cycle that writes notices too.
fn announced(app: &TestApp) -> Command {
    let mut command = app.command(&["cycle", "--as-of", "2020-11-30", "--announce"]);
    command.env("VIGIE_MAIL__HOST", "localhost").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn timed_cycle(app: &TestApp, pristine: &Saved) -> Duration {
    app.put_back(pristine);
    let started = Instant::now();
    assert!(announced(app).status().unwrap().success());
    started.elapsed()
}

/// How many cycles are there, checked to be whole; then what there is once the cycle is run again.
async fn next_cycle(app: &TestApp, rules: &Path) -> (usize, Left) {
    let store = Store::open(&app.database_url()).await.unwrap();
    let found = store.cycles(10).await.unwrap().len();
    assert_eq!(store.verify_audit(None).await.unwrap().flaw, None);
    let alerts = store.standing_alerts().await.unwrap();
    let missions = store.missions(&MissionFilter::default()).await.unwrap();
    let verdicts = store.judgements(CycleNumber(1)).await.unwrap();
    let empty = [alerts.is_empty(), missions.is_empty(), verdicts.is_empty()];
    assert_eq!(empty, [found == 0; 3], "a part of a cycle");
    let notices = store.notices(&NoticeFilter::default(), 1000).await.unwrap();
    assert_eq!(notices.is_empty(), found == 0, "notices without their cycle, or a cycle without");

    let as_of = NaiveDate::from_ymd_opt(2020, 11, 30).unwrap();
    let clock = FixedClock(as_of.and_hms_opt(12, 0, 0).unwrap().and_utc());
    let mail = MailSettings { host: "localhost".to_owned(), ..MailSettings::default() };
    let notify = NotifySettings { mail, ..NotifySettings::default() };
    let services = Services {
        store,
        rules: rules.to_owned(),
        documents: DocumentSettings::default(),
        limits: ScriptLimits::default(),
        clock: Arc::new(clock),
        notify: Arc::new(notify),
        cache: Arc::default(),
    };
    application::announce(&services, Some(as_of), false).await.unwrap();
    let mut left = Left::new();
    for mut alert in services.store.standing_alerts().await.unwrap() {
        alert.updated_at = clock.0;
        left.push(serde_json::to_string(&alert).unwrap());
    }
    for mission in services.store.missions(&MissionFilter::default()).await.unwrap() {
        left.push(serde_json::to_string(&mission).unwrap());
    }
    for judgement in services.store.judgements(CycleNumber(1)).await.unwrap() {
        left.push(serde_json::to_string(&judgement).unwrap());
    }
    for queued in services.store.notices(&NoticeFilter::default(), 1000).await.unwrap() {
        let Notice { receiver, title, content, .. } = queued.notice;
        left.push(format!("{receiver} {title} {}", serde_json::to_string(&content).unwrap()));
    }
    for ((receiver, about), memory) in services.store.notification_memory().await.unwrap() {
        let told = memory.alerts.iter().map(|(id, told)| format!("{id} {}", told.level.as_str()));
        left.push(format!("{receiver} {about} {}", told.collect::<Vec<_>>().join(", ")));
    }
    assert_eq!(services.store.cycles(10).await.unwrap().len(), 1);
    services.store.close().await;
    (found, left)
}

/// Lets the child run for that long, or less if it ends.
fn wait(child: &mut Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}
