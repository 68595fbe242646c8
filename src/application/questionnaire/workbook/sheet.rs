//! The sheet of the questions: one row each, and for each project the date of its last answer, that answer, and the cell
//! to fill in. The profile `vigie-questionnaire-workbook` reads it back.

use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{ColNum, DataValidation, Format, Formula, RowNum, Worksheet, XlsxError};

use super::answers::{Allowed, AnswerFormat, NO, YES, no_answer, step};
use super::contents::{AskedProject, Question, Questionnaire};
use super::lists::Lists;
use super::looks::{Looks, recalled, to_fill, to_fill_first};

use crate::domain::portfolio::follow_up::Answer;
use crate::domain::value::{Value, float};
use crate::frame::dictionary::Field;

const QUESTIONS: &str = "Questionnaire";

/// Beside the cells to fill in before the others.
const FIRST: &str = "en priorité";

/// The columns before those of projects: the name of the field, then what people read.
const KEY: ColNum = 0;
const LABEL: ColNum = 1;
const EXPECTED: ColNum = 2;
const SERVES: ColNum = 3;

/// The rows before the questions.
const PROJECT: RowNum = 0;
const REPORTED_ON: RowNum = 1;
const ANSWERED_BY: RowNum = 2;
const FIRST_QUESTION: RowNum = 3;

/// A4.
const PAPER: u8 = 9;

/// The columns of a project.
#[derive(Clone, Copy)]
struct Place {
    given_on: ColNum,
    last: ColNum,
    /// Directly after the last answer, which the word « Inchangé » repeats.
    answer: ColNum,
}

/// Each project with its columns.
struct Columns<'q>(Vec<(&'q AskedProject, Place)>);

impl<'q> Columns<'q> {
    fn of(projects: &'q [AskedProject]) -> Self {
        let firsts = (SERVES.saturating_add(1)..).step_by(3);
        let places = firsts.map(|given_on| Place {
            given_on,
            last: given_on.saturating_add(1),
            answer: given_on.saturating_add(2),
        });
        Self(projects.iter().zip(places).collect())
    }

    /// Lays one rule over the cells of answers of a row.
    fn validate(
        &self,
        sheet: &mut Worksheet,
        row: RowNum,
        rule: impl Fn(&str) -> Result<DataValidation, XlsxError>,
    ) -> Result<(), XlsxError> {
        let cells = self.0.iter().map(|(_, place)| row_col_to_cell(row, place.answer));
        let cells: Vec<String> = cells.collect();
        let (Some(first), Some((_, place))) = (cells.first(), self.0.first()) else {
            return Ok(());
        };
        let rule = rule(first)?.set_multi_range(cells.join(" "));
        sheet.add_data_validation(row, place.answer, row, place.answer, &rule)?;
        Ok(())
    }
}

pub(super) fn write(
    sheet: &mut Worksheet,
    questionnaire: &Questionnaire,
    (lists, looks): (&Lists, &Looks),
) -> Result<(), XlsxError> {
    sheet.set_name(QUESTIONS)?;
    let columns = Columns::of(&questionnaire.projects);
    lay_out(sheet, &columns)?;
    head(sheet, &columns, looks)?;
    let mut row = FIRST_QUESTION;
    for theme in &questionnaire.themes {
        let last = columns.0.last().map_or(SERVES, |(_, place)| place.answer);
        for column in KEY..=last {
            sheet.write_blank(row, column, &looks.theme)?;
        }
        sheet.write_string_with_format(row, LABEL, theme.title, &looks.theme)?;
        row = row.saturating_add(1);
        for asked in &theme.questions {
            question(sheet, row, asked, (&columns, lists, looks))?;
            row = row.saturating_add(1);
        }
    }
    sheet.protect();
    Ok(())
}

fn lay_out(sheet: &mut Worksheet, columns: &Columns<'_>) -> Result<(), XlsxError> {
    sheet.set_column_hidden(KEY)?;
    for (column, width) in [(LABEL, 30), (EXPECTED, 46), (SERVES, 40)] {
        sheet.set_column_width(column, width)?;
    }
    for (_, place) in &columns.0 {
        for (column, width) in [(place.given_on, 11), (place.last, 18), (place.answer, 24)] {
            sheet.set_column_width(column, width)?;
        }
    }
    sheet.set_freeze_panes(FIRST_QUESTION, EXPECTED)?;
    sheet.set_landscape().set_paper_size(PAPER).set_print_scale(60);
    sheet.set_repeat_rows(PROJECT, ANSWERED_BY)?;
    sheet.set_repeat_columns(LABEL, LABEL)?;
    sheet.set_footer("&L&A&RPage &P sur &N");
    Ok(())
}

