//! A file ready to be read row by row: recognised, its rows told from totals and notes, its formulas computed.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::error::{FileFault, SourceError};
use super::identity::aliases::Aliases;
use super::identity::names::key;
use super::identity::project_identity::Identities;
use super::profiles::layout::Layout;
use super::profiles::profile::{AsideRule, Place};
use super::profiles::profile_set::Profiles;
use super::profiles::recognise::Recognised;
use super::profiles::{computed, ditto, recognise};
use super::read_request::ReadRequest;
use super::rows::row::RowContext;
use super::rows::table::{FileRow, FileTable, letters};
use super::rows::{checks, merged};
use crate::domain::portfolio::import::{ImportRemark, SetAside};

#[derive(Debug)]
pub(super) struct PreparedFile<'a> {
    pub(super) table: FileTable,
    pub(super) layout: Layout<'a>,
    /// Why this profile, in French.
    pub(super) reason: String,
    pub(super) remarks: Vec<ImportRemark>,
    /// Of the header, of rows that are cut, and of formulas.
    pub(super) faults: Vec<FileFault>,
    /// Numbers have a decimal point whatever the spreadsheet shows.
    pub(super) is_typed: bool,
    kinds: Vec<RowKind>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowKind {
    Read,
    Empty,
    Total,
    /// By the rule of this place in the profile.
    Aside(usize),
    /// Its cells are not in their columns.
    Uneven,
}

impl<'a> PreparedFile<'a> {
    pub(super) fn of(
        request: &ReadRequest<'_>,
        table: FileTable,
        profiles: &'a Profiles,
    ) -> Result<Self, SourceError> {
        let is_typed = !table.is_even;
        let found = recognise::recognise(request.file, table, profiles, request.profile)?;
        Ok(Self::recognised(found, is_typed))
    }

    fn recognised(found: Recognised<'a>, is_typed: bool) -> Self {
        let Recognised { mut table, mut layout, reason } = found;
        name_columns(&mut table, &layout);
        table.part_names();
        let remarks = merged::part(&mut table, &layout);
        let mut faults = layout.faults(&table.header);
        faults.extend(table.uneven_before_it_was_turned(&layout));
        let kinds = kinds(&table, &layout, &mut faults);
        let is_read: Vec<bool> = kinds.iter().map(|kind| *kind == RowKind::Read).collect();
        faults.extend(ditto::repeat(&layout, &mut table, &is_read));
        faults.extend(computed::compute(&mut layout, &mut table, &is_read));
        Self { table, layout, reason, remarks, faults, is_typed, kinds }
    }

    /// The rows to read.
    pub(super) fn rows(&self) -> Vec<&FileRow> {
        self.of_kind(|kind| kind == RowKind::Read)
    }

    pub(super) fn context<'c>(
        &'c self,
        aliases: &'c Aliases,
        identities: &'c Identities<'c>,
        day: NaiveDate,
    ) -> RowContext<'c>
    where
        'a: 'c,
    {
        let (layout, table) = (&self.layout, &self.table);
        let is_turned = table.is_turned();
        RowContext { layout, header: &table.header, aliases, identities, day, is_turned }
    }

    /// Rows and columns that are not read, with the reason.
    pub(super) fn set_aside(&self) -> Vec<SetAside> {
        let above: Vec<&FileRow> = self.table.above.iter().filter(|row| !row.is_empty()).collect();
        let mut kinds = vec![
            (above, "au-dessus des en-têtes"),
            (self.of_kind(|kind| kind == RowKind::Empty), "lignes vides"),
            (self.of_kind(|kind| kind == RowKind::Total), "total de lignes au-dessus"),
        ];
        for (place, rule) in self.layout.profile.set_aside.iter().enumerate() {
            let rows = self.of_kind(|kind| kind == RowKind::Aside(place));
            kinds.push((rows, rule.reason.as_str()));
        }
        let filled = kinds.into_iter().filter(|(which, _)| !which.is_empty());
        let mut set_aside: Vec<_> = filled
            .map(|(which, reason)| SetAside {
                rows: which.iter().map(|row| row.number).collect(),
                reason: reason.to_owned(),
            })
            .map(|aside| self.table.aside_in_file(aside))
            .collect();
        set_aside.extend(self.columns_aside());
        set_aside
    }

    /// Columns are set aside too; their rows are not, so none is listed.
    fn columns_aside(&self) -> Vec<SetAside> {
        let mut set_aside = Vec::new();
        let what = if self.table.is_turned() { "ligne" } else { "colonne" };
        for index in &self.layout.unknown {
            let name = self.table.header.cell(*index);
            let reason = format!("{what} « {name} » inconnue du profil");
            set_aside.push(SetAside { rows: Vec::new(), reason });
        }
        let rows = self.rows();
        for index in &self.layout.unnamed {
            let filled: Vec<String> = rows
                .iter()
                .filter(|row| !row.cell(*index).is_empty())
                .map(|row| self.table.row_name(row.number))
                .collect();
            if !filled.is_empty() {
                let (number, places) = (self.table.column_number(*index), filled.join(", "));
                let at = match (self.table.is_turned(), filled.len() < 2) {
                    (false, true) => "à la ligne",
                    (false, false) => "aux lignes",
                    (true, true) => "à la colonne",
                    (true, false) => "aux colonnes",
                };
                let reason = format!("{what} {number} sans nom, remplie {at} {places}");
                set_aside.push(SetAside { rows: Vec::new(), reason });
            }
        }
        set_aside
    }

    fn of_kind(&self, is_wanted: impl Fn(RowKind) -> bool) -> Vec<&FileRow> {
        let rows = self.table.rows.iter().zip(&self.kinds);
        rows.filter(|(_, kind)| is_wanted(**kind)).map(|(row, _)| row).collect()
    }
}

