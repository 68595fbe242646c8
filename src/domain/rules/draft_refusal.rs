//! Why a step of a draft is refused.

use chrono::NaiveDate;
use thiserror::Error;

use super::overlay::RulePath;
use crate::domain::accounts::audit::Actor;
use crate::domain::ids::{DraftNumber, RuleId};

/// Files of one draft.
pub const MOST_FILES: usize = 100;

/// Characters of a comment or a reason.
pub const LONGEST_WORDS: usize = 4000;

/// Why something is not done with a draft, or with what is in force.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DraftRefusal {
    #[error("draft {draft} is in review and frozen: have it returned first, or withdraw it")]
    Frozen { draft: DraftNumber },
    #[error("draft {draft} is not in review: submit it first")]
    NotInReview { draft: DraftNumber },
    #[error("draft {draft} is over: it was {how} by {by} on {on}")]
    Over { draft: DraftNumber, how: &'static str, by: Actor, on: NaiveDate },
    #[error(
        "draft {draft} was written by {author} too, who cannot publish it: a second person must"
    )]
    OwnWork { draft: DraftNumber, author: Actor },
    #[error(
        "`{path}` is in draft {draft} already, opened by {by}: go on with that one, at the command line by `vigie rules \
         draft --over {draft} --revision {revision}`"
    )]
    Held { path: RulePath, draft: DraftNumber, revision: i64, by: Actor },
    #[error(
        "`{path}`: another version was put in force since draft {draft} was saved; compare, then \
         save it again"
    )]
    Moved { path: RulePath, draft: DraftNumber },
    #[error(
        "rules are published and rolled back over HTTP only (`publication.over_http_only`): sign in, or use \
         `--server` with a token"
    )]
    OverHttpOnly,
    #[error("what is in force has changed meanwhile; look at it again, then start again")]
    ForceMoved,
    #[error("`{path}` has {bytes} bytes, expected at most {most}")]
    TooLong { path: RulePath, bytes: usize, most: usize },
    #[error("found {found} files, expected from 1 to {MOST_FILES} in one draft")]
    HowMany { found: usize },
    #[error("expected a comment or reason of 1 to {LONGEST_WORDS} characters, found {found}")]
    Words { found: usize },
    #[error("draft {draft} would change nothing: its files read as those in force")]
    Unchanged { draft: DraftNumber },
    #[error("`{path}` is not overridden: the shipped text is in force")]
    NotOverridden { path: RulePath },
    #[error(
        "`{path}` was published with `{with}`, of which another version is in force since: roll \
         that one back first"
    )]
    NotAlone { path: RulePath, with: RulePath },
    #[error(
        "rule {rule} is not shipped, and {alerts} of its alerts stand: retire it by a version with \
         status = \"deprecated\" and a deprecated_reason, which closes them"
    )]
    WouldOrphan { rule: String, alerts: usize },
    #[error(
        "the field `{field}` would be {change}, and it is in use: {}; have what uses it changed first",
        used_by(readers, *facts)
    )]
    FieldInUse { field: String, change: &'static str, readers: Vec<RuleId>, facts: usize },
}

fn used_by(readers: &[RuleId], facts: usize) -> String {
    let readers: Vec<&str> = readers.iter().map(RuleId::as_str).collect();
    let rules = (!readers.is_empty()).then(|| format!("read by {}", readers.join(", ")));
    let facts = (facts > 0).then(|| format!("facts supplied under this name: {facts}"));
    rules.into_iter().chain(facts).collect::<Vec<_>>().join("; ")
}
