//! The words that repeat the cell before, replaced by what they stand for: what reads rows then need not know of them.

use std::collections::BTreeSet;

use super::layout::Layout;
use crate::intake::error::FileFault;
use crate::intake::identity::names::key;
use crate::intake::rows::table::FileTable;

/// Puts the cell of the row before in the place of each word that repeats it, in the columns that are read, except on rows
/// that `is_read` leaves out. Returns the faults of those before which there is nothing.
pub(in crate::intake) fn repeat(
    layout: &Layout<'_>,
    table: &mut FileTable,
    is_read: &[bool],
) -> Vec<FileFault> {
    let profile = layout.profile;
    let mut faults = Vec::new();
    if profile.ditto.is_empty() {
        return faults;
    }
    let columns: BTreeSet<usize> = layout.read_columns().collect();
    let says_same = |cell: &str| !cell.is_empty() && profile.ditto.contains(&key(cell));
    for (row, _) in is_read.iter().enumerate().filter(|(_, is_read)| **is_read) {
        for column in &columns {
            let cell = |at: usize| table.rows.get(at).map_or("", |file_row| file_row.cell(*column));
            let found = cell(row).to_owned();
            if !says_same(&found) {
                continue;
            }
            let before = row.checked_sub(1).map(cell).unwrap_or_default();
            let is_said = !profile.is_missing(before) && !says_same(before);
            // Once it is a fault here, it is not to be one of another kind when it is read.
            let stands_for = if is_said { before.to_owned() } else { String::new() };
            if !is_said {
                faults.push(nothing_before(table, (row, *column), &found));
            }
            let cells = table.rows.get_mut(row).map(|file_row| &mut file_row.cells);
            if let Some(repeated) = cells.and_then(|cells| cells.get_mut(*column)) {
                *repeated = stands_for;
            }
        }
    }
    faults
}

fn nothing_before(table: &FileTable, (row, column): (usize, usize), found: &str) -> FileFault {
    let number = table.rows.get(row).map(|row| row.number);
    let before = number.and_then(|number| number.checked_sub(1));
    let name = before.map(|before| table.row_name(before)).unwrap_or_default();
    let what = if table.is_turned() { "à gauche, colonne" } else { "au-dessus, ligne" };
    FileFault {
        row: number,
        column: Some(table.header.cell(column).to_owned()),
        found: FileFault::quote(found),
        expected: format!("une valeur dans la cellule {what} {name}, que ce mot répète"),
        unknown_name: None,
    }
}
