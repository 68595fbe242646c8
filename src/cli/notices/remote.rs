//! The same of a server.

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde_json::json;
use vigie::client::Remote;
use vigie::domain::notice::Lane;
use vigie::domain::notice::LaneState;
use vigie::domain::notice::Notice;
use vigie::domain::notice::NoticeState;
use vigie::domain::notice::QueuedNotice;
use vigie::domain::outage::Outage;

use super::NoticesCommand;
use super::ReceiversCommand;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print;
use crate::cli::print::Printer;

/// A receiver as a server tells it.
#[derive(Deserialize)]
struct ReceiverLine {
    receiver: Lane,
    set_up: bool,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// A server of an earlier version does not say.
    #[serde(default)]
    outage: Option<Outage>,
}

#[derive(Deserialize)]
struct Replayed {
    replayed: u64,
}

pub(in crate::cli) async fn run(
    command: &NoticesCommand,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        NoticesCommand::List { state, limit } => {
            let listed = remote.at(&["notices"]).with("state", state.map(NoticeState::as_str));
            let most = usize::try_from(*limit).unwrap_or(usize::MAX);
            let notices: Vec<QueuedNotice> = remote.first(&listed, most).await?;
            printer.answer(&notices, &[super::list(&notices)], 0)?;
        }
        NoticesCommand::Show { notice } => {
            super::show(&remote.get(remote.at(&["notices", notice])).await?, printer)?;
        }
        NoticesCommand::Preview { ministry, as_of, html } => {
            let place = remote.at(&["notices", "preview"]).with("ministry", Some(ministry));
            let notices: Vec<Notice> = remote.whole(place.with("as_of", *as_of)).await?.told;
            super::show_preview(&notices, html.as_ref(), printer)?;
        }
        NoticesCommand::Replay { notice, dead: _, reason } => {
            let body = json!({ "reason": reason });
            let replayed = if let Some(notice) = notice {
                let place = remote.at(&["notices", notice, "replay"]);
                let queued: QueuedNotice = remote.post(place, &body).await?;
                u64::from(queued.state == NoticeState::Waiting)
            } else {
                let Replayed { replayed } =
                    remote.post(remote.at(&["notices", "replay"]), &body).await?;
                replayed
            };
            print::message(&format!("{replayed} notices wait again"));
        }
        NoticesCommand::Deliver => return Err(CliError::HereOnly("notices deliver")),
        NoticesCommand::Remind => return Err(CliError::HereOnly("notices remind")),
    }
    Ok(Conclusion::Good)
}

pub(in crate::cli) async fn receivers(
    command: &ReceiversCommand,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    match command {
        ReceiversCommand::List => {
            let lines = lines(remote).await?;
            let set_up = set_up(&lines);
            let outages: Vec<Outage> =
                lines.iter().filter_map(|line| line.outage.clone()).collect();
            let states: Vec<LaneState> = lines.into_iter().filter_map(state).collect();
            super::warn_when_off(&set_up);
            printer.answer(&states, &[super::lanes(&set_up, &states, &outages)], 0)?;
        }
        ReceiversCommand::Enable { receiver, reason } => {
            let place = remote.at(&["receivers", receiver, "opening"]);
            let line: ReceiverLine = remote.post(place, &json!({ "reason": reason })).await?;
            super::tell_open(&line.receiver);
        }
    }
    Ok(Conclusion::Good)
}

async fn lines(remote: &Remote) -> Result<Vec<ReceiverLine>, CliError> {
    Ok(remote.all(remote.at(&["receivers"])).await?)
}

fn set_up(lines: &[ReceiverLine]) -> Vec<Lane> {
    lines.iter().filter(|line| line.set_up).map(|line| line.receiver.clone()).collect()
}

/// One that no cycle has opened yet has none.
fn state(told: ReceiverLine) -> Option<LaneState> {
    let ReceiverLine { receiver: lane, set_up: _, opened_at, closed_at, reason, outage } = told;
    Some(LaneState { lane, opened_at: opened_at?, closed_at, reason, outage })
}
