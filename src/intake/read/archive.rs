//! Bounds on ZIP archives, which spreadsheets are: one is opened only when its unpacked content is within them.

use std::io::{BufReader, Cursor, Read};

use zip::ZipArchive;

use super::damage::damaged;
use super::file_bytes::bounded;
use super::xml_parts;
use crate::intake::error::SourceError;
use crate::intake::rows::table::{MAX_BYTES, count};

/// Bytes of all parts, once unpacked: some four million cells.
const MAX_UNPACKED: u64 = 128 * 1024 * 1024;

/// Entries of the directory, each of which costs memory before anything is unpacked.
const MAX_PARTS: u64 = 10_000;
const ENTRY: &[u8] = b"PK\x01\x02";

/// The list of an ODS archive's parts, and the tag in it by which an encrypted one is known.
const MANIFEST: &str = "META-INF/manifest.xml";
const ENCRYPTION: &[u8] = b":encryption-data";
const MAX_MANIFEST: u64 = 1024 * 1024;

#[derive(Debug)]
pub(in crate::intake) struct Archive<'a> {
    file: &'a str,
    parts: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    /// Adds up the sizes that the parts declare, read from the same directory as the code that unpacks them.
    /// Unpacking stops at the declared size, so a part cannot hold more than it declares.
    pub(in crate::intake) fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self, SourceError> {
        let within = |what, found, limit| {
            let file = file.to_owned();
            if found > limit {
                Err(SourceError::TooLarge { file, row: None, what, found, limit })
            } else {
                Ok(())
            }
        };
        let entries = bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).count();
        within("parties d’une archive", count(entries), MAX_PARTS)?;
        let parts = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| damaged(file, &fault))?;
        let mut archive = Self { file, parts };
        let mut unpacked: u64 = 0;
        for index in 0..archive.parts.len() {
            let part = archive.parts.by_index(index).map_err(|fault| damaged(file, &fault))?;
            unpacked = unpacked.saturating_add(part.size());
        }
        within("octets une fois décompressé", unpacked, MAX_UNPACKED)?;
        Ok(archive)
    }

    pub(in crate::intake) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether its parts are those of one XLSX or ODS workbook.
    pub(in crate::intake) fn is_workbook(&self) -> bool {
        let marks = ["[Content_Types].xml", "mimetype", MANIFEST, "content.xml", "xl/workbook.xml"];
        marks.iter().any(|mark| self.parts.index_for_name(mark).is_some())
    }

    /// The path of a part, as the archive gives it.
    pub(in crate::intake) fn name(&mut self, index: usize) -> Result<String, SourceError> {
        let part = self.parts.by_index_raw(index).map_err(|fault| damaged(self.file, &fault))?;
        Ok(part.name().map_err(|fault| damaged(self.file, &fault))?.into_owned())
    }

    /// The bytes of a part that is a file of its own, called `name`.
    pub(in crate::intake) fn bytes(
        &mut self,
        index: usize,
        name: &str,
    ) -> Result<Vec<u8>, SourceError> {
        let part = self.parts.by_index(index).map_err(|fault| damaged(name, &fault))?;
        let mut bytes = Vec::new();
        let most = MAX_BYTES.saturating_add(1);
        part.take(most).read_to_end(&mut bytes).map_err(|fault| damaged(name, &fault))?;
        bounded(name, &bytes)?;
        Ok(bytes)
    }

    /// Checks each XML part against the bounds, before `calamine`, which has none, reads it.
    pub(in crate::intake) fn check_parts(&mut self) -> Result<(), SourceError> {
        for index in 0..self.parts.len() {
            let part = self.parts.by_index(index).map_err(|fault| damaged(self.file, &fault))?;
            let name = part.name().map_err(|fault| damaged(self.file, &fault))?.into_owned();
            xml_parts::check(self.file, &name, BufReader::new(part))?;
        }
        Ok(())
    }

    /// Whether the manifest of an ODS archive says that a password protects its parts.
    pub(in crate::intake) fn is_encrypted(&mut self) -> Result<bool, SourceError> {
        if self.parts.index_for_name(MANIFEST).is_none() {
            return Ok(false);
        }
        let mut manifest = Vec::new();
        let read = self.part(MANIFEST)?.take(MAX_MANIFEST).read_to_end(&mut manifest);
        read.map_err(|fault| damaged(self.file, &fault))?;
        Ok(manifest.windows(ENCRYPTION.len()).any(|window| window == ENCRYPTION))
    }

    pub(in crate::intake) fn part(&mut self, name: &str) -> Result<impl Read, SourceError> {
        self.parts.by_name(name).map_err(|fault| damaged(self.file, &fault))
    }
}
