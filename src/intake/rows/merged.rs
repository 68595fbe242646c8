//! Merged cells: a figure that stands for several rows belongs to none of them, and is never shared out by guess.

use std::ops::RangeInclusive;

use super::table::{FileTable, MergedCells, letters};
use crate::domain::portfolio::import::ImportRemark;
use crate::intake::profiles::layout::Layout;

/// Takes figures of cells merged over several rows out of the table, and says so of each; of other merged cells, that only
/// the first row and column have the value.
pub(in crate::intake) fn part(table: &mut FileTable, layout: &Layout<'_>) -> Vec<ImportRemark> {
    let merged = std::mem::take(&mut table.merged);
    let below = table.header.number;
    let mut remarks = Vec::new();
    for cells in merged.iter().filter(|cells| *cells.rows.start() > below) {
        remarks.extend(part_one(table, layout, cells));
    }
    table.merged = merged;
    remarks
}

fn part_one(
    table: &mut FileTable,
    layout: &Layout<'_>,
    merged: &MergedCells,
) -> Option<ImportRemark> {
    let columns = usable(&merged.columns)?;
    let read = layout.read_columns().find(|column| columns.contains(column))?;
    let first_row = *merged.rows.start();
    let place = table.rows.iter().position(|known| known.number == first_row)?;
    let first = *columns.start();
    let value = table.rows.get(place)?.cell(first).to_owned();
    let covered = table.rows.iter().filter(|row| merged.rows.contains(&row.number));
    let filled = covered.filter(|row| !row.is_empty()).count();
    // A merge around a title or a note, or over rows that hold nothing else.
    if value.is_empty() || (filled < 2 && columns.start() == columns.end()) {
        return None;
    }
    let is_shared = filled > 1 && layout.is_figures(read);
    if is_shared {
        for row in table.rows.iter_mut().filter(|row| merged.rows.contains(&row.number)) {
            if let Some(cell) = row.cells.get_mut(read) {
                cell.clear();
            }
        }
    }
    let cells = in_letters(&table.as_in_file(merged));
    let remark = if is_shared {
        format!(
            "cellules {cells} fusionnées : `{value}` vaut pour {filled} lignes ensemble, et n’est retenu pour aucune"
        )
    } else {
        format!("cellules {cells} fusionnées : `{value}` n’est lu que dans la première")
    };
    let column = Some(table.header.cell(read).to_owned());
    Some(table.remark_in_file(ImportRemark { row: Some(first_row), column, remark }))
}

fn usable(columns: &RangeInclusive<u32>) -> Option<RangeInclusive<usize>> {
    let [start, end] = [columns.start(), columns.end()].map(|one| usize::try_from(*one).ok());
    Some(start?..=end?)
}

/// `H2:H3`
fn in_letters(merged: &MergedCells) -> String {
    let cell = |column: &u32, row: &u32| format!("{}{row}", letters(*column));
    let (columns, rows) = (&merged.columns, &merged.rows);
    format!("{}:{}", cell(columns.start(), rows.start()), cell(columns.end(), rows.end()))
}
