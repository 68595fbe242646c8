//! Compares three ways to run the same rules on the same rows: hand-written Polars expressions, scripts compiled to Polars,
//! and interpreted scripts. Results are compared before times are reported. Each size runs in a process of its own, so that
//! peak memory is separate.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Expr, IntoLazy as _};

use crate::by_hand::ORDINARY;
use crate::{by_hand, invented, memory};
use vigie::application::run_cases;
use vigie::domain::ids::RuleId;
use vigie::domain::portfolio::subject::SubjectKind;
use vigie::rules;
use vigie::rules::{Catalogue, Outcomes, ScriptLimits};

/// Numbers of copies of the rules, each copy with its own thresholds.
const COPIES: [usize; 3] = [1, 10, 100];
const ROWS: [usize; 4] = [43, 10_000, 100_000, 1_000_000];

/// Number of rows for timing the interpreter.
const INTERPRETED: usize = 10_000;

/// Time in which each way is timed repeatedly, in turns. The best time counts, because noise only adds.
const PATIENCE: Duration = Duration::from_secs(6);
const MOST_TURNS: usize = 15;

pub(crate) fn measure() -> String {
    let mut table = String::from(
        "The same rules on the same rows, as Polars expressions written by hand, translated from \
         their scripts, and interpreted: answers compared before any time is given, the ways timed \
         in turns, the best of each. One value in ten is missing, and one phase in seven. By hand: \
         the faster of two ways to write them, the plainest and one with typed literals and what \
         is missing first, given to Polars as they are. Peak memory is that of a process of its \
         own, its frame included, until the translated rules have answered.\n\n\
         | rules | rows | compile | by hand | translated | ratio | ns per row and rule, by hand | translated | peak memory |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for copies in COPIES {
        for rows in ROWS {
            let line = in_own_process(&format!("{copies}x{rows}"));
            table.push_str(&line);
        }
    }
    let rest = in_own_process("interpreted");
    write!(table, "\n{rest}").unwrap();
    table
}

/// One line of the table, or the text after it. Runs in a process of its own.
pub(crate) fn one(cell: &str) -> String {
    match cell.split_once('x') {
        Some((copies, rows)) => line(copies.parse().unwrap(), rows.parse().unwrap()),
        None => interpreted() + shipped().as_str(),
    }
}

fn in_own_process(cell: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(["--cell", cell]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    if output.status.success() {
        text
    } else {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        format!("{cell}: no figure, {}\n", said.lines().last().unwrap_or("killed"))
    }
}

pub(crate) fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 11, 30).unwrap()
}

fn line(copies: usize, rows: usize) -> String {
    let count = ORDINARY * copies;
    let frame = invented::frame(rows, &by_hand::columns(), as_of());
    let started = Instant::now();
    let catalogue = catalogue(copies);
    let compile = started.elapsed();
    memory::reset_peak();
    let outcomes = translated(&catalogue, &frame);
    let peak = memory::peak();
    assert_eq!(outcomes.rules().count(), count, "every rule of the bench is translated");
    drop(outcomes);
    let (theirs, ours) = race(&catalogue, &frame, count);
    format!(
        "| {count} | {rows} | {} | {} | {} | {:.2} | {:.2} | {:.2} | {peak} |\n",
        milliseconds(compile),
        milliseconds(theirs),
        milliseconds(ours),
        ours.as_secs_f64() / theirs.as_secs_f64(),
        per_row(theirs, rows, count),
        per_row(ours, rows, count),
    )
}

/// The best times of the hand-written and the compiled rules, after checking that their results are the same.
pub(crate) fn race(catalogue: &Catalogue, frame: &DataFrame, count: usize) -> (Duration, Duration) {
    let codes = fingerprints(translated(catalogue, frame).codes());
    let as_it_comes: Vec<Expr> = (0..count).map(by_hand::plainest).collect();
    let with_types: Vec<Expr> = (0..count).map(by_hand::typed).collect();
    for expressions in [&as_it_comes, &with_types] {
        let theirs = fingerprints(&by_expressions(expressions, frame));
        assert_eq!(codes, theirs, "the answers differ");
    }
    let [ours, plainest, typed] = in_turns(&[
        &|| drop(translated(catalogue, frame)),
        &|| drop(by_expressions(&as_it_comes, frame)),
        &|| drop(by_expressions(&with_types, frame)),
    ]);
    (plainest.min(typed), ours)
}

/// Time of the interpreter on one thread, in nanoseconds per row and rule.
pub(crate) fn interpreted_alone(catalogue: &Catalogue, frame: &DataFrame) -> f64 {
    let started = Instant::now();
    for rule in catalogue.rules() {
        drop(catalogue.plain_outcomes(&rule.id, frame, as_of()));
    }
    per_row(started.elapsed(), frame.height(), ORDINARY)
}

fn translated(catalogue: &Catalogue, frame: &DataFrame) -> Outcomes {
    catalogue.outcomes(frame, SubjectKind::Project, as_of()).unwrap()
}

