//! What takes publications back, and what puts the shipped texts back in force.

use super::draft_refusal::DraftRefusal;
use super::overlay::{Overlay, Publication, PublishedFile, RulePath};

impl Overlay {
    /// What takes back the publication that gave a file the version in force: all of its files go back
    /// together, since they were proved together.
    pub fn undoing(
        &self,
        path: &RulePath,
        publications: &[Publication],
    ) -> Result<Vec<PublishedFile>, DraftRefusal> {
        let not_overridden = || DraftRefusal::NotOverridden { path: path.clone() };
        let laid = self.overrides.get(path).ok_or_else(not_overridden)?;
        let of_draft = |one: &&Publication| one.draft == Some(laid.version.draft);
        let published = publications.iter().find(of_draft).ok_or_else(not_overridden)?;
        let moved = |file: &&PublishedFile| self.version_of(&file.path) != file.version;
        if let Some(file) = published.files.iter().find(moved) {
            return Err(DraftRefusal::NotAlone { path: path.clone(), with: file.path.clone() });
        }
        let back = |file: &PublishedFile| PublishedFile {
            path: file.path.clone(),
            version: file.former,
            former: file.version,
        };
        Ok(published.files.iter().map(back).collect())
    }

    /// What puts the shipped text of these files back in force.
    pub fn reverting(&self, paths: &[RulePath]) -> Vec<PublishedFile> {
        let back = |path: &RulePath| {
            let former = self.version_of(path);
            former.map(|_| PublishedFile { path: path.clone(), version: None, former })
        };
        paths.iter().filter_map(back).collect()
    }
}
