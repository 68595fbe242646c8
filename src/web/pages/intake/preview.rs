//! What each file of a simulation would give, or why it is refused, as the page shows it.

use std::collections::BTreeSet;

use serde::Serialize;

use super::words;
use super::words::DifferenceLine;
use crate::api::Problem;
use crate::application::{EditionFigures, FilesIntake, TakenFile};
use crate::domain::portfolio::import::{Dataset, SightingKind};
use crate::domain::portfolio::import_decision::ImportState;
use crate::domain::portfolio::recorded_name::NameKind;
use crate::intake::{Reader, Refused, SourceError};
use crate::store::Recorded;
use crate::web::context::PageContext;
use crate::web::query::Choice;
use crate::web::staging::{Simulation, StagedFile, StagedOptions};

/// Differences of a file that are shown; the import's page has them all.
const MOST_DIFFERENCES: usize = 50;

/// Places of a kind of faults that are shown.
const MOST_PLACES: usize = 10;

/// A file of a simulation.
#[derive(Debug, Serialize)]
pub(super) struct FilePreview {
    number: u32,
    name: String,
    options: StagedOptions,
    /// The address that acts on it begin with.
    address: String,
    imports: Vec<ImportPreview>,
    refusals: Vec<RefusalView>,
}

/// What a file would give.
#[derive(Debug, Serialize)]
struct ImportPreview {
    /// Its name, for one of an archive.
    file: Option<String>,
    dataset: Dataset,
    edition: String,
    profile_title: String,
    reason: String,
    rows_kept: usize,
    set_aside: Vec<String>,
    remarks: Vec<String>,
    withheld: Vec<String>,
    known: usize,
    new: Vec<String>,
    resembling: Vec<ResemblingPreview>,
    outcome: Outcome,
    differences: Vec<DifferenceLine>,
    difference_count: usize,
    identical: usize,
    figures: Option<EditionFigures>,
}

/// What recording it would do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Outcome {
    Unchanged { number: String, state: &'static str },
    Held { texts: Vec<String> },
    Added,
    Replaced { former: String },
}

/// A project whose name is like that of a known one.
#[derive(Debug, Serialize)]
struct ResemblingPreview {
    name: String,
    near_name: String,
    near_project: String,
    likeness: f64,
    /// Both ids, as the form sends them.
    value: String,
}

/// Why a file is refused, and what can be done about it.
#[derive(Debug, Serialize)]
struct RefusalView {
    /// Its name, for one of an archive.
    file: Option<String>,
    remedy: Remedy,
    text: String,
    groups: Vec<FaultGroup>,
    /// What its unknown names are names of.
    unknown: Vec<NameKind>,
    choices: Vec<Choice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Remedy {
    /// The mapping assistant.
    Describe,
    SayEdition,
    ChooseSheet,
    ChooseProfile,
    MendFile,
}

/// Faults of which the same was expected.
#[derive(Debug, Serialize)]
struct FaultGroup {
    column: Option<String>,
    expected: String,
    count: usize,
    places: Vec<FaultPlace>,
}

#[derive(Debug, Serialize)]
struct FaultPlace {
    row: Option<u32>,
    found: String,
}

impl FilePreview {
    /// Whether importing it would record something.
    pub(super) fn is_good(&self) -> bool {
        let is_new = |one: &ImportPreview| !matches!(one.outcome, Outcome::Unchanged { .. });
        self.imports.iter().any(is_new)
    }

