//! `vigie cycle` and `vigie replay` on a server, which reports a cycle in brief.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{cycle, runs};
use crate::cli::args::CycleArgs;
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::{CliError, Conclusion};
use vigie::application::{CycleBrief, Replay};
use vigie::client::ApiClient;
use vigie::domain::alerts::alert::AlertChangeKind;
use vigie::domain::ids::CycleNumber;
use vigie::domain::level::Level;
use vigie::domain::operation::cycle::CycleInputs;
use vigie::support::fingerprint::Fingerprint;

/// A replay as a server sends it.
#[derive(Deserialize)]
struct Replayed {
    cycle: CycleNumber,
    inputs: CycleInputs,
    verdicts: usize,
    identical: bool,
    fingerprint: Fingerprint,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    committed: Option<String>,
    replayed: Option<String>,
}

pub(in crate::cli) async fn run(
    request: &CycleArgs,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let CycleArgs { as_of, dry_run, announce } = request;
    let body = json!({ "as_of": as_of, "dry_run": dry_run, "announce": announce });
    let run = runs::begin(api.at(&["cycles"]), &body, api).await?;
    let Some(brief) = run.report else {
        print::message(&run.job.detail);
        return Ok(Conclusion::Bad);
    };
    for fault in &brief.rule_faults {
        print::message(&format!("rule left out: {fault}"));
    }
    let summary = Sheet::new(
        cycle::title(brief.cycle, brief.outcome),
        cycle::SUMMARY.to_vec(),
        vec![cycle::summary_cells(&brief.inputs, brief.counts)],
    );
    let mut sheets = vec![summary, counts(&brief)];
    if !brief.alerts.is_empty() {
        sheets.push(alerts(&brief));
    }
    if !brief.missions.is_empty() {
        sheets.push(missions(&brief));
    }
    printer.answer(&brief, &sheets, 1)?;
    Ok(Conclusion::Good)
}

fn counts(brief: &CycleBrief) -> Sheet {
    let count = |count: usize| Cell::count(i64::try_from(count).unwrap_or(i64::MAX));
    let alerts = brief.alert_changes.iter().map(|(word, number)| {
        let kind = serde_json::from_value::<AlertChangeKind>(Json::from(word.as_str()));
        let shown = kind.map_or_else(|_| word.clone(), |kind| kind.label().to_owned());
        vec![Cell::of("alerte", "alert"), Cell::of(shown, word.as_str()), count(*number)]
    });
    let missions = brief.mission_changes.iter().map(|(word, number)| {
        vec![Cell::of("mission", "mission"), Cell::text(word), count(*number)]
    });
    let columns = vec![("what", "Objet"), ("change", "Changement"), ("count", "Nombre")];
    Sheet::new("Ce qui change", columns, alerts.chain(missions).collect())
        .with_note("Le détail : vigie alerts, vigie missions.")
}

fn alerts(brief: &CycleBrief) -> Sheet {
    let rows = brief.alerts.iter().map(|one| {
        vec![
            Cell::of(one.change.label(), one.change.as_str()),
            Cell::level(one.level),
            Cell::of(one.from.map_or("", Level::label), one.from.map(Level::as_str)),
            Cell::text(one.rule.as_str()),
            Cell::text(one.subject.to_string()),
            Cell::text(&one.reason),
        ]
    });
    let columns = vec![
        ("change", "Changement"),
        ("level", "Niveau"),
        ("from", "Avant"),
        ("rule", "Règle"),
        ("subject", "Sujet"),
        ("reason", "Motif"),
    ];
    Sheet::new("Alertes qui changeraient", columns, rows.collect())
}

fn missions(brief: &CycleBrief) -> Sheet {
    let rows = brief.missions.iter().map(|one| {
        vec![
            Cell::text(&one.change),
            Cell::of(one.kind.label(), one.kind.as_str()),
            Cell::text(one.subject.to_string()),
            Cell::text(&one.reason),
        ]
    });
    let columns = vec![
        ("change", "Changement"),
        ("kind", "Mission"),
        ("subject", "Sujet"),
        ("reason", "Motif"),
    ];
    Sheet::new("Missions qui changeraient", columns, rows.collect())
}

pub(in crate::cli) async fn replay(
    number: i64,
    api: &ApiClient,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let place = api.at(&["cycles", &number.to_string(), "replay"]);
    let replayed: Replayed = api.post(place, &json!({})).await?;
    let differences = replayed.differences.into_iter().map(|one| (one.committed, one.replayed));
    let replay = Replay {
        cycle: replayed.cycle,
        inputs: replayed.inputs,
        verdicts: replayed.verdicts,
        identical: replayed.identical,
        fingerprint: replayed.fingerprint,
        differences: differences.collect(),
        lines: vec![],
    };
    cycle::show_replay(&replay, printer)
}
