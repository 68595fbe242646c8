//! Several files that a person brings at once, each read in its own way: simulated, or recorded in one act. Those that are
//! refused stop no other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::intake::{FileIntake, IntakeTerms, take_in};
use crate::application::queries::edition_comparison::EditionTotals;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{Import, ImportedRows};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::intake;
use crate::intake::{Batch, FileContent, ReadOptions, Reader, SourceError};

/// A file, and how it is to be read where its name and header do not say.
#[derive(Clone, Debug)]
pub struct FileToRead {
    pub name: String,
    pub bytes: Vec<u8>,
    pub profile: Option<String>,
    pub sheet: Option<String>,
    pub edition: Option<EditionId>,
}

/// What several files gave.
#[derive(Debug)]
pub struct FilesIntake {
    /// In the order in which they are recorded: editions first.
    pub files: Vec<TakenFile>,
    /// Those that were refused, and why.
    pub refused: Vec<(String, SourceError)>,
}

/// What a file gave, and for an edition, its figures next to those that stand.
#[derive(Clone, Debug, Serialize)]
pub struct TakenFile {
    #[serde(flatten)]
    pub intake: FileIntake,
    /// The file that was brought, for one of an archive.
    pub brought_as: String,
    pub figures: Option<EditionFigures>,
}

/// An edition next to the one that it replaces, or else to the one before.
#[derive(Clone, Debug, Serialize)]
pub struct EditionFigures {
    /// `None` for the first edition of all.
    pub former: Option<EditionId>,
    pub before: EditionTotals,
    pub after: EditionTotals,
    /// Names of the projects that the former edition does not have.
    pub entered: Vec<String>,
    /// Names of those that it alone has.
    pub left: Vec<String>,
}

/// Reads files on a blocking thread, and takes in those that can be read: all in one act, or, on a `dry_run`, none.
///
/// # Errors
///
/// The data cannot be read or written; faults of files are within the answer.
pub async fn take_in_files(
    services: &Services,
    reader: Reader,
    files: Vec<FileToRead>,
    (actor, dry_run): (Actor, bool),
) -> Result<FilesIntake, ApplicationError> {
    services.store.check_whole("an import")?;
    let known = services.store.known_projects().await?;
    let aliases = reader.aliases().clone();
    let (batch, brought_as) = tokio::task::spawn_blocking(move || {
        let mut contents: Vec<FileContent> = Vec::new();
        let mut brought_as = BTreeMap::new();
        let mut options = BTreeMap::new();
        for FileToRead { name, bytes, profile, sheet, edition } in files {
            match intake::unpacked(&name, &bytes) {
                Ok(Some(inside)) => {
                    let names = inside.iter().map(|(inner, _)| (inner.clone(), name.clone()));
                    brought_as.extend(names);
                    contents.extend(inside);
                }
                Ok(None) => {
                    options.insert(name.clone(), (profile, sheet, edition));
                    contents.push((name, Ok(bytes)));
                }
                Err(fault) => contents.push((name, Err(fault))),
            }
        }
        let options_of = |name: &str| {
            options.get(name).map_or_else(ReadOptions::default, |(profile, sheet, edition)| {
                let (profile, sheet) = (profile.as_deref(), sheet.as_deref());
                ReadOptions { profile, sheet, edition: *edition }
            })
        };
        (intake::read_batch(&reader, contents, options_of, known, |_| ()), brought_as)
    })
    .await?;
    let Batch { mut imports, refused } = batch;
    let terms = IntakeTerms { profile: None, sheet: None, edition: None, actor, dry_run };
    // What stands is read before it is replaced.
    let figures = figures(services, &imports).await?;
    let recorded = take_in(services, &mut imports, &aliases, &terms).await?;
    let taken = imports.iter().zip(&recorded).zip(figures).map(|(pair, figures)| {
        let intake = FileIntake::of(pair);
        let brought = brought_as.get(&intake.file).unwrap_or(&intake.file).clone();
        TakenFile { intake, brought_as: brought, figures }
    });
    Ok(FilesIntake { files: taken.collect(), refused })
}

/// The figures of each import that is an edition, next to those that stand or that an earlier file brings.
async fn figures(
    services: &Services,
    imports: &[Import],
) -> Result<Vec<Option<EditionFigures>>, ApplicationError> {
    let mut brought: BTreeMap<EditionId, &[Snapshot]> = BTreeMap::new();
    let mut figures = Vec::with_capacity(imports.len());
    for import in imports {
        let ImportedRows::Panorama(rows) = &import.rows else {
            figures.push(None);
            continue;
        };
        // The edition itself, where it stands, or the one before.
        let after_it = EditionId::of(import.edition.last_day().succ_opt().unwrap_or_default());
        let stored = services.store.edition_before(after_it).await?;
        let earlier =
            brought.range(..after_it).next_back().map(|(edition, kept)| (*edition, *kept));
        let stored = stored.as_ref().map(|(edition, kept)| (*edition, kept.as_slice()));
        let former = match (stored, earlier) {
            (Some(stored), Some(earlier)) if stored.0 > earlier.0 => Some(stored),
            (stored, earlier) => earlier.or(stored),
        };
        figures.push(Some(compared(former, rows)));
        brought.insert(import.edition, rows);
    }
    Ok(figures)
}

fn compared(former: Option<(EditionId, &[Snapshot])>, rows: &[Snapshot]) -> EditionFigures {
    let (edition, before) = former.map_or((None, [].as_slice()), |(one, kept)| (Some(one), kept));
    let only = |some: &[Snapshot], others: &[Snapshot]| -> Vec<String> {
        let others: BTreeSet<&ProjectId> = others.iter().map(|row| &row.project).collect();
        let alone = some.iter().filter(|row| !others.contains(&row.project));
        alone.map(|row| row.name.clone()).collect()
    };
    EditionFigures {
        former: edition,
        before: totals(before),
        after: totals(rows),
        entered: if edition.is_some() { only(rows, before) } else { Vec::new() },
        left: only(before, rows),
    }
}

fn totals(rows: &[Snapshot]) -> EditionTotals {
    let costs: Vec<f64> = rows.iter().filter_map(|row| row.cost_meur.given().copied()).collect();
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    EditionTotals {
        project_count: count(rows.len()),
        cost_total: costs.iter().sum(),
        cost_known_count: count(costs.len()),
    }
}
