//! Reads a Parquet file a few rows at a time, whole row groups where they are small enough.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::error::PolarsError;
use polars::frame::DataFrame;
use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{ArrowDataType, DataType, ParallelStrategy, ParquetReader, SerReader as _};
use polars_parquet::read::RowGroupMetadata;

use super::columns;
use super::error::TableError;
use crate::intake::{FileFault, MAX_TABLE_COLUMNS, SourceError, TableLayout};

/// Most bytes of a file's footer, which describes its columns and row groups.
const MAX_DESCRIPTION: u64 = 16 * 1024 * 1024;

/// The last bytes of a Parquet file, after the length of its footer.
const MARK: &[u8; 4] = b"PAR1";

pub(super) struct ParquetRows {
    path: PathBuf,
    /// Footer of the file, read once, its row groups apart.
    metadata: FileMetadata,
    groups: Vec<RowGroupMetadata>,
    headers: Vec<String>,
    types: Vec<ArrowDataType>,
    height: usize,
}

/// Rows that are read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowSlice {
    groups: Range<usize>,
    /// Rows of these groups before the slice.
    skipped: usize,
    pub(super) rows: usize,
}

impl ParquetRows {
    pub(super) fn open(path: &Path) -> Result<Self, TableError> {
        let mut opened = file(path)?;
        let size = description_size(&mut opened)
            .map_err(|source| SourceError::Read { path: path.to_owned(), source })?;
        within(path, "octets de description", size, MAX_DESCRIPTION)?;
        let mut reader = ParquetReader::new(opened);
        let failed = |source| TableError::Parquet { path: path.to_owned(), source };
        let mut metadata = FileMetadata::clone(reader.get_metadata().map_err(failed)?);
        let groups = std::mem::take(&mut metadata.row_groups);
        let schema = reader.schema().map_err(failed)?;
        let columns = u64::try_from(schema.len()).unwrap_or(u64::MAX);
        let most = u64::try_from(MAX_TABLE_COLUMNS).unwrap_or(u64::MAX);
        within(path, "colonnes", columns, most)?;
        let height = reader.num_rows().map_err(failed)?;
        let headers = schema.iter_names().map(ToString::to_string).collect();
        let types = schema.iter_values().map(|field| field.dtype.clone()).collect();
        Ok(Self { path: path.to_owned(), metadata, groups, headers, types, height })
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    pub(super) fn height(&self) -> u64 {
        u64::try_from(self.height).unwrap_or(u64::MAX)
    }

    pub(super) fn faults(&self, layout: &TableLayout) -> Vec<FileFault> {
        let typed = layout.fields.iter().filter_map(|field| {
            let found = self.types.get(field.index)?;
            let known = is_known(found).then(|| DataType::from_arrow_dtype(found));
            let can_be =
                known.as_ref().is_some_and(|known| columns::can_be(known, field.field.kind));
            let name = known.map_or_else(|| format!("{found:?}"), |known| known.to_string());
            (!can_be).then(|| FileFault {
                row: None,
                column: Some(field.header.clone()),
                found: format!("des valeurs de type `{name}`"),
                expected: format!("{}, pour le champ `{}`", field.expected(), field.field.name),
                unknown_name: None,
            })
        });
        typed.collect()
    }

    /// All rows, in slices of at most so many. A slice begins where a row group does, so that no page is
    /// decompressed twice, unless the group has more rows.
    pub(super) fn slices(&self, most: usize) -> Vec<RowSlice> {
        let mut slices: Vec<RowSlice> = Vec::new();
        for (group, rows) in self.groups.iter().map(RowGroupMetadata::num_rows).enumerate() {
            match slices.last_mut() {
                Some(last) if last.skipped == 0 && last.rows.saturating_add(rows) <= most => {
                    last.groups.end = group + 1;
                    last.rows += rows;
                }
                Some(_) | None => {
                    let starts = (0..rows).step_by(most.max(1));
                    slices.extend(starts.map(|skipped| RowSlice {
                        groups: group..group + 1,
                        skipped,
                        rows: most.min(rows - skipped),
                    }));
                }
            }
        }
        slices
    }

    /// The rows of a slice, with the types and column names of the file.
    pub(super) fn read(
        &self,
        layout: &TableLayout,
        slice: &RowSlice,
    ) -> Result<DataFrame, TableError> {
        // With the groups of the slice alone: of any other the reader would decode the dictionaries. A new
        // reader each time, so that the pages already read are released.
        let row_groups = self.groups.get(slice.groups.clone()).unwrap_or_default().to_vec();
        let num_rows = row_groups.iter().map(RowGroupMetadata::num_rows).sum();
        let metadata = FileMetadata { num_rows, row_groups, ..self.metadata.clone() };
        let mut reader = ParquetReader::new(file(&self.path)?);
        reader.set_metadata(Arc::new(metadata));
        let names = layout.fields.iter().map(|field| field.header.clone()).collect();
        reader
            .with_columns(Some(names))
            .with_slice(Some((slice.skipped, slice.rows)))
            .read_parallel(ParallelStrategy::None)
            .set_rechunk(true)
            .finish()
            .map_err(|source| self.failed(source))
    }

    fn failed(&self, source: PolarsError) -> TableError {
        TableError::Parquet { path: self.path.clone(), source }
    }
}

/// Whether Polars, as it is built here, has such a type; it stops at any other.
#[expect(clippy::wildcard_enum_match_arm, reason = "a type that is added is not known here")]
fn is_known(found: &ArrowDataType) -> bool {
    match found {
        ArrowDataType::Null
        | ArrowDataType::Boolean
        | ArrowDataType::Int8
        | ArrowDataType::Int16
        | ArrowDataType::Int32
        | ArrowDataType::Int64
        | ArrowDataType::UInt8
        | ArrowDataType::UInt16
        | ArrowDataType::UInt32
        | ArrowDataType::UInt64
        | ArrowDataType::Float32
        | ArrowDataType::Float64
        | ArrowDataType::Timestamp(..)
        | ArrowDataType::Date32
        | ArrowDataType::Date64
        | ArrowDataType::Utf8
        | ArrowDataType::LargeUtf8
        | ArrowDataType::Utf8View
        | ArrowDataType::Decimal(..)
        | ArrowDataType::Decimal32(..)
        | ArrowDataType::Decimal64(..)
        | ArrowDataType::Decimal256(..) => true,
        ArrowDataType::Dictionary(_, values, _) => is_known(values),
        _ => false,
    }
}

/// Size of the footer in bytes: it is read whole before the first row, and takes many times that in
/// memory. A file that is not Parquet is left to the reader to report.
fn description_size(file: &mut File) -> std::io::Result<u64> {
    let (mut size, mut mark) = ([0; 4], [0; 4]);
    if file.seek(SeekFrom::End(-8)).is_ok() {
        file.read_exact(&mut size)?;
        file.read_exact(&mut mark)?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(if mark == *MARK { u64::from(u32::from_le_bytes(size)) } else { 0 })
}

fn within(path: &Path, what: &'static str, found: u64, limit: u64) -> Result<(), SourceError> {
    if found <= limit {
        return Ok(());
    }
    let file = path.display().to_string();
    Err(SourceError::TooLarge { file, row: None, what, found, limit })
}

fn file(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(|source| SourceError::Read { path: path.to_owned(), source })
}
