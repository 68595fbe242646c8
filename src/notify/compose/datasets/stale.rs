//! Datasets without a recent import. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::portfolio::import::Dataset;
use crate::notify::compose::terms::NoticeTerms;

/// A dataset whose last import is too old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleDataset {
    pub dataset: Dataset,
    pub last_import_at: DateTime<Utc>,
    pub days: i64,
}

/// The stale datasets, among those imported at least once.
pub fn stale(
    last_imports: &BTreeMap<Dataset, DateTime<Utc>>,
    terms: &NoticeTerms,
    now: DateTime<Utc>,
) -> Vec<StaleDataset> {
    let aged = last_imports.iter().map(|(&dataset, &last_import_at)| StaleDataset {
        dataset,
        last_import_at,
        days: (now - last_import_at).num_days(),
    });
    aged.filter(|one| one.days >= i64::from(terms.stale.after(one.dataset))).collect()
}
