//! The TOML at the head of a rule's file: everything about the rule except its logic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::{RuleFault, TextPosition};
use super::folder;
use super::watched::WatchedEntry;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::{Inhibition, MissionCall, RuleStatus, RuleTerms};
use crate::domain::rules::worsening::WatchedField;
use crate::support::fingerprint::Fingerprint;

const OPENING: &str = "/*---";
const CLOSING: &str = "---*/";

/// A rule of the catalogue, without its script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    pub id: RuleId,
    /// In French, as are the guidance and the sources.
    pub title: String,
    pub family: Family,
    pub scope: SubjectKind,
    pub status: RuleStatus,
    pub mission: Option<MissionCall>,
    /// Evaluations in a row before the alert opens.
    pub for_evaluations: u32,
    /// Clear evaluations in a row before the alert closes.
    pub clear_for: u32,
    pub subjects: Subjects,
    /// Why the rule is no longer in use; set when it is deprecated.
    pub deprecated_reason: Option<String>,
    /// Alerts of other rules that this rule's alert makes redundant.
    pub inhibits: Vec<Inhibition>,
    /// The fields whose worsening makes a new fact of an alert that keeps its level.
    #[serde(default)]
    #[schema(required = true)]
    pub watched: Vec<WatchedField>,
    pub sources: Vec<String>,
    pub guidance: String,
    /// Relative to the catalogue's folder.
    pub file: String,
    /// Hash of the rule's whole text.
    pub revision: Fingerprint,
}

impl Rule {
    pub fn terms(&self) -> RuleTerms {
        RuleTerms {
            id: self.id.clone(),
            title: self.title.clone(),
            status: self.status,
            on_departed: self.subjects == Subjects::Left,
            for_evaluations: self.for_evaluations,
            clear_for: self.clear_for,
            mission: self.mission,
            deprecated_reason: self.deprecated_reason.clone(),
            inhibits: self.inhibits.clone(),
            watched: self.watched.clone(),
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
    /// Projects that the current edition lists.
    #[default]
    Present,
    /// Projects that an earlier edition lists and the current one does not.
    Left,
}

impl Subjects {
    /// The fields that a frame of projects must have, because they say which projects a rule
    /// judges.
    pub const FIELDS: [&'static str; 2] = ["in_panorama", "has_left"];

    /// The boolean field that is true of these projects.
    pub(in crate::rules) fn field(self) -> &'static str {
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
    scope: SubjectKind,
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
    new_fact: Option<toml::Spanned<Vec<WatchedEntry>>>,
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

/// Reads the front matter of a rule and adds every fault found to `faults`. `None` when the rule
/// cannot be used. With the rule comes whether it says itself which fields it watches.
pub(in crate::rules) fn read(
    file: &str,
    text: &str,
    faults: &mut Vec<RuleFault>,
) -> Option<(Rule, bool)> {
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
            let place = TextPosition::of_span(text, base, error.span());
            faults.push(RuleFault::new(file, place, error.message().to_owned()));
            return None;
        }
    };
    let mut found = check(file, text, base, &front);
    let mut watched = Vec::new();
    if let Some(entries) = &front.new_fact {
        for entry in entries.get_ref() {
            match entry.of_scope(front.scope) {
                Ok(field) => watched.push(field),
                Err(message) => {
                    let place = TextPosition::of_span(text, base, Some(entries.span()));
                    found.push(RuleFault::new(file, place, message));
                }
            }
        }
    }
    let sound = found.is_empty();
    faults.extend(found);
    let says = front.new_fact.is_some();
    sound.then(|| (Rule { watched, ..front.into_rule(file, text) }, says))
}

/// The title of each rule in `texts`, which is keyed by path relative to the catalogue's folder.
/// Reads the front matter alone and compiles nothing: a rule whose script has faults has its title all
/// the same. A rule whose front matter has faults is left out.
pub fn titles(texts: &BTreeMap<String, String>) -> BTreeMap<RuleId, String> {
    let mut titles = BTreeMap::new();
    for (file, text) in texts.iter().filter(|(file, _)| folder::is_rule(file)) {
        let rule = read(file, text, &mut Vec::new());
        // A title with bytes that are not UTF-8 is not shown.
        let rule = rule.map(|(rule, _)| rule);
        let rule = rule.filter(|rule| !rule.title.contains(char::REPLACEMENT_CHARACTER));
        if let Some(rule) = rule {
            titles.entry(rule.id).or_insert(rule.title);
        }
    }
    titles
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
            watched: vec![],
            subjects: self.subjects.map_or_else(Subjects::default, toml::Spanned::into_inner),
            sources: self.sources,
            guidance: self.guidance,
            file: file.to_owned(),
            revision: Fingerprint::of(text.as_bytes()),
        }
    }
}

/// The TOML of the front matter, and the byte offset at which it begins.
fn block<'t>(file: &str, text: &'t str) -> Result<(usize, &'t str), RuleFault> {
    let Some(rest) = text.strip_prefix(OPENING) else {
        let place = TextPosition { line: Some(1), column: Some(1) };
        let message = format!("a rule begins with its front matter, `{OPENING}` … `{CLOSING}`");
        return Err(RuleFault::new(file, place, message));
    };
    let Some((toml, _)) = rest.split_once(CLOSING) else {
        let place = TextPosition { line: Some(1), column: Some(1) };
        let message = format!("the front matter has no end, expected `{CLOSING}`");
        return Err(RuleFault::new(file, place, message));
    };
    Ok((OPENING.len(), toml))
}

fn check(file: &str, text: &str, base: usize, front: &FrontMatter) -> Vec<RuleFault> {
    let at = |span| TextPosition::of_span(text, base, Some(span));
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
        && front.scope != SubjectKind::Project
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

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "/*---\nid = \"D1\"\ntitle = \"Dérive budgétaire\"\nfamily = \"drift\"\nscope = \"project\"\n\
                         status = \"stable\"\nsources = []\nguidance = \"\"\n---*/\n";

    #[test]
    fn a_title_is_read_from_the_front_matter_whatever_the_script() {
        let texts = BTreeMap::from([
            (
                "drift/D1.rhai".to_owned(),
                format!("{FRONT}fn assess(p, t) {{ this does not compile"),
            ),
            ("drift/D2.rhai".to_owned(), format!("{FRONT}fn assess(p, t) {{ CLEAR }}")),
            ("drift/D3.rhai".to_owned(), "/*---\ntitle = \n---*/".to_owned()),
            ("cases/D1.toml".to_owned(), FRONT.to_owned()),
        ]);
        let expected = BTreeMap::from([(RuleId::new("D1"), "Dérive budgétaire".to_owned())]);
        assert_eq!(titles(&texts), expected, "the id of D2.rhai is not that of its file");
    }
}
