//! Rules and frames from the grammar of the tests: translation and interpreter must give the same
//! verdicts. The first bytes are the seed of the frame, the others choose what the rules are made of.
#![no_main]

// What the tests share with this target; not all of it is used here.
#[path = "../../tests/it/compile/choices.rs"]
mod choices;
#[path = "../../tests/it/compile/rule_text.rs"]
mod rule_text;
#[path = "../../tests/it/compile/translate_frames.rs"]
mod translate_frames;
#[path = "../../tests/it/compile/translate_grammar.rs"]
mod translate_grammar;
#[path = "../../tests/it/compile/translate_values.rs"]
mod translate_values;

#[path = "../same.rs"]
mod same;

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;

use crate::choices::Choices;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::rules::{ScriptLimits, compile_catalogue};

/// Of bytes: how many are the seed of a frame.
const SEED: usize = 8;
const ROWS: usize = 8;

/// Words of a rule; a longer input writes another rule.
const WORDS: usize = 160;

fuzz_target!(|data: &[u8]| {
    let Some((seed, rest)) = data.split_first_chunk::<SEED>() else { return };
    let numbers: Vec<u16> =
        rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let mut texts = BTreeMap::new();
    for (place, part) in numbers.chunks(WORDS).take(4).enumerate() {
        let id = format!("X{place:02}");
        texts.insert(format!("{id}.rhai"), translate_grammar::rule(&id, &mut Choices::of(part)));
    }
    texts.insert("thresholds.toml".to_owned(), rule_text::THRESHOLDS.to_owned());
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    assert!(faults.is_empty(), "the grammar wrote a rule with a fault: {faults:?}\n{texts:#?}");
    let of_frame = same::numbers(u64::from_le_bytes(*seed), 8_000);
    let frames = translate_frames::frames(SubjectKind::Project, ROWS, &mut Choices::of(&of_frame));
    same::hold(&catalogue, &texts, &frames);
});
