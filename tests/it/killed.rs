//! SIGKILL at any moment of a cycle: afterwards the database holds a whole cycle or none.

use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::support::Workplace;

const KILLS: u32 = 100;

#[test]
fn a_cycle_killed_at_any_moment_is_whole_or_absent_and_the_next_one_ends_as_if_nothing_had_happened()
 {
    let workplace = Workplace::with_fixtures();
    let cycle = ["cycle", "--as-of", "2020-11-30"];
    let pristine = workplace.path("pristine.db");
    let database = workplace.path("vigie.db");
    std::fs::copy(&database, &pristine).unwrap();

    let started = Instant::now();
    let reference = state(&workplace, &cycle);
    let whole_run = started.elapsed();
    let (mut whole, mut absent) = (0, 0);
    for kill in 0..KILLS {
        for leftover in ["vigie.db-wal", "vigie.db-shm"] {
            drop(std::fs::remove_file(workplace.path(leftover)));
        }
        std::fs::copy(&pristine, &database).unwrap();
        let mut child =
            workplace.command(&cycle).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Kills are spread over the whole run and a little beyond.
        wait(&mut child, whole_run * kill / (KILLS - KILLS / 10));
        child.kill().unwrap();
        child.wait().unwrap();

        let cycles = workplace.json(&["cycles"]);
        let alerts = workplace.json(&["alerts"]);
        match cycles.as_array().unwrap().len() {
            0 => {
                absent += 1;
                assert_eq!(alerts, serde_json::json!([]), "alerts without their cycle");
            }
            1 => whole += 1,
            more => panic!("{more} cycles"),
        }
        assert_eq!(state(&workplace, &cycle), reference, "after kill {kill}");
    }
    println!("{KILLS} kills over {whole_run:?}: {absent} left no cycle, {whole} a whole one");
    assert!(absent > 0 && absent + whole == KILLS);
}

/// Runs the cycle, then everything that it leaves, less the moment at which it ran.
fn state(workplace: &Workplace, cycle: &[&str]) -> Vec<serde_json::Value> {
    workplace.ok(cycle);
    let mut parts = vec![workplace.json(&["missions"]), workplace.json(&["replay", "1"])];
    let mut alerts = workplace.json(&["alerts"]);
    for alert in alerts.as_array_mut().unwrap() {
        alert.as_object_mut().unwrap().remove("updated_at");
    }
    parts.push(alerts);
    parts
}

/// Lets the child run for that long, or less if it ends.
fn wait(child: &mut std::process::Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}
