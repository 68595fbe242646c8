//! Where the table of an unknown file is: its sheet, which way round it lies, and its header.

use std::cell::RefCell;

use chrono::NaiveDate;

use super::vocabulary::Vocabulary;
use crate::domain::portfolio::import::Dataset;
use crate::intake::error::SourceError;
use crate::intake::identity::names::key;
use crate::intake::read::file_bytes::bounded;
use crate::intake::read::sheet_rows::SheetHead;
use crate::intake::read::{csv, sheet};
use crate::intake::rows::table::{FileRow, FileTable};

/// What is known of an unknown file beforehand.
#[derive(Clone, Debug)]
pub struct ProposalTerms {
    /// What it is about.
    pub dataset: Option<Dataset>,
    /// The sheet with its table.
    pub sheet: Option<String>,
    /// The row of its headers, as a spreadsheet program numbers it.
    pub header_row: Option<u32>,
    pub today: NaiveDate,
}

/// Cells of a row that are compared with names: a header of ours has fewer.
const MOST_CELLS: usize = 100;

/// A table with its header in place.
#[derive(Debug)]
pub(super) struct FoundTable {
    pub(super) table: FileTable,
    /// How much the header says.
    pub(super) score: f64,
    /// The sheet has to be named: there are others.
    pub(super) names_sheet: bool,
}

pub(super) fn read(
    file: &str,
    bytes: &[u8],
    vocabularies: &[Vocabulary],
    terms: &ProposalTerms,
) -> Result<FoundTable, SourceError> {
    bounded(file, bytes)?;
    if !sheet::is_sheet(bytes) {
        return headed_as_asked(file, csv::read(file, bytes)?, vocabularies, (terms, false));
    }
    let chosen = RefCell::new((String::new(), false));
    let choose = |heads: &[SheetHead]| {
        let visible: Vec<(usize, f64)> = heads
            .iter()
            .enumerate()
            .filter(|(_, head)| !head.is_hidden)
            .filter_map(|(place, head)| Some((place, best(head.head.as_ref()?, vocabularies).0)))
            .collect();
        let place = visible.iter().fold(None, |most: Option<(usize, f64)>, next| match most {
            Some((_, score)) if score >= next.1 => most,
            _ => Some(*next),
        });
        let place = match &terms.sheet {
            Some(name) => sheet_called(file, name, heads)?,
            None => place.map_or(0, |(place, _)| place),
        };
        let name = heads.get(place).map(|head| head.name.clone()).unwrap_or_default();
        chosen.replace((name, visible.len() > 1));
        Ok(place)
    };
    let mut table = sheet::read(file, bytes, &choose)?;
    let (name, names_sheet) = chosen.into_inner();
    table.sheet = Some(name);
    headed_as_asked(file, table, vocabularies, (terms, names_sheet))
}

/// The header that a person names, or else the best one.
fn headed_as_asked(
    file: &str,
    table: FileTable,
    vocabularies: &[Vocabulary],
    (terms, names_sheet): (&ProposalTerms, bool),
) -> Result<FoundTable, SourceError> {
    let Some(number) = terms.header_row else {
        return Ok(headed(table, vocabularies, names_sheet));
    };
    let mut rows = std::iter::once(&table.header).chain(&table.rows);
    let place = rows.position(|row| row.number == number && !row.is_empty());
    let place = place.ok_or_else(|| SourceError::Unreadable {
        file: file.to_owned(),
        found: format!("rien à la ligne {number}"),
        expected: "le numéro d’une ligne qui nomme les colonnes",
    })?;
    let table = table.headed_at(place);
    Ok(FoundTable { score: score(&table.header, vocabularies), table, names_sheet })
}

/// The way round and the row of the best header.
fn headed(table: FileTable, vocabularies: &[Vocabulary], names_sheet: bool) -> FoundTable {
    let (score, place) = best(&table, vocabularies);
    let turned = table.turned().map(|turned| (best(&turned, vocabularies), turned));
    match turned {
        Some(((other, at), turned)) if other > score => {
            FoundTable { table: turned.headed_at(at), score: other, names_sheet }
        }
        _ => FoundTable { table: table.headed_at(place), score, names_sheet },
    }
}

/// The score and the place of the row that looks most like a header.
fn best(table: &FileTable, vocabularies: &[Vocabulary]) -> (f64, usize) {
    let scored = table.candidates(&[]).map(|(place, row)| (score(row, vocabularies), place));
    scored.fold((0.0, 0), |most, next| if next.0 > most.0 { next } else { most })
}

fn score(row: &FileRow, vocabularies: &[Vocabulary]) -> f64 {
    vocabularies.iter().map(|words| of_words(row, words)).fold(0.0, f64::max)
}

/// Each field counts once, by the header that is most like it.
pub(super) fn of_words(row: &FileRow, words: &Vocabulary) -> f64 {
    let mut fields: Vec<(&str, f64)> = Vec::new();
    for cell in row.cells.iter().filter(|cell| !cell.is_empty()).take(MOST_CELLS) {
        let Some((field, likeness)) = words.field_of(without_unit(cell)) else { continue };
        match fields.iter_mut().find(|(known, _)| *known == field) {
            Some(known) => known.1 = known.1.max(likeness),
            None => fields.push((field, likeness)),
        }
    }
    fields.iter().map(|(_, likeness)| likeness).sum()
}

/// `Coût` of `Coût (M€)`: what is in brackets says more of a header than what it is called.
pub(super) fn without_unit(header: &str) -> &str {
    let base = header.split(['(', '[']).next().unwrap_or(header);
    if key(base).is_empty() { header } else { base }
}

/// The place of a sheet.
///
/// # Errors
/// When there is none of this name.
pub(super) fn sheet_called(
    file: &str,
    name: &str,
    heads: &[SheetHead],
) -> Result<usize, SourceError> {
    let place = heads.iter().position(|head| head.name == name);
    place.ok_or_else(|| SourceError::UnknownSheet {
        file: file.to_owned(),
        found: name.to_owned(),
        known: heads.iter().map(|head| head.name.clone()).collect(),
    })
}
