//! The page that describes the language of profiles: every key is on it, and its examples are profiles.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::root;
use vigie::intake::Profile;

fn said(text: &str) -> String {
    Profile::parse(text, "page", super::terms()).map_or_else(|fault| fault.to_string(), |p| p.id)
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/PROFILES.md")).unwrap()
}

/// The fields that a panorama needs, where an example does not have them.
fn completed(example: &str) -> String {
    if example.contains("\nid = ") || example.starts_with("id = ") {
        return example.to_owned();
    }
    let mut text = format!("id = \"e\"\ntitle = \"E\"\ndataset = \"panorama\"\n{example}\n");
    for name in ["project", "ministry", "phase", "start_on", "duration_months", "cost_meur"] {
        if !example.contains(&format!("[fields.{name}]")) {
            write!(text, "\n[fields.{name}]\nheaders = [\"{name}\"]\n").unwrap();
        }
    }
    text
}

#[test]
fn every_example_of_the_page_is_a_profile() {
    let page = page();
    let examples: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 8, "{}", examples.len());
    for example in examples {
        let outcome = said(&completed(example));
        assert!(!outcome.contains("dans le profil"), "{outcome}\n{}", completed(example));
    }
}

/// What a fault of an unknown key lists is what the reader takes.
#[test]
fn every_key_of_the_language_is_on_the_page() {
    let head = "id = \"e\"\ntitle = \"E\"\ndataset = \"questionnaire\"\n[fields.project]\nheaders = [\"p\"]\n\
                [fields.reported_on]\nheaders = [\"r\"]\n";
    let mut keys = BTreeSet::new();
    for (place, text) in [
        ("top", format!("zzz = 1\n{head}")),
        ("field", format!("{head}zzz = 1\n")),
        ("column", format!("{head}[columns.x]\nheaders = [\"x\"]\nzzz = 1\n")),
        ("kept", format!("{head}[keep.accessibility_rate]\nheaders = [\"x\"]\nzzz = 1\n")),
        ("aside", format!("{head}[[set_aside]]\nbegins = [\"x\"]\nzzz = 1\n")),
        ("facts", format!("{head}[facts]\notherwise = true\nzzz = 1\n")),
        ("parse", format!("{head}[columns.x]\nheaders = [\"x\"]\nparse = \"zzz\"\n")),
    ] {
        let refusal = said(&text);
        let listed =
            refusal.split_once("attendu l’un").unwrap_or_else(|| panic!("{place}: {refusal}")).1;
        let found: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
        assert!(found.len() >= 3, "{place}: {refusal}");
        keys.extend(found.into_iter().map(str::to_owned));
    }
    keys.insert("words".to_owned());
    let page = page();
    let lacking: Vec<&String> = keys
        .iter()
        .filter(|key| {
            !page.contains(&format!("`{key}`"))
                && !page.contains(&format!("[{key}."))
                && !page.contains(&format!("[{key}]"))
        })
        .collect();
    assert!(
        keys.len() > 40 && lacking.is_empty(),
        "{} keys, not on the page: {lacking:?}",
        keys.len()
    );
}
