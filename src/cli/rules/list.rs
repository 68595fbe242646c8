//! `vigie rules list`: the rules in force.

use serde::Serialize;

use super::shelf::Shelf;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::application::Backtest;
use vigie::domain::level::Level;
use vigie::foresight::Scorecard;
use vigie::rules::Rule;
use vigie::support::french;

/// A rule, with how often its warnings came true on past editions.
#[derive(Serialize)]
struct ListedRule<'r> {
    #[serde(flatten)]
    rule: &'r Rule,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<&'r Scorecard>,
}

pub(super) fn run(
    shelf: &Shelf,
    scores: Option<&Backtest>,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let score_of = |rule: &Rule| Some(&scores?.score_of(&rule.id)?.score);
    let rules = shelf.catalogue.catalogue.rules();
    let found: Vec<ListedRule<'_>> =
        rules.map(|rule| ListedRule { rule, score: score_of(rule) }).collect();
    let rows = found.iter().map(|ListedRule { rule, score }| {
        let call = rule
            .mission
            .map(|call| format!("{} dès « {} »", call.kind.label(), Level::label(call.from)));
        let mut cells = vec![
            Cell::text(rule.id.as_str()),
            Cell::text(&rule.title),
            word(&rule.family),
            word(&rule.scope),
            word(&rule.status),
            Cell::optional(call),
            Cell::text(&rule.file),
            Cell::of(rule.revision.short(), rule.revision.as_str()),
        ];
        if scores.is_some() {
            let tested = score.filter(|one| one.is_testable());
            cells.push(tested.map_or_else(Cell::nothing, |one| Cell::count(one.warnings)));
            cells.push(tested.map_or_else(Cell::nothing, |one| Cell::count(one.hits)));
            cells.push(score.map_or_else(Cell::nothing, |one| {
                Cell::of(one.finding.label(), one.finding.as_str())
            }));
        }
        cells
    });
    let mut columns = vec![
        ("id", "Règle"),
        ("title", "Titre"),
        ("family", "Famille"),
        ("scope", "Portée"),
        ("status", "Statut"),
        ("mission", "Mission"),
        ("file", "Fichier"),
        ("revision", "Révision"),
    ];
    if scores.is_some() {
        columns.extend([
            ("warnings", "Avertis"),
            ("hits", "Suivis d’une dérive"),
            ("finding", "Fiabilité"),
        ]);
    }
    let sheet = Sheet::new(
        format!(
            "{}, catalogue {}",
            french::counted(found.len(), "règle", "règles"),
            shelf.catalogue.catalogue.fingerprint().short()
        ),
        columns,
        rows.collect(),
    );
    printer.answer(&found, &[sheet], 0)
}

/// A word of ours, as JSON has it.
fn word(value: &impl Serialize) -> Cell {
    let json = serde_json::to_value(value).unwrap_or_default();
    Cell::of(json.as_str().unwrap_or_default(), json.clone())
}
