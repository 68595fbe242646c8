//! SIGKILL at any moment of a commit: what it was writing is there whole, or not at all.
//!
//! The commit runs in a process of its own, this very program on its second test, which says when it is
//! about to write: kills fall within the commit, and not on the way there.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::store::cycles::cycle;
use crate::store::stores::{Scratch, project};
use crate::support::machine::kill::kills;
use crate::support::{Saved, TestApp};
use vigie::domain::alerts::alert::Alert;
use vigie::domain::ids::{CycleNumber, RuleId};
use vigie::domain::operation::cycle::CycleRecord;
use vigie::domain::portfolio::subject::Subject;
use vigie::domain::rules::batch::Verdicts;
use vigie::domain::rules::verdict::Judgement;
use vigie::store::{MissionFilter, Store};

const KILLS: u32 = 60;

/// Enough for a commit to last.
const SUBJECTS: usize = 1500;

/// Beside the database: the commit is about to begin.
const READY: &str = "ready";

/// Tell the process what it commits to, and where it says that it begins.
const DATABASE: &str = "TEST_COMMIT_DATABASE";
const FOLDER: &str = "TEST_COMMIT_FOLDER";

#[test]
fn a_commit_killed_at_any_moment_is_whole_or_absent_and_can_be_done_again() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = TestApp::new();
    app.ok(&["imports"]);
    let pristine = app.save();

    let lasts = (0..5).map(|_| timed(&app, &pristine)).min().unwrap();
    let reference = runtime.block_on(left(&app)).unwrap();

    let (mut whole, mut absent) = (0, 0);
    let kills = kills(KILLS);
    for kill in 0..kills {
        app.put_back(&pristine);
        let mut child = start(&app);
        // Kills are spread over the commit and a little beyond.
        wait(&mut child, lasts * kill / (kills - kills / 10));
        child.kill().unwrap();
        child.wait().unwrap();
        match runtime.block_on(left(&app)) {
            Some(left) => {
                assert_eq!(left, reference, "after kill {kill}");
                whole += 1;
            }
            None => absent += 1,
        }
        // What came back can be written to; to do it each time would prove no more.
        if kill % 25 == 0 {
            assert_eq!(runtime.block_on(again(&app)), reference, "after kill {kill}");
        }
    }
    println!("{kills} kills over {lasts:?}: {absent} left nothing, {whole} a whole commit");
    assert!(absent > 0, "no kill fell within the commit");
}

/// By itself, in a folder of its own; started by the test above, in the folder that it is given.
#[tokio::test]
async fn a_process_commits_a_whole_cycle() {
    #[expect(clippy::disallowed_methods, reason = "the test above says where")]
    let (database, folder) = (std::env::var(DATABASE), std::env::var_os(FOLDER).map(PathBuf::from));
    if let (Ok(database), Some(folder)) = (database, folder) {
        let store = Store::open(&database).await.unwrap();
        commit(&store, &folder).await;
        return;
    }
    let scratch = Scratch::new().await;
    commit(&scratch.store, scratch.path().parent().unwrap()).await;
    assert_eq!(scratch.store.judgements(CycleNumber(1)).await.unwrap().len(), SUBJECTS);
    assert_eq!(scratch.store.verify_audit(None).await.unwrap().flaw, None);
}

async fn commit(store: &Store, folder: &Path) {
    let record = record();
    std::fs::write(folder.join(READY), "").unwrap();
    store.commit_cycle(&record).await.unwrap();
}

/// Gives the process when it is about to commit.
fn start(app: &TestApp) -> Child {
    let ready = app.path(READY);
    drop(std::fs::remove_file(&ready));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::commit::a_process_commits_a_whole_cycle"])
        .env(DATABASE, app.database_url())
        .env(FOLDER, ready.parent().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let give_up = Instant::now() + Duration::from_mins(1);
    while !ready.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it committed");
        assert!(Instant::now() < give_up, "it never got to the commit");
        std::thread::yield_now();
    }
    child
}

fn timed(app: &TestApp, pristine: &Saved) -> Duration {
    app.put_back(pristine);
    let mut child = start(app);
    let started = Instant::now();
    assert!(child.wait().unwrap().success());
    started.elapsed()
}

/// Lets the child run for that long, or less if it ends.
fn wait(child: &mut Child, time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}

/// All that a whole commit leaves, as text; `None` when there is nothing at all.
async fn left(app: &TestApp) -> Option<String> {
    let store = Store::open(&app.database_url()).await.unwrap();
    assert_eq!(store.verify_audit(None).await.unwrap().flaw, None);
    let alerts = store.standing_alerts().await.unwrap();
    let missions = store.missions(&MissionFilter::default()).await.unwrap();
    let judgements = store.judgements(CycleNumber(1)).await.unwrap();
    let head = store.audit_head().await.unwrap();
    let mut history = Vec::new();
    for alert in alerts.iter().step_by(100) {
        history.push(store.alert_history(&alert.id).await.unwrap());
    }
    let committed = store.last_cycle().await.unwrap();
    store.close().await;
    let empty = [alerts.is_empty(), missions.is_empty(), judgements.is_empty(), head.number == 0];
    assert_eq!(empty, [committed.is_none(); 4], "a part of a commit");
    let committed = committed?;
    let all = (committed, alerts, missions, judgements, history, head.number);
    Some(serde_json::to_string(&all).unwrap())
}

/// Commits what is not there yet.
async fn again(app: &TestApp) -> String {
    let store = Store::open(&app.database_url()).await.unwrap();
    if store.last_cycle().await.unwrap().is_none() {
        store.commit_cycle(&record()).await.unwrap();
    }
    store.close().await;
    left(app).await.unwrap()
}

/// One cycle in which a rule fires on every subject, and raises as many alerts.
fn record() -> CycleRecord {
    let mut record = cycle(1);
    let fired = record.verdicts.to_judgements().remove(1);
    let raised = record.alert_changes[0].clone();
    let subjects: Vec<Subject> = (0..SUBJECTS)
        .map(|number| Subject::Project(project(&format!("projet-{number:05}"))))
        .collect();
    record.verdicts = Verdicts::gather(subjects.iter().map(|subject| Judgement {
        rule: RuleId::new("D1"),
        subject: subject.clone(),
        ..fired.clone()
    }));
    let raised = subjects.iter().map(|subject| {
        let mut change = raised.clone();
        change.alert.id = Alert::id_of(&change.alert.rule, subject);
        change.alert.subject = subject.clone();
        change.alert.judged_in = Some(record.number);
        change
    });
    // The mission of the record gathers alerts of the record, which stay.
    record.alert_changes.extend(raised);
    record
}
