//! What the command line accepts, and the help that says so.

use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};

use super::CliError;
use super::accounts::{AccountsCommand, TokensCommand};
use super::decisions::alerts::AlertsArgs;
use super::decisions::missions::MissionsArgs;
use super::decisions::notices::{NoticesCommand, ReceiversCommand};
use super::decisions::reviews::ReviewsCommand;
use super::operation::audit::AuditCommand;
use super::operation::jobs::JobsCommand;
use super::operation::restore::RestoreArgs;
use super::portfolio::export::ExportArgs;
use super::portfolio::judge::JudgeArgs;
use super::rules::RulesCommand;
use vigie::domain::alerts::alert::AlertState;
use vigie::domain::level::Level;
use vigie::domain::plausible;
use vigie::domain::portfolio::edition::EditionId;

/// Rules-based early warning for the French State's large digital projects.
///
/// Results go to standard output, messages to standard error. Colour depends on the terminal and
/// `NO_COLOR`. Exit codes: 0 success; 1 refused or failed; 2 wrong usage; 3 warnings, with
/// `--lint-fatal`.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    /// Settings file; `vigie.toml` in the current folder is read by default
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Output format
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Person on whose behalf the command acts, by name or mail address; the setting `actor` by default. On the local
    /// command line it is recorded and shown as unverified
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) by: Option<String>,

    /// Server to use instead of the database of this machine, as `https://vigie.example.fr`; the setting
    /// `server` by default
    #[arg(long, global = true, value_name = "URL", help_heading = "Server")]
    pub(crate) server: Option<String>,

    /// File that contains only the token for the server; by default the token is that of the variable
    /// `VIGIE_TOKEN`, or of the setting `token_file`
    #[arg(long, global = true, value_name = "FILE", help_heading = "Server")]
    pub(crate) token_file: Option<PathBuf>,

    /// Allow plain HTTP to another machine, with which others on the network can read the token
    #[arg(long, global = true, help_heading = "Server")]
    pub(crate) insecure_http: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, in French
    Table,
    /// All data, for programs
    Json,
    /// The main list, one line per entry
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import editions of the panorama and follow-up data from files
    Import(ImportArgs),
    /// List imports, and which import replaced which
    Imports,
    /// Evaluate all rules as of a date, and update alerts and missions
    Cycle(CycleArgs),
    /// List committed cycles, or void a wrong one
    Cycles {
        #[command(subcommand)]
        command: Option<CyclesCommand>,
    },
    /// Evaluate a past cycle again from its recorded inputs, and compare byte for byte
    Replay {
        /// Number of the cycle, as listed by `vigie cycles`
        cycle: i64,
    },
    /// Show the figures of the portfolio, its ministries and its editions
    Panorama {
        /// Date as of which figures are taken, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// Show one project: its history and verdicts
    Project {
        /// Id of the project, or its name in any edition
        name: String,
        /// Date as of which figures are taken, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Show its events instead, newest first: editions, alerts, missions, reviews, silences
        #[arg(long, conflicts_with = "as_of")]
        timeline: bool,
    },
    /// List projects, and link names of one project
    Projects {
        #[command(subcommand)]
        command: ProjectsCommand,
    },
    /// List alerts (open and pending ones by default), show one, and act on it
    Alerts(AlertsArgs),
    /// List missions (proposed and open ones by default), decide on them and conduct them
    Missions(MissionsArgs),
    /// Plan, record, move and list reviews of watch-listed projects
    Reviews {
        #[command(subcommand)]
        command: ReviewsCommand,
    },
    /// Show how many verdicts a cycle could give, and which fields the others lacked
    Coverage {
        /// One line per rule, or per ministry
        #[arg(long, value_enum, default_value_t = CoverageBy::Rule)]
        per: CoverageBy,
        /// Number of the cycle, as listed by `vigie cycles`; the last one by default
        #[arg(long, value_name = "CYCLE")]
        cycle: Option<i64>,
    },
    /// Evaluate the rules on any table, without the database; verdicts as CSV or Parquet
    Judge(JudgeArgs),
    /// List, preview and deliver notifications
    Notices {
        #[command(subcommand)]
        command: NoticesCommand,
    },
    /// List delivery channels, or reopen one
    Receivers {
        #[command(subcommand)]
        command: ReceiversCommand,
    },
    /// Create, change, close and list accounts of the API
    Accounts {
        #[command(subcommand)]
        command: AccountsCommand,
    },
    /// Issue, revoke and list API tokens
    Tokens {
        #[command(subcommand)]
        command: TokensCommand,
    },
    /// Export a whole table as CSV, XLSX or Parquet
    Export(ExportArgs),
    /// List or verify the audit trail: who decided what, when and why
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Check, test and explain rules; change them by drafts that a second person publishes
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// List every field that rules can read
    Dictionary,
    /// List scheduled jobs, or run one now
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// Replace the database, which must not be in use, with a backup
    Restore(RestoreArgs),
    /// Serve the API and run the scheduled jobs, until stopped by a signal
    Serve,
    /// Check that the service on this machine is ready; for containers
    Healthcheck,
    /// Show the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageBy {
    Rule,
    Ministry,
}

