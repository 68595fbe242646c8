//! Judges a table from any source, without the database. It is read, judged and written a few rows
//! at a time, so that memory does not grow with the table.

mod columns;
mod error;
mod parquet;
mod report;
mod seen_subjects;
mod source;
mod verdicts;

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;
use polars::error::PolarsError;
use polars::frame::DataFrame;

use crate::application::queries::view;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::GivenFrame;
use crate::intake::TableProfile;
use crate::rules::{BatchEvaluator, Catalogue, RowVerdict, Subjects};
use seen_subjects::SeenSubjects;
use source::VerdictSource;
use verdicts::VerdictLine;

pub use error::TableError;
pub use report::{TableReport, TableTally};
pub use verdicts::{VerdictFormat, VerdictWriter};

/// Rows held at a time. With some sixty rules, a chunk and what is computed on it take a few tens
/// of megabytes; larger chunks are no faster.
const ROWS: usize = 16_384;

/// Rows held at a time when each verdict that fires has an explanation.
const ROWS_EXPLAINED: usize = 2_048;

/// What to judge, and how.
#[derive(Debug)]
pub struct TableRequest<'a> {
    /// A CSV file, or a Parquet file if its extension is `.parquet`.
    pub table: &'a Path,
    pub profile: &'a TableProfile,
    pub catalogue: &'a Catalogue,
    /// The kind of subject in a row.
    pub scope: SubjectKind,
    /// The column that identifies the subject, when its name does not say so.
    pub subject: Option<&'a str>,
    pub as_of: NaiveDate,
    /// Only verdicts from `Watch` up.
    pub fired: bool,
    pub explain: bool,
}

/// Progress: bytes of a CSV file, or rows of a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub of: u64,
    pub rows: u64,
    pub verdicts: u64,
}

/// Judges a table. Verdicts come in the order of the rows, then of the rules' ids.
///
/// # Errors
/// A row that cannot be read ends the run; the verdicts before it have already been written.
pub fn judge_table(
    request: &TableRequest<'_>,
    writer: &mut VerdictWriter,
    progress: &mut dyn FnMut(Progress),
) -> Result<TableReport, TableError> {
    let catalogue = request.catalogue;
    let rules: Vec<_> = catalogue.rules().filter(|rule| rule.scope == request.scope).collect();
    if rules.is_empty() {
        return Err(TableError::NoRule { scope: word(request.scope) });
    }
    let mut source = VerdictSource::open(request.table)?;
    let mut layout = {
        let file = request.table.display().to_string();
        let scope = (request.scope, &**catalogue.dictionary());
        request.profile.over(&file, source.headers(), scope, request.subject)?
    };
    let read: BTreeSet<&'static str> =
        rules.iter().flat_map(|rule| catalogue.fields_of(&rule.id)).collect();
    let wanted = read.iter().copied().chain(Subjects::FIELDS).collect();
    // What no rule reads, directly or through a measure, is not looked at.
    let inputs = GivenFrame::inputs(request.scope, &wanted);
    layout.fields.retain(|one| inputs.contains(one.field.name) || one.is_subject(request.scope));
    source.check(&layout)?;
    let given: BTreeSet<&'static str> = layout.fields.iter().map(|one| one.field.name).collect();
    let target = view::target(catalogue.thresholds(), request.as_of);
    let plan = GivenFrame::plan(
        (request.scope, catalogue.dictionary()),
        &given,
        &wanted,
        request.as_of,
        target,
    );

    let mut hearing = catalogue.hearing(request.scope, request.as_of);
    let mut tally = TableTally::default();
    let mut seen = SeenSubjects::default();
    let rows = if request.explain { ROWS_EXPLAINED } else { ROWS };
    while let Some(table) = source.next(&layout, rows)? {
        let subjects = columns::subjects(&table, request.scope, &layout)?;
        let subjects = subjects.map_err(|faults| source.refuse_rows(faults))?;
        if request.scope != SubjectKind::Portfolio {
            let twice = seen.meet(&subjects, &layout, source.first_row());
            twice.map_err(|faults| source.refuse_rows(faults))?;
        }
        let frame = plan.build(table).map_err(|error| request.unlaid(error))?;
        judge_chunk(request, &mut hearing, &Chunk { frame, subjects }, writer, &mut tally)?;
        let (done, of) = source.progress();
        progress(Progress { done, of, rows: tally.rows, verdicts: tally.verdicts() });
    }
    writer.flush()?;
    let others = catalogue.rules().filter(|rule| rule.scope != request.scope);
    Ok(TableReport {
        rules: rules.len(),
        other_rules: others.map(|rule| rule.id.clone()).collect(),
        computed: plan.computed().iter().copied().filter(|name| read.contains(name)).collect(),
        absent: plan.absent().iter().copied().filter(|name| read.contains(name)).collect(),
        unread: layout.unread,
        tally,
    })
}

impl TableRequest<'_> {
    fn unlaid(&self, source: PolarsError) -> TableError {
        TableError::Frame { path: self.table.to_owned(), source }
    }
}

/// Some rows of the table, and the subject of each.
struct Chunk {
    frame: DataFrame,
    subjects: Vec<String>,
}

fn judge_chunk(
    request: &TableRequest<'_>,
    hearing: &mut BatchEvaluator<'_>,
    chunk: &Chunk,
    writer: &mut VerdictWriter,
    tally: &mut TableTally,
) -> Result<(), TableError> {
    let heard = hearing.judge(&chunk.frame, request.explain);
    for (row, subject) in chunk.subjects.iter().enumerate() {
        tally.rows += 1;
        for spoken in heard.rules() {
            let Some(verdict) = heard.verdict(spoken, row) else { continue };
            tally.count(&verdict);
            let fired = matches!(verdict, RowVerdict::Level(level) if level >= Level::Watch);
            if fired || !request.fired {
                let explanation = heard.explanation(spoken, row);
                let rule = spoken.rule().id.as_str();
                writer.push(&VerdictLine { subject, rule, verdict, explanation })?;
            }
        }
    }
    Ok(())
}

fn word(scope: SubjectKind) -> &'static str {
    match scope {
        SubjectKind::Project => "project",
        SubjectKind::Ministry => "ministry",
        SubjectKind::Portfolio => "portfolio",
    }
}
