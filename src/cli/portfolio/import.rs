//! `vigie import`: files in, all of them or none, and a report of what each gave.

use std::path::PathBuf;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::format::Format;
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::person::anybody;
use crate::cli::session::Session;
use vigie::application::{FileIntake, Intake, IntakeTerms, Services, take_in};
use vigie::client::{ApiClient, RemoteFault};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::import::{
    Dataset, Import, ImportRemark, ImportedRows, KnownProject, SetAside, SightingKind,
};
use vigie::domain::value::Reported;
use vigie::intake::{ReadRequest, Reader, SourceError, base_name, reading_order, remember};
use vigie::server::config::Config;
use vigie::store::Recorded;
use vigie::support::french;

/// From this many files on, the wait is worth a progress bar.
const MANY_FILES: usize = 3;

/// Differences shown of a file that replaces another; JSON holds them all.
const DIFFERENCES_SHOWN: usize = 12;

#[derive(Debug, Parser)]
pub(crate) struct ImportArgs {
    /// Files to import, or folders of files: CSV, XLSX, ODS
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

/// All the files in one transaction, or none of them.
async fn import_here(
    request: &ImportArgs,
    config: &Config,
    services: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let reader = Reader::open(&config.profiles, &config.aliases)?;
    let known = services.store.known_projects().await?;
    let imports = match read_all(request, &reader, known) {
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
    let recorded = take_in(services, &imports, &terms).await?;
    let links = reader.aliases().implied_links(&services.store.known_projects().await?);
    for (from, into) in &links {
        print::message(&format!(
            "the alias table says that `{from}` and `{into}` are one project, and both are known; \
             make them one with `vigie projects link {from} {into} --reason …`"
        ));
    }
    let costs = imports.iter().map(total_cost).collect();
    print_report(&Intake::of(request.dry_run, &imports, &recorded), costs, printer)
}

/// One file after the other to a server, panoramas first. One that is refused ends it there.
async fn send(
    request: &ImportArgs,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let reader = Reader::shipped()?;
    let mut waiting = Vec::new();
    for file in vigie::intake::files_at(&request.paths)? {
        let bytes = vigie::intake::read_file(&file)?;
        let name = base_name(&file.display().to_string()).to_owned();
        // The server may know layouts that are not shipped.
        let dataset = reader.recognise(&as_request(&name, &bytes, request)).ok();
        waiting.push((dataset != Some(Dataset::Panorama), name, bytes));
    }
    waiting.sort_by(|(a, a_name, _), (b, b_name, _)| (a, a_name).cmp(&(b, b_name)));
    let mut report = Intake { dry_run: request.dry_run, files: vec![] };
    for (_, name, bytes) in waiting {
        let place = api
            .at(&["imports"])
            .with("file", Some(&name))
            .with("profile", request.profile.as_ref())
            .with("sheet", request.sheet.as_ref())
            .with("edition", request.edition)
            .with("dry_run", request.dry_run.then_some(true));
        let sent: Result<Intake, RemoteFault> = api.upload(place, bytes).await;
        if sent.is_err() && !report.files.is_empty() && !request.dry_run {
            print::message(&format!("{} files were imported before this one", report.files.len()));
        }
        report.files.extend(sent?.files);
    }
    let costs = report.files.iter().map(|_| None).collect();
    print_report(&report, costs, printer)
}

/// All of them, or none.
fn read_all(
    request: &ImportArgs,
    reader: &Reader,
    mut known: Vec<KnownProject>,
) -> Result<Vec<Import>, CliError> {
    let files = vigie::intake::files_at(&request.paths)?;
    let progress = if files.len() >= MANY_FILES {
        ProgressBar::new(u64::try_from(files.len()).unwrap_or_default())
    } else {
        ProgressBar::hidden()
    };
    let look = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    progress.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));

