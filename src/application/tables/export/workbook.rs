//! Writes a workbook for people: the table, and a sheet that explains its columns.

use std::borrow::Cow;

use chrono::{NaiveDate, TimeDelta};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, Column};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::ExportTable;
use super::error::ExportError;
use crate::application::queries::edition_comparison::{ComparedField, EditionMove};
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Dictionary, Field, Unit};
use crate::support::french;

/// Most characters in a cell of the format.
const CELL_CHARACTERS: usize = 32_767;

const MEANINGS: &str = "Colonnes";
const README: &str = "Lisez-moi";

/// French headers of the columns that are not fields of the dictionary.
const HEADERS: &[(&str, &str)] = &[
    ("alert", "Alerte"),
    ("rule", "Règle"),
    ("subject", "Objet"),
    ("state", "État"),
    ("level", "Niveau"),
    ("since", "Depuis le"),
    ("stale", "Sur données anciennes"),
    ("hidden_by", "Masquée par"),
    ("explanation", "Explication"),
    ("mission", "Mission"),
    ("kind", "Nature"),
    ("automatic", "D’office"),
    ("opened_on", "Ouverte le"),
    ("due_on", "Échéance"),
    ("late", "En retard"),
    ("reasons", "Motifs"),
    ("rule_title", "Titre de la règle"),
    ("rule_titles", "Règles à l’origine"),
    ("outcome", "Résultat"),
    ("move", "Mouvement"),
    ("changed", "Ce qui change"),
    ("cost_before", "Coût avant"),
    ("cost_after", "Coût après"),
    ("cost_change", "Évolution du coût"),
    ("end_before", "Fin prévue avant"),
    ("end_after", "Fin prévue après"),
    ("end_shift_days", "Décalage de la fin (jours)"),
    ("phase_before", "Phase avant"),
    ("phase_after", "Phase après"),
    ("ministry_before", "Ministère avant"),
    ("ministry_after", "Ministère après"),
    ("name_before", "Nom avant"),
    ("name_after", "Nom après"),
    ("missing", "Données manquantes"),
    ("fault", "Règle en défaut"),
];

/// States of alerts and missions, and what a verdict came to.
const WORDS: &[(&str, &str)] = &[
    ("pending", "en attente"),
    ("open", "ouverte"),
    ("resolved", "close"),
    ("proposed", "proposée"),
    ("declined", "écartée"),
    ("withdrawn", "retirée"),
    ("closed", "close"),
    ("level", "évaluée"),
    ("unknown", "non évaluable"),
    ("failed", "règle en défaut"),
];

struct Formats {
    header: Format,
    date: Format,
    share: Format,
    points: Format,
    decimal: Format,
}

/// The day that the format counts from.
fn epoch() -> Result<ExcelDateTime, ExportError> {
    Ok(ExcelDateTime::from_ymd(1900, 1, 1)?)
}

/// `of` is the date of the table, or the editions that it compares.
pub(super) fn workbook(
    (table, of): (ExportTable, &str),
    frame: &DataFrame,
    dictionary: &Dictionary,
) -> Result<Vec<u8>, ExportError> {
    let formats = Formats {
        header: Format::new().set_bold().set_text_wrap(),
        date: Format::new().set_num_format("dd/mm/yyyy"),
        share: Format::new().set_num_format("0.0%"),
        points: Format::new().set_num_format("+0.0%;-0.0%;0.0%"),
        decimal: Format::new().set_num_format("#,##0.0"),
    };
    let mut workbook = Workbook::new();
    // The same table is the same file, whenever it is written.
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&epoch()?));
    let sheet = workbook.add_worksheet().set_name(table.title())?;
    for (index, column) in (0_u16..).zip(frame.columns()) {
        let name = column.name().as_str();
        let field = dictionary.field(name);
        sheet.write_string_with_format(0, index, header(name, field), &formats.header)?;
        let unit = field.map(|field| field.unit);
        fill(sheet, index, (column, dictionary), unit, &formats)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    let rows = u32::try_from(frame.height()).unwrap_or(u32::MAX);
    if let Some(last) = u16::try_from(frame.width()).ok().and_then(|width| width.checked_sub(1)) {
        sheet.autofilter(0, 0, rows, last)?;
    }
    meanings(workbook.add_worksheet().set_name(MEANINGS)?, (frame, dictionary), &formats)?;
    readme(workbook.add_worksheet().set_name(README)?, (table, of), frame, &formats)?;
    Ok(workbook.save_to_buffer()?)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "frames hold the dictionary's five kinds")]
