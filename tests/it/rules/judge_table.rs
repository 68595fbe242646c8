//! `vigie judge`: the catalogue on any table, without the database.

use std::fs::File;
use std::io::Read as _;
use std::process::Stdio;

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{
    Column, CsvWriter, DataType, ParquetReader, ParquetWriter, SerReader as _, SerWriter as _,
};

use crate::support::{Answer, TestApp, fixtures, root, shipped_dictionary};
use vigie::domain::portfolio::subject::Subject;
use vigie::domain::rules::verdict::{Absence, Judgement, Verdict};
use vigie::frame::Frames;
use vigie::rules::ScriptLimits;
use vigie::store::Store;
use vigie::{frame, rules};

pub(crate) const AS_OF: &str = "2020-11-30";

/// Measures of a row that a table may leave out: they are computed from its other columns.
const COMPUTED: [&str; 15] = [
    "as_of",
    "budget_drift",
    "calendar_drift",
    "budget_drift_latest",
    "calendar_drift_latest",
    "budget_drift_previous",
    "calendar_drift_previous",
    "cost_change",
    "cost_change_meur",
    "duration_change_months",
    "budget_drift_change",
    "calendar_drift_change",
    "remaining_months",
    "data_age_days",
    "cpi",
];

fn as_of() -> NaiveDate {
    AS_OF.parse().unwrap()
}

/// The frames of a cycle on the fixtures.
pub(crate) fn frames(app: &TestApp) -> Frames {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let portfolio = runtime.block_on(async {
        let store = Store::open(&app.database_url()).await.unwrap();
        let upto = store.latest_known().await.unwrap();
        store.portfolio(&upto, as_of()).await.unwrap()
    });
    frame::build(&portfolio, shipped_dictionary(), as_of(), Some(0.25)).unwrap()
}

/// What a cycle judges of the subjects of a scope, a line each.
fn expected(frames: &Frames, kind: &str) -> Vec<String> {
    let texts = rules::read_folder(&root().join("rules")).unwrap();
    let (catalogue, faults) = rules::compile_catalogue(&texts, &ScriptLimits::default());
    assert!(faults.is_empty());
    let judged = catalogue.judge(frames, as_of()).into_iter();
    let mut lines: Vec<String> = judged
        .filter(|one| one.subject.to_string().starts_with(kind))
        .map(|one| line(&one))
        .collect();
    lines.sort();
    lines
}

fn line(judged: &Judgement) -> String {
    let subject = match &judged.subject {
        Subject::Project(id) => id.as_str(),
        Subject::Ministry(code) => code.as_str(),
        Subject::Portfolio => "portfolio",
    };
    let words = match &judged.verdict {
        Verdict::Level { level } => format!("level,{},,,", level.as_str()),
        Verdict::Unknown { missing } => {
            let withheld = missing[0].why == Absence::Withheld;
            let why = if withheld { "withheld" } else { "missing" };
            format!("unknown,,{},{why},", missing[0].field)
        }
        Verdict::Failed { fault } => format!("failed,,,,{}", fault.message),
    };
    format!("{subject},{},{words}", judged.rule)
}

fn sorted_lines(csv: &str) -> Vec<String> {
    let mut lines: Vec<String> = csv.lines().skip(1).map(str::to_owned).collect();
    lines.sort();
    lines
}

pub(crate) fn write_parquet(app: &TestApp, name: &str, frame: &mut DataFrame) -> String {
    let path = app.path(name);
    ParquetWriter::new(File::create(&path).unwrap()).finish(frame).unwrap();
    path.display().to_string()
}

pub(crate) fn judge(app: &TestApp, table: &str, more: &[&str]) -> Answer {
    let mut arguments = vec!["judge", "--frame", table, "--as-of", AS_OF];
    arguments.extend(more);
    app.run(&arguments)
}

#[track_caller]
pub(crate) fn verdicts(app: &TestApp, table: &str, more: &[&str]) -> String {
    let answer = judge(app, table, more);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    answer.stdout
}

