//! `vigie recipients`: who receives the messages of each ministry on a day, and why.

use chrono::NaiveDate;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Sheet};
use crate::cli::session::Session;
use vigie::domain::messages::recipients::{Receipt, RecipientLine};
use vigie::support::french;

pub(in crate::cli) async fn run(
    ministry: Option<&str>,
    as_of: Option<NaiveDate>,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let place = api.at(&["recipients"]).with("ministry", ministry).with("as_of", as_of);
    let lines: Vec<RecipientLine> = api.whole(place).await?.value;
    let receives = |line: &&RecipientLine| matches!(line.receives, Receipt::To | Receipt::Copy);
    let receiving = lines.iter().filter(receives).count();
    let title = french::counted(receiving, "destinataire", "destinataires");
    let rows = lines.iter().map(row).collect();
    let columns = vec![
        ("ministry", "Ministère"),
        ("role", "Fonction"),
        ("name", "Nom"),
        ("email", "Adresse"),
        ("receives", "Réception"),
        ("reason", "Motif"),
    ];
    printer.answer(&lines, &[Sheet::new(title, columns, rows)], 0)
}

fn row(line: &RecipientLine) -> Vec<Cell> {
    let role = line.role.map_or_else(
        || Cell::of("équipe des risques de la DINUM", serde_json::Value::Null),
        |role| Cell::of(role.label(), role.as_str()),
    );
    vec![
        Cell::of(&line.ministry_name, line.ministry.as_str()),
        role,
        Cell::optional(line.name.as_deref()),
        Cell::optional(line.email.as_deref()),
        Cell::of(line.receives.label(), line.receives.as_str()),
        Cell::text(&line.reason),
    ]
}
