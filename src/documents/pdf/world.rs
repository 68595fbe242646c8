//! All that Typst can reach: one template, one file of data, two fonts. No other file, no network, no clock.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, Source, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Features, Library, LibraryExt as _, World};

/// The name by which the template reads the document.
const DATA: &str = "document.json";

/// The template never changes: it is read once.
static TEMPLATE: LazyLock<Source> =
    LazyLock::new(|| Source::detached(include_str!("document.typ")));

/// With cells of tables that name a row, which this version of Typst has as an addition.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let features: Features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// Lato, under the SIL Open Font License.
pub(super) static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let files: [&'static [u8]; 2] =
        [include_bytes!("fonts/Lato-Regular.ttf"), include_bytes!("fonts/Lato-Bold.ttf")];
    let fonts: Vec<Font> =
        files.into_iter().filter_map(|file| Font::new(Bytes::new(file), 0)).collect();
    let book = FontBook::from_fonts(&fonts);
    Fonts { book: LazyHash::new(book), fonts }
});

pub(super) struct Fonts {
    book: LazyHash<FontBook>,
    pub(super) fonts: Vec<Font>,
}

/// The template and the document that it prints.
pub(super) struct DocumentWorld {
    data: Bytes,
}

impl DocumentWorld {
    pub(super) fn of(data: &Value) -> Self {
        Self { data: Bytes::from_string(data.to_string()) }
    }
}

fn none_such(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.get().vpath().get_without_slash()))
}

impl World for DocumentWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        TEMPLATE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == TEMPLATE.id() { Ok(TEMPLATE.clone()) } else { Err(none_such(id)) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        let is_ours = *path.root() == VirtualRoot::Project;
        if is_ours && path.vpath().get_without_slash() == DATA {
            Ok(self.data.clone())
        } else {
            Err(none_such(id))
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
