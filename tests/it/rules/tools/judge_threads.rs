//! `vigie judge`: the same bytes in the same order whatever the number of threads, and however a Parquet
//! file is cut into row groups.

use std::fs::File;

use polars::frame::DataFrame;
use polars::prelude::{Column, ParquetReader, ParquetWriter, SerReader as _};

use crate::rules::judge_table::{AS_OF, with_drift_rules, write_parquet};
use crate::support::{Answer, TestApp};

/// Several chunks.
const ROWS: u32 = 90_000;

/// Subjects in no order, figures that are missing or withheld, and every level.
fn table(rows: u32) -> DataFrame {
    let numbers = || (0..rows).map(|row| row.wrapping_mul(2_654_435_761) % 1_000_003);
    let cost =
        |number: u32| (!number.is_multiple_of(7)).then(|| 8.0 + f64::from(number % 60) / 10.0);
    DataFrame::new_infer_height(vec![
        Column::new("project_id".into(), (0..rows).map(|row| name(rows, row)).collect::<Vec<_>>()),
        Column::new("cost_initial".into(), numbers().map(|_| 10.0).collect::<Vec<_>>()),
        Column::new("cost_current".into(), numbers().map(cost).collect::<Vec<_>>()),
        Column::new(
            "cost_withheld".into(),
            numbers().map(|number| number % 3 == 0).collect::<Vec<_>>(),
        ),
        Column::new("duration_initial".into(), numbers().map(|_| 24).collect::<Vec<i32>>()),
        Column::new(
            "duration_current".into(),
            numbers().map(|number| 20 + number % 30).collect::<Vec<_>>(),
        ),
    ])
    .unwrap()
}

fn name(rows: u32, row: u32) -> String {
    // Now and then a name that CSV quotes.
    let quoted = if row.is_multiple_of(1_000) { ", \"bis\"" } else { "" };
    format!("p{}{quoted}", rows - row)
}

