//! The signs in the text of a rule, read and replaced one by one; what is not replaced stays as its author wrote it.

use std::ops::{Range, RangeInclusive};

use serde::Deserialize;
use toml::Spanned;

use crate::domain::level::Level;
use crate::domain::portfolio::subject::SubjectKind;
use crate::rules::catalogue::signs::entries::Sign;
use crate::rules::catalogue::signs::{CLOSING, OPENING};
use crate::support::text_position::line_and_column;

const HEADER: &str = "[[sign]]";

/// A sign of a rule, and the one in the text that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedSign {
    /// Its place in the text, from 0; `None` for a new one.
    pub former: Option<usize>,
    pub sign: Sign,
}

/// A part of a sign that a form has a field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignPart {
    Level,
    When,
    Unless,
    Says,
}

/// What the text of a rule says of it, whether or not it compiles.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RuleHead {
    pub title: String,
    pub scope: SubjectKind,
    /// What it says whenever it fires.
    pub says: Option<String>,
}

/// The head of a rule's text; `None` if it cannot be read.
pub fn rule_head(text: &str) -> Option<RuleHead> {
    let (front, _) = text.strip_prefix(OPENING)?.split_once(CLOSING)?;
    toml::from_str(front).ok()
}

#[derive(Debug, Deserialize)]
struct Front {
    #[serde(default, rename = "sign")]
    signs: Vec<WrittenSign>,
}

#[derive(Debug, Deserialize)]
struct WrittenSign {
    level: Spanned<Level>,
    when: Spanned<String>,
    unless: Option<Spanned<String>>,
    says: Option<Spanned<String>>,
}

/// A text of which the signs can be told apart.
struct SignedText<'t> {
    text: &'t str,
    signs: Vec<WrittenSign>,
    /// The bytes of each sign, its header included.
    blocks: Vec<Range<usize>>,
    /// Where the front matter ends.
    end: usize,
}

/// The signs in the text of a rule, in their order; `None` for a script of its own, or a text that cannot be read.
pub fn signs_of(text: &str) -> Option<Vec<Sign>> {
    Some(SignedText::of(text)?.signs.iter().map(WrittenSign::sign).collect())
}

/// The sign, from 0, and the part of it that is written on a line, counted from 1.
pub fn sign_part_at(text: &str, line: usize) -> Option<(usize, SignPart)> {
    let signed = SignedText::of(text)?;
    let lines = |span: Range<usize>| -> RangeInclusive<usize> {
        let line_of = |byte: usize| line_and_column(text, OPENING.len() + byte).0;
        line_of(span.start)..=line_of(span.end)
    };
    signed.signs.iter().enumerate().find_map(|(place, sign)| {
        let parts = [
            (SignPart::When, Some(sign.when.span())),
            (SignPart::Unless, sign.unless.as_ref().map(Spanned::span)),
            (SignPart::Says, sign.says.as_ref().map(Spanned::span)),
            (SignPart::Level, Some(sign.level.span())),
        ];
        let found = parts
            .into_iter()
            .find(|(_, span)| span.clone().is_some_and(|span| lines(span).contains(&line)));
        found.map(|(part, _)| (place, part))
    })
}

/// The text of a rule with these signs in place of its own; `None` if its signs cannot be told apart.
pub fn with_signs(text: &str, signs: &[EditedSign]) -> Option<String> {
    let signed = SignedText::of(text)?;
    let is_in_place = signs.len() == signed.signs.len()
        && signs.iter().enumerate().all(|(place, sign)| sign.former == Some(place));
    let mut written = Vec::new();
    for edited in signs {
        let former = edited
            .former
            .and_then(|place| Some((signed.signs.get(place)?, signed.blocks.get(place)?.clone())));
        written.push(match former {
            Some((sign, block)) => replaced(text, (sign, block), &edited.sign)?,
            None => new_sign(&edited.sign),
        });
    }
    let start = signed.blocks.first().map_or(signed.end, |block| block.start);
    let (head, tail) = (text.get(..start)?, text.get(signed.end..)?);
    if is_in_place {
        return Some([head, &written.concat(), tail].concat());
    }
    let blocks: Vec<String> =
        written.iter().map(|block| format!("\n{}\n", block.trim_end())).collect();
    Some([head.trim_end(), "\n", &blocks.concat(), tail].concat())
}

impl<'t> SignedText<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (front, body) = text.strip_prefix(OPENING)?.split_once(CLOSING)?;
        let signs = toml::from_str::<Front>(front).ok()?.signs;
        let end = OPENING.len() + front.len();
        let mut starts = Vec::new();
        let mut byte = OPENING.len();
        for line in front.split_inclusive('\n') {
            if line.trim() == HEADER {
                starts.push(byte);
            }
            byte += line.len();
        }
        let is_script = signs.is_empty() && body.contains("fn assess(");
        if starts.len() != signs.len() || is_script {
            return None;
        }
        let ends = starts.iter().skip(1).copied().chain([end]);
        let blocks = starts.iter().copied().zip(ends).map(|(start, stop)| start..stop).collect();
        Some(Self { text, signs, blocks, end }).filter(Self::is_told_apart)
    }

    /// Whether each sign is written within its own block.
    fn is_told_apart(&self) -> bool {
        self.signs.iter().zip(&self.blocks).all(|(sign, block)| {
            let span = sign.when.span();
            let (start, end) = (OPENING.len() + span.start, OPENING.len() + span.end);
            block.start <= start && end <= block.end && end <= self.text.len()
        })
    }
}