    let mut waiting = Vec::new();
    let mut imports = Vec::new();
    for file in files {
        progress.set_message(file.display().to_string());
        let bytes = vigie::intake::read_file(&file)?;
        let name = file.display().to_string();
        let dataset = reader.recognise(&as_request(&name, &bytes, request))?;
        waiting.push((dataset, name, bytes));
    }
    waiting.sort_by(|a, b| reading_order((a.0, &a.1), (b.0, &b.1)));
    for (_, name, bytes) in &waiting {
        progress.set_message(name.clone());
        let import = reader.read(&as_request(name, bytes, request), &known)?;
        remember(&mut known, &import);
        imports.push(import);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(imports)
}

fn as_request<'a>(name: &'a str, bytes: &'a [u8], request: &'a ImportArgs) -> ReadRequest<'a> {
    let (profile, sheet) = (request.profile.as_deref(), request.sheet.as_deref());
    ReadRequest { file: name, bytes, profile, sheet, edition: request.edition }
}

/// `costs` are what the costs of each file add up to, in words.
fn print_report(
    report: &Intake,
    costs: Vec<Option<String>>,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let files = &report.files;
    let title = if report.dry_run {
        "Simulation d’importation : rien n’a été enregistré"
    } else {
        "Importation"
    };
    let mut sheets = vec![Sheet::new(
        title,
        vec![
            ("file", "Fichier"),
            ("edition", "Édition"),
            ("dataset", "Contenu"),
            ("recorded", "Enregistrement"),
            ("rows_kept", "Gardées"),
            ("rows_set_aside", "Écartées"),
            ("figures_withheld", "Non publiés"),
            ("projects_new", "Nouveaux"),
            ("projects_known", "Connus"),
            ("projects_resembling", "Ressemblants"),
        ],
        files.iter().map(row).collect(),
    )];
    sheets.extend(
        [remarks(files, costs), resemblances(files), differences(files)].into_iter().flatten(),
    );
    printer.answer(report, &sheets, 0)
}

fn size(count: usize) -> Cell {
    Cell::count(count)
}

fn row(import: &FileIntake) -> Vec<Cell> {
    let sightings = |wanted: fn(&SightingKind) -> bool| {
        size(import.sightings.iter().filter(|sighting| wanted(&sighting.kind)).count())
    };
    let state = match &import.recorded {
        Recorded::Unchanged { number, .. } => format!("n° {number}, déjà connu"),
        Recorded::Added { number } => format!("n° {number}, ajouté"),
        Recorded::Replaced { number, former, .. } => {
            format!("n° {number}, remplace le n° {former}")
        }
    };
    vec![
        Cell::of(base_name(&import.file), import.file.clone()),
        Cell::text(import.edition.to_string()),
        Cell::text(import.dataset.as_str()),
        Cell::text(state),
        size(import.rows_kept),
        size(import.set_aside.iter().map(|aside| aside.rows.len()).sum()),
        size(import.withheld.len()),
        sightings(|kind| matches!(kind, SightingKind::New)),
        sightings(|kind| matches!(kind, SightingKind::Known)),
        sightings(|kind| matches!(kind, SightingKind::Resembles { .. })),
    ]
}

/// Why this profile, what was set aside, and what the publisher withheld.
fn remarks(files: &[FileIntake], costs: Vec<Option<String>>) -> Option<Sheet> {
    let mut rows = Vec::new();
    for (import, cost) in files.iter().zip(costs) {
        let mut remark = |subject: &str, text: String| {
            rows.push(vec![
                Cell::text(base_name(&import.file)),
                Cell::text(subject),
                Cell::text(text),
            ]);
        };
        remark("profil", format!("{} : {}", import.profile, import.profile_reason));
        for aside in &import.set_aside {
            remark("écarté", set_aside_in_words(aside));
        }
        for doubt in &import.remarks {
            remark("à vérifier", doubt_in_words(doubt));
        }
        if let Some(total) = cost {
            remark("coûts", total);
        }
        for withheld in &import.withheld {
            let words = format!(
                "ligne {} : `{}` de {} n’est pas publié, à dessein",
                withheld.row, withheld.field, withheld.project
            );
            remark("non publié", words);
        }
    }
    let columns = vec![("file", "Fichier"), ("subject", "Objet"), ("remark", "Remarque")];
    (!rows.is_empty()).then(|| Sheet::new("Remarques", columns, rows))
}

