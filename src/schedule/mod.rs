//! Scheduled jobs: when each is due, who runs it, and what it does.

mod backup;
mod due;
mod error;
mod fetch;
mod folder_scan;
mod import;
mod job_loop;
mod job_queue;
mod job_work;
mod runner;
mod running_job;
mod settings;
mod timetable;
mod work;

pub use due::{Due, Jitter, TimetableState, due};
pub use error::JobError;
pub use job_queue::run_job_queue;
pub use runner::Runner;
pub use settings::{BackupSettings, HousekeepingSettings, ImportSettings, Schedule};
pub use timetable::{JobTimetable, JobTimetableError};
pub use work::Work;
