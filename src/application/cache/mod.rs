//! What was read and worked out, remembered until something that it depends on changes.

pub(in crate::application) mod catalogue_in_force;
pub(in crate::application) mod judged_portfolio;
pub(in crate::application) mod known_data;
mod latest;
pub(in crate::application) mod rules_in_force;

use std::collections::BTreeMap;
use std::sync::Arc;

use known_data::KnownDataCache;
use latest::Latest;
use quick_cache::sync::Cache;
use rules_in_force::{CatalogueRead, RulesInForce};

use crate::domain::accounts::access::Scope;
use crate::domain::ids::{CycleNumber, ProjectId};
use crate::store::{DatabaseVersion, KnownUpTo};

/// Cycles and readers whose counts are remembered.
const COUNTED: usize = 64;

/// Verdicts that could not be given, by project.
pub(in crate::application) type UnjudgedCounts = BTreeMap<ProjectId, usize>;

/// What operations read and work out again and again. Shared by all handles of one service.
#[derive(Debug)]
pub struct ApplicationCache {
    /// The rules in force, and what they were read from.
    pub(in crate::application) rules: Latest<CatalogueRead, Arc<RulesInForce>>,
    /// The moment of what is known, by the version of the database.
    pub(in crate::application) known_up_to: Latest<DatabaseVersion, KnownUpTo>,
    pub(in crate::application) data: KnownDataCache,
    /// By cycle, what is known, and what the reader sees.
    pub(in crate::application) unjudged:
        Cache<(CycleNumber, KnownUpTo, Scope), Arc<UnjudgedCounts>>,
}

impl Default for ApplicationCache {
    fn default() -> Self {
        Self {
            rules: Latest::default(),
            known_up_to: Latest::default(),
            data: KnownDataCache::default(),
            unjudged: Cache::new(COUNTED),
        }
    }
}
