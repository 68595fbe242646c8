//! Translates the texts of this program, by the pairs of the files beside this one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::template::{Letters, Template};

/// Files of pairs, `"English" = "French"`.
const FILES: [(&str, &str); 4] = [
    ("errors.toml", include_str!("errors.toml")),
    ("rules.toml", include_str!("rules.toml")),
    ("help.toml", include_str!("help.toml")),
    ("screens.toml", include_str!("screens.toml")),
];

/// Deepest that the parts of a text are looked at.
const DEEPEST: usize = 5;
/// Most places at which a text is parted.
const MOST_PARTS: usize = 6;

static INTO_FRENCH: LazyLock<Texts> = LazyLock::new(|| Texts::of(Direction::IntoFrench));
/// French texts by the English.
static FRENCH: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| pairs().map(|(english, french)| (english, unbroken(&french))).collect());
/// What tables say in one word, by the French.
static WORDS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let pairs = pairs().filter(|(_, french)| !french.contains('{'));
    pairs.map(|(english, french)| (unbroken(&french), english)).collect()
});
static INTO_ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::of(Direction::IntoEnglish));

/// The French of a text of this program; as it is, when it is in French already or is no text of the program.
pub fn into_french(text: &str) -> Cow<'_, str> {
    INTO_FRENCH.translate(text)
}

/// The English of a text of this program; as it is, when it is in English already or is no text of the program.
pub fn into_english(text: &str) -> Cow<'_, str> {
    INTO_ENGLISH.translate(text)
}

/// The English of a whole French text, such as a state in a cell of a table, when there is one.
pub fn english_of(french: &str) -> Option<&'static str> {
    WORDS.get(french).map(String::as_str)
}

/// The French of a whole English text, such as the name of a value, when there is one.
pub fn french_of(english: &str) -> Option<&'static str> {
    FRENCH.get(english).map(String::as_str)
}

#[derive(Clone, Copy, Debug)]
enum Direction {
    IntoFrench,
    IntoEnglish,
}

/// The texts of one language, by those of the other.
#[derive(Debug)]
struct Texts {
    direction: Direction,
    /// The most telling first.
    templates: Vec<Template>,
}

impl Texts {
    fn of(direction: Direction) -> Self {
        let mut templates: Vec<Template> = Vec::new();
        for (english, french) in pairs() {
            let french = unbroken(&french);
            templates.extend(match direction {
                Direction::IntoFrench => Template::forms(&english, &french, 2.0),
                Direction::IntoEnglish => Template::forms(&french, &english, 1.5),
            });
        }
        templates.sort_by_key(|template| Reverse(template.weight()));
        Self { direction, templates }
    }

    fn translate<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // A value that is quoted may have several lines.
        if text.contains('\n')
            && let Some(said) = self.whole(text)
        {
            return Cow::Owned(said);
        }
        let lines: Vec<(&str, Option<String>)> =
            text.split('\n').map(|line| (line, self.line(line))).collect();
        if lines.iter().all(|(_, said)| said.is_none()) {
            return Cow::Borrowed(text);
        }
        let lines = lines.into_iter().map(|(line, said)| said.unwrap_or_else(|| line.to_owned()));
        Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
    }

    fn whole(&self, text: &str) -> Option<String> {
        let letters = Letters::of(text);
        let part = |words: &str| self.words(words).unwrap_or_else(|| words.to_owned());
        self.templates
            .iter()
            .filter(|one| one.is_telling())
            .find_map(|one| one.translate(&letters, &part))
    }

    fn line(&self, line: &str) -> Option<String> {
        let words = line.trim_start();
        let indent = line.get(..line.len() - words.len())?;
        self.words(words).map(|said| format!("{indent}{said}"))
    }

    /// A text in the other language; `None` when no part of it is known.
    fn words(&self, text: &str) -> Option<String> {
        let said = Message { texts: self, parts: RefCell::default() }.best(text, 0);
        said.is_known.then_some(said.text)
    }
}

/// One message, and what is known of its parts.
struct Message<'t> {
    texts: &'t Texts,
    parts: RefCell<BTreeMap<String, Translation>>,
}

