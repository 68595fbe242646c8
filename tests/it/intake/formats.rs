//! Files as people send them: separators, encodings, spreadsheets.

use super::readers::{read, snapshots, zip};

const DASHBOARD: &str = "\
Projet;Ministère porteur;Projet inter-ministériel;Description et objectifs;Début;\
Durée du projet en années;Phase du projet en cours;Coût estimé;Zone fonctionnelle principale;\
Programme de financement
FRANCE VISAS;Ministère de l'Intérieur;Oui;\"Des visas ;
en France\";février 14;5,5;Conception / Réalisation;1 032,8;Visas;P303
";

#[track_caller]
fn check(bytes: impl AsRef<[u8]>) {
    let import = read("2018-03.csv", bytes, &[]).unwrap();
    assert_eq!(import.rows.len(), 1);
    let row = snapshots(&import).first().unwrap();
    let shown = format!(
        "{} {} {} {:?} {:?} {:?} {:?} {:?}",
        row.row,
        row.project,
        row.ministry,
        row.phase,
        row.start_on,
        row.duration_months,
        row.cost_meur,
        row.description.as_deref().unwrap()
    );
    assert_eq!(
        shown,
        "2 france-visas MI Given(Build) Given(2014-02-01) Given(66.0) Given(1032.8) \
         \"Des visas ;\\nen France\""
    );
}

#[test]
fn utf_8_and_windows_1252_read_alike_with_and_without_a_mark() {
    check(DASHBOARD);
    check(format!("\u{feff}{DASHBOARD}"));
    check(DASHBOARD.chars().map(|letter| u8::try_from(letter).unwrap()).collect::<Vec<_>>());
    let utf_16 = format!("\u{feff}{DASHBOARD}");
    check(utf_16.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
}

#[test]
fn line_ends_of_every_system_read_alike() {
    check(DASHBOARD.replace('\n', "\r\n"));
    check(DASHBOARD.replace('\n', "\r"));
}

#[test]
fn headers_are_known_whatever_their_case_accents_apostrophes_and_blanks() {
    check(DASHBOARD.replace("Ministère porteur", " MINISTERE  PORTEUR "));
    check(DASHBOARD.replace("Projet inter-ministériel", "Projet inter ministeriel"));
    check(DASHBOARD.replace("Coût estimé", "Coût complet estimé"));
}

/// Cells of an ODS sheet.
fn cells(texts: &[&str]) -> String {
    let cell = |text: &&str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p>\
             </table:table-cell>"
        )
    };
    texts.iter().map(cell).collect::<Vec<_>>().concat()
}

const HEADERS: [&str; 10] = [
    "Projet",
    "Ministère porteur",
    "Projet inter-ministériel",
    "Description et objectifs",
    "Début",
    "Durée du projet en années",
    "Phase du projet en cours",
    "Coût estimé",
    "Zone fonctionnelle principale",
    "Programme de financement",
];

#[test]
fn an_ods_spreadsheet_reads_as_the_csv_does() {
    let texts = cells(&["FRANCE VISAS", "Ministère de l'Intérieur", "Oui", ""]);
    let header = cells(&HEADERS);
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Feuille1">
<table:table-row>{header}</table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="10"/></table:table-row>
<table:table-row>{texts}<table:table-cell office:value-type="date" office:date-value="2014-02-01"><text:p>février 14</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="5.5"><text:p>5,5</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Déploiement</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="32.8"><text:p>32,8</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let content = content.replace("</table:table-row>\n<table", "</table:table-row><table");
    let content = content.replace(">\n<", "><");
    let book = zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", &content),
    ]);
    let import = read("2018-03.ods", book, &[]).unwrap();
    let [row] = snapshots(&import) else { panic!("{:?}", import.rows) };
    assert_eq!((row.row, row.project.as_str()), (4, "france-visas"));
    assert_eq!(
        format!("{:?} {:?} {:?}", row.start_on, row.duration_months, row.cost_meur),
        "Given(2014-02-01) Given(66.0) Given(32.8)"
    );
    assert_eq!(import.set_aside[0].rows, [2, 3]);
}

