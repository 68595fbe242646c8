//! When jobs run: at their times, once, by one service, and once for all that was missed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Europe::Paris;

use super::support::{going, never, runner, runs, work};
use crate::support::manual_clock::ManualClock;
use crate::support::{TestApp, fixtures};
use vigie::domain::operation::job::{Call, JobName, JobTrigger};
use vigie::schedule::{JobTimetable, Runner, Schedule};
use vigie::store::{Hold, LockResult};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// One letter a day would hide what this shows: how often each default fires, from Monday to Sunday,
/// in an ordinary week and in those of the two changes of time.
#[test]
fn each_default_fires_as_often_in_a_day_as_it_says() {
    let schedule = Schedule::default();
    let mut table = String::new();
    for (name, expression) in [
        ("import", &schedule.import),
        ("cycle", &schedule.cycle),
        ("reviews", &schedule.reviews),
        ("documents", &schedule.documents),
        ("digest", &schedule.digest),
        ("reminders", &schedule.reminders),
        ("housekeeping", &schedule.housekeeping),
        ("backup", &schedule.backup),
    ] {
        let timetable = JobTimetable::read("schedule", expression).unwrap().unwrap();
        for (week, from, until) in [
            ("ordinary", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"),
            ("to summer", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("to winter", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"),
        ] {
            let mut days = [0; 7];
            let mut firing = timetable.next_after(at(from) - Duration::seconds(1)).unwrap();
            while firing < at(until) {
                let day = (firing.with_timezone(&Paris).date_naive()
                    - at(from).with_timezone(&Paris).date_naive())
                .num_days();
                days[usize::try_from(day).unwrap()] += 1;
                firing = timetable.next_after(firing).unwrap();
            }
            writeln!(table, "{name} {week} {days:?}").unwrap();
        }
    }
    assert_eq!(
        table,
        "import ordinary [60, 60, 60, 60, 60, 0, 0]
import to summer [60, 60, 60, 60, 60, 0, 0]
import to winter [60, 60, 60, 60, 60, 0, 0]
cycle ordinary [1, 1, 1, 1, 1, 0, 0]
cycle to summer [1, 1, 1, 1, 1, 0, 0]
cycle to winter [1, 1, 1, 1, 1, 0, 0]
reviews ordinary [1, 1, 1, 1, 1, 0, 0]
reviews to summer [1, 1, 1, 1, 1, 0, 0]
reviews to winter [1, 1, 1, 1, 1, 0, 0]
documents ordinary [1, 1, 1, 1, 1, 0, 0]
documents to summer [1, 1, 1, 1, 1, 0, 0]
documents to winter [1, 1, 1, 1, 1, 0, 0]
digest ordinary [6, 6, 6, 6, 6, 0, 0]
digest to summer [6, 6, 6, 6, 6, 0, 0]
digest to winter [6, 6, 6, 6, 6, 0, 0]
reminders ordinary [1, 1, 1, 1, 1, 0, 0]
reminders to summer [1, 1, 1, 1, 1, 0, 0]
reminders to winter [1, 1, 1, 1, 1, 0, 0]
housekeeping ordinary [1, 1, 1, 1, 1, 1, 1]
housekeeping to summer [1, 1, 1, 1, 1, 1, 1]
housekeeping to winter [1, 1, 1, 1, 1, 1, 1]
backup ordinary [1, 1, 1, 1, 1, 1, 1]
backup to summer [1, 1, 1, 1, 1, 1, 1]
backup to winter [1, 1, 1, 1, 1, 1, 1]
"
    );
}

fn nightly() -> Schedule {
    Schedule { housekeeping: "0 30 2 * * *".to_owned(), ..never() }
}

#[tokio::test]
async fn a_year_of_nights_with_two_changes_of_time_is_365_runs() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-01-01T00:00:00Z");
    let runner = runner(&app, &clock, &nightly()).await;
    let stop = going();
    let mut next = runner.tick(&stop).await.unwrap();
    let mut days = BTreeSet::new();
    let mut count = 0;
    while next < at("2027-01-01T00:00:00Z") {
        clock.set(&next.to_rfc3339());
        days.insert(next.with_timezone(&Paris).date_naive());
        next = runner.tick(&stop).await.unwrap();
        count += 1;
    }
    assert_eq!((count, days.len()), (365, 365));
    let work = work(&app, &clock).await;
    let outcomes: BTreeSet<String> = runs(&work, JobName::Housekeeping).await.into_iter().collect();
    assert_eq!(
        outcomes.into_iter().collect::<Vec<_>>(),
        ["housekeeping: timetable, 0 missed, success"]
    );
}

#[tokio::test]
async fn what_was_missed_is_caught_up_once_and_says_how_many_times() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-10T12:00:00Z");
    let first = runner(&app, &clock, &nightly()).await;
    // The first start answers for nothing that came before.
    assert_eq!(first.tick(&going()).await, Some(at("2026-11-11T01:30:00Z")));
    drop(first);

    clock.set("2026-11-20T09:00:00Z");
    let second = runner(&app, &clock, &nightly()).await;
    assert_eq!(second.tick(&going()).await, Some(at("2026-11-21T01:30:00Z")));
    assert_eq!(second.tick(&going()).await, Some(at("2026-11-21T01:30:00Z")));
    let work = work(&app, &clock).await;
    assert_eq!(
        runs(&work, JobName::Housekeeping).await,
        ["housekeeping: catch_up, 10 missed, success"]
    );
    let standing = work.services.store.job(JobName::Housekeeping, at("2026-11-20T09:00:00Z")).await;
    let standing = standing.unwrap();
    assert_eq!((standing.missed, standing.next_at), (10, Some(at("2026-11-21T01:30:00Z"))));
}

#[tokio::test]
async fn two_services_on_one_database_run_a_firing_once() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-10T12:00:00Z");
    let one = runner(&app, &clock, &nightly()).await;
    let other = Runner::new(work(&app, &clock).await, &nightly(), 8).unwrap();
    let stop = going();
    one.tick(&stop).await;
    for night in 11..31 {
        clock.set(&format!("2026-11-{night}T01:30:00Z"));
        tokio::join!(one.tick(&stop), other.tick(&stop));
    }
    let work = work(&app, &clock).await;
    assert_eq!(runs(&work, JobName::Housekeeping).await.len(), 20);
}

