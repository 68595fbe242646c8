//! The fields whose worsening makes a new fact, as a rule's front matter names them or, without it, as
//! the dictionary says of the fields that the rule reads.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::domain::portfolio::subject::SubjectKind;
use crate::domain::rules::worsening::{Direction, WatchedField, Worsening};
use crate::frame::dictionary::{Dictionary, Field, check_worsening};

/// One entry of `new_fact`. What it leaves out is as the dictionary says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchedEntry {
    field: String,
    worse: Option<Direction>,
    step: Option<f64>,
    relative: Option<bool>,
}

impl WatchedEntry {
    /// # Errors
    ///
    /// The frame of that scope has no such field, or it cannot get worse in that way.
    pub(super) fn of_scope(
        &self,
        scope: SubjectKind,
        dictionary: &Dictionary,
    ) -> Result<WatchedField, String> {
        let name = &self.field;
        let at = |reason: String| format!("`new_fact`, field `{name}`: {reason}");
        let field =
            dictionary.field(name).filter(|field| field.scopes.contains(&scope)).ok_or_else(
                || at("no field of that name for subjects of the rule's scope".to_owned()),
            )?;
        let worsening = self.worsening(field).map_err(at)?;
        check_worsening(field.kind, worsening)
            .map_err(|reason| format!("`new_fact`, field `{name}`: {reason}"))?;
        Ok(WatchedField { field: name.clone(), worsening })
    }

    fn worsening(&self, field: &Field) -> Result<Worsening, String> {
        let known = field.worsening;
        let worse = self.worse.or_else(|| known.map(|known| known.worse));
        // A step of one's own is in the unit of the field unless it says that it is a share.
        let step = match self.step {
            Some(step) => Some((step, self.relative.unwrap_or(false))),
            None => known.map(|known| (known.step, self.relative.unwrap_or(known.relative))),
        };
        match (worse, step) {
            (Some(worse), Some((step, relative))) => Ok(Worsening { worse, step, relative }),
            (_, _) => {
                Err("the dictionary has no worsening of it, expected `worse` and `step`".to_owned())
            }
        }
    }
}

/// What a rule watches when its front matter does not say.
pub(super) fn by_default(
    fields: &BTreeSet<&'static str>,
    scope: SubjectKind,
    dictionary: &Dictionary,
) -> Vec<WatchedField> {
    let read = fields.iter().filter_map(|name| dictionary.field(name));
    let of_scope = read.filter(|field| field.scopes.contains(&scope));
    of_scope
        .filter_map(|field| {
            Some(WatchedField { field: field.name.to_owned(), worsening: field.worsening? })
        })
        .collect()
}
