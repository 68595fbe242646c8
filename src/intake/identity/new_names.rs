//! Checks names that people want to record, before they are: none contradicts the table of aliases, the known projects or
//! another recorded name.

use std::collections::BTreeMap;

use thiserror::Error;

use super::aliases::Aliases;
use super::names::key;
use super::project_identity::Identities;
use crate::domain::bounded_text::SingleLine;
use crate::domain::ids::MinistryCode;
use crate::domain::portfolio::import::KnownProject;
use crate::domain::portfolio::recorded_name::{NameKind, NewName};

/// Characters of the code of a ministry: it is part of addresses.
const CODE_LENGTH: std::ops::RangeInclusive<usize> = 2..=20;

/// Why names are not recorded: what is wrong with the first wrong one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct NameRefusal {
    /// Place of the name among those sent.
    pub index: usize,
    pub field: NameField,
    pub fault: NameFault,
}

/// Which field of a name is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameField {
    Name,
    Designates,
    NewMinistry,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameFault {
    #[error("the name `{name}`: found no letter and no digit, expected a name as files write it")]
    NoName { name: String },
    #[error("`{name}` is a name of the ministry `{ministry}` already")]
    OfMinistry { name: String, ministry: MinistryCode },
    #[error(
        "`{name}` is a name of the project `{project}` already; if two projects are one, link them"
    )]
    OfProject { name: String, project: String },
    #[error("`{name}` is given twice, for `{first}` and for `{second}`")]
    Twice { name: String, first: String, second: String },
    #[error("no ministry is called `{requested}`: expected one of {}, or a new ministry with its official name", .known.join(", "))]
    UnknownMinistry { requested: String, known: Vec<String> },
    #[error("no project is called `{requested}`: expected the id or a name of a known project")]
    UnknownProject { requested: String },
    #[error(
        "the code `{code}` of a new ministry: expected 2 to 20 capital letters, digits or hyphens, a letter first"
    )]
    Code { code: String },
    #[error("`{name}`: expected the name of a ministry; a new project needs none")]
    NoNewProject { name: String },
}

impl NameFault {
    /// Whether it contradicts what is known, rather than being wrong by itself.
    pub fn is_contradiction(&self) -> bool {
        matches!(self, Self::OfMinistry { .. } | Self::OfProject { .. })
    }
}

/// Those to record, each with the code or id that it designates and once.
///
/// # Errors
///
/// One of them is wrong, or contradicts what is known.
pub(in crate::intake) fn check(
    aliases: &Aliases,
    known: &[KnownProject],
    names: Vec<NewName>,
) -> Result<Vec<NewName>, NameRefusal> {
    let mut check = NameCheck {
        identities: Identities::new(aliases, known),
        table: aliases.clone(),
        seen: BTreeMap::new(),
        brought: BTreeMap::new(),
    };
    let mut checked = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let refusal = |(field, fault)| NameRefusal { index, field, fault };
        checked.extend(check.name(name).map_err(refusal)?);
    }
    Ok(checked)
}

struct NameCheck<'a> {
    identities: Identities<'a>,
    /// With the ministries that earlier names bring.
    table: Aliases,
    /// What earlier names designate, by kind and key.
    seen: BTreeMap<(NameKind, String), String>,
    /// Keys of the official names of new ministries, by code.
    brought: BTreeMap<String, String>,
}

type FieldFault = (NameField, NameFault);

impl NameCheck<'_> {
    /// The name to record; `None` for one that is given twice alike.
    fn name(&mut self, name: NewName) -> Result<Option<NewName>, FieldFault> {
        let written = name.name.as_str().to_owned();
        let name_key = key(&written);
        if name_key.is_empty() {
            return Err((NameField::Name, NameFault::NoName { name: written }));
        }
        let checked = match name.kind {
            NameKind::Ministry => self.ministry(name)?,
            NameKind::Project => self.project(name)?,
        };
        let designates = checked.designates.as_str().to_owned();
        match self.seen.insert((checked.kind, name_key), designates.clone()) {
            Some(first) if first != designates => {
                let fault = NameFault::Twice { name: written, first, second: designates };
                Err((NameField::Name, fault))
            }
            Some(_) => Ok(None),
            None => Ok(Some(checked)),
        }
    }

    fn ministry(&mut self, new: NewName) -> Result<NewName, FieldFault> {
        let NewName { name: written, designates, new_ministry, kind } = new;
        if let Some(ministry) = self.identities.aliases().ministry_ever(written.as_str()) {
            let (name, ministry) = (written.into_inner(), ministry.clone());
            return Err((NameField::Name, NameFault::OfMinistry { name, ministry }));
        }
        let Some(official) = new_ministry else {
            let designates = self.known_ministry(&designates)?;
            return Ok(NewName { name: written, designates, new_ministry: None, kind });
        };
        let (code, official_key) = (designates.as_str(), key(official.as_str()));
        if self.brought.get(code) == Some(&official_key) {
            return Ok(NewName { name: written, designates, new_ministry: None, kind });
        }
        self.check_new(code, &official)?;
        self.brought.insert(code.to_owned(), official_key);
        self.table.add_new_ministry(code, official.as_str());
        Ok(NewName { name: written, designates, new_ministry: Some(official), kind })
    }

    /// The code of a ministry, by its code or any name.
    fn known_ministry(&self, designates: &SingleLine) -> Result<SingleLine, FieldFault> {
        let requested = designates.as_str();
        let found = self.table.ministry_ever(requested).map(|code| code.as_str().to_owned());
        let found = found.and_then(|code| SingleLine::try_from(code).ok());
        found.ok_or_else(|| {
            let known = self.table.ministries().map(|(code, _)| format!("`{code}`")).collect();
            let requested = requested.to_owned();
            (NameField::Designates, NameFault::UnknownMinistry { requested, known })
        })
    }

    fn check_new(&self, code: &str, official: &SingleLine) -> Result<(), FieldFault> {
        if !is_code(code) {
            return Err((NameField::Designates, NameFault::Code { code: code.to_owned() }));
        }
        let names = [(NameField::Designates, code), (NameField::NewMinistry, official.as_str())];
        for (field, name) in names {
            if key(name).is_empty() {
                return Err((field, NameFault::NoName { name: name.to_owned() }));
            }
            if let Some(ministry) = self.table.ministry_ever(name) {
                let (name, ministry) = (name.to_owned(), ministry.clone());
                return Err((field, NameFault::OfMinistry { name, ministry }));
            }
        }
        Ok(())
    }

    fn project(&self, new: NewName) -> Result<NewName, FieldFault> {
        let NewName { name: written, designates, new_ministry, kind } = new;
        if let Some(official) = new_ministry {
            let name = official.into_inner();
            return Err((NameField::NewMinistry, NameFault::NoNewProject { name }));
        }
        if let Some(project) = self.identities.find(written.as_str()) {
            let (name, project) = (written.into_inner(), project.to_string());
            return Err((NameField::Name, NameFault::OfProject { name, project }));
        }
        let found = self.identities.find(designates.as_str()).map(|id| id.as_str().to_owned());
        let id = found.and_then(|id| SingleLine::try_from(id).ok()).ok_or_else(|| {
            let requested = designates.as_str().to_owned();
            (NameField::Designates, NameFault::UnknownProject { requested })
        })?;
        Ok(NewName { name: written, designates: id, new_ministry: None, kind })
    }
}

