//! Which version of each file of the rules is in force, and who published it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::api::Problem;
use crate::application;
use crate::application::Services;
use crate::domain::ids::PublicationNumber;
use crate::domain::rules::overlay::{RulePath, RuleVersion, ShippedState};
use crate::support::french;

/// The versions that are in force over the shipped texts.
pub(super) struct Published {
    pub(super) upto: PublicationNumber,
    versions: BTreeMap<RulePath, (RuleVersion, ShippedState)>,
}

/// The version of a file that is in force.
#[derive(Debug, Serialize)]
pub(super) struct VersionInForce {
    /// « version 3 », « texte livré »
    pub(super) label: String,
    /// `None` for the text that ships with the program.
    pub(super) by: Option<String>,
    pub(super) on: Option<String>,
    /// Whether another text has shipped since.
    pub(super) is_shipped_newer: bool,
}

impl Published {
    pub(super) async fn of(services: &Services) -> Result<Self, Problem> {
        let (upto, lines) = application::overrides(services).await?;
        let lines = lines.into_iter();
        let versions = lines
            .map(|line| (line.version.path.clone(), (line.version, line.shipped_state)))
            .collect();
        Ok(Self { upto, versions })
    }

    pub(super) fn version_of(&self, path: &str) -> VersionInForce {
        let found = RulePath::parse(path).ok().and_then(|path| self.versions.get(&path));
        match found {
            Some((version, shipped)) => VersionInForce {
                label: format!("version {}", version.number),
                by: Some(version.published_by.to_string()),
                on: Some(french::date(version.published_at.date_naive())),
                is_shipped_newer: *shipped == ShippedState::NewerShipped,
            },
            None => VersionInForce {
                label: "texte livré".to_owned(),
                by: None,
                on: None,
                is_shipped_newer: false,
            },
        }
    }
}
