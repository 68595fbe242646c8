//! How alike two project names are: a reason to ask, never a reason to link.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::names::key;
use crate::domain::import::KnownProject;

/// From here on, two names are worth showing to a person.
const PROPOSED: f64 = 0.8;

/// A word that more names than this have in common tells nothing, and costs time.
const TELLING: usize = 50;

/// Words that any project may have.
const COMMON: &[&str] = &[
    "a",
    "au",
    "aux",
    "d",
    "de",
    "des",
    "du",
    "en",
    "et",
    "l",
    "la",
    "le",
    "les",
    "pour",
    "sur",
    "vers",
    "projet",
    "projets",
    "programme",
    "si",
    "sirh",
    "systeme",
    "information",
    "numerique",
    "v1",
    "v2",
    "version",
    "phase",
    "lot",
    "lots",
    "cycle",
    "1",
    "2",
    "3",
    "i",
    "ii",
];

/// Known names, ready to be compared with.
#[derive(Debug)]
pub(super) struct Likenesses<'a> {
    names: Vec<(&'a KnownProject, &'a str, Words)>,
    /// Names by each of their words, and by how they begin.
    index: BTreeMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Words {
    /// Without spaces.
    whole: String,
    telling: BTreeSet<String>,
    initials: String,
}

impl<'a> Likenesses<'a> {
    pub(super) fn among(known: &'a [KnownProject]) -> Self {
        let names: Vec<_> = known
            .iter()
            .flat_map(|project| project.names.iter().map(move |name| (project, name.as_str())))
            .map(|(project, name)| (project, name, Words::of(name)))
            .collect();
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (position, (_, _, words)) in names.iter().enumerate() {
            for entry in words.entries() {
                index.entry(entry).or_default().push(position);
            }
        }
        Self { names, index }
    }

    /// The known project whose name is the most like this one, with that name.
    pub(super) fn closest(
        &self,
        name: &str,
        is_eligible: impl Fn(&KnownProject) -> bool,
    ) -> Option<(&'a KnownProject, &'a str, f64)> {
        let words = Words::of(name);
        let positions: BTreeSet<_> = words
            .entries()
            .iter()
            .filter_map(|entry| self.index.get(entry))
            .filter(|positions| positions.len() <= TELLING)
            .flatten()
            .collect();
        positions
            .into_iter()
            .filter_map(|position| self.names.get(*position))
            .filter(|(project, _, _)| is_eligible(project))
            .map(|(project, known_name, known)| (*project, *known_name, words.likeness(known)))
            .filter(|(_, _, likeness)| *likeness >= PROPOSED)
            .fold(None, |best, next| match best {
                Some((_, _, likeness)) if likeness >= next.2 => best,
                _ => Some(next),
            })
    }
}

impl Words {
    fn of(name: &str) -> Self {
        let key = key(name);
        let words = || key.split(' ').filter(|word| !word.is_empty());
        let linking = ["a", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"];
        Self {
            whole: key.replace(' ', ""),
            telling: words().filter(|word| !COMMON.contains(word)).map(str::to_owned).collect(),
            initials: words()
                .filter(|word| !linking.contains(word))
                .filter_map(|word| word.chars().next())
                .collect(),
        }
    }

    /// What a name is found by: two names alike share at least one of these.
    fn entries(&self) -> Vec<String> {
        let beginning: String = self.whole.chars().take(3).collect();
        let beginning = format!("^{beginning}");
        let acronyms = [self.whole.clone(), self.initials.clone()];
        let acronyms = acronyms.into_iter().filter(|word| (3..=8).contains(&word.len()));
        let acronyms = acronyms.map(|word| format!("={word}"));
        self.telling.iter().cloned().chain([beginning]).chain(acronyms).collect()
    }

    fn likeness(&self, other: &Self) -> f64 {
        let spelling = strsim::normalized_damerau_levenshtein(&self.whole, &other.whole);
        let is_acronym = self.is_acronym_of(other) || other.is_acronym_of(self);
        let acronym = if is_acronym { 0.85 } else { 0.0 };
        let likeness = spelling.max(acronym).max(self.shared(other)).max(self.contained(other));
        (likeness * 100.0).round() / 100.0
    }

    fn is_acronym_of(&self, other: &Self) -> bool {
        self.whole.len() >= 3 && self.whole == other.initials
    }

    /// All telling words of one are in the other: `INPT`, `Modernisation de l'INPT`.
    fn contained(&self, other: &Self) -> f64 {
        let (few, many) = if self.telling.len() <= other.telling.len() {
            (&self.telling, &other.telling)
        } else {
            (&other.telling, &self.telling)
        };
        let is_telling = few.iter().any(|word| word.len() >= 3);
        if is_telling && few.is_subset(many) {
            0.8 + 0.2 * ratio(few.len(), many.len())
        } else {
            0.0
        }
    }

    /// Share of telling words that have their like on the other side, the less alike counting less.
    fn shared(&self, other: &Self) -> f64 {
        let best = |word: &String| {
            let others = other.telling.iter();
            let likenesses = others.map(|like| strsim::normalized_damerau_levenshtein(word, like));
            likenesses.filter(|likeness| *likeness > 0.8).fold(0.0, f64::max)
        };
        let shared: f64 = self.telling.iter().map(best).sum();
        2.0 * shared * ratio(1, self.telling.len() + other.telling.len())
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    let float = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::MinistryCode;
    use crate::domain::ids::ProjectId;

    fn likeness(one: &str, other: &str) -> Option<f64> {
        let known = [KnownProject {
            project: ProjectId::new("known"),
            names: vec![other.to_owned()],
            ministry: MinistryCode::new("MJ"),
        }];
        Likenesses::among(&known).closest(one, |_| true).map(|(_, _, likeness)| likeness)
    }

    #[test]
    fn names_that_a_person_would_bring_together_are_proposed() {
        for (one, other, expected) in [
            ("SI SAMU", "SI-Samu (étape \"Construction & Pilote\")", 0.85),
            ("INPT", "Modernisation de l'INPT (projets FH et IP)", 0.85),
            ("Demat'ADS", "DEMATADS", 1.0),
            ("LOGMI", "LOG-MI", 1.0),
            ("Compte Personnel d'Activité", "CPA", 0.85),
            ("CASSIOPE", "CASSIOPEE", 0.89),
            ("CASSIOPEE V2", "CASSIOPEE", 1.0),
        ] {
            assert_eq!(likeness(one, other), Some(expected), "{one} / {other}");
        }
    }

    #[test]
    fn names_that_share_only_common_words_are_not_proposed() {
        for (one, other) in [
            ("SIRH Dialogue 2", "Montée de version du SIRH"),
            ("SI Représentativité", "SI SAMU"),
            ("PNR", "PAS"),
            ("FRANCE VISAS", "FRANCE CONNECT"),
        ] {
            assert_eq!(likeness(one, other), None, "{one} / {other}");
        }
    }
}
