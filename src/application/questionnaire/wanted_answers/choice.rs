//! The few answers that settle the most verdicts, of which each needs a set of answers.

use std::collections::{BTreeMap, BTreeSet};

/// Most answers that a project is asked for first.
const MOST: usize = 3;

/// The best set of at most three questions, each known by its place in the questionnaire: the one within which the most of
/// `needed` lie. Of equals, the one with fewer questions, then the one that comes first in the questionnaire. An empty set
/// of `needed` asks for one answer, whatever the question; `any` is then the question to ask where there is no other.
pub(super) fn best(needed: &[BTreeSet<usize>], any: Option<usize>) -> BTreeSet<usize> {
    let mut settled: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    for set in needed.iter().filter(|set| set.len() <= MOST) {
        *settled.entry(set.iter().copied().collect()).or_default() += 1;
    }
    let candidates = candidates(&settled, any);
    let mut best: (usize, Vec<usize>) = (0, Vec::new());
    for size in 1..=MOST {
        for_each_set(&candidates, size, &mut Vec::new(), &mut |set| {
            let count = within(set, &settled);
            if count > best.0 {
                best = (count, set.to_vec());
            }
        });
    }
    best.1.into_iter().collect()
}

/// The questions that a best set may have, in the order of the questionnaire. Questions that only settle alone do not
/// depend on what else is asked: more of them than fit are not needed.
fn candidates(settled: &BTreeMap<Vec<usize>, usize>, any: Option<usize>) -> Vec<usize> {
    let together: BTreeSet<usize> =
        settled.keys().filter(|set| set.len() > 1).flatten().copied().collect();
    let mut alone: Vec<(usize, usize)> = settled
        .iter()
        .filter_map(|(set, count)| match set.as_slice() {
            [only] if !together.contains(only) => Some((*count, *only)),
            _ => None,
        })
        .collect();
    // Stable: those of the same count stay in the order of the questionnaire.
    alone.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let first = alone.into_iter().take(MOST).map(|(_, place)| place);
    let mut all: BTreeSet<usize> = together.into_iter().chain(first).collect();
    if all.is_empty() && settled.contains_key(&Vec::new()) {
        all.extend(any);
    }
    all.into_iter().collect()
}

/// How many needed sets lie within this one.
fn within(set: &[usize], settled: &BTreeMap<Vec<usize>, usize>) -> usize {
    let all = 0..(1_usize << set.len());
    let subsets = all.map(|bits| {
        let taken = set.iter().enumerate().filter(|(place, _)| (bits >> place) & 1 == 1);
        taken.map(|(_, question)| *question).collect::<Vec<_>>()
    });
    subsets.filter_map(|subset| settled.get(&subset)).sum()
}

/// Each set of `size` more of the candidates with those of `begun`, in order.
fn for_each_set(
    candidates: &[usize],
    size: usize,
    begun: &mut Vec<usize>,
    each: &mut impl FnMut(&[usize]),
) {
    if size == 0 {
        return each(begun);
    }
    let mut rest = candidates;
    while let Some((first, after)) = rest.split_first() {
        begun.push(*first);
        for_each_set(after, size - 1, begun, each);
        begun.pop();
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::best;

    /// Sets written `1 2, 3`, an empty one `-`, and the chosen questions.
    #[track_caller]
    fn check(needed: &str, any: Option<usize>, expected: &[usize]) {
        let place = |word: &str| word.parse::<usize>().ok();
        let sets = needed.split(", ").filter(|words| !words.is_empty());
        let sets: Vec<_> = sets.map(|words| words.split(' ').filter_map(place).collect()).collect();
        let chosen: Vec<usize> = best(&sets, any).into_iter().collect();
        assert_eq!(chosen, expected, "{needed}");
    }

    #[test]
    fn nothing_is_asked_where_nothing_would_be_settled() {
        check("", Some(0), &[]);
        check("1 2 3 4", Some(0), &[]);
        check("-", None, &[]);
    }

    #[test]
    fn the_questions_that_settle_the_most_are_chosen() {
        check("5, 5, 7, 9, 9, 9, 2, 2", None, &[2, 5, 9]);
        check("1, 2, 3, 3, 4 5, 4 5, 4 5", None, &[3, 4, 5]);
        check("1 2, 2 3, 1 3, 7, 8, 9", None, &[1, 2, 3]);
        check("1 2 3, 1 2 3, 4, 5, 6", None, &[4, 5, 6]);
    }

    #[test]
    fn of_equals_fewer_questions_then_the_first_ones_are_chosen() {
        check("4, 4, 4", None, &[4]);
        check("8, 6, 4, 2", None, &[2, 4, 6]);
        check("1 9, 2 3, 2 3 4 5", None, &[1, 9]);
        check("2, 5 6 7, 5 6 7", None, &[5, 6, 7]);
        check("1 2, 3, 4", None, &[3, 4]);
    }

    #[test]
    fn any_answer_settles_what_asks_for_one() {
        check("-, -", Some(6), &[6]);
        check("-, -, 3", Some(6), &[3]);
        check("-, 1 2 3 4", Some(0), &[0]);
    }
}
