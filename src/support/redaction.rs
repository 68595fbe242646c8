//! Texts as they may be shown, logged and stored: addresses without what may be secret in them, and what a server
//! says without what it repeats of a password.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serializer;

use super::fingerprint::Fingerprint;
use super::secret::SHOWN;

/// Replaces what is left out of an address.
const CUT: &str = "…";

/// A word of so many letters and digits is no name that a person gave: a token, more likely.
const LONGEST_WORD: usize = 15;

/// `s***@justice.example` of `sg@justice.example`, wherever a mail address is found in a text.
pub fn mail_addresses(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '@' {
            mask_end(&mut shown);
        }
        shown.push(c);
    }
    shown
}

/// Masks the local part of an address, of which the `@` comes next.
fn mask_end(shown: &mut String) {
    let quoted = shown.strip_suffix('"').and_then(|before| before.rfind('"'));
    let start = quoted.unwrap_or_else(|| {
        let after = |(at, c): (usize, char)| at + c.len_utf8();
        shown.char_indices().rev().find(|(_, c)| !is_local(*c)).map_or(0, after)
    });
    let local = shown.split_off(start);
    if local.is_empty() {
        return;
    }
    let first = local.char_indices().find(|(_, c)| c.is_alphanumeric());
    let end = first.map_or(0, |(at, c)| at + c.len_utf8());
    shown.push_str(local.get(..end).unwrap_or_default());
    shown.push_str("***");
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+/=?^_{|}~-.:".contains(c)
}

/// An address of the web or of a database: without user and password, query and fragment, and without parts of its
/// path that look like tokens. A fingerprint tells apart two that differ by these alone.
pub fn url(text: &str) -> String {
    let (whole, _) = text.split_once('#').unwrap_or((text, ""));
    let (place, query) = match whole.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (whole, None),
    };
    let (scheme, rest) = match place.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), place),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let parts: Vec<&str> =
        path.split('/').map(|part| if is_token(part) { CUT } else { part }).collect();
    let path_shown = parts.join("/");
    let cut_path = if path_shown == path { None } else { Some(path) };
    let hidden: Vec<&str> = cut_path.into_iter().chain(query).collect();
    let mut shown = format!("{scheme}{host}{path_shown}");
    if !hidden.is_empty() {
        shown.push('#');
        shown.push_str(Fingerprint::of(hidden.join("?").as_bytes()).short());
    }
    shown
}

/// The same of an address whose path is often the key itself, as those of webhooks: the host alone.
pub fn url_host(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return if text.is_empty() { String::new() } else { CUT.to_owned() };
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let more = if matches!(path, "" | "/") { path } else { "/…" };
    format!("{scheme}://{host}{more}")
}

/// `a1b2c3d4e5f6a7b8`, a UUID; not `2020-11.panorama.csv`, nor a long word of one case.
fn is_token(part: &str) -> bool {
    let mut words = part.split(|c: char| !c.is_ascii_alphanumeric());
    let digits = part.chars().filter(char::is_ascii_hexdigit).count();
    let is_uuid = digits >= 32 && part.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let is_random = |word: &str| {
        let kinds = [
            word.contains(|c: char| c.is_ascii_digit()),
            word.contains(|c: char| c.is_ascii_uppercase()),
            word.contains(|c: char| c.is_ascii_lowercase()),
        ];
        word.len() > LONGEST_WORD && kinds.into_iter().filter(|kind| *kind).count() > 1
    };
    is_uuid || part.contains([';', '=']) || words.any(is_random)
}

/// For `serialize_with`.
pub fn serialize_url<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&url(text))
}

/// For `serialize_with`: the path of a file is shown whole, what another database's address holds is not.
pub fn serialize_database<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let is_file = text.starts_with("sqlite:");
    let path = text.split('?').next().unwrap_or_default();
    serializer.serialize_str(&if is_file { path.to_owned() } else { url_host(text) })
}

/// For `serialize_with`.
pub fn serialize_url_host<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&url_host(text))
}

/// For `serialize_with`.
pub fn serialize_urls<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| url(text)))
}

/// Settings are shown by `Debug` as they are by `config check`: what hides a secret there hides it everywhere.
pub fn debug_as_serialized(
    settings: &impl serde::Serialize,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match serde_json::to_string(settings) {
        Ok(text) => f.write_str(&text),
        Err(_) => f.write_str("(settings)"),
    }
}

/// What a mail server is sent to prove who we are, in each form in which it travels: some servers repeat it.
#[derive(Clone, Default)]
pub struct SentSecrets(Vec<String>);

