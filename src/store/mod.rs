//! What is kept: imports, links, cycles, alerts, missions, notices and runs of jobs. The only place that
//! speaks SQL.
//!
//! Imports, the identity log and cycles are only ever added to, so that what was known at any moment
//! can be loaded again. Every write is one transaction: whole, or not at all, wherever it is cut.

mod alerts;
mod audit;
mod backup;
mod catalogues;
mod corrections;
mod cycles;
mod deeds;
mod differences;
mod disputes;
mod drafts;
mod error;
mod filed;
mod gauges;
mod handling;
mod identity;
mod import_log;
mod import_rows;
mod import_sources;
mod imports;
mod job_log;
mod jobs;
mod kept;
mod missions;
mod notices;
mod open;
mod outbox;
mod overlay;
mod pages;
mod portfolio;
mod projects;
mod reviews;
mod silences;
mod snapshot_rows;
mod snapshots;
mod tidying;
mod told;
mod verdict_rows;
mod verdicts;

pub use alerts::AlertFilter;
pub use audit::AuditFilter;
pub use audit::AuditReport;
pub use backup::Restored;
pub use backup::restore;
pub use backup::verify;
pub use differences::Difference;
pub use drafts::DraftSave;
pub use drafts::DraftText;
pub use error::StoreError;
pub use gauges::FailureGauge;
pub use gauges::Gauges;
pub use gauges::LaneGauge;
pub use gauges::RuleTally;
pub use identity::LinkAction;
pub use identity::LinkEntry;
pub use imports::ImportReport;
pub use imports::ImportSummary;
pub use imports::Recorded;
pub use jobs::Begun;
pub use jobs::Ending;
pub use jobs::Hold;
pub use jobs::Settled;
pub use missions::MissionEntry;
pub use missions::MissionFilter;
pub use notices::NoticeFilter;
pub use open::Store;
pub use outbox::Tried;
pub use portfolio::KnownUpTo;
pub use reviews::ReviewEntry;
pub use tidying::Tidied;
