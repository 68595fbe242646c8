//! Bounds on the XML parts of an archive, checked before and while they are read: one tag or text cannot take the memory of
//! a whole file, and a workbook cannot make its reader hold millions of items before the first cell.

use std::io;
use std::io::{BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::damage::damaged;
use crate::intake::error::SourceError;
use crate::intake::rows::table::{MAX_CELL, count};

/// Bytes of one tag or text.
const MAX_EVENT: u64 = 1024 * 1024;

/// Texts that cells of a workbook share.
const MAX_STRINGS: u64 = 1_000_000;

/// Tags of a part that is read whole before the first cell, other than shared texts: styles, names, sheets.
const MAX_TAGS: u64 = 500_000;

/// Merged cells of a sheet.
const MAX_MERGED: u64 = 100_000;

/// Bytes of the text of one cell, in as many pieces as it is written.
const MAX_TEXT: u64 = 4 * MAX_CELL;

/// Input that fails once one XML event is longer than allowed. `begin_event` says when another begins.
#[derive(Debug)]
pub(in crate::intake) struct EventInput<R> {
    inner: R,
    left: u64,
}

impl<R> EventInput<R> {
    pub(in crate::intake) fn new(inner: R) -> Self {
        Self { inner, left: MAX_EVENT }
    }

    pub(in crate::intake) fn begin_event(&mut self) {
        self.left = MAX_EVENT;
    }
}

impl<R: Read> Read for EventInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for EventInput<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(format!("a tag or text of more than {MAX_EVENT} bytes")));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(count(bytes));
        self.inner.consume(bytes);
    }
}

/// Checks one part of a workbook against the bounds, before `calamine` reads it.
pub(in crate::intake) fn check(
    file: &str,
    name: &str,
    part: impl BufRead,
) -> Result<(), SourceError> {
    let name = name.to_lowercase();
    // `_rels/.rels` has no extension for `Path`.
    if !matches!(name.rsplit_once('.'), Some((_, "xml" | "rels"))) {
        return Ok(());
    }
    let is_shared = name.ends_with("sharedstrings.xml");
    let is_sheet = name.contains("worksheets/");
    let too_large = |what, found, limit| {
        Err(SourceError::TooLarge { file: file.to_owned(), row: None, what, found, limit })
    };
    let mut reader = Reader::from_reader(EventInput::new(part));
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    let (mut tags, mut strings, mut text, mut merged): (u64, u64, u64, u64) = (0, 0, 0, 0);
    loop {
        buffer.clear();
        reader.get_mut().begin_event();
        let event = reader.read_event_into(&mut buffer).map_err(|fault| damaged(file, &fault))?;
        if let Event::Start(start) | Event::Empty(start) = &event {
            tags += 1;
            if is_text_of_cell(start) {
                text = 0;
            }
            merged += u64::from(start.local_name().as_ref() == "mergeCell");
            if is_shared {
                strings += u64::from(start.local_name().as_ref() == "si");
                strings = strings.max(announced(start));
            }
        }
        match event {
            Event::Eof => return Ok(()),
            Event::Text(words) => text += count(words.len()),
            Event::CData(words) => text += count(words.len()),
            Event::GeneralRef(reference) => text += count(reference.len()),
            Event::Start(_)
            | Event::Empty(_)
            | Event::End(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
        if strings > MAX_STRINGS {
            return too_large("textes de cellules", strings, MAX_STRINGS);
        }
        if !is_shared && !is_sheet && tags > MAX_TAGS {
            return too_large("balises hors des feuilles", tags, MAX_TAGS);
        }
        if merged > MAX_MERGED {
            return too_large("cellules fusionnées", merged, MAX_MERGED);
        }
        if text > MAX_TEXT {
            return too_large("octets dans une cellule", text, MAX_TEXT);
        }
    }
}

fn is_text_of_cell(start: &BytesStart<'_>) -> bool {
    ["si", "c", "row"].contains(&start.local_name().as_ref())
}

/// The number of shared texts that a tag declares: the reader allocates as many, whatever the part holds.
fn announced(start: &BytesStart<'_>) -> u64 {
    if start.local_name().as_ref() != "sst" {
        return 0;
    }
    let said = start.try_get_attribute("uniqueCount").ok().flatten();
    said.map_or(0, |said| said.value.trim().parse().unwrap_or(0))
}
