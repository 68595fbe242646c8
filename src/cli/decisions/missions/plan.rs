//! `vigie missions plan` and `outcomes`: what goes first, and what became of what each rule called for.

use super::labels;
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use vigie::decisions::missions::{RankGroup, Ranked, RuleOutcomes};
use vigie::support::french;

pub(super) fn show(ranked: &[Ranked], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = ranked.iter().map(row);
    let waiting = ranked.iter().filter(|one| one.place == RankGroup::NotTaken).count();
    let title = match waiting {
        0 => format!("Missions à conduire : {}, toutes ont une place", ranked.len()),
        1 => format!("Missions à conduire : {}, dont 1 attend", ranked.len()),
        waiting => format!("Missions à conduire : {}, dont {waiting} attendent", ranked.len()),
    };
    let columns = vec![
        ("team", "Équipe"),
        ("place", "Place"),
        ("kind", "Nature"),
        ("subject", "Sujet"),
        ("state", "État"),
        ("score", "Points"),
        ("points", "Détail"),
        ("reason", "Pourquoi"),
        ("id", "Mission"),
    ];
    printer.answer(&ranked, &[Sheet::new(title, columns, rows.collect())], 0)
}

fn row(one: &Ranked) -> Vec<Cell> {
    let mission = &one.mission;
    let detail = one
        .points
        .iter()
        .map(|part| format!("{} : {}", part.what, french::decimal(part.points, 1)))
        .collect::<Vec<_>>()
        .join("\n");
    vec![
        Cell::optional(one.team.as_deref()),
        Cell::of(one.place.label(), one.place.as_str()),
        Cell::of(mission.kind.label(), mission.kind.as_str()),
        Cell::text(mission.subject.to_string()),
        Cell::of(labels::state(mission), mission.state.as_str()),
        Cell::of(french::decimal(one.score, 1), one.score),
        Cell::text(detail),
        Cell::text(&one.reason),
        Cell::text(mission.id.as_str()),
    ]
}

pub(super) fn show_outcomes(
    tallies: &[RuleOutcomes],
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let rows = tallies.iter().map(|tally| {
        let precision = tally
            .precision
            .map_or_else(Cell::nothing, |share| Cell::of(french::percent(share), share));
        vec![
            Cell::text(tally.rule.as_str()),
            Cell::count(tally.confirmed),
            Cell::count(tally.averted),
            Cell::count(tally.false_alarm),
            Cell::count(tally.no_action),
            precision,
            Cell::count(tally.declined),
            Cell::count(tally.withdrawn),
            Cell::count(tally.live),
        ]
    });
    let columns = vec![
        ("rule", "Règle"),
        ("confirmed", "Confirmées"),
        ("averted", "Évitées"),
        ("false_alarm", "Fausses alertes"),
        ("no_action", "Sans suite"),
        ("precision", "Justesse"),
        ("declined", "Écartées"),
        ("withdrawn", "Retirées"),
        ("live", "En cours"),
    ];
    let sheet = Sheet::new("Ce que les missions ont donné, par règle", columns, rows.collect());
    let note = "Justesse : part des missions qui ont trouvé un vrai problème, confirmé ou évité, \
                parmi celles dont on sait ce qu’elles ont trouvé.";
    printer.answer(&tallies, &[sheet.with_note(note)], 0)
}
