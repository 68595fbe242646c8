//! Reading files: what the tests of intake share.

use std::sync::LazyLock;

use crate::support::real_editions;
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::import::{Import, ImportedRows, KnownProject};
use vigie::domain::portfolio::snapshot::Snapshot;
use vigie::frame::dictionary::built_in;
use vigie::intake::{ReadRequest, Reader, SourceError, read_file};

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::shipped(built_in()).unwrap());

pub(crate) fn published(file: &str, known: &[KnownProject]) -> Import {
    let path = real_editions().unwrap().join(file);
    let bytes = read_file(&path).unwrap();
    let request = ReadRequest { file, bytes: &bytes, profile: None, sheet: None, edition: None };
    READER.read(&request, known).unwrap().remove(0)
}

pub(crate) fn read(
    file: &str,
    bytes: impl AsRef<[u8]>,
    known: &[KnownProject],
) -> Result<Import, SourceError> {
    let request =
        ReadRequest { file, bytes: bytes.as_ref(), profile: None, sheet: None, edition: None };
    READER.read(&request, known).map(|mut imports| imports.remove(0))
}

pub(crate) fn edition(text: &str) -> EditionId {
    text.parse().unwrap()
}

#[track_caller]
pub(crate) fn snapshots(import: &Import) -> &[Snapshot] {
    let ImportedRows::Panorama(snapshots) = &import.rows else { return &[] };
    snapshots
}

/// The projects of an edition as the next one finds them.
pub(crate) fn known_after(imports: &[Import]) -> Vec<KnownProject> {
    let mut known: Vec<KnownProject> = Vec::new();
    for snapshot in imports.iter().flat_map(snapshots) {
        match known.iter_mut().find(|project| project.project == snapshot.project) {
            None => known.push(KnownProject {
                project: snapshot.project.clone(),
                names: vec![snapshot.name.clone()],
                ministry: snapshot.ministry.clone(),
            }),
            Some(project) if project.names.contains(&snapshot.name) => {}
            Some(project) => project.names.push(snapshot.name.clone()),
        }
    }
    known
}

/// An archive whose parts are stored as they are: enough for a spreadsheet.
pub(crate) fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in parts {
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend(checksum(text.as_bytes()).to_le_bytes());
        common.extend(long(text.len()));
        common.extend(long(text.len()));
        common.extend(short(name.len()));
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(long(archive.len()));
        directory.extend(name.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(text.as_bytes());
    }
    let start = archive.len();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([short(parts.len()), short(parts.len())].concat());
    archive.extend([long(directory.len()), long(start)].concat());
    archive.extend([0, 0]);
    archive
}

/// CRC-32, as archives use it.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}
