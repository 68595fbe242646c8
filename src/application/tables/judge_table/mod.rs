//! Judges a table from any source, without the database. It is read, judged and written some rows at a
//! time, so that memory does not grow with the table.

mod columns;
mod csv_lines;
mod error;
mod in_order;
mod parquet;
mod pipeline;
mod report;
mod row_groups;
mod seen_subjects;
mod source;
mod verdict_batch;
mod verdicts;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;

use chrono::NaiveDate;
use polars::error::PolarsError;

use crate::application::queries::view;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::GivenFrame;
use crate::intake::TableProfile;
use crate::rules::{Catalogue, Subjects};
use pipeline::Pipeline;
use source::VerdictSource;

pub use error::TableError;
pub use report::{TableReport, TableTally};
pub use verdicts::{VerdictFormat, VerdictWriter};

/// Verdicts that a chunk of the table aims at: fewer, and what is done once per chunk shows; more, and its
/// columns leave the cache.
const VERDICTS: usize = 262_144;

/// Bounds of the rows of a chunk. With some sixty rules, a chunk and what is computed on it take a few
/// tens of megabytes.
const FEWEST_ROWS: usize = 16_384;
const MOST_ROWS: usize = 131_072;

/// Rows of a chunk when each verdict that fires has an explanation.
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
    /// Threads that judge; as many as there are processors by default, up to four.
    pub threads: Option<NonZeroUsize>,
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
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<TableReport, TableError> {
    let catalogue = request.catalogue;
    let rules: Vec<_> = catalogue.rules().filter(|rule| rule.scope == request.scope).collect();
    if rules.is_empty() {
        return Err(TableError::NoRule { scope: word(request.scope) });
    }
    let rows = if request.explain {
        ROWS_EXPLAINED
    } else {
        (VERDICTS / rules.len()).clamp(FEWEST_ROWS, MOST_ROWS)
    };
    let source = VerdictSource::open(request.table, rows)?;
    let mut layout = {
        let file = request.table.display().to_string();
        request.profile.over(&file, source.headers(), request.scope, request.subject)?
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
    let plan = GivenFrame::plan(request.scope, &given, &wanted, request.as_of, target);

    let pipeline = Pipeline::new(request, source, (&layout, &plan), rows, writer, progress);
    let tally = pipeline.run(request.threads)?;
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

fn word(scope: SubjectKind) -> &'static str {
    match scope {
        SubjectKind::Project => "project",
        SubjectKind::Ministry => "ministry",
        SubjectKind::Portfolio => "portfolio",
    }
}
