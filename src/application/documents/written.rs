//! Documents written to a folder, for those who fetch them there: the note on the last edition, and the page of each ministry.

use std::path::Path;
use std::{fs, io};

use super::refusal::DocumentRefusal;
use super::{DocumentRequest, document_files};
use crate::application::queries::view;
use crate::application::{ApplicationError, Exported, Services};

/// What became of the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrittenDocuments {
    /// Files that are new or differ from what the folder had.
    pub written: usize,
    /// Files that are as the folder had them: these are not touched.
    pub unchanged: usize,
}

/// Writes the documents on the last edition in each of the formats of the settings. A reader of the folder sees each file whole:
/// its former text or the new one. Files of earlier editions stay.
///
/// # Errors
/// When a document cannot be filled, or the folder cannot be written to.
pub async fn write_documents(services: &Services) -> Result<WrittenDocuments, ApplicationError> {
    let settings = &services.documents;
    if settings.folder.as_os_str().is_empty() {
        return Err(DocumentRefusal::NoFolder.into());
    }
    let panorama = view::panorama(services, None).await?;
    let codes = panorama.ministries.iter().filter_map(|row| row.get("ministry")?.as_str());
    let pages =
        codes.map(|code| DocumentRequest::Ministry { ministry: code.to_owned(), edition: None });
    let note = DocumentRequest::Cosinum { edition: None, previous: None };
    let mut files = Vec::new();
    for request in std::iter::once(note).chain(pages) {
        files.extend(document_files(services, &request, &settings.formats).await?);
    }
    let folder = settings.folder.clone();
    Ok(tokio::task::spawn_blocking(move || write_all(&folder, &files)).await??)
}

fn write_all(folder: &Path, files: &[Exported]) -> Result<WrittenDocuments, DocumentRefusal> {
    let fault = |path: &Path, source: io::Error| DocumentRefusal::Folder {
        path: path.display().to_string(),
        source,
    };
    fs::create_dir_all(folder).map_err(|source| fault(folder, source))?;
    let mut done = WrittenDocuments::default();
    for file in files {
        let path = folder.join(&file.name);
        if fs::read(&path).is_ok_and(|former| former == file.bytes) {
            done.unchanged += 1;
            continue;
        }
        let unfinished = folder.join(format!(".{}.part", file.name));
        fs::write(&unfinished, &file.bytes).map_err(|source| fault(&unfinished, source))?;
        fs::rename(&unfinished, &path).map_err(|source| fault(&path, source))?;
        done.written += 1;
    }
    Ok(done)
}
