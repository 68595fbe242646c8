//! `vigie profiles`: a first profile for an unknown file, what a profile makes of a file, and the profiles that are saved.

mod saved;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::output::whole_file::write_whole;
use crate::cli::rules::texts_of;
use crate::cli::session::Session;
use crate::cli::values::{text, word};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::import::Dataset;
use vigie::intake::{
    Certainty, MOST_TRIED_ROWS, Profile, ProfileProposal, ProfileTerms, ProfileTrial, TriedState,
    TriedValue, base_name, column_letters, known_field,
};
use vigie::rules::{RowFormulas, dictionary_of};
use vigie::support::french;

#[derive(Debug, Subcommand)]
pub(crate) enum ProfilesCommand {
    /// Write a first profile for a file of an unknown layout, with what is sure of it and what is not
    Propose(ProposeArgs),
    /// Show the first rows of a file as a profile reads them, and every fault; nothing is recorded
    Try(TryArgs),
    /// List the profiles that files are read with, and where they come from
    List,
    /// Show the text of a saved profile, and who saved its versions
    Show {
        /// Id of the profile
        #[arg(value_name = "PROFILE")]
        profile: String,
    },
    /// Save a profile in the service: files are read with it from now on
    Save {
        /// File of the profile, in TOML
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Why it is saved
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Withdraw a saved profile: the shipped one of its id, if any, holds again
    Withdraw {
        /// Id of the profile
        #[arg(value_name = "PROFILE")]
        profile: String,
        /// Why it is withdrawn
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Debug, Parser)]
pub(crate) struct ProposeArgs {
    /// File of an unknown layout: CSV, XLSX, ODS
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the file is about; by default, what its headers resemble most
    #[arg(long, value_parser = dataset, value_name = "DATASET")]
    dataset: Option<Dataset>,
    /// File to write the profile to, which must not exist
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Parser)]
pub(crate) struct TryArgs {
    /// File of the profile, in TOML
    #[arg(value_name = "PROFILE")]
    profile: PathBuf,
    /// File to read: CSV, XLSX, ODS
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Sheet of a workbook to read; by default, the one visible sheet that a profile recognises
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Edition of files that do not give their own, as YYYY-MM
    #[arg(long, value_name = "YYYY-MM")]
    edition: Option<EditionId>,
    /// How many rows to show
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_TRIED_ROWS)), value_name = "COUNT")]
    rows: u32,
}

pub(in crate::cli) async fn run(
    command: &ProfilesCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match command {
        ProfilesCommand::Propose(request) => propose(request, session).await,
        ProfilesCommand::Try(request) => try_out(request, session).await,
        ProfilesCommand::List => saved::list(session).await,
        ProfilesCommand::Show { profile } => saved::show(profile, session).await,
        ProfilesCommand::Save { file, reason } => {
            let bytes = vigie::intake::read_file(file)?;
            let read = parsed(&bytes, file, session).await?;
            let content = String::from_utf8_lossy(&bytes).into_owned();
            saved::save(&read.id, (content, text("--reason", reason)?), session).await
        }
        ProfilesCommand::Withdraw { profile, reason } => {
            saved::withdraw(profile, text("--reason", reason)?, session).await
        }
    }
}

async fn propose(request: &ProposeArgs, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let bytes = vigie::intake::read_file(&request.file)?;
    let api = &session.api;
    let place = api
        .at(&["profiles", "propose"])
        .with("file", Some(name(&request.file)))
        .with("dataset", request.dataset.map(Dataset::as_str));
    let proposal: ProfileProposal = api.upload(place, bytes).await?;
    let mut sheet = Sheet::list(
        format!("Profil proposé, `{}` : {}", proposal.dataset.as_str(), proposal.place),
        &proposal.columns,
        &[
            ("header", "Colonne", &|one| Cell::text(&one.header)),
            ("field", "Champ", &|one| Cell::optional(one.field.as_deref())),
            ("certainty", "Avis", &|one| Cell::text(one.certainty.label())),
            ("reasons", "Pourquoi", &|one| Cell::text(one.reasons.join(" ; "))),
        ],
    );
    if let Some(out) = &request.out {
        write_new(out, proposal.profile.as_bytes())?;
    } else {
        sheet = sheet.with_note(format!("\n{}", proposal.profile.trim_end()));
    }
    session.printer.answer(&proposal, &[sheet], 0)?;
    tell(&proposal, request);
    Ok(Conclusion::Good)
}

/// What remains to be done, once the proposal is shown.
fn tell(proposal: &ProfileProposal, request: &ProposeArgs) {
    let unsure = proposal.columns.iter().filter(|one| one.certainty == Certainty::Unsure).count();
    if unsure > 0 {
        print::message(&format!("à vérifier : {}", french::counted(unsure, "colonne", "colonnes")));
    }
    if !proposal.lacking.is_empty() {
        print::message(&format!("à compléter : {}", proposal.lacking.join(", ")));
    }
    if let Some(out) = &request.out {
        let (out, file) = (out.display(), request.file.display());
        print::message(&format!("puis : vigie profiles try {out} {file}"));
    }
}