    pub(super) fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    pub(super) fn has_resembling(&self) -> bool {
        self.imports.iter().any(|one| !one.resembling.is_empty())
    }
}

/// What a simulation says of each of its files, in the order in which they were sent.
///
/// # Errors
/// If the data cannot be read.
pub(super) async fn previews(
    context: &PageContext,
    reader: &Reader,
    (simulation, address): (&Simulation, &str),
    taken: &FilesIntake,
) -> Result<Vec<FilePreview>, Problem> {
    let mut previews = Vec::with_capacity(simulation.files.len());
    for file in &simulation.files {
        let mut preview = FilePreview {
            number: file.number,
            name: file.name.clone(),
            options: file.options.clone(),
            address: format!("{address}/{}", file.number),
            imports: Vec::new(),
            refusals: Vec::new(),
        };
        for one in taken.files.iter().filter(|one| one.brought_as == file.name) {
            preview.imports.push(import(context, reader, one).await?);
        }
        let refused = taken.refused.iter().filter(|(name, _)| *name == file.name);
        preview.refusals.extend(refused.map(|(_, fault)| refusal(None, fault, reader)));
        previews.push(preview);
    }
    // Files of archives go with the archive that brought them.
    let is_sent = |name: &str| simulation.files.iter().any(|file: &StagedFile| file.name == name);
    for (name, fault) in taken.refused.iter().filter(|(name, _)| !is_sent(name)) {
        let archive = previews.iter_mut().find(|one| one.name.to_lowercase().ends_with(".zip"));
        if let Some(archive) = archive {
            archive.refusals.push(refusal(Some(name.clone()), fault, reader));
        }
    }
    Ok(previews)
}

async fn import(
    context: &PageContext,
    reader: &Reader,
    taken: &TakenFile,
) -> Result<ImportPreview, Problem> {
    let intake = &taken.intake;
    let mut names = words::project_names(context).await?;
    for sighting in &intake.sightings {
        names.entry(sighting.project.to_string()).or_insert_with(|| sighting.name.clone());
    }
    let (outcome, found, identical) = outcome(&intake.recorded);
    let shown = found.get(..MOST_DIFFERENCES.min(found.len())).unwrap_or_default();
    let profile = reader.profiles().find(&intake.profile);
    let mut preview = ImportPreview {
        file: (intake.file != taken.brought_as).then(|| intake.file.clone()),
        dataset: intake.dataset,
        edition: intake.edition.to_string(),
        profile_title: profile.map_or_else(|| intake.profile.clone(), |one| one.title.clone()),
        reason: intake.profile_reason.clone(),
        rows_kept: intake.rows_kept,
        set_aside: intake.set_aside.iter().map(words::set_aside).collect(),
        remarks: intake.remarks.iter().map(words::remark).collect(),
        withheld: words::withheld_lines(context, &intake.withheld, &names).await?,
        known: 0,
        new: Vec::new(),
        resembling: Vec::new(),
        outcome,
        differences: words::difference_lines(context, shown, &names).await?,
        difference_count: found.len(),
        identical,
        figures: taken.figures.clone(),
    };
    for sighting in &intake.sightings {
        match &sighting.kind {
            SightingKind::Known => preview.known += 1,
            SightingKind::New => preview.new.push(sighting.name.clone()),
            SightingKind::Resembles { project, name, likeness } => {
                preview.resembling.push(ResemblingPreview {
                    name: sighting.name.clone(),
                    near_name: name.clone(),
                    near_project: project.to_string(),
                    likeness: *likeness,
                    value: format!("{} {project}", sighting.project),
                });
            }
        }
    }
    Ok(preview)
}

fn outcome(recorded: &Recorded) -> (Outcome, &[crate::store::Difference], usize) {
    match recorded {
        Recorded::Unchanged { number, state, replaced_by } => {
            let state = match (state, replaced_by) {
                (ImportState::InUse, Some(_)) => "remplacée depuis",
                (state, _) => state.label(),
            };
            (Outcome::Unchanged { number: number.to_string(), state }, &[], 0)
        }
        Recorded::Held { holds, .. } => {
            let texts = holds.iter().map(|hold| hold.text.clone()).collect();
            (Outcome::Held { texts }, &[], 0)
        }
        Recorded::Added { .. } => (Outcome::Added, &[], 0),
        Recorded::Replaced { former, differences, identical, .. } => {
            (Outcome::Replaced { former: former.to_string() }, differences, *identical)
        }
    }
}

fn refusal(file: Option<String>, fault: &SourceError, reader: &Reader) -> RefusalView {
    let profile = |id: &String| {
        let title = reader.profiles().find(id).map_or(id.as_str(), |one| one.title.as_str());
        Choice { value: id.clone(), label: title.to_owned() }
    };
    let (remedy, text, choices) = match fault {
        SourceError::UnknownLayout(unknown) => {
            let text = format!(
                "Aucune disposition connue ne correspond à ses en-têtes : {}.",
                unknown.headers.join(", ")
            );
            (Remedy::Describe, text, Vec::new())
        }
        SourceError::NoEdition { .. } => {
            let text = "Ni son nom ni son contenu ne disent de quelle édition il est.".to_owned();
            (Remedy::SayEdition, text, Vec::new())
        }
        SourceError::SeveralSheets { sheets, .. } => {
            let text = "Plusieurs de ses feuilles se reconnaissent.".to_owned();
            (Remedy::ChooseSheet, text, sheets.iter().cloned().map(Choice::plain).collect())
        }
        SourceError::OnlyHiddenSheet { sheet, .. } => {
            let text = "Seule une feuille masquée se reconnaît.".to_owned();
            (Remedy::ChooseSheet, text, vec![Choice::plain(sheet.clone())])
        }
        SourceError::AmbiguousLayout { profiles, .. } => {
            let text = "Plusieurs dispositions conviennent à ses en-têtes.".to_owned();
            (Remedy::ChooseProfile, text, profiles.iter().map(profile).collect())
        }
        SourceError::Refused(_) => (Remedy::MendFile, String::new(), Vec::new()),
        SourceError::Read { .. }
        | SourceError::TooLarge { .. }
        | SourceError::Unreadable { .. }
        | SourceError::Table { .. }
        | SourceError::Profile(_)
        | SourceError::UnknownProfile { .. }
        | SourceError::UnknownSheet { .. } => {
            (Remedy::MendFile, without_file(&fault.to_string()), Vec::new())
        }
    };
    let (groups, unknown) = if let SourceError::Refused(refused) = fault {
        (groups(refused), unknown_kinds(refused))
    } else {
        (Vec::new(), Vec::new())
    };
    RefusalView { file, remedy, text, groups, unknown, choices }
}

/// What is said of a file, which the page names already.
fn without_file(words: &str) -> String {
    let rest = words.split_once("` : ").map_or(words, |(_, rest)| rest);
    let mut letters = rest.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

fn unknown_kinds(refused: &Refused) -> Vec<NameKind> {
    let names = refused.faults.iter().filter_map(|fault| fault.unknown_name.as_ref());
    let kinds: BTreeSet<NameKind> = names.map(|name| name.kind).collect();
    kinds.into_iter().collect()
}

/// The faults of a file by what was expected of which column, in the order of the first of each.
fn groups(refused: &Refused) -> Vec<FaultGroup> {
    let mut groups: Vec<FaultGroup> = Vec::new();
    for fault in &refused.faults {
        let place = FaultPlace { row: fault.row, found: fault.found.clone() };
        // What each unknown name resembles is said where people settle it.
        let expected = match &fault.unknown_name {
            Some(unknown) => format!("un {} connu", unknown.kind.label()),
            None => fault.expected.clone(),
        };
        let same = groups
            .iter_mut()
            .find(|group| group.column == fault.column && group.expected == expected);
        match same {
            Some(group) => {
                group.count = group.count.saturating_add(1);
                if group.places.len() < MOST_PLACES {
                    group.places.push(place);
                }
            }
            None => groups.push(FaultGroup {
                column: fault.column.clone(),
                expected,
                count: 1,
                places: vec![place],
            }),
        }
    }
    groups
}