fn xlsx(rows: &str) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    zip(&[
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#,
        ),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="F" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/styles.xml",
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#,
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

fn text_cells(row: u32, texts: &[&str]) -> String {
    let cell = |(column, text): (char, &&str)| {
        format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    ('A'..).zip(texts).map(cell).collect::<Vec<_>>().concat()
}

#[test]
fn dates_and_numbers_of_a_spreadsheet_need_no_text() {
    let header = text_cells(1, &HEADERS);
    let first = text_cells(3, &["FRANCE VISAS", "Ministère de l'Intérieur", "Oui", "Des visas"]);
    let book = xlsx(&format!(
        r#"<row r="1">{header}</row><row r="3">{first}<c r="E3" s="1"><v>41671</v></c><c r="F3"><v>5.5</v></c><c r="G3" t="inlineStr"><is><t>Cadrage</t></is></c><c r="H3"><v>32.8</v></c><c r="L3" t="inlineStr"><is><t>à revoir</t></is></c></row>"#
    ));
    let import = read("2018-03.xlsx", book, &[]).unwrap();
    let [row] = snapshots(&import) else { panic!("{:?}", import.rows) };
    assert_eq!(
        format!("{} {:?} {:?} {:?}", row.row, row.start_on, row.duration_months, row.cost_meur),
        "3 Given(2014-02-01) Given(66.0) Given(32.8)"
    );
    let reasons: Vec<_> = import.set_aside.iter().map(|aside| aside.reason.as_str()).collect();
    assert_eq!(reasons, ["lignes vides", "colonne 12 sans nom, remplie à la ligne 3"]);
}

#[test]
fn a_cell_in_the_last_corner_of_a_sheet_costs_a_message_not_the_memory() {
    let header = text_cells(1, &HEADERS);
    let corner = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let book = xlsx(&format!(r#"<row r="1">{header}</row>{corner}"#));
    assert_eq!(
        read("2018-03.xlsx", book, &[]).unwrap_err().to_string(),
        "`2018-03.xlsx`, ligne 1048576 : trouvé 16384 colonnes, attendu au plus 500"
    );
}

#[test]
fn bounds_are_said_with_what_was_found() {
    let wide = vec!["a"; 501].join(",");
    assert_eq!(
        read("f.csv", wide, &[]).unwrap_err().to_string(),
        "`f.csv`, ligne 1 : trouvé 501 colonnes, attendu au plus 500"
    );
    let long = format!("a,b\n{},c", "x".repeat(100_001));
    assert_eq!(
        read("f.csv", long, &[]).unwrap_err().to_string(),
        "`f.csv`, ligne 2 : trouvé 100001 caractères dans une cellule, attendu au plus 100000"
    );
    let tall = format!("a,b\n{}", "1,2\n".repeat(200_000));
    assert_eq!(
        read("f.csv", tall, &[]).unwrap_err().to_string(),
        "`f.csv`, ligne 200001 : trouvé 200001 lignes, attendu au plus 200000"
    );
}

#[test]
fn a_file_that_is_no_table_is_refused() {
    for (bytes, expected) in [
        (&b""[..], "`f` : trouvé un fichier vide, attendu des en-têtes et des lignes"),
        (
            b"PK\x03\x04 and then rien",
            "`f` : trouvé une archive endommagée (invalid Zip archive: Could not find EOCD), attendu un fichier CSV, XLSX ou ODS",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "`f` : trouvé un ancien fichier Excel (.xls), attendu un fichier CSV, XLSX ou ODS",
        ),
        (b"%PDF-1.4\0\0", "`f` : trouvé un contenu binaire, attendu un fichier CSV, XLSX ou ODS"),
    ] {
        assert_eq!(read("f", bytes, &[]).unwrap_err().to_string(), expected);
    }
}
