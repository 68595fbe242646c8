//! `vigie judge`: the catalogue on any table, without the database. Verdicts go to standard output or
//! to a file, what there is to know about the table to standard error.

use std::io;
use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::language::{is_english, translate};
use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::whole_file::with_whole_file;
use crate::cli::values::date;
use vigie::application::{
    ApplicationError, Progress, TableReport, TableRequest, VerdictFormat, VerdictWriter,
};
use vigie::domain::ids::RuleId;
use vigie::domain::level::Level;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::intake::TableProfile;
use vigie::rules::CatalogueFolder;
use vigie::server::config::Config;
use vigie::{application, rules};

/// Names shown of a long list.
const NAMES_SHOWN: usize = 12;

/// Each holds a chunk of the table in memory.
const MOST_THREADS: i64 = 64;

#[derive(Debug, clap::Args)]
pub(crate) struct JudgeArgs {
    /// Table to evaluate, one row per subject: CSV, or Parquet by its extension
    #[arg(long, value_name = "FILE")]
    frame: PathBuf,
    /// Folder of the rules; that of the settings by default
    #[arg(long, value_name = "FOLDER")]
    rules: Option<PathBuf>,
    /// Profile that maps columns to fields and gives their format; by default, columns have the names of
    /// the fields
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
    /// What a row of the table is; rules of other scopes are not evaluated
    #[arg(long, value_enum, default_value_t = RowScope::Project)]
    scope: RowScope,
    /// Column that identifies the subject; `project_id` or `ministry` by default
    #[arg(long, value_name = "COLUMN")]
    subject: Option<String>,
    /// Date as of which rules are evaluated, as YYYY-MM-DD; today by default
    #[arg(long, value_parser = date, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// File to write, as CSV or Parquet by its extension; CSV on standard output by default
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Only verdicts from `watch` up
    #[arg(long)]
    fired: bool,
    /// Add the explanations, in French; slower
    #[arg(long)]
    explain: bool,
    /// Threads that evaluate, 64 at most; by default as many as there are processors, up to four. The verdicts and
    /// their order are the same
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=MOST_THREADS), value_name = "COUNT")]
    threads: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RowScope {
    Project,
    Ministry,
    Portfolio,
}

pub(in crate::cli) fn run(request: &JudgeArgs, config: &Config) -> Result<Conclusion, CliError> {
    let folder = request.rules.as_ref().unwrap_or(&config.rules);
    let CatalogueFolder { texts, names } =
        rules::read_named(folder).map_err(ApplicationError::from)?;
    let (catalogue, faults) = rules::compile_catalogue(&texts, &config.limits);
    for fault in &faults {
        print::message(&names.placed(fault.clone()).to_string());
    }
    let profile = match &request.profile {
        Some(path) => TableProfile::read(path, catalogue.dictionary())?,
        None => TableProfile::default(),
    };
    let table_request = TableRequest {
        table: &request.frame,
        profile: &profile,
        catalogue: &catalogue,
        scope: match request.scope {
            RowScope::Project => SubjectKind::Project,
            RowScope::Ministry => SubjectKind::Ministry,
            RowScope::Portfolio => SubjectKind::Portfolio,
        },
        subject: request.subject.as_deref(),
        as_of: request.as_of.unwrap_or_else(|| application::today(config.clock().now())),
        fired: request.fired,
        explain: request.explain,
        threads: request.threads.map(usize::from).and_then(NonZeroUsize::new),
    };
    let report = match &request.out {
        Some(path) => into_file(path, &table_request)?,
        None => judge(&table_request, VerdictFormat::Csv, Box::new(io::stdout()))?,
    };
    for line in summary(&report) {
        print::message(&line);
    }
    Ok(if faults.is_empty() { Conclusion::Good } else { Conclusion::Bad })
}

fn into_file(path: &Path, request: &TableRequest<'_>) -> Result<TableReport, CliError> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let format = match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("csv") => VerdictFormat::Csv,
        Some("parquet") => VerdictFormat::Parquet,
        Some(_) | None => {
            return Err(CliError::VerdictFormat { found: path.display().to_string() });
        }
    };
    with_whole_file(path, |file| judge(request, format, Box::new(BufWriter::new(file))))
}

fn judge(
    request: &TableRequest<'_>,
    format: VerdictFormat,
    out: Box<dyn Write + Send>,
) -> Result<TableReport, CliError> {
    let mut writer = VerdictWriter::new(format, out, request.explain)?;
    let bar = ProgressBar::new(0);
    let look = ProgressStyle::with_template("{bar:30} {percent} % {msg}");
    bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let judged = application::judge_table(request, &mut writer, &mut |progress: Progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.done);
        let message = format!("{} rows, {} verdicts", progress.rows, progress.verdicts);
        bar.set_message(translate(&message).into_owned());
    });
    bar.finish_and_clear();
    let report = judged?;
    writer.finish()?;
    Ok(report)
}

fn summary(report: &TableReport) -> Vec<String> {
    let tally = &report.tally;
    let levels: Vec<_> = Level::ALL
        .iter()
        .rev()
        .filter_map(|level| Some(format!("{} {}", tally.levels.get(level)?, level_word(*level))))
        .collect();
    let mut lines = vec![format!(
        "{} rows, {} rules, {} verdicts: {} unknown, {} failed{}{}",
        tally.rows,
        report.rules,
        tally.verdicts(),
        tally.unknown,
        tally.failed,
        if levels.is_empty() { "" } else { ", " },
        levels.join(", "),
    )];
    if !report.computed.is_empty() {
        lines.push(format!("computed from other columns: {}", report.computed.join(", ")));
    }
    if !report.absent.is_empty() {
        lines.push(format!(
            "{} fields that rules read have no column, and are missing on every row",
            report.absent.len()
        ));
    }
    let missing: Vec<_> = tally.missing_most();
    if !missing.is_empty() {
        let costs = missing.iter().map(|(field, count)| {
            let absent = if report.absent.contains(field) {
                format!(", {}", translate("no column"))
            } else {
                String::new()
            };
            format!("{field} ({count}{absent})")
        });
        let costs: Vec<_> = costs.collect();
        let costs: Vec<_> = costs.iter().map(String::as_str).collect();
        lines.push(format!("verdicts unknown for want of: {}", some_of(&costs)));
    }
    for unread in &report.unread {
        let near =
            unread.nearest.map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
        lines.push(format!("column `{}` is not read: no field has this name{near}", unread.header));
    }
    if !report.other_rules.is_empty() {
        let ids: Vec<_> = report.other_rules.iter().map(RuleId::as_str).collect();
        lines.push(format!("rules that judge something else than these rows: {}", some_of(&ids)));
    }
    lines
}

fn level_word(level: Level) -> String {
    if is_english() { level.as_str().to_owned() } else { format!("« {} »", level.label()) }
}

fn some_of(names: &[&str]) -> String {
    let shown: Vec<_> = names.iter().take(NAMES_SHOWN).copied().collect();
    let more = names.len() - shown.len();
    let more = if more > 0 {
        format!(" {}", translate(&format!("and {more} more")))
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}
