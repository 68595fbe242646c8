//! Writes a workbook for people: the table, and a sheet that explains its columns.

use chrono::{NaiveDate, TimeDelta};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::error::ExportError;
use super::frame_columns::shown_moment;
use super::sheet_contents::SheetContents;
use crate::frame::dictionary::Unit;
use crate::support::french;

/// Most characters in a cell of the format.
const CELL_CHARACTERS: usize = 32_767;

const MEANINGS: &str = "Colonnes";
const README: &str = "Lisez-moi";

struct Formats {
    header: Format,
    date: Format,
    moment: Format,
    share: Format,
    points: Format,
    decimal: Format,
}

/// The day that the format counts from.
fn epoch() -> Result<ExcelDateTime, ExportError> {
    Ok(ExcelDateTime::from_ymd(1900, 1, 1)?)
}

pub(super) fn workbook(
    contents: &SheetContents,
    frame: &DataFrame,
) -> Result<Vec<u8>, ExportError> {
    let formats = Formats {
        header: Format::new().set_bold().set_text_wrap(),
        date: Format::new().set_num_format("dd/mm/yyyy"),
        moment: Format::new().set_num_format("dd/mm/yyyy hh:mm"),
        share: Format::new().set_num_format("0.0%"),
        points: Format::new().set_num_format("+0.0%;-0.0%;0.0%"),
        decimal: Format::new().set_num_format("#,##0.0"),
    };
    let mut workbook = Workbook::new();
    // The same table is the same file, whenever it is written.
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch()?));
    let sheet = workbook.add_worksheet().set_name(&contents.title)?;
    for ((index, column), head) in (0_u16..).zip(frame.columns()).zip(&contents.heads) {
        sheet.write_string_with_format(0, index, &head.header, &formats.header)?;
        fill(sheet, index, (column, head.unit), &formats)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    sheet.set_footer("&L&A&RPage &P sur &N");
    let rows = u32::try_from(frame.height()).unwrap_or(u32::MAX);
    if let Some(last) = u16::try_from(frame.width()).ok().and_then(|width| width.checked_sub(1)) {
        sheet.autofilter(0, 0, rows, last)?;
    }
    if contents.explains_columns() {
        meanings(workbook.add_worksheet().set_name(MEANINGS)?, contents, &formats)?;
    }
    readme(workbook.add_worksheet().set_name(README)?, contents, frame, &formats)?;
    Ok(workbook.save_to_buffer()?)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "frames hold the dictionary's five kinds")]
fn fill(
    sheet: &mut Worksheet,
    index: u16,
    (column, unit): (&Column, Option<Unit>),
    formats: &Formats,
) -> Result<(), ExportError> {
    let number = match unit {
        Some(Unit::Ratio) => &formats.share,
        Some(Unit::Points) => &formats.points,
        _ => &formats.decimal,
    };
    for (row, cell) in (1_u32..).zip(column.as_materialized_series().iter()) {
        match cell {
            AnyValue::Boolean(flag) => {
                sheet.write_string(row, index, if flag { "oui" } else { "non" })?;
            }
            AnyValue::Int64(count) => {
                // A workbook only has floating-point numbers; counts are far below their limits.
                sheet.write_number(row, index, i32::try_from(count).unwrap_or(i32::MAX))?;
            }
            AnyValue::Float64(value) => {
                sheet.write_number_with_format(row, index, value, number)?;
            }
            AnyValue::Date(days) => {
                let date = NaiveDate::default().checked_add_signed(TimeDelta::days(days.into()));
                if let Some(date) = date {
                    sheet.write_datetime_with_format(row, index, date, &formats.date)?;
                }
            }
            AnyValue::Datetime(milliseconds, ..) => {
                if let Some(moment) = shown_moment(milliseconds) {
                    sheet.write_datetime_with_format(row, index, moment, &formats.moment)?;
                }
            }
            AnyValue::String(text) => {
                sheet.write_string(row, index, cut(text))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn meanings(
    sheet: &mut Worksheet,
    contents: &SheetContents,
    formats: &Formats,
) -> Result<(), ExportError> {
    for (index, title) in (0_u16..).zip(["Colonne", "Champ", "Unité", "Ce qu’il veut dire"]) {
        sheet.write_string_with_format(0, index, title, &formats.header)?;
    }
    for (row, head) in (1_u32..).zip(&contents.heads) {
        sheet.write_string(row, 0, &head.header)?;
        sheet.write_string(row, 1, &head.name)?;
        if let Some(meaning) = head.meaning {
            sheet.write_string(row, 2, head.unit.map_or("", unit))?;
            sheet.write_string(row, 3, meaning)?;
        }
    }
    Ok(())
}

/// What the workbook is, for whoever receives it without more.
fn readme(
    sheet: &mut Worksheet,
    contents: &SheetContents,
    frame: &DataFrame,
    formats: &Formats,
) -> Result<(), ExportError> {
    let rows = french::integer(i64::try_from(frame.height()).unwrap_or(i64::MAX));
    let mut lines = vec![("Contenu", contents.meaning.clone())];
    lines.extend(contents.of.iter().cloned());
    lines.extend([
        ("Lignes", rows),
        ("Origine", "Vigie, dispositif de veille de la DINUM sur les grands projets.".to_owned()),
    ]);
    if contents.has_amounts {
        lines.push(("Montants", "En millions d’euros, toutes taxes comprises.".to_owned()));
    }
    lines.push(("Cellules vides", contents.empty_cells.to_owned()));
    if contents.explains_columns() {
        lines.push(("Colonnes", format!("La feuille « {MEANINGS} » explique chacune d’elles.")));
    }
    sheet.set_column_width(0, 20)?;
    sheet.set_column_width(1, 90)?;
    for (row, (label, text)) in (0_u32..).zip(lines) {
        sheet.write_string_with_format(row, 0, label, &formats.header)?;
        sheet.write_string(row, 1, text)?;
    }
    Ok(())
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "",
        Unit::Ratio => "%",
        Unit::Points => "points",
        Unit::Meur => "M€",
        Unit::MeurPerYear => "M€/an",
        Unit::Months => "mois",
        Unit::Days => "jours",
        Unit::Count => "nombre",
        Unit::Fte => "ETP",
    }
}

/// Longer texts are complete in the other formats.
fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(CELL_CHARACTERS)
        .map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}
