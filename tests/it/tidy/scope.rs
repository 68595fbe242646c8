//! Scope: what one ministry may see is decided in the store, by every function of it. None can be
//! added that forgets it.

use std::collections::{BTreeMap, BTreeSet};

use super::{assert_none, files_under, leading_word, read, with_extension};

/// Asks what is visible, and gives no more.
const ASKS: &str = "self.visible(";

/// Refuses those who do not see the whole State, before anything is read.
const REFUSES: &str = "self.check_whole(";

/// Functions that say nothing of any project or ministry, and why that is so.
const NEUTRAL: &[(&str, &str)] = &[
    ("accept_invitation", "makes the account of whoever holds the link"),
    ("account_link", "of whoever holds the link"),
    ("are_links_revoked", "of whoever holds a link, before anybody's scope is known"),
    ("begin_session", "before anybody's scope is known"),
    ("begin_sign_in", "before anybody's scope is known"),
    ("caller_by_session", "before anybody's scope is known"),
    ("caller_by_token", "before anybody's scope is known"),
    ("campaigns", "dates, which are those of every ministry"),
    ("catalogue_texts", "texts of rules, which everybody may read"),
    ("check", "whether the database answers, for the service's health"),
    ("check_storage", "whether the disk can be written, for the service's health"),
    ("claim_key", "keys of one account, and its own answers"),
    ("close", "ends the connections"),
    ("draft", "texts of rules, which everybody may read"),
    ("drafts", "texts of rules, which everybody may read"),
    ("end_session", "of whoever holds its secret"),
    ("end_session_of", "of an account; doors hold each caller to its own"),
    ("free_key", "writes only; nothing is read back"),
    ("invite_first", "a link for the first administrator, when there is no account"),
    ("is_invited", "of whoever holds the link"),
    ("issue_token", "of an account, never wider than it"),
    ("issue_token_and_tell", "of an account, never wider than it"),
    ("latest_known", "numbers of the last import, link and review"),
    ("link_key", "of the service, for the links of its mails"),
    ("existing_link_key", "of the service, for the links of its mails"),
    ("own_account", "of the caller alone"),
    ("open", "makes the first handle, which sees the whole State"),
    ("open_existing", "makes the first handle, which sees the whole State"),
    ("open_to_fill", "makes the first handle, which sees the whole State"),
    ("open_read_only", "makes the first handle, which sees the whole State"),
    ("overlay", "texts of rules, which everybody may read"),
    ("publications", "numbers of versions of rules, which everybody may read"),
    ("record_refusals", "writes only; nothing is read back"),
    ("revoke_token", "writes only; nothing is read back"),
    ("rule_texts", "texts of rules, which everybody may read"),
    ("rule_versions", "texts of rules, which everybody may read"),
    ("sessions_of", "dates of an account; doors hold each caller to its own"),
    ("session_key", "of the service, for its cookies"),
    ("store_response", "writes only; nothing is read back"),
    ("take_sign_in", "of whoever holds its ticket"),
    ("tokens", "labels and dates of accounts; doors hold each caller to its own"),
    ("use_account_link", "of whoever holds the link"),
    ("version", "tells that something was written, not what"),
    ("watch_storage", "whether the disk can be written, for the log"),
    ("welcome", "the account of whoever has just proved who they are"),
];

#[test]
fn every_function_of_the_store_asks_what_is_visible_or_refuses() {
    let found = functions(&text());
    let known = asking(&found);
    let neutral: BTreeSet<&str> = NEUTRAL.iter().map(|(name, _)| *name).collect();
    let mut faults = BTreeSet::new();
    for (name, function) in found.iter().filter(|(_, function)| function.is_public) {
        let (asks, refuses) = (known.contains(name.as_str()), refuses(function));
        let neutral = neutral.contains(name.as_str());
        if !asks && !refuses && !neutral {
            faults.insert(format!(
                "Store::{name}: begins neither with `{REFUSES}…)?` nor asks `{ASKS}…)`; one that says \
                 nothing of any ministry stands in tests/it/tidy/scope.rs, with the reason"
            ));
        }
        if neutral && (asks || refuses) {
            faults.insert(format!("Store::{name}: no longer neutral, take it off the list"));
        }
    }
    for name in neutral.iter().filter(|name| !found.contains_key(**name)) {
        faults.insert(format!("Store::{name}: on the list of neutral functions, and not there"));
    }
    assert_none(&faults);
}