/// The rows that say of which project, on which day and by whom the answers of a column are.
fn head(sheet: &mut Worksheet, columns: &Columns<'_>, looks: &Looks) -> Result<(), XlsxError> {
    for (row, key) in
        [(PROJECT, "project"), (REPORTED_ON, "reported_on"), (ANSWERED_BY, "answered_by")]
    {
        sheet.write_string_with_format(row, KEY, key, &looks.key)?;
    }
    for (column, text) in
        [(LABEL, "Question"), (EXPECTED, "Réponse attendue"), (SERVES, "À quoi elle sert")]
    {
        sheet.write_string_with_format(PROJECT, column, text, &looks.heading)?;
    }
    for (row, label, expected, serves) in [
        (
            REPORTED_ON,
            "Répondu le",
            "La date de toutes les réponses de la colonne, telle que 31/01/2021.",
            "Dit de quand date chaque réponse\u{a0}: une réponse ancienne est redemandée.",
        ),
        (
            ANSWERED_BY,
            "Répondu par",
            "Le nom et la fonction de la personne qui répond.",
            "Dit à qui s’adresser pour une précision.",
        ),
    ] {
        sheet.write_string_with_format(row, LABEL, label, &looks.label)?;
        sheet.write_string_with_format(row, EXPECTED, expected, &looks.text)?;
        sheet.write_string_with_format(row, SERVES, serves, &looks.text)?;
    }
    let (date, text) = (to_fill("dd/mm/yyyy"), to_fill("General"));
    for (project, Place { given_on, last, answer }) in &columns.0 {
        sheet.write_string_with_format(PROJECT, *given_on, "Réponse du", &looks.heading)?;
        sheet.write_string_with_format(PROJECT, *last, "Dernière réponse", &looks.heading)?;
        sheet.write_string_with_format(PROJECT, *answer, &project.name, &looks.heading)?;
        sheet.write_blank(REPORTED_ON, *answer, &date)?;
        sheet.write_blank(ANSWERED_BY, *answer, &text)?;
        if let Some(name) = &project.answered_by {
            sheet.write_string_with_format(ANSWERED_BY, *last, name, &recalled("General"))?;
        }
    }
    columns.validate(sheet, REPORTED_ON, day_of_answers)
}

/// Nobody has answered tomorrow.
fn day_of_answers(cell: &str) -> Result<DataValidation, XlsxError> {
    let is_past = format!("=AND(ISNUMBER({cell}),{cell}>=DATE(1970,1,1),{cell}<=TODAY())");
    let expected =
        "La date des réponses de la colonne, telle que 31/01/2021\u{a0}: aujourd’hui au plus tard.";
    DataValidation::new()
        .allow_custom(Formula::new(is_past))
        .set_input_message(expected)?
        .set_error_title("Date non reconnue")?
        .set_error_message(expected)
}

fn question(
    sheet: &mut Worksheet,
    row: RowNum,
    Question { field, readers }: &Question,
    (columns, lists, looks): (&Columns<'_>, &Lists, &Looks),
) -> Result<(), XlsxError> {
    let format = AnswerFormat::of(field);
    let expected = format!("{}\n{}", field.question.unwrap_or(field.meaning), format.expected);
    let serves = if readers.is_empty() {
        "Au suivi du projet\u{a0}; aucune règle de veille ne la lit aujourd’hui.".to_owned()
    } else {
        readers.join("\n")
    };
    sheet.write_string_with_format(row, KEY, field.name, &looks.key)?;
    sheet.write_string_with_format(row, LABEL, field.label, &looks.label)?;
    sheet.write_string_with_format(row, EXPECTED, expected, &looks.text)?;
    sheet.write_string_with_format(row, SERVES, serves, &looks.text)?;
    let given_on = recalled("dd/mm/yyyy");
    let last = recalled(format.number_format);
    let (answer, first) = (to_fill(format.number_format), to_fill_first(format.number_format));
    for (project, place) in &columns.0 {
        sheet.write_blank(row, place.given_on, &given_on)?;
        sheet.write_blank(row, place.last, &last)?;
        let is_first = project.first.contains(field.name);
        sheet.write_blank(row, place.answer, if is_first { &first } else { &answer })?;
        if is_first {
            // Colours alone do not tell everybody.
            sheet.write_string_with_format(row, place.given_on, FIRST, &given_on)?;
        }
        if let Some(known) = project.last.get(field.name) {
            sheet.write_datetime_with_format(row, place.given_on, known.on, &given_on)?;
            recall(sheet, (row, place.last), (field, &known.answer), &last)?;
        }
    }
    let choices = match &format.allowed {
        Allowed::Choices(words) => lists.get(words).map(String::as_str),
        Allowed::Figure { .. } | Allowed::Date | Allowed::Text => None,
    };
    columns.validate(sheet, row, |cell| format.validation(cell, choices))
}

/// Writes the last answer as it would be read again.
fn recall(
    sheet: &mut Worksheet,
    (row, column): (RowNum, ColNum),
    (field, answer): (&Field, &Answer),
    format: &Format,
) -> Result<(), XlsxError> {
    let value = match answer {
        Answer::Value(value) => value,
        Answer::None(why) => {
            sheet.write_string_with_format(row, column, no_answer(*why), format)?;
            return Ok(());
        }
    };
    if let Some(meaning) = step(field, value) {
        sheet.write_string_with_format(row, column, meaning, format)?;
        return Ok(());
    }
    match value {
        Value::Bool(true) => sheet.write_string_with_format(row, column, YES, format)?,
        Value::Bool(false) => sheet.write_string_with_format(row, column, NO, format)?,
        Value::Int(count) => sheet.write_number_with_format(row, column, float(*count), format)?,
        Value::Float(figure) => sheet.write_number_with_format(row, column, *figure, format)?,
        Value::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
        Value::Date(date) => sheet.write_datetime_with_format(row, column, date, format)?,
    };
    Ok(())
}
