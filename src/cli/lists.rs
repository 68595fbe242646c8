//! Plain lists: imports, and the fields of the dictionary.

use serde_json::Value as Json;
use vigie::client::Remote;
use vigie::cycle::Parts;
use vigie::frame::dictionary;
use vigie::store::ImportSummary;

use super::CliError;
use super::Conclusion;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) async fn imports(parts: &Parts, printer: &Printer) -> Result<Conclusion, CliError> {
    show_imports(&parts.store.imports().await?, printer)
}

/// The same of a server.
pub(super) async fn ask_imports(
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    show_imports(&remote.all(remote.at(&["imports"])).await?, printer)
}

fn show_imports(imports: &[ImportSummary], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = imports.iter().map(|import| {
        vec![
            Cell::count(import.number.0),
            Cell::text(&import.file),
            Cell::text(import.edition.to_string()),
            Cell::text(import.dataset.as_str()),
            Cell::text(&import.profile),
            Cell::text(import.imported_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            Cell::count(i64::try_from(import.rows_kept).unwrap_or(i64::MAX)),
            Cell::optional(import.replaces.map(|number| number.to_string())),
            Cell::optional(import.replaced_by.map(|number| number.to_string())),
        ]
    });
    let sheet = Sheet::new(
        format!("{} importations", imports.len()),
        vec![
            ("number", "N°"),
            ("file", "Fichier"),
            ("edition", "Édition"),
            ("dataset", "Contenu"),
            ("profile", "Profil"),
            ("imported_at", "Importé le"),
            ("rows_kept", "Gardées"),
            ("replaces", "Remplace"),
            ("replaced_by", "Remplacé par"),
        ],
        rows.collect(),
    );
    printer.answer(&imports, &[sheet], 0)?;
    Ok(Conclusion::Good)
}

pub(super) fn dictionary(printer: &Printer) -> Result<Conclusion, CliError> {
    let fields: Vec<_> = dictionary::fields().collect();
    let full = fields.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    show_dictionary(&full, printer)
}

/// The same of a server, which may know other fields.
pub(super) async fn ask_dictionary(
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    show_dictionary(&remote.all(remote.at(&["dictionary"])).await?, printer)
}

fn show_dictionary(fields: &[Json], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = fields.iter().map(|field| {
        let word = |key: &str| {
            let value = field.get(key).cloned().unwrap_or_default();
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Cell::of(shown, value)
        };
        ["name", "label", "kind", "unit", "supplier", "scopes", "meaning"].map(word).to_vec()
    });
    let sheet = Sheet::new(
        format!("{} champs", fields.len()),
        vec![
            ("name", "Champ"),
            ("label", "Libellé"),
            ("kind", "Type"),
            ("unit", "Unité"),
            ("supplier", "Fourni par"),
            ("scopes", "Portées"),
            ("meaning", "Sens"),
        ],
        rows.collect(),
    );
    printer.answer(&fields, &[sheet], 0)?;
    Ok(Conclusion::Good)
}
