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
