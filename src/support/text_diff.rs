//! Two texts line by line: what the second says otherwise.

use std::ops::Range;

use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Lines shown around what differs.
const AROUND: usize = 2;

/// Pairs of lines that are weighed; of texts that differ in more, the whole of it is one change.
const MOST_PAIRS: usize = 4_000_000;

/// One passage that differs. Lines are counted from 1; a passage without lines is before `…_line`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Passage {
    pub old_line: usize,
    pub old: Vec<String>,
    pub new_line: usize,
    pub new: Vec<String>,
}

/// The passages by which `new` is not `old`, in order.
pub fn passages(old: &str, new: &str) -> Vec<Passage> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(was, is)| was == is).count();
    let rest = old.len().min(new.len()) - head;
    let ends = old.iter().rev().zip(new.iter().rev()).take(rest);
    let tail = ends.take_while(|(was, is)| was == is).count();
    let middle = |lines: &[&str]| -> Vec<String> {
        let middle_length = lines.len() - head - tail;
        lines.iter().skip(head).take(middle_length).map(|line| (*line).to_owned()).collect()
    };
    let (was, is) = (middle(&old), middle(&new));
    if was.is_empty() && is.is_empty() {
        return vec![];
    }
    if was.len().saturating_mul(is.len()) > MOST_PAIRS {
        return vec![Passage { old_line: head + 1, old: was, new_line: head + 1, new: is }];
    }
    differing(&was, &is, head)
}

/// `+3 −1`: lines gained and lost.
pub fn tally(passages: &[Passage]) -> String {
    let gained: usize = passages.iter().map(|passage| passage.new.len()).sum();
    let lost: usize = passages.iter().map(|passage| passage.old.len()).sum();
    format!("+{gained} −{lost}")
}

/// As programmers read it: `@@` and a place, then lines that begin with a space, `-` or `+`.
pub fn written(old: &str, new: &str) -> String {
    let lines: Vec<&str> = old.lines().collect();
    let found = passages(old, new);
    let starts = found.iter().skip(1).map(|next| next.old_line - 1).chain([usize::MAX]);
    let mut shown_to: Option<usize> = None;
    let mut text: Vec<String> = Vec::new();
    for (passage, next) in found.iter().zip(starts) {
        let start = passage.old_line - 1;
        let end = start + passage.old.len();
        let first = start.saturating_sub(AROUND);
        let last = (end + AROUND).min(next).min(lines.len()).max(end);
        if shown_to.is_none_or(|line| first > line) {
            text.push(format!("@@ -{} +{} @@", passage.old_line, passage.new_line));
        }
        let context = |from: usize, to: usize| {
            let some = lines.iter().skip(from).take(to.saturating_sub(from));
            some.map(|line| format!(" {line}"))
        };
        text.extend(context(first.max(shown_to.unwrap_or(0)), start));
        text.extend(passage.old.iter().map(|line| format!("-{line}")));
        text.extend(passage.new.iter().map(|line| format!("+{line}")));
        text.extend(context(end, last));
        shown_to = Some(last);
    }
    if text.is_empty() { String::new() } else { text.join("\n") + "\n" }
}

/// A line of two texts side by side. A side that has no such line has `None` for both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinePair {
    pub kind: LinePairKind,
    pub before_line: Option<usize>,
    pub before: Option<String>,
    pub after_line: Option<usize>,
    pub after: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinePairKind {
    Same,
    Changed,
    Removed,
    Added,
    /// Lines that are the same on both sides, and not shown.
    Skipped,
}