fn fill(
    sheet: &mut Worksheet,
    index: u16,
    (column, dictionary): (&Column, &Dictionary),
    unit: Option<Unit>,
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
            AnyValue::String(text) => {
                sheet.write_string(row, index, cut(&in_french(column.name(), text, dictionary)))?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn meanings(
    sheet: &mut Worksheet,
    (frame, dictionary): (&DataFrame, &Dictionary),
    formats: &Formats,
) -> Result<(), ExportError> {
    for (index, title) in (0_u16..).zip(["Colonne", "Champ", "Unité", "Ce qu’il veut dire"]) {
        sheet.write_string_with_format(0, index, title, &formats.header)?;
    }
    for (row, column) in (1_u32..).zip(frame.columns()) {
        let name = column.name().as_str();
        let field = dictionary.field(name);
        sheet.write_string(row, 0, header(name, field))?;
        sheet.write_string(row, 1, name)?;
        if let Some(field) = field {
            sheet.write_string(row, 2, unit(field.unit))?;
            sheet.write_string(row, 3, field.meaning)?;
        }
    }
    Ok(())
}

/// What the workbook is, for whoever receives it without more.
fn readme(
    sheet: &mut Worksheet,
    (table, of): (ExportTable, &str),
    frame: &DataFrame,
    formats: &Formats,
) -> Result<(), ExportError> {
    let date = of.parse::<NaiveDate>().map_or_else(|_| of.to_owned(), french::date);
    let lines = [
        ("Contenu", table.meaning().to_owned()),
        ("Date ou éditions", date),
        ("Lignes", french::integer(i64::try_from(frame.height()).unwrap_or(i64::MAX))),
        ("Origine", "Vigie, dispositif de veille de la DINUM sur les grands projets.".to_owned()),
        ("Montants", "En millions d’euros, toutes taxes comprises.".to_owned()),
        (
            "Cellules vides",
            "Donnée non connue ou non publiée, jamais zéro. Une colonne « non publié » distingue ce que le \
             ministère n’a pas souhaité publier."
                .to_owned(),
        ),
        ("Colonnes", format!("La feuille « {MEANINGS} » explique chacune d’elles.")),
    ];
    sheet.set_column_width(0, 20)?;
    sheet.set_column_width(1, 90)?;
    for (row, (label, text)) in (0_u32..).zip(lines) {
        sheet.write_string_with_format(row, 0, label, &formats.header)?;
        sheet.write_string(row, 1, text)?;
    }
    Ok(())
}

/// The words of programs as people read them.
fn in_french<'t>(column: &str, text: &'t str, dictionary: &Dictionary) -> Cow<'t, str> {
    let label = match column {
        "level" => text.parse::<Level>().map(Level::label).ok(),
        "kind" => text.parse::<MissionKind>().map(MissionKind::label).ok(),
        "move" => text.parse::<EditionMove>().map(EditionMove::label).ok(),
        "phase" | "phase_previous" | "phase_before" | "phase_after" => {
            text.parse::<Phase>().map(Phase::label).ok()
        }
        "state" | "outcome" => {
            WORDS.iter().find(|(word, _)| *word == text).map(|(_, label)| *label)
        }
        "missing" => {
            let label = |name: &str| {
                dictionary.field(name).map_or(name.to_owned(), |field| field.label.to_lowercase())
            };
            let labels: Vec<String> = text.split(", ").map(label).collect();
            return labels.join(", ").into();
        }
        "changed" => {
            let label = |word: &str| {
                word.parse::<ComparedField>()
                    .map_or(word.to_owned(), |field| field.label().to_owned())
            };
            let labels: Vec<String> = text.split(", ").map(label).collect();
            return labels.join(", ").into();
        }
        _ => None,
    };
    label.unwrap_or(text).into()
}

pub(super) fn header<'a>(name: &'a str, field: Option<&Field>) -> &'a str {
    let own = || HEADERS.iter().find(|(own, _)| *own == name).map(|(_, header)| *header);
    field.map(|field| field.label).or_else(own).unwrap_or(name)
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
