//! What the command line accepts, and the help that says so.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use vigie::domain::alert::AlertState;
use vigie::domain::edition::EditionId;
use vigie::domain::level::Level;
use vigie::domain::plausible;

use super::CliError;
use super::accounts::AccountsCommand;
use super::accounts::TokensCommand;
use super::alerts::AlertsArgs;
use super::audit::AuditCommand;
use super::export::ExportArgs;
use super::jobs::JobsCommand;
use super::judge::JudgeArgs;
use super::missions::MissionsArgs;
use super::notices::NoticesCommand;
use super::notices::ReceiversCommand;
use super::restore::RestoreArgs;
use super::reviews::ReviewsCommand;
use super::rules::RulesCommand;

/// Watches the State's large digital projects and warns early enough to act.
///
/// Results go to standard output, messages to standard error. Colour follows the terminal and
/// `NO_COLOR`. Exit code 0: done; 1: refused or not as it should be; 2: wrong usage; 3: remarks
/// that `--lint-fatal` does not let pass.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    /// Settings file; `vigie.toml` in the current folder is read by default
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// How to write the answer
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Who decides, by name or address; the setting `actor` by default. Beside the database anybody can type any
    /// name: it is kept and shown as one that nobody proved
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) by: Option<String>,

    /// Let this server answer, as `https://vigie.example.fr`, in place of the database of this machine;
    /// the setting `server` by default
    #[arg(long, global = true, value_name = "URL", help_heading = "Server")]
    pub(crate) server: Option<String>,

    /// The token that the server knows you by, alone in a file; by default that of the variable
    /// `VIGIE_TOKEN`, or of the setting `token_file`
    #[arg(long, global = true, value_name = "FILE", help_heading = "Server")]
    pub(crate) token_file: Option<PathBuf>,

    /// Send the token in plain HTTP to another machine, where whoever stands between reads it
    #[arg(long, global = true, help_heading = "Server")]
    pub(crate) insecure_http: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, in French
    Table,
    /// Everything, for machines
    Json,
    /// The main list, one line each
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read editions of the panorama and follow-up data from files
    Import(ImportArgs),
    /// List what was imported, and what replaced what
    Imports,
    /// Judge every project as of a date, then open, move and close alerts and missions
    Cycle(CycleArgs),
    /// List the cycles that were committed; make a wrong one void
    Cycles {
        #[command(subcommand)]
        command: Option<CyclesCommand>,
    },
    /// Judge a past cycle again from what was kept, and compare byte for byte
    Replay {
        /// Number of the cycle, as listed by `vigie cycles`
        cycle: i64,
    },
    /// Show the portfolio: its figures, its ministries, its editions
    Panorama {
        /// Look at a past date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// Show one project: its history, and what the rules say of it
    Project {
        /// A name it went by in any edition, or its id
        name: String,
        /// Look at a past date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Show what became of it instead, newest first: editions, alerts, missions, reviews, silences
        #[arg(long, conflicts_with = "as_of")]
        timeline: bool,
    },
    /// List projects, and say which names are one project
    Projects {
        #[command(subcommand)]
        command: ProjectsCommand,
    },
    /// List alerts: those that stand, unless asked otherwise; show one, and act on it
    Alerts(AlertsArgs),
    /// List missions: those proposed or open, unless asked otherwise; decide on them and conduct them
    Missions(MissionsArgs),
    /// Plan, hold, move and list the reviews of listed projects
    Reviews {
        #[command(subcommand)]
        command: ReviewsCommand,
    },
    /// Show how much the last cycle could judge, and for want of which fields it could not
    Coverage {
        /// One line for each rule, or for each ministry
        #[arg(long, value_enum, default_value_t = CoverageBy::Rule)]
        per: CoverageBy,
        /// Of this cycle, as listed by `vigie cycles`; the last one by default
        #[arg(long, value_name = "CYCLE")]
        cycle: Option<i64>,
    },
    /// Judge any table with the catalogue, without the database: verdicts as CSV or Parquet
    Judge(JudgeArgs),
    /// Look at what is said to whom, and send what is due
    Notices {
        #[command(subcommand)]
        command: NoticesCommand,
    },
    /// Look at what carries notices
    Receivers {
        #[command(subcommand)]
        command: ReceiversCommand,
    },
    /// Make, change, close and list the accounts that may call the API
    Accounts {
        #[command(subcommand)]
        command: AccountsCommand,
    },
    /// Issue, revoke and list the tokens that programs call the API with
    Tokens {
        #[command(subcommand)]
        command: TokensCommand,
    },
    /// Take a whole table away: CSV, XLSX or Parquet
    Export(ExportArgs),
    /// Look at the audit trail: who decided what, when and why
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Look at the catalogue of rules, change it by drafts that a second person publishes, and roll back
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// List every field that rules may read
    Dictionary,
    /// Look at what runs by itself, and run it now
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// Put a backup in the place of the database, which nobody may have open
    Restore(RestoreArgs),
    /// Serve the API and run the jobs at their times, until told to stop
    Serve,
    /// Ask the service on this machine whether it is ready; for containers
    Healthcheck,
    /// Look at the settings
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
    /// Files to read, or folders whose files are read: CSV, XLSX, ODS
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read with this profile instead of the one that the header row calls for
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// Edition of files that do not say theirs, as YYYY-MM
    #[arg(long, value_name = "YYYY-MM")]
    pub(crate) edition: Option<EditionId>,
    /// Say what would be imported, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CyclesCommand {
    /// Make the last cycle that stands void: it stays listed, what it did to alerts and missions is undone,
    /// and whoever was told of it is sent a correction
    Void {
        /// Number of the cycle, as listed by `vigie cycles`
        cycle: i64,
        /// Why it was wrong; everybody who was told of it reads this
        #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
        reason: String,
    },
}

#[derive(Debug, Parser)]
pub(crate) struct CycleArgs {
    /// Judge as of this date, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    pub(crate) as_of: Option<NaiveDate>,
    /// Say what would change, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Tell receivers that have just been set up all that stands; by default they take it as known
    /// and are told what changes from then on
    #[arg(long)]
    pub(crate) announce: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectsCommand {
    /// List every project known, with the names it went by
    List,
    /// Say that two projects are one: FROM becomes INTO, from now on and for the past
    Link {
        /// Id or name of the project that goes on under the other's id
        from: String,
        /// Id or name of the project that remains
        into: String,
        /// Why, for those who come after
        #[arg(long)]
        reason: String,
    },
    /// Undo a link
    Unlink {
        /// Id of the project that was linked to another
        project: String,
        /// Why, for those who come after
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
    AlertState::from_word(text).ok_or_else(|| expected("pending, open, resolved"))
}

/// A date that a portfolio of projects can have.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    plausible::date(text).map_err(|expected| format!("expected {expected}"))
}

pub(super) fn level(text: &str) -> Result<Level, String> {
    Level::from_word(text).ok_or_else(|| expected("clear, watch, moderate, high, critical"))
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
