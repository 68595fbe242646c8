//! `vigie cycle` on a server, which reports a cycle in brief.

use serde_json::Value as Json;

use super::cycle_names::CycleNames;
use super::cycle_tables::{SUMMARY, alert_moves, summary_cells, title};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::portfolio::imports;
use vigie::application::CycleBrief;
use vigie::domain::alerts::alert::AlertChangeKind;

/// What a server reports of a cycle that it ran.
pub(super) fn show(
    brief: &CycleBrief,
    names: &CycleNames,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    for fault in &brief.rule_faults {
        print::message(&format!("règle écartée : {fault}"));
    }
    let summary = Sheet::new(
        title(brief.cycle, brief.outcome),
        SUMMARY.to_vec(),
        vec![summary_cells(&brief.inputs, brief.counts)],
    );
    let mut sheets = vec![summary, counts(brief)];
    if !brief.alerts.is_empty() {
        sheets.push(alert_moves("Alertes qui changeraient", &brief.alerts, names));
    }
    if !brief.missions.is_empty() {
        sheets.push(missions(brief, names));
    }
    sheets.extend(imports::on_hold(&brief.on_hold));
    printer.answer(brief, &sheets, 1)
}

fn counts(brief: &CycleBrief) -> Sheet {
    let alerts = brief.alert_changes.iter().map(|(word, number)| {
        let kind = serde_json::from_value::<AlertChangeKind>(Json::from(word.as_str()));
        let shown = kind.map_or_else(|_| word.clone(), |kind| kind.label().to_owned());
        vec![Cell::of("alerte", "alert"), Cell::of(shown, word.as_str()), Cell::count(*number)]
    });
    let missions = brief.mission_changes.iter().map(|(word, number)| {
        vec![Cell::of("mission", "mission"), Cell::text(word), Cell::count(*number)]
    });
    let columns = vec![("what", "Objet"), ("change", "Changement"), ("count", "Nombre")];
    Sheet::new("Ce qui change", columns, alerts.chain(missions).collect())
        .with_note("Le détail : vigie alerts, vigie missions.")
}

fn missions(brief: &CycleBrief, names: &CycleNames) -> Sheet {
    Sheet::list(
        "Missions qui changeraient",
        brief.missions.iter(),
        &[
            ("change", "Changement", &|one| Cell::text(&one.change)),
            ("kind", "Mission", &|one| Cell::of(one.kind.label(), one.kind.as_str())),
            ("subject", "Sujet", &|one| {
                Cell::of(names.subject(&one.subject), one.subject.to_string())
            }),
            ("reason", "Motif", &|one| Cell::text(&one.reason)),
        ],
    )
}
