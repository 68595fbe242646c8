//! How the cells of the workbook look, and which of them may be filled in.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

const PALE_YELLOW: Color = Color::RGB(0xFF_F7_D6);
const ORANGE: Color = Color::RGB(0xFF_D0_8A);
const PALE_GREY: Color = Color::RGB(0xF0_F0_F0);
const PALE_BLUE: Color = Color::RGB(0xE3_EA_F7);
const GREY: Color = Color::RGB(0x66_66_66);

/// The formats of cells that are alike whatever they hold.
#[derive(Debug)]
pub(super) struct Looks {
    pub title: Format,
    pub heading: Format,
    pub theme: Format,
    pub label: Format,
    pub text: Format,
    pub key: Format,
}

impl Looks {
    pub(super) fn new() -> Self {
        let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            heading: text
                .clone()
                .set_bold()
                .set_background_color(PALE_BLUE)
                .set_border(FormatBorder::Thin),
            theme: Format::new().set_bold().set_background_color(PALE_BLUE),
            label: text.clone().set_bold(),
            key: Format::new().set_font_color(GREY),
            text,
        }
    }
}

/// A cell to fill in with values of a number format.
pub(super) fn to_fill(number_format: &str) -> Format {
    boxed(number_format).set_background_color(PALE_YELLOW).set_unlocked()
}

/// A cell to fill in before the others.
pub(super) fn to_fill_first(number_format: &str) -> Format {
    to_fill(number_format).set_background_color(ORANGE)
}

/// A cell that recalls what was answered.
pub(super) fn recalled(number_format: &str) -> Format {
    boxed(number_format).set_background_color(PALE_GREY).set_font_color(GREY)
}

fn boxed(number_format: &str) -> Format {
    Format::new()
        .set_num_format(number_format)
        .set_align(FormatAlign::Top)
        .set_align(FormatAlign::Left)
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
}
