//! `vigie replay`: a past cycle judged again, and what differs.

use serde::Deserialize;
use serde_json::json;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use vigie::application;
use vigie::application::Replay;
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
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Difference {
    committed: Option<String>,
    replayed: Option<String>,
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
    let differences = replayed.differences.into_iter().map(|one| (one.committed, one.replayed));
    Ok(Replay {
        cycle: replayed.cycle,
        inputs: replayed.inputs,
        verdicts: replayed.verdicts,
        identical: replayed.identical,
        fingerprint: replayed.fingerprint,
        differences: differences.collect(),
        lines: vec![],
    })
}

fn show_replay(replay: &Replay, printer: &Printer) -> Result<Conclusion, CliError> {
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
