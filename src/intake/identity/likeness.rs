//! How similar two project names are: a reason to ask a person, never a reason to link them.

use std::collections::{BTreeMap, BTreeSet};

use super::names::key;
use crate::domain::portfolio::import::KnownProject;

/// Names at least this similar are worth showing to a person.
const PROPOSED: f64 = 0.8;

/// A word that more names than this share does not distinguish them, and costs time.
const MOST_NAMES_PER_WORD: usize = 50;

/// Words that any project name may contain.
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

/// Known names, indexed for comparison.
#[derive(Debug)]
pub(in crate::intake) struct Likenesses<'a> {
    names: Vec<(&'a KnownProject, &'a str, NameWords)>,
    /// Positions in `names`, by each entry of a name.
    index: BTreeMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct NameWords {
    /// The name without its spaces.
    whole: String,
    significant: BTreeSet<String>,
    initials: String,
}

impl<'a> Likenesses<'a> {
    pub(in crate::intake) fn among(known: &'a [KnownProject]) -> Self {
        let names: Vec<_> = known
            .iter()
            .flat_map(|project| project.names.iter().map(move |name| (project, name.as_str())))
            .map(|(project, name)| (project, name, NameWords::of(name)))
            .collect();
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (position, (_, _, words)) in names.iter().enumerate() {
            for entry in words.entries() {
                index.entry(entry).or_default().push(position);
            }
        }
        Self { names, index }
    }

    /// The known project whose name is the most similar to this one, with that name.
    pub(in crate::intake) fn closest(
        &self,
        name: &str,
        is_eligible: impl Fn(&KnownProject) -> bool,
    ) -> Option<(&'a KnownProject, &'a str, f64)> {
        let words = NameWords::of(name);
        let positions: BTreeSet<_> = words
            .entries()
            .iter()
            .filter_map(|entry| self.index.get(entry))
            .filter(|positions| positions.len() <= MOST_NAMES_PER_WORD)
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

impl NameWords {
    fn of(name: &str) -> Self {
        let key = key(name);
        let words = || key.split(' ').filter(|word| !word.is_empty());
        let linking = ["a", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"];
        Self {
            whole: key.replace(' ', ""),
            significant: words().filter(|word| !COMMON.contains(word)).map(str::to_owned).collect(),
            initials: words()
                .filter(|word| !linking.contains(word))
                .filter_map(|word| word.chars().next())
                .collect(),
        }
    }

    /// The keys that index a name: two similar names share at least one.
    fn entries(&self) -> Vec<String> {
        let beginning: String = self.whole.chars().take(3).collect();
        let beginning = format!("^{beginning}");
        let acronyms = [self.whole.clone(), self.initials.clone()];
        let acronyms = acronyms.into_iter().filter(|word| (3..=8).contains(&word.len()));
        let acronyms = acronyms.map(|word| format!("={word}"));
        self.significant.iter().cloned().chain([beginning]).chain(acronyms).collect()
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

    /// Whether all significant words of one are in the other: `INPT`, `Modernisation de l'INPT`.
    fn contained(&self, other: &Self) -> f64 {
        let (few, many) = if self.significant.len() <= other.significant.len() {
            (&self.significant, &other.significant)
        } else {
            (&other.significant, &self.significant)
        };
        let is_significant = few.iter().any(|word| word.len() >= 3);
        if is_significant && few.is_subset(many) {
            0.8 + 0.2 * ratio(few.len(), many.len())
        } else {
            0.0
        }
    }

    /// Share of significant words with a similar word on the other side, each counting by its similarity.
    fn shared(&self, other: &Self) -> f64 {
        let best = |word: &String| {
            let others = other.significant.iter();
            let likenesses = others.map(|like| strsim::normalized_damerau_levenshtein(word, like));
            likenesses.filter(|likeness| *likeness > 0.8).fold(0.0, f64::max)
        };
        let shared: f64 = self.significant.iter().map(best).sum();
        2.0 * shared * ratio(1, self.significant.len() + other.significant.len())
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    let float = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{MinistryCode, ProjectId};

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
