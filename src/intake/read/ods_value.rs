//! The value of an ODS cell: what its tag declares, or what it shows.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::damage::damaged;
use crate::intake::error::SourceError;
use crate::intake::rows::table::{MAX_CELL, count};

/// The text that a cell shows, collected so far.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) text: String,
    has_paragraph: bool,
}

impl Shown {
    pub(super) fn add(&mut self, file: &str, event: &Event<'_>) -> Result<(), SourceError> {
        if let Event::Text(words) = event {
            self.text.push_str(&words.xml10_content());
        } else if let Event::GeneralRef(reference) = event {
            self.text.push_str(&character(file, reference)?);
        } else if let Event::Start(start) = event {
            match start.name().as_ref() {
                "text:p" => {
                    if self.has_paragraph {
                        self.text.push('\n');
                    }
                    self.has_paragraph = true;
                }
                "text:s" => blanks(file, &mut self.text, times(file, start, "text:c")?)?,
                "text:tab" => self.text.push('\t'),
                "text:line-break" => self.text.push('\n'),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The value that a cell's tag declares.
#[derive(Debug)]
pub(super) enum OdsValue {
    None,
    Given(String),
    /// The text that the cell shows.
    Shown,
}

impl OdsValue {
    /// The text of the value: dates as ISO 8601 whatever their format on screen, numbers with a decimal point.
    pub(super) fn of(file: &str, start: &BytesStart<'_>) -> Result<Self, SourceError> {
        let mut value = Self::None;
        let (mut is_text, mut is_error) = (false, false);
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|fault| damaged(file, &fault))?;
            let said = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|fault| damaged(file, &fault))?;
            let given = match attribute.key.as_ref() {
                "office:value" => {
                    let number: f64 = said.trim().parse().map_err(|fault| damaged(file, &fault))?;
                    number.to_string()
                }
                "office:date-value" => said.split('T').next().unwrap_or_default().to_owned(),
                "office:string-value" | "office:time-value" | "office:boolean-value" => {
                    said.into_owned()
                }
                kind => {
                    is_text |= kind == "office:value-type" && said == "string";
                    is_error |= kind == "calcext:value-type" && said == "error";
                    continue;
                }
            };
            if matches!(value, Self::None) {
                value = Self::Given(given);
            }
        }
        // The value of an error is empty, or nought; its text is in the cell.
        let is_shown = match &value {
            Self::None => is_text || is_error,
            Self::Given(_) => is_error,
            Self::Shown => true,
        };
        Ok(if is_shown { Self::Shown } else { value })
    }
}

/// The number of repetitions that a tag declares, 1 by default.
pub(super) fn times(
    file: &str,
    start: &BytesStart<'_>,
    attribute: &str,
) -> Result<u32, SourceError> {
    let found = start.try_get_attribute(attribute).map_err(|fault| damaged(file, &fault))?;
    let Some(found) = found else { return Ok(1) };
    let times: u64 = found.value.parse().map_err(|fault| damaged(file, &fault))?;
    Ok(u32::try_from(times).unwrap_or(u32::MAX))
}

pub(super) fn blanks(file: &str, text: &mut String, times: u32) -> Result<(), SourceError> {
    let found = count(text.len()).saturating_add(u64::from(times));
    if found > MAX_CELL {
        let (file, what) = (file.to_owned(), "caractères dans une cellule");
        return Err(SourceError::TooLarge { file, row: None, what, found, limit: MAX_CELL });
    }
    text.extend((0..times).map(|_| ' '));
    Ok(())
}

fn character(file: &str, reference: &BytesRef<'_>) -> Result<String, SourceError> {
    if let Some(known) = resolve_predefined_entity(reference) {
        return Ok(known.to_owned());
    }
    let character = reference.resolve_char_ref().map_err(|fault| damaged(file, &fault))?;
    let unknown = || damaged(file, &format!("`&{};` is no character", &**reference));
    character.map(String::from).ok_or_else(unknown)
}
