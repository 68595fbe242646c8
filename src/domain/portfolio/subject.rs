//! What a rule judges: a project, a ministry, or the whole portfolio.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::text_schema::text_schema;
use crate::domain::words::words;

words! {
    pub enum SubjectKind, "a kind of subject" {
        Project = "project" => "projets",
        Ministry = "ministry" => "ministères",
        Portfolio = "portfolio" => "portefeuille",
    }
}

/// Written `project/si-samu`, `ministry/MJ`, `portfolio`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    Project(ProjectId),
    Ministry(MinistryCode),
    Portfolio,
}

text_schema!(
    Subject,
    "What a rule judges: a project, a ministry or the portfolio.",
    "^(project/[^\\u0000-\\u001F\\u007F-\\u009F]+|ministry/[^\\u0000-\\u001F\\u007F-\\u009F]+|portfolio)$",
    "project/si-samu"
);

impl Subject {
    pub fn scope(&self) -> SubjectKind {
        match self {
            Self::Project(_) => SubjectKind::Project,
            Self::Ministry(_) => SubjectKind::Ministry,
            Self::Portfolio => SubjectKind::Portfolio,
        }
    }

    pub fn project(&self) -> Option<&ProjectId> {
        match self {
            Self::Project(project) => Some(project),
            Self::Ministry(_) | Self::Portfolio => None,
        }
    }

    pub fn ministry(&self) -> Option<&MinistryCode> {
        match self {
            Self::Ministry(ministry) => Some(ministry),
            Self::Project(_) | Self::Portfolio => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => write!(f, "project/{project}"),
            Self::Ministry(ministry) => write!(f, "ministry/{ministry}"),
            Self::Portfolio => f.write_str("portfolio"),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once('/') {
            Some(("project", id)) => Ok(Self::Project(ProjectId::new(id))),
            Some(("ministry", code)) => Ok(Self::Ministry(MinistryCode::new(code))),
            None if text == "portfolio" => Ok(Self::Portfolio),
            _ => Err(format!("found `{text}`, expected `project/…`, `ministry/…` or `portfolio`")),
        }
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}
