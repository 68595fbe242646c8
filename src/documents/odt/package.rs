//! The files of an OpenDocument text: those of the template document, but for its content.

use std::borrow::Cow;
use std::io::{Cursor, Read as _, Seek, Write};

use thiserror::Error;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::documents::html::escaped;

const MEDIA_TYPE: &str = "application/vnd.oasis.opendocument.text";

/// Most files of a template document, and most bytes that they unpack to.
const MOST_FILES: usize = 200;
const MOST_BYTES: u64 = 20 * 1024 * 1024;

const CONTENT: &str = "content.xml";
const META: &str = "meta.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
const MIMETYPE: &str = "mimetype";

/// The files of the template document that is used when no other one is named.
const BUILT_IN: [(&str, &str); 3] = [
    ("styles.xml", include_str!("styles.xml")),
    (META, ""),
    (MANIFEST, include_str!("manifest.xml")),
];

/// A template document: styles, page layout, headers and footers, pictures.
#[derive(Clone, Debug)]
pub struct OdtTemplate {
    /// By path, in the order of the template; without its type and its content.
    files: Vec<(String, Vec<u8>)>,
}

#[derive(Debug, Error)]
pub enum OdtTemplateFault {
    #[error("found no OpenDocument text, expected a file `.odt` as LibreOffice writes it")]
    Archive(#[source] ZipError),
    #[error("found a document of type `{found}`, expected `{MEDIA_TYPE}`, a file `.odt`")]
    Type { found: String },
    #[error("found no styles in the template document, expected `styles.xml`")]
    NoStyles,
    #[error("found more than {MOST_FILES} files or {MOST_BYTES} bytes, expected at most as many")]
    TooLarge,
    #[error("write the document")]
    Unwritten(#[source] ZipError),
}

impl OdtTemplate {
    /// The one that is shipped.
    pub fn built_in() -> Self {
        let file = |(path, text): (&str, &str)| (path.to_owned(), text.as_bytes().to_vec());
        Self { files: BUILT_IN.map(file).to_vec() }
    }

    /// Reads a template document that was made in a word processor.
    ///
    /// # Errors
    /// If it is no OpenDocument text, or is too large.
    pub fn read(bytes: &[u8]) -> Result<Self, OdtTemplateFault> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(OdtTemplateFault::Archive)?;
        if archive.len() > MOST_FILES {
            return Err(OdtTemplateFault::TooLarge);
        }
        let (mut files, mut room, mut kind) = (Vec::new(), MOST_BYTES, String::new());
        for index in 0..archive.len() {
            let file = archive.by_index(index).map_err(OdtTemplateFault::Archive)?;
            let path = file.name().map_err(OdtTemplateFault::Archive)?.into_owned();
            if path.ends_with('/') {
                continue;
            }
            let mut unpacked = Vec::new();
            file.take(room + 1)
                .read_to_end(&mut unpacked)
                .map_err(|error| OdtTemplateFault::Archive(error.into()))?;
            let size = u64::try_from(unpacked.len()).unwrap_or(u64::MAX);
            room = room.checked_sub(size).ok_or(OdtTemplateFault::TooLarge)?;
            match path.as_str() {
                MIMETYPE => String::from_utf8_lossy(&unpacked).trim().clone_into(&mut kind),
                CONTENT => {}
                _ => files.push((path, unpacked)),
            }
        }
        if kind != MEDIA_TYPE {
            return Err(OdtTemplateFault::Type { found: kind.chars().take(100).collect() });
        }
        if !files.iter().any(|(path, _)| path == "styles.xml") {
            return Err(OdtTemplateFault::NoStyles);
        }
        Ok(Self { files })
    }

    /// The document with this content, this title and these pictures, by path. The type comes first and is not compressed, as the format wants it; the
    /// same document is the same file.
    ///
    /// # Errors
    /// If it cannot be put together.
    pub(super) fn with_content(
        &self,
        content: &str,
        title: &str,
        pictures: &[(String, String)],
    ) -> Result<Vec<u8>, OdtTemplateFault> {
        let write = || {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            add(&mut writer, MIMETYPE, MEDIA_TYPE.as_bytes(), CompressionMethod::Stored)?;
            add(&mut writer, CONTENT, content.as_bytes(), CompressionMethod::Deflated)?;
            for (path, bytes) in &self.files {
                let shown = match path.as_str() {
                    META => Cow::from(meta(title).into_bytes()),
                    MANIFEST => Cow::from(with_pictures(bytes, pictures)),
                    _ => Cow::from(bytes),
                };
                add(&mut writer, path, &shown, CompressionMethod::Deflated)?;
            }
            for (path, svg) in pictures {
                add(&mut writer, path, svg.as_bytes(), CompressionMethod::Deflated)?;
            }
            writer.finish().map(Cursor::into_inner)
        };
        write().map_err(OdtTemplateFault::Unwritten)
    }
}

/// The list of the files of a document, with these pictures.
fn with_pictures(manifest: &[u8], pictures: &[(String, String)]) -> Vec<u8> {
    let entry = |(path, _): &(String, String)| {
        format!(
            "  <manifest:file-entry manifest:full-path=\"{path}\" manifest:media-type=\"image/svg+xml\"/>\n"
        )
    };
    let entries: String = pictures.iter().map(entry).collect();
    let end = "</manifest:manifest>";
    String::from_utf8_lossy(manifest).replacen(end, &format!("{entries}{end}"), 1).into_bytes()
}

fn add(
    writer: &mut ZipWriter<impl Write + Seek>,
    path: &str,
    bytes: &[u8],
    method: CompressionMethod,
) -> Result<(), ZipError> {
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default());
    writer.start_file(path, options)?;
    Ok(writer.write_all(bytes)?)
}

fn meta(title: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-meta \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" office:version=\"1.3\">\n\
         <office:meta><meta:generator>Vigie</meta:generator><dc:title>{}</dc:title>\
         <dc:language>fr-FR</dc:language></office:meta>\n</office:document-meta>\n",
        escaped(title)
    )
}
