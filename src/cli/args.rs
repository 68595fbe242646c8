//! The commands and the options that all of them take, and the help that says so.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use clap_complete::Shell;

use super::accounts::{AccountsCommand, TokensCommand};
use super::decisions::alerts::AlertsArgs;
use super::decisions::missions::MissionsArgs;
use super::decisions::notices::{NoticesCommand, ReceiversCommand};
use super::decisions::reviews::ReviewsCommand;
use super::documents::DocumentCommand;
use super::foresight::forecast::ForecastArgs;
use super::foresight::{BacktestArgs, NearMissesArgs};
use super::language::Language;
use super::operation::audit::AuditCommand;
use super::operation::cycle::{CycleArgs, CyclesCommand};
use super::operation::database::DatabaseCommand;
use super::operation::jobs::JobsCommand;
use super::operation::restore::RestoreArgs;
use super::operation::settings::ConfigCommand;
use super::output::format::Format;
use super::portfolio::coverage::CoverageBy;
use super::portfolio::editions::EditionsCommand;
use super::portfolio::export::ExportArgs;
use super::portfolio::import::ImportArgs;
use super::portfolio::imports::ImportsCommand;
use super::portfolio::judge::JudgeArgs;
use super::portfolio::names::NamesCommand;
use super::portfolio::profiles::ProfilesCommand;
use super::portfolio::projects::ProjectsArgs;
use super::questionnaire::QuestionnaireCommand;
use super::questionnaire::campaigns::CampaignsCommand;
use super::rules::RulesCommand;
use super::values::{date, watch_list};
use vigie::domain::portfolio::follow_up::WatchList;

/// Rules-based early warning for the French State's large digital projects.
///
/// Results go to standard output, messages to standard error. Colour depends on the terminal and
/// `NO_COLOR`. Exit codes: 0 success; 1 refused or failed; 2 wrong usage; 3 warnings, with
/// `--lint-fatal`.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    /// Settings file; by default `vigie.toml` in the current folder, or else `/etc/vigie/vigie.toml`
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Output format
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Language of messages, tables and help; that of the locale by default, French unless it is English. Names, reasons,
    /// explanations and mails stay in French
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Language>,

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

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import editions of the panorama and follow-up data from files
    Import(ImportArgs),
    /// List imports, and which import replaced which; confirm one that waits, or withdraw one
    Imports {
        #[command(subcommand)]
        command: Option<ImportsCommand>,
    },
    /// Propose a profile for a file of an unknown layout, or try one; a profile says how files are read
    Profiles {
        #[command(subcommand)]
        command: ProfilesCommand,
    },
    /// List the names of ministries and projects that were recorded, record one, or withdraw one
    Names {
        #[command(subcommand)]
        command: NamesCommand,
    },
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
    /// Foresee the rate of the next editions, and the chance to meet the targets
    Forecast(ForecastArgs),
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
    /// List the projects of the edition in force, or those due to leave; link names of one project
    Projects(ProjectsArgs),
    /// List the projects on the four watch lists
    Lists {
        /// One list only
        #[arg(value_parser = watch_list, value_name = "closing|recurrent|reframing|heightened")]
        list: Option<WatchList>,
    },
    /// List the editions of the panorama, or compare two of them
    Editions {
        #[command(subcommand)]
        command: EditionsCommand,
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
    /// Order the projects by the money that a further drift is likely to cost, with the reasons
    Attention {
        /// Date as of which projects are ordered, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Number of projects to show
        #[arg(long, value_name = "NUMBER", default_value_t = 10)]
        first: usize,
    },
    /// List the verdicts that one figure, near its limit, separates from a more serious level
    NearMisses(NearMissesArgs),
    /// Judge the rules as of each past edition, and compare their warnings with what became of the projects
    Backtest(BacktestArgs),
    /// Plan campaigns of the questionnaire, and see who answered what and what it brought
    Campaigns {
        #[command(subcommand)]
        command: CampaignsCommand,
    },
    /// Say which answers of project teams would settle the most verdicts
    Questionnaire {
        #[command(subcommand)]
        command: QuestionnaireCommand,
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
    /// List who receives the messages of each ministry on a day, and why
    Recipients {
        /// One ministry only, by its code or name
        #[arg(long, value_name = "MINISTRY")]
        ministry: Option<String>,
        /// Day on which messages would leave, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
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
    /// Write the note to the COSINUM, or the page of a ministry or a project, as HTML, Markdown, OpenDocument or PDF
    Document {
        #[command(subcommand)]
        command: DocumentCommand,
    },
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
    /// List every field that rules can read, or those that some words describe
    ///
    /// Words are searched for in names, labels and meanings, without accents; the rules that read each field are listed
    /// too: `vigie dictionary directeur`.
    #[command(visible_alias = "fields")]
    Dictionary {
        /// Words that the name, the label or the meaning of a field must have
        #[arg(value_name = "WORD")]
        words: Vec<String>,
    },
    /// List scheduled jobs, or run one now
    Jobs {
        #[command(subcommand)]
        command: JobsCommand,
    },
    /// Copy a whole database to another place, or check one
    Database {
        #[command(subcommand)]
        command: DatabaseCommand,
    },
    /// Replace the database, which must not be in use, with a backup
    Restore(RestoreArgs),
    /// Serve the API and run the scheduled jobs, until stopped by a signal
    Serve,
    /// Check that the service on this machine is ready; for containers
    Healthcheck,
    /// Write the manual pages of all commands into a folder, for `man`
    Manual {
        /// Folder to write to
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Print the completions of a shell, for it to read when it starts
    Completions {
        /// Shell that reads them
        shell: Shell,
    },
    /// Show the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}
