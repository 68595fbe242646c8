//! What `vigie import` says of the files: what each gave, what waits for a person, and what was refused.

use super::imports;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::{FileIntake, Intake, RefusedFile};
use vigie::domain::portfolio::import::{
    HeldImport, Import, ImportRemark, ImportedRows, SetAside, SightingKind,
};
use vigie::domain::portfolio::import_decision::ImportState;
use vigie::domain::value::Reported;
use vigie::intake::base_name;
use vigie::store::Recorded;
use vigie::support::french;

/// Differences shown of a file that replaces another; JSON holds them all.
const DIFFERENCES_SHOWN: usize = 12;

/// `costs` are what the costs of each file add up to, in words.
pub(super) fn print_report(
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
        [
            refusals(&report.refused),
            holds(files),
            remarks(files, costs),
            resemblances(files),
            differences(files),
        ]
        .into_iter()
        .flatten(),
    );
    printer.answer(report, &sheets, 0)?;
    Ok(if report.refused.is_empty() { Conclusion::Good } else { Conclusion::Bad })
}

/// Messages say why; here is which files, next to those that were taken in.
fn refusals(refused: &[RefusedFile]) -> Option<Sheet> {
    (!refused.is_empty()).then(|| {
        Sheet::list(
            "Fichiers refusés ; les autres ne le sont pas",
            refused.iter(),
            &[
                ("file", "Fichier", &|one| Cell::of(base_name(&one.file), one.file.clone())),
                ("reason", "Motif", &|one| {
                    let first = one.reason.lines().next().unwrap_or_default();
                    Cell::of(first, one.reason.clone())
                }),
            ],
        )
    })
}

/// What is on hold is said first: nothing of it is used.
fn holds(files: &[FileIntake]) -> Option<Sheet> {
    let held = files.iter().filter_map(|file| match &file.recorded {
        Recorded::Held { number, holds } => Some(HeldImport {
            number: *number,
            file: file.file.clone(),
            dataset: file.dataset,
            edition: file.edition,
            holds: holds.clone(),
        }),
        Recorded::Unchanged { .. } | Recorded::Added { .. } | Recorded::Replaced { .. } => None,
    });
    imports::on_hold(&held.collect::<Vec<_>>())
}

fn size(count: usize) -> Cell {
    Cell::count(count)
}

fn row(import: &FileIntake) -> Vec<Cell> {
    let sightings = |wanted: fn(&SightingKind) -> bool| {
        size(import.sightings.iter().filter(|sighting| wanted(&sighting.kind)).count())
    };
    let state = match &import.recorded {
        Recorded::Unchanged { number, state: ImportState::InUse, .. } => {
            format!("n° {number}, déjà connu")
        }
        Recorded::Unchanged { number, state, .. } => {
            format!("n° {number}, déjà connu, {}", state.label())
        }
        Recorded::Held { number, .. } => format!("n° {number}, en attente de confirmation"),
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
pub(super) fn total_cost(import: &Import) -> Option<String> {
    let ImportedRows::Panorama(snapshots) = &import.rows else { return None };
    let total: f64 = snapshots.iter().filter_map(|one| one.cost_meur.given()).sum();
    let without = |absence: &Reported<f64>| {
        let projects = snapshots.iter().filter(|one| one.cost_meur == *absence);
        projects.map(|one| one.project.as_str()).collect::<Vec<_>>()
    };
    let (missing, withheld) = (without(&Reported::Missing), without(&Reported::Withheld));
    let known = snapshots.len() - missing.len() - withheld.len();
    let mut words =
        format!("{} sur {}", french::meur(total), french::counted(known, "projet", "projets"));
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
