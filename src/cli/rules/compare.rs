//! Overridden files, their versions, and how the wordings of a file differ.

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application::{FileComparison, OverrideLine, ThreeWay, VersionText, Wording};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::rules::overlay::{RuleVersion, ShippedState};
use vigie::support::french;

pub(super) fn show_overrides(
    found: &[OverrideLine],
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let rows = found.iter().map(|line| {
        let mut row = version_row(&line.version);
        row.push(Cell::of(line.shipped_state.label(), line.shipped_state.as_str()));
        row
    });
    let mut columns = version_columns();
    columns.push(("shipped_state", "Texte livré"));
    let newer =
        found.iter().filter(|line| line.shipped_state == ShippedState::NewerShipped).count();
    let title = format!("Fichiers surchargés : {}", found.len());
    let mut sheet = Sheet::new(title, columns, rows.collect());
    if newer > 0 {
        sheet = sheet.with_note(format!(
            "{newer} à comparer avec une version livrée plus récente : vigie rules compare NOM."
        ));
    }
    printer.answer(&found, &[sheet], 0)
}

pub(super) async fn versions(
    name: &str,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let found: Vec<VersionText> = api.all(api.at(&["rules", name, "versions"])).await?;
    let rows = found.iter().map(|one| {
        let mut row = version_row(&one.version);
        row.push(Cell::of(one.version.state.label(), one.version.state.as_str()));
        row
    });
    let mut columns = version_columns();
    columns.push(("state", "État"));
    let title = format!("Versions de {name} : {}", found.len());
    printer.answer(&found, &[Sheet::new(title, columns, rows.collect())], 0)
}

fn version_columns() -> Vec<(&'static str, &'static str)> {
    vec![
        ("path", "Fichier"),
        ("version", "Version"),
        ("sha256", "Empreinte"),
        ("authors", "Auteurs"),
        ("published_by", "Publiée par"),
        ("published_at", "Le"),
        ("comment", "Commentaire"),
    ]
}

fn version_row(version: &RuleVersion) -> Vec<Cell> {
    let day = version.published_at.date_naive();
    vec![
        Cell::text(version.path.as_str()),
        Cell::count(version.number.0),
        Cell::of(version.sha256.short(), version.sha256.as_str()),
        Cell::text(names(&version.authors)),
        Cell::text(version.published_by.as_str()),
        Cell::of(french::date(day), version.published_at.to_rfc3339()),
        Cell::text(&version.comment),
    ]
}

pub(super) fn show_three(found: &[ThreeWay], printer: &Printer) -> Result<Conclusion, CliError> {
    let mut sheets = Vec::new();
    for three in found {
        let path = three.line.version.path.as_str();
        let ours = format!("{path} : du texte livré à notre version {}", three.line.version.number);
        sheets.push(changes(ours, &three.our_changes));
        if three.line.shipped_state != ShippedState::NewerShipped {
            continue;
        }
        sheets.push(changes(
            format!("{path} : de ce texte à celui livré depuis"),
            &three.shipped_changes,
        ));
        let words = if three.overlap {
            "Les deux changements touchent les mêmes lignes : à réconcilier à la main."
        } else {
            "Les deux changements touchent des lignes différentes."
        };
        sheets.push(Sheet::new(words, vec![], vec![]));
    }
    printer.answer(&found, &sheets, 0)
}

pub(super) fn show_two(
    found: &[FileComparison],
    (from, to): (Wording, Wording),
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let sheets: Vec<Sheet> = found
        .iter()
        .map(|one| {
            changes(format!("{} : de {} à {}", one.path, from.label(), to.label()), &one.changes)
        })
        .collect();
    printer.answer(&found, &sheets, 0)
}

pub(super) fn changes(title: String, changes: &str) -> Sheet {
    let words = if changes.is_empty() { "Aucune différence." } else { changes.trim_end() };
    Sheet::new(title, vec![], vec![]).with_note(words.to_owned())
}

pub(super) fn names(actors: &[Actor]) -> String {
    actors.iter().map(Actor::as_str).collect::<Vec<_>>().join(", ")
}
