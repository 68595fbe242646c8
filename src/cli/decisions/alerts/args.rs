//! What `vigie alerts` accepts.

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};

use crate::cli::values::{date, level, word};
use vigie::domain::alerts::alert::AlertState;
use vigie::domain::level::Level;

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AlertsArgs {
    #[command(subcommand)]
    pub(super) command: Option<AlertsCommand>,
    /// State of the alert; open and pending by default
    #[arg(long, value_parser = alert_state, value_name = "pending|open|resolved")]
    pub(super) state: Option<AlertState>,
    /// Minimum level, in English or in French: `high`, `élevé`
    #[arg(long, value_parser = level, value_name = "watch|moderate|high|critical")]
    pub(super) level: Option<Level>,
    /// Id of the alert's rule
    #[arg(long, value_name = "RULE")]
    pub(super) rule: Option<String>,
    /// Alerts on this project, by id or name
    #[arg(long, value_name = "PROJECT")]
    pub(super) project: Option<String>,
    /// Alerts on this ministry and its projects
    #[arg(long, value_name = "CODE")]
    pub(super) ministry: Option<String>,
}

/// ALERT is the beginning of an id, as `vigie alerts --format csv` lists them, or a rule and a project.
#[derive(Debug, Subcommand)]
pub(super) enum AlertsCommand {
    /// Show one alert: findings of cycles, actions of people, and the data known at each time
    Show {
        /// Start of the alert's id, or its rule and project
        #[arg(required = true, num_args = 1..=2, value_name = "ALERT")]
        alert: Vec<String>,
    },
    /// Count the open alerts of each rule, and propose which to read under a more serious one
    Load,
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
        verdict: DisputeVerdictArg,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DisputeVerdictArg {
    /// The team is right: the data are to be corrected
    Upheld,
    Rejected,
}

fn alert_state(text: &str) -> Result<AlertState, String> {
    word(text, &AlertState::ALL.map(AlertState::as_str))
}
