//! Files that people bring: recorded all or none, or tried out, with what each of them gave.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plausibility;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::Actor;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{
    Dataset, Import, ImportRemark, SetAside, Sighting, WithheldFigure,
};
use crate::intake;
use crate::intake::{Aliases, Batch, ReadOptions, Reader, SourceError};
use crate::store::Recorded;
use crate::support::clock::today;
use crate::support::fingerprint::Fingerprint;

/// The result of taking in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Intake {
    /// True when the files were only tried out and nothing was written.
    pub dry_run: bool,
    pub files: Vec<FileIntake>,
    /// Files that were refused; the others were taken in all the same.
    #[serde(default)]
    #[schema(required = true)]
    pub refused: Vec<RefusedFile>,
}

/// A file that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedFile {
    pub file: String,
    pub reason: String,
}

/// What one file gave, without its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileIntake {
    pub recorded: Recorded,
    pub rows_kept: usize,
    pub file: String,
    pub sha256: Fingerprint,
    pub profile: String,
    /// Why this profile and this edition were chosen.
    pub profile_reason: String,
    pub dataset: Dataset,
    pub edition: EditionId,
    pub set_aside: Vec<SetAside>,
    pub withheld: Vec<WithheldFigure>,
    pub sightings: Vec<Sighting>,
    /// What a person should look at, though the rows were imported.
    pub remarks: Vec<ImportRemark>,
}

impl From<(String, SourceError)> for RefusedFile {
    fn from((file, fault): (String, SourceError)) -> Self {
        Self { file, reason: fault.to_string() }
    }
}

impl Intake {
    pub fn of(dry_run: bool, imports: &[Import], recorded: &[Recorded]) -> Self {
        let files = imports.iter().zip(recorded).map(FileIntake::of).collect();
        Self { dry_run, files, refused: vec![] }
    }
}

impl FileIntake {
    pub(super) fn of((import, recorded): (&Import, &Recorded)) -> Self {
        Self {
            recorded: recorded.clone(),
            rows_kept: import.rows.len(),
            file: import.file.clone(),
            sha256: import.sha256.clone(),
            profile: import.profile.clone(),
            profile_reason: import.profile_reason.clone(),
            dataset: import.dataset,
            edition: import.edition,
            set_aside: import.set_aside.clone(),
            withheld: import.withheld.clone(),
            sightings: import.sightings.clone(),
            remarks: import.remarks.clone(),
        }
    }
}

/// How files are to be read, and who is responsible for them.
#[derive(Clone, Debug)]
pub struct IntakeTerms {
    /// Used instead of the profile that the header row calls for.
    pub profile: Option<String>,
    /// The sheet to read of workbooks that have several.
    pub sheet: Option<String>,
    /// For files that do not say their edition.
    pub edition: Option<EditionId>,
    pub actor: Actor,
    pub dry_run: bool,
}

/// Reads one file, or the files of an archive, on a blocking thread, and takes them in. A file of an archive that is
/// refused stops no other.
///
/// # Errors
///
/// The file is refused, or the archive as a whole.
pub async fn take_in_file(
    services: &Services,
    reader: Reader,
    (file, bytes): (String, Vec<u8>),
    terms: &IntakeTerms,
) -> Result<Intake, ApplicationError> {
    services.store.check_whole("an import")?;
    let known = services.store.known_projects().await?;
    let (profile, sheet, edition) = (terms.profile.clone(), terms.sheet.clone(), terms.edition);
    let aliases = reader.aliases().clone();
    let Batch { mut imports, refused } = tokio::task::spawn_blocking(move || {
        let (profile, sheet) = (profile.as_deref(), sheet.as_deref());
        let options = ReadOptions { profile, sheet, edition };
        Ok::<_, SourceError>(if let Some(files) = intake::unpacked(&file, &bytes)? {
            intake::read_batch(&reader, files, |_| options, known, |_| ())
        } else {
            let imports = reader.read(&options.of(&file, &bytes), &known)?;
            Batch { imports, refused: vec![] }
        })
    })
    .await??;
    let recorded = take_in(services, &mut imports, &aliases, terms).await?;
    let refused = refused.into_iter().map(RefusedFile::from).collect();
    Ok(Intake { refused, ..Intake::of(terms.dry_run, &imports, &recorded) })
}

/// Records files that a job found, all or none.
pub async fn record_files(
    services: &Services,
    imports: &mut [Import],
    aliases: &Aliases,
    actor: &Actor,
) -> Result<Vec<Recorded>, ApplicationError> {
    record_successions(services, aliases).await?;
    plausibility::compare_with_former(services, imports, aliases).await?;
    Ok(services.store.record_imports(imports, actor, services.clock.now()).await?)
}

/// From now on the successions of ministries that the table of aliases dates up to today are in effect. Gives whether
/// that changed anything.
pub async fn record_successions(
    services: &Services,
    aliases: &Aliases,
) -> Result<bool, ApplicationError> {
    let now = services.clock.now();
    let due = aliases.successions().up_to(today(now));
    Ok(services.store.record_successions(&due, now).await?)
}

/// Takes in all files, or none. Those that are out of the bounds of plausibility are kept on hold.
pub async fn take_in(
    services: &Services,
    imports: &mut [Import],
    aliases: &Aliases,
    terms: &IntakeTerms,
) -> Result<Vec<Recorded>, ApplicationError> {
    if !terms.dry_run {
        return record_files(services, imports, aliases, &terms.actor).await;
    }
    plausibility::compare_with_former(services, imports, aliases).await?;
    Ok(services.store.preview_imports(imports).await?)
}
