//! Verdicts as row groups of a Parquet file. A group is encoded and compressed by the thread that has
//! its verdicts; only the writing of its bytes waits for its turn.
//!
//! A verdict repeats texts of a short list, and a subject its name for each rule: both are written as a
//! dictionary and places in it, as they already are, instead of being looked for text by text.

use std::collections::HashMap;
use std::io::Write;

use polars::error::{PolarsError, PolarsResult};
use polars::prelude::{ArrowDataType, ArrowField, ArrowSchema, StringChunked};
use polars_arrow::array::{Array, DictionaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter,
    ParquetType, StatisticsOptions, Version, WriteOptions, array_to_columns, compress,
    fallible_streaming_iterator,
};

use super::verdict_batch::VerdictBatch;

const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: true,
        max_value: true,
        distinct_count: false,
        null_count: true,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Zstd(None),
    data_page_size: None,
};

/// The pages of a row group, by column.
pub(super) struct EncodedGroup {
    rows: u64,
    columns: Vec<Vec<CompressedPage>>,
}

pub(super) struct VerdictFile {
    writer: FileWriter<Box<dyn Write + Send>>,
}

/// Encodes columns of text of the types that the file has.
#[derive(Clone, Debug)]
pub(super) struct GroupEncoder {
    types: Vec<ParquetType>,
}

impl VerdictFile {
    pub(super) fn new(
        out: Box<dyn Write + Send>,
        names: impl Iterator<Item = &'static str>,
    ) -> PolarsResult<Self> {
        let texts = names
            .map(|name| (name.into(), ArrowField::new(name.into(), ArrowDataType::Utf8View, true)));
        Ok(Self { writer: FileWriter::try_new(out, texts.collect::<ArrowSchema>(), OPTIONS)? })
    }

    pub(super) fn encoder(&self) -> GroupEncoder {
        GroupEncoder { types: self.writer.parquet_schema().fields().to_vec() }
    }

    pub(super) fn write(&mut self, group: &EncodedGroup) -> PolarsResult<()> {
        let columns = group.columns.iter().map(|pages| {
            let pages = pages.iter().map(PolarsResult::Ok);
            PolarsResult::Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
        });
        self.writer.write(group.rows, DynIter::new(columns))
    }

    pub(super) fn finish(mut self) -> PolarsResult<()> {
        self.writer.end(None).map(|_| ())
    }
}

impl GroupEncoder {
    pub(super) fn encode(&self, batch: &VerdictBatch) -> PolarsResult<EncodedGroup> {
        let mut types = self.types.iter();
        let mut columns = Vec::with_capacity(self.types.len());
        if let Some(subjects) = types.next() {
            columns.push(pages(&subject_column(batch)?, subjects)?);
        }
        let indices: Vec<usize> =
            batch.lines.iter().filter_map(|line| usize::try_from(line.texts).ok()).collect();
        for (place, texts) in (0..6).zip(types.by_ref()) {
            columns.push(match text_column(batch, &indices, place)? {
                Some(column) => pages(&column, texts)?,
                None => no_text(indices.len(), texts)?,
            });
        }
        if let Some(explanations) = types.next() {
            let texts = batch.explanations.iter().map(Option::as_deref);
            let column: StringChunked = texts.collect();
            columns.push(encoded(&views(&column), explanations, Encoding::RleDictionary)?);
        }
        Ok(EncodedGroup { rows: u64::try_from(batch.lines.len()).unwrap_or(u64::MAX), columns })
    }
}

fn subject_column(batch: &VerdictBatch) -> PolarsResult<DictionaryArray<u32>> {
    let keys = batch.lines.iter().map(|line| line.subject).collect();
    DictionaryArray::try_from_keys(
        PrimitiveArray::from_vec(keys),
        views(&batch.subjects).boxed(),
        false,
    )
}

fn views(texts: &StringChunked) -> Utf8ViewArray {
    let whole = texts.rechunk();
    let mut chunks = whole.downcast_iter();
    chunks.next().cloned().unwrap_or_else(|| Utf8ViewArray::new_empty(ArrowDataType::Utf8View))
}

/// One of the columns of texts, `None` if it has none on any line.
fn text_column(
    batch: &VerdictBatch,
    indices: &[usize],
    place: usize,
) -> PolarsResult<Option<DictionaryArray<u32>>> {
    let mut is_used = vec![false; batch.texts.len()];
    for index in indices {
        if let Some(used) = is_used.get_mut(*index) {
            *used = true;
        }
    }
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut texts: Vec<&str> = Vec::new();
    let mut has_nulls = false;
    let of_each = batch.texts.iter().zip(is_used).map(|(all, used)| {
        let text = all.0.get(place).and_then(Option::as_deref).filter(|_| used);
        has_nulls |= used && text.is_none();
        let text = text?;
        let next = u32::try_from(texts.len()).ok()?;
        Some(*known.entry(text).or_insert_with(|| {
            texts.push(text);
            next
        }))
    });
    let keys: Vec<Option<u32>> = of_each.collect();
    if texts.is_empty() {
        return Ok(None);
    }
    let key = |index: &usize| keys.get(*index).copied().flatten();
    let values = indices.iter().map(|index| key(index).unwrap_or_default()).collect();
    let present: Option<Bitmap> =
        has_nulls.then(|| indices.iter().map(|index| key(index).is_some()).collect());
    let values = PrimitiveArray::from_vec(values).with_validity(present);
    let texts = Utf8ViewArray::from_slice_values(texts).boxed();
    DictionaryArray::try_from_keys(values, texts, false).map(Some)
}

fn no_text(rows: usize, type_: &ParquetType) -> PolarsResult<Vec<CompressedPage>> {
    encoded(&Utf8ViewArray::new_null(ArrowDataType::Utf8View, rows), type_, Encoding::Plain)
}

fn pages(column: &DictionaryArray<u32>, type_: &ParquetType) -> PolarsResult<Vec<CompressedPage>> {
    encoded(column, type_, Encoding::RleDictionary)
}

fn encoded(
    column: &dyn Array,
    type_: &ParquetType,
    encoding: Encoding,
) -> PolarsResult<Vec<CompressedPage>> {
    let columns = array_to_columns(column.to_boxed(), type_.clone(), OPTIONS, &[encoding])?;
    let compressed = columns
        .into_iter()
        .flatten()
        .map(|page| compress(page?, Vec::new(), OPTIONS.compression).map_err(PolarsError::from));
    compressed.collect()
}
