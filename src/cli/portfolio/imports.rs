//! `vigie imports`: which files were imported, which of them wait for a person, and what people decide on them.

use clap::Subcommand;
use serde_json::Value as Json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use crate::cli::values::text;
use vigie::domain::action_bodies::Reason;
use vigie::domain::portfolio::import::HeldImport;
use vigie::domain::portfolio::import_decision::ImportState;
use vigie::store::ImportSummary;

#[derive(Debug, Subcommand)]
pub(crate) enum ImportsCommand {
    /// Confirm an import that waits because it is out of the bounds of plausibility, or that was withdrawn: cycles
    /// use it from now on
    Confirm {
        /// Number of the import, as listed by `vigie imports`
        import: i64,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Withdraw an import: no later cycle uses it, and what stood before it stands again
    Withdraw {
        /// Number of the import, as listed by `vigie imports`
        import: i64,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

pub(in crate::cli) async fn run(
    command: Option<&ImportsCommand>,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let api = &session.api;
    let (import, act, reason) = match command {
        None => return show(&api.all(api.at(&["imports"])).await?, session.printer),
        Some(ImportsCommand::Confirm { import, reason }) => (import, "confirm", reason),
        Some(ImportsCommand::Withdraw { import, reason }) => (import, "withdraw", reason),
    };
    let place = api.at(&["imports", &import.to_string(), act]);
    let body = Reason { reason: text("--reason", reason)? };
    let decided: ImportSummary = api.post(place, &body).await?;
    print::message(&match decided.state {
        ImportState::InUse => format!(
            "L’importation n° {import} ({}) est confirmée : le prochain cycle l’utilise.",
            decided.file
        ),
        ImportState::Withdrawn | ImportState::OnHold => format!(
            "L’importation n° {import} ({}) est retirée : ce qui valait avant elle vaut de nouveau à partir du \
             prochain cycle.",
            decided.file
        ),
    });
    if let Some(later) = decided.replaced_by.filter(|_| decided.state == ImportState::InUse) {
        print::message(&format!(
            "L’importation n° {later}, plus récente, reste celle qui vaut pour l’édition {}.",
            decided.edition
        ));
    }
    show(&[decided], session.printer)
}

fn show(imports: &[ImportSummary], printer: &Printer) -> Result<Conclusion, CliError> {
    let sheet = Sheet::list(
        vigie::support::french::counted(imports.len(), "importation", "importations"),
        imports.iter(),
        &[
            ("number", "N°", &|one| Cell::count(one.number.0)),
            ("file", "Fichier", &|one| Cell::text(&one.file)),
            ("edition", "Édition", &|one| Cell::text(one.edition.to_string())),
            ("dataset", "Contenu", &|one| Cell::text(one.dataset.as_str())),
            ("state", "État", &|one| Cell::of(one.state.label(), one.state.as_str())),
            ("profile", "Profil", &|one| Cell::text(&one.profile)),
            ("imported_at", "Importé le", &|one| {
                Cell::text(one.imported_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
            }),
            ("rows_kept", "Gardées", &|one| Cell::count(one.rows_kept)),
            ("replaces", "Remplace", &|one| {
                Cell::optional(one.replaces.map(|number| number.to_string()))
            }),
            ("replaced_by", "Remplacé par", &|one| {
                Cell::optional(one.replaced_by.map(|number| number.to_string()))
            }),
        ],
    );
    let mut sheets = vec![sheet];
    let waiting: Vec<HeldImport> =
        imports.iter().filter(|one| one.is_waiting()).map(ImportSummary::held).collect();
    sheets.extend(on_hold(&waiting));
    sheets.extend(decisions(imports));
    printer.answer(&imports, &sheets, 0)
}

/// What waits for a person, with the reasons; nothing when nothing waits.
pub(in crate::cli) fn on_hold(waiting: &[HeldImport]) -> Option<Sheet> {
    let rows: Vec<Vec<Cell>> = waiting
        .iter()
        .flat_map(|import| import.holds.iter().map(move |hold| (import, hold)))
        .map(|(import, hold)| {
            vec![
                Cell::count(import.number.0),
                Cell::text(import.edition.to_string()),
                Cell::of(hold.kind.label(), Json::from(hold.kind.as_str())),
                Cell::text(&hold.text),
            ]
        })
        .collect();
    let columns =
        vec![("number", "N°"), ("edition", "Édition"), ("kind", "Objet"), ("reason", "Motif")];
    (!rows.is_empty()).then(|| {
        Sheet::new("En attente de confirmation : aucun cycle ne les utilise", columns, rows)
            .with_note(
                "Si les chiffres sont justes : vigie imports confirm N° --reason … ; sinon, importer un fichier \
                 corrigé de la même édition.",
            )
    })
}

fn decisions(imports: &[ImportSummary]) -> Option<Sheet> {
    let decided: Vec<_> = imports.iter().filter_map(|one| one.decision.as_ref()).collect();
    (!decided.is_empty()).then(|| {
        Sheet::list(
            "Décisions sur les importations",
            decided,
            &[
                ("import", "N°", &|one| Cell::count(one.import.0)),
                ("action", "Décision", &|one| Cell::of(one.action.label(), one.action.as_str())),
                ("by", "Auteur", &|one| Cell::text(one.by.to_string())),
                ("at", "Le", &|one| {
                    Cell::text(one.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
                }),
                ("reason", "Motif", &|one| Cell::text(&one.reason)),
            ],
        )
    })
}