fn by_expressions(expressions: &[Expr], frame: &DataFrame) -> DataFrame {
    frame.clone().lazy().select(expressions).collect().unwrap()
}

/// The best time of each way.
fn in_turns<const WAYS: usize>(ways: &[&dyn Fn(); WAYS]) -> [Duration; WAYS] {
    let mut best = [Duration::MAX; WAYS];
    let since = Instant::now();
    for turn in 0..MOST_TURNS {
        if turn >= 2 && since.elapsed() > PATIENCE {
            break;
        }
        for (so_far, way) in best.iter_mut().zip(ways) {
            let started = Instant::now();
            way();
            *so_far = started.elapsed().min(*so_far);
        }
    }
    best
}

/// A hash of each rule's results, so that large results are not held twice.
fn fingerprints(codes: &DataFrame) -> Vec<u64> {
    let of_rule = |column: &polars::prelude::Column| {
        let cells = column.i8().unwrap();
        cells.downcast_iter().flat_map(|chunk| chunk.values_iter()).fold(7_u64, |so_far, code| {
            so_far.wrapping_mul(31).wrapping_add(u64::from(code.cast_unsigned()))
        })
    };
    codes.columns().iter().map(of_rule).collect()
}

/// Times the interpreter without evidence, on one thread and on all.
fn interpreted() -> String {
    let frame = invented::frame(INTERPRETED, &by_hand::columns(), as_of());
    let catalogue = catalogue(1);
    let ids: Vec<RuleId> = catalogue.rules().map(|rule| rule.id.clone()).collect();
    let outcomes = translated(&catalogue, &frame);
    for id in &ids {
        for (row, plain) in catalogue.plain_outcomes(id, &frame, as_of()).iter().enumerate() {
            assert_eq!(*plain, outcomes.outcome(id, row), "rule {id}, row {row}");
        }
    }
    let workers = thread::available_parallelism().unwrap().get();
    let share = |first: usize, step: usize| {
        for id in ids.iter().skip(first).step_by(step) {
            drop(catalogue.plain_outcomes(id, &frame, as_of()));
        }
    };
    let side_by_side = || {
        thread::scope(|scope| {
            for worker in 0..workers {
                scope.spawn(move || share(worker, workers));
            }
        });
    };
    let large = invented::frame(1_000_000, &by_hand::columns(), as_of());
    let [alone, together, ours] =
        in_turns(&[&|| share(0, 1), &side_by_side, &|| drop(translated(&catalogue, &large))]);
    let [alone, together] = [alone, together].map(|time| per_row(time, INTERPRETED, ORDINARY));
    let of_ours = per_row(ours, large.height(), ORDINARY);
    format!(
        "Interpreted, `assess` alone without evidence, {ORDINARY} rules on {INTERPRETED} rows, \
         answers compared: {alone:.0} ns per row and rule on one thread, {together:.0} on {workers}. \
         Translated, on 1000000 rows and {workers} threads in the same run: {of_ours:.2} ns, \
         {:.0} times faster than the interpreter on as many threads, {:.0} times faster than on \
         one.\n",
        together / of_ours,
        alone / of_ours,
    )
}

/// Times the shipped catalogue.
fn shipped() -> String {
    let texts = rules::read_folder(&root().join("rules")).unwrap();
    let compile = || rules::compile_catalogue(&texts, &ScriptLimits::default());
    let (catalogue, faults) = compile();
    assert!(faults.is_empty(), "{}", faults.first().unwrap());
    let frame = invented::base(as_of()).head(Some(43));
    let test = || run_cases(&catalogue, &texts, &|_| true).unwrap();
    let cases = test().len();
    let [compiled, evaluated, tested] = in_turns(&[
        &|| drop(compile()),
        &|| drop(translated(&catalogue, &frame)),
        &|| drop(test()),
    ]);
    let count = catalogue.rules().count();
    format!(
        "\nThe catalogue that ships, {count} rules: compiled in {}; its project rules answer on 43 \
         rows in {}, the plan of the query included; its {cases} cases and series run in {}.\n",
        milliseconds(compiled),
        milliseconds(evaluated),
        milliseconds(tested),
    )
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts far below 2^53")]
pub(crate) fn per_row(time: Duration, rows: usize, rules: usize) -> f64 {
    time.as_secs_f64() * 1e9 / (rows as f64 * rules as f64)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn catalogue(copies: usize) -> Catalogue {
    let mut texts = rules::read_folder(&root().join("rules")).unwrap();
    texts.retain(|path, _| path == "thresholds.toml");
    for thresholds in texts.values_mut() {
        thresholds.push_str(&by_hand::thresholds(copies));
    }
    for index in 0..ORDINARY * copies {
        texts.insert(format!("drift/{}.rhai", by_hand::id(index)), by_hand::script(index));
    }
    let (catalogue, faults) = rules::compile_catalogue(&texts, &ScriptLimits::default());
    assert!(faults.is_empty(), "{}", faults.first().unwrap());
    catalogue
}
