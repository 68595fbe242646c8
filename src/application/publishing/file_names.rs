//! The names under which files of the catalogue are written for people: the id of the rule, then its title.

use std::collections::BTreeMap;

use crate::domain::ids::RuleId;
use crate::domain::rules::overlay::RulePath;
use crate::{intake, rules};

/// Letters of a title in the name of a file, at most.
const LONGEST: usize = 72;

/// The texts by the names under which people read them: `causes/RC06_cout_complet_lacunaire.rhai` for
/// `causes/RC06.rhai`. A rule whose head cannot be read, and other files, keep the path that the catalogue knows.
pub fn named_for_people(texts: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let titles = rules::titles(texts);
    let named = |path: &String| {
        let known = RulePath::parse(path).ok()?;
        let id = known.rule()?;
        let words = title_in_letters(titles.get(&RuleId::new(id))?);
        let named = format!("{}_{words}.rhai", path.strip_suffix(".rhai")?);
        // Read back, it is the file of this rule.
        let same = RulePath::parse(&named).is_ok_and(|read| read == known);
        same.then_some(named)
    };
    let texts = texts.iter();
    texts.map(|(path, text)| (named(path).unwrap_or_else(|| path.clone()), text.clone())).collect()
}

/// `cout_complet_lacunaire` of « Coût complet lacunaire »: whole words in plain letters.
fn title_in_letters(title: &str) -> String {
    let key = intake::name_key(title);
    let plain = key.split(' ').map(|word| word.replace(|letter: char| !letter.is_ascii(), ""));
    let mut letters = String::new();
    for word in plain.filter(|word| !word.is_empty()) {
        if letters.len() + word.len() >= LONGEST {
            break;
        }
        if !letters.is_empty() {
            letters.push('_');
        }
        letters.push_str(&word);
    }
    letters
}