/// A text in the other language, and how much of it was recognised.
#[derive(Clone, Debug)]
struct Translation {
    text: String,
    is_known: bool,
    /// Letters left as they are.
    untranslated: usize,
    /// Letters that the pairs recognise by themselves.
    recognised: usize,
}

impl Translation {
    fn joined(self, mark: &str, after: &Self, end: &str) -> Self {
        Self {
            text: format!("{}{mark}{}{end}", self.text, after.text),
            is_known: self.is_known || after.is_known,
            untranslated: self.untranslated + after.untranslated,
            recognised: self.recognised + after.recognised,
        }
    }
}

impl Message<'_> {
    /// A whole text, or else its parts, `place: fault; advice (hint)`, parted where the least is left as it is.
    fn best(&self, text: &str, depth: usize) -> Translation {
        if let Some(said) = self.parts.borrow().get(text) {
            return said.clone();
        }
        let said = self.found(text, depth);
        self.parts.borrow_mut().insert(text.to_owned(), said.clone());
        said
    }

    fn found(&self, text: &str, depth: usize) -> Translation {
        let as_it_is = Translation {
            text: text.to_owned(),
            is_known: false,
            untranslated: text.chars().filter(|letter| letter.is_alphabetic()).count(),
            recognised: 0,
        };
        if depth > DEEPEST || text.is_empty() {
            return as_it_is;
        }
        if let Some(whole) = self.whole(text, depth) {
            // A place of the pair may have taken in the next text of a list.
            let listed = self.parted(text, "; ", depth).filter(|said| said.untranslated == 0);
            let listed = listed.max_by_key(|said| said.recognised);
            let says_more = |said: &Translation| said.recognised > whole.recognised;
            return listed.filter(says_more).unwrap_or(whole);
        }
        let hinted = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
        let hinted = hinted.map(|(fault, hint)| {
            self.best(fault, depth + 1).joined(" (", &self.best(hint, depth + 1), ")")
        });
        let parted = self.parted(text, "; ", depth).chain(self.parted(text, ": ", depth));
        let said = hinted.into_iter().chain(parted).filter(|said| said.is_known);
        let least_left = |one: &Translation| (one.untranslated, Reverse(one.recognised));
        said.min_by_key(least_left).unwrap_or(as_it_is)
    }

    /// By the pair that recognises the whole text.
    fn whole(&self, text: &str, depth: usize) -> Option<Translation> {
        let letters = Letters::of(text);
        let of_parts = Cell::new(0);
        let part = |words: &str| {
            let said = self.best(words, depth + 1);
            of_parts.set(of_parts.get() + said.recognised);
            said.text
        };
        self.texts.templates.iter().find_map(|one| {
            of_parts.set(0);
            let said = one.translate(&letters, &part)?;
            let recognised = one.weight() + of_parts.get();
            Some(Translation { text: said, is_known: true, untranslated: 0, recognised })
        })
    }

    /// In two at each of the first marks.
    fn parted(&self, text: &str, mark: &str, depth: usize) -> impl Iterator<Item = Translation> {
        let blank = match self.texts.direction {
            Direction::IntoFrench => "\u{a0}",
            Direction::IntoEnglish => "",
        };
        text.match_indices(mark).take(MOST_PARTS).filter_map(move |(at, _)| {
            let (left, right) = (text.get(..at)?.trim_end(), text.get(at + mark.len()..)?);
            let (left, right) = (self.best(left, depth + 1), self.best(right, depth + 1));
            Some(left.joined(&format!("{blank}{mark}"), &right, ""))
        })
    }
}

/// Every pair, English first.
fn pairs() -> impl Iterator<Item = (String, String)> {
    FILES.iter().flat_map(|(_, text)| {
        let table: toml::Table = text.parse().unwrap_or_default();
        table.into_iter().filter_map(|(english, french)| {
            french.as_str().map(|french| (english, french.to_owned()))
        })
    })
}

