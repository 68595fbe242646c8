//! The workbook as a whole: how to fill it in, the questions, and the lists that cells choose from.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::contents::Questionnaire;
use super::looks::Looks;
use super::{guide, lists, sheet};
use crate::application::ExportError;

pub(super) fn workbook(questionnaire: &Questionnaire) -> Result<Vec<u8>, ExportError> {
    let looks = Looks::new();
    let mut workbook = Workbook::new();
    // The same questions are the same file, whenever it is written.
    let written = ExcelDateTime::from_ymd(1900, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    let lists = lists::lists(&questionnaire.themes);
    guide::write(workbook.add_worksheet(), questionnaire, &looks)?;
    let questions = workbook.add_worksheet();
    sheet::write(questions, questionnaire, (&lists, &looks))?;
    questions.set_active(true);
    lists::write(workbook.add_worksheet(), &lists)?;
    Ok(workbook.save_to_buffer()?)
}
