//! `vigie import`: files in, and a report of what each gave. One that is refused does not stop the others.

use std::path::PathBuf;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use super::import_report::{print_report, total_cost};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::format::Format;
use crate::cli::output::print;
use crate::cli::output::print::Printer;
use crate::cli::person::anybody;
use crate::cli::session::Session;
use vigie::application;
use vigie::application::{Intake, IntakeTerms, RefusedFile, Services, take_in};
use vigie::client::{ApiClient, RemoteFault};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::import::{Dataset, Import, KnownProject};
use vigie::frame::dictionary::built_in;
use vigie::intake::{
    Batch, FileContent, ReadOptions, Reader, SourceError, base_name, read_batch, unpacked,
};
use vigie::server::config::Config;
use vigie::support::french;

/// From this many files on, the wait is worth a progress bar.
const MANY_FILES: usize = 3;

#[derive(Debug, Parser)]
pub(crate) struct ImportArgs {
    /// Files to import, folders of files, or ZIP archives of files: CSV, XLSX, ODS
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Profile to read the files with; by default, the one that matches the header row
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Sheet of a workbook to read; by default, the one visible sheet that a profile recognises
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// Edition of files that do not give their own, as YYYY-MM
    #[arg(long, value_name = "YYYY-MM")]
    edition: Option<EditionId>,
    /// Report what would be imported, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(in crate::cli) async fn run(
    request: &ImportArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match session.database() {
        Some(services) => import_here(request, session.config, services, session.printer).await,
        None => send(request, &session.api, session.printer).await,
    }
}

/// All the files that can be read, in one transaction.
async fn import_here(
    request: &ImportArgs,
    config: &Config,
    services: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let reader = application::open_reader(services, &config.profiles, &config.aliases).await?;
    let known = services.store.known_projects().await?;
    let (mut imports, refused) = match read_all(request, &reader, known) {
        Err(CliError::Source(SourceError::Refused(refused))) => {
            // For programs, every fault; for people, each kind of them.
            if printer.format() == Format::Json {
                printer.answer(&refused, &[], 0)?;
            }
            return Err(SourceError::Refused(refused).into());
        }
        read => read?,
    };
    let terms = IntakeTerms {
        profile: request.profile.clone(),
        sheet: request.sheet.clone(),
        edition: request.edition,
        // A file may well be read by a timer: nobody needs to answer for it.
        actor: anybody(config),
        dry_run: request.dry_run,
    };
    let recorded = take_in(services, &mut imports, reader.aliases(), &terms).await?;
    let links = reader.aliases().implied_links(&services.store.known_projects().await?);
    for (from, into) in &links {
        print::message(&format!(
            "the alias table says that `{from}` and `{into}` are one project, and both are known; \
             make them one with `vigie projects link {from} {into} --reason …`"
        ));
    }
    let costs = imports.iter().map(total_cost).collect();
    let report = Intake { refused, ..Intake::of(request.dry_run, &imports, &recorded) };
    print_report(&report, costs, printer)
}

/// One file after the other to a server, panoramas first. One that is refused does not stop the others.
async fn send(
    request: &ImportArgs,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    // The server may know other fields too.
    let reader = Reader::shipped(built_in())?;
    let mut waiting = Vec::new();
    for file in vigie::intake::files_at(&request.paths)? {
        let bytes = vigie::intake::read_file(&file)?;
        let name = base_name(&file.display().to_string()).to_owned();
        // The server may know layouts that are not shipped.
        let dataset = reader.recognise(&options(request).of(&name, &bytes)).ok();
        waiting.push((dataset != Some(Dataset::Panorama), name, bytes));
    }
    waiting.sort_by(|(a, a_name, _), (b, b_name, _)| (a, a_name).cmp(&(b, b_name)));
    let alone = waiting.len() == 1;
    let mut report = Intake { dry_run: request.dry_run, files: vec![], refused: vec![] };
    for (_, name, bytes) in waiting {
        let place = api
            .at(&["imports"])
            .with("file", Some(&name))
            .with("profile", request.profile.as_ref())
            .with("sheet", request.sheet.as_ref())
            .with("edition", request.edition)
            .with("dry_run", request.dry_run.then_some(true));
        let sent: Result<Intake, RemoteFault> = api.upload(place, bytes).await;
        match sent {
            Ok(sent) => {
                for refused in &sent.refused {
                    print::message(&refused.reason);
                }
                report.files.extend(sent.files);
                report.refused.extend(sent.refused);
            }
            Err(fault) if is_refusal(&fault) && !alone => {
                print::message(&fault.to_string());
                report.refused.push(RefusedFile { file: name, reason: fault.to_string() });
            }
            Err(fault) => {
                if !report.files.is_empty() && !request.dry_run {
                    print::message(&format!(
                        "{} avant celui-ci",
                        french::counted(report.files.len(), "fichier importé", "fichiers importés")
                    ));
                }
                return Err(fault.into());
            }
        }
    }
    let costs = report.files.iter().map(|_| None).collect();
    print_report(&report, costs, printer)
}

/// Those that can be read, and those that are refused. A file on its own that is refused is the fault of the command.
fn read_all(
    request: &ImportArgs,
    reader: &Reader,
    known: Vec<KnownProject>,
) -> Result<(Vec<Import>, Vec<RefusedFile>), CliError> {
    let files = all_files(&vigie::intake::files_at(&request.paths)?);
    let (many, alone) = (files.len() >= MANY_FILES, files.len() == 1);
    let progress = if many {
        ProgressBar::new(u64::try_from(files.len()).unwrap_or_default())
    } else {
        ProgressBar::hidden()
    };
    let look = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    progress.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let begin = |name: &str| {
        progress.set_message(name.to_owned());
        progress.inc(1);
    };
    let Batch { imports, mut refused } =
        read_batch(reader, files, |_| options(request), known, begin);
    progress.finish_and_clear();
    if alone && let Some((_, fault)) = refused.pop() {
        return Err(fault.into());
    }
    for (_, fault) in &refused {
        print::message(&fault.to_string());
    }
    Ok((imports, refused.into_iter().map(RefusedFile::from).collect()))
}

/// The content of each file, and of each one of the archives among them.
fn all_files(paths: &[PathBuf]) -> Vec<FileContent> {
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let content = vigie::intake::read_file(path);
        match content.and_then(|bytes| Ok((unpacked(&name, &bytes)?, bytes))) {
            Ok((Some(inside), _)) => files.extend(inside),
            Ok((None, bytes)) => files.push((name, Ok(bytes))),
            Err(fault) => files.push((name, Err(fault))),
        }
    }
    files
}

/// Whether a server found fault with the file, and not with the request.
fn is_refusal(fault: &RemoteFault) -> bool {
    matches!(fault, RemoteFault::Refused(refusal) if refusal.problem.status == 422)
}

fn options(request: &ImportArgs) -> ReadOptions<'_> {
    let (profile, sheet) = (request.profile.as_deref(), request.sheet.as_deref());
    ReadOptions { profile, sheet, edition: request.edition }
}