#[derive(Debug, Parser)]
pub(crate) struct ImportArgs {
    /// Files to import, or folders of files: CSV, XLSX, ODS
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Profile to read the files with; by default, the one that matches the header row
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// Edition of files that do not give their own, as YYYY-MM
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) edition: Option<EditionId>,
    /// Report what would be imported, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CyclesCommand {
    /// Void the last valid cycle: it stays listed, its effects on alerts and missions are undone, and
    /// everybody who was notified of it receives a correction
    Void {
        /// Number of the cycle, as listed by `vigie cycles`
        cycle: i64,
        /// Why it was wrong; shown to everybody who was notified of it
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

#[derive(Debug, Parser)]
pub(crate) struct CycleArgs {
    /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    pub(crate) as_of: Option<NaiveDate>,
    /// Report what would change, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Send all open alerts and missions to newly configured receivers; by default they only receive
    /// later changes
    #[arg(long)]
    pub(crate) announce: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectsCommand {
    /// List every known project with its names
    List,
    /// Link two projects that are one: FROM becomes part of INTO, in past editions too
    Link {
        /// Id or name of the project that becomes part of the other
        from: String,
        /// Id or name of the project that remains
        into: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
    /// Undo a link
    Unlink {
        /// Id of the project that was linked to another
        project: String,
        /// Reason, recorded in the audit trail
        #[arg(long)]
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the settings in force, from the file and the environment
    Check,
}

pub(super) fn alert_state(text: &str) -> Result<AlertState, String> {
    word(text, &AlertState::ALL.map(AlertState::as_str))
}

/// Parses a date within the supported range.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    plausible::date(text).map_err(|expected| format!("expected {expected}"))
}

pub(super) fn level(text: &str) -> Result<Level, String> {
    word(text, &Level::ALL.map(Level::as_str))
}

/// Reads one of `words`, and lists them when the text is none of them.
pub(super) fn word<T: FromStr>(text: &str, words: &[&str]) -> Result<T, String> {
    text.parse().map_err(|_| expected(&words.join(", ")))
}

pub(super) fn expected(words: &str) -> String {
    format!("expected one of {words}")
}

/// The text of an argument, within the bounds that the API gives it.
pub(super) fn text<T: TryFrom<String, Error = String>>(
    argument: &'static str,
    text: &str,
) -> Result<T, CliError> {
    T::try_from(text.to_owned()).map_err(|fault| CliError::Text { argument, fault })
}

/// The text of an argument that may be left out.
pub(super) fn optional<T: TryFrom<String, Error = String>>(
    argument: &'static str,
    given: Option<&str>,
) -> Result<Option<T>, CliError> {
    given.map(|given| text(argument, given)).transpose()
}
