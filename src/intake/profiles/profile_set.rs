//! The profiles that files are read with: those that are shipped, and those of a folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::profile::Profile;
use crate::domain::formula::{Formula, FormulaFault, FormulaLanguage};
use crate::domain::portfolio::saved_profile::ProfileOrigin;
use crate::frame::dictionary::Dictionary;
use crate::intake::error::SourceError;
use crate::intake::read::file_bytes::read_text;

const SHIPPED: [(&str, &str); 16] = [
    ("panorama-published.toml", include_str!("../../../profiles/panorama-published.toml")),
    ("panorama-dashboard.toml", include_str!("../../../profiles/panorama-dashboard.toml")),
    ("vigie-panorama.toml", include_str!("../../../profiles/vigie-panorama.toml")),
    ("vigie-baselines.toml", include_str!("../../../profiles/vigie-baselines.toml")),
    ("vigie-article3.toml", include_str!("../../../profiles/vigie-article3.toml")),
    ("vigie-questionnaire.toml", include_str!("../../../profiles/vigie-questionnaire.toml")),
    (
        "vigie-questionnaire-workbook.toml",
        include_str!("../../../profiles/vigie-questionnaire-workbook.toml"),
    ),
    ("vigie-audits.toml", include_str!("../../../profiles/vigie-audits.toml")),
    ("vigie-exits.toml", include_str!("../../../profiles/vigie-exits.toml")),
    ("vigie-rebaselines.toml", include_str!("../../../profiles/vigie-rebaselines.toml")),
    ("vigie-milestones.toml", include_str!("../../../profiles/vigie-milestones.toml")),
    ("vigie-contracts.toml", include_str!("../../../profiles/vigie-contracts.toml")),
    ("vigie-recommendations.toml", include_str!("../../../profiles/vigie-recommendations.toml")),
    ("vigie-declared-causes.toml", include_str!("../../../profiles/vigie-declared-causes.toml")),
    ("vigie-watch-lists.toml", include_str!("../../../profiles/vigie-watch-lists.toml")),
    ("vigie-contacts.toml", include_str!("../../../profiles/vigie-contacts.toml")),
];

/// What the text of a profile may name.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "a language is a set of functions")]
pub struct ProfileTerms<'t> {
    pub dictionary: &'t Arc<Dictionary>,
    /// Of its formulas.
    pub language: &'t dyn FormulaLanguage,
}

/// The available profiles, and the fields that files of facts may have.
#[derive(Clone, Debug)]
pub struct Profiles {
    by_id: BTreeMap<String, Profile>,
    /// Where those come from that are not shipped.
    origins: BTreeMap<String, ProfileOrigin>,
    dictionary: Arc<Dictionary>,
}

/// For profiles that have no formulas, such as those that are shipped.
#[derive(Debug)]
struct NoFormulas;

impl FormulaLanguage for NoFormulas {
    fn compile(&self, text: &str, _: &[&str]) -> Result<Arc<dyn Formula>, FormulaFault> {
        Err(FormulaFault::new(format!("la formule `{text}`"), "un profil sans formule"))
    }
}

impl Profiles {
    pub fn shipped(dictionary: &Arc<Dictionary>) -> Result<Self, SourceError> {
        let mut profiles = Self {
            by_id: BTreeMap::new(),
            origins: BTreeMap::new(),
            dictionary: Arc::clone(dictionary),
        };
        let terms = ProfileTerms { dictionary, language: &NoFormulas };
        for (file, text) in SHIPPED {
            profiles.add(Profile::parse(text, file, terms)?, ProfileOrigin::Shipped);
        }
        Ok(profiles)
    }

    /// This profile alone.
    pub fn only(profile: Profile) -> Self {
        let dictionary = Arc::clone(&profile.dictionary);
        let by_id = BTreeMap::from([(profile.id.clone(), profile)]);
        Self { by_id, origins: BTreeMap::new(), dictionary }
    }

    /// Adds every `*.toml` of a folder; a profile with a known id replaces it.
    pub fn with_folder(
        mut self,
        folder: &Path,
        language: &dyn FormulaLanguage,
    ) -> Result<Self, SourceError> {
        let unread = |source| SourceError::Read { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unread)? {
            paths.push(entry.map_err(unread)?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        for path in paths {
            let text = read_text(&path)?;
            let terms = ProfileTerms { dictionary: &self.dictionary, language };
            let profile = Profile::parse(&text, &path.display().to_string(), terms)?;
            self.add(profile, ProfileOrigin::Folder);
        }
        Ok(self)
    }

    /// Adds saved profiles, each by its id and text; one with a known id replaces it.
    pub(in crate::intake) fn lay_over<'s>(
        &mut self,
        saved: impl Iterator<Item = (&'s str, &'s str)>,
        language: &dyn FormulaLanguage,
    ) -> Result<(), SourceError> {
        for (id, text) in saved {
            let terms = ProfileTerms { dictionary: &self.dictionary, language };
            let profile = Profile::parse(text, &format!("profil enregistré {id}"), terms)?;
            self.add(profile, ProfileOrigin::Saved);
        }
        Ok(())
    }

    fn add(&mut self, profile: Profile, origin: ProfileOrigin) {
        self.origins.insert(profile.id.clone(), origin);
        self.by_id.insert(profile.id.clone(), profile);
    }

    pub(in crate::intake) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.by_id.values()
    }

    /// Where a profile comes from.
    pub fn origin(&self, id: &str) -> ProfileOrigin {
        self.origins.get(id).copied().unwrap_or(ProfileOrigin::Shipped)
    }

    pub fn find(&self, id: &str) -> Option<&Profile> {
        self.by_id.get(id)
    }
}
