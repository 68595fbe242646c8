//! SIGKILL at any moment of a cycle: afterwards the database holds a whole cycle or none.

use std::path::Path;
use std::process::Child;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use chrono::NaiveDate;
use vigie::clock::FixedClock;
use vigie::cycle;
use vigie::cycle::Parts;
use vigie::domain::ids::CycleNumber;
use vigie::rules::Limits;
use vigie::store::MissionFilter;
use vigie::store::Store;

use crate::support::Workplace;

const KILLS: u32 = 100;

/// Everything that a cycle leaves, as text, but for the moment at which it ran.
type Left = Vec<String>;

#[test]
fn a_cycle_killed_at_any_moment_is_whole_or_absent_and_the_next_ends_as_if_nothing_had_happened() {
    let mut workplace = Workplace::with_fixtures();
    // Fewer rules, so that a hundred kills take a minute: what is at stake is the commit.
    let rules = workplace.own_rules();
    std::fs::remove_dir_all(rules.join("causes")).unwrap();
    let pristine = std::fs::read(workplace.path("vigie.db")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();

    let whole_run = (0..3).map(|_| timed_cycle(&workplace, &pristine)).min().unwrap();
    let (_, reference) = runtime.block_on(next_cycle(&workplace, &rules));

    let (mut whole, mut absent) = (0, 0);
    for kill in 0..KILLS {
        restore(&workplace, &pristine);
        let mut child = workplace
            .command(&["cycle", "--as-of", "2020-11-30"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Kills are spread over the whole run and a little beyond.
        wait(&mut child, whole_run * kill / (KILLS - KILLS / 10));
        child.kill().unwrap();
        child.wait().unwrap();

        let (found, left) = runtime.block_on(next_cycle(&workplace, &rules));
        match found {
            0 => absent += 1,
            1 => whole += 1,
            more => panic!("{more} cycles after kill {kill}"),
        }
        assert_eq!(left, reference, "after kill {kill}");
    }
    println!("{KILLS} kills over {whole_run:?}: {absent} left no cycle, {whole} a whole one");
    assert!(absent > 0, "no kill fell within the cycle");
}

fn restore(workplace: &Workplace, pristine: &[u8]) {
    for leftover in ["vigie.db-wal", "vigie.db-shm"] {
        drop(std::fs::remove_file(workplace.path(leftover)));
    }
    std::fs::write(workplace.path("vigie.db"), pristine).unwrap();
}

fn timed_cycle(workplace: &Workplace, pristine: &[u8]) -> Duration {
    restore(workplace, pristine);
    let started = Instant::now();
    workplace.ok(&["cycle", "--as-of", "2020-11-30"]);
    started.elapsed()
}

/// How many cycles are there, checked to be whole; then what there is once the cycle is run again.
async fn next_cycle(workplace: &Workplace, rules: &Path) -> (usize, Left) {
    let store = Store::open(&workplace.database_url()).await.unwrap();
    let found = store.cycles(10).await.unwrap().len();
    assert_eq!(store.verify_audit(None).await.unwrap().flaw, None);
    let alerts = store.standing_alerts().await.unwrap();
    let missions = store.missions(&MissionFilter::default()).await.unwrap();
    let verdicts = store.judgements(CycleNumber(1)).await.unwrap();
    let empty = [alerts.is_empty(), missions.is_empty(), verdicts.is_empty()];
    assert_eq!(empty, [found == 0; 3], "a part of a cycle");

    let as_of = NaiveDate::from_ymd_opt(2020, 11, 30).unwrap();
    let clock = FixedClock(as_of.and_hms_opt(12, 0, 0).unwrap().and_utc());
    let parts = Parts {
        store,
        rules: rules.to_owned(),
        limits: Limits::default(),
        clock: Arc::new(clock),
        notify: Arc::default(),
    };
    cycle::run(&parts, Some(as_of), false).await.unwrap();
    let mut left = Left::new();
    for mut alert in parts.store.standing_alerts().await.unwrap() {
        alert.updated_at = clock.0;
        left.push(serde_json::to_string(&alert).unwrap());
    }
    for mission in parts.store.missions(&MissionFilter::default()).await.unwrap() {
        left.push(serde_json::to_string(&mission).unwrap());
    }
    for judgement in parts.store.judgements(CycleNumber(1)).await.unwrap() {
        left.push(serde_json::to_string(&judgement).unwrap());
    }
    assert_eq!(parts.store.cycles(10).await.unwrap().len(), 1);
    parts.store.close().await;
    (found, left)
}

/// Lets the child run for that long, or less if it ends.
fn wait(child: &mut Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}
