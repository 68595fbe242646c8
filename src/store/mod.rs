//! The database: imports, links, cycles, alerts, missions, notices and runs of jobs. The only place that
//! speaks SQL.
//!
//! Imports, the identity log and cycles are only ever added to, so that what was known at any moment
//! can be loaded again. Every write is one transaction: whole, or not at all, wherever it is cut.

mod accounts;
mod alerts;
mod audit;
mod backup;
mod copies;
mod cycles;
mod db;
mod disk;
mod imports;
mod jobs;
mod missions;
mod outbox;
mod rules;

pub use crate::domain::portfolio::project_link::{LinkAction, LinkEntry};
pub use accounts::account_links::{
    AccountLinkState, CarriedLink, HeldAccountLink, InvitationDelivery, SignInRequest,
};
pub use accounts::account_records::AccountTerms;
pub use accounts::credential::Credential;
pub use accounts::idempotency::{Claimed, StoredResponse};
pub use accounts::idempotent_attempt::{IdempotencyKey, IdempotentAttempt};
pub use accounts::sessions::SessionTerms;
pub use accounts::sign_ins::SignedInPerson;
pub use accounts::tokens::TokenTerms;
pub use alerts::alert_records::AlertFilter;
pub use alerts::feed_items::{
    FeedContent, FeedCursor, FeedItem, FeedItemKind, FeedItems, FeedQuery,
};
pub use audit::audit_filter::AuditFilter;
pub use audit::audit_reading::AuditReport;
pub use backup::backup_files::verify;
pub use backup::restore::{Restored, remove_killed_restoration, restore};
pub use backup::restore_endings::Ended;
pub use backup::restore_fault::RestoreFault;
pub use copies::check::{DatabaseCheck, DatabaseEngine, check as check_database};
pub use copies::copy::{CopyProgress, CopyReport, copy as copy_database};
pub use copies::copy_fault::CopyFault;
pub use cycles::void::CycleUndo;
pub use cycles::void_effects::CycleEffects;
pub use db::error::StoreError;
pub use db::handle::Store;
pub use db::maintenance::MaintenanceReport;
pub use db::postgres::is_server_address;
pub use db::version::DatabaseVersion;
pub use disk::database_files::remove_with_side_files;
pub use disk::permissions::create_private_folder;
pub use disk::probe::fault_behind;
pub use disk::storage_fault::{StorageFault, StorageFaultKind};
pub use imports::differences::Difference;
pub use imports::import_changes::{ImportChange, ImportChanges};
pub use imports::import_report::{ImportReport, ImportSummary, Recorded};
pub use imports::portfolio::KnownUpTo;
pub use jobs::gauges::{ChannelGauge, DatabaseGauges, FailureGauge, RuleTally};
pub use jobs::job_locks::{Ending, Hold, LockResult, Settled};
pub use missions::mission_records::{MissionEntry, MissionFilter};
pub use missions::reviews::ReviewEntry;
pub use outbox::deliveries::{ClaimedNotice, Tried};
pub use outbox::notices::NoticeFilter;
pub use outbox::waits::WaitLimit;
pub use rules::drafts::{DraftSave, DraftText};