#[test]
fn a_table_of_all_fields_gets_the_verdicts_of_a_cycle_whatever_its_format_and_scope() {
    let app = TestApp::with_fixtures();
    let frames = frames(&app);
    for (scope, kind, frame) in [
        ("project", "project/", &frames.projects),
        ("ministry", "ministry/", &frames.ministries),
        ("portfolio", "portfolio", &frames.portfolio),
    ] {
        let mut frame = frame.clone();
        let expected = expected(&frames, kind);
        assert!(!expected.is_empty());
        let table = write_parquet(&app, "table.parquet", &mut frame);
        let path = app.path("table.csv");
        CsvWriter::new(File::create(&path).unwrap()).finish(&mut frame).unwrap();
        for file in [&table, path.to_str().unwrap()] {
            let found = verdicts(&app, file, &["--scope", scope]);
            assert_eq!(sorted_lines(&found), expected, "{scope}");
        }
    }
}

#[test]
fn measures_that_a_table_leaves_out_are_computed_as_a_cycle_computes_them() {
    let app = TestApp::with_fixtures();
    let frames = frames(&app);
    let mut bare = frames.projects.drop_many(COMPUTED);
    assert_eq!(bare.width() + COMPUTED.len(), frames.projects.width());
    let table = write_parquet(&app, "bare.parquet", &mut bare);
    let answer = judge(&app, &table, &[]);
    assert_eq!(sorted_lines(&answer.stdout), expected(&frames, "project/"));
    assert!(answer.stderr.contains("calculé d’autres colonnes\u{a0}: "), "{}", answer.stderr);
}

#[test]
fn a_table_that_gives_nothing_but_subjects_is_judged_all_rows_at_once() {
    let app = TestApp::new();
    std::fs::write(app.path("t.csv"), "project_id\na\nb\n").unwrap();
    let answer = judge(&app, "t.csv", &[]);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert!(!answer.stderr.contains("interpreted"), "{}", answer.stderr);
}

