//! Any text at all as the body of a rule: the compiler never panics, and what compiles is judged the
//! same way translated and interpreted.
#![no_main]

#[path = "../../tests/it/compile/choices.rs"]
mod choices;
#[path = "../../tests/it/compile/rule_text.rs"]
mod rule_text;
#[path = "../../tests/it/compile/translate_frames.rs"]
mod translate_frames;
// The frames draw from the choices of the grammar; nothing else of it is used here.
#[path = "../../tests/it/compile/translate_grammar.rs"]
#[expect(dead_code, reason = "see above")]
mod translate_grammar;
#[path = "../../tests/it/compile/translate_values.rs"]
mod translate_values;

#[path = "../same.rs"]
mod same;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

use crate::choices::Choices;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::frame::Frames;
use vigie::rules::{ScriptLimits, compile_catalogue, lints};

static FRAMES: LazyLock<Frames> = LazyLock::new(|| {
    let numbers = same::numbers(7, 8_000);
    translate_frames::frames(SubjectKind::Project, 6, &mut Choices::of(&numbers))
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    // A whole file when it looks like one, else the functions of a rule.
    let rule =
        if text.starts_with("/*---") { text.into_owned() } else { rule_text::rule("X00", &text) };
    let texts = BTreeMap::from([
        ("X00.rhai".to_owned(), rule),
        ("thresholds.toml".to_owned(), rule_text::THRESHOLDS.to_owned()),
    ]);
    // Less room than a rule has, so that a loop costs the fuzzer less.
    let limits = ScriptLimits { operations: 5_000, ..ScriptLimits::default() };
    let (catalogue, _) = compile_catalogue(&texts, &limits);
    drop(lints(&catalogue, &texts));
    same::hold(&catalogue, &texts, &FRAMES);
});