impl SentSecrets {
    pub fn of(user: &str, password: &str) -> Self {
        if password.is_empty() {
            return Self::default();
        }
        let plain = STANDARD.encode(format!("\0{user}\0{password}"));
        let mut forms = vec![plain, STANDARD.encode(password), password.to_owned()];
        // A form within another must not be replaced first.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self(forms)
    }

    pub fn redact(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for form in &self.0 {
            shown = shown.replace(form.as_str(), SHOWN);
        }
        for command in ["AUTH PLAIN ", "AUTH LOGIN "] {
            if let Some(at) = shown.to_ascii_uppercase().find(command) {
                shown.truncate(at + command.len());
                shown.push_str(SHOWN);
            }
        }
        shown
    }
}

impl fmt::Debug for SentSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_address_is_masked_wherever_it_stands() {
        for (text, shown) in [
            ("550 5.1.1 <sg@justice.example>: user", "550 5.1.1 <s***@justice.example>: user"),
            ("sg@a.example,adjoint@b.example;c@d", "s***@a.example,a***@b.example;c***@d"),
            ("to:sg@a.example;to:élise@b.example", "t***@a.example;t***@b.example"),
            ("\"Ada Lovelace\"@a.example", "\"A***@a.example"),
            ("Élise <élise.b@a.example>\n<x@y>", "Élise <é***@a.example>\n<x***@y>"),
            ("mailto:<sg+b=c@a.example>", "mailto:<s***@a.example>"),
            ("vigie@", "v***@"),
            ("@a.example", "@a.example"),
            ("a@b@c", "a***@b***@c"),
            ("no address here", "no address here"),
        ] {
            assert_eq!(mail_addresses(text), shown, "{text}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        for (text, shown) in [
            (
                "https://agent:secret@data.example/a/2020-11.panorama.csv?key=1#x",
                "https://data.example/a/2020-11.panorama.csv#5d5a2f99dc82",
            ),
            ("https://u:p@ss@data.example:8443/a", "https://data.example:8443/a"),
            ("https://data.example/a?", "https://data.example/a#e3b0c44298fc"),
            ("https://data.example", "https://data.example"),
            ("https://user@data.example", "https://data.example"),
            ("sqlite://data/vigie.db", "sqlite://data/vigie.db"),
            ("ftp://agent:secret@data.example/a.csv", "ftp://data.example/a.csv"),
            ("agent:secret@data.example/a.csv", "data.example/a.csv"),
            ("", ""),
        ] {
            assert_eq!(url(text), shown, "{text}");
        }
    }

    #[test]
    fn tokens_in_a_path_are_cut_and_addresses_that_differ_by_them_are_told_apart() {
        let one = url("https://data.example/r/7dFq2LmZ9pXw4RtB/2020-11.csv");
        let two = url("https://data.example/r/8dFq2LmZ9pXw4RtB/2020-11.csv");
        assert!(one.starts_with("https://data.example/r/…/2020-11.csv#"), "{one}");
        assert_ne!(one, two);
        let uuid = url("https://data.example/r/550e8400-e29b-41d4-a716-446655440000");
        assert!(uuid.starts_with("https://data.example/r/…#"), "{uuid}");
        let parameter = url("https://data.example/a;key=1");
        assert!(parameter.starts_with("https://data.example/…#"), "{parameter}");
    }

    #[test]
    fn of_a_webhook_the_host_alone_is_shown() {
        for (text, shown) in [
            ("https://hooks.example/T00/B00/key?x=1", "https://hooks.example/…"),
            ("https://u:p@hooks.example:1?key=1", "https://hooks.example:1/…"),
            ("https://hooks.example/", "https://hooks.example/"),
            ("a secret that is no address", "…"),
            ("", ""),
        ] {
            assert_eq!(url_host(text), shown, "{text}");
        }
    }

    #[test]
    fn what_a_server_repeats_of_a_password_is_cut() {
        let secrets = SentSecrets::of("vigie", "un secret");
        for text in [
            "535 bad AUTH PLAIN AHZpZ2llAHVuIHNlY3JldA==",
            "535 auth plain AHZpZ2llAHVu (cut short)",
            "535 AHZpZ2llAHVuIHNlY3JldA== is wrong",
            "535 dW4gc2VjcmV0 is wrong",
            "535 `un secret` is wrong",
        ] {
            let shown = secrets.redact(text);
            for secret in ["AHZpZ2ll", "dW4gc2VjcmV0", "un secret"] {
                assert!(!shown.contains(secret), "{shown}");
            }
            assert!(shown.contains("535") && shown.contains("(secret)"), "{shown}");
        }
        assert_eq!(SentSecrets::default().redact("421 closing"), "421 closing");
        assert_eq!(format!("{secrets:?}"), "(secret)");
    }
}
