//! `vigie judge`: tables and profiles that it refuses, and what it says of them.

use polars::frame::DataFrame;
use polars::prelude::Column;

use super::judge_table::{judge, verdicts, write_parquet};
use crate::support::TestApp;

#[track_caller]
fn refusal(table: &str, profile: Option<&str>, more: &[&str]) -> String {
    let app = TestApp::new();
    std::fs::write(app.path("t.csv"), table).unwrap();
    let mut arguments = more.to_vec();
    if let Some(profile) = profile {
        std::fs::write(app.path("p.toml"), profile).unwrap();
        arguments.extend(["--profile", "p.toml"]);
    }
    let answer = judge(&app, "t.csv", &arguments);
    assert_eq!(answer.code, Some(1), "{}", answer.stdout);
    answer.stderr
}

#[test]
fn the_subject_may_be_any_column_and_a_row_without_one_is_refused() {
    let app = TestApp::new();
    std::fs::write(app.path("t.csv"), "code,project_id,budget_drift\nx,1,0.5\n,2,0.1\n").unwrap();
    let refused = judge(&app, "t.csv", &["--subject", "Code", "--fired"]).stderr;
    insta::assert_snapshot!(refused.trim(), @r"
    vigie: `t.csv` : 1 erreur (lignes numérotées comme dans un tableur)
      ligne 3, colonne `code` : trouvé rien, attendu le nom du sujet
    ");
    std::fs::write(app.path("t.csv"), "code,project_id,budget_drift\nx,1,0.5\n").unwrap();
    let output = verdicts(&app, "t.csv", &["--subject", "Code", "--fired"]);
    assert_eq!(output.lines().nth(1), Some("x,D1,level,critical,,,"));
}

#[test]
fn cells_that_cannot_be_are_refused_with_their_place() {
    let table = "project_id,cost_current,start_on,sponsor_named,phase\n\
                 a,12.5,2018-01-01,true,build\n\
                 b,\"12,5\",01/02/2018,oui,construction\n\
                 c,1\n";
    insta::assert_snapshot!(refusal(table, None, &[]).trim());
}

#[test]
fn a_table_that_repeats_its_subjects_is_refused_with_the_first_ones_however_many_they_are() {
    let half = 20_000;
    let refused = |name: &dyn Fn(u32) -> String| {
        let lines = (0..2 * half).map(|row| format!("{},0.5\n", name(row)));
        let table = format!("project_id,budget_drift\n{}", lines.collect::<String>());
        let refused = refusal(&table, None, &["--out", "v.csv"]);
        let (_, kinds) = refused.split_once(" fois : ").expect(&refused);
        kinds.trim().to_owned()
    };
    // In alphabetical order and not.
    insta::assert_snapshot!(refused(&|row| format!("p{:05}", row % half)), @"attendu un sujet par ligne ; ligne 20002, trouvé `p00000`, déjà à la ligne 2 ; ligne 20003, trouvé `p00001`, déjà à la ligne 3 ; ligne 20004, trouvé `p00002`, déjà à la ligne 4…");
    insta::assert_snapshot!(refused(&|row| format!("p{:05}", half - row % half)), @"attendu un sujet par ligne ; ligne 20002, trouvé `p20000`, déjà à la ligne 2 ; ligne 20003, trouvé `p19999`, déjà à la ligne 3 ; ligne 20004, trouvé `p19998`, déjà à la ligne 4…");
    insta::assert_snapshot!(refused(&|_| "p".to_owned()), @"attendu un sujet par ligne ; ligne 3, trouvé `p`, déjà à la ligne 2 ; ligne 4, trouvé `p`, déjà à la ligne 3 ; ligne 5, trouvé `p`, déjà à la ligne 4…");
}

#[test]
fn more_threads_than_a_machine_can_feed_are_refused() {
    for count in ["0", "65", "100000"] {
        let answer = judge(&TestApp::new(), "t.csv", &["--threads", count]);
        assert_eq!(answer.code, Some(2), "{}", answer.stdout);
        let expected = format!("trouvé {count}, attendu de 1 à 64");
        assert!(answer.stderr.contains(&expected), "{}", answer.stderr);
    }
}

#[test]
fn a_table_without_a_subject_or_with_two_columns_for_a_field_is_refused() {
    insta::assert_snapshot!(refusal("name,phase\na,build\n", None, &[]).trim(), @r"
    vigie: `t.csv` : 1 erreur (lignes numérotées comme dans un tableur)
      trouvé aucune colonne pour le sujet parmi `name`, `phase`, attendu `project_id`, ou un profil ou `--subject` qui la nomme
    ");
    insta::assert_snapshot!(refusal("project_id,phase,Phase\na,build,build\n", None, &[]).trim(), @r"
    vigie: `t.csv` : 1 erreur (lignes numérotées comme dans un tableur)
      colonne `Phase` : trouvé une deuxième colonne pour `phase`, après `phase`, attendu une colonne par champ
    ");
}

#[test]
fn a_profile_that_cannot_be_right_is_refused_with_the_nearest_field() {
    let misspelt = "[fields.budget_drfit]\nheaders = [\"x\"]";
    insta::assert_snapshot!(refusal("project_id\na\n", Some(misspelt), &[]).trim(), @"vigie: `p.toml` : trouvé le champ `budget_drfit`, attendu l’un de ceux de `vigie dictionary` ; nom le plus proche : `budget_drift`");
    let unlike = "[fields.budget_drift]\nheaders = [\"x\"]\nparse = \"french_date\"";
    insta::assert_snapshot!(refusal("project_id\na\n", Some(unlike), &[]).trim(), @"vigie: `p.toml` : champ `budget_drift` : trouvé la lecture `FrenchDate`, attendu une d’un autre type");
    let strict = "strict = true";
    insta::assert_snapshot!(refusal("project_id,budget_drfit\na,1\n", Some(strict), &[]).trim(), @r"
    vigie: `t.csv` : 1 erreur (lignes numérotées comme dans un tableur)
      trouvé la colonne `budget_drfit`, attendu une colonne que le profil connaît ; le champ le plus proche est `budget_drift`
    ");
}

#[test]
fn a_parquet_column_of_another_type_is_refused_before_anything_is_judged() {
    let app = TestApp::new();
    let refused = |column: Column| {
        let ids = Column::new("project_id".into(), ["a", "b"]);
        let mut frame = DataFrame::new_infer_height(vec![ids, column]).unwrap();
        let table = write_parquet(&app, "t.parquet", &mut frame);
        let answer = judge(&app, &table, &["--out", "v.csv"]);
        assert_eq!(answer.code, Some(1));
        answer.stderr.trim().replace(&table, "t.parquet")
    };
    insta::assert_snapshot!(refused(Column::new("budget_drift".into(), [true, false])), @r"
    vigie: `t.parquet` : 1 erreur (lignes numérotées comme dans un tableur)
      colonne `budget_drift` : trouvé des valeurs de type `bool`, attendu des nombres, pour le champ `budget_drift`
    ");
    insta::assert_snapshot!(refused(Column::new("budget_drift".into(), [0.5, f64::NAN])), @r"
    vigie: `t.parquet` : 1 erreur (lignes numérotées comme dans un tableur)
      ligne 3, colonne `budget_drift` : trouvé `NaN`, attendu un nombre, ou rien
    ");
    assert!(!app.path("v.csv").exists());
    assert!(!app.path("v.csv.partial").exists());
}

#[test]
fn nothing_but_a_csv_or_parquet_file_is_written() {
    let answer = refusal("project_id\na\n", None, &["--out", "v.xlsx"]);
    insta::assert_snapshot!(answer.trim(), @"vigie: trouvé « v.xlsx », attendu un fichier en `.csv` ou `.parquet`");
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_refused() {
    let app = TestApp::new();
    let refused = |name: &str, content: &[u8]| {
        std::fs::write(app.path(name), content).unwrap();
        let answer = judge(&app, name, &["--out", "v.csv"]);
        assert_eq!(answer.code, Some(1));
        answer.stderr.trim().to_owned()
    };
    let errors = [
        refused("a.parquet", b"project_id\na\n"),
        refused("b.parquet", b""),
        refused("c.csv", b""),
        refused("d.csv", b"PAR1\0\0"),
        refused("e.csv", b"\xff\xfea\0"),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn a_quote_that_never_closes_does_not_swallow_the_file() {
    let app = TestApp::new();
    let rest = "b,une ligne de plus\n".repeat(1_000_000);
    std::fs::write(app.path("t.csv"), format!("project_id,name\na,\"x\n{rest}")).unwrap();
    let answer = judge(&app, "t.csv", &["--out", "v.csv"]);
    assert_eq!(answer.code, Some(1));
    insta::assert_snapshot!(answer.stderr.trim(), @"vigie: `t.csv` : trouvé une ligne de plus de 16777216 octets : un guillemet jamais fermé ?, attendu CSV");
}
