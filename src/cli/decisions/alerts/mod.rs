//! `vigie alerts`: open alerts, how it came to be, and what people do about it.

mod acts;
mod list;
mod show;
mod silences;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

use crate::cli::args::{alert_state, date, level};
use crate::cli::session::Session;
use crate::cli::{CliError, Conclusion};
use vigie::application::{AlertLine, ApplicationError, today};
use vigie::client::ApiClient;
use vigie::domain::alerts::alert::AlertState;
use vigie::domain::level::Level;
use vigie::support::clock::{Clock as _, SystemClock};

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AlertsArgs {
    #[command(subcommand)]
    command: Option<AlertsCommand>,
    /// State of the alert; open and pending by default
    #[arg(long, value_parser = alert_state, value_name = "pending|open|resolved")]
    state: Option<AlertState>,
    /// Minimum level
    #[arg(long, value_parser = level, value_name = "watch|moderate|high|critical")]
    level: Option<Level>,
    /// Id of the alert's rule
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
}

/// ALERT is the beginning of an id, as `vigie alerts --format csv` lists them, or a rule and a project.
#[derive(Debug, Subcommand)]
enum AlertsCommand {
    /// Show one alert: findings of cycles, actions of people, and the data known at each time
    Show {
        /// Start of the alert's id, or its rule and project
        #[arg(required = true, num_args = 1..=2, value_name = "ALERT")]
        alert: Vec<String>,
    },
    /// Acknowledge an alert, until it worsens or reopens
    Ack {
        /// Start of the alert's id, or its rule and project
        #[arg(required = true, num_args = 1..=2, value_name = "ALERT")]
        alert: Vec<String>,
        /// Comment
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Assign an alert to a person
    Assign {
        /// Start of the alert's id, or its rule and project
        #[arg(required = true, num_args = 1..=2, value_name = "ALERT")]
        alert: Vec<String>,
        /// Person, by name or mail address
        #[arg(long, value_name = "WHO")]
        to: String,
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Comment on an alert
    Comment {
        /// Start of the alert's id, or its rule and project
        #[arg(required = true, num_args = 1..=2, value_name = "ALERT")]
        alert: Vec<String>,
        #[arg(long)]
        text: String,
    },
    /// Record that a project's team disputes figures behind an alert
    ///
    /// The dispute concerns the imported data, not the rule: the alert stays open. The dispute is open
    /// until it is answered, or until a corrected import changes one of the fields.
    Dispute {
        /// Start of the alert's id, or its rule and project
        #[arg(required = true, num_args = 1..=2, value_name = "ALERT")]
        alert: Vec<String>,
        /// Disputed field, as named by `vigie dictionary`; may be repeated
        #[arg(long = "field", required = true, value_name = "FIELD")]
        fields: Vec<String>,
        /// Member of the team who disputes it
        #[arg(long, value_name = "WHO")]
        author: String,
        /// Statement of the team
        #[arg(long)]
        text: String,
    },
    /// Answer a dispute
    Answer {
        /// Number of the dispute, as listed by `vigie alerts disputes`
        dispute: i64,
        #[arg(long, value_enum)]
        verdict: acts::DisputeVerdictArg,
        /// Answer to the team
        #[arg(long)]
        reason: String,
    },
    /// List disputes
    Disputes,
    /// Silence some alerts until a date; they stay listed, and no notification mentions them
    Silence {
        /// One alert, by the start of its id, or its rule and project
        #[arg(num_args = 1..=2, value_name = "ALERT", conflicts_with_all = ["rule", "project", "ministry"])]
        alert: Vec<String>,
        /// Alerts of this rule
        #[arg(long, value_name = "RULE")]
        rule: Option<String>,
        /// Alerts on this project, by id or name
        #[arg(long, value_name = "PROJECT")]
        project: Option<String>,
        /// Alerts of this ministry and its projects
        #[arg(long, value_name = "CODE")]
        ministry: Option<String>,
        /// Until the end of this day, in Paris, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        until: NaiveDate,
        #[arg(long)]
        reason: String,
    },
    /// End a silence before its last day
    Unsilence {
        /// Number of the silence, as listed by `vigie alerts silences`
        silence: i64,
        #[arg(long)]
        reason: String,
    },
    /// List silences
    Silences {
        /// Include ended silences
        #[arg(long)]
        all: bool,
    },
}

pub(in crate::cli) async fn run(
    request: &AlertsArgs,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    use AlertsCommand as Command;
    let day = today(SystemClock.now());
    match &request.command {
        None => list::run(request, api, printer).await,
        Some(Command::Show { alert }) => {
            let id = find(alert, api).await?;
            show::show(&api.get(api.at(&["alerts", &id])).await?, day, printer)
        }
        Some(Command::Disputes) => acts::show(&api.all(api.at(&["disputes"])).await?, printer),
        Some(Command::Silences { all }) => {
            silences::show(api.all(api.at(&["silences"])).await?, (*all, day), printer)
        }
        Some(act) => acts::run(act, api).await,
    }
}

/// The id that commands call an alert by: the beginning of one, which the API completes, or that of the alert of a
/// rule on a subject.
async fn find(words: &[String], api: &ApiClient) -> Result<String, CliError> {
    let no_such = || ApplicationError::NoSuchAlert { requested: words.join(" ") };
    let [rule, subject] = words else {
        let id = words.concat().trim_start_matches("alert/").to_owned();
        return if id.is_empty() { Err(no_such().into()) } else { Ok(id) };
    };
    let list = api.at(&["alerts"]).with("rule", Some(rule)).with("about", Some(subject));
    let mut found: Vec<AlertLine> = api.all(list).await?;
    Ok(found.pop().ok_or_else(no_such)?.alert.id.to_string())
}
