//! The TOML at the head of a rule's file: everything about the rule except its logic.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fault::{RuleFault, TextPosition};
use super::guidance::{Guidance, Reference};
use super::rule::{Family, Rule, Subjects};
use super::signs::entries::{SignEntry, SignedRule};
use super::signs::script::SignScript;
use super::signs::{CLOSING, OPENING, script};
use super::watched::WatchedEntry;
use super::{folder, rewritten, toml_dates};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::missions::mission::MissionKind;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::rule::{Inhibition, MissionCall, RuleStatus};
use crate::frame::dictionary::Dictionary;

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
    #[serde(default)]
    references: Vec<toml::Spanned<Reference>>,
    guidance: Option<String>,
    description: Option<String>,
    check: Option<String>,
    contacts: Option<String>,
    false_positives: Option<String>,
    author: Option<String>,
    owner: Option<String>,
    created: Option<toml::Spanned<toml::value::Datetime>>,
    modified: Option<toml::Spanned<toml::value::Datetime>>,
    cause: Option<toml::Spanned<bool>>,
    #[serde(default)]
    not_when_phase: Vec<toml::Spanned<Phase>>,
    unless: Option<toml::Spanned<String>>,
    #[serde(default)]
    requires: Vec<toml::Spanned<String>>,
    #[serde(default)]
    clear_requires: Vec<toml::Spanned<String>>,
    says: Option<toml::Spanned<String>>,
    #[serde(default, rename = "sign")]
    signs: Vec<SignEntry>,
}

const SIGN: &str = "[[sign]]";

/// The keys of a front matter that no sign has.
const RULE_KEYS: [&str; 26] = [
    "id",
    "title",
    "family",
    "scope",
    "status",
    "mission",
    "for",
    "clear_for",
    "subjects",
    "deprecated_reason",
    "inhibits",
    "sources",
    "references",
    "guidance",
    "description",
    "check",
    "contacts",
    "false_positives",
    "author",
    "owner",
    "created",
    "modified",
    "cause",
    "not_when_phase",
    "requires",
    "clear_requires",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    kind: MissionKind,
    from: Level,
}

fn once() -> u32 {
    1
}

/// A rule, and what else its front matter says.
pub(in crate::rules) struct ReadRule {
    pub(in crate::rules) rule: Rule,
    /// It says itself which fields it watches.
    pub(in crate::rules) says_what_it_watches: bool,
    /// The script that its signs make; `None` when the file has a script of its own.
    pub(in crate::rules) script: Option<SignScript>,
}

/// Reads the front matter of a rule and adds every fault found to `faults`. `None` when the rule
/// cannot be used.
pub(in crate::rules) fn read(
    file: &str,
    text: &str,
    dictionary: &Dictionary,
    faults: &mut Vec<RuleFault>,
) -> Option<ReadRule> {
    let (base, front) = parsed(file, text, faults)?;
    let mut found = check(file, text, base, &front);
    let at = |span| TextPosition::of_span(text, base, Some(span));
    let mut watched = Vec::new();
    let of_signs = front.signs.iter().filter_map(|sign| sign.new_fact.as_ref());
    for entries in front.new_fact.iter().chain(of_signs) {
        for entry in entries.get_ref() {
            match entry.of_scope(front.scope, dictionary) {
                Ok(field) if watched.contains(&field) => {}
                Ok(field) => watched.push(field),
                Err(message) => found.push(RuleFault::new(file, at(entries.span()), message)),
            }
        }
    }
    let signed = front.signed();
    let mut script = None;
    if let Some(signed) = &signed {
        found.extend(signed.faults(file, text, base, (front.scope, dictionary)));
        if found.is_empty() {
            match script::script(file, text, base, signed) {
                Ok(made) => script = Some(made),
                Err(wrong) => found.extend(wrong),
            }
        }
    }
    let sound = found.is_empty();
    faults.extend(found);
    let says_what_it_watches =
        front.new_fact.is_some() || front.signs.iter().any(|sign| sign.new_fact.is_some());
    sound.then(|| ReadRule {
        rule: Rule { watched, ..front.into_rule(file, text) },
        says_what_it_watches,
        script,
    })
}

