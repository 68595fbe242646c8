//! Dates and figures that no portfolio has are refused by every way in, with the place, what was found and
//! what was expected.

use chrono::NaiveDate;
use polars::frame::DataFrame;
use polars::prelude::{Column, NamedFrom as _, ParquetWriter, Series};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures, root};
use vigie::domain::accounts::access::Role;

const ODD_DATES: [&str; 4] = ["-262143-01-01", "+262142-12-31", "1969-12-31", "2101-01-01"];

#[test]
fn the_command_line_takes_no_date_that_no_project_has() {
    let app = TestApp::with_fixtures();
    for date in ODD_DATES {
        for command in [
            ["cycle", "--dry-run"].as_slice(),
            &["panorama"],
            &["project", "SI SAMU"],
            &["export", "projects"],
            &["missions", "plan"],
            &["reviews", "plan"],
        ] {
            let option = format!("--as-of={date}");
            let answer = app.run(&[command, &[option.as_str()]].concat());
            assert_eq!(answer.code, Some(2), "{command:?} {date}: {}", answer.stderr);
            let told = "attendu une date du 1er janvier 1970 au 31 décembre 2100";
            assert!(answer.stderr.contains(told), "{command:?} {date}: {}", answer.stderr);
        }
    }
}

/// Every argument that is a date is read in the one place.
#[test]
fn no_argument_reads_a_date_by_itself() {
    let mut faults = Vec::new();
    let mut folders = vec![root().join("src/cli")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for pair in lines.windows(2) {
                let is_argument = pair[0].starts_with("#[arg(");
                if is_argument && pair[1].contains("NaiveDate") && !pair[0].contains("value_parser")
                {
                    faults.push(format!("{}: {}", path.display(), pair[1]));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn the_api_takes_no_date_that_no_project_has_in_a_query_or_a_body() {
    let app = TestApp::with_fixtures();
    let token = app.token("Anne", &[Role::Analyst, Role::Administrator], &[]).await;
    let api = TestServer::with_quotas(app, "2026-11-25T12:00:00Z", |_| {}).await;
    for date in ODD_DATES {
        let escaped = date.replace('+', "%2B");
        for path in [
            format!("/api/v1/portfolio?as_of={escaped}"),
            format!("/api/v1/projects?as_of={escaped}"),
            format!("/api/v1/exports/projects?as_of={escaped}"),
            format!("/api/v1/audit?since={escaped}T00:00:00Z"),
        ] {
            let answer = api.request(Method::GET, &path, &token).send().await.unwrap();
            assert_eq!(answer.status(), 400, "{path}");
            let body: Value = answer.json().await.unwrap();
            let text = body.to_string();
            assert!(
                text.contains("expected a date from 1970") || text.contains("years 1970 to 2100"),
                "{text}"
            );
        }
        for (path, body) in [
            ("/api/v1/cycles", json!({ "as_of": date, "dry_run": true })),
            ("/api/v1/silences", json!({ "rule": "D1", "until": date, "reason": "x" })),
        ] {
            let answer = api.request(Method::POST, path, &token).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), 400, "{path} {date}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("expected a date from 1970-01-01 to 2100-12-31"), "{text}");
        }
    }
    api.close().await;
}

/// The panorama of November with another cost for one project.
fn with_cost(app: &TestApp, cost: &str) -> String {
    let text = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
    let from = "CYCLADES,Ministère de l’Education nationale,rollout,2012-09,108,45.4";
    let into = format!("CYCLADES,Ministère de l’Education nationale,rollout,2012-09,108,{cost}");
    let changed = text.replacen(from, &into, 1);
    assert_ne!(text, changed);
    let file = app.path("2020-11.panorama.csv");
    std::fs::write(&file, changed).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_cost_that_no_project_has_is_refused_with_its_place_and_none_is_left_out_of_a_sum() {
    let app = TestApp::new();
    for cost in ["1e10", "10000000000", "1000001", "1e300"] {
        let answer = app.run(&["import", &with_cost(&app, cost)]);
        assert_eq!(answer.code, Some(1), "{cost}: {}", answer.stdout);
        let told = answer.stderr;
        assert!(
            told.contains("cost_meur") && told.contains(cost) && told.contains("au plus"),
            "{told}"
        );
    }
    // The largest that can be, in a sum.
    app.ok(&["import", &with_cost(&app, "1000000")]);
    app.ok(&["imports", "confirm", "1", "--reason", "essai d’une borne"]);
    let panorama = app.json(&["panorama", "--as-of", "2020-11-30"]);
    let total = panorama["portfolio"]["cost_total"].as_f64().unwrap();
    assert!(total > 1e6 && total < 1.01e6, "{total}");
}

#[test]
fn a_table_of_parquet_is_held_to_the_same_bounds() {
    let app = TestApp::new();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    for (start, cost, told) in [
        ("+262142-12-31", 10.0, "attendu une date du 1970"),
        ("2020-01-01", 1e10, "un coût d’au plus 1000000 M€"),
    ] {
        let mut table = DataFrame::new_infer_height(vec![
            Column::from(Series::new("project_id".into(), ["a"])),
            Column::from(Series::new("start_on".into(), [day(start)])),
            Column::from(Series::new("cost_current".into(), [cost])),
        ])
        .unwrap();
        let file = app.path("table.parquet");
        ParquetWriter::new(std::fs::File::create(&file).unwrap()).finish(&mut table).unwrap();
        let answer =
            app.run(&["judge", "--frame", file.to_str().unwrap(), "--as-of", "2020-11-30"]);
        assert_eq!(answer.code, Some(1), "{}", answer.stdout);
        assert!(answer.stderr.contains(told), "{}", answer.stderr);
    }
}