fn is_code(code: &str) -> bool {
    let is_letter = |one: char| one.is_ascii_uppercase();
    CODE_LENGTH.contains(&code.len())
        && code.starts_with(is_letter)
        && code.chars().all(|one| is_letter(one) || one.is_ascii_digit() || one == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ProjectId;

    const TABLE: &str = "[[ministry]]\ncode = \"MJ\"\nname = \"Ministère de la Justice\"\nalso = [\"Chancellerie\"]\n\
                         [[project]]\nid = \"si-samu\"\nnames = [\"SI SAMU\"]\n";

    fn line(text: &str) -> SingleLine {
        SingleLine::try_from(text.to_owned()).unwrap()
    }

    fn ministry(name: &str, designates: &str, new_ministry: Option<&str>) -> NewName {
        let new_ministry = new_ministry.map(line);
        let kind = NameKind::Ministry;
        NewName { kind, name: line(name), designates: line(designates), new_ministry }
    }

    fn project(name: &str, designates: &str) -> NewName {
        let kind = NameKind::Project;
        NewName { kind, name: line(name), designates: line(designates), new_ministry: None }
    }

    fn checked(names: Vec<NewName>) -> Result<Vec<NewName>, NameRefusal> {
        let known = [KnownProject {
            project: ProjectId::new("portalis"),
            names: vec!["PORTALIS".to_owned()],
            ministry: MinistryCode::new("MJ"),
        }];
        check(&Aliases::parse(TABLE, "aliases.toml").unwrap(), &known, names)
    }

    #[test]
    fn names_designate_codes_and_ids_and_a_new_ministry_is_brought_once() {
        let names = vec![
            ministry("Garde des Sceaux", "chancellerie", None),
            ministry("Ministère de la Mer", "MER", Some("Ministère chargé de la Mer")),
            ministry("Secrétariat à la Mer", "MER", Some("ministere charge de la mer")),
            ministry("La Mer", "MER", None),
            ministry("la mer", "MER", None),
            project("Portail des greffes", "PORTALIS"),
        ];
        let expected = vec![
            ministry("Garde des Sceaux", "MJ", None),
            ministry("Ministère de la Mer", "MER", Some("Ministère chargé de la Mer")),
            ministry("Secrétariat à la Mer", "MER", None),
            ministry("La Mer", "MER", None),
            project("Portail des greffes", "portalis"),
        ];
        assert_eq!(checked(names), Ok(expected));
    }

    #[test]
    fn a_name_that_contradicts_what_is_known_or_is_wrong_is_refused() {
        let fault = |name: NewName| checked(vec![name]).unwrap_err().to_string();
        let faults = [
            fault(ministry("CHANCELLERIE", "MJ", None)),
            fault(ministry("???", "MJ", None)),
            fault(ministry("Garde des Sceaux", "MX", None)),
            fault(ministry("Garde des Sceaux", "gs", Some("Sceaux"))),
            fault(ministry("Garde des Sceaux", "GS", Some("Chancellerie"))),
            fault(project("si-samu", "portalis")),
            fault(project("Portalis", "si-samu")),
            fault(project("Portail", "portail")),
        ];
        insta::assert_snapshot!(faults.join("\n"), @r"
        `CHANCELLERIE` is a name of the ministry `MJ` already
        the name `???`: found no letter and no digit, expected a name as files write it
        no ministry is called `MX`: expected one of `MJ`, or a new ministry with its official name
        the code `gs` of a new ministry: expected 2 to 20 capital letters, digits or hyphens, a letter first
        `Chancellerie` is a name of the ministry `MJ` already
        `si-samu` is a name of the project `si-samu` already; if two projects are one, link them
        `Portalis` is a name of the project `portalis` already; if two projects are one, link them
        no project is called `portail`: expected the id or a name of a known project
        ");
        let twice = vec![project("Portail", "portalis"), project("portail", "si-samu")];
        assert_eq!(
            checked(twice).unwrap_err().to_string(),
            "`portail` is given twice, for `portalis` and for `si-samu`"
        );
    }
}