#[test]
fn verdicts_in_a_parquet_file_are_those_of_the_csv() {
    let app = TestApp::with_fixtures();
    let table = write_parquet(&app, "t.parquet", &mut frames(&app).projects);
    let out = app.path("verdicts.parquet");
    let output = verdicts(&app, &table, &["--out", out.to_str().unwrap(), "--explain"]);
    assert_eq!(output, "");
    let read = ParquetReader::new(File::open(&out).unwrap()).finish().unwrap();
    let csv = verdicts(&app, &table, &["--explain"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(headers.join(","), "subject,rule,outcome,level,missing,absence,fault,explanation");
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(read.height(), records.len());
    for (place, header) in headers.iter().enumerate() {
        let column = read.column(header).unwrap().str().unwrap();
        for (found, record) in column.iter().zip(&records) {
            assert_eq!(found.unwrap_or_default(), &record[place]);
        }
    }
    assert!(!app.path("verdicts.parquet.partial").exists());
}

#[test]
fn explanations_come_with_what_fired_only_on_request() {
    let app = with_drift_rules();
    let table = fixtures().join("tables/entrepot.csv");
    let profile = fixtures().join("tables/entrepot.toml");
    let [table, profile] = [&table, &profile].map(|path| path.to_str().unwrap());
    let answer = judge(&app, table, &["--profile", profile, "--fired", "--explain"]);
    insta::assert_snapshot!(answer.stdout);
    insta::assert_snapshot!(answer.stderr);
}

#[test]
fn a_table_in_windows_1252_is_read_as_the_same_in_utf_8() {
    let app = TestApp::new();
    let profile = fixtures().join("tables/entrepot.toml");
    let text = std::fs::read_to_string(fixtures().join("tables/entrepot.csv")).unwrap();
    let letters = text.chars().map(|letter| match letter {
        '€' => 0x80,
        other => u8::try_from(u32::from(other)).unwrap(),
    });
    std::fs::write(app.path("old.csv"), letters.collect::<Vec<u8>>()).unwrap();
    std::fs::write(app.path("new.csv"), format!("\u{feff}{text}")).unwrap();
    let profile = ["--profile", profile.to_str().unwrap()];
    assert_eq!(verdicts(&app, "old.csv", &profile), verdicts(&app, "new.csv", &profile));
}

#[test]
fn numbers_of_other_widths_and_texts_are_read_as_the_field_is() {
    let app = TestApp::new();
    let mut frame = DataFrame::new_infer_height(vec![
        Column::new("project_id".into(), [7_i32, 8]),
        Column::new("cost_initial".into(), [10_i32, 10]),
        Column::new("cost_current".into(), ["14.5", "9"]),
        Column::new("duration_initial".into(), [Some(24.0_f32), None]),
        Column::new_scalar(
            "duration_current".into(),
            polars::prelude::Scalar::null(DataType::Null),
            2,
        ),
    ])
    .unwrap();
    let table = write_parquet(&app, "t.parquet", &mut frame);
    let output = verdicts(&app, &table, &[]);
    let of_drift: Vec<&str> =
        output.lines().filter(|line| line.contains(",D1,") || line.contains(",D2,")).collect();
    assert_eq!(
        of_drift.join("\n"),
        "7,D1,level,critical,,,\n7,D2,unknown,,calendar_drift,missing,\n\
         8,D1,level,clear,,,\n8,D2,unknown,,calendar_drift,missing,"
    );
}

#[test]
fn memory_does_not_grow_with_the_table() {
    let app = with_drift_rules();
    let table = |name: &str, rows: i32| {
        let numbers = || 0..rows;
        let mut frame = DataFrame::new_infer_height(vec![
            Column::new(
                "project_id".into(),
                numbers().map(|n| format!("p{n}")).collect::<Vec<_>>(),
            ),
            Column::new("cost_initial".into(), numbers().map(|_| 10.0).collect::<Vec<_>>()),
            Column::new(
                "cost_current".into(),
                numbers().map(|n| 8.0 + f64::from(n % 100) / 10.0).collect::<Vec<_>>(),
            ),
        ])
        .unwrap();
        write_parquet(&app, name, &mut frame)
    };
    let (small, large) = (table("small.parquet", 20_000), table("large.parquet", 200_000));
    let (small_lines, small_peak) = peak(&app, &small);
    let (large_lines, large_peak) = peak(&app, &large);
    assert_eq!(large_lines - 1, (small_lines - 1) * 10);
    assert!(large_peak < small_peak * 1.5, "{large_peak:.0} MiB against {small_peak:.0} MiB");
}

/// With few rules, whatever becomes of the others.
pub(crate) fn with_drift_rules() -> TestApp {
    let mut app = TestApp::new();
    let rules = app.own_rules();
    for folder in ["causes", "portfolio", "process"] {
        std::fs::remove_dir_all(rules.join(folder)).unwrap();
    }
    app
}

/// Lines that were written, and the most memory that the process held, in MiB.
fn peak(app: &TestApp, table: &str) -> (usize, f64) {
    let mut child = app
        .command(&["judge", "--frame", table, "--as-of", AS_OF])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut out = child.stdout.take().unwrap();
    let mut block = vec![0; 64 * 1024];
    let (mut lines, mut peak) = (0, 0.0_f64);
    loop {
        let count = out.read(&mut block).unwrap();
        if count == 0 {
            break;
        }
        lines += block[..count].split(|byte| *byte == b'\n').count() - 1;
        let content = std::fs::read_to_string(&status).unwrap();
        let high = content.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let high = high.and_then(|high| high.trim().strip_suffix(" kB"));
        // After its last line the process has given its memory back already.
        if let Some(kilobytes) = high {
            peak = peak.max(kilobytes.trim().parse::<f64>().unwrap() / 1024.0);
        }
    }
    assert!(child.wait().unwrap().success());
    (lines, peak)
}