#[tokio::test]
async fn a_job_that_runs_elsewhere_is_left_alone_and_refused_to_people() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-10T12:00:00Z");
    let runner = runner(&app, &clock, &nightly()).await;
    runner.tick(&going()).await;
    let store = work(&app, &clock).await.services.store;
    clock.set("2026-11-11T01:30:00Z");
    let now = at("2026-11-11T01:30:00Z");
    let elsewhere = Hold { holder: "elsewhere", until: now + Duration::minutes(3) };
    let call = Call { occasion: JobTrigger::Timetable, firing: Some(now), missed: 0, actor: None };
    let begun = store.begin_run(JobName::Housekeeping, &call, elsewhere, now).await.unwrap();
    assert_eq!(begun, LockResult::Granted { run: 1 });

    assert_eq!(runner.tick(&going()).await, Some(at("2026-11-11T01:30:30Z")));
    let person = vigie::domain::accounts::audit::Actor::person("Claire").unwrap();
    let refused = runner.run_now(JobName::Housekeeping, person, &going()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "housekeeping already runs, and is held until 2026-11-11 01:33:00 UTC"
    );
    assert_eq!(store.job_runs(JobName::Housekeeping, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_that_died_is_caught_up_when_its_hold_lapses_and_given_up_after_three() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-10T12:00:00Z");
    let runner = runner(&app, &clock, &nightly()).await;
    runner.tick(&going()).await;
    let work = work(&app, &clock).await;
    let die = async |when: &str| {
        let (now, firing) = (at(when), at("2026-11-11T01:30:00Z"));
        let call =
            Call { occasion: JobTrigger::Timetable, firing: Some(firing), missed: 0, actor: None };
        let hold = Hold { holder: "dead", until: now + Duration::minutes(3) };
        work.services.store.begin_run(JobName::Housekeeping, &call, hold, now).await.unwrap()
    };
    die("2026-11-11T01:30:00Z").await;
    clock.set("2026-11-11T01:33:00Z");
    runner.tick(&going()).await;
    assert_eq!(
        runs(&work, JobName::Housekeeping).await,
        [
            "housekeeping: timetable, 0 missed, interrupted",
            "housekeeping: timetable, 0 missed, success"
        ]
    );

    for minute in [0, 3, 6] {
        let now = at("2026-11-12T01:30:00Z") + Duration::minutes(minute);
        let firing = at("2026-11-12T01:30:00Z");
        let call =
            Call { occasion: JobTrigger::Timetable, firing: Some(firing), missed: 0, actor: None };
        let hold = Hold { holder: "dead", until: now + Duration::minutes(3) };
        work.services.store.begin_run(JobName::Housekeeping, &call, hold, now).await.unwrap();
    }
    clock.set("2026-11-12T01:40:00Z");
    assert_eq!(runner.tick(&going()).await, Some(at("2026-11-13T01:30:00Z")));
    let last = runs(&work, JobName::Housekeeping).await;
    assert_eq!(last.len(), 5);
    assert_eq!(last[4], "housekeeping: timetable, 0 missed, interrupted");
}

#[tokio::test]
async fn a_job_that_fails_says_why_and_holds_up_no_other() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-10T12:00:00Z");
    let schedule = Schedule { cycle: "0 30 2 * * *".to_owned(), ..nightly() };
    let runner = runner(&app, &clock, &schedule).await;
    runner.tick(&going()).await;
    for day in ["2026-11-11", "2026-11-12"] {
        clock.set(&format!("{day}T01:30:00Z"));
        runner.tick(&going()).await;
    }
    let work = work(&app, &clock).await;
    assert_eq!(runs(&work, JobName::Cycle).await, ["cycle: timetable, 0 missed, failure"; 2]);
    assert_eq!(runs(&work, JobName::Housekeeping).await.len(), 2);
    let failed = work.services.store.job_runs(JobName::Cycle, 1).await.unwrap();
    assert_eq!(failed[0].detail, "no edition of the panorama is known: import one first");
}

