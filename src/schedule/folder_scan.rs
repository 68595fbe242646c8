//! Finds what is new in the watched folder and at the addresses since the last run of the import
//! job.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use super::error::{JobError, with_causes};
use super::fetch;
use super::fetch::{Fetched, Validators};
use super::settings::ImportSettings;
use crate::domain::operation::job::{ImportSource, SourceOutcome};
use crate::intake;
use crate::intake::SourceError;
use crate::support::fingerprint::Fingerprint;

/// The recorded state of each path and address.
pub(super) type KnownSources = BTreeMap<String, ImportSource>;

/// A file to read: new, changed, or refused for a reason that may no longer hold.
#[derive(Debug)]
pub(super) struct NewFile {
    pub(super) bytes: Vec<u8>,
    /// Its outcome and detail are set once it was read.
    pub(super) source: ImportSource,
}

#[derive(Debug, Default)]
pub(super) struct FolderScan {
    pub(super) new_files: Vec<NewFile>,
    /// Paths and addresses that gave no file, or one that is too large.
    pub(super) lacking: Vec<ImportSource>,
    /// Number of files that may still be being written.
    pub(super) unsettled: usize,
    /// Sources that have not changed.
    pub(super) unchanged: Vec<ImportSource>,
}

/// What is compared with the current state of the folder and addresses.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookContext<'a> {
    pub(super) remembered: &'a KnownSources,
    pub(super) context: &'a Fingerprint,
    pub(super) now: DateTime<Utc>,
}

impl<'a> LookContext<'a> {
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

    /// The recorded state of a source, if nothing could have changed since.
    fn settled(self, source: &str) -> Option<&'a ImportSource> {
        self.remembered.get(source).filter(|known| match known.outcome {
            SourceOutcome::Imported | SourceOutcome::Known => true,
            SourceOutcome::Refused => known.context == *self.context,
            SourceOutcome::Failed => false,
        })
    }
}

/// Reads the disk: call it on a thread that may block.
pub(super) fn look_at_folder(
    settings: &ImportSettings,
    context: LookContext<'_>,
    look: &mut FolderScan,
) -> Result<(), SourceError> {
    let folder = &settings.folder;
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    if !folder.is_dir() {
        let source = std::io::ErrorKind::NotADirectory.into();
        return Err(SourceError::Read { path: folder.clone(), source });
    }
    for file in intake::files_at(std::slice::from_ref(folder))? {
        at_file(&file, settings, context, look);
    }
    Ok(())
}

fn at_file(
    file: &Path,
    settings: &ImportSettings,
    context: LookContext<'_>,
    look: &mut FolderScan,
) {
    let mut source = context.blank(file.display().to_string());
    let found = std::fs::metadata(file).and_then(|about| Ok((about.len(), about.modified()?)));
    let (size, modified_at) = match found {
        Ok((size, modified)) => (size, DateTime::<Utc>::from(modified)),
        Err(error) => {
            source.detail = with_causes(&error);
            look.lacking.push(source);
            return;
        }
    };
    (source.size, source.modified_at) = (Some(size), Some(modified_at));
    let settled = context.settled(&source.source);
    if settled
        .is_some_and(|known| known.size == source.size && known.modified_at == source.modified_at)
    {
        return;
    }
    let age = context.now - modified_at;
    let settles = TimeDelta::seconds(i64::from(settings.settle_seconds));
    if age >= TimeDelta::zero() && age < settles {
        look.unsettled += 1;
        return;
    }
    match intake::read_file(file) {
        Ok(bytes) => add_new_file(source, bytes, settled, look),
        Err(error) => {
            source.outcome = outcome_of(&error);
            source.detail = with_causes(&error);
            look.lacking.push(source);
        }
    }
}

fn add_new_file(
    mut source: ImportSource,
    bytes: Vec<u8>,
    settled: Option<&ImportSource>,
    look: &mut FolderScan,
) {
    source.sha256 = Some(Fingerprint::of(&bytes));
    match settled.filter(|known| known.sha256 == source.sha256) {
        Some(known) => look.unchanged.push(ImportSource {
            outcome: known.outcome,
            import: known.import,
            detail: known.detail.clone(),
            ..source
        }),
        None => look.new_files.push(NewFile { bytes, source }),
    }
}

/// A disk or a network may work next time; a wrong file stays wrong.
pub(super) fn outcome_of(error: &SourceError) -> SourceOutcome {
    if matches!(error, SourceError::Read { .. }) {
        SourceOutcome::Failed
    } else {
        SourceOutcome::Refused
    }
}

/// Downloads from the addresses. Once `stop` is true, the remaining ones are skipped.
pub(super) async fn look_at_addresses(
    settings: &ImportSettings,
    context: LookContext<'_>,
    look: &mut FolderScan,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), JobError> {
    if settings.urls.is_empty() {
        return Ok(());
    }
    let client = fetch::client(settings.timeout_seconds)?;
    for url in &settings.urls {
        let url = fetch::address(url)?;
        let mut source = context.blank(fetch::shown(&url));
        let settled = context.settled(&source.source);
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
                add_new_file(source, bytes, settled, look);
            }
            Err(error) => {
                // The recorded state of its last file remains valid.
                let former = context.remembered.get(&source.source);
                source.sha256 = former.and_then(|former| former.sha256.clone());
                source.detail = with_causes(&error);
                look.lacking.push(source);
            }
        }
    }
    Ok(())
}
