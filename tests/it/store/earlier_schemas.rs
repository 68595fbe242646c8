//! A database made by an earlier version is read as it was, once brought up to date.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, SqlitePool};

use super::stores::{EXACT, day, project, snapshot};
use crate::support::root;
use vigie::domain::ids::{AlertId, CycleNumber, MinistryCode};
use vigie::domain::portfolio::snapshot::Snapshot;
use vigie::domain::portfolio::subject::Subject;
use vigie::domain::value::Reported;
use vigie::store::Store;

/// One cycle as the fifth schema kept it: a row for each verdict, evidence wherever it is shown.
const CYCLE: &str = r#"
insert into catalogues values ('c');
insert into cycles values (1, '2020-11-15', '2020-11', 1, 0, 'd', 'c', '2020-11-15T06:00:00.000000000Z',
    '{"global_drift":0.26}', 1, 1, 1, 0);
insert into verdicts values (1, 0, 'D1', 'project/paysage', 'paysage', 'unknown', null,
    '{"rule":"D1","subject":"project/paysage","outcome":"unknown","missing":[{"field":"cost_current","why":"withheld"}]}');
insert into verdicts values (1, 1, 'D1', 'project/si-samu', 'si-samu', 'level', 'high',
    '{"rule":"D1","subject":"project/si-samu","outcome":"level","level":"high","evidence":{"readings":[],"trail":[]},"explanation":"Le coût a doublé."}');
insert into alerts values ('a1', 'D1', 'project/si-samu', 'si-samu', null, 'open', 'high', '2020-11-15',
    '2020-11-15T06:00:00.000000000Z', 0, false, '{"readings":[],"trail":[]}', 'Le coût a doublé.');
insert into alert_changes values (1, 0, 'a1', 'raised', 'Première constatation.',
    '{"alert":{"id":"a1","rule":"D1","subject":"project/si-samu","state":"open","level":"high","since":"2020-11-15","updated_at":"2020-11-15T06:00:00Z","streak":0,"stale":false,"evidence":{"readings":[],"trail":[]},"explanation":"Le coût a doublé."},"kind":"raised","from":null,"reason":"Première constatation."}');
"#;

#[tokio::test]
async fn cycles_of_the_schema_with_a_row_for_each_verdict_are_read_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("vigie.db").display());
    make(&url, folder.path(), 5, CYCLE).await;

    let store = Store::open(&url).await.unwrap();
    let first = CycleNumber(1);
    let lines: Vec<String> = store
        .verdicts(first)
        .await
        .unwrap()
        .iter()
        .map(|judgement| serde_json::to_string(&judgement).unwrap())
        .collect();
    let kept = CYCLE.lines().filter(|line| line.starts_with("    '{\"rule\""));
    let kept: Vec<&str> = kept.map(|line| line.trim_matches([' ', '\'', ')', ';'])).collect();
    assert_eq!(lines, kept);

    let samu = Subject::Project(project("si-samu"));
    let judgements = store.judgements_of(&samu, first).await.unwrap();
    assert_eq!(serde_json::to_string(&judgements).unwrap(), format!("[{}]", kept[1]));
    let alert = store.alert(&AlertId::new("a1")).await.unwrap().unwrap();
    assert_eq!(alert.explanation.as_deref(), Some("Le coût a doublé."));
    assert_eq!(alert.judged_in, None);
    let history = store.alert_history(&alert.id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].1.alert, alert);
}

/// An import as the thirteenth schema kept it: a row for each snapshot.
const IMPORT: &str = r"
insert into imports values (1, '2020-11.panorama.csv', 'f', 'panorama', '2020-11', 'canonical', 'p',
    '2020-11-15T06:00:00.000000000Z', 2, 0, '[]', '[]', '[]');
insert into snapshots values (1, 'si-samu', 'SI-SAMU', 'MJ', 'Justice', 'given', 'build', 'given', '2015-01-01',
    'given', 72.0, 'given', 0.9123456789012345, null, null, null, null, null, 2);
insert into snapshots values (1, 'paysage', 'Paysage', 'MI', 'Intérieur', 'missing', null, 'missing', null,
    'withheld', null, 'withheld', null, true, 'zone', 'P7', 'texte', 'marché en cours', 3);
";

#[tokio::test]
async fn imports_of_the_schema_with_a_row_for_each_snapshot_are_read_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("vigie.db").display());
    make(&url, folder.path(), 13, IMPORT).await;

    let store = Store::open(&url).await.unwrap();
    let upto = store.latest_known().await.unwrap();
    let portfolio = store.portfolio(&upto, day("2020-11-15")).await.unwrap();
    let samu =
        Snapshot { cost_meur: Reported::Given(EXACT), ..snapshot("si-samu", "2020-11", 0.0) };
    let paysage = Snapshot {
        name: "Paysage".to_owned(),
        ministry: MinistryCode::new("MI"),
        ministry_label: "Intérieur".to_owned(),
        phase: Reported::Missing,
        start_on: Reported::Missing,
        duration_months: Reported::Withheld,
        cost_meur: Reported::Withheld,
        inter_ministerial: Some(true),
        functional_zone: Some("zone".to_owned()),
        programme: Some("P7".to_owned()),
        description: Some("texte".to_owned()),
        withheld_reason: Some("marché en cours".to_owned()),
        row: 3,
        ..snapshot("paysage", "2020-11", 0.0)
    };
    let samu = Snapshot { name: "SI-SAMU".to_owned(), ..samu };
    assert_eq!(portfolio.snapshots, [paysage, samu]);
    let names: Vec<Vec<String>> =
        store.known_projects().await.unwrap().into_iter().map(|project| project.names).collect();
    assert_eq!(names, [["Paysage"], ["SI-SAMU"]]);
}

/// A database as the first migrations left it, with rows of then.
async fn make(url: &str, folder: &Path, last: u32, rows: &'static str) {
    let migrations = folder.join("migrations");
    std::fs::create_dir(&migrations).unwrap();
    for file in std::fs::read_dir(root().join("migrations")).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        if name.split('_').next().unwrap().parse::<u32>().unwrap() <= last {
            std::fs::copy(file.path(), migrations.join(name)).unwrap();
        }
    }
    let pool = SqlitePool::connect(url).await.unwrap();
    Migrator::new(migrations).await.unwrap().run(&pool).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&pool).await.unwrap();
    pool.close().await;
}
