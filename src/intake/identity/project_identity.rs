//! Which project a name refers to: one of the alias table, a known one, or a new one.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::aliases::Aliases;
use super::likeness::Likenesses;
use super::names::{key, nearest, slug};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::import::{KnownProject, Sighting, SightingKind};

#[derive(Debug)]
pub(in crate::intake) struct Identities<'a> {
    aliases: &'a Aliases,
    known: &'a [KnownProject],
    /// Known projects by the key of each name, and of their id.
    by_key: BTreeMap<String, &'a KnownProject>,
    /// Built on first use: most files bring no new name.
    likenesses: OnceCell<Likenesses<'a>>,
}

impl<'a> Identities<'a> {
    pub(in crate::intake) fn new(aliases: &'a Aliases, known: &'a [KnownProject]) -> Self {
        let mut by_key = BTreeMap::new();
        for project in known {
            for name in &project.names {
                by_key.entry(key(name)).or_insert(project);
            }
        }
        for project in known {
            by_key.entry(key(project.project.as_str())).or_insert(project);
        }
        Self { aliases, known, by_key, likenesses: OnceCell::new() }
    }

    pub(in crate::intake) fn aliases(&self) -> &'a Aliases {
        self.aliases
    }

    /// The project that goes by this name, if the alias table or the portfolio knows one.
    pub(in crate::intake) fn find(&self, name: &str) -> Option<ProjectId> {
        self.aliases
            .project(name)
            .or_else(|| self.by_key.get(&key(name)).map(|known| known.project.clone()))
    }

    /// The ministry of a known project.
    pub(in crate::intake) fn ministry_of(&self, project: &ProjectId) -> Option<&'a MinistryCode> {
        let known = self.known.iter().find(|known| known.project == *project);
        known.map(|known| &known.ministry)
    }

    /// The project that goes by this name, or a new id for a name never seen; `None` when no id can be made of it.
    pub(in crate::intake) fn find_or_name(&self, name: &str) -> Option<ProjectId> {
        self.find(name).or_else(|| Some(slug(name)).filter(|s| !s.is_empty()).map(ProjectId::new))
    }

    /// The known name closest to one that is not known, and its project.
    pub(in crate::intake) fn nearest(&self, name: &str) -> Option<(&'a str, &'a ProjectId)> {
        if let Some((project, known_name, _)) = self.likenesses().closest(name, |_| true) {
            return Some((known_name, &project.project));
        }
        let listed = self.aliases.projects();
        let names: BTreeMap<&str, &ProjectId> = listed
            .chain(self.known.iter().map(|known| (&known.project, known.names.as_slice())))
            .flat_map(|(project, names)| names.iter().map(move |text| (text.as_str(), project)))
            .collect();
        let close = nearest(name, names.keys().copied())?;
        names.get_key_value(close).map(|(near, project)| (*near, *project))
    }

    /// How each project of a file, by id and name, relates to those known.
    pub(in crate::intake) fn sightings(
        &self,
        seen: &BTreeMap<ProjectId, (String, Option<MinistryCode>)>,
    ) -> Vec<Sighting> {
        let known: BTreeSet<_> = self.known.iter().map(|known| &known.project).collect();
        let kind = |project: &ProjectId, name: &str| {
            if known.contains(project) {
                return SightingKind::Known;
            }
            let is_eligible = |other: &KnownProject| {
                !seen.contains_key(&other.project)
                    && !self.aliases.are_apart(project, &other.project)
                    && !self.aliases.lists_both(project, &other.project)
            };
            match self.likenesses().closest(name, is_eligible) {
                None => SightingKind::New,
                Some((other, other_name, likeness)) => SightingKind::Resembles {
                    project: other.project.clone(),
                    name: other_name.to_owned(),
                    likeness,
                },
            }
        };
        seen.iter()
            .map(|(project, (name, ministry))| Sighting {
                project: project.clone(),
                name: name.clone(),
                ministry: ministry.clone(),
                kind: kind(project, name),
            })
            .collect()
    }

    fn likenesses(&self) -> &Likenesses<'a> {
        self.likenesses.get_or_init(|| Likenesses::among(self.known))
    }
}
