//! What is new in the watched folder and at the addresses since the import job last looked.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use tokio::sync::watch;

use super::JobError;
use super::fetch;
use super::fetch::Fetched;
use super::fetch::Validators;
use super::settings::ImportSettings;
use super::told;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::job::ImportSource;
use crate::domain::job::SourceOutcome;
use crate::sources;
use crate::sources::SourceError;

/// What was known of each path and address.
pub(super) type Remembered = BTreeMap<String, ImportSource>;

/// A file to read: new, changed, or refused for a reason that may hold no longer.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) bytes: Vec<u8>,
    /// Outcome and detail are still to be said.
    pub(super) source: ImportSource,
}

#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) arrivals: Vec<Arrival>,
    /// Paths and addresses that gave no file, or one too large.
    pub(super) lacking: Vec<ImportSource>,
    /// Files that may still be being written.
    pub(super) unsettled: usize,
    /// The same as before.
    pub(super) unchanged: Vec<ImportSource>,
}

/// Against what the look is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Against<'a> {
    pub(super) remembered: &'a Remembered,
    pub(super) context: &'a Fingerprint,
    pub(super) now: DateTime<Utc>,
}

impl<'a> Against<'a> {
    fn blank(self, source: String) -> ImportSource {
        ImportSource {
            source,
            sha256: None,
            size: None,
            modified_at: None,
            etag: None,
            last_modified: None,
            outcome: SourceOutcome::Failed,
            import: None,
            context: self.context.clone(),
            detail: String::new(),
            seen_at: self.now,
        }
    }

    /// What was known of it, when that is worth no second look.
    fn settled(self, source: &str) -> Option<&'a ImportSource> {
        self.remembered.get(source).filter(|known| match known.outcome {
            SourceOutcome::Imported | SourceOutcome::Known => true,
            SourceOutcome::Refused => known.context == *self.context,
            SourceOutcome::Failed => false,
        })
    }
}

/// Reads the disk: for a thread that may wait.
pub(super) fn at_folder(
    settings: &ImportSettings,
    against: Against<'_>,
    look: &mut Look,
) -> Result<(), SourceError> {
    let folder = &settings.folder;
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    if !folder.is_dir() {
        let source = std::io::ErrorKind::NotADirectory.into();
        return Err(SourceError::Read { path: folder.clone(), source });
    }
    for file in sources::files_at(std::slice::from_ref(folder))? {
        at_file(&file, settings, against, look);
    }
    Ok(())
}

fn at_file(file: &Path, settings: &ImportSettings, against: Against<'_>, look: &mut Look) {
    let mut source = against.blank(file.display().to_string());
    let found = std::fs::metadata(file).and_then(|about| Ok((about.len(), about.modified()?)));
    let (size, modified_at) = match found {
        Ok((size, modified)) => (size, DateTime::<Utc>::from(modified)),
        Err(error) => {
            source.detail = told(&error);
            look.lacking.push(source);
            return;
        }
    };
    (source.size, source.modified_at) = (Some(size), Some(modified_at));
    let settled = against.settled(&source.source);
    if settled
        .is_some_and(|known| known.size == source.size && known.modified_at == source.modified_at)
    {
        return;
    }
    let age = against.now - modified_at;
    let settles = TimeDelta::seconds(i64::from(settings.settle_seconds));
    if age >= TimeDelta::zero() && age < settles {
        look.unsettled += 1;
        return;
    }
    match sources::read_file(file) {
        Ok(bytes) => arrive(source, bytes, settled, look),
        Err(error) => {
            source.outcome = outcome_of(&error);
            source.detail = told(&error);
            look.lacking.push(source);
        }
    }
}

fn arrive(
    mut source: ImportSource,
    bytes: Vec<u8>,
    settled: Option<&ImportSource>,
    look: &mut Look,
) {
    source.sha256 = Some(Fingerprint::of(&bytes));
    match settled.filter(|known| known.sha256 == source.sha256) {
        Some(known) => look.unchanged.push(ImportSource {
            outcome: known.outcome,
            import: known.import,
            detail: known.detail.clone(),
            ..source
        }),
        None => look.arrivals.push(Arrival { bytes, source }),
    }
}

/// A disk or a network may do better next time; a file that is wrong stays wrong.
pub(super) fn outcome_of(error: &SourceError) -> SourceOutcome {
    if matches!(error, SourceError::Read { .. }) {
        SourceOutcome::Failed
    } else {
        SourceOutcome::Refused
    }
}

/// Gives up the addresses that are left when told to stop.
pub(super) async fn at_addresses(
    settings: &ImportSettings,
    against: Against<'_>,
    look: &mut Look,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), JobError> {
    if settings.urls.is_empty() {
        return Ok(());
    }
    let client = fetch::client(settings.timeout_seconds)?;
    for url in &settings.urls {
        let url = fetch::address(url)?;
        let mut source = against.blank(fetch::shown(&url));
        let settled = against.settled(&source.source);
        let known = settled.map_or_else(Validators::default, |known| Validators {
            etag: known.etag.clone(),
            last_modified: known.last_modified.clone(),
        });
        let fetched = tokio::select! {
            fetched = fetch::fetch(&client, &url, &known) => fetched,
            Ok(_) = stop.wait_for(|stopped| *stopped) => return Ok(()),
        };
        match fetched {
            Ok(Fetched::Unchanged) => {}
            Ok(Fetched::File { bytes, validators }) => {
                (source.etag, source.last_modified) = (validators.etag, validators.last_modified);
                source.size = u64::try_from(bytes.len()).ok();
                arrive(source, bytes, settled, look);
            }
            Err(error) => {
                // What was known of its last file still holds.
                let former = against.remembered.get(&source.source);
                source.sha256 = former.and_then(|former| former.sha256.clone());
                source.detail = told(&error);
                look.lacking.push(source);
            }
        }
    }
    Ok(())
}
