//! The services and settings that jobs work with.

use std::path::PathBuf;

use super::settings::{BackupSettings, HousekeepingSettings, ImportSettings};
use crate::application::Services;
use crate::domain::operation::job::JobName;

/// The services that jobs use.
#[derive(Clone, Debug)]
pub struct Work {
    pub services: Services,
    pub profiles: PathBuf,
    pub aliases: PathBuf,
    pub import: ImportSettings,
    pub backup: BackupSettings,
    pub housekeeping: HousekeepingSettings,
}

impl Work {
    /// Whether the settings give the job anything to do.
    pub(super) fn has_any(&self, job: JobName) -> bool {
        match job {
            JobName::Import => {
                !self.import.folder.as_os_str().is_empty() || !self.import.urls.is_empty()
            }
            JobName::Backup => !self.backup.folder.as_os_str().is_empty(),
            JobName::Documents => !self.services.documents.folder.as_os_str().is_empty(),
            JobName::Cycle
            | JobName::Reviews
            | JobName::Digest
            | JobName::Reminders
            | JobName::Housekeeping => true,
        }
    }
}
