//! Files as people send them, and what the same fault becomes in each format.

mod cells;
mod contacts;
mod judged;
mod sheets;
mod texts;

use std::fmt::Write as _;

use super::readers::zip;
use crate::support::TestApp;

/// The headers of the dashboard's table.
pub(super) const HEADERS: [&str; 10] = [
    "Projet",
    "Ministère porteur",
    "Projet inter-ministériel",
    "Description et objectifs",
    "Début",
    "Durée du projet en années",
    "Phase du projet en cours",
    "Coût complet estimé",
    "Zone fonctionnelle principale",
    "Programme de financement",
];

/// A row of the dashboard's table.
pub(super) fn row<'a>(project: &'a str, cost: &'a str) -> Vec<&'a str> {
    let ministry = "Ministère de la Justice";
    vec![project, ministry, "Non", "Texte", "mars 18", "5", "Cadrage", cost, "Justice", "P310"]
}

/// A sheet of a workbook. Cells that begin with `#` are errors, with `@` days since 1900.
#[derive(Clone, Default)]
pub(crate) struct Sheet<'a> {
    name: &'a str,
    hidden: bool,
    rows: Vec<Vec<&'a str>>,
    /// First row and last row, from 1, of cells merged in a column, from 0.
    merged: Option<(usize, usize, usize)>,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(name: &'a str, rows: Vec<Vec<&'a str>>) -> Self {
        Self { name, rows, ..Self::default() }
    }

    fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }
}

/// Headers, then rows.
pub(super) fn panorama<'a>(rows: &[Vec<&'a str>]) -> Vec<Vec<&'a str>> {
    std::iter::once(HEADERS.to_vec()).chain(rows.iter().cloned()).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

pub(super) fn csv(rows: &[Vec<&str>]) -> Vec<u8> {
    let cell = |cell: &&str| format!("\"{}\"", cell.replace('"', "\"\""));
    let lines = rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(";"));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

pub(crate) fn xlsx(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut parts: Vec<(String, String)> = vec![
        (
            "[Content_Types].xml".to_owned(),
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned(),
        ),
        (
            "_rels/.rels".to_owned(),
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
        ),
        (
            "xl/styles.xml".to_owned(),
            r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#.to_owned(),
        ),
    ];
    let (mut listed, mut related) = (String::new(), String::new());
    for (number, sheet) in (1..).zip(sheets) {
        let state = if sheet.hidden { "hidden" } else { "visible" };
        let name = sheet.name;
        write!(
            listed,
            r#"<sheet name="{name}" sheetId="{number}" state="{state}" r:id="rId{number}"/>"#
        )
        .unwrap();
        write!(related, r#"<Relationship Id="rId{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#).unwrap();
        parts.push((format!("xl/worksheets/sheet{number}.xml"), xlsx_sheet(sheet)));
    }
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>"#),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>"#),
    ));
    let parts: Vec<_> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    zip(&parts)
}

fn xlsx_sheet(sheet: &Sheet<'_>) -> String {
    let mut rows = String::new();
    for (number, row) in (1..).zip(&sheet.rows) {
        write!(rows, r#"<row r="{number}">"#).unwrap();
        for (column, cell) in ('A'..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let place = format!("{column}{number}");
            match cell.split_at_checked(1) {
                Some(("#", _)) => write!(rows, r#"<c r="{place}" t="e"><v>{cell}</v></c>"#),
                Some(("@", day)) => write!(rows, r#"<c r="{place}" s="1"><v>{day}</v></c>"#),
                _ => write!(
                    rows,
                    r#"<c r="{place}" t="inlineStr"><is><t>{}</t></is></c>"#,
                    escaped(cell)
                ),
            }
            .unwrap();
        }
        rows.push_str("</row>");
    }
    let merged = sheet.merged.map_or_else(String::new, |(first, last, column)| {
        let letter = ('A'..).nth(column).unwrap();
        format!(r#"<mergeCells count="1"><mergeCell ref="{letter}{first}:{letter}{last}"/></mergeCells>"#)
    });
    format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{merged}</worksheet>"#
    )
}

fn ods(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let styles = r#"<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style><style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>"#;
    let mut tables = String::new();
    for sheet in sheets {
        let style = if sheet.hidden { "hidden" } else { "shown" };
        write!(tables, r#"<table:table table:name="{}" table:style-name="{style}">"#, sheet.name)
            .unwrap();
        for (number, row) in (1..).zip(&sheet.rows) {
            tables.push_str("<table:table-row>");
            for (column, cell) in row.iter().enumerate() {
                let span = match sheet.merged {
                    Some((first, last, merged)) if (number, column) == (first, merged) => {
                        format!(r#" table:number-rows-spanned="{}""#, last - first + 1)
                    }
                    _ => String::new(),
                };
                tables.push_str(&ods_cell(cell, &span));
            }
            tables.push_str("</table:table-row>");
        }
        tables.push_str("</table:table>");
    }
    let content = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s" xmlns:calcext="c"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", &content),
    ])
}

fn ods_cell(cell: &str, span: &str) -> String {
    let shown = escaped(cell);
    match cell.chars().next() {
        None => format!("<table:table-cell{span}/>"),
        // As Excel saves errors in ODS: a nought that shows an error.
        Some('#') => format!(
            r#"<table:table-cell{span} office:value-type="float" office:value="0" calcext:value-type="error"><text:p>{shown}</text:p></table:table-cell>"#
        ),
        Some('@') => format!(
            r#"<table:table-cell{span} office:value-type="date" office:date-value="2021-05-11"><text:p>11/05/21</text:p></table:table-cell>"#
        ),
        Some(_) => format!(
            r#"<table:table-cell{span} office:value-type="string"><text:p>{shown}</text:p></table:table-cell>"#
        ),
    }
}

/// The report of an import by the command line.
#[track_caller]
fn imported(name: &str, bytes: &[u8], more: &[&str]) -> serde_json::Value {
    let app = TestApp::new();
    std::fs::write(app.path(name), bytes).unwrap();
    let report = app.json(&[&["import", name], more].concat());
    report["files"][0].clone()
}

/// Why the command line refuses a file.
#[track_caller]
fn refused(name: &str, bytes: &[u8], more: &[&str]) -> String {
    let app = TestApp::new();
    std::fs::write(app.path(name), bytes).unwrap();
    let answer = app.run(&[&["import", name], more].concat());
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    assert_eq!(app.json(&["imports"])["data"].as_array().map_or(0, Vec::len), 0);
    answer.stderr
}

/// The same sheets as XLSX and as ODS, with their names.
fn books(sheets: &[Sheet<'_>]) -> [(&'static str, Vec<u8>); 2] {
    [("2021-03.panorama.xlsx", xlsx(sheets)), ("2021-03.panorama.ods", ods(sheets))]
}

/// The same rows in each format, with their names.
fn tables(rows: &[Vec<&str>]) -> [(&'static str, Vec<u8>); 3] {
    let [xlsx, ods] = books(&[Sheet::new("Panorama", rows.to_vec())]);
    [xlsx, ods, ("2021-03.panorama.csv", csv(rows))]
}
