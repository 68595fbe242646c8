//! The lists that cells choose from, on a sheet that is not shown: the format bounds those written in a cell's own rule.

use std::collections::BTreeMap;

use rust_xlsxwriter::utility::row_col_to_cell_absolute;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::answers::{Allowed, AnswerFormat, WORDS};
use super::contents::{Question, Theme};

const LISTS: &str = "Listes";

/// The place of each list, by its choices.
pub(super) type Lists = BTreeMap<Vec<&'static str>, String>;

pub(super) fn lists(themes: &[Theme]) -> Lists {
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

pub(super) fn write(sheet: &mut Worksheet, lists: &Lists) -> Result<(), XlsxError> {
    sheet.set_name(LISTS)?;
    for (column, choices) in (0_u16..).zip(lists.keys()) {
        for (row, choice) in (0_u32..).zip(choices.iter().chain(&WORDS)) {
            sheet.write_string(row, column, *choice)?;
        }
    }
    sheet.set_hidden(true).protect();
    Ok(())
}
