//! `vigie replay`: a past cycle judged again, and what differs.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application;
use vigie::application::{DecisionDifference, Replay, ReplayDifference, ReplayDifferenceKind};
use vigie::client::ApiClient;
use vigie::domain::ids::CycleNumber;
use vigie::domain::operation::cycle::CycleInputs;
use vigie::support::fingerprint::Fingerprint;
use vigie::support::french;

/// A replay as a server sends it.
#[derive(Deserialize)]
struct Replayed {
    cycle: CycleNumber,
    inputs: CycleInputs,
    verdicts: usize,
    identical: bool,
    fingerprint: Fingerprint,
    engine: u32,
    release: Option<String>,
    kinds: BTreeMap<ReplayDifferenceKind, usize>,
    differences: Vec<ReplayDifference>,
    decisions: Option<Vec<DecisionDifference>>,
}

/// A server sends a hundred differences at most; here all of them are shown.
pub(in crate::cli) async fn run(
    number: i64,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match session.database() {
        Some(parts) => {
            let replay = application::replay(parts, CycleNumber(number)).await?;
            show_replay(&replay, session.printer)
        }
        None => show_replay(&on_server(number, &session.api).await?, session.printer),
    }
}

async fn on_server(number: i64, api: &ApiClient) -> Result<Replay, CliError> {
    let place = api.at(&["cycles", &number.to_string(), "replay"]);
    let replayed: Replayed = api.post(place, &json!({})).await?;
    Ok(Replay {
        cycle: replayed.cycle,
        inputs: replayed.inputs,
        verdicts: replayed.verdicts,
        identical: replayed.identical,
        fingerprint: replayed.fingerprint,
        engine: replayed.engine,
        release: replayed.release,
        kinds: replayed.kinds,
        differences: replayed.differences,
        decisions: replayed.decisions,
        lines: vec![],
    })
}

fn show_replay(replay: &Replay, printer: &Printer) -> Result<Conclusion, CliError> {
    let verdict = if replay.identical {
        "identiques, octet pour octet, à ceux qui ont été enregistrés"
    } else if replay.is_of_former_engine() {
        "comparés à ceux d’un moteur antérieur"
    } else {
        "DIFFÉRENTS de ceux qui ont été enregistrés"
    };
    let rows = replay.differences.iter().map(|one| {
        vec![
            Cell::text(one.kind.label()),
            Cell::optional(one.committed.as_deref()),
            Cell::optional(one.replayed.as_deref()),
        ]
    });
    let sheet = Sheet::new(
        format!(
            "Cycle {} rejoué au {} : {} verdicts {verdict}",
            replay.cycle,
            french::date(replay.inputs.as_of),
            replay.verdicts
        ),
        vec![("kind", "Nature"), ("committed", "Enregistré"), ("replayed", "Rejoué")],
        rows.collect(),
    )
    .with_note(format!(
        "Données {}, catalogue {}, verdicts {}.",
        replay.inputs.data.short(),
        replay.inputs.catalogue.short(),
        replay.fingerprint.short()
    ));
    let sheet = if let Some(release) = &replay.release {
        sheet.with_note(format!(
            "Évalué par le moteur {}, rejoué par le moteur {}{}. La version {release} le rejoue à \
             l’identique.",
            replay.engine,
            replay.inputs.engine,
            counted(&replay.kinds)
        ))
    } else {
        sheet
    };
    let decisions = replay.decisions.as_ref().map(|decisions| decisions_sheet(decisions));
    let sheets: Vec<Sheet> = std::iter::once(sheet).chain(decisions).collect();
    printer.answer(replay, &sheets, 0)?;
    let is_expected = replay.identical || replay.is_of_former_engine();
    Ok(if is_expected { Conclusion::Good } else { Conclusion::Bad })
}

/// For example ` : niveau, 2 verdicts ; mesure, 12 verdicts`.
fn counted(kinds: &BTreeMap<ReplayDifferenceKind, usize>) -> String {
    let kinds = kinds.iter().map(|(kind, count)| {
        format!("{}, {}", kind.label(), french::counted(*count, "verdict", "verdicts"))
    });
    let kinds = kinds.collect::<Vec<_>>().join(" ; ");
    if kinds.is_empty() { String::new() } else { format!(" : {kinds}") }
}

fn decisions_sheet(decisions: &[DecisionDifference]) -> Sheet {
    let title = match decisions.len() {
        0 => "Décisions sur les alertes identiques".to_owned(),
        count => format!(
            "{} sur les alertes",
            french::counted(count, "décision diffère", "décisions diffèrent")
        ),
    };
    let rows = decisions.iter().map(|one| {
        vec![Cell::optional(one.committed.as_deref()), Cell::optional(one.replayed.as_deref())]
    });
    Sheet::new(title, vec![("committed", "Enregistrée"), ("replayed", "Rejouée")], rows.collect())
}
