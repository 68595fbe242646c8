//! Marks within a line of a document's text: `**important**`, `[figure](/address)`, and a backslash before what is no mark.

use super::model::Inline;
use crate::support::french;

/// Letters that are marks, wherever they are.
const MARKS: [char; 7] = ['\\', '*', '[', ']', '|', '`', '#'];

/// A text in which nothing is a mark.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for (index, letter) in text.chars().enumerate() {
        let is_bullet = index == 0 && matches!(letter, '-' | ':');
        if MARKS.contains(&letter) || is_bullet {
            written.push('\\');
        }
        written.push(if letter.is_control() { ' ' } else { letter });
    }
    written
}

/// The address of a link, without what would end it.
pub(super) fn address(href: &str) -> String {
    href.replace('(', "%28").replace(')', "%29").replace(|c: char| c.is_whitespace(), "%20")
}

/// The parts of a line, with the spaces that French has beside its signs.
pub(super) fn inlines(line: &str) -> Vec<Inline> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        if let Some((inline, after)) = marked(rest) {
            push_text(&mut parts, &mut plain);
            parts.push(inline);
            rest = after;
            continue;
        }
        let mut letters = rest.chars();
        letters.next();
        let next = (letter == '\\').then(|| letters.next()).flatten();
        plain.push(next.unwrap_or(letter));
        rest = letters.as_str();
    }
    push_text(&mut parts, &mut plain);
    parts
}

fn push_text(parts: &mut Vec<Inline>, plain: &mut String) {
    if !plain.is_empty() {
        parts.push(Inline::Text { text: french::typeset(plain) });
        plain.clear();
    }
}

/// What a mark at the beginning of a text makes, and the text after it.
fn marked(text: &str) -> Option<(Inline, &str)> {
    if let Some(inside) = text.strip_prefix("**") {
        let end = unescaped(inside, "**")?;
        let (strong, after) = inside.split_at_checked(end)?;
        let strong = Inline::Strong { text: french::typeset(&bare(strong)) };
        return Some((strong, after.strip_prefix("**")?));
    }
    let inside = text.strip_prefix('[')?;
    let (label, after) = inside.split_at_checked(unescaped(inside, "](")?)?;
    let (href, after) = after.strip_prefix("](")?.split_once(')')?;
    let link = Inline::Link { text: french::typeset(&bare(label)), href: href.to_owned() };
    Some((link, after))
}

/// Where a mark first is that no backslash precedes.
fn unescaped(text: &str, mark: &str) -> Option<usize> {
    text.match_indices(mark).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        before.chars().rev().take_while(|letter| *letter == '\\').count() % 2 == 0
    })
}

/// The text without the backslashes before what is no mark.
pub(super) fn bare(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let next = (letter == '\\').then(|| letters.next()).flatten();
        written.push(next.unwrap_or(letter));
    }
    written
}

/// Cuts a line of a table at the bars that no backslash precedes.
pub(super) fn cells(line: &str) -> Vec<String> {
    let inside = line.trim().trim_start_matches('|');
    let mut cells = Vec::new();
    let mut rest = inside;
    while let Some(at) = unescaped(rest, "|") {
        let (cell, after) = rest.split_at(at);
        cells.push(cell.trim().to_owned());
        rest = after.strip_prefix('|').unwrap_or_default();
    }
    if !rest.trim().is_empty() {
        cells.push(rest.trim().to_owned());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_read_back_as_it_was() {
        for text in ["Mistr@l", "a*b [c](d) \\ |e|", "- pas une liste", ": ni une légende", "**x**"]
        {
            assert_eq!(inlines(&escaped(text)), [Inline::Text { text: text.to_owned() }]);
            assert_eq!(bare(&escaped(text)), text);
        }
    }

    #[test]
    fn marks_make_links_and_strong_text() {
        let parts = inlines("de **tous** : [28,4 %](/editions/2020-11)");
        let words: Vec<&str> = parts.iter().map(Inline::text).collect();
        assert_eq!(words, ["de ", "tous", "\u{202f}: ", "28,4\u{202f}%"]);
        assert_eq!(cells(r"| a \| b | c |"), [r"a \| b", "c"]);
    }
}
