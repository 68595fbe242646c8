//! The workbook as a whole: how to fill it in, the questions, and the lists that cells choose from.

use std::collections::BTreeMap;

use rust_xlsxwriter::utility::row_col_to_cell_absolute;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use super::answers::{Allowed, AnswerFormat, WORDS};
use super::contents::{Question, Questionnaire, Theme};
use super::looks::Looks;
use super::{guide, sheet};
use crate::application::ExportError;

/// Not shown: the lists that cells choose from, as the format bounds those written in a cell's own rule.
const LISTS: &str = "Listes";

/// The place of each list, by its choices.
pub(super) type Lists = BTreeMap<Vec<&'static str>, String>;

pub(super) fn workbook(questionnaire: &Questionnaire) -> Result<Vec<u8>, ExportError> {
    let looks = Looks::new();
    let mut workbook = Workbook::new();
    // The same questions are the same file, whenever it is written.
    let written = ExcelDateTime::from_ymd(1900, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    let lists = lists(&questionnaire.themes);
    guide::write(workbook.add_worksheet(), questionnaire, &looks)?;
    let questions = workbook.add_worksheet();
    sheet::write(questions, questionnaire, (&lists, &looks))?;
    questions.set_active(true);
    write_lists(workbook.add_worksheet().set_name(LISTS)?, &lists)?;
    Ok(workbook.save_to_buffer()?)
}

fn lists(themes: &[Theme]) -> Lists {
    let mut lists = Lists::new();
    for Question { field, .. } in themes.iter().flat_map(|theme| &theme.questions) {
        if let Allowed::Choices(choices) = AnswerFormat::of(field).allowed {
            lists.entry(choices).or_default();
        }
    }
    let last_row = |choices: &[&str]| choices.len().saturating_add(WORDS.len()).saturating_sub(1);
    for (column, (choices, place)) in (0_u16..).zip(&mut lists) {
        let end = u32::try_from(last_row(choices)).unwrap_or(u32::MAX);
        let [first, last] = [0, end].map(|row| row_col_to_cell_absolute(row, column));
        *place = format!("={LISTS}!{first}:{last}");
    }
    lists
}

fn write_lists(sheet: &mut Worksheet, lists: &Lists) -> Result<(), ExportError> {
    for (column, choices) in (0_u16..).zip(lists.keys()) {
        for (row, choice) in (0_u32..).zip(choices.iter().chain(&WORDS)) {
            sheet.write_string(row, column, *choice)?;
        }
    }
    sheet.set_hidden(true).protect();
    Ok(())
}
