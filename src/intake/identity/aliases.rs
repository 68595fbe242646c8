//! The alias table: which names are one project, which labels are one ministry. The team maintains it by hand;
//! nothing here is guessed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::names::{key, nearest};
use super::successions;
use super::successions::TableSuccession;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::import::KnownProject;
use crate::domain::portfolio::recorded_name::{NameKind, RecordedName};
use crate::domain::portfolio::succession::Successions;
use crate::intake::error::SourceError;
use crate::intake::read::file_bytes::read_text;

const SHIPPED: &str = include_str!("../../../aliases.toml");

#[derive(Clone, Debug)]
pub struct Aliases {
    /// Projects by the key of a name or of an id.
    projects: BTreeMap<String, ProjectId>,
    project_names: BTreeMap<ProjectId, Vec<String>>,
    /// Ministries by the key of a label or of a code, each from a day on.
    ministries: BTreeMap<String, BTreeMap<Option<NaiveDate>, MinistryCode>>,
    ministry_names: BTreeMap<MinistryCode, String>,
    /// How the table spells each label, by its key; a code is spelled as the name.
    spellings: BTreeMap<String, String>,
    labels: Vec<String>,
    /// Names of projects that people recorded, in addition to those of the table.
    recorded_projects: BTreeMap<ProjectId, Vec<String>>,
    /// Pairs that look alike and are not the same, in both orders.
    apart: BTreeSet<(ProjectId, ProjectId)>,
    successions: Successions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ministry: Vec<Ministry>,
    #[serde(default)]
    succession: Vec<TableSuccession>,
    #[serde(default)]
    project: Vec<Project>,
    #[serde(default)]
    apart: Vec<Apart>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ministry {
    code: String,
    /// Its name today.
    name: String,
    /// Former names and codes.
    #[serde(default)]
    also: Vec<String>,
    /// Its labels were another's until that day.
    since: Option<Spanned<Datetime>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    id: String,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Apart {
    projects: Vec<String>,
}

impl Aliases {
    pub fn shipped() -> Result<Self, SourceError> {
        Self::parse(SHIPPED, "aliases.toml")
    }

    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let text = read_text(path)?;
        Self::parse(&text, &path.display().to_string())
    }

    pub fn parse(text: &str, file: &str) -> Result<Self, SourceError> {
        let wrong = |reason: String| SourceError::Table { place: format!("`{file}`"), reason };
        let parsed: File =
            toml::from_str(text).map_err(|e| wrong(e.to_string().trim_end().to_owned()))?;
        let mut aliases = Self {
            projects: BTreeMap::new(),
            project_names: BTreeMap::new(),
            recorded_projects: BTreeMap::new(),
            ministries: BTreeMap::new(),
            ministry_names: BTreeMap::new(),
            spellings: BTreeMap::new(),
            labels: Vec::new(),
            apart: BTreeSet::new(),
            successions: Successions::default(),
        };
        for ministry in parsed.ministry {
            aliases.add_ministry(ministry, text).map_err(wrong)?;
        }
        aliases.successions =
            successions::read(parsed.succession, &aliases.ministry_names, text).map_err(wrong)?;
        for project in parsed.project {
            aliases.add_project(project).map_err(wrong)?;
        }
        for pair in parsed.apart {
            aliases.add_apart(&pair.projects);
        }
        Ok(aliases)
    }

    /// The ministry of a label or code on a day, whatever its case, accents and punctuation.
    pub fn ministry(&self, label_or_code: &str, day: NaiveDate) -> Option<MinistryCode> {
        let held = self.ministries.get(&key(label_or_code))?;
        let last = held.range(..=Some(day)).next_back().or_else(|| held.iter().next());
        last.map(|(_, code)| code.clone())
    }

    /// The ministry of a label or code on any day.
    pub fn ministry_ever(&self, label_or_code: &str) -> Option<&MinistryCode> {
        self.ministries.get(&key(label_or_code))?.values().next_back()
    }

    /// Codes of all ministries with their names, by code.
    pub fn ministries(&self) -> impl Iterator<Item = (&MinistryCode, &str)> {
        self.ministry_names.iter().map(|(code, name)| (code, name.as_str()))
    }

    /// The same table with names that people recorded, but for those that it has already.
    #[must_use]
    pub fn with_recorded(mut self, recorded: &[RecordedName]) -> Self {
        for one in recorded.iter().filter(|one| one.withdrawn.is_none()) {
            match one.kind {
                NameKind::Ministry => self.add_recorded_ministry(one),
                NameKind::Project => {
                    let id = ProjectId::new(&one.designates);
                    self.projects.entry(key(&one.name)).or_insert_with(|| id.clone());
                    self.recorded_projects.entry(id).or_default().push(one.name.clone());
                }
            }
        }
        self
    }

    /// Which ministries took over from which, and when.
    pub fn successions(&self) -> &Successions {
        &self.successions
    }

    /// A ministry's label with the table's capitals and accents, and the name instead of a code: `Ministère de l’Économie`
    /// for `Ministère de l'Economie`.
    pub(in crate::intake) fn ministry_spelling(&self, label_or_code: &str) -> Option<&str> {
        self.spellings.get(&key(label_or_code)).map(String::as_str)
    }

    /// The project that has this name or id.
    pub fn project(&self, name: &str) -> Option<ProjectId> {
        self.projects.get(&key(name)).cloned()
    }

    /// Known projects that the table says are another one, as `(from, into)`, by the name that shows it: they were
    /// imported before the table said so.
    pub fn implied_links(&self, known: &[KnownProject]) -> Vec<(ProjectId, ProjectId)> {
        let into =
            |project: &KnownProject| project.names.iter().find_map(|name| self.project(name));
        known
            .iter()
            .filter(|project| !self.project_names.contains_key(&project.project))
            .filter_map(|project| Some((project.project.clone(), into(project)?)))
            .filter(|(from, into)| from != into)
            .collect()
    }

    /// The ministry label closest to this one.
    pub(in crate::intake) fn nearest_ministry(
        &self,
        label: &str,
        day: NaiveDate,
    ) -> Option<(&str, MinistryCode)> {
        let labels = || self.labels.iter().map(String::as_str);
        let label = by_words(label, labels()).or_else(|| nearest(label, labels()))?;
        Some((label, self.ministry(label, day)?))
    }

    pub(in crate::intake) fn projects(&self) -> impl Iterator<Item = (&ProjectId, &[String])> {
        let all = self.project_names.iter().chain(&self.recorded_projects);
        all.map(|(project, names)| (project, names.as_slice()))
    }

    pub(in crate::intake) fn are_apart(&self, one: &ProjectId, other: &ProjectId) -> bool {
        self.apart.contains(&(one.clone(), other.clone()))
    }

    /// Whether the table lists both: those who keep it hold them for two.
    pub(in crate::intake) fn lists_both(&self, one: &ProjectId, other: &ProjectId) -> bool {
        one != other && [one, other].iter().all(|id| self.project_names.contains_key(*id))
    }

    fn add_ministry(&mut self, ministry: Ministry, text: &str) -> Result<(), String> {
        let code = MinistryCode::new(&ministry.code);
        let since = ministry.since.map(|since| successions::day(&since, text)).transpose()?;
        for label in [&ministry.code, &ministry.name].into_iter().chain(&ministry.also) {
            let held = self.ministries.entry(key(label)).or_default();
            match held.insert(since, code.clone()) {
                Some(other) if other != code => {
                    return Err(twice("le nom de ministère", label, other.as_str(), code.as_str()));
                }
                Some(_) | None => self.labels.push(label.clone()),
            }
        }
        let name = typographic(&ministry.name);
        self.spellings.entry(key(&ministry.code)).or_insert_with(|| name.clone());
        for label in std::iter::once(&ministry.name).chain(&ministry.also) {
            self.spellings.entry(key(label)).or_insert_with(|| typographic(label));
        }
        self.ministry_names.insert(code, name);
        Ok(())
    }

    fn add_recorded_ministry(&mut self, recorded: &RecordedName) {
        if let Some(name) = &recorded.new_ministry {
            self.add_new_ministry(&recorded.designates, name);
        }
        self.add_recorded_label(&recorded.name, &MinistryCode::new(&recorded.designates));
    }

    /// A ministry that the table does not have; nothing changes if it has one of this code.
    pub(super) fn add_new_ministry(&mut self, code: &str, name: &str) {
        let code = MinistryCode::new(code);
        if self.ministry_names.contains_key(&code) {
            return;
        }
        self.ministry_names.insert(code.clone(), typographic(name));
        self.spellings.entry(key(code.as_str())).or_insert_with(|| typographic(name));
        self.add_recorded_label(code.as_str(), &code);
        self.add_recorded_label(name, &code);
    }

    fn add_recorded_label(&mut self, label: &str, code: &MinistryCode) {
        let held = self.ministries.entry(key(label)).or_default();
        if held.is_empty() {
            held.insert(None, code.clone());
            self.labels.push(label.to_owned());
            self.spellings.entry(key(label)).or_insert_with(|| typographic(label));
        }
    }

    fn add_project(&mut self, project: Project) -> Result<(), String> {
        let id = ProjectId::new(&project.id);
        for name in std::iter::once(&project.id).chain(&project.names) {
            match self.projects.insert(key(name), id.clone()) {
                Some(other) if other != id => {
                    return Err(twice("le nom de projet", name, other.as_str(), id.as_str()));
                }
                Some(_) | None => {}
            }
        }
        self.project_names.insert(id, project.names);
        Ok(())
    }

    fn add_apart(&mut self, projects: &[String]) {
        for one in projects {
            for other in projects.iter().filter(|other| *other != one) {
                self.apart.insert((ProjectId::new(one), ProjectId::new(other)));
            }
        }
    }
}

/// The label that shares the most of its words with `found`, those that any ministry has apart.
fn by_words<'a>(found: &str, labels: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let words = significant(found);
    let shared = |label: &'a str| {
        let known = significant(label);
        let shared = known.intersection(&words).count();
        // Of those that share as many words, the one that has the fewest others.
        let others = known.len().saturating_sub(shared);
        (shared > 0).then_some((shared, std::cmp::Reverse(others), label))
    };
    let best = labels
        .filter_map(shared)
        .reduce(|best, next| if (next.0, next.1) > (best.0, best.1) { next } else { best });
    best.map(|(_, _, label)| label)
}

