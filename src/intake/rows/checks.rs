//! Checks of all rows before any is read: spoilt cells, rows of totals, numbers that may mean something else.

use std::collections::BTreeSet;

use super::cell_text::unfit;
use super::parse::{Parse, may_be_english};
use super::row::RowContext;
use super::table::FileRow;
use crate::domain::portfolio::import::ImportRemark;
use crate::intake::error::FileFault;
use crate::intake::identity::names::key;
use crate::intake::profiles::layout::Layout;
use crate::intake::profiles::profile::Place;
use crate::intake::profiles::units::without_signs;

/// Faults of cells that hold an error of the spreadsheet program or a spoilt text, in columns that are read.
pub(in crate::intake) fn spoilt_cells(
    context: RowContext<'_>,
    rows: &[&FileRow],
) -> Vec<FileFault> {
    let columns: BTreeSet<usize> = context.layout.read_columns().collect();
    let mut faults = Vec::new();
    for row in rows {
        for column in &columns {
            let cell = row.cell(*column);
            let Some(expected) = unfit(cell) else { continue };
            faults.push(FileFault {
                row: Some(row.number),
                column: Some(context.header.cell(*column).to_owned()),
                found: FileFault::quote(cell),
                expected,
                unknown_name: None,
            });
        }
    }
    faults
}

/// Leaves out, after the first ones, the faults at places that already have one of `spoilt`.
pub(in crate::intake) fn without_repeats(
    spoilt: Vec<FileFault>,
    others: Vec<FileFault>,
) -> Vec<FileFault> {
    let place = |fault: &FileFault| (fault.row, fault.column.clone());
    let places: BTreeSet<_> = spoilt.iter().map(place).collect();
    let others = others.into_iter().filter(|fault| !places.contains(&place(fault)));
    spoilt.into_iter().chain(others).collect()
}

/// Whether the row adds up those above it: it says so in place of a project, and names no ministry.
pub(in crate::intake) fn is_total(layout: &Layout<'_>, row: &FileRow) -> bool {
    let cell = |field: &str| layout.columns.get(field).map(|column| row.cell(*column));
    let Some(project) = cell("project") else { return false };
    if cell("ministry").is_some_and(|ministry| !ministry.is_empty() && !says_total(ministry)) {
        return false;
    }
    let is_alone = || row.cells.iter().any(|text| says_total(text));
    if project.is_empty() { is_alone() } else { says_total(project) }
}

fn says_total(cell: &str) -> bool {
    const WORDS: [&str; 5] = ["total", "totaux", "sous total", "sous totaux", "grand total"];
    let key = key(cell);
    WORDS.iter().any(|word| {
        key.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// Numbers such as `1,234`, read as a little more than one, which English would write for more than a thousand.
pub(in crate::intake) fn english_thousands(
    context: RowContext<'_>,
    rows: &[&FileRow],
    is_typed: bool,
) -> Vec<ImportRemark> {
    let mut remarks = Vec::new();
    for (field, index) in &context.layout.columns {
        let Some(column) = context.layout.profile.column(field) else { continue };
        let is_french = matches!(column.format.parse, Parse::FrenchNumber | Parse::FrenchYears);
        // A calculation is written as Vigie does.
        if !is_french || column.place == Place::Formula {
            continue;
        }
        let has_signs = column.format.unit.is_some();
        let is_doubtful = |cell: &str| {
            let digits = if has_signs { without_signs(cell).0 } else { cell.to_owned() };
            may_be_english(&digits, is_typed)
        };
        let doubtful = rows.iter().filter(|row| is_doubtful(row.cell(*index)));
        remarks.extend(doubtful.map(|row| {
            let cell = row.cell(*index);
            let digits = cell.replace([',', '.'], "\u{202f}");
            ImportRemark {
                row: Some(row.number),
                column: Some(context.header.cell(*index).to_owned()),
                remark: format!(
                    "`{cell}` est lu comme un nombre à trois décimales ; pour des milliers, écrire `{digits}`"
                ),
            }
        }));
    }
    remarks
}
