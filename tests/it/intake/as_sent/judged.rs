//! `vigie judge` is held to the same: quotes, encodings, errors, shares, a subject once.

use polars::frame::DataFrame;
use polars::prelude::{
    CategoricalPhysical, Categories, Column, DataType, IntoSeries as _, NamedFrom as _, Series,
};

use crate::rules::judge_table::{judge, verdicts, write_parquet};
use crate::support::TestApp;

fn refusal(bytes: &[u8]) -> String {
    let app = TestApp::new();
    std::fs::write(app.path("t.csv"), bytes).unwrap();
    let answer = judge(&app, "t.csv", &[]);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    answer.stderr
}

#[test]
fn tables_are_held_to_what_files_are() {
    for (rows, expected) in [
        ("a,1,\"x\nb,2,y\"z\n", "un guillemet ouvert à la ligne 2, puis du texte"),
        ("a,#REF!,x\n", "une erreur de calcul"),
        ("2021-05-11,1,x\n", "un nom, et non une date"),
        ("a,1,x\na,2,x\n", "ligne 3, colonne `project_id` : trouvé `a`, déjà à la ligne 2"),
    ] {
        let table = format!("project_id,cost_current,programme\n{rows}");
        let said = refusal(table.as_bytes());
        assert!(said.contains(expected), "{said}");
    }
    let shares = refusal(b"project_id,progress_pct\na,58\n");
    assert!(shares.contains("0,58, et non 58"), "{shares}");
    let mixed =
        [b"project_id,phase\n\xc3\xa9t\xc3\xa9,build\n".as_slice(), b"for\xeat,build\n"].concat();
    assert!(refusal(&mixed).contains("du Windows-1252 à la ligne 3"), "{}", refusal(&mixed));
}

#[test]
fn the_line_that_says_the_separator_is_obeyed() {
    let app = TestApp::new();
    std::fs::write(app.path("t.csv"), "sep=;\nproject_id;budget_drift\na;0.5\n").unwrap();
    assert_eq!(
        verdicts(&app, "t.csv", &["--fired"]).lines().nth(1),
        Some("a,D1,level,critical,,,")
    );
}

#[test]
fn decimals_small_integers_and_categories_are_read() {
    let app = TestApp::new();
    let table = |scale: usize| {
        let drift = Column::new("budget_drift".into(), ["0.50", "0.10"]);
        let drift = drift.cast(&DataType::Decimal(10, scale)).unwrap();
        let phases = DataType::from_categories(Categories::new(
            "phases".into(),
            "".into(),
            CategoricalPhysical::U8,
        ));
        DataFrame::new_infer_height(vec![
            Column::new("project_id".into(), ["a", "b"]),
            drift,
            Column::new("phase".into(), ["build", "trial"]).cast(&phases).unwrap(),
            Column::new("editions_count".into(), [3_u8, 4]),
            Column::new("unread".into(), [1_i16, 2]),
        ])
        .unwrap()
    };
    write_parquet(&app, "t.parquet", &mut table(2));
    let told = verdicts(&app, "t.parquet", &["--fired"]);
    assert_eq!(told.lines().nth(1), Some("a,D1,level,critical,,,"), "{told}");
}

#[test]
fn what_cannot_be_read_is_refused_by_column_and_only_where_a_rule_reads_it() {
    let app = TestApp::new();
    let table = |name: &str| {
        let lists = Series::new(name.into(), [1_i64, 2]).implode().unwrap();
        DataFrame::new_infer_height(vec![
            Column::new("project_id".into(), ["a"]),
            Column::new("budget_drift".into(), [0.5]),
            Column::from(lists.into_series()),
        ])
        .unwrap()
    };
    write_parquet(&app, "t.parquet", &mut table("notes"));
    assert!(verdicts(&app, "t.parquet", &["--fired"]).contains("a,D1,level,critical"));
    write_parquet(&app, "t.parquet", &mut table("phase"));
    let said = judge(&app, "t.parquet", &[]).stderr;
    assert!(said.contains("colonne `phase` : trouvé des valeurs de type"), "{said}");
}
