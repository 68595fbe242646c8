//! A document, typeset on pages and written as a file that conforms to standards.

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;
use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::fault::PdfFault;
use super::printable::printable;
use super::world::DocumentWorld;
use crate::documents::model::Document;

/// What every document conforms to: PDF/UA-1, for people who read with a screen reader, and PDF/A-2a, for archives.
const STANDARDS: [PdfStandard; 2] = [PdfStandard::Ua_1, PdfStandard::A_2a];

/// What the template reads.
#[derive(Serialize)]
struct PrintedDocument<'data> {
    base: Option<&'data str>,
    #[serde(flatten)]
    document: &'data Document,
}

pub(super) fn written(
    document: &Document,
    base: Option<&str>,
    as_of: NaiveDate,
) -> Result<Vec<u8>, PdfFault> {
    let printed = serde_json::to_value(PrintedDocument { base, document });
    let printed = printed.map_err(|error| PdfFault::Unwritten(error.to_string()))?;
    let file = typeset(&printable(printed), &document.title, as_of);
    // What was worked out for this document serves no other one.
    typst::comemo::evict(0);
    file
}

fn typeset(data: &Value, title: &str, as_of: NaiveDate) -> Result<Vec<u8>, PdfFault> {
    let world = DocumentWorld::of(data);
    let pages = typst::compile::<PagedDocument>(&world).output;
    let pages = pages.map_err(|faults| unwritten(&faults))?;
    let standards = PdfStandards::new(&STANDARDS);
    let standards = standards.map_err(|fault| PdfFault::Unwritten(fault.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("vigie {title} {as_of}")),
        creator: Smart::Custom(Some("Vigie".to_owned())),
        timestamp: midnight(as_of).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&pages, &options).map_err(|faults| unwritten(&faults))
}

fn unwritten(faults: &[SourceDiagnostic]) -> PdfFault {
    let words: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    PdfFault::Unwritten(words.join("; "))
}

fn midnight(day: NaiveDate) -> Option<Datetime> {
    let (month, date) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    Datetime::from_ymd_hms(day.year(), month, date, 0, 0, 0)
}
