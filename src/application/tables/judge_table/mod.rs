//! Judges a table from any source, without the database. It is read, judged and written some rows at a
//! time, so that memory does not grow with the table.

mod columns;
mod csv_lines;
mod error;
mod in_order;
mod parquet;
mod pipeline;
mod report;
mod request;
mod row_groups;
mod seen_subjects;
mod source;
mod verdict_batch;
mod verdicts;

use std::collections::BTreeSet;

use crate::application::cache::known_data;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::GivenFrame;
use crate::rules::Subjects;
use pipeline::{Pipeline, TablePlan};
use source::VerdictSource;

pub use error::TableError;
pub use report::{TableReport, TableTally};
pub use request::{Progress, TableRequest};
pub use verdicts::{VerdictFormat, VerdictWriter};

/// Verdicts that a chunk of the table aims at: what is done once per chunk is then small compared with the rest.
const VERDICTS: usize = 262_144;

/// Bounds of the rows of a chunk. With some sixty rules, a chunk and what is computed on it take a few
/// tens of megabytes.
const FEWEST_ROWS: usize = 16_384;
const MOST_ROWS: usize = 131_072;

/// Rows of a chunk when each verdict that fires has an explanation.
const ROWS_EXPLAINED: usize = 2_048;

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
    let target = known_data::target(catalogue.thresholds(), request.as_of);
    let frame = GivenFrame::plan(
        (request.scope, catalogue.dictionary()),
        &given,
        &wanted,
        request.as_of,
        target,
    );

    let plan = TablePlan { layout, frame, rows };
    let tally = Pipeline::new(request, source, &plan, writer, progress).run(request.threads)?;
    writer.flush()?;
    let others = catalogue.rules().filter(|rule| rule.scope != request.scope);
    Ok(TableReport {
        rules: rules.len(),
        other_rules: others.map(|rule| rule.id.clone()).collect(),
        computed: plan
            .frame
            .computed()
            .iter()
            .copied()
            .filter(|name| read.contains(name))
            .collect(),
        absent: plan.frame.absent().iter().copied().filter(|name| read.contains(name)).collect(),
        unread: plan.layout.unread,
        tally,
    })
}

fn word(scope: SubjectKind) -> &'static str {
    match scope {
        SubjectKind::Project => "project",
        SubjectKind::Ministry => "ministry",
        SubjectKind::Portfolio => "portfolio",
    }
}
