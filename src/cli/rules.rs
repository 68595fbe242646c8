//! `vigie rules`: the catalogue, its faults, and the cases that prove it.

use vigie::app::config::Config;
use vigie::cycle::CycleError;
use vigie::domain::level::Level;
use vigie::rules;

use super::CliError;
use super::Conclusion;
use super::args::RulesCommand;
use super::print;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) fn run(
    command: &RulesCommand,
    config: &Config,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let texts = rules::read_folder(&config.rules).map_err(CycleError::from)?;
    let (catalogue, faults) = rules::compile(&texts, &config.limits);
    for fault in &faults {
        print::message(&fault.to_string());
    }
    let sound = if faults.is_empty() { Conclusion::Good } else { Conclusion::Bad };
    match command {
        RulesCommand::List => {
            list(&catalogue, printer)?;
            Ok(Conclusion::Good)
        }
        RulesCommand::Check => {
            let title =
                format!("{} règles compilées, {} défauts", catalogue.rules().count(), faults.len());
            let rows = faults.iter().map(|fault| {
                let place =
                    |number: Option<usize>| Cell::optional(number.map(|number| number.to_string()));
                vec![
                    Cell::text(&fault.file),
                    place(fault.line),
                    place(fault.column),
                    Cell::text(&fault.message),
                    Cell::optional(fault.hint.as_deref()),
                ]
            });
            let columns = vec![
                ("file", "Fichier"),
                ("line", "Ligne"),
                ("column", "Colonne"),
                ("message", "Défaut"),
                ("hint", "Piste"),
            ];
            printer.answer(&faults, &[Sheet::new(title, columns, rows.collect())], 0)?;
            Ok(sound)
        }
        RulesCommand::Test => {
            let passed = test(&catalogue, &texts, printer)?;
            Ok(if passed { sound } else { Conclusion::Bad })
        }
    }
}

fn list(catalogue: &rules::Catalogue, printer: &Printer) -> Result<(), CliError> {
    let found: Vec<&rules::Rule> = catalogue.rules().collect();
    let rows = found.iter().map(|rule| {
        let call = rule
            .mission
            .map(|call| format!("{} dès « {} »", call.kind.label(), Level::label(call.from)));
        vec![
            Cell::text(rule.id.as_str()),
            Cell::text(&rule.title),
            word(&rule.family),
            word(&rule.scope),
            word(&rule.status),
            Cell::optional(call),
            Cell::text(&rule.file),
            Cell::of(rule.revision.short(), rule.revision.as_str()),
        ]
    });
    let sheet = Sheet::new(
        format!("{} règles, catalogue {}", found.len(), catalogue.fingerprint().short()),
        vec![
            ("id", "Règle"),
            ("title", "Titre"),
            ("family", "Famille"),
            ("scope", "Portée"),
            ("status", "Statut"),
            ("mission", "Mission"),
            ("file", "Fichier"),
            ("revision", "Révision"),
        ],
        rows.collect(),
    );
    printer.answer(&found, &[sheet], 0)
}

/// A word of ours, as JSON has it.
fn word(value: &impl serde::Serialize) -> Cell {
    let json = serde_json::to_value(value).unwrap_or_default();
    Cell::of(json.as_str().unwrap_or_default(), json.clone())
}

fn test(
    catalogue: &rules::Catalogue,
    texts: &std::collections::BTreeMap<String, String>,
    printer: &Printer,
) -> Result<bool, CliError> {
    let outcomes = rules::run_cases(catalogue, texts);
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let rows = outcomes.iter().filter(|outcome| !outcome.passed()).map(|outcome| {
        vec![
            Cell::text(&outcome.file),
            Cell::text(&outcome.name),
            Cell::optional(outcome.difference.as_deref()),
        ]
    });
    let sheet = Sheet::new(
        format!("{} cas, {failed} en échec", outcomes.len()),
        vec![("file", "Fichier"), ("case", "Cas"), ("difference", "Écart")],
        rows.collect(),
    );
    printer.answer(&outcomes, &[sheet], 0)?;
    Ok(failed == 0)
}
