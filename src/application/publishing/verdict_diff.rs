//! The difference between two verdicts on a subject.

use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::ids::{MinistryCode, RuleId};
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::Verdict;
use crate::domain::words::words;

words! {
    pub enum DifferenceKind, "a kind of difference" {
        Raised = "raised",
        Worsened = "worsened",
        Eased = "eased",
        Resolved = "resolved",
        NewlyUnknown = "newly_unknown",
        NewlyJudged = "newly_judged",
        NewlyFailed = "newly_failed",
        /// The same verdict, and an alert where there was none: the rule is no longer on trial.
        AlertOpened = "alert_opened",
        AlertClosed = "alert_closed",
        /// The same verdict and alert, in other words.
        Reworded = "reworded",
    }
}

/// A verdict that differs between two catalogues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VerdictDifference {
    pub rule: RuleId,
    pub subject: Subject,
    /// Name of the project, if the subject is one.
    pub name: Option<String>,
    pub ministry: Option<MinistryCode>,
    pub kind: DifferenceKind,
    pub from: Standing,
    pub to: Standing,
    /// Level of the alert that the earlier catalogue calls for.
    pub alert_from: Option<Level>,
    pub alert_to: Option<Level>,
    /// The explanation that the earlier catalogue gives, if its rule fires.
    #[serde(default)]
    #[schema(required = true)]
    pub explanation_before: Option<String>,
    /// The explanation that the later catalogue gives, if its rule fires.
    pub explanation: Option<String>,
}

/// What a catalogue gives on a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The catalogue has no such rule, or the rule does not judge such a subject.
    NotJudged,
    Unknown,
    Failed,
    #[serde(untagged)]
    Level(Level),
}

/// Only the words: a derived schema would describe the level as an object.
impl PartialSchema for Standing {
    fn schema() -> RefOr<Schema> {
        let none = [Self::NotJudged, Self::Unknown, Self::Failed];
        let all = none.into_iter().chain(Level::ALL.map(Self::Level));
        let words = all.filter_map(|standing| serde_json::to_value(standing).ok());
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("What a catalogue answers on a subject."))
            .enum_values(Some(words))
            .into()
    }
}

impl ToSchema for Standing {}

impl Standing {
    pub(in crate::application) fn of(verdict: Option<&Verdict>) -> Self {
        match verdict {
            None => Self::NotJudged,
            Some(Verdict::Level { level }) => Self::Level(*level),
            Some(Verdict::Unknown { .. }) => Self::Unknown,
            Some(Verdict::Failed { .. }) => Self::Failed,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::NotJudged => "Non évalué",
            Self::Unknown => "Non évaluable",
            Self::Failed => "Règle en défaut",
            Self::Level(level) => level.label(),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJudged => "not_judged",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Level(level) => level.as_str(),
        }
    }
}

impl DifferenceKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Raised => "signalé",
            Self::Worsened => "aggravé",
            Self::Eased => "atténué",
            Self::Resolved => "levé",
            Self::NewlyUnknown => "devient non évaluable",
            Self::NewlyJudged => "devient évaluable",
            Self::NewlyFailed => "règle en défaut",
            Self::AlertOpened => "ouvre une alerte",
            Self::AlertClosed => "n’ouvre plus d’alerte",
            Self::Reworded => "phrase changée",
        }
    }

    pub fn plural(self) -> &'static str {
        match self {
            Self::Raised => "signalés",
            Self::Worsened => "aggravés",
            Self::Eased => "atténués",
            Self::Resolved => "levés",
            Self::NewlyUnknown => "devenus non évaluables",
            Self::NewlyJudged => "devenus évaluables",
            Self::NewlyFailed => "règles en défaut",
            Self::AlertOpened => "ouvrent une alerte",
            Self::AlertClosed => "n’ouvrent plus d’alerte",
            Self::Reworded => "phrases changées",
        }
    }

    /// `None` when the change is invisible: a rule appears or disappears where it has nothing to
    /// report.
    pub(in crate::application) fn between(from: Standing, to: Standing) -> Option<Self> {
        let silent =
            |standing| matches!(standing, Standing::NotJudged | Standing::Level(Level::Clear));
        match (from, to) {
            _ if from == to || (silent(from) && silent(to)) => None,
            (_, Standing::Unknown) => Some(Self::NewlyUnknown),
            (_, Standing::Failed) => Some(Self::NewlyFailed),
            (Standing::Unknown | Standing::Failed, Standing::NotJudged) => None,
            (Standing::Unknown | Standing::Failed, Standing::Level(_)) => Some(Self::NewlyJudged),
            _ if silent(to) => Some(Self::Resolved),
            (Standing::Level(was), Standing::Level(is)) if !silent(from) => {
                Some(if is > was { Self::Worsened } else { Self::Eased })
            }
            _ => Some(Self::Raised),
        }
    }
}

/// What one catalogue gives on a subject, and the alert that it calls for.
#[derive(Clone, Copy, Debug)]
pub(in crate::application) struct Outcome<'a> {
    pub(in crate::application) standing: Standing,
    pub(in crate::application) alert: Option<Level>,
    /// The sentence of a rule that fires.
    pub(in crate::application) explanation: Option<&'a str>,
}

impl Outcome<'_> {
    /// What people would notice if `after` took the place of this; `None` if nothing.
    pub(in crate::application) fn difference(self, after: Outcome<'_>) -> Option<DifferenceKind> {
        DifferenceKind::between(self.standing, after.standing).or_else(|| {
            match (self.alert, after.alert) {
                (None, Some(_)) => Some(DifferenceKind::AlertOpened),
                (Some(_), None) => Some(DifferenceKind::AlertClosed),
                (Some(was), Some(is)) if is > was => Some(DifferenceKind::Worsened),
                (Some(was), Some(is)) if is < was => Some(DifferenceKind::Eased),
                (Some(_), Some(_)) if self.explanation != after.explanation => {
                    Some(DifferenceKind::Reworded)
                }
                (None, None) | (Some(_), Some(_)) => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_has_one_name_and_what_nobody_would_notice_has_none() {
        let level = Standing::Level;
        let cases = [
            (level(Level::Clear), level(Level::Watch), Some(DifferenceKind::Raised)),
            (Standing::NotJudged, level(Level::High), Some(DifferenceKind::Raised)),
            (level(Level::Watch), level(Level::High), Some(DifferenceKind::Worsened)),
            (level(Level::Critical), level(Level::High), Some(DifferenceKind::Eased)),
            (level(Level::High), level(Level::Clear), Some(DifferenceKind::Resolved)),
            (level(Level::High), Standing::NotJudged, Some(DifferenceKind::Resolved)),
            (level(Level::Clear), Standing::Unknown, Some(DifferenceKind::NewlyUnknown)),
            (Standing::Unknown, level(Level::Clear), Some(DifferenceKind::NewlyJudged)),
            (Standing::Unknown, Standing::Failed, Some(DifferenceKind::NewlyFailed)),
            (level(Level::Clear), Standing::NotJudged, None),
            (Standing::Unknown, Standing::NotJudged, None),
            (level(Level::High), level(Level::High), None),
        ];
        for (from, to, expected) in cases {
            assert_eq!(DifferenceKind::between(from, to), expected, "{from:?} {to:?}");
        }
    }
}