#[tokio::test]
async fn jobs_due_at_once_run_in_order_so_that_the_cycle_judges_what_came_in() {
    let app = TestApp::new();
    let clock = ManualClock::at("2020-11-29T12:00:00Z");
    let daily = "0 30 6 * * *".to_owned();
    let schedule = Schedule { import: daily.clone(), cycle: daily, ..never() };
    let runner = runner(&app, &clock, &schedule).await;
    runner.tick(&going()).await;
    for name in ["2020-06.panorama.csv", "2020-11.panorama.csv"] {
        std::fs::copy(fixtures().join(name), app.path("inbox").join(name)).unwrap();
    }
    clock.set("2020-11-30T05:30:00Z");
    runner.tick(&going()).await;
    let work = work(&app, &clock).await;
    assert_eq!(runs(&work, JobName::Import).await, ["import: timetable, 0 missed, success"]);
    assert_eq!(runs(&work, JobName::Cycle).await, ["cycle: timetable, 0 missed, success"]);
    let cycle = work.services.store.last_cycle().await.unwrap().unwrap();
    assert_eq!(cycle.inputs.edition.to_string(), "2020-11");
}

#[test]
fn jobs_are_listed_with_their_times_and_run_when_asked() {
    let app = TestApp::new();
    let listed = app.json(&["jobs", "list"]);
    let cycle = &listed[1];
    assert_eq!(
        (&cycle["job"], &cycle["timetable"]),
        (&"cycle".into(), &"0 30 6 * * Mon-Fri".into())
    );
    assert!(cycle["next_at"].is_string() && cycle["last_run"].is_null(), "{cycle}");
    // No folder and no address: nothing to import.
    assert!(listed[0]["next_at"].is_null(), "{listed}");

    let run = app.json(&["jobs", "run", "housekeeping"]);
    assert_eq!((&run["occasion"], &run["outcome"]), (&"person".into(), &"success".into()));
    let table = app.ok(&["jobs", "list"]);
    assert!(table.contains("entretien") && table.contains("à la demande"), "{table}");
    let deeds = app.json(&["audit", "list", "--subject", "job"]);
    assert_eq!(deeds[0]["subject"], "job/housekeeping");

    let failed = app.run(&["jobs", "run", "cycle"]);
    assert_eq!(failed.code, Some(1), "{}", failed.stdout);
    assert!(failed.stdout.contains("en importer d’abord une"), "{}", failed.stdout);
    assert_eq!(app.run(&["jobs", "run", "sweep"]).code, Some(2));
}
