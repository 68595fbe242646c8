//! The same rules three ways on the same rows: as hand-written Polars expressions, translated from
//! their scripts, and interpreted. No time is given unless the answers agree.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::IntoLazy as _;
use polars::prelude::col;
use polars::prelude::lit;
use polars::prelude::when;
use vigie::domain::edition::EditionId;
use vigie::domain::ids::MinistryCode;
use vigie::domain::ids::ProjectId;
use vigie::domain::portfolio::Portfolio;
use vigie::domain::snapshot::Phase;
use vigie::domain::snapshot::Snapshot;
use vigie::domain::subject::Scope;
use vigie::domain::value::Reported;
use vigie::frame;
use vigie::frame::Frames;
use vigie::rules;
use vigie::rules::Catalogue;
use vigie::rules::Limits;

/// Projects of the frame that others are multiples of, and that the interpreter is timed on.
pub(crate) const BASE: u32 = 10_000;

pub(crate) const FIELDS: [&str; 8] = [
    "budget_drift",
    "calendar_drift",
    "budget_drift_latest",
    "calendar_drift_latest",
    "cost_change",
    "budget_drift_change",
    "calendar_drift_change",
    "duration_change_months",
];

/// Three shapes of rule on eight fields.
pub(crate) const ORDINARY: usize = 24;

/// Thresholds of the shipped catalogue, with their values.
pub(crate) const WATCH: f64 = 0.10;
pub(crate) const HIGH: f64 = 0.20;
pub(crate) const CRITICAL: f64 = 0.30;

/// As the engine numbers what is missing: by its place among the fields and thresholds that the
/// rule reads, in reading order.
const FIRST_MISSING: i8 = 6;
const SECOND_MISSING: i8 = 7;
const THIRD_MISSING: i8 = 8;

pub(crate) fn measure() -> String {
    let base = frames();
    let mut table = String::from(
        "| rules | rows | compile | hand-written | translated | ratio | ns per row and rule |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for copies in [1, 10, 100] {
        let count = ORDINARY * copies;
        let started = Instant::now();
        let catalogue = catalogue(copies);
        let compile = started.elapsed();
        for times in [0, 1, 10, 100] {
            let frame =
                if times == 0 { base.projects.head(Some(43)) } else { stacked(&base, times) };
            // The largest of both would be two minutes of the same.
            if count * frame.height() > 240_000_000 {
                continue;
            }
            let (by_hand, translated) = race(&catalogue, &frame, copies);
            writeln!(
                table,
                "| {count} | {} | {:.1} ms | {:.2} ms | {:.2} ms | {:.2} | {:.2} |",
                frame.height(),
                compile.as_secs_f64() * 1e3,
                by_hand.as_secs_f64() * 1e3,
                translated.as_secs_f64() * 1e3,
                translated.as_secs_f64() / by_hand.as_secs_f64(),
                per_row(translated, frame.height(), count)
            )
            .unwrap();
        }
    }
    let interpreted = interpreted(&catalogue(1), &base);
    writeln!(
        table,
        "\nInterpreted, {ORDINARY} rules on {BASE} rows, evidence of what fired included: {interpreted:.0} ns per row and rule."
    )
    .unwrap();
    table
}

pub(crate) fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 11, 30).unwrap()
}

/// The best of three of each, once the answers are known to be the same.
pub(crate) fn race(
    catalogue: &Catalogue,
    frame: &DataFrame,
    copies: usize,
) -> (Duration, Duration) {
    let by_hand: Vec<Expr> = (0..ORDINARY * copies).map(hand_written).collect();
    let run_by_hand = || frame.clone().lazy().select(by_hand.clone()).collect().unwrap();
    let run_translated = || catalogue.outcomes(frame, Scope::Project, as_of()).unwrap();
    let (hand, ours) = (run_by_hand(), run_translated());
    assert_eq!(ours.rules().count(), ORDINARY * copies, "every rule of the bench is translated");
    for name in hand.get_column_names() {
        assert!(
            hand.column(name).unwrap().equals(ours.codes().column(name).unwrap()),
            "rule {name}: the answers differ"
        );
    }
    drop((hand, ours));
    let best = |run: &dyn Fn()| {
        let timed = |_| {
            let started = Instant::now();
            run();
            started.elapsed()
        };
        (0..3).map(timed).min().unwrap()
    };
    (best(&|| drop(run_by_hand())), best(&|| drop(run_translated())))
}