/// The front matter of a rule, and the byte at which it begins.
fn parsed(file: &str, text: &str, faults: &mut Vec<RuleFault>) -> Option<(usize, FrontMatter)> {
    let (base, toml) = match block(file, text) {
        Ok(block) => block,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    match toml::from_str(toml) {
        Ok(front) => Some((base, front)),
        Err(error) => {
            let place = TextPosition::of_span(text, base, error.span());
            let fault = RuleFault::new(file, place, error.message().to_owned());
            let of_rule = after_a_sign(toml, &error);
            faults.push(match of_rule {
                Some(key) => fault.hinting(format!(
                    "`{key}` is of the whole rule: write it before the first `[[sign]]`"
                )),
                None => fault,
            });
            None
        }
    }
}

/// The key of a rule that a sign was found to have, because it is written after it.
fn after_a_sign(toml: &str, error: &toml::de::Error) -> Option<&'static str> {
    let before = toml.get(..error.span()?.start)?;
    let is_of_sign = before.lines().any(|line| line.trim() == SIGN);
    let found = error.message().strip_prefix("unknown field `")?.split('`').next()?;
    RULE_KEYS.into_iter().find(|key| is_of_sign && *key == found)
}

/// The title of each rule in `texts`, which is keyed by path relative to the catalogue's folder.
/// Reads the front matter alone and compiles nothing: a rule whose script has faults has its title all
/// the same. A rule whose front matter has faults is left out.
pub fn titles(texts: &BTreeMap<String, String>) -> BTreeMap<RuleId, String> {
    // A title with bytes that are not UTF-8 is not shown.
    let shown = |rule: &Rule| !rule.title.contains(char::REPLACEMENT_CHARACTER);
    let heads = heads(texts).into_iter().filter(|(_, rule)| shown(rule));
    heads.map(|(id, rule)| (id, rule.title)).collect()
}

/// What the front matter of each rule in `texts` says. Compiles nothing: a rule whose script has faults is there all the same.
/// One whose front matter has faults is left out.
pub fn heads(texts: &BTreeMap<String, String>) -> BTreeMap<RuleId, Rule> {
    let mut heads = BTreeMap::new();
    for (file, text) in texts.iter().filter(|(file, _)| folder::is_rule(file)) {
        let Some((base, front)) = parsed(file, text, &mut Vec::new()) else { continue };
        // Its signs may have faults: they are its script.
        let rule = check(file, text, base, &front).is_empty().then(|| front.into_rule(file, text));
        if let Some(rule) = rule {
            heads.entry(rule.id.clone()).or_insert(rule);
        }
    }
    heads
}

impl FrontMatter {
    /// What makes the script of a rule of signs; `None` for a rule that has its own.
    fn signed(&self) -> Option<SignedRule<'_>> {
        let is_signed = !self.signs.is_empty()
            || self.cause.is_some()
            || !self.not_when_phase.is_empty()
            || !self.requires.is_empty()
            || !self.clear_requires.is_empty()
            || self.unless.is_some()
            || self.says.is_some();
        is_signed.then(|| SignedRule {
            cause: self
                .cause
                .as_ref()
                .filter(|key| *key.get_ref())
                .map(|key| (self.id.get_ref().as_str(), key)),
            not_when_phase: &self.not_when_phase,
            unless: self.unless.as_ref(),
            requires: &self.requires,
            clear_requires: &self.clear_requires,
            says: self.says.as_ref(),
            signs: &self.signs,
            title: &self.title,
        })
    }

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
            signs: self.signs.iter().map(SignEntry::sign).collect(),
            subjects: self.subjects.map_or_else(Subjects::default, toml::Spanned::into_inner),
            sources: self.sources,
            references: self.references.into_iter().map(toml::Spanned::into_inner).collect(),
            guidance: Guidance {
                whole: self.guidance.as_deref(),
                description: self.description.as_deref(),
                check: self.check.as_deref(),
                contacts: self.contacts.as_deref(),
                false_positives: self.false_positives.as_deref(),
            }
            .composed(),
            author: self.author,
            owner: self.owner,
            created: self.created.and_then(|one| toml_dates::date(one.get_ref()).ok()),
            modified: self.modified.and_then(|one| toml_dates::date(one.get_ref()).ok()),
            file: file.to_owned(),
            revision: rewritten::revision(text),
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
    if front.guidance.is_none() && front.description.is_none() {
        let message = "the rule has neither `guidance` nor `description`";
        faults.push(RuleFault::new(file, at(front.id.span()), message));
    }
    for reference in &front.references {
        if let Some(message) = reference.get_ref().fault() {
            faults.push(RuleFault::new(file, at(reference.span()), message));
        }
    }
    for date in [&front.created, &front.modified].into_iter().flatten() {
        if let Err(message) = toml_dates::date(date.get_ref()) {
            faults.push(RuleFault::new(file, at(date.span()), message));
        }
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
    fn the_keys_of_a_rule_are_those_that_its_head_may_have() {
        for key in RULE_KEYS {
            let told = toml::from_str::<FrontMatter>(&format!("{key} = {{}}")).unwrap_err();
            assert!(!told.message().contains("unknown field"), "{key}: {told}");
        }
    }

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