fn significant(label: &str) -> BTreeSet<String> {
    const COMMON: [&str; 16] = [
        "min",
        "ministere",
        "de",
        "des",
        "du",
        "d",
        "la",
        "le",
        "les",
        "l",
        "et",
        "en",
        "a",
        "aux",
        "charge",
        "secretariat",
    ];
    let key = key(label);
    let words = key.split(' ').filter(|word| !word.is_empty() && !COMMON.contains(word));
    words.map(str::to_owned).collect()
}

/// With the apostrophes of French typography.
fn typographic(label: &str) -> String {
    label.replace('\'', "’")
}

fn twice(what: &str, name: &str, first: &str, second: &str) -> String {
    format!("{what} `{name}` est sous `{first}` et sous `{second}`, attendu une seule fois")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        [[ministry]]
        code = "MJ"
        name = "Ministère de la Justice"
        also = ["Chancellerie"]

        [[project]]
        id = "si-samu"
        names = ["SI SAMU", "SI-Samu (étape « Construction »)"]
    "#;

    fn known(project: &str, name: &str) -> KnownProject {
        KnownProject {
            project: ProjectId::new(project),
            names: vec![name.to_owned()],
            ministry: MinistryCode::new("MSO"),
        }
    }

    #[test]
    fn a_name_is_found_whatever_its_case_accents_and_punctuation() {
        let aliases = Aliases::parse(TABLE, "aliases.toml").unwrap();
        let day = NaiveDate::MIN;
        assert_eq!(
            aliases.ministry("ministere de la  JUSTICE", day),
            Some(MinistryCode::new("MJ"))
        );
        assert_eq!(aliases.ministry("mj", day), Some(MinistryCode::new("MJ")));
        assert_eq!(aliases.ministry("Intérieur", day), None);
        assert_eq!(aliases.project("si samu"), Some(ProjectId::new("si-samu")));
    }

    #[test]
    fn a_project_imported_before_the_table_named_it_is_to_be_linked() {
        let aliases = Aliases::parse(TABLE, "aliases.toml").unwrap();
        let known = [
            known("si-samu", "SI SAMU"),
            known("si-samu-etape-construction", "SI-Samu (étape Construction)"),
            known("portalis", "PORTALIS"),
        ];
        assert_eq!(
            aliases.implied_links(&known),
            [(ProjectId::new("si-samu-etape-construction"), ProjectId::new("si-samu"))]
        );
    }

    #[test]
    fn one_name_under_two_projects_is_refused() {
        let text =
            "[[project]]\nid = \"a\"\nnames = [\"X\"]\n[[project]]\nid = \"b\"\nnames = [\"x\"]";
        assert_eq!(
            Aliases::parse(text, "aliases.toml").unwrap_err().to_string(),
            "`aliases.toml` : le nom de projet `x` est sous `a` et sous `b`, attendu une seule fois"
        );
    }
}
