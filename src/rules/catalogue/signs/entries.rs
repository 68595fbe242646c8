//! The reasons of a rule as its front matter lists them: signs, and what all of them share.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use utoipa::ToSchema;

use super::CLOSING;
use super::sentence::{comment, content_of, written_otherwise};
use crate::domain::level::Level;
use crate::domain::portfolio::snapshot::Phase;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary::Dictionary;
use crate::rules::catalogue::fault::{RuleFault, TextPosition};
use crate::rules::catalogue::watched::WatchedEntry;

/// One reason of a rule to fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sign {
    pub level: Level,
    /// A condition in the language of rules.
    pub when: String,
    /// A condition which, when it surely holds, sets the sign aside.
    pub unless: Option<String>,
    /// In French, with the values that it shows between braces. Without it, another sentence speaks for the sign.
    pub says: Option<String>,
}

/// The keys of a front matter that make the script of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rules::catalogue) struct SignEntry {
    pub(in crate::rules::catalogue) level: Spanned<Level>,
    pub(in crate::rules::catalogue) when: Spanned<String>,
    pub(in crate::rules::catalogue) unless: Option<Spanned<String>>,
    pub(in crate::rules::catalogue) says: Option<Spanned<String>>,
    pub(in crate::rules::catalogue) new_fact: Option<Spanned<Vec<WatchedEntry>>>,
}

/// What a rule made of signs says, with the place of each part.
#[derive(Debug)]
pub(in crate::rules::catalogue) struct SignedRule<'f> {
    /// The id of the root cause, when declared causes count.
    pub(in crate::rules::catalogue) cause: Option<(&'f str, &'f Spanned<bool>)>,
    pub(in crate::rules::catalogue) not_when_phase: &'f [Spanned<Phase>],
    pub(in crate::rules::catalogue) unless: Option<&'f Spanned<String>>,
    /// Fields without which the rule says nothing but an alert.
    pub(in crate::rules::catalogue) requires: &'f [Spanned<String>],
    /// Fields without which it is not clear.
    pub(in crate::rules::catalogue) clear_requires: &'f [Spanned<String>],
    pub(in crate::rules::catalogue) says: Option<&'f Spanned<String>>,
    pub(in crate::rules::catalogue) signs: &'f [SignEntry],
    pub(in crate::rules::catalogue) title: &'f str,
}

impl SignEntry {
    pub(in crate::rules::catalogue) fn sign(&self) -> Sign {
        let text = |one: &Option<Spanned<String>>| one.as_ref().map(|one| one.get_ref().clone());
        Sign {
            level: *self.level.get_ref(),
            when: self.when.get_ref().clone(),
            unless: text(&self.unless),
            says: text(&self.says),
        }
    }
}

impl SignedRule<'_> {
    /// What cannot be, whatever the script: levels that are none, sentences nobody says, fields that do not exist.
    pub(in crate::rules::catalogue) fn faults(
        &self,
        file: &str,
        text: &str,
        base: usize,
        (scope, dictionary): (SubjectKind, &Dictionary),
    ) -> Vec<RuleFault> {
        let at = |span| TextPosition::of_span(text, base, Some(span));
        let fault = |span, message: String| RuleFault::new(file, at(span), message);
        let mut found = Vec::new();
        for sign in self.signs {
            if *sign.level.get_ref() == Level::Clear {
                let message =
                    "a sign is of level `watch` or above: when no sign holds, the rule is clear"
                        .to_owned();
                found.push(fault(sign.level.span(), message));
            }
            for part in [Some(&sign.when), sign.unless.as_ref()].into_iter().flatten() {
                if part.get_ref().trim().is_empty() {
                    found.push(fault(part.span(), "an empty condition".to_owned()));
                }
                if let Some((byte, message)) = written_otherwise(part.get_ref()) {
                    let start = content_of(text, base, &part.span()).start;
                    let place = TextPosition::of_byte(text, start + byte);
                    found.push(RuleFault::new(file, place, message));
                }
                if comment(part.get_ref()).is_some() {
                    let message = "a comment within a condition: write it on a line of its own";
                    found.push(fault(part.span(), message.to_owned()));
                }
            }
        }
        let body = text.split_once(CLOSING).map_or("", |(_, body)| body);
        for function in ["assess", "explain"] {
            if let Some(byte) = body.find(&format!("fn {function}(")) {
                let place = TextPosition::of_byte(text, text.len() - body.len() + byte);
                let message =
                    format!("a rule of signs has no `{function}` of its own: its signs make it");
                found.push(RuleFault::new(file, place, message));
            }
        }
        let speaks = self.says.is_some() || self.signs.iter().any(|sign| sign.says.is_some());
        if let Some(first) = self.signs.first().filter(|_| !speaks) {
            let message = "no sign says anything, expected a sentence in `says`".to_owned();
            found.push(fault(first.when.span(), message));
        }
        if let Some((_, key)) = self.cause.filter(|_| scope != SubjectKind::Project) {
            found.push(fault(key.span(), "`cause`: only projects have declared causes".to_owned()));
        }
        if let Some(first) = self.not_when_phase.first().filter(|_| scope != SubjectKind::Project) {
            found.push(fault(
                first.span(),
                "`not_when_phase`: only projects have a phase".to_owned(),
            ));
        }
        let known: BTreeSet<&str> = dictionary.fields_of(scope).map(|field| field.name).collect();
        for (key, fields) in [("requires", self.requires), ("clear_requires", self.clear_requires)]
        {
            for name in fields.iter().filter(|name| !known.contains(name.get_ref().as_str())) {
                let message =
                    format!("`{key}`: `{}` is no field of the rule's subjects", name.get_ref());
                found.push(fault(name.span(), message).resembling(name.get_ref(), &known));
            }
        }
        found
    }
}
