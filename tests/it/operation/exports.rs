//! Tables to take away, read back by what people read them with.

use std::fmt::Write as _;
use std::io::{Cursor, Read as _};

use calamine::{Reader as _, Xlsx};
use polars::prelude::{ParquetReader, SerReader as _};
use reqwest::Method;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;

/// A service over the fixtures, judged, and a reader.
struct ExportsApi {
    server: TestServer,
    token: String,
}

impl ExportsApi {
    async fn open() -> Self {
        let app = TestApp::with_fixtures();
        app.ok(&["cycle", "--as-of", "2020-11-30"]);
        let token = app.token("Claire", &[Role::Reader], &[]).await;
        Self { server: TestServer::open(app, "2020-12-01T12:00:00Z").await, token }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let path = format!("/api/v1/{path}");
        self.server.request(Method::GET, &path, &self.token).send().await.unwrap()
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let body: Value = serde_json::from_slice(&self.bytes(path).await).unwrap();
        body["data"].as_array().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_says_what_the_list_says_in_each_format() {
    let api = ExportsApi::open().await;
    let listed = api.list("projects").await;
    let of_list: Vec<(String, Option<f64>)> = listed
        .iter()
        .map(|row| (row["project_id"].as_str().unwrap().to_owned(), row["budget_drift"].as_f64()))
        .collect();
    assert!(of_list.len() >= 43);

    let answer = api.get("exports/projects?format=csv").await;
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename=\"vigie-projects-2020-12-01.csv\"");
    let text = answer.text().await.unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let of_csv: Vec<(String, Option<f64>)> = reader
        .records()
        .map(Result::unwrap)
        .map(|row| (row[at("project_id")].to_owned(), row[at("budget_drift")].parse().ok()))
        .collect();
    assert_eq!(of_csv, of_list);

    let bytes = api.bytes("exports/projects?format=parquet").await;
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().unwrap();
    let ids = frame.column("project_id").unwrap().str().unwrap();
    let drifts = frame.column("budget_drift").unwrap().f64().unwrap();
    let of_parquet: Vec<(String, Option<f64>)> =
        ids.iter().map(|id| id.unwrap().to_owned()).zip(drifts.iter()).collect();
    assert_eq!(of_parquet, of_list);

    let workbook = api.bytes("exports/projects?format=xlsx").await;
    // When it was written is not in it: the same table is the same file.
    let mut archive = zip::ZipArchive::new(Cursor::new(&workbook)).unwrap();
    let mut properties = String::new();
    archive.by_name("docProps/core.xml").unwrap().read_to_string(&mut properties).unwrap();
    assert!(properties.contains(">1900-01-01T00:00:00Z<"), "{properties}");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook)).unwrap();
    assert_eq!(book.sheet_names(), ["Projets", "Colonnes", "Lisez-moi"]);
    let meanings = book.worksheet_range("Colonnes").unwrap();
    let fields: Vec<String> = meanings.rows().map(|row| row[1].to_string()).collect();
    let column = |name: &str| fields.iter().position(|field| field == name).unwrap() - 1;
    let sheet = book.worksheet_range("Projets").unwrap();
    let of_sheet: Vec<(String, Option<f64>)> = sheet
        .rows()
        .skip(1)
        .map(|row| {
            let drift = &row[column("budget_drift")];
            (row[column("project_id")].to_string(), calamine::DataType::get_float(drift))
        })
        .collect();
    assert_eq!(of_sheet, of_list);
    api.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_to_be_had_in_every_format() {
    let api = ExportsApi::open().await;
    let mut told = String::new();
    for table in [
        "projects",
        "history",
        "ministries",
        "series",
        "alerts",
        "missions",
        "verdicts",
        "comparison",
    ] {
        let editions = if table == "comparison" { "&from=2020-06&to=2020-11" } else { "" };
        let text = api.bytes(&format!("exports/{table}?format=csv{editions}")).await;
        let lines = csv::Reader::from_reader(text.as_slice()).into_records().count();
        let bytes = api.bytes(&format!("exports/{table}?format=parquet{editions}")).await;
        let frame = ParquetReader::new(Cursor::new(bytes)).finish().unwrap();
        let workbook = api.bytes(&format!("exports/{table}?format=xlsx{editions}")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!((frame.height(), sheet.height() - 1), (lines, lines), "{table}");
        writeln!(told, "{table}: {lines}").unwrap();
    }
    insta::assert_snapshot!(told, @r"
    projects: 49
    history: 88
    ministries: 11
    series: 2
    alerts: 163
    missions: 75
    verdicts: 1881
    comparison: 49
    ");
    assert_eq!(api.get("exports/comparison?format=csv").await.status(), 422);
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(api.bytes("exports/alerts?format=xlsx").await)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let row = sheet.rows().find(|row| row[1] == "D1" && row[4] == "SI SAMU").unwrap();
    assert_eq!(
        [2, 5, 7, 8].map(|column: usize| row[column].to_string()),
        ["Dérive budgétaire", "MSO", "ouverte", "Critique"]
    );
    let about = book.worksheet_range("Lisez-moi").unwrap();
    assert_eq!(about.rows().nth(1).unwrap()[1], "1er décembre 2020");
    assert_eq!(api.get("exports/projects?format=pdf").await.status(), 400);
    assert_eq!(api.get("exports/secrets?format=csv").await.status(), 400);
    api.server.close().await;
}
