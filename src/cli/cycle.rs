//! `vigie cycle` and `vigie replay`.

use vigie::cycle::CycleReport;
use vigie::cycle::Outcome;
use vigie::cycle::Parts;
use vigie::domain::alert::AlertChangeKind;
use vigie::domain::french;
use vigie::domain::ids::CycleNumber;
use vigie::domain::level::Level;
use vigie::domain::mission::MissionChangeKind;

use super::CliError;
use super::Conclusion;
use super::args::CycleArgs;
use super::print;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) async fn run(
    request: &CycleArgs,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let report = vigie::cycle::run(parts, request.as_of, request.dry_run).await?;
    for fault in &report.rule_faults {
        print::message(&format!("rule left out: {fault}"));
    }
    printer.answer(&report, &[summary(&report), changes(&report), missions(&report)], 1)?;
    Ok(Conclusion::Good)
}

pub(super) async fn replay(
    number: i64,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let replay = vigie::cycle::replay(parts, CycleNumber(number)).await?;
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
    printer.answer(&replay, &[sheet], 0)?;
    Ok(if replay.identical { Conclusion::Good } else { Conclusion::Bad })
}

fn summary(report: &CycleReport) -> Sheet {
    let title = match report.outcome {
        Outcome::Committed => format!("Cycle {}", report.cycle),
        Outcome::Unchanged => {
            format!("Cycle {} : rien n’a changé depuis, rien n’est écrit", report.cycle)
        }
        Outcome::DryRun => format!("Cycle {} à blanc : rien n’est écrit", report.cycle),
    };
    let count = |count: u64| Cell::count(i64::try_from(count).unwrap_or(i64::MAX));
    Sheet::new(
        title,
        vec![
            ("as_of", "Évalué au"),
            ("edition", "Édition"),
            ("judged", "Verdicts"),
            ("fired", "Signalés"),
            ("unknown", "Non évaluables"),
            ("failed", "En défaut"),
            ("data", "Données"),
            ("catalogue", "Catalogue"),
        ],
        vec![vec![
            Cell::of(french::date(report.inputs.as_of), report.inputs.as_of.to_string()),
            Cell::text(report.inputs.edition.to_string()),
            count(report.counts.judged),
            count(report.counts.fired),
            count(report.counts.unknown),
            count(report.counts.failed),
            Cell::of(report.inputs.data.short(), report.inputs.data.as_str()),
            Cell::of(report.inputs.catalogue.short(), report.inputs.catalogue.as_str()),
        ]],
    )
}

fn changes(report: &CycleReport) -> Sheet {
    let moved = report.alert_changes.iter().filter(|one| one.kind != AlertChangeKind::Persisted);
    let rows: Vec<Vec<Cell>> = moved
        .map(|change| {
            vec![
                Cell::of(label(change.kind), change.kind.word()),
                Cell::level(change.alert.level),
                Cell::of(change.from.map_or("", Level::label), change.from.map(Level::word)),
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
    Sheet::new(format!("Alertes : {} changements, {lasting} inchangées", rows.len()), columns, rows)
}

fn label(kind: AlertChangeKind) -> &'static str {
    match kind {
        AlertChangeKind::Pending => "en attente",
        AlertChangeKind::Raised => "ouverte",
        AlertChangeKind::Reopened => "rouverte",
        AlertChangeKind::Worsened => "aggravée",
        AlertChangeKind::Eased => "atténuée",
        AlertChangeKind::Persisted => "inchangée",
        AlertChangeKind::Dropped => "abandonnée",
        AlertChangeKind::Resolved => "close",
    }
}

fn missions(report: &CycleReport) -> Sheet {
    let rows = report.mission_changes.iter().map(|change| {
        let label = match change.kind {
            MissionChangeKind::Proposed => "proposée",
            MissionChangeKind::Opened => "ouverte d’office",
            MissionChangeKind::Gathered => "complétée",
            MissionChangeKind::Withdrawn => "retirée",
        };
        vec![
            Cell::of(label, change.kind.word()),
            Cell::of(change.mission.kind.label(), change.mission.kind.word()),
            Cell::text(change.mission.subject.to_string()),
            Cell::text(&change.reason),
        ]
    });
    Sheet::new(
        format!("Missions : {} changements", report.mission_changes.len()),
        vec![
            ("change", "Changement"),
            ("kind", "Mission"),
            ("subject", "Sujet"),
            ("reason", "Motif"),
        ],
        rows.collect(),
    )
}
