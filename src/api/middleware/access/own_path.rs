//! Addresses on this service, to which people are led after they signed in.

use crate::api::extract::page::percent_encoded;

/// Maximum length of an address, in bytes.
const LONGEST_ADDRESS: usize = 500;

/// Whether the address is a path on this service, with its query, and not one that browsers take as another host.
pub(crate) fn is_own_path(address: &str) -> bool {
    let graphic = |c: char| c.is_ascii_graphic() && c != '\\';
    address.starts_with('/')
        && !address.starts_with("//")
        && address.len() <= LONGEST_ADDRESS
        && address.chars().all(graphic)
}

/// The address with `name=path` for its query.
pub(crate) fn leading_to(address: &str, (name, path): (&str, &str)) -> String {
    // People read slashes better as they are, and a query may have them.
    format!("{address}?{name}={}", percent_encoded(path).replace("%2F", "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_on_this_service_are_accepted() {
        for ours in ["/", "/compte", "/notices/a?b=c#d", "/a//b"] {
            assert!(is_own_path(ours), "{ours}");
        }
        for other in [
            "",
            "compte",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/a b",
        ] {
            assert!(!is_own_path(other), "{other}");
        }
        assert!(!is_own_path(&format!("/{}", "a".repeat(LONGEST_ADDRESS))));
    }

    #[test]
    fn a_path_is_one_value_of_the_query_whatever_its_own() {
        let leading = leading_to("/connexion", ("retour", "/alertes?niveau=critique&x=%C3%A9#a"));
        let expected = "/connexion?retour=/alertes%3Fniveau%3Dcritique%26x%3D%25C3%25A9%23a";
        assert_eq!(leading, expected);
    }
}