/// With the blanks that French typography does not break.
fn unbroken(french: &str) -> String {
    let mut text = String::with_capacity(french.len() + 8);
    let mut letters = french.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_before = letters.peek().is_some_and(|next| "»:;!?%".contains(*next));
        let is_kept = letter == ' ' && (is_before || text.ends_with('«'));
        text.push(if is_kept { '\u{a0}' } else { letter });
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                source_files(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }

    /// Texts of `#[error("…")]`, with a word where the text has a place.
    fn errors_in(source: &str) -> Vec<String> {
        let mut found = Vec::new();
        for attribute in source.split("#[error(").skip(1) {
            let Some(text) = attribute.trim_start().strip_prefix('"') else { continue };
            let mut text = text.replace("\\\"", "\u{1}");
            text.truncate(text.find('"').unwrap_or(text.len()));
            let lines: Vec<&str> = text.split("\\\n").map(str::trim_start).collect();
            let mut words = String::new();
            for (index, part) in lines.concat().split('{').enumerate() {
                let after = part.split_once('}').map_or(part, |(_, after)| after);
                if index > 0 {
                    words.push('x');
                }
                words.push_str(if index == 0 { part } else { after });
            }
            found.push(words.replace('\u{1}', "\""));
        }
        found
    }

    #[test]
    fn every_error_of_the_code_is_in_both_languages() {
        let (mut files, mut missing) = (Vec::new(), BTreeSet::new());
        source_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let mut count = 0;
        files.retain(|file| !file.ends_with("translation/texts.rs"));
        for file in files {
            for error in errors_in(&std::fs::read_to_string(&file).unwrap()) {
                count += 1;
                let letters = error.replace('x', "");
                let is_known =
                    [&*INTO_FRENCH, &*INTO_ENGLISH].iter().any(|to| to.words(&error).is_some());
                if letters.contains(char::is_alphabetic) && !is_known {
                    missing.insert(format!("{}: {error}", file.display()));
                }
            }
        }
        assert!(count > 200, "{count} errors were found");
        let missing: Vec<String> = missing.into_iter().collect();
        assert!(missing.is_empty(), "no text in the other language:\n{}", missing.join("\n"));
    }

    #[test]
    fn both_texts_of_a_pair_have_the_same_places() {
        let mut faults = Vec::new();
        let mut count = 0;
        for (english, french) in pairs() {
            count += 1;
            for template in Template::forms(&english, &french, 2.0) {
                let (names, said) = (template.names(), template.names_said());
                // A place that the other language leaves to a plural, or to the same word again, is not lost.
                if names.len() != said.len() && !french.contains('|') {
                    faults.push(format!("{english} = {french}"));
                }
            }
        }
        assert!(count > 1000, "{count} pairs");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn files_of_pairs_are_sound_and_no_english_text_stands_in_two() {
        let mut seen = BTreeSet::new();
        for (name, text) in FILES {
            let table: toml::Table = text.parse().unwrap();
            for (english, french) in table {
                assert!(french.is_str(), "{name}: {english}");
                assert!(seen.insert(english.clone()), "{name}: {english} is there twice");
            }
        }
    }

    #[test]
    fn parts_of_a_message_are_said_each_in_its_turn() {
        let french = |text: &str| INTO_FRENCH.translate(text).replace('\u{a0}', " ");
        assert_eq!(french("no import `99`"), "aucune importation `99`");
        assert_eq!(
            french("drift/D1.rhai:3:7: the rule has no `sources` (did you mean `x`?)"),
            "drift/D1.rhai:3:7 : la règle n’a pas de `sources` (est-ce `x` ?)"
        );
        assert_eq!(
            french("no rule `X9` is in force; the nearest is `P9`"),
            "aucune règle `X9` en vigueur ; nom le plus proche : `P9`"
        );
        assert_eq!(french("SI SAMU"), "SI SAMU");
        assert_eq!(
            french(
                "2020-11-01: expected the alert open, found pending; 2020-12-01: expected watch, found clear; \
                 2021-01-01: expected the alert stale, found not stale"
            ),
            "2020-11-01 : attendu l’alerte open, trouvé pending ; 2020-12-01 : attendu watch, trouvé clear ; \
             2021-01-01 : attendu une alerte dépassée, trouvée à jour"
        );
        let english = |text: &str| INTO_ENGLISH.translate(text).into_owned();
        assert_eq!(english("compte 3 clos"), "account 3 closed");
        assert_eq!(english("1\u{a0}fichier importé"), "1 file imported");
    }
}
