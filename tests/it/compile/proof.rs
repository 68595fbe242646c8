//! The proof of the translation: on rules and frames at random, expressions and interpreter give
//! the same verdicts, missing fields and faults included.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::choices::Choices;
use super::translate_frames::frames;
use super::{translate_grammar as grammar, translate_values as values};
use crate::rules::catalogue::{day, words};
use crate::support::root;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::domain::rules::verdict::{Judgement, Verdict};
use vigie::frame::Frames;
use vigie::rules::{
    Catalogue, CompiledOutcome, ExecutionRoute, ScriptLimits, compile_catalogue, read_folder,
};

/// The seed of every run: a failure here is a failure everywhere.
const SEED: [u8; 32] = *b"the same verdicts, row after row";
const RUNS: u32 = 24;
const RULES: usize = 24;
const ROWS: usize = 24;

/// What the runs came to.
#[derive(Debug, Default)]
struct Tally {
    cases: usize,
    rules: usize,
    translated: usize,
    /// Constructs of the rules that were translated.
    constructs: BTreeSet<&'static str>,
    levels: usize,
    missing: usize,
    interpreted: usize,
    failed: usize,
}

/// The same judgements either way; if not, the first that differ.
fn hold(
    catalogue: &Catalogue,
    texts: &BTreeMap<String, String>,
    frames: &Frames,
    as_of: NaiveDate,
) -> Result<Vec<Judgement>, String> {
    let translated = catalogue.judge(frames, as_of);
    let interpreted = catalogue.judge_interpreted(frames, as_of);
    if translated.len() != interpreted.len() {
        return Err(format!("{} judgements, {}", translated.len(), interpreted.len()));
    }
    for (one, other) in translated.iter().zip(&interpreted) {
        if one != other {
            let text = texts.get(&format!("{}.rhai", one.rule)).map_or("", String::as_str);
            return Err(format!(
                "seed {SEED:?}, as of {as_of}\n{text}\non {:?}\ntranslated:  {}\ninterpreted: {}",
                one.subject,
                words(&one.verdict),
                words(&other.verdict)
            ));
        }
    }
    Ok(interpreted)
}

/// The difference that was found, without the numbers behind it.
fn failure_of(outcome: Result<(), TestError<impl std::fmt::Debug>>) -> String {
    match outcome {
        Ok(()) => String::new(),
        Err(TestError::Fail(reason, _) | TestError::Abort(reason)) => reason.to_string(),
    }
}

fn one_run(numbers: &[u16], early: bool, tally: &mut Tally) -> Result<(), String> {
    let (for_rules, for_frame) = numbers.split_at(numbers.len() / 4);
    let mut texts = BTreeMap::new();
    let mut used = BTreeMap::new();
    for (rule, part) in for_rules.chunks(for_rules.len() / RULES).take(RULES).enumerate() {
        let id = format!("X{rule:02}");
        let mut choices = Choices::of(part);
        texts.insert(format!("{id}.rhai"), grammar::rule(&id, &mut choices));
        used.insert(id, choices.used);
    }
    texts.insert("thresholds.toml".to_owned(), super::rule_text::THRESHOLDS.to_owned());
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    if let Some(fault) = faults.first() {
        let text = texts.get(&fault.file).map_or("", String::as_str);
        return Err(format!("the grammar wrote a rule with a fault: {fault}\n{text}"));
    }
    let frames = frames(SubjectKind::Project, ROWS, &mut Choices::of(for_frame));
    let as_of = day(if early { "2020-06-01" } else { "2021-07-01" });
    let judged = hold(&catalogue, &texts, &frames, as_of)?;
    let outcomes = catalogue.outcomes(&frames.projects, SubjectKind::Project, as_of).unwrap();
    tally.cases += judged.len();
    for rule in catalogue.rules() {
        tally.rules += 1;
        if catalogue.route(&rule.id) == Some(ExecutionRoute::Translated) {
            tally.translated += 1;
            tally.constructs.extend(used.get(rule.id.as_str()).into_iter().flatten());
        }
        for row in 0..ROWS {
            match outcomes.outcome(&rule.id, row) {
                Some(CompiledOutcome::Level(_)) => tally.levels += 1,
                Some(CompiledOutcome::Missing(_)) => tally.missing += 1,
                Some(CompiledOutcome::Interpreted) => tally.interpreted += 1,
                None => {}
            }
        }
    }
    tally.failed +=
        judged.iter().filter(|one| matches!(one.verdict, Verdict::Failed { .. })).count();
    Ok(())
}

#[test]
fn translated_and_interpreted_rules_give_the_same_verdicts() {
    let tally = RefCell::new(Tally::default());
    let config = Config {
        cases: RUNS,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let numbers = proptest::collection::vec(any::<u16>(), 24_000);
    let outcome =
        TestRunner::new_with_rng(config, rng).run(&(numbers, any::<bool>()), |(numbers, early)| {
            let mut counts = tally.borrow_mut();
            one_run(&numbers, early, &mut counts).map_err(TestCaseError::fail)
        });
    let failure = failure_of(outcome);
    assert!(failure.is_empty(), "{failure}");
    let tally = tally.into_inner();
    println!("{tally:?}");
    assert!(tally.cases >= 10_000, "{} cases", tally.cases);
    assert!(tally.translated * 10 >= tally.rules * 8, "{tally:?}");
    assert!(tally.levels * 4 >= tally.cases, "{tally:?}");
    let all = [&values::BOOLEANS[..], &values::NUMBERS, &grammar::STATEMENTS, &grammar::ENDS];
    let unproved: Vec<&str> =
        all.concat().into_iter().filter(|one| !tally.constructs.contains(one)).collect();
    assert_eq!(unproved, Vec::<&str>::new());
}

#[test]
fn the_rules_that_ship_give_the_same_verdicts_either_way() {
    let texts = read_folder(&root().join("rules")).unwrap();
    let (catalogue, _) = compile_catalogue(&texts, &ScriptLimits::default());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let numbers = proptest::collection::vec(any::<u16>(), 20_000);
    let outcome = TestRunner::new_with_rng(config, rng).run(&numbers, |numbers| {
        for (scope, rows) in
            [(SubjectKind::Project, 30), (SubjectKind::Ministry, 20), (SubjectKind::Portfolio, 5)]
        {
            let frames = frames(scope, rows, &mut Choices::of(&numbers));
            for as_of in ["2020-06-01", "2022-07-01"] {
                hold(&catalogue, &texts, &frames, day(as_of)).map_err(TestCaseError::fail)?;
            }
        }
        Ok(())
    });
    let failure = failure_of(outcome);
    assert!(failure.is_empty(), "{failure}");
}