#[test]
fn a_function_that_forgets_or_asks_too_late_is_seen() {
    let text = "impl Store {
    /// Asks.
    pub async fn alerts(
        &self,
    ) -> Result<(), StoreError> {
        let visible = self.visible(&mut transaction).await?;
    }

    pub async fn through(&self) -> Result<(), StoreError> {
        self.helper().await
    }

    async fn helper(&self) -> Result<(), StoreError> {
        self.alerts().await
    }

    pub async fn refuses<E: From<StoreError>>(&self) -> Result<(), E> {
        self.check_whole(\"a job\")?;
        read(&self.pool).await
    }

    pub async fn too_late(&self) -> Result<(), StoreError> {
        let all = read(&self.pool).await?;
        self.check_whole(\"a job\")?;
    }

    pub async fn forgets(&self) -> Result<(), StoreError> {
        // self.visible() would have to be asked.
        read(&self.pool).await
    }
}
";
    let found = functions(text);
    let known = asking(&found);
    let held: Vec<&str> = found
        .iter()
        .filter(|(name, function)| known.contains(name.as_str()) || refuses(function))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(held, ["alerts", "helper", "refuses", "through"]);
}

struct Function {
    is_public: bool,
    /// Its lines, without comments, from the one after its signature.
    body: Vec<String>,
}

fn text() -> String {
    with_extension(files_under("src/store"), "rs").into_iter().map(read).collect()
}

/// The functions of `impl Store`, by name.
fn functions(text: &str) -> BTreeMap<String, Function> {
    let mut found: BTreeMap<String, Function> = BTreeMap::new();
    let mut inside = false;
    let mut current: Option<(String, bool)> = None;
    for line in text.lines() {
        match line {
            "impl Store {" => inside = true,
            "}" => (inside, current) = (false, None),
            "    }" => current = None,
            _ if inside => {
                let signature = line.strip_prefix("    ").filter(|line| !line.starts_with(' '));
                if let Some((is_public, rest)) = signature.and_then(declared) {
                    let name = leading_word(rest).to_owned();
                    found.insert(name.clone(), Function { is_public, body: Vec::new() });
                    current = Some((name, line.ends_with('{')));
                } else if let Some((name, is_in_body)) = &mut current {
                    let of_signature = !*is_in_body;
                    *is_in_body |=
                        line.starts_with("    ) ") && line.ends_with('{') || line == "    where";
                    let is_code = !line.trim_start().starts_with("//");
                    if let Some(function) = found.get_mut(name).filter(|_| is_code && !of_signature)
                    {
                        function.body.push(line.trim().to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn declared(line: &str) -> Option<(bool, &str)> {
    let public = line.strip_prefix("pub async fn ").map(|rest| (true, rest));
    public.or_else(|| line.strip_prefix("async fn ").map(|rest| (false, rest)))
}

/// Those that ask, by themselves or by calling one that does.
fn asking(found: &BTreeMap<String, Function>) -> BTreeSet<&str> {
    let mut asking: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = asking.len();
        for (name, Function { body, .. }) in found {
            let asks = body.iter().any(|line| {
                line.contains(ASKS)
                    || asking.iter().any(|known| line.contains(&format!("self.{known}(")))
            });
            if asks {
                asking.insert(name);
            }
        }
        if asking.len() == before {
            return asking;
        }
    }
}

fn refuses(function: &Function) -> bool {
    function.body.first().is_some_and(|line| line.starts_with(REFUSES) && line.ends_with(")?;"))
}