/// The passages of two texts that differ, side by side, with the lines around them; none if the texts are the same.
pub fn side_by_side(old: &str, new: &str) -> Vec<LinePair> {
    let lines: Vec<&str> = old.lines().collect();
    let mut pairs: Vec<LinePair> = Vec::new();
    // The lines of the old and of the new text that come next.
    let (mut was, mut is) = (1, 1);
    let same = |old_line: usize, new_line: usize| {
        let place = old_line.checked_sub(1);
        let text = place.and_then(|place| lines.get(place)).map(|line| (*line).to_owned());
        LinePair {
            kind: LinePairKind::Same,
            before_line: Some(old_line),
            before: text.clone(),
            after_line: Some(new_line),
            after: text,
        }
    };
    let skipped = || LinePair {
        kind: LinePairKind::Skipped,
        before_line: None,
        before: None,
        after_line: None,
        after: None,
    };
    for passage in passages(old, new) {
        let between = passage.old_line - was;
        if between > 2 * AROUND || (pairs.is_empty() && between > AROUND) {
            let after = if pairs.is_empty() { 0 } else { AROUND };
            pairs.extend((0..after).map(|step| same(was + step, is + step)));
            pairs.push(skipped());
            pairs.extend((between - AROUND..between).map(|step| same(was + step, is + step)));
        } else {
            pairs.extend((0..between).map(|step| same(was + step, is + step)));
        }
        let rows = passage.old.len().max(passage.new.len());
        for row in 0..rows {
            let (before, after) = (passage.old.get(row).cloned(), passage.new.get(row).cloned());
            let kind = match (&before, &after) {
                (Some(_), Some(_)) => LinePairKind::Changed,
                (Some(_), None) => LinePairKind::Removed,
                _ => LinePairKind::Added,
            };
            let before_line = before.as_ref().map(|_| passage.old_line + row);
            let after_line = after.as_ref().map(|_| passage.new_line + row);
            pairs.push(LinePair { kind, before_line, before, after_line, after });
        }
        was = passage.old_line + passage.old.len();
        is = passage.new_line + passage.new.len();
    }
    if pairs.is_empty() {
        return pairs;
    }
    let left = (lines.len() + 1).saturating_sub(was);
    pairs.extend((0..left.min(AROUND)).map(|step| same(was + step, is + step)));
    if left > AROUND {
        pairs.push(skipped());
    }
    pairs
}

/// Whether two sets of passages over one text touch the same lines of it.
pub fn overlap(ours: &[Passage], theirs: &[Passage]) -> bool {
    let span = |passage: &Passage| (passage.old_line, passage.old_line + passage.old.len());
    ours.iter().map(span).any(|(from, to)| {
        let touches = |(other_from, other_to): (usize, usize)| from <= other_to && other_from <= to;
        theirs.iter().map(span).any(touches)
    })
}

/// `line` is where the two begin in their texts, counted from 0.
fn differing(old: &[String], new: &[String], line: usize) -> Vec<Passage> {
    let operations = capture_diff_slices(Algorithm::Lcs, old, new);
    let changes = operations.iter().filter(|operation| operation.tag() != DiffTag::Equal);
    let lines = |text: &[String], range: Range<usize>| text.get(range).unwrap_or_default().to_vec();
    changes
        .map(|change| Passage {
            old_line: line + change.old_range().start + 1,
            old: lines(old, change.old_range()),
            new_line: line + change.new_range().start + 1,
            new: lines(new, change.new_range()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_with_the_lines_around_it() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let new = "a\nb\nC\nd\ne\nf\ng\nh\ni\n";
        let text = written(old, new);
        assert_eq!(text, "@@ -3 +3 @@\n a\n b\n-c\n+C\n d\n e\n@@ -9 +9 @@\n g\n h\n+i\n");
        assert_eq!(tally(&passages(old, new)), "+2 −1");
        assert_eq!(written(old, old), "");
    }

    #[test]
    fn two_texts_stand_side_by_side_without_the_lines_far_from_what_differs() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\n";
        let new = "a\nb\nc\nD\ne\nf\ng\nh\ni\nj\n";
        let shown: Vec<String> = side_by_side(old, new)
            .into_iter()
            .map(|pair| {
                let side = |line: Option<usize>, text: Option<String>| {
                    line.zip(text).map_or("-".to_owned(), |(line, text)| format!("{line}{text}"))
                };
                format!(
                    "{}|{}",
                    side(pair.before_line, pair.before),
                    side(pair.after_line, pair.after)
                )
            })
            .collect();
        assert_eq!(
            shown,
            ["-|-", "2b|2b", "3c|3c", "4d|4D", "5e|5e", "6f|6f", "-|-", "8h|8h", "9i|9i", "-|10j"]
        );
        assert_eq!(side_by_side(old, old), []);
    }

    #[test]
    fn passages_near_one_another_share_their_surroundings() {
        let text = written("a\nb\nc\nd\n", "A\nb\nC\nd\n");
        assert_eq!(text, "@@ -1 +1 @@\n-a\n+A\n b\n-c\n+C\n d\n");
    }

    #[test]
    fn changes_of_the_same_lines_overlap_and_others_do_not() {
        let base = "a\nb\nc\nd\ne\nf\n";
        let ours = passages(base, "A\nb\nc\nd\ne\nf\n");
        assert!(!overlap(&ours, &passages(base, "a\nb\nc\nd\ne\nF\n")));
        assert!(overlap(&ours, &passages(base, "AA\nb\nc\nd\ne\nf\n")));
    }

    #[test]
    fn texts_that_differ_everywhere_are_one_passage() {
        let [old, new] = ["x", "y"].map(|word| format!("{word}\n").repeat(3000));
        assert_eq!(passages(&old, &new).len(), 1);
    }
}
