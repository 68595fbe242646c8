//! Reading files: what the tests of intake share.

use std::path::PathBuf;

use vigie::domain::edition::EditionId;
use vigie::domain::import::Import;
use vigie::domain::import::KnownProject;
use vigie::domain::import::Rows;
use vigie::domain::snapshot::Snapshot;
use vigie::sources::Reader;
use vigie::sources::Request;
use vigie::sources::SourceError;
use vigie::sources::read_file;

/// The published editions, beside the checkout; `None`, said aloud, where they are not.
pub(crate) fn panorama() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/panorama");
    if folder.is_dir() {
        return Some(folder);
    }
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!is_ci, "the published editions are not at {}", folder.display());
    println!("did not run: the published editions are not at {}", folder.display());
    None
}

pub(crate) fn published(file: &str, known: &[KnownProject]) -> Import {
    let path = panorama().unwrap().join(file);
    let bytes = read_file(&path).unwrap();
    let request = Request { file, bytes: &bytes, profile: None, edition: None };
    Reader::shipped().unwrap().read(&request, known).unwrap()
}

pub(crate) fn read(
    file: &str,
    bytes: impl AsRef<[u8]>,
    known: &[KnownProject],
) -> Result<Import, SourceError> {
    let request = Request { file, bytes: bytes.as_ref(), profile: None, edition: None };
    Reader::shipped().unwrap().read(&request, known)
}

pub(crate) fn edition(text: &str) -> EditionId {
    text.parse().unwrap()
}

#[track_caller]
pub(crate) fn snapshots(import: &Import) -> &[Snapshot] {
    match &import.rows {
        Rows::Panorama(snapshots) => snapshots,
        other => panic!("found {other:?}, expected snapshots"),
    }
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
