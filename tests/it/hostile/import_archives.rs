//! Archives of files imported over HTTP and by the command line: each file has an answer of its own.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::test_server::TestServer;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::access::Role;

const NOW: &str = "2020-12-01T09:00:00Z";
const IMPORTS: &str = "/api/v1/imports?file=editions.zip";

fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join(name)).unwrap()
}

/// Two editions and a list in the wrong order, a file with faults, one that points elsewhere, one of another kind, and
/// what a system adds.
fn mixed() -> Vec<u8> {
    archive(&[
        ("2020-11.milestones.csv", fixture("2020-11.milestones.csv")),
        ("editions/2020-11.panorama.csv", fixture("2020-11.panorama.csv")),
        ("editions/2020-06.panorama.csv", fixture("2020-06.panorama.csv")),
        ("2021-06.faulty.csv", faulty()),
        ("../2021-06.panorama.csv", fixture("2020-11.panorama.csv")),
        ("lisez-moi.txt", b"bonjour".to_vec()),
        ("__MACOSX/._2020-11.panorama.csv", b"\0\0".to_vec()),
    ])
}

/// A project of a ministry that nobody knows.
fn faulty() -> Vec<u8> {
    let header = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason";
    format!("{header}\nX,Atlantide,build,,,,,,,\n").into_bytes()
}

fn names(report: &Value, list: &str) -> Vec<String> {
    let all = report[list].as_array().unwrap().iter();
    all.map(|one| one["file"].as_str().unwrap().to_owned()).collect()
}

const TAKEN: [&str; 3] =
    ["editions/2020-06.panorama.csv", "editions/2020-11.panorama.csv", "2020-11.milestones.csv"];
const REFUSED: [&str; 3] = ["../2021-06.panorama.csv", "lisez-moi.txt", "2021-06.faulty.csv"];

#[tokio::test(flavor = "multi_thread")]
async fn each_file_of_an_archive_is_answered_for_itself_and_none_stops_the_others() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = TestServer::open(app, NOW).await;
    let tried = api.upload(&token, &format!("{IMPORTS}&dry_run=true"), mixed()).await;
    assert_eq!((tried.status, &tried.body["dry_run"]), (200, &json!(true)), "{}", tried.body);
    assert_eq!(api.get(&token, "/api/v1/imports").await.body["data"], json!([]));

    let sent = api.upload(&token, IMPORTS, mixed()).await;
    assert_eq!((sent.status, &sent.location), (201, &None), "{}", sent.body);
    assert_eq!(names(&sent.body, "files"), TAKEN);
    assert_eq!(names(&sent.body, "refused"), REFUSED);
    for list in ["files", "refused"] {
        assert_eq!(tried.body[list], sent.body[list]);
    }
    let reasons: Vec<&str> = sent.body["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert!(reasons[0].contains("trouvé un nom qui sort de l’archive"), "{reasons:?}");
    assert!(reasons[1].contains("trouvé un fichier d’un autre genre"), "{reasons:?}");
    assert!(reasons[2].contains("Atlantide"), "{reasons:?}");

    let again = api.upload(&token, IMPORTS, mixed()).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body["files"][0]["recorded"]["outcome"], "unchanged");
    api.close().await;
}

#[test]
fn the_command_line_imports_an_archive_as_the_service_does() {
    let app = TestApp::new();
    std::fs::write(app.path("editions.zip"), mixed()).unwrap();
    let answer = app.run(&["import", "editions.zip", "--format", "json"]);
    assert_eq!(answer.code, Some(1), "files were refused: {}", answer.stderr);
    let report: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(names(&report, "files"), TAKEN);
    assert_eq!(names(&report, "refused"), REFUSED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_out_of_bounds_is_refused_whole_before_it_is_unpacked() {
    let app = TestApp::new();
    let token = app.token("Claire", &[Role::Analyst], &[]).await;
    let api = TestServer::open(app, NOW).await;
    let refused = async |bytes: Vec<u8>| {
        let sent = api.upload(&token, IMPORTS, bytes).await;
        assert_eq!(sent.status, 422, "{}", sent.body);
        sent.body["detail"].as_str().unwrap().to_owned()
    };
    let blank = vec![b' '; 70 * 1024 * 1024];
    let bomb = archive(&[("2020-06.csv", blank.clone()), ("2020-11.csv", blank.clone())]);
    assert!(bomb.len() < 1024 * 1024);
    assert!(refused(bomb).await.contains("octets une fois décompressé, attendu au plus"));
    let names: Vec<String> = (0..201).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (name.as_str(), vec![])).collect();
    assert!(refused(archive(&many)).await.contains("attendu au plus 200"));
    let nothing = archive(&[("__MACOSX/._a.csv", vec![])]);
    assert!(refused(nothing).await.contains("une archive sans fichier"));
    let mut cut = mixed();
    cut.truncate(cut.len() / 2);
    assert!(refused(cut).await.contains("une archive endommagée"));

    // One that is too large by itself stops no other.
    let one = archive(&[
        ("2020-06.csv", blank),
        ("2020-11.panorama.csv", fixture("2020-11.panorama.csv")),
    ]);
    let sent = api.upload(&token, IMPORTS, one).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert!(
        sent.body["refused"][0]["reason"].as_str().unwrap().contains("octets"),
        "{}",
        sent.body
    );
    api.close().await;
}