pub(crate) fn interpreted(catalogue: &Catalogue, base: &Frames) -> f64 {
    let started = Instant::now();
    let judgements = catalogue.judge_interpreted(base, as_of());
    per_row(started.elapsed(), judgements.len(), 1)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts far below 2^53")]
pub(crate) fn per_row(time: Duration, rows: usize, rules: usize) -> f64 {
    time.as_secs_f64() * 1e9 / (rows as f64 * rules as f64)
}

pub(crate) fn stacked(base: &Frames, times: usize) -> DataFrame {
    let mut frame = base.projects.clone();
    for _ in 1..times {
        frame.vstack_mut(&base.projects).unwrap();
    }
    frame.rechunk_mut();
    frame
}

pub(crate) fn id(index: usize) -> String {
    format!("B{index:04}")
}

pub(crate) fn catalogue(copies: usize) -> Catalogue {
    let mut texts =
        rules::read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    texts.retain(|path, _| path == "thresholds.toml");
    for index in 0..ORDINARY * copies {
        texts.insert(format!("drift/{}.rhai", id(index)), script(index));
    }
    let (catalogue, faults) = rules::compile(&texts, &Limits::default());
    assert!(faults.is_empty(), "{}", faults.first().unwrap());
    catalogue
}

/// The two fields that a rule reads.
pub(crate) fn fields(index: usize) -> (&'static str, &'static str) {
    let at = |place: usize| FIELDS.get(place % FIELDS.len()).copied().unwrap_or_default();
    (at(index / 3), at(index / 3 + 1))
}

fn script(index: usize) -> String {
    let (a, b) = fields(index);
    let assess = match index % 3 {
        0 => format!(
            "if p.{a} > t.budget_drift_critical {{ return CRITICAL; }}\n\
             if p.{a} > t.budget_drift_high {{ return HIGH; }}\n\
             if p.{a} > t.budget_drift_watch {{ return WATCH; }}\nCLEAR"
        ),
        1 => format!(
            "if p.{a} > t.budget_drift_high && p.{b} > t.budget_drift_high {{ return HIGH; }}\n\
             if p.{a} > t.budget_drift_watch || p.{b} > t.budget_drift_watch {{ return WATCH; }}\n\
             CLEAR"
        ),
        _ => format!(
            "if p.phase == \"build\" && p.{a} > t.budget_drift_high {{ return MODERATE; }}\nCLEAR"
        ),
    };
    format!(
        "/*---\nid = \"{}\"\ntitle = \"Banc d’essai\"\nfamily = \"drift\"\nscope = \"project\"\n\
         status = \"stable\"\nsources = [\"banc\"]\nguidance = \"Aucune.\"\n---*/\n\
         fn assess(p, t) {{\n{assess}\n}}\nfn explain(p, t) {{ `banc` }}\n",
        id(index)
    )
}

/// What one would write who knows Polars, the rule, and that nothing missing may pass for calm.
fn hand_written(index: usize) -> Expr {
    let (a, b) = fields(index);
    let missing = |name: &str| col(name).is_null();
    let above = |name: &str, threshold: f64| col(name).gt(lit(threshold));
    let code = match index % 3 {
        0 => when(missing(a))
            .then(lit(FIRST_MISSING))
            .when(above(a, CRITICAL))
            .then(lit(4_i8))
            .when(above(a, HIGH))
            .then(lit(3_i8))
            .when(above(a, WATCH))
            .then(lit(1_i8))
            .otherwise(lit(0_i8)),
        1 => when(missing(a))
            .then(lit(FIRST_MISSING))
            .when(above(a, HIGH).and(missing(b)))
            .then(lit(THIRD_MISSING))
            .when(above(a, HIGH).and(above(b, HIGH)))
            .then(lit(3_i8))
            .when(above(a, WATCH))
            .then(lit(1_i8))
            .when(missing(b))
            .then(lit(THIRD_MISSING))
            .when(above(b, WATCH))
            .then(lit(1_i8))
            .otherwise(lit(0_i8)),
        _ => when(missing("phase"))
            .then(lit(FIRST_MISSING))
            .when(col("phase").neq(lit("build")))
            .then(lit(0_i8))
            .when(missing(a))
            .then(lit(SECOND_MISSING))
            .when(above(a, HIGH))
            .then(lit(2_i8))
            .otherwise(lit(0_i8)),
    };
    code.cast(DataType::Int8).alias(id(index).as_str())
}

/// Two editions of invented projects; figures drift, and one in ten is missing.
pub(crate) fn frames() -> Frames {
    let snapshot = |number: u32, edition: &str, step: u32| {
        let spread = f64::from(number.wrapping_mul(2_654_435_761) % 1000) / 1000.0;
        let drift = 1.0 + spread * 0.5 * f64::from(step);
        let figure = |initial: f64, gap: u32| {
            if number % 10 == gap { Reported::Missing } else { Reported::Given(initial * drift) }
        };
        Snapshot {
            project: ProjectId::new(format!("p{number:06}")),
            edition: edition.parse::<EditionId>().unwrap(),
            name: format!("Projet {number}"),
            ministry: MinistryCode::new(if number.is_multiple_of(2) { "MJ" } else { "MI" }),
            ministry_label: "Ministère".to_owned(),
            phase: match number % 7 {
                0 => Reported::Missing,
                1..=4 => Reported::Given(Phase::Build),
                _ => Reported::Given(Phase::Rollout),
            },
            start_on: Reported::Given(NaiveDate::from_ymd_opt(2017, 1, 1).unwrap()),
            duration_months: figure(48.0, 3),
            cost_meur: figure(20.0, 5),
            inter_ministerial: None,
            functional_zone: None,
            programme: None,
            description: None,
            withheld_reason: None,
            row: number,
        }
    };
    let mut portfolio = Portfolio::default();
    for (edition, step) in [("2020-06", 0), ("2020-11", 1)] {
        portfolio.snapshots.extend((0..BASE).map(|number| snapshot(number, edition, step)));
    }
    frame::build(&portfolio, as_of(), Some(0.25)).unwrap()
}
