//! `vigie cycle`, `vigie cycles` and `vigie replay`.

use super::cycle_remote;
use crate::cli::args::{CycleArgs, text};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::portfolio::coverage;
use crate::cli::session::Session;
use crate::cli::{CliError, Conclusion};
use vigie::application::{CycleOutcome, CycleReport, Replay, Services, VoidReport};
use vigie::domain::action_bodies::Reason;
use vigie::domain::alerts::alert::AlertChangeKind;
use vigie::domain::ids::CycleNumber;
use vigie::domain::level::Level;
use vigie::domain::operation::cycle::{CycleCounts, CycleInputs, CycleSummary};
use vigie::support::french;

/// Cycles listed at most, the latest ones.
const LISTED: usize = 100;

pub(in crate::cli) async fn run(
    request: &CycleArgs,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match session.database() {
        Some(parts) => run_here(request, parts, session.printer).await,
        None => cycle_remote::run(request, &session.api, session.printer).await,
    }
}

async fn run_here(
    request: &CycleArgs,
    parts: &Services,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let CycleArgs { as_of, dry_run, announce } = request;
    let report = if *announce {
        vigie::application::announce(parts, *as_of, *dry_run).await?
    } else {
        vigie::application::run(parts, *as_of, *dry_run).await?
    };
    for fault in &report.rule_faults {
        print::message(&format!("rule left out: {fault}"));
    }
    if report.outgoing.old_news > 0 {
        print::message(&format!(
            "{} alerts stood before their receivers were set up: they are taken as known; \
             `--announce` would have told them",
            report.outgoing.old_news
        ));
    }
    let mut sheets = vec![summary(&report), changes(&report), missions(&report)];
    if !report.silence_changes.is_empty() {
        sheets.push(silences(&report));
    }
    printer.answer(&report, &sheets, 1)?;
    Ok(Conclusion::Good)
}

pub(in crate::cli) async fn list(
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    show_list(&api.first(&api.at(&["cycles"]), LISTED).await?, printer)
}

fn show_list(cycles: &[CycleSummary], printer: &Printer) -> Result<Conclusion, CliError> {
    let rows = cycles.iter().map(|cycle| {
        let mut cells = vec![Cell::count(cycle.number.0)];
        cells.extend(summary_cells(&cycle.inputs, cycle.counts.unwrap_or_default()));
        let void = cycle.voided.as_ref();
        let shown = void.map(|void| format!("par {} : {}", void.by, void.reason));
        cells.push(Cell::optional(shown.as_deref()));
        cells
    });
    let mut columns = vec![("number", "N°")];
    columns.extend(SUMMARY);
    columns.push(("voided", "Annulé"));
    let sheet = Sheet::new(format!("{} cycles", cycles.len()), columns, rows.collect());
    printer.answer(&cycles, &[sheet], 0)?;
    Ok(Conclusion::Good)
}

pub(in crate::cli) async fn void(
    number: i64,
    reason: &str,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let place = api.at(&["cycles", &number.to_string(), "void"]);
    let body = Reason { reason: text("--reason", reason)? };
    show_void(&api.post(place, &body).await?, printer)
}

fn show_void(report: &VoidReport, printer: &Printer) -> Result<Conclusion, CliError> {
    let count = |count: usize| Cell::count(i64::try_from(count).unwrap_or(i64::MAX));
    let corrected: Vec<String> = report.corrected.iter().map(ToString::to_string).collect();
    let sheet = Sheet::new(
        format!(
            "Cycle {} au {} annulé",
            report.cycle.number,
            french::date(report.cycle.inputs.as_of)
        ),
        vec![
            ("alerts", "Alertes remises en l’état"),
            ("missions", "Missions remises en l’état ou retirées"),
            ("corrected", "Rectificatif adressé à"),
        ],
        vec![vec![count(report.alerts), count(report.missions), Cell::text(corrected.join(", "))]],
    );
    printer.answer(report, &[sheet], 0)?;
    Ok(Conclusion::Good)
}

/// A server sends a hundred differences at most; here all of them are shown.
pub(in crate::cli) async fn replay(
    number: i64,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match session.database() {
        Some(parts) => {
            let replay = vigie::application::replay(parts, CycleNumber(number)).await?;
            show_replay(&replay, session.printer)
        }
        None => cycle_remote::replay(number, &session.api, session.printer).await,
    }
}

pub(in crate::cli) fn show_replay(
    replay: &Replay,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let verdict = if replay.identical {
        "identiques, octet pour octet, à ceux qui ont été enregistrés"
    } else {
        "DIFFÉRENTS de ceux qui ont été enregistrés"
    };
    let rows = replay.differences.iter().map(|(before, now)| {
        vec![Cell::optional(before.as_deref()), Cell::optional(now.as_deref())]
    });
    let sheet = Sheet::new(
        format!(
            "Cycle {} rejoué au {} : {} verdicts {verdict}",
            replay.cycle,
            french::date(replay.inputs.as_of),
            replay.verdicts
        ),
        vec![("committed", "Enregistré"), ("replayed", "Rejoué")],
        rows.collect(),
    )
    .with_note(format!(
        "Données {}, catalogue {}, verdicts {}.",
        replay.inputs.data.short(),
        replay.inputs.catalogue.short(),
        replay.fingerprint.short()
    ));
    printer.answer(replay, &[sheet], 0)?;
    Ok(if replay.identical { Conclusion::Good } else { Conclusion::Bad })
}

