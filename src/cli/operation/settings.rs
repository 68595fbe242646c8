//! `vigie config`: the settings in force.

use clap::Subcommand;
use serde_json::Value;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::server::config::Config;

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the settings in force, from the file and the environment
    Check,
}

pub(in crate::cli) fn run(
    command: ConfigCommand,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        ConfigCommand::Check => {
            vigie::server::check(config)?;
            let settings = serde_json::to_value(config)?;
            let mut lines = Vec::new();
            add_lines("", &settings, &mut lines);
            let rows = lines.into_iter().map(|(key, value)| {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                vec![Cell::text(key), Cell::of(shown, value.clone())]
            });
            let columns = vec![("setting", "Réglage"), ("value", "Valeur")];
            printer.answer(
                &settings,
                &[Sheet::new("Réglages en vigueur", columns, rows.collect())],
                0,
            )?;
        }
    }
    Ok(Conclusion::Good)
}

/// Adds a line for each setting: those of a section after its name, as `mail.host`.
fn add_lines<'v>(section: &str, value: &'v Value, lines: &mut Vec<(String, &'v Value)>) {
    let Value::Object(settings) = value else {
        lines.push((section.to_owned(), value));
        return;
    };
    for (name, inner) in settings {
        let key = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
        add_lines(&key, inner, lines);
    }
}
