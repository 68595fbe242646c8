//! Any bytes at all as a file to import: read or refused, in bounded time and memory. What looks like the
//! inside of a spreadsheet is put into one, so that it is met behind the archive.
#![no_main]

use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use vigie::frame::dictionary::built_in;
use vigie::intake::{ReadRequest, Reader};

const RELATIONS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const OF_BOOK: &str = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="F" sheetId="1" r:id="rId1"/></sheets></workbook>"#;

static READER: LazyLock<Reader> = LazyLock::new(|| {
    // Vigie takes a panic in the reader of spreadsheets, which is not ours, for a refusal. One that it does
    // not take still ends the fuzzer.
    std::panic::set_hook(Box::new(|_| {}));
    Reader::shipped(built_in()).unwrap()
});

fuzz_target!(|data: &[u8]| {
    let bytes = file(data);
    for (file, profile) in [("2020-11.csv", None), ("f.csv", Some("panorama"))] {
        let request = ReadRequest { file, bytes: &bytes, profile, sheet: None, edition: None };
        drop(READER.recognise(&request));
        match READER.read(&request, &[]) {
            Ok(imports) => assert!(imports.iter().all(|import| !import.rows.is_empty())),
            Err(fault) => assert!(!fault.to_string().is_empty()),
        }
    }
});

fn file(data: &[u8]) -> Vec<u8> {
    if data.starts_with(b"<office") {
        let kind = b"application/vnd.oasis.opendocument.spreadsheet";
        return archive(&[("mimetype", kind), ("content.xml", data)]);
    }
    if data.starts_with(b"<worksheet") {
        // What follows the sheet is its shared strings.
        let end = data.windows(5).position(|window| window == b"<sst>").unwrap_or(data.len());
        let (sheet, strings) = data.split_at(end);
        return archive(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", RELATIONS.as_bytes()),
            ("xl/_rels/workbook.xml.rels", OF_BOOK.as_bytes()),
            ("xl/workbook.xml", BOOK.as_bytes()),
            ("xl/sharedStrings.xml", strings),
            ("xl/worksheets/sheet1.xml", sheet),
        ]);
    }
    data.to_vec()
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
