//! `vigie notices`, `vigie receivers` and `vigie recipients`: what was said, what waits, and to whom.

pub(in crate::cli) mod recipients;
mod sheets;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Subcommand;
use serde::Deserialize;

use self::sheets::{lanes, list, show, show_preview};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use crate::cli::values::{date, text, word};
use vigie::application::Services;
use vigie::client::{ApiClient, RemoteFault};
use vigie::delivery::Dispatcher;
use vigie::domain::action_bodies::{OptionalReason, Reason};
use vigie::domain::messages::channel::Channel;
use vigie::domain::messages::notice::{ChannelState, Notice, NoticeState, QueuedNotice};
use vigie::domain::messages::outage::Outage;
use vigie::support::french;

/// Notices listed by default, the latest ones.
const LISTED: u32 = 200;

#[derive(Debug, Subcommand)]
pub(crate) enum NoticesCommand {
    /// List notifications, newest first
    List {
        /// Delivery state
        #[arg(long, value_parser = state, value_name = "waiting|delivered|dead|withdrawn")]
        state: Option<NoticeState>,
        /// Maximum number to list
        #[arg(long, value_name = "NUMBER", default_value_t = LISTED)]
        limit: u32,
    },
    /// Show one notification, exactly as it is sent
    Show {
        /// Id of the notification, as listed by `vigie notices list`
        notice: String,
    },
    /// Preview the next notifications to a ministry's secretary-general; nothing is sent
    Preview {
        /// Code or name of the ministry
        ministry: String,
        /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Also write the HTML of the last message to this file
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Send what is due, once
    Deliver,
    /// Create the reminders and the messages of campaigns that are due today; `deliver` sends them
    Remind,
    /// Put notifications that could not be delivered back in the queue
    Replay {
        /// Id of the notification, as listed by `vigie notices list --state dead`
        #[arg(required_unless_present = "dead")]
        notice: Option<String>,
        /// All that could not be delivered
        #[arg(long, conflicts_with = "notice")]
        dead: bool,
        /// Reason, recorded in the audit trail
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Revoke the links of a mail, by which it is read and its alerts acknowledged without an account
    Revoke {
        /// Id of the notification, as listed by `vigie notices list`
        notice: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReceiversCommand {
    /// List delivery channels and their state
    List,
    /// Reopen a channel that was closed because its receiver refused further deliveries
    Enable {
        /// Name of the channel, as listed by `vigie receivers list`
        receiver: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

/// A receiver as the API lists it.
#[derive(Deserialize)]
struct ReceiverLine {
    receiver: Channel,
    set_up: bool,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// A server of an earlier version does not say.
    #[serde(default)]
    outage: Option<Outage>,
}

#[derive(Deserialize)]
struct RevokedLinks {
    revoked: bool,
}

#[derive(Deserialize)]
struct Replayed {
    replayed: u64,
}

pub(in crate::cli) async fn run(
    command: &NoticesCommand,
    session: &Session<'_>,
) -> Result<Conclusion, CliError> {
    let (api, printer) = (&session.api, session.printer);
    match command {
        NoticesCommand::List { state, limit } => {
            let filtered = api.at(&["notices"]).with("state", state.map(NoticeState::as_str));
            let most = usize::try_from(*limit).unwrap_or(usize::MAX);
            let notices: Vec<QueuedNotice> = api.first(&filtered, most).await?;
            warn(api).await?;
            printer.answer(&notices, &[list(&notices)], 0)?;
        }
        NoticesCommand::Show { notice } => {
            let found = api.get(api.at(&["notices", notice])).await;
            show(&named(found, notice)?, printer)?;
        }
        NoticesCommand::Preview { ministry, as_of, html } => {
            let place = api.at(&["notices", "preview"]).with("ministry", Some(ministry));
            let notices: Vec<Notice> = api.whole(place.with("as_of", *as_of)).await?.value;
            show_preview(&notices, html.as_ref(), printer)?;
        }
        NoticesCommand::Deliver => {
            return deliver(session.database_for("notices deliver")?, printer).await;
        }
        NoticesCommand::Remind => {
            let services = session.database_for("notices remind")?;
            let reminders = vigie::application::remind(services).await?;
            let written = reminders + vigie::application::write_campaign_messages(services).await?;
            warn_when_off(&vigie::notify::lanes(&services.notify));
            let written = usize::try_from(written).unwrap_or(usize::MAX);
            print::message(&french::counted(written, "message préparé", "messages préparés"));
        }
        NoticesCommand::Replay { notice, dead: _, reason } => {
            let body = OptionalReason { reason: text("--reason", reason)? };
            let replayed = if let Some(notice) = notice {
                let place = api.at(&["notices", notice, "replay"]);
                let queued: QueuedNotice = named(api.post(place, &body).await, notice)?;
                u64::from(queued.state == NoticeState::Waiting)
            } else {
                let Replayed { replayed } = api.post(api.at(&["notices", "replay"]), &body).await?;
                replayed
            };
            let replayed = usize::try_from(replayed).unwrap_or(usize::MAX);
            print::message(&french::counted(
                replayed,
                "message remis en attente d’envoi",
                "messages remis en attente d’envoi",
            ));
        }
        NoticesCommand::Revoke { notice, reason } => {
            let body = Reason { reason: text("--reason", reason)? };
            let place = api.at(&["notices", notice, "revocation"]);
            let RevokedLinks { revoked } = named(api.post(place, &body).await, notice)?;
            print::message(if revoked {
                "the links of this message no longer work"
            } else {
                "the links of this message had been revoked before"
            });
        }
    }
    Ok(Conclusion::Good)
}

pub(in crate::cli) async fn receivers(
    command: &ReceiversCommand,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match command {
        ReceiversCommand::List => {
            let lines: Vec<ReceiverLine> = api.all(api.at(&["receivers"])).await?;
            let set_up = set_up(&lines);
            let outages: Vec<Outage> =
                lines.iter().filter_map(|line| line.outage.clone()).collect();
            let states: Vec<ChannelState> = lines.into_iter().filter_map(lane_state).collect();
            warn_when_off(&set_up);
            printer.answer(&states, &[lanes(&set_up, &states, &outages)], 0)?;
        }
        ReceiversCommand::Enable { receiver, reason } => {
            let place = api.at(&["receivers", receiver, "opening"]);
            let body = Reason { reason: text("--reason", reason)? };
            let line: ReceiverLine = api.post(place, &body).await?;
            tell_open(&line.receiver);
        }
    }
    Ok(Conclusion::Good)
}

fn set_up(lines: &[ReceiverLine]) -> Vec<Channel> {
    lines.iter().filter(|line| line.set_up).map(|line| line.receiver.clone()).collect()
}

/// `None` for a receiver that no cycle has opened yet.
fn lane_state(listed: ReceiverLine) -> Option<ChannelState> {
    let ReceiverLine { receiver: lane, set_up: _, opened_at, closed_at, reason, outage } = listed;
    Some(ChannelState { lane, opened_at: opened_at?, closed_at, reason, outage })
}

/// The notice called `id`, or a refusal that says how to list those there are.
fn named<T>(found: Result<T, RemoteFault>, id: &str) -> Result<T, CliError> {
    found.map_err(|fault| {
        if fault.is_not_found() { CliError::NoSuchNotice(id.to_owned()) } else { fault.into() }
    })
}

/// Says that nothing is sent, or what is down. Accounts of some ministries may not know.
async fn warn(api: &ApiClient) -> Result<(), CliError> {
    let lines: Vec<ReceiverLine> = match api.all(api.at(&["receivers"])).await {
        Err(RemoteFault::Refused(refusal)) if refusal.kind() == "beyond-scope" => return Ok(()),
        lines => lines?,
    };
    warn_when_off(&set_up(&lines));
    let outages: Vec<Outage> = lines.into_iter().filter_map(|line| line.outage).collect();
    warn_when_down(&outages);
    Ok(())
}

fn tell_open(lane: &Channel) {
    print::message(&format!(
        "{lane} est rouvert ; « vigie notices replay --dead » lui envoie ce qui avait été abandonné"
    ));
}

/// Nothing is queued for receivers that no setting names, and the list says so.
fn warn_when_off(set_up: &[Channel]) {
    if set_up.is_empty() {
        print::message(
            "aucun destinataire n’est configuré : rien n’est mis en attente d’envoi ; voir « mail », « webhooks » et \
             « tchap » dans vigie.toml",
        );
    }
}

/// What waits for a channel that is down does not say so by itself.
fn warn_when_down(outages: &[Outage]) {
    for Outage { lane, since, error, next_attempt_at, .. } in outages {
        print::message(&format!(
            "{lane} est en panne depuis le {since} : {error} ; rien de ce qui l’attend n’est abandonné, prochain essai le \
             {next_attempt_at}"
        ));
    }
}

async fn deliver(services: &Services, printer: &Printer) -> Result<Conclusion, CliError> {
    let (clock, settings) = (Arc::clone(&services.clock), Arc::clone(&services.notify));
    let dispatcher = Dispatcher::new(services.store.clone(), clock, settings)?;
    warn_when_off(&vigie::notify::lanes(&services.notify));
    // What is being sent when someone says stop is finished.
    let report = dispatcher.drain(&vigie::server::stop_signal()?).await?;
    let rows = report.iter().map(|(lane, report)| {
        let reasons: Vec<String> =
            report.failures.iter().map(|(reason, times)| format!("{reason} × {times}")).collect();
        vec![
            Cell::text(lane.to_string()),
            Cell::count(report.delivered),
            Cell::count(report.waiting),
            Cell::count(report.dead),
            Cell::text(reasons.join(", ")),
            Cell::optional(report.outage.as_deref()),
        ]
    });
    let columns = vec![
        ("lane", "Canal"),
        ("delivered", "Envoyés"),
        ("waiting", "À retenter"),
        ("dead", "Abandonnés"),
        ("failures", "Échecs"),
        ("outage", "Panne"),
    ];
    printer.answer(&report, &[Sheet::new("Envoi", columns, rows.collect())], 0)
}

fn state(text: &str) -> Result<NoticeState, String> {
    word(text, &NoticeState::ALL.map(NoticeState::as_str))
}
