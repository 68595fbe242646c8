//! Archives that unpack to more than they say, or unfold to more than they hold: refused, whatever they
//! declare, before memory grows.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::readers::read;

const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// An archive whose parts are compressed. The first is stored, as an ODS file wants it.
fn deflated(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (place, (name, text)) in parts.iter().enumerate() {
        let options = SimpleFileOptions::default();
        let method = if place == 0 {
            zip::CompressionMethod::Stored
        } else {
            zip::CompressionMethod::Deflated
        };
        archive.start_file(*name, options.compression_method(method)).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// What the archive says of the size of a part, there and in its directory, made another.
fn declare(mut archive: Vec<u8>, name: &str, size: u32) -> Vec<u8> {
    let places: Vec<usize> = archive
        .windows(name.len())
        .enumerate()
        .filter(|(_, w)| *w == name.as_bytes())
        .map(|(at, _)| at)
        .collect();
    for at in places {
        for (sign, header, field) in [(b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)] {
            if at >= header && archive[at - header..].starts_with(sign) {
                archive.splice(at - header + field..at - header + field + 4, size.to_le_bytes());
            }
        }
    }
    archive
}

fn refusal(file: &str, bytes: &[u8]) -> String {
    read(file, bytes, &[]).unwrap_err().to_string()
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"F\">{rows}\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    deflated(&[("mimetype", ODS), ("content.xml", &content)])
}

fn cell(text: &str) -> String {
    format!(
        "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
    )
}

#[test]
fn an_archive_that_says_too_little_of_its_size_is_refused_at_the_first_byte_too_many() {
    let blanks = " ".repeat(3_000_000);
    let relations = format!("<Relationships>{blanks}</Relationships>");
    let bomb = deflated(&[("[Content_Types].xml", "<Types/>"), ("_rels/.rels", &relations)]);
    let lying = declare(bomb, "_rels/.rels", 1_000);
    assert!(lying.len() < 10_000, "{}", lying.len());
    insta::assert_snapshot!(
        refusal("f.xlsx", &lying),
        @"`f.xlsx` : trouvé une archive endommagée (I/O error: File is larger than its declared uncompressed size), attendu un fichier CSV, XLSX ou ODS"
    );

    let content = format!("<office:document-content>{blanks}");
    let other = deflated(&[("mimetype", ODS), ("content.xml", &content)]);
    let lying_too = declare(other, "content.xml", 1_000);
    insta::assert_snapshot!(
        refusal("f.ods", &lying_too),
        @"`f.ods` : trouvé une archive endommagée (I/O error: File is larger than its declared uncompressed size), attendu un fichier CSV, XLSX ou ODS"
    );
}

#[test]
fn an_archive_that_says_how_much_it_unpacks_to_is_refused_unread() {
    let small =
        deflated(&[("[Content_Types].xml", "<Types/>"), ("xl/styles.xml", "<styleSheet/>")]);
    insta::assert_snapshot!(refusal("f.xlsx", &declare(small, "xl/styles.xml", u32::MAX - 1)), @"`f.xlsx` : trouvé 4294967302 octets une fois décompressé, attendu au plus 134217728");
    let of_ods = ods(&cell("Projet"));
    insta::assert_snapshot!(refusal("f.ods", &declare(of_ods, "content.xml", u32::MAX - 1)), @"`f.ods` : trouvé 4294967340 octets une fois décompressé, attendu au plus 134217728");
}

#[test]
fn what_stands_before_an_archive_hides_nothing_of_it() {
    let small =
        deflated(&[("[Content_Types].xml", "<Types/>"), ("xl/styles.xml", "<styleSheet/>")]);
    let declared = declare(small, "xl/styles.xml", u32::MAX - 1);
    let hidden = [b"PK\x03\x04 whatever".to_vec(), declared].concat();
    insta::assert_snapshot!(refusal("f.xlsx", &hidden), @"`f.xlsx` : trouvé 4294967302 octets une fois décompressé, attendu au plus 134217728");
}

#[test]
fn an_archive_of_a_million_parts_is_refused_unread() {
    let many = [b"PK\x03\x04".to_vec(), b"PK\x01\x02".repeat(10_001)].concat();
    insta::assert_snapshot!(refusal("f.xlsx", &many), @"`f.xlsx` : trouvé 10001 parties d’une archive, attendu au plus 10000");
}

#[test]
fn repetitions_in_an_ods_file_are_unfolded_no_further_than_a_table_goes() {
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let header = row(&format!("{}{}", cell("Projet"), cell("Coût")));
    let check = |rows: &str| refusal("f.ods", &ods(&format!("{header}{rows}")));
    let wide = |text: &str, times: u64| {
        let repeated = format!("table:number-columns-repeated=\"{times}\" office:value-type");
        cell(text).replace("office:value-type", &repeated)
    };
    let tall = row(&cell("x"));
    let tall = tall.replacen('>', " table:number-rows-repeated=\"4000000000\">", 1);
    let blank = row(&cell("<text:s text:c=\"18446744073709551615\"/>"));
    let said = [
        check(&row(&wide("x", u64::MAX))),
        check(&tall),
        check(&blank),
        // Few bytes of file, many of text.
        check(&row(&wide(&"x".repeat(90_000), 400)).repeat(10)),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    `f.ods`, ligne 2 : trouvé 501 colonnes, attendu au plus 500
    `f.ods`, ligne 200001 : trouvé 200001 lignes, attendu au plus 200000
    `f.ods` : trouvé 4294967295 caractères dans une cellule, attendu au plus 100000
    `f.ods`, ligne 3 : trouvé 67140011 octets de texte dans les cellules, attendu au plus 67108864
    ");
}

/// A workbook of one sheet.
fn workbook(strings: &str, rows: &str) -> Vec<u8> {
    deflated(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "_rels/.rels",
            r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="F" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        ("xl/sharedStrings.xml", strings),
        (
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ])
}

#[test]
fn a_text_that_many_cells_share_counts_each_time() {
    let text = "x".repeat(90_000);
    let strings = format!("<sst><si><t>{text}</t></si></sst>");
    let shared = |row: u32| {
        let cells =
            ('A'..='Z').map(|column| format!("<c r=\"{column}{row}\" t=\"s\"><v>0</v></c>"));
        format!("<row r=\"{row}\">{}</row>", cells.collect::<String>())
    };
    let rows: String = (1..=200).map(shared).collect();
    let book = workbook(&strings, &rows);
    assert!(book.len() < 20_000, "{}", book.len());
    insta::assert_snapshot!(refusal("f.xlsx", &book), @"`f.xlsx`, ligne 29 : trouvé 67140000 octets de texte dans les cellules, attendu au plus 67108864");
}

/// What the reader of workbooks would hold before the first cell, or make room for because a part says so.
#[test]
fn what_a_workbook_holds_beside_its_cells_is_bounded_before_it_is_opened() {
    let row = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;
    let strings = |text: &str| refusal("f.xlsx", &workbook(text, row));
    let cell =
        format!(r#"<row r="1"><c r="A1" t="str"><v>{}</v></c></row>"#, "x".repeat(2_000_000));
    let pieces = format!("<t>{}</t>", "x".repeat(300_000)).repeat(2);
    let said = [
        strings("<sst uniqueCount=\"4000000000000\"><si/></sst>"),
        strings(&format!("<sst>{}</sst>", "<si/>".repeat(1_000_001))),
        strings(&format!("<sst><si>{pieces}</si></sst>")),
        refusal("f.xlsx", &workbook("<sst/>", &cell)),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    `f.xlsx` : trouvé 4000000000000 textes de cellules, attendu au plus 1000000
    `f.xlsx` : trouvé 1000001 textes de cellules, attendu au plus 1000000
    `f.xlsx` : trouvé 600000 octets dans une cellule, attendu au plus 400000
    `f.xlsx` : trouvé une archive endommagée (I/O error: a tag or text of more than 1048576 bytes), attendu un fichier CSV, XLSX ou ODS
    ");
}

#[test]
fn a_row_of_an_ods_file_is_read_no_further_than_its_columns_may_go() {
    let many = cell("x").repeat(600);
    let row = format!("<table:table-row>{many}</table:table-row>");
    insta::assert_snapshot!(refusal("f.ods", &ods(&row)), @"`f.ods`, ligne 1 : trouvé 501 colonnes, attendu au plus 500");
    let long = format!("<table:table-row>{}</table:table-row>", cell(&"x".repeat(2_000_000)));
    insta::assert_snapshot!(refusal("f.ods", &ods(&long)), @"`f.ods` : trouvé une archive endommagée (I/O error: a tag or text of more than 1048576 bytes), attendu un fichier CSV, XLSX ou ODS");
}
