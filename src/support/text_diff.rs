//! Two texts line by line: what the second says otherwise.

use serde::Serialize;

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

/// Whether two sets of passages over one text touch the same lines of it.
pub fn overlap(ours: &[Passage], theirs: &[Passage]) -> bool {
    let span = |passage: &Passage| (passage.old_line, passage.old_line + passage.old.len());
    ours.iter().map(span).any(|(from, to)| {
        let touches = |(other_from, other_to): (usize, usize)| from <= other_to && other_from <= to;
        theirs.iter().map(span).any(touches)
    })
}

/// By the longest common run of lines.
fn differing(was: &[String], is: &[String], head: usize) -> Vec<Passage> {
    let common = Common::of(was, is);
    let mut found: Vec<Passage> = Vec::new();
    let (mut row, mut column) = (0, 0);
    let mut open = false;
    while row < was.len() || column < is.len() {
        let (old, new) = (was.get(row), is.get(column));
        if old.is_some() && old == new {
            (row, column, open) = (row + 1, column + 1, false);
            continue;
        }
        if !open {
            let (old_line, new_line) = (head + row + 1, head + column + 1);
            found.push(Passage { old_line, old: vec![], new_line, new: vec![] });
            open = true;
        }
        let Some(passage) = found.last_mut() else { break };
        let drops_old = common.at(row + 1, column) >= common.at(row, column + 1);
        match (old, new) {
            (Some(line), other) if other.is_none() || drops_old => {
                passage.old.push(line.clone());
                row += 1;
            }
            (_, Some(line)) => {
                passage.new.push(line.clone());
                column += 1;
            }
            (Some(_) | None, None) => break,
        }
    }
    found
}

/// How many lines two texts have in common, in order, from each pair of lines on.
struct Common {
    width: usize,
    lengths: Vec<u32>,
}

impl Common {
    fn of(was: &[String], is: &[String]) -> Self {
        let width = is.len() + 1;
        let mut common = Self { width, lengths: vec![0; (was.len() + 1) * width] };
        for (row, old) in was.iter().enumerate().rev() {
            for (column, new) in is.iter().enumerate().rev() {
                let longest = if old == new {
                    common.at(row + 1, column + 1) + 1
                } else {
                    common.at(row + 1, column).max(common.at(row, column + 1))
                };
                if let Some(length) = common.lengths.get_mut(row * width + column) {
                    *length = longest;
                }
            }
        }
        common
    }

    fn at(&self, row: usize, column: usize) -> u32 {
        self.lengths.get(row * self.width + column).copied().unwrap_or(0)
    }
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