fn summary(report: &CycleReport) -> Sheet {
    let title = title(report.cycle, report.outcome);
    let cells = summary_cells(&report.inputs, report.counts);
    let sheet = Sheet::new(title, SUMMARY.to_vec(), vec![cells]);
    if report.missing_most.is_empty() {
        return sheet;
    }
    let costs: Vec<String> = report.missing_most.iter().map(coverage::cost).collect();
    sheet.with_note(format!("Verdicts perdus faute de : {}.", costs.join(" ; ")))
}

pub(in crate::cli) fn title(cycle: CycleNumber, outcome: CycleOutcome) -> String {
    match outcome {
        CycleOutcome::Committed => format!("Cycle {cycle}"),
        CycleOutcome::Unchanged => {
            format!("Cycle {cycle} : rien n’a changé depuis, rien n’est écrit")
        }
        CycleOutcome::DryRun => format!("Cycle {cycle} à blanc : rien n’est écrit"),
    }
}

pub(in crate::cli) const SUMMARY: [(&str, &str); 8] = [
    ("as_of", "Évalué au"),
    ("edition", "Édition"),
    ("judged", "Jugés"),
    ("fired", "Signalés"),
    ("unknown", "Non évaluables"),
    ("failed", "En défaut"),
    ("data", "Données"),
    ("catalogue", "Catalogue"),
];

pub(in crate::cli) fn summary_cells(inputs: &CycleInputs, counts: CycleCounts) -> Vec<Cell> {
    let count = |count: u64| Cell::count(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        Cell::of(french::date(inputs.as_of), inputs.as_of.to_string()),
        Cell::text(inputs.edition.to_string()),
        count(counts.judged),
        count(counts.fired),
        count(counts.unknown),
        count(counts.failed),
        Cell::of(inputs.data.short(), inputs.data.as_str()),
        Cell::of(inputs.catalogue.short(), inputs.catalogue.as_str()),
    ]
}

fn changes(report: &CycleReport) -> Sheet {
    let moved = report.alert_changes.iter().filter(|one| one.kind != AlertChangeKind::Persisted);
    let rows: Vec<Vec<Cell>> = moved
        .map(|change| {
            vec![
                Cell::of(change.kind.label(), change.kind.as_str()),
                Cell::level(change.alert.level),
                Cell::of(change.from.map_or("", Level::label), change.from.map(Level::as_str)),
                Cell::text(change.alert.rule.as_str()),
                Cell::text(change.alert.subject.to_string()),
                Cell::text(&change.reason),
            ]
        })
        .collect();
    let lasting = report.alert_changes.len() - rows.len();
    let columns = vec![
        ("change", "Changement"),
        ("level", "Niveau"),
        ("from", "Avant"),
        ("rule", "Règle"),
        ("subject", "Sujet"),
        ("reason", "Motif"),
    ];
    Sheet::new(
        format!("Alertes qui changent : {} ; inchangées : {lasting}", rows.len()),
        columns,
        rows,
    )
}

fn silences(report: &CycleReport) -> Sheet {
    let rows = report.silence_changes.iter().map(|change| {
        let silence = &change.silence;
        vec![
            Cell::count(silence.number.0),
            Cell::of(change.kind.label(), change.kind.as_str()),
            Cell::text(silence.author.to_string()),
            Cell::of(french::date(silence.last_day), silence.last_day.to_string()),
            Cell::text(&change.reason),
        ]
    });
    Sheet::new(
        format!("Silences qui changent : {}", report.silence_changes.len()),
        vec![
            ("number", "N°"),
            ("change", "Changement"),
            ("author", "Auteur"),
            ("last_day", "Dernier jour"),
            ("reason", "Motif"),
        ],
        rows.collect(),
    )
}

fn missions(report: &CycleReport) -> Sheet {
    let rows = report.mission_changes.iter().map(|change| {
        vec![
            Cell::of(change.kind.label(), change.kind.as_str()),
            Cell::of(change.mission.kind.label(), change.mission.kind.as_str()),
            Cell::text(change.mission.subject.to_string()),
            Cell::text(&change.reason),
        ]
    });
    Sheet::new(
        format!("Missions qui changent : {}", report.mission_changes.len()),
        vec![
            ("change", "Changement"),
            ("kind", "Mission"),
            ("subject", "Sujet"),
            ("reason", "Motif"),
        ],
        rows.collect(),
    )
}