impl WrittenSign {
    fn sign(&self) -> Sign {
        let text = |one: &Option<Spanned<String>>| one.as_ref().map(|one| one.get_ref().clone());
        Sign {
            level: *self.level.get_ref(),
            when: self.when.get_ref().clone(),
            unless: text(&self.unless),
            says: text(&self.says),
        }
    }
}

/// The block of a sign with what differs of it replaced.
fn replaced(text: &str, (was, block): (&WrittenSign, Range<usize>), is: &Sign) -> Option<String> {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut added = String::new();
    if *was.level.get_ref() != is.level {
        edits.push((in_text(was.level.span()), format!("\"{}\"", is.level.as_str())));
    }
    let parts = [
        ("when", Some(&was.when), Some(&is.when)),
        ("unless", was.unless.as_ref(), is.unless.as_ref()),
        ("says", was.says.as_ref(), is.says.as_ref()),
    ];
    for (key, former, latter) in parts {
        match (former, latter) {
            (Some(old), Some(new)) if old.get_ref() == new => {}
            (Some(old), Some(new)) => edits.push((in_text(old.span()), literal(new))),
            (Some(old), None) => {
                edits.push((whole_lines(text, in_text(old.span()))?, String::new()));
            }
            (None, Some(new)) => added.extend([key, " = ", &literal(new), "\n"]),
            (None, None) => {}
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    let mut written = String::new();
    let mut from = block.start;
    for (range, value) in edits {
        written.push_str(text.get(from..range.start)?);
        written.push_str(&value);
        from = range.end;
    }
    written.push_str(text.get(from..block.end)?);
    if added.is_empty() {
        return Some(written);
    }
    let blank = written.len() - written.trim_end().len();
    let after = written.split_off(written.len() - blank);
    let after = after.strip_prefix('\n').unwrap_or(&after);
    Some(format!("{written}\n{added}{after}"))
}

fn new_sign(sign: &Sign) -> String {
    let mut block = format!("{HEADER}\nlevel = \"{}\"\n", sign.level.as_str());
    let parts =
        [("unless", &sign.unless), ("when", &Some(sign.when.clone())), ("says", &sign.says)];
    for (key, value) in parts {
        if let Some(value) = value {
            block.extend([key, " = ", &literal(value), "\n"]);
        }
    }
    block
}

fn in_text(span: Range<usize>) -> Range<usize> {
    OPENING.len() + span.start..OPENING.len() + span.end
}

fn whole_lines(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text.get(range.end..)?.find('\n').map_or(text.len(), |at| range.end + at + 1);
    Some(start..end)
}

/// A TOML string in which the text stands as it is, without escapes wherever that can be: sentences may have none.
fn literal(text: &str) -> String {
    let is_one_line = !text.contains('\n');
    if is_one_line && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    if is_one_line && !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "/*---\nid = \"X1\"\nsays = \"Tout.\"\n\n# haut\n[[sign]]\nlevel = \"high\" # ici\nwhen = \"p.a > 1\"\n\n\
                        [[sign]]\nlevel = \"watch\"\nwhen = 'p.b == \"x\"'\nsays = \"Veiller.\"\n---*/\nfn f(p) { 1 }\n";

    fn edited(text: &str) -> Vec<EditedSign> {
        let signs = signs_of(text).unwrap().into_iter().enumerate();
        signs.map(|(place, sign)| EditedSign { former: Some(place), sign }).collect()
    }

    #[test]
    fn signs_that_stay_leave_the_text_as_it_is() {
        assert_eq!(with_signs(TEXT, &edited(TEXT)).unwrap(), TEXT);
    }

    #[test]
    fn what_changes_of_a_sign_is_all_that_changes() {
        let mut signs = edited(TEXT);
        signs[0].sign.level = Level::Critical;
        signs[0].sign.says = Some("Le coût, \"hors taxes\".".to_owned());
        signs[1].sign.says = None;
        let expected = TEXT
            .replace("\"high\"", "\"critical\"")
            .replace("> 1\"\n", "> 1\"\nsays = 'Le coût, \"hors taxes\".'\n")
            .replace("says = \"Veiller.\"\n", "");
        assert_eq!(with_signs(TEXT, &signs).unwrap(), expected);
    }

    #[test]
    fn signs_are_moved_added_and_removed() {
        let mut signs = edited(TEXT);
        signs.swap(0, 1);
        signs.remove(1);
        let sign = Sign { level: Level::Watch, when: "p.c".to_owned(), unless: None, says: None };
        signs.push(EditedSign { former: None, sign: sign.clone() });
        let text = with_signs(TEXT, &signs).unwrap();
        let read = signs_of(&text).unwrap();
        assert_eq!(read, signs.iter().map(|one| one.sign.clone()).collect::<Vec<_>>());
        assert!(text.starts_with(
            "/*---\nid = \"X1\"\nsays = \"Tout.\"\n\n# haut\n\n[[sign]]\nlevel = \"watch\""
        ));
        assert!(text.ends_with("when = \"p.c\"\n---*/\nfn f(p) { 1 }\n"));
    }

    #[test]
    fn a_line_tells_the_part_of_the_sign_that_is_written_there() {
        assert_eq!(sign_part_at(TEXT, 8), Some((0, SignPart::When)));
        assert_eq!(sign_part_at(TEXT, 13), Some((1, SignPart::Says)));
        assert_eq!(sign_part_at(TEXT, 3), None);
    }

    #[test]
    fn a_script_of_its_own_has_no_signs_to_edit() {
        assert_eq!(signs_of("/*---\nid = \"X1\"\n---*/\nfn assess(p, t) { CLEAR }"), None);
        assert_eq!(signs_of("no front matter"), None);
    }
}