fn judge(app: &TestApp, polars_threads: &str, arguments: &[&str]) -> Answer {
    let output = app
        .command(&["judge", "--as-of", AS_OF])
        .args(arguments)
        .env("POLARS_MAX_THREADS", polars_threads)
        .env("RAYON_NUM_THREADS", polars_threads)
        .output()
        .unwrap();
    Answer {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The bytes written with one thread, which others must write too.
fn written(app: &TestApp, table: &str, out: &str, more: &[&str]) -> Vec<u8> {
    let of_threads = |threads: &str| {
        let arguments = [&["--frame", table, "--out", out, "--threads", threads], more].concat();
        let answer = judge(app, threads, &arguments);
        assert_eq!(answer.code, Some(0), "{}", answer.stderr);
        (std::fs::read(app.path(out)).unwrap(), answer.stderr)
    };
    let alone = of_threads("1");
    for threads in ["2", "4"] {
        let several = of_threads(threads);
        assert!(alone.0 == several.0, "{threads} threads write other bytes");
        assert_eq!(alone.1, several.1);
    }
    alone.0
}

#[test]
fn bytes_are_the_same_whatever_the_number_of_threads() {
    let app = with_drift_rules();
    let table = write_parquet(&app, "t.parquet", &mut table(ROWS));
    for more in [&[][..], &["--fired"]] {
        written_alike(&app, &table, more);
    }
}

/// What is written as CSV, and as Parquet too.
fn written_alike(app: &TestApp, table: &str, more: &[&str]) -> Vec<csv::StringRecord> {
    let csv = String::from_utf8(written(app, table, "v.csv", more)).unwrap();
    written(app, table, "v.parquet", more);
    let read = ParquetReader::new(File::open(app.path("v.parquet")).unwrap()).finish().unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(read.height(), records.len());
    for (place, header) in headers.iter().enumerate() {
        let column = read.column(header).unwrap().str().unwrap();
        for (found, record) in column.iter().zip(&records) {
            assert_eq!(found.unwrap_or_default(), &record[place]);
        }
    }
    records
}

#[test]
fn what_fires_now_and_then_is_written_with_its_own_texts_whatever_came_before() {
    let app = with_drift_rules();
    // Several chunks with an explanation, some of them without a verdict to write.
    let rows = 9_000;
    let judged = |fires: &[u32]| {
        let cost = |row| if fires.contains(&row) { 40.0 } else { 10.0 };
        let costs = (0..rows).map(|row| (row % 5 != 1).then(|| cost(row)));
        let mut frame = DataFrame::new_infer_height(vec![
            Column::new(
                "project_id".into(),
                (0..rows).map(|row| format!("un projet au long nom, {row}")).collect::<Vec<_>>(),
            ),
            Column::new("cost_initial".into(), vec![10.0; usize::try_from(rows).unwrap()]),
            Column::new("cost_current".into(), costs.collect::<Vec<_>>()),
        ])
        .unwrap();
        let table = write_parquet(&app, "t.parquet", &mut frame);
        written_alike(&app, &table, &["--fired", "--explain"])
    };
    assert_eq!(judged(&[]), Vec::<csv::StringRecord>::new());
    let fires = [5_000, 5_002, 8_999];
    let records = judged(&fires);
    let of_drift = records.iter().filter(|record| &record[1] == "D1");
    let of_drift: Vec<_> = of_drift.map(|record| (&record[0], &record[2], &record[3])).collect();
    let subjects = fires.map(|row| format!("un projet au long nom, {row}"));
    assert_eq!(of_drift, subjects.each_ref().map(|name| (name.as_str(), "level", "critical")));
    assert!(records.iter().all(|record| subjects.iter().any(|name| name == &record[0])));
    assert!(records.iter().all(|record| !record[7].is_empty()), "{records:?}");
}

#[test]
fn verdicts_do_not_depend_on_the_row_groups_of_the_table() {
    let app = with_drift_rules();
    let mut frame = table(ROWS);
    let whole = write_parquet(&app, "whole.parquet", &mut frame);
    let verdicts = written(&app, &whole, "v.csv", &[]);
    // Fewer rows than a chunk, and more.
    for rows in [7_001, 80_000] {
        let path = app.path("cut.parquet");
        let writer = ParquetWriter::new(File::create(&path).unwrap());
        writer.with_row_group_size(Some(rows)).finish(&mut frame).unwrap();
        assert!(written(&app, path.to_str().unwrap(), "v.csv", &[]) == verdicts, "{rows}");
    }
}

#[test]
fn what_comes_before_a_row_that_cannot_be_read_is_written_whatever_the_number_of_threads() {
    let app = with_drift_rules();
    let lines = (0..ROWS).map(|row| {
        let cost = if row == ROWS - 5 { "?".to_owned() } else { (row % 20).to_string() };
        format!("p{row},10,{cost}\n")
    });
    let text = format!("project_id,cost_initial,cost_current\n{}", lines.collect::<String>());
    std::fs::write(app.path("t.csv"), text).unwrap();
    let alone = judge(&app, "1", &["--frame", "t.csv", "--threads", "1"]);
    assert_eq!(alone.code, Some(1));
    assert!(alone.stdout.lines().count() > 100_000, "{}", alone.stdout.lines().count());
    let expected = format!("ligne {}, colonne `cost_current` : trouvé `?`", ROWS - 3);
    assert!(alone.stderr.contains(&expected), "{}", alone.stderr);
    let several = judge(&app, "4", &["--frame", "t.csv", "--threads", "4"]);
    assert!(several.stdout == alone.stdout);
    assert_eq!(several.stderr, alone.stderr);
}

#[test]
fn a_subject_that_comes_again_far_below_is_refused_with_both_its_rows() {
    let app = with_drift_rules();
    for (first, last) in [("a", "z"), ("z", "a")] {
        let names = (0..ROWS).map(|row| match row {
            0 => first.to_owned(),
            _ if row == ROWS - 1 => first.to_owned(),
            _ => format!("{last}{row:07}"),
        });
        let mut frame = DataFrame::new_infer_height(vec![
            Column::new("project_id".into(), names.collect::<Vec<_>>()),
            Column::new("budget_drift".into(), vec![0.5; usize::try_from(ROWS).unwrap()]),
        ])
        .unwrap();
        let table = write_parquet(&app, "t.parquet", &mut frame);
        let answer = judge(&app, "4", &["--frame", &table, "--out", "v.csv", "--threads", "4"]);
        assert_eq!(answer.code, Some(1));
        let expected = format!(
            "ligne {}, colonne `project_id` : trouvé `{first}`, déjà à la ligne 2,",
            ROWS + 1
        );
        assert!(answer.stderr.contains(&expected), "{}", answer.stderr);
        assert!(!app.path("v.csv").exists());
    }
}
