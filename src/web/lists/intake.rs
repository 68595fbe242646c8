//! The columns of imports, of the rows that they set aside, and of two editions compared.

use crate::application::{ComparedField, ExportColumn, ListTable, ProjectComparison};
use crate::domain::accounts::audit::Actor;
use crate::domain::portfolio::import::SetAside;
use crate::domain::portfolio::import_decision::ImportState;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::Unit;
use crate::intake::base_name;
use crate::store::ImportSummary;

/// An import, and who brought it where that is known.
pub(in crate::web) type BroughtImport = (ImportSummary, Option<Actor>);

pub(in crate::web) const IMPORTS: ListTable<BroughtImport> = ListTable {
    name: "importations",
    title: "Importations",
    meaning: "Les fichiers importés, et ce que chacun est devenu.",
    columns: &[
        ExportColumn::count("N°", |(import, _)| Some(import.number.0)),
        ExportColumn::text("Fichier", |(import, _)| base_name(&import.file).to_owned()),
        ExportColumn::text("Contenu", |(import, _)| import.dataset.label().to_owned()),
        ExportColumn::text("Édition", |(import, _)| import.edition.to_string()),
        ExportColumn::text("État", |(import, _)| state(import).to_owned()),
        ExportColumn::count("Lignes gardées", |(import, _)| i64::try_from(import.rows_kept).ok()),
        ExportColumn::count("Lignes écartées", |(import, _)| {
            i64::try_from(import.set_aside_count).ok()
        }),
        ExportColumn::moment("Importée le", |(import, _)| Some(import.imported_at)),
        ExportColumn::text("Par", |(_, by)| {
            by.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        ExportColumn::count("Remplace", |(import, _)| import.replaces.map(|other| other.0)),
        ExportColumn::count("Remplacée par", |(import, _)| {
            import.replaced_by.map(|other| other.0)
        }),
        ExportColumn::text("Motifs d’attente", |(import, _)| {
            let texts: Vec<&str> = import.holds.iter().map(|hold| hold.text.as_str()).collect();
            texts.join("\n")
        }),
    ],
};

/// A row of a file that was not imported, and why; no row where a whole column was left out.
#[derive(Debug)]
pub(in crate::web) struct RejectedRow {
    row: Option<u32>,
    reason: String,
}

impl RejectedRow {
    /// One for each row, in the order of the file.
    pub(in crate::web) fn of_all(set_aside: &[SetAside]) -> Vec<Self> {
        let of_one = |aside: &SetAside| {
            let rows: Vec<Option<u32>> = if aside.rows.is_empty() {
                vec![None]
            } else {
                aside.rows.iter().copied().map(Some).collect()
            };
            let reason = aside.reason.clone();
            rows.into_iter().map(move |row| Self { row, reason: reason.clone() })
        };
        let mut rows: Vec<Self> = set_aside.iter().flat_map(of_one).collect();
        rows.sort_by_key(|one| one.row);
        rows
    }
}

pub(in crate::web) const REJECTED_ROWS: ListTable<RejectedRow> = ListTable {
    name: "lignes-ecartees",
    title: "Lignes écartées",
    meaning: "Les lignes du fichier qui n’ont pas été importées, numérotées comme dans un tableur.",
    columns: &[
        ExportColumn::count("Ligne", |one| one.row.map(i64::from)),
        ExportColumn::text("Motif", |one| one.reason.clone()),
    ],
};

pub(in crate::web) const COMPARISON: ListTable<ProjectComparison> = ListTable {
    name: "comparaison",
    title: "Comparaison",
    meaning: "Les projets de deux éditions, chacune prise telle que son fichier en service la donne.",
    columns: &[
        ExportColumn::text("Projet", |one| one.name.clone()),
        ExportColumn::text("Ministère", |one| one.ministry.to_string()),
        ExportColumn::text("Mouvement", |one| one.change.label().to_owned()),
        ExportColumn::text("Ce qui change", |one| {
            let labels: Vec<&str> = one.changed.iter().copied().map(ComparedField::label).collect();
            labels.join(", ")
        }),
        ExportColumn::number("Coût avant (M€)", Unit::Meur, |one| one.cost_before),
        ExportColumn::number("Coût après (M€)", Unit::Meur, |one| one.cost_after),
        ExportColumn::number("Évolution du coût (M€)", Unit::Meur, |one| one.cost_change),
        ExportColumn::day("Fin prévue avant", |one| one.end_before),
        ExportColumn::day("Fin prévue après", |one| one.end_after),
        ExportColumn::count("Décalage de la fin (jours)", |one| one.end_shift_days),
        ExportColumn::text("Phase avant", |one| phase(one.phase_before)),
        ExportColumn::text("Phase après", |one| phase(one.phase_after)),
        ExportColumn::text("Ministère avant", |one| text(one.ministry_before.as_ref())),
        ExportColumn::text("Ministère après", |one| text(one.ministry_after.as_ref())),
        ExportColumn::text("Nom avant", |one| text(one.name_before.as_ref())),
        ExportColumn::text("Nom après", |one| text(one.name_after.as_ref())),
    ],
};

/// What an import is, as the list says it.
fn state(import: &ImportSummary) -> &'static str {
    match import.state {
        ImportState::OnHold if import.is_waiting() => "En attente de confirmation",
        ImportState::OnHold => "En attente, remplacée",
        ImportState::Withdrawn => "Retirée",
        ImportState::InUse if import.replaced_by.is_some() => "Remplacée",
        ImportState::InUse => "En service",
    }
}

fn phase(phase: Option<Phase>) -> String {
    phase.map(Phase::label).unwrap_or_default().to_owned()
}

fn text(of: Option<&impl ToString>) -> String {
    of.map(ToString::to_string).unwrap_or_default()
}
