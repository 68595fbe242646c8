//! A text with placeholders, which recognises texts made from it and translates them. `{name}` is copied as it is,
//! `{name!}` is translated in turn, `{name|word|words}` is the word that agrees with a count.

use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Template {
    /// The text before, between and after the placeholders.
    literals: Vec<Vec<char>>,
    places: Vec<Place>,
    translation: Vec<Part>,
    /// Plurals of the translation.
    one_below: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    name: String,
    is_translated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
    Plural(String, [String; 2]),
}

/// A text to be recognised, by its letters.
#[derive(Debug)]
pub(super) struct Letters {
    letters: Vec<char>,
    /// With one kind of blank.
    plain: Vec<char>,
}

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        Self { letters: text.chars().collect(), plain: plain(text).collect() }
    }
}

impl Template {
    /// One for each form that the plurals of `from` have.
    pub(super) fn forms(from: &str, to: &str, one_below: f64) -> Vec<Self> {
        let (from, translation) = (parts(from), parts(to));
        let has_plurals = from.iter().any(|part| matches!(part, Part::Plural(..)));
        let numbers = if has_plurals { 0..2 } else { 0..1 };
        numbers.map(|number| Self::form(&from, translation.clone(), number, one_below)).collect()
    }

    fn form(from: &[Part], translation: Vec<Part>, number: usize, one_below: f64) -> Self {
        let (mut literals, mut places) = (vec![Vec::new()], Vec::new());
        for part in from {
            let last = literals.last_mut();
            match part {
                Part::Text(text) => {
                    if let Some(last) = last {
                        last.extend(plain(text));
                    }
                }
                Part::Plural(_, words) => {
                    let word = words.get(number).map_or("", String::as_str);
                    if let Some(last) = last {
                        last.extend(plain(word));
                    }
                }
                Part::Place(place) => {
                    places.push(place.clone());
                    literals.push(Vec::new());
                }
            }
        }
        Self { literals, places, translation, one_below }
    }

    /// How much of a text it recognises by itself: of two that fit, the one that says more is right.
    pub(super) fn weight(&self) -> usize {
        self.literals.iter().map(Vec::len).sum()
    }

    /// Whether it begins and ends with words of its own, so that it fits few texts of several lines.
    pub(super) fn is_telling(&self) -> bool {
        let ends = [self.literals.first(), self.literals.last()];
        ends.into_iter().flatten().all(|literal| literal.len() > 3)
    }

    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<&str> {
        self.places.iter().map(|place| place.name.as_str()).collect()
    }

    /// Names of places that its other side has.
    #[cfg(test)]
    pub(super) fn names_said(&self) -> Vec<&str> {
        let name = |part: &Part| match part {
            Part::Place(place) => Some(place.name.clone()),
            Part::Text(_) | Part::Plural(..) => None,
        };
        let names: Vec<String> = self.translation.iter().filter_map(name).collect();
        self.places
            .iter()
            .map(|p| p.name.as_str())
            .filter(|p| names.iter().any(|n| n == p))
            .collect()
    }

    /// The text in the other language, when it is made from this template; `translate` does its parts.
    pub(super) fn translate(
        &self,
        text: &Letters,
        translate: &dyn Fn(&str) -> String,
    ) -> Option<String> {
        let Letters { letters, plain: blanks } = text;
        let (first, rest) = self.literals.split_first()?;
        if !blanks.starts_with(first) {
            return None;
        }
        let mut spans = Vec::new();
        if !fits(blanks, first.len(), rest, &mut spans) {
            return None;
        }
        let mut found = BTreeMap::new();
        for (place, (start, end)) in self.places.iter().zip(spans) {
            let words: String = letters.get(start..end)?.iter().collect();
            let words = if place.is_translated { translate(&words) } else { words };
            found.insert(place.name.as_str(), words);
        }
        Some(self.translation.iter().map(|part| self.write(part, &found)).collect())
    }

    fn write(&self, part: &Part, found: &BTreeMap<&str, String>) -> String {
        match part {
            Part::Text(text) => text.clone(),
            Part::Place(place) => found.get(place.name.as_str()).cloned().unwrap_or_default(),
            Part::Plural(name, [one, many]) => {
                let digits: String = found
                    .get(name.as_str())
                    .map(|count| count.chars().filter(char::is_ascii_digit).collect())
                    .unwrap_or_default();
                let count: f64 = digits.parse().unwrap_or(2.0);
                let is_one = count < self.one_below && (count > 0.0 || self.one_below > 1.5);
                if is_one { one.clone() } else { many.clone() }
            }
        }
    }
}

/// Whether what follows `at` is a place before each of `literals`, the last of which ends the text.
fn fits(text: &[char], at: usize, literals: &[Vec<char>], spans: &mut Vec<(usize, usize)>) -> bool {
    let Some((next, rest)) = literals.split_first() else { return at == text.len() };
    if rest.is_empty() {
        let end = text.len().saturating_sub(next.len());
        let is_end = end >= at && text.ends_with(next);
        spans.push((at, end));
        return is_end;
    }
    let last = text.len().saturating_sub(next.len());
    for end in at..=last {
        if text.get(end..).is_some_and(|after| after.starts_with(next)) {
            spans.push((at, end));
            if fits(text, end + next.len(), rest, spans) {
                return true;
            }
            spans.truncate(spans.len().saturating_sub(1));
        }
    }
    false
}

/// Blanks that do not break are blanks.
fn blank(c: char) -> char {
    if matches!(c, '\u{a0}' | '\u{202f}') { ' ' } else { c }
}

fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(blank)
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, after) = after.split_once('}').unwrap_or((after, ""));
        parts.push(Part::Text(before.to_owned()));
        let mut names = inside.split('|');
        let name = names.next().unwrap_or_default();
        parts.push(match (names.next(), names.next()) {
            (Some(one), Some(many)) => {
                Part::Plural(name.to_owned(), [one.to_owned(), many.to_owned()])
            }
            _ => Part::Place(Place {
                name: name.trim_end_matches('!').to_owned(),
                is_translated: name.ends_with('!'),
            }),
        });
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(from: &str, to: &str, text: &str) -> Option<String> {
        let text = Letters::of(text);
        let shout = |words: &str| words.to_uppercase();
        Template::forms(from, to, 2.0).iter().find_map(|one| one.translate(&text, &shout))
    }

    #[test]
    fn places_keep_what_they_stand_for_and_counts_agree() {
        let (from, to) =
            ("found `{found}`, expected {expected!}", "trouvé `{found}`, attendu {expected!}");
        assert_eq!(said(from, to, "found `a`, expected b").unwrap(), "trouvé `a`, attendu B");
        assert_eq!(said(from, to, "found `a`"), None);
        let (left, reste) = ("{n} {n|row|rows} left", "{n} {n|ligne|lignes} de reste");
        assert_eq!(said(left, reste, "1 row left").unwrap(), "1 ligne de reste");
        assert_eq!(said(left, reste, "0 rows left").unwrap(), "0 ligne de reste");
        assert_eq!(said(left, reste, "12\u{a0}rows left").unwrap(), "12 lignes de reste");
        assert_eq!(said("a {x} b {y}", "{y}, {x}", "a 1 b 2 b 3").unwrap(), "2 b 3, 1");
    }
}