/// Columns that are read by their position need a name to speak of them.
fn name_columns(table: &mut FileTable, layout: &Layout<'_>) {
    for (name, index) in &layout.columns {
        let is_by_position = layout
            .profile
            .column(name)
            .is_some_and(|column| matches!(column.place, Place::Position(_)));
        let letters = letters(u32::try_from(*index).unwrap_or(u32::MAX));
        if let Some(cell) = table.header.cells.get_mut(*index)
            && is_by_position
            && cell.is_empty()
        {
            *cell = letters;
        }
    }
}

/// What each row of a table is. Adds the faults of rows that are cut.
fn kinds(table: &FileTable, layout: &Layout<'_>, faults: &mut Vec<FileFault>) -> Vec<RowKind> {
    let mut kinds: Vec<RowKind> = table.rows.iter().map(|row| kind(row, layout)).collect();
    let rows = table.rows.iter().zip(&kinds);
    let rows: Vec<&FileRow> =
        rows.filter(|(_, kind)| **kind == RowKind::Read).map(|(row, _)| row).collect();
    let uneven = uneven(table, &rows);
    for (row, kind) in table.rows.iter().zip(&mut kinds) {
        // The cells of an uneven row are not in their columns: one fault is enough.
        if *kind == RowKind::Read && uneven.contains(&row.number) {
            *kind = RowKind::Uneven;
            faults.push(uneven_fault(table, row));
        }
    }
    kinds
}

fn kind(row: &FileRow, layout: &Layout<'_>) -> RowKind {
    if row.is_empty() {
        return RowKind::Empty;
    }
    let rules = layout.profile.set_aside.iter().zip(&layout.aside);
    let rule = rules.enumerate().find(|(_, (rule, columns))| {
        sets_aside(rule, columns.looked_at, row) || has_only(layout, &columns.only, row)
    });
    match rule {
        Some((place, _)) => RowKind::Aside(place),
        None if checks::is_total(layout, row) => RowKind::Total,
        None => RowKind::Read,
    }
}

/// Whether the row has nothing to read beside these columns.
fn has_only(layout: &Layout<'_>, columns: &[usize], row: &FileRow) -> bool {
    let mut others = layout.read_columns().filter(|column| !columns.contains(column));
    !columns.is_empty() && others.all(|column| row.cell(column).is_empty())
}

fn sets_aside(rule: &AsideRule, column: Option<usize>, row: &FileRow) -> bool {
    let cell = match column {
        Some(column) => row.cell(column),
        None => row.cells.iter().find(|cell| !cell.is_empty()).map_or("", String::as_str),
    };
    if cell.is_empty() {
        return rule.empty;
    }
    let cell = key(cell);
    let begins = |word: &String| {
        let rest = cell.strip_prefix(word.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    rule.is.contains(&cell) || rule.begins.iter().any(begins)
}

/// Rows of another length than the header: a separator in a cell without its quotes shifts all that
/// follows, and a file cut short ends early. An end that all rows share is a habit of the writer.
fn uneven(table: &FileTable, rows: &[&FileRow]) -> BTreeSet<u32> {
    let width = table.header.cells.len();
    let length = rows.first().map(|row| row.cells.len()).filter(|length| *length > width);
    let length = length.filter(|length| rows.iter().all(|row| row.cells.len() == *length));
    let is_uneven = |row: &&&FileRow| {
        row.cells.len() != length.unwrap_or(width)
            || row.cells.iter().skip(width).any(|cell| !cell.is_empty())
    };
    rows.iter().filter(|_| table.is_even).filter(is_uneven).map(|row| row.number).collect()
}

fn uneven_fault(table: &FileTable, row: &FileRow) -> FileFault {
    FileFault {
        row: Some(row.number),
        column: None,
        found: format!("{} cellules", row.cells.len()),
        expected: format!("{}, comme dans les en-têtes", table.header.cells.len()),
        unknown_name: None,
    }
}
