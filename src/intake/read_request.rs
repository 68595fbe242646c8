//! What to read, and how.

use crate::domain::portfolio::edition::EditionId;

/// One file to read.
#[derive(Clone, Copy, Debug)]
pub struct ReadRequest<'a> {
    /// What to call it: its path, or the name of the upload.
    pub file: &'a str,
    pub bytes: &'a [u8],
    /// The profile to read it with, instead of the one that its header calls for.
    pub profile: Option<&'a str>,
    /// The sheet of a workbook to read, instead of the one visible sheet that a profile recognises.
    pub sheet: Option<&'a str>,
    /// The edition it is about, instead of the one that its name or rows give.
    pub edition: Option<EditionId>,
}

/// How files are to be read, whichever they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// The profile to read them with, instead of those that their headers call for.
    pub profile: Option<&'a str>,
    /// The sheet of workbooks to read.
    pub sheet: Option<&'a str>,
    /// The edition of those that do not say theirs.
    pub edition: Option<EditionId>,
}

impl<'a> ReadOptions<'a> {
    pub fn of(self, file: &'a str, bytes: &'a [u8]) -> ReadRequest<'a> {
        let Self { profile, sheet, edition } = self;
        ReadRequest { file, bytes, profile, sheet, edition }
    }
}
