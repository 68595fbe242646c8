//! Frames of more rows than are worked on at a time: each row answers as it does among few.

use polars::frame::DataFrame;
use polars::prelude::{DataType, IntoColumn as _, NamedFrom as _, Series};

use super::choices::Choices;
use super::translate_frames::frames;
use crate::rules::catalogue::{catalogue, day, rule_assessing};
use crate::support::root;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::rules::{Catalogue, CompiledOutcome, ScriptLimits, compile_catalogue, read_folder};

/// More than one piece, and no multiple of anything.
const TALL: usize = 66_003;

/// Holds the answers on a frame repeated to a tall one against those of the frame itself.
#[track_caller]
fn check(catalogue: &Catalogue, small: &DataFrame, from: usize) {
    let mut tall = small.clone();
    while tall.height() < TALL + from {
        tall.vstack_mut(&tall.clone()).unwrap();
    }
    // Not at the start of a byte of bits, nor in one piece.
    let tall = tall.slice(i64::try_from(from).unwrap(), TALL);
    let few = catalogue.outcomes(small, SubjectKind::Project, day("2021-07-01")).unwrap();
    let many = catalogue.outcomes(&tall, SubjectKind::Project, day("2021-07-01")).unwrap();
    assert_eq!(few.rules().count(), many.rules().count());
    for rule in few.rules() {
        let few = few.codes().column(rule.as_str()).unwrap().i8().unwrap();
        let few: Vec<i8> = few.into_no_null_iter().collect();
        let many = many.codes().column(rule.as_str()).unwrap().i8().unwrap();
        assert_eq!(many.len(), TALL);
        let expected = few.iter().cycle().skip(from).take(TALL);
        let other = many.into_no_null_iter().zip(expected).position(|(one, other)| one != *other);
        assert_eq!(other, None, "rule {rule}: the first row that answers otherwise");
    }
}

fn ordinary() -> DataFrame {
    const ROWS: usize = 210;
    let holes = |every: usize| move |row: usize| (row % every != 1).then_some(row);
    let figures: Vec<Option<f64>> =
        (0..ROWS).map(|row| holes(5)(row).map(|row| [0.05, 0.25, 0.5, 3.0][row % 4])).collect();
    let counts: Vec<Option<i64>> =
        (0..ROWS).map(|row| holes(7)(row).map(|row| [0, 1, 2, 9, -3, 4][row % 6])).collect();
    let phases: Vec<Option<&str>> =
        (0..ROWS).map(|row| holes(3)(row).map(|row| ["build", "rollout", ""][row % 3])).collect();
    let days: Vec<Option<i32>> =
        (0..ROWS).map(|row| holes(6)(row).map(|row| [18_000, 18_500, 19_000][row % 3])).collect();
    let columns = vec![
        Series::new("cost_initial".into(), figures).into_column(),
        Series::new("editions_seen".into(), counts).into_column(),
        Series::new("phase".into(), phases).into_column(),
        Series::new("start_on".into(), days).cast(&DataType::Date).unwrap().into_column(),
    ];
    DataFrame::new(ROWS, columns).unwrap()
}

fn bodies() -> Catalogue {
    let bodies = [
        "if p.cost_initial > t.high { HIGH } else { CLEAR }",
        "let level = WATCH; if p.phase == \"build\" { level = HIGH; } \
         if (p.editions_seen ?? 3) > 2 && level > WATCH { level = CRITICAL; } level",
        "switch p.phase { \"build\" => MODERATE, \"rollout\" if p.cost_initial < 1 => HIGH, _ => CLEAR }",
        "if p.cost_initial / p.editions_seen > 1 || !has(p.start_on) { HIGH } else { CLEAR }",
        "if p.phase in [\"build\", \"a\", \"b\"] { HIGH } else { if p.editions_seen % 2 == 1 { WATCH } else { CLEAR } }",
        "if has(p.cost_initial) == has(p.phase) { HIGH } else { CLEAR }",
        "CLEAR",
    ];
    let rules: Vec<(String, String)> = bodies
        .iter()
        .enumerate()
        .map(|(place, body)| {
            let id = format!("X{place}");
            (format!("{id}.rhai"), rule_assessing(&id, body))
        })
        .collect();
    let rules: Vec<(&str, String)> =
        rules.iter().map(|(file, text)| (file.as_str(), text.clone())).collect();
    catalogue(&rules)
}

#[test]
fn rows_of_a_tall_frame_answer_as_among_few() {
    let catalogue = bodies();
    let small = ordinary();
    for from in [0, 13] {
        check(&catalogue, &small, from);
    }
    let outcomes = catalogue.outcomes(&small, SubjectKind::Project, day("2021-07-01")).unwrap();
    let is_left_to_interpreter = |row| {
        outcomes
            .rules()
            .any(|rule| outcomes.outcome(rule, row) == Some(CompiledOutcome::Interpreted))
    };
    assert!((0..small.height()).any(is_left_to_interpreter), "a division by zero");
}

#[test]
fn what_is_not_ordinary_in_a_tall_frame_is_seen() {
    let mut texts = read_folder(&root().join("rules")).unwrap();
    texts.retain(|path, _| path.starts_with("drift") || path == "thresholds.toml");
    let (catalogue, _) = compile_catalogue(&texts, &ScriptLimits::default());
    let numbers: Vec<u16> =
        (0..20_000_u16).map(|number| number.wrapping_mul(40_503) >> 3).collect();
    check(&catalogue, &frames(SubjectKind::Project, 30, &mut Choices::of(&numbers)).projects, 13);
}
