//! The one place that writes: tables for people, JSON and CSV for machines, faults on standard error.

use std::borrow::Cow;
use std::error::Error;
use std::io::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Paris;
use console::style;
use serde::Serialize;
use serde_json::Value as Json;

use super::format::Format;
use super::layout::{SheetLayout, screen_width};
use crate::cli::language::{is_english, join_cause, translate, translate_word};
use crate::cli::outcome::{CliError, Conclusion};
use vigie::domain::level::Level;
use vigie::support::{french, visible_text};

/// Shown for what is not known.
pub(crate) const UNKNOWN: &str = "n. c.";

#[derive(Debug)]
pub(crate) struct Printer {
    format: Format,
}

/// One list, with a title and headers in French and keys in English. A column without a header is
/// for machines: tables leave it out.
#[derive(Debug)]
pub(crate) struct Sheet {
    title: String,
    columns: Vec<(&'static str, &'static str)>,
    rows: Vec<Vec<Cell>>,
    note: Option<String>,
}

/// A column of a list: its key, its header, and the cell of an entry.
pub(crate) type ListColumn<'c, T> = (&'static str, &'static str, &'c dyn Fn(&T) -> Cell);

/// What people read, and the value behind it.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    shown: String,
    value: Json,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let shown = text.into();
        Self { value: Json::String(shown.clone()), shown }
    }

    /// A message of the program, in the language of this run for people.
    pub(crate) fn translated(text: &str) -> Self {
        Self::of(translate(text), text)
    }

    pub(crate) fn optional(text: Option<impl Into<String>>) -> Self {
        text.map_or_else(Self::nothing, Self::text)
    }

    pub(crate) fn of(shown: impl Into<String>, value: impl Into<Json>) -> Self {
        Self { shown: shown.into(), value: value.into() }
    }

    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn count(count: impl TryInto<i64>) -> Self {
        let count = count.try_into().unwrap_or(i64::MAX);
        Self::of(count.to_string(), count)
    }

    /// A day: in French for people, as `2020-11-30` for machines.
    pub(crate) fn date(day: NaiveDate) -> Self {
        Self::of(french::date(day), day.to_string())
    }

    /// An instant: to the minute in Paris for people, whole for machines.
    pub(crate) fn moment(at: DateTime<Utc>) -> Self {
        let shown = at.with_timezone(&Paris).format("%d/%m/%Y %H:%M");
        Self::of(shown.to_string(), at.to_rfc3339())
    }

    /// Nothing, for people and machines.
    pub(crate) fn nothing() -> Self {
        Self::of("", Json::Null)
    }

    pub(crate) fn level(level: Level) -> Self {
        Self::of(level.label(), level.as_str())
    }

    /// A figure of a row by field, written by `french`; « n. c. » when missing.
    pub(crate) fn figure(value: Option<&Json>, write: fn(f64) -> String) -> Self {
        match value.and_then(Json::as_f64) {
            Some(number) => Self { shown: write(number), value: Json::from(number) },
            None => Self { shown: UNKNOWN.to_owned(), value: Json::Null },
        }
    }
}

impl Sheet {
    pub(crate) fn new(
        title: impl Into<String>,
        columns: Vec<(&'static str, &'static str)>,
        rows: Vec<Vec<Cell>>,
    ) -> Self {
        Self { title: title.into(), columns, rows, note: None }
    }

