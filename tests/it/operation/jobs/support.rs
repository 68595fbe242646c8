//! Jobs on a real database, at the time that a test says.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use crate::support::manual_clock::ManualClock;
use crate::support::{TestApp, root};
use vigie::application::{DocumentSettings, Services};
use vigie::domain::operation::job::{JobName, JobRun};
use vigie::rules::ScriptLimits;
use vigie::schedule::{
    BackupSettings, HousekeepingSettings, ImportSettings, Runner, Schedule, Work,
};
use vigie::store::Store;

/// No job but those that a test names.
pub(crate) fn never() -> Schedule {
    Schedule {
        import: String::new(),
        cycle: String::new(),
        reviews: String::new(),
        documents: String::new(),
        digest: String::new(),
        reminders: String::new(),
        housekeeping: String::new(),
        backup: String::new(),
        jitter_seconds: 0,
    }
}

/// Watches the folder `inbox`, keeps three backups in `backups`.
pub(crate) async fn work(app: &TestApp, clock: &Arc<ManualClock>) -> Work {
    let inbox = app.path("inbox");
    std::fs::create_dir_all(&inbox).unwrap();
    Work {
        services: Services {
            store: Store::open(&app.database_url()).await.unwrap(),
            rules: root().join("rules"),
            documents: DocumentSettings::default(),
            limits: ScriptLimits::default(),
            clock: Arc::<ManualClock>::clone(clock),
            notify: Arc::default(),
            cache: Arc::default(),
        },
        profiles: PathBuf::new(),
        aliases: root().join("aliases.toml"),
        import: ImportSettings { folder: inbox, settle_seconds: 0, ..ImportSettings::default() },
        backup: BackupSettings { folder: app.path("backups"), keep: 3 },
        housekeeping: HousekeepingSettings::default(),
    }
}

pub(crate) async fn runner(app: &TestApp, clock: &Arc<ManualClock>, schedule: &Schedule) -> Runner {
    Runner::new(work(app, clock).await, schedule, 7).unwrap()
}

/// Nobody tells it to stop.
pub(crate) fn going() -> watch::Receiver<bool> {
    watch::channel(false).1
}

/// The runs of a job, oldest first, one line each: `cycle: catch_up, 3 missed, success`.
pub(crate) async fn runs(work: &Work, job: JobName) -> Vec<String> {
    let mut runs = work.services.store.job_runs(job, 100).await.unwrap();
    runs.reverse();
    runs.iter().map(line).collect()
}

pub(crate) fn line(run: &JobRun) -> String {
    let JobRun { job, occasion, missed, outcome, .. } = run;
    format!("{}: {}, {missed} missed, {}", job.as_str(), occasion.as_str(), outcome.as_str())
}
