//! `vigie config`: the settings in force.

use vigie::app::config::Config;

use super::CliError;
use super::Conclusion;
use super::args::ConfigCommand;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) fn run(
    command: ConfigCommand,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        ConfigCommand::Check => {
            vigie::app::check(config)?;
            let settings = serde_json::to_value(config)?;
            let rows = settings.as_object().into_iter().flatten().map(|(key, value)| {
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