    /// A list of `entries`: each column says how the cell of an entry is made.
    pub(crate) fn list<'e, T: 'e>(
        title: impl Into<String>,
        entries: impl IntoIterator<Item = &'e T>,
        columns: &[ListColumn<'_, T>],
    ) -> Self {
        let row = |entry| columns.iter().map(|(_, _, cell)| cell(entry)).collect();
        let headers = columns.iter().map(|(key, header, _)| (*key, *header)).collect();
        Self::new(title, headers, entries.into_iter().map(row).collect())
    }

    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

impl Printer {
    pub(crate) fn new(format: Format) -> Self {
        Self { format }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// A text that is shown once, alone on its line so that it can be piped.
    pub(crate) fn secret(&self, full: &impl Serialize, text: &str) -> Result<(), CliError> {
        match self.format {
            Format::Json => self.answer(full, &[], 0).map(drop),
            Format::Table | Format::Csv | Format::Html | Format::Md | Format::Odt | Format::Pdf => {
                Ok(writeln!(std::io::stdout().lock(), "{text}")?)
            }
        }
    }

    /// Tables show every sheet, JSON the whole of `full`, CSV the sheet numbered `main`. A command that does no more
    /// has done its work.
    pub(crate) fn answer(
        &self,
        full: &impl Serialize,
        sheets: &[Sheet],
        main: usize,
    ) -> Result<Conclusion, CliError> {
        match self.format {
            Format::Table | Format::Html | Format::Md | Format::Odt | Format::Pdf => {
                tables(sheets)?;
            }
            Format::Json => {
                let json = serde_json::to_string_pretty(full).map_err(CliError::Json)?;
                writeln!(std::io::stdout().lock(), "{}", visible_text::escaped_json(&json))?;
            }
            Format::Csv => sheets.get(main).map_or(Ok(()), csv)?,
        }
        Ok(Conclusion::Good)
    }
}

/// A message on standard error: what was broken down, then each cause behind it.
pub(crate) fn fault(error: &dyn Error) {
    let mut last = error.to_string();
    let mut text = translate(&last).into_owned();
    let mut cause = error.source();
    while let Some(source) = cause {
        let words = source.to_string();
        // A transparent error shows its source's words already.
        if !last.ends_with(&words) {
            text = join_cause(&text, &translate(&words));
        }
        last = words;
        cause = source.source();
    }
    let text = visible_text::lines(&text);
    to_stderr(&format!("{} {text}", style("vigie:").for_stderr().red().bold()));
}

pub(crate) fn message(text: &str) {
    to_stderr(&visible_text::lines(&translate(text)));
}

/// What parsing the command line gave instead of a command: help, a version, or a fault.
pub(crate) fn usage(text: &str, is_fault: bool) {
    if is_fault {
        return to_stderr(text.trim_end());
    }
    drop(writeln!(std::io::stdout().lock(), "{}", text.trim_end()));
}

/// When nobody reads messages any more, the work goes on.
fn to_stderr(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// A text of tables, which are written in French.
fn in_language(text: &str) -> Cow<'_, str> {
    if is_english() { translate(text) } else { Cow::Borrowed(text) }
}

fn tables(sheets: &[Sheet]) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    for (index, sheet) in sheets.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", style(visible_text::one_line(&in_language(&sheet.title))).bold())?;
        if !sheet.rows.is_empty() {
            writeln!(out, "{}", coloured(&laid_out(sheet)))?;
        }
        if let Some(note) = &sheet.note {
            writeln!(out, "{}", visible_text::lines(&in_language(note)))?;
        }
    }
    Ok(())
}

fn csv(sheet: &Sheet) -> Result<(), CliError> {
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(sheet.columns.iter().map(|(key, _)| key))?;
    for row in &sheet.rows {
        out.write_record(row.iter().map(|cell| match &cell.value {
            Json::Null => String::new(),
            Json::String(text) => visible_text::lines(text).into_owned(),
            value @ (Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_)) => {
                value.to_string()
            }
        }))?;
    }
    Ok(out.flush()?)
}

fn laid_out(sheet: &Sheet) -> String {
    let columns = sheet.columns.iter().enumerate().filter(|(_, (_, header))| !header.is_empty());
    let shown: Vec<(usize, Cow<'_, str>)> =
        columns.map(|(index, (_, header))| (index, in_language(header))).collect();
    let text = |row: &Vec<Cell>, index: usize| {
        let words = row.get(index).map_or("", |cell| &cell.shown);
        visible_text::lines(translate_word(words).unwrap_or(words)).into_owned()
    };
    let is_figure =
        |row: &Vec<Cell>, index: usize| row.get(index).is_some_and(|cell| cell.value.is_number());
    let cells = |row| shown.iter().map(|(index, _)| text(row, *index)).collect();
    let figures =
        shown.iter().map(|(index, _)| sheet.rows.iter().any(|row| is_figure(row, *index)));
    let layout = SheetLayout {
        headers: shown.iter().map(|(_, header)| header.as_ref()).collect(),
        rows: sheet.rows.iter().map(cells).collect(),
        figures: figures.collect(),
    };
    layout.text(screen_width())
}

/// Colours the names of levels once the table is laid out, so that widths are right.
fn coloured(table: &str) -> String {
    if !console::colors_enabled() {
        return table.to_owned();
    }
    let mut text = table.to_owned();
    for level in Level::ALL {
        let label = style(level.label());
        let label = match level {
            Level::Critical => label.red().bold(),
            Level::High => label.red(),
            Level::Moderate => label.yellow(),
            Level::Watch => label.cyan(),
            Level::Clear => label.green(),
        };
        text = text.replace(level.label(), &label.to_string());
    }
    text
}

/// `▁▃▇` of a series; a gap where a value is not known, nothing when fewer than two are.
pub(crate) fn sparkline(values: &[Option<f64>]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    if known.len() < 2 {
        return String::new();
    }
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.0 };
        // The eight steps between lowest and highest.
        let step = BARS.iter().zip(1_u8..).find(|(_, step)| share <= f64::from(*step) / 8.0);
        step.map_or('█', |(bar, _)| *bar)
    };
    values.iter().map(|value| value.map_or('·', bar)).collect()
}

pub(crate) fn years(months: f64) -> String {
    format!("{}\u{202f}ans", french::decimal(months / 12.0, 1))
}
