//! Tables with their columns as rows, for files that have projects in columns, and places of the file as a person sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::table::{FileRow, FileTable, MAX_COLUMNS, MergedCells, letters};
use crate::domain::portfolio::import::{ImportRemark, SetAside};
use crate::intake::error::FileFault;
use crate::intake::profiles::layout::Layout;

impl FileTable {
    /// The table with its columns as rows; `None` when it has more rows than a table may have columns, or no cell.
    pub(in crate::intake) fn turned(&self) -> Option<Self> {
        let rows: Vec<&FileRow> = std::iter::once(&self.header).chain(&self.rows).collect();
        let most = usize::try_from(MAX_COLUMNS).unwrap_or(usize::MAX);
        if rows.len() > most {
            return None;
        }
        let column = |index: usize| FileRow {
            number: u32::try_from(index.saturating_add(1)).unwrap_or(u32::MAX),
            cells: rows.iter().map(|row| row.cell(index).to_owned()).collect(),
        };
        let mut columns = (0..self.width()).map(column).skip_while(FileRow::is_empty);
        let header = columns.next()?;
        let first = self.header.number;
        Some(Self {
            header,
            rows: columns.collect(),
            merged: self.merged.iter().filter_map(|cells| turned_cells(cells, first)).collect(),
            sheet: self.sheet.clone(),
            sheet_note: self.sheet_note.clone(),
            turned_lengths: self.lengths(&rows),
            turned_from: Some(rows.iter().map(|row| row.number).collect()),
            ..Self::default()
        })
    }

    pub(in crate::intake) fn is_turned(&self) -> bool {
        self.turned_from.is_some()
    }

    fn lengths(&self, rows: &[&FileRow]) -> Vec<usize> {
        rows.iter().filter(|_| self.is_even).map(|row| row.cells.len()).collect()
    }

    /// Faults of rows of the file that are read and have another number of cells than that of the projects: once turned,
    /// no row shows that a separator was missing.
    pub(in crate::intake) fn uneven_before_it_was_turned(
        &self,
        layout: &Layout<'_>,
    ) -> Vec<FileFault> {
        let length = |place: &usize| self.turned_lengths.get(*place).copied();
        let names = layout.columns.get("project").and_then(length);
        let Some(names) = names.or_else(|| self.turned_lengths.iter().max().copied()) else {
            return Vec::new();
        };
        let places: BTreeSet<usize> = layout.read_columns().collect();
        let uneven = places.iter().filter_map(|place| Some((*place, length(place)?)));
        let fault = |(place, cells): (usize, usize)| FileFault {
            row: None,
            column: Some(self.header.cell(place).to_owned()),
            found: format!("{cells} cellules"),
            expected: format!("{names}, comme à la ligne des projets"),
            unknown_name: None,
        };
        uneven.filter(|(_, cells)| *cells != names).map(fault).collect()
    }

    /// Tells apart columns of one name, by which a place of the file is found again.
    pub(in crate::intake) fn part_names(&mut self) {
        if !self.is_turned() {
            return;
        }
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for name in self.header.cells.iter_mut().filter(|name| !name.is_empty()) {
            let nth = times.entry(name.clone()).or_default();
            *nth = nth.saturating_add(1);
            if *nth > 1 {
                *name = format!("{name} (n° {nth})");
            }
        }
    }

    /// What the file calls a row: its number, or its letters where it is a column.
    pub(in crate::intake) fn row_name(&self, row: u32) -> String {
        match row.checked_sub(1) {
            Some(column) if self.is_turned() => letters(column),
            _ => row.to_string(),
        }
    }

    /// The number of a column from 1, or that of the row which it is in the file.
    pub(in crate::intake) fn column_number(&self, place: usize) -> usize {
        let row = self.turned_from.as_ref().and_then(|rows| rows.get(place));
        let row = row.and_then(|row| usize::try_from(*row).ok());
        row.unwrap_or(place.saturating_add(1))
    }

    /// The header's letters in the file, of a turned table; its number otherwise.
    pub(in crate::intake) fn header_name(&self) -> String {
        self.row_name(self.header.number)
    }

    /// A fault at its row and column of the file.
    pub(in crate::intake) fn fault_in_file(&self, fault: FileFault) -> FileFault {
        let (row, column) = self.place_in_file(fault.row, fault.column);
        FileFault { row, column, ..fault }
    }

    /// A remark at its row and column of the file.
    pub(in crate::intake) fn remark_in_file(&self, remark: ImportRemark) -> ImportRemark {
        let (row, column) = self.place_in_file(remark.row, remark.column);
        ImportRemark { row, column, ..remark }
    }

    /// Rows that were columns of the file are named by their letters.
    pub(in crate::intake) fn aside_in_file(&self, aside: SetAside) -> SetAside {
        if !self.is_turned() || aside.rows.is_empty() {
            return aside;
        }
        let named = aside.rows.iter().map(|row| letters(row.saturating_sub(1)));
        let columns = named.collect::<Vec<_>>().join(", ");
        let plural = if aside.rows.len() > 1 { "colonnes" } else { "colonne" };
        SetAside { rows: Vec::new(), reason: format!("{plural} {columns} : {}", aside.reason) }
    }

    /// Merged cells as the file has them.
    pub(super) fn as_in_file(&self, cells: &MergedCells) -> MergedCells {
        let Some(first) = self.turned_from.as_ref().and_then(|rows| rows.first()) else {
            return cells.clone();
        };
        let down = |column: u32| column.saturating_add(*first);
        let across = |row: u32| row.saturating_sub(1);
        MergedCells { rows: through(&cells.columns, down), columns: through(&cells.rows, across) }
    }

    fn place_in_file(
        &self,
        row: Option<u32>,
        column: Option<String>,
    ) -> (Option<u32>, Option<String>) {
        let Some(rows) = &self.turned_from else { return (row, column) };
        let place = column
            .as_ref()
            .and_then(|name| self.header.cells.iter().position(|header| header == name));
        let number = place.and_then(|place| rows.get(place)).copied();
        let letters = row.and_then(|row| row.checked_sub(1)).map(letters);
        match (number, letters, column) {
            // Of a formula, which no row of the file holds.
            (None, Some(letters), Some(name)) => (None, Some(format!("{letters}, {name}"))),
            (number, letters, column) => (number, letters.or(column)),
        }
    }
}

fn through(range: &RangeInclusive<u32>, change: impl Fn(u32) -> u32) -> RangeInclusive<u32> {
    change(*range.start())..=change(*range.end())
}

/// `first` is the number of the row that becomes the first column.
fn turned_cells(cells: &MergedCells, first: u32) -> Option<MergedCells> {
    let start = cells.rows.start().checked_sub(first)?;
    let end = cells.rows.end().checked_sub(first)?;
    let columns = &cells.columns;
    let rows = columns.start().saturating_add(1)..=columns.end().saturating_add(1);
    Some(MergedCells { rows, columns: start..=end })
}
