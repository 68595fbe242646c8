//! Plain lists: the fields of the dictionary.

use serde_json::Value as Json;

use super::print::{Cell, Printer, Sheet};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::rules::texts_in_force;
use vigie::client::{ApiClient, HttpTransport};
use vigie::rules::dictionary_of;
use vigie::server::config::Config;
use vigie::support::french;

/// The fields that a server knows, or else those of this machine's catalogue. Where there is no database, none is made.
pub(in crate::cli) async fn dictionary(
    server: Option<HttpTransport>,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    if let Some(server) = server {
        let api = ApiClient::new(server);
        return show_dictionary(&api.all(api.at(&["dictionary"])).await?, printer);
    }
    let dictionary = dictionary_of(&texts_in_force(config).await?);
    let fields = dictionary.fields().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    show_dictionary(&fields, printer)
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
        french::counted(fields.len(), "champ", "champs"),
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
    printer.answer(&fields, &[sheet], 0)
}
