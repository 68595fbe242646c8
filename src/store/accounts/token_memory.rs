//! What handles remember of tokens and sessions between two requests: the callers behind tokens, and uses that are yet
//! to be written.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use quick_cache::sync::Cache;

use crate::domain::accounts::access::Caller;
use crate::store::db::version::DatabaseVersion;
use crate::support::fingerprint::Fingerprint;

/// The most tokens whose callers are cached.
const MOST: usize = 1000;

/// Callers by the hash of their token. Unknown tokens are not cached.
#[derive(Clone)]
pub(in crate::store) struct TokenCache(Arc<Cache<Fingerprint, KnownCaller>>);

/// The caller behind a token, as the database said of one version of itself.
#[derive(Clone)]
pub(in crate::store) struct KnownCaller {
    pub(in crate::store) version: DatabaseVersion,
    pub(in crate::store) caller: Caller,
    pub(in crate::store) number: i64,
    pub(in crate::store) expires_at: DateTime<Utc>,
    pub(in crate::store) last_used_at: Option<DateTime<Utc>>,
}

impl TokenCache {
    pub(in crate::store) fn get(&self, hash: &Fingerprint) -> Option<KnownCaller> {
        self.0.get(hash)
    }

    pub(in crate::store) fn insert(&self, hash: Fingerprint, known: KnownCaller) {
        self.0.insert(hash, known);
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").field("cached", &self.0.len()).finish()
    }
}

/// What somebody came with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum UsedCredential {
    /// By its number.
    Token(i64),
    /// By the hash of its secret.
    Session(Fingerprint),
}

/// Uses that are yet to be written: one for each token or session at most, and one writer.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Uses(Arc<Mutex<Pending>>);

#[derive(Debug, Default)]
struct Pending {
    uses: BTreeMap<UsedCredential, DateTime<Utc>>,
    is_writing: bool,
}

impl Uses {
    /// Whether a writer is needed.
    pub(in crate::store) fn add(&self, used: UsedCredential, now: DateTime<Utc>) -> bool {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.uses.insert(used, now);
        !std::mem::replace(&mut pending.is_writing, true)
    }

    /// `None` ends the writer.
    pub(in crate::store) fn next(&self) -> Option<BTreeMap<UsedCredential, DateTime<Utc>>> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.is_writing = !pending.uses.is_empty();
        pending.is_writing.then(|| pending.uses.clone())
    }

    /// Those that no later use has replaced.
    pub(in crate::store) fn forget(&self, seen: &BTreeMap<UsedCredential, DateTime<Utc>>) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.uses.retain(|used, at| seen.get(used) != Some(at));
    }
}
