//! What every operation needs.

use std::path::PathBuf;
use std::sync::Arc;

use super::cache::ApplicationCache;
use super::documents::DocumentSettings;
use crate::notify;
use crate::rules::ScriptLimits;
use crate::store::Store;
use crate::support::clock::Clock;

/// The services and settings that every operation needs.
#[derive(Clone, Debug)]
pub struct Services {
    pub store: Store,
    /// Folder of the shipped catalogue.
    pub rules: PathBuf,
    pub documents: DocumentSettings,
    pub limits: ScriptLimits,
    pub clock: Arc<dyn Clock>,
    /// Who receives messages, and how.
    pub notify: Arc<notify::NotifySettings>,
    /// What was read and worked out before.
    pub cache: Arc<ApplicationCache>,
}
