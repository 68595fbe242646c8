//! Documents that people hand out, in each format.

mod formats;
mod note;
#[cfg(feature = "pdf")]
mod pdf;
mod templates;
mod texts;

use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::{CompressionMethod, ZipArchive};

use crate::support::TestApp;

pub(super) const NOW: &str = "2020-12-01T12:00:00Z";

/// Each list of the note, and the projects that the COSINUM put on it.
pub(super) const LISTS: [(&str, &[&str]); 4] = [
    ("Clôture à surveiller", &["SOURCE SOLDE", "HARMONIE", "CYCLADES", "France VISAS"]),
    ("Dérives récurrentes", &["SI SAMU", "PORTALIS", "NED", "LOG MI", "EXPADON"]),
    ("Recadrage", &["SieRh", "Mistr@l"]),
    ("Vigilance accrue", &["Demat’ADS", "Réseau Radio du Futur (RRF)"]),
];

/// The fixtures, judged as of the end of November 2020.
pub(super) fn judged() -> TestApp {
    let app = TestApp::with_fixtures();
    app.ok(&["cycle", "--as-of", "2020-11-30"]);
    app
}

/// A text with plain spaces, to be looked for as people type it.
pub(super) fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}', '\n'], " ")
}

/// The files of an archive, by name, in order.
pub(super) fn unpacked(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        if index == 0 {
            assert_eq!(file.compression(), CompressionMethod::Stored, "{name}");
        }
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.push((name, text));
    }
    files
}

/// The text of a well-formed XML document, a line for each paragraph, title and cell.
fn text_of_xml(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Text(words) => text.push_str(&words.xml10_content()),
            Event::GeneralRef(entity) => {
                let written = format!("&{};", &*entity);
                text.push_str(&quick_xml::escape::unescape(&written).unwrap());
            }
            Event::End(end) if ["p", "h"].contains(&end.local_name().as_ref()) => {
                text.push('\n');
            }
            Event::Eof => return text,
            Event::Start(_)
            | Event::End(_)
            | Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

pub(super) fn odt_text(bytes: &[u8]) -> String {
    let files = unpacked(bytes);
    assert_eq!(files[0].0, "mimetype");
    assert_eq!(files[0].1, "application/vnd.oasis.opendocument.text");
    for (name, xml) in files.iter().filter(|(name, _)| name.contains(".xml")) {
        assert!(!text_of_xml(xml).is_empty() || name != "content.xml", "{name}");
    }
    let (_, content) = files.iter().find(|(name, _)| name == "content.xml").unwrap();
    text_of_xml(content)
}

/// The text of a PDF in the order in which it is read aloud, page after page.
pub(super) fn pdf_text(path: &Path) -> String {
    let read = Command::new("pdftotext").arg("-raw").arg(path).arg("-").output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap()
}
