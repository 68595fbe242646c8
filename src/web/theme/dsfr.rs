//! The DSFR's own files, which an operator of the State may add: the stylesheet of its folder `dist` and what that takes, read
//! once, within bounds, and never from outside the folder.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use actix_web::web::Bytes;
use thiserror::Error;

use super::stylesheet;
use crate::support::fingerprint::Fingerprint;
use crate::web::assets::Asset;

/// The stylesheet that has all components.
const STYLESHEET: &str = "dsfr.min.css";

/// From this minor version of DSFR 1 on, tables and notices have the markup that pages use.
const LEAST: (u32, u32) = (1, 12);

/// Maximum size of a file, in bytes: the stylesheet has about a million.
const FILE_BYTES: u64 = 8 * 1024 * 1024;

/// Maximum size of all files.
const ALL_BYTES: u64 = 32 * 1024 * 1024;

/// Maximum number of files.
const FILES: usize = 1000;

/// Endings of the files that a stylesheet may take, with their media types.
const MEDIA_TYPES: &[(&str, &str)] = &[
    ("css", "text/css; charset=utf-8"),
    ("woff2", "font/woff2"),
    ("woff", "font/woff"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
];

/// The files of the DSFR that pages take, with its version.
pub struct Dsfr {
    version: (u32, u32, u32),
    has_drawn_pictures: bool,
    /// The stylesheet first.
    files: Vec<DsfrFile>,
}

struct DsfrFile {
    /// Its path in the folder.
    name: String,
    media_type: &'static str,
    bytes: Bytes,
}

/// Why the folder of the setting `web.dsfr` is not taken.
#[derive(Debug, Error)]
pub enum DsfrFault {
    #[error(
        "read the setting `web.dsfr`: there is no folder `{folder}`; expected the folder `dist` of the DSFR"
    )]
    NoFolder { folder: PathBuf },
    #[error(
        "read the setting `web.dsfr`: there is no file `dsfr.min.css` in `{folder}`; expected the folder `dist` of the DSFR"
    )]
    NoStylesheet { folder: PathBuf },
    #[error(
        "read the setting `web.dsfr`: `{path}` does not say its version, as the DSFR does in its first line: `DSFR v1.14.0`"
    )]
    NoVersion { path: PathBuf },
    #[error(
        "read the setting `web.dsfr`: found version {found} of the DSFR, expected 1.12.0 or later, before 2.0.0"
    )]
    Version { found: String },
    #[error(
        "read the setting `web.dsfr`: the stylesheet takes `{file}`, which is not in `{folder}`"
    )]
    Missing { file: String, folder: PathBuf },
    #[error(
        "read the setting `web.dsfr`: the stylesheet takes `{file}`, which lies outside of `{folder}`"
    )]
    Outside { file: String, folder: PathBuf },
    #[error(
        "read the setting `web.dsfr`: the stylesheet takes `{file}`, which is neither a font nor a picture: expected woff2, woff, svg or png"
    )]
    Kind { file: String },
    #[error("read the setting `web.dsfr`: `{path}` is larger than {most} bytes")]
    TooLarge { path: PathBuf, most: u64 },
    #[error("read the setting `web.dsfr`: the stylesheet takes more than {most} files")]
    TooMany { most: usize },
    #[error("read the setting `web.dsfr`: read `{path}`")]
    Unreadable { path: PathBuf, source: std::io::Error },
}

impl fmt::Debug for Dsfr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files.len();
        f.debug_struct("Dsfr")
            .field("version", &self.version)
            .field("files", &files)
            .finish_non_exhaustive()
    }
}

