//! Writes the two formats that Polars supports, CSV and Parquet.

use std::borrow::Cow;

use polars::frame::DataFrame;
use polars::prelude::{CsvWriter, NamedFrom as _, ParquetWriter, SerWriter as _, Series};

use super::error::ExportError;
use crate::support::visible_text;

pub(super) fn csv(frame: &mut DataFrame) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    CsvWriter::new(&mut bytes).finish(frame)?;
    Ok(bytes)
}

/// Removes invisible characters from texts, in the formats that people open.
pub(super) fn visible(frame: &DataFrame) -> Result<DataFrame, ExportError> {
    with_texts(frame, |_, text| visible_text::lines(text))
}

/// The frame with other texts, given by the name of their column and what they were.
pub(super) fn with_texts(
    frame: &DataFrame,
    said: impl for<'t> Fn(&str, &'t str) -> Cow<'t, str>,
) -> Result<DataFrame, ExportError> {
    let columns = frame.columns().iter().map(|column| {
        let Ok(texts) = column.str() else { return column.clone() };
        let name = column.name().as_str();
        let is_other = |text: &str| matches!(said(name, text), Cow::Owned(_));
        if !texts.iter().flatten().any(is_other) {
            return column.clone();
        }
        let cells: Vec<Option<String>> =
            texts.iter().map(|text| text.map(|text| said(name, text).into_owned())).collect();
        Series::new(column.name().clone(), cells).into()
    });
    Ok(DataFrame::new_infer_height(columns.collect::<Vec<_>>())?)
}

pub(super) fn parquet(frame: &mut DataFrame) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(frame)?;
    Ok(bytes)
}
