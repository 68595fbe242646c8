//! How the name of the person who decided was proved.

use crate::domain::words::words;

/// Follows a name that nobody proved, wherever it is stored or shown: a name and its mark cannot be parted, and no
/// face has to remember to show it. No account can be called so.
pub(super) const UNPROVED_MARK: &str = " (nom non prouvé)";

/// Nothing of what follows an account's name may be taken for the mark.
const MARK_WORDS: &str = "non prouvé";

words! {
    /// How a name was proved when it decided. Recorded in the audit trail since 0.2; earlier entries do not say.
    pub enum NameProof, "a proof of a name" {
        /// By a session: somebody who signed in.
        Session = "session" => "session",
        /// By a token that was issued over HTTP.
        Token = "token" => "jeton",
        /// By a token that was issued on the local command line: its holder may be the person who typed that.
        LocalToken = "local_token" => "jeton émis en local",
        /// By nothing: typed on the local command line.
        Local = "local" => "rien (en local)",
    }
}

/// Whether a name would be taken for one that bears the mark, however its accent and its case are written.
pub(super) fn resembles_mark(name: &str) -> bool {
    let plain: String = name
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("e\u{301}", "é");
    plain.contains(MARK_WORDS)
}