impl Dsfr {
    /// Reads the folder; `None` if its name is empty.
    ///
    /// # Errors
    /// If there is no such folder, its stylesheet is of no version that pages are written for, or a file that it takes is
    /// missing, outside, too large or of another kind.
    pub fn read(folder: &Path) -> Result<Option<Self>, DsfrFault> {
        if folder.as_os_str().is_empty() {
            return Ok(None);
        }
        let inside = folder.canonicalize().ok().filter(|inside| inside.is_dir());
        let inside = inside.ok_or_else(|| DsfrFault::NoFolder { folder: folder.to_owned() })?;
        let path = inside.join(STYLESHEET);
        if !path.is_file() {
            return Err(DsfrFault::NoStylesheet { folder: folder.to_owned() });
        }
        let first = DsfrFile::read(&inside, STYLESHEET)?;
        let text = String::from_utf8_lossy(&first.bytes).into_owned();
        let version = stylesheet::version(&text).ok_or(DsfrFault::NoVersion { path })?;
        if version.0 != LEAST.0 || version.1 < LEAST.1 {
            let (major, minor, last) = version;
            return Err(DsfrFault::Version { found: format!("{major}.{minor}.{last}") });
        }
        let has_drawn_pictures =
            stylesheet::references(&text).any(|found| found.starts_with("data:image/"));
        let mut files = vec![first];
        let mut all = 0;
        for name in names(&text, folder)? {
            let file = DsfrFile::read(&inside, name)?;
            all += file.bytes.len();
            if u64::try_from(all).is_ok_and(|all| all > ALL_BYTES) {
                return Err(DsfrFault::TooLarge { path: inside, most: ALL_BYTES });
            }
            files.push(file);
        }
        Ok(Some(Self { version, has_drawn_pictures, files }))
    }

    /// Whether its stylesheet holds pictures within itself.
    pub(super) fn has_drawn_pictures(&self) -> bool {
        self.has_drawn_pictures
    }

    /// Its files as pages link them, compressed, the stylesheet first. All have the fingerprint of all of them, so that the
    /// stylesheet finds fonts and icons by the paths of the folder, unchanged.
    pub(super) fn assets(self) -> Vec<Asset> {
        let of_each: Vec<Fingerprint> =
            self.files.iter().map(|file| Fingerprint::of(&file.bytes)).collect();
        let names = self.files.iter().map(|file| file.name.as_str());
        let parts: Vec<&str> = names.chain(of_each.iter().map(Fingerprint::as_str)).collect();
        let of_all = Fingerprint::of_parts(&parts);
        let asset = |file: DsfrFile| Asset::new(&of_all, &file.name, file.media_type, file.bytes);
        self.files.into_iter().map(asset).collect()
    }
}

impl DsfrFile {
    /// Reads a file of the folder, whose true path is `inside`.
    fn read(inside: &Path, name: &str) -> Result<Self, DsfrFault> {
        let path = inside.join(name);
        let ending = Path::new(name).extension().and_then(|ending| ending.to_str());
        let kind = MEDIA_TYPES.iter().find(|(known, _)| Some(*known) == ending);
        let (_, media_type) = kind.ok_or_else(|| DsfrFault::Kind { file: name.to_owned() })?;
        let resolved = path.canonicalize().ok().filter(|resolved| resolved.is_file());
        let resolved = resolved.ok_or_else(|| DsfrFault::Missing {
            file: name.to_owned(),
            folder: inside.to_owned(),
        })?;
        if !resolved.starts_with(inside) {
            return Err(DsfrFault::Outside { file: name.to_owned(), folder: inside.to_owned() });
        }
        let unreadable = |source| DsfrFault::Unreadable { path: resolved.clone(), source };
        let mut bytes = Vec::new();
        let file = File::open(&resolved).map_err(unreadable)?;
        let length = file.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if u64::try_from(length).is_ok_and(|length| length > FILE_BYTES) {
            return Err(DsfrFault::TooLarge { path: resolved, most: FILE_BYTES });
        }
        Ok(Self { name: name.to_owned(), media_type, bytes: bytes.into() })
    }
}

/// Paths of the files that a stylesheet takes, each once, in its order.
fn names<'a>(text: &'a str, folder: &Path) -> Result<Vec<&'a str>, DsfrFault> {
    let mut names = Vec::new();
    for found in stylesheet::references(text) {
        let name = found.split(['?', '#']).next().unwrap_or_default();
        if name.is_empty() || name.starts_with("data:") || names.contains(&name) {
            continue;
        }
        let is_inside =
            Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside || name.contains([':', '\\', '%']) {
            let (file, folder) = (name.to_owned(), folder.to_owned());
            return Err(DsfrFault::Outside { file, folder });
        }
        names.push(name);
        if names.len() > FILES {
            return Err(DsfrFault::TooMany { most: FILES });
        }
    }
    Ok(names)
}