/// What the costs add up to, and which are not there: why a printed total may be another.
fn total_cost(import: &Import) -> Option<String> {
    let ImportedRows::Panorama(snapshots) = &import.rows else { return None };
    let total: f64 = snapshots.iter().filter_map(|one| one.cost_meur.given()).sum();
    let without = |absence: &Reported<f64>| {
        let projects = snapshots.iter().filter(|one| one.cost_meur == *absence);
        projects.map(|one| one.project.as_str()).collect::<Vec<_>>()
    };
    let (missing, withheld) = (without(&Reported::Missing), without(&Reported::Withheld));
    let known = snapshots.len() - missing.len() - withheld.len();
    let mut words = format!("{} sur {known} projets", french::meur(total));
    for (label, projects) in [("sans coût", missing), ("coût non publié", withheld)] {
        if !projects.is_empty() {
            words.extend([" ; ", label, " : ", &projects.join(", ")]);
        }
    }
    Some(words)
}

fn resemblances(files: &[FileIntake]) -> Option<Sheet> {
    let mut rows = Vec::new();
    for import in files {
        for sighting in &import.sightings {
            if let SightingKind::Resembles { project, name, likeness } = &sighting.kind {
                rows.push(vec![
                    Cell::text(&sighting.name),
                    Cell::text(sighting.project.as_str()),
                    Cell::text(name),
                    Cell::text(project.as_str()),
                    Cell::figure(Some(&(*likeness).into()), french::percent),
                ]);
            }
        }
    }
    let columns = vec![
        ("name", "Nouveau nom"),
        ("project", "Identifiant"),
        ("near_name", "Ressemble à"),
        ("near_project", "Identifiant connu"),
        ("likeness", "Ressemblance"),
    ];
    (!rows.is_empty()).then(|| {
        Sheet::new("Ressemblances, à confirmer ou non", columns, rows)
            .with_note("Un seul et même projet ? vigie projects link NOUVEAU CONNU --reason …")
    })
}

fn differences(files: &[FileIntake]) -> Option<Sheet> {
    let mut rows = Vec::new();
    let mut total = 0;
    for import in files {
        let Recorded::Replaced { differences, .. } = &import.recorded else { continue };
        total += differences.len();
        rows.extend(differences.iter().take(DIFFERENCES_SHOWN).map(|difference| {
            vec![
                Cell::text(base_name(&import.file)),
                Cell::text(difference.subject.to_string()),
                Cell::text(&difference.field),
                Cell::text(&difference.former),
                Cell::text(&difference.now),
            ]
        }));
    }
    let columns = vec![
        ("file", "Fichier"),
        ("subject", "Sujet"),
        ("field", "Champ"),
        ("former", "Avant"),
        ("now", "Maintenant"),
    ];
    let shown = rows.len();
    (total > 0).then(|| {
        let sheet =
            Sheet::new("Ce que changent les fichiers qui en remplacent un autre", columns, rows);
        if shown < total {
            sheet.with_note(format!("{shown} différences sur {total} ; toutes avec --format json."))
        } else {
            sheet
        }
    })
}

fn set_aside_in_words(aside: &SetAside) -> String {
    // Columns are set aside too, and none of their rows.
    if aside.rows.is_empty() {
        return aside.reason.clone();
    }
    format!("{} : {}", rows_in_words(&aside.rows), aside.reason)
}

fn doubt_in_words(doubt: &ImportRemark) -> String {
    let row = doubt.row.map(|row| format!("ligne {row}"));
    let column = doubt.column.as_ref().map(|column| format!("colonne `{column}`"));
    let place: Vec<_> = row.into_iter().chain(column).collect();
    format!("{} : {}", place.join(", "), doubt.remark)
}

/// `lignes 59 à 294, 300`
fn rows_in_words(rows: &[u32]) -> String {
    let mut spans: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*row) => *last = *row,
            Some(_) | None => spans.push((*row, *row)),
        }
    }
    let words = spans.iter().map(|(first, last)| {
        if first == last { first.to_string() } else { format!("{first} à {last}") }
    });
    let plural = if rows.len() > 1 { "lignes" } else { "ligne" };
    format!("{plural} {}", words.collect::<Vec<_>>().join(", "))
}
