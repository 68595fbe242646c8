//! What both targets hold: the same judgements either way, to the last word.

use std::collections::BTreeMap;

use vigie::frame::Frames;
use vigie::rules::Catalogue;

/// Numbers at random, the same for the same seed.
pub(crate) fn numbers(seed: u64, count: usize) -> Vec<u16> {
    let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u16
    };
    (0..count).map(|_| next()).collect()
}

pub(crate) fn hold(catalogue: &Catalogue, texts: &BTreeMap<String, String>, frames: &Frames) {
    let as_of = chrono::NaiveDate::from_ymd_opt(2021, 7, 1).expect("a date");
    let translated = catalogue.judge(frames, as_of);
    let interpreted = catalogue.judge_interpreted(frames, as_of);
    assert_eq!(translated.len(), interpreted.len());
    for (one, other) in translated.iter().zip(&interpreted) {
        let text = texts.get(&format!("{}.rhai", one.rule)).map_or("", String::as_str);
        assert_eq!(one, other, "{text}");
    }
}