async fn try_out(request: &TryArgs, session: &Session<'_>) -> Result<Conclusion, CliError> {
    let profile = vigie::intake::read_file(&request.profile)?;
    let api = &session.api;
    let read = parsed(&profile, &request.profile, session).await?;
    let place = api
        .at(&["profiles", "try"])
        .with("file", Some(name(&request.file)))
        .with("profile_bytes", Some(profile.len()))
        .with("sheet", request.sheet.as_ref())
        .with("edition", request.edition)
        .with("rows", Some(request.rows));
    let bytes = [profile, vigie::intake::read_file(&request.file)?].concat();
    let trial: ProfileTrial = api.upload(place, bytes).await?;
    let sheets: Vec<Sheet> = [Some(rows(&trial, &read)), remarks(&trial), faults(&trial)]
        .into_iter()
        .flatten()
        .collect();
    session.printer.answer(&trial, &sheets, 0)?;
    Ok(if trial.fault_count == 0 { Conclusion::Good } else { Conclusion::Bad })
}

/// Reads the text of a profile here: its faults are those of a file that the server does not know the name of.
async fn parsed(text: &[u8], file: &Path, session: &Session<'_>) -> Result<Profile, CliError> {
    let dictionary = &Arc::new(dictionary_of(&texts_of(&session.api).await?));
    let terms = ProfileTerms { dictionary, language: &RowFormulas };
    let file = file.display().to_string();
    Ok(Profile::parse(&String::from_utf8_lossy(text), &file, terms)?)
}

fn rows(trial: &ProfileTrial, profile: &Profile) -> Sheet {
    let dictionary = profile.dictionary();
    let fields =
        trial.fields.iter().map(|field| known_field(&field.name, dictionary).unwrap_or("field"));
    let is_column = profile.is_transposed();
    let columns = std::iter::once(("row", if is_column { "Colonne" } else { "Ligne" }))
        .chain(fields.map(|name| (name, name)));
    let row = |row: &vigie::intake::TriedRow| {
        let place = match row.row.checked_sub(1) {
            Some(column) if is_column => Cell::of(column_letters(column), row.row),
            _ => Cell::count(row.row),
        };
        std::iter::once(place).chain(row.values.iter().map(value)).collect()
    };
    let count = french::counted(trial.rows_read, "ligne lue", "lignes lues");
    let title = format!(
        "Essai de `{}` : {count}, dont {} ci-dessous",
        trial.profile,
        french::counted(trial.rows.len(), "montrée", "montrées")
    );
    Sheet::new(title, columns.collect(), trial.rows.iter().map(row).collect())
        .with_note(trial.reason.clone())
}

fn value(value: &TriedValue) -> Cell {
    let text = value.text.as_deref().unwrap_or_default();
    match value.state {
        TriedState::Given => Cell::text(text),
        TriedState::Missing => Cell::nothing(),
        TriedState::Withheld => Cell::of(format!("non publié : {text}"), text),
        TriedState::Wrong => Cell::of(format!("✗ {text}"), text),
    }
}

fn remarks(trial: &ProfileTrial) -> Option<Sheet> {
    let aside = trial.set_aside.iter().map(|aside| {
        let rows: Vec<String> = aside.rows.iter().map(u32::to_string).collect();
        (rows.join(", "), "écarté", aside.reason.clone())
    });
    let doubts = trial.remarks.iter().map(|one| {
        let row = one.row.map(|row| row.to_string()).unwrap_or_default();
        (row, "à vérifier", one.remark.clone())
    });
    let lines: Vec<Vec<Cell>> = aside
        .chain(doubts)
        .map(|(rows, what, text)| vec![Cell::text(rows), Cell::text(what), Cell::text(text)])
        .collect();
    let columns = vec![("rows", "Lignes"), ("subject", "Objet"), ("remark", "Remarque")];
    (!lines.is_empty()).then(|| Sheet::new("Remarques", columns, lines))
}

fn faults(trial: &ProfileTrial) -> Option<Sheet> {
    let lines: Vec<Vec<Cell>> = trial.fault_kinds.iter().map(|one| vec![Cell::text(one)]).collect();
    let title =
        french::counted(trial.fault_count, "erreur dans le fichier", "erreurs dans le fichier");
    (!lines.is_empty()).then(|| Sheet::new(title, vec![("fault", "Erreur")], lines))
}

/// Writes a file that must not be there: a profile that somebody completed is not written over.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    if path.exists() {
        return Err(CliError::FileThere { path: path.to_owned() });
    }
    write_whole(path, bytes)
}

fn name(path: &Path) -> String {
    base_name(&path.display().to_string()).to_owned()
}

fn dataset(text: &str) -> Result<Dataset, String> {
    word(text, &Dataset::ALL.map(Dataset::as_str))
}
