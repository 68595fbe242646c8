//! The TOML at the head of a rule: what the rule is, apart from its logic.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use super::fault::Place;
use super::fault::RuleFault;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::mission::MissionKind;
use crate::domain::rule::Inhibition;
use crate::domain::rule::MissionCall;
use crate::domain::rule::RuleStatus;
use crate::domain::rule::RuleTerms;
use crate::domain::subject::Scope;

const OPENING: &str = "/*---";
const CLOSING: &str = "---*/";

/// A rule of the catalogue, without its script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    pub id: RuleId,
    /// In French, as are the guidance and the sources.
    pub title: String,
    pub family: Family,
    pub scope: Scope,
    pub status: RuleStatus,
    pub mission: Option<MissionCall>,
    /// Evaluations in a row before the alert opens.
    pub for_evaluations: u32,
    /// Clear evaluations in a row before it closes.
    pub clear_for: u32,
    pub subjects: Subjects,
    /// Why it is no longer in use, when it is deprecated.
    pub deprecated_reason: Option<String>,
    /// Alerts of other rules that say nothing more than this one's.
    pub inhibits: Vec<Inhibition>,
    pub sources: Vec<String>,
    pub guidance: String,
    /// Relative to the catalogue's folder.
    pub file: String,
    /// Of the rule's whole text.
    pub revision: Fingerprint,
}

impl Rule {
    pub fn terms(&self) -> RuleTerms {
        RuleTerms {
            id: self.id.clone(),
            title: self.title.clone(),
            status: self.status,
            for_evaluations: self.for_evaluations,
            clear_for: self.clear_for,
            mission: self.mission,
            deprecated_reason: self.deprecated_reason.clone(),
            inhibits: self.inhibits.clone(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Drift,
    Cause,
    Process,
    Portfolio,
}

/// Which projects a rule judges. Ministries and the portfolio are always judged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Subjects {
    /// Those that the edition in force lists.
    #[default]
    Present,
    /// Those that the previous edition listed and the edition in force does not.
    Left,
}

impl Subjects {
    /// What a frame of projects must hold, so that rules know whom they judge.
    pub const FIELDS: [&'static str; 2] = ["in_panorama", "has_left"];

    /// The field that tells them among all projects.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Present => "in_panorama",
            Self::Left => "has_left",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: toml::Spanned<String>,
    title: String,
    family: Family,
    scope: Scope,
    status: RuleStatus,
    mission: Option<toml::Spanned<Call>>,
    #[serde(rename = "for", default = "once")]
    for_evaluations: u32,
    #[serde(default = "once")]
    clear_for: u32,
    subjects: Option<toml::Spanned<Subjects>>,
    deprecated_reason: Option<toml::Spanned<String>>,
    #[serde(default)]
    inhibits: Vec<Inhibition>,
    #[serde(default)]
    sources: Vec<String>,
    guidance: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    kind: MissionKind,
    from: Level,
}

fn once() -> u32 {
    1
}

/// Reads the front matter of one rule; every fault found goes to `faults`.
pub(super) fn read(file: &str, text: &str, faults: &mut Vec<RuleFault>) -> Option<Rule> {
    let (base, toml) = match block(file, text) {
        Ok(block) => block,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let front: FrontMatter = match toml::from_str(toml) {
        Ok(front) => front,
        Err(error) => {
            let place = Place::of_span(text, base, error.span());
            faults.push(RuleFault::new(file, place, error.message().to_owned()));
            return None;
        }
    };
    let found = check(file, text, base, &front);
    let sound = found.is_empty();
    faults.extend(found);
    sound.then(|| front.into_rule(file, text))
}

impl FrontMatter {
    fn into_rule(self, file: &str, text: &str) -> Rule {
        Rule {
            id: RuleId::new(self.id.into_inner()),
            title: self.title,
            family: self.family,
            scope: self.scope,
            status: self.status,
            mission: self.mission.map(|call| {
                let Call { kind, from } = call.into_inner();
                MissionCall { kind, from }
            }),
            for_evaluations: self.for_evaluations,
            clear_for: self.clear_for,
            deprecated_reason: self.deprecated_reason.map(toml::Spanned::into_inner),
            inhibits: self.inhibits,
            subjects: self.subjects.map_or_else(Subjects::default, toml::Spanned::into_inner),
            sources: self.sources,
            guidance: self.guidance,
            file: file.to_owned(),
            revision: Fingerprint::of(text.as_bytes()),
        }
    }
}

/// The TOML and the byte at which it begins.
fn block<'t>(file: &str, text: &'t str) -> Result<(usize, &'t str), RuleFault> {
    let Some(rest) = text.strip_prefix(OPENING) else {
        let place = Place { line: Some(1), column: Some(1) };
        let message = format!("a rule begins with its front matter, `{OPENING}` … `{CLOSING}`");
        return Err(RuleFault::new(file, place, message));
    };
    let Some((toml, _)) = rest.split_once(CLOSING) else {
        let place = Place { line: Some(1), column: Some(1) };
        let message = format!("the front matter has no end, expected `{CLOSING}`");
        return Err(RuleFault::new(file, place, message));
    };
    Ok((OPENING.len(), toml))
}

fn check(file: &str, text: &str, base: usize, front: &FrontMatter) -> Vec<RuleFault> {
    let at = |span| Place::of_span(text, base, Some(span));
    let mut faults = Vec::new();
    let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".rhai");
    if front.id.get_ref() != stem {
        let message = format!(
            "the id is `{}` and the file is named `{stem}`, expected the same",
            front.id.get_ref()
        );
        faults.push(RuleFault::new(file, at(front.id.span()), message));
    }
    if let Some(call) = &front.mission
        && !call.get_ref().from.is_alerting()
    {
        let message = format!(
            "a mission from `{}`: alerts open from `moderate`, so do missions",
            call.get_ref().from.as_str()
        );
        faults.push(RuleFault::new(file, at(call.span()), message));
    }
    if let Some(subjects) = &front.subjects
        && front.scope != Scope::Project
    {
        let message = "`subjects` chooses among projects; this rule's scope is another";
        faults.push(RuleFault::new(file, at(subjects.span()), message));
    }
    let is_deprecated = front.status == RuleStatus::Deprecated;
    match &front.deprecated_reason {
        None if is_deprecated => {
            let message = "a deprecated rule closes its alerts: say why in `deprecated_reason`";
            faults.push(RuleFault::new(file, at(front.id.span()), message));
        }
        Some(reason) if !is_deprecated || reason.get_ref().trim().is_empty() => {
            let message = "`deprecated_reason` says why a rule of status `deprecated` is one";
            faults.push(RuleFault::new(file, at(reason.span()), message));
        }
        Some(_) | None => {}
    }
    for (name, count) in [("for", front.for_evaluations), ("clear_for", front.clear_for)] {
        if count == 0 {
            let message = format!("`{name}` is 0, expected 1 or more evaluations");
            faults.push(RuleFault::new(file, at(front.id.span()), message));
        }
    }
    faults
}
