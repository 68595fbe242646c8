//! The import job: what is new is read, what is wrong is refused once, addresses are asked politely.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::support::{going, never, work};
use crate::support::manual_clock::ManualClock;
use crate::support::{TestApp, fixtures};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::operation::job::{JobName, JobRun};
use vigie::schedule::{Runner, Work};

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n";

async fn import(work: &Work) -> JobRun {
    import_until(work, &going()).await
}

async fn import_until(work: &Work, stop: &watch::Receiver<bool>) -> JobRun {
    let runner = Runner::new(work.clone(), &never(), 7).unwrap();
    runner.run_now(JobName::Import, Actor::vigie(), stop).await.unwrap()
}

fn told(run: &JobRun) -> String {
    format!("{}: {}", run.outcome.as_str(), run.detail.replace('\u{a0}', " "))
}

fn put(app: &TestApp, name: &str, rows: &[&str]) {
    let text = format!("{HEADER}{}\n", rows.join("\n"));
    std::fs::write(app.path("inbox").join(name), text).unwrap();
}

const ALPHA: &str = "ALPHA,MJ,build,2018-01,36,12,false,,,";
/// In another edition: the same bytes would wait for a person.
const LATER: &str = "ALPHA,MJ,build,2018-01,36,12.5,false,,,";
const WRONG: &str = "BETA,MJ,build,2018-01,36,-12,false,,,";

#[tokio::test]
async fn new_and_changed_files_are_read_and_the_others_left() {
    let app = TestApp::new();
    let work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    assert_eq!(told(&import(&work).await), "success: rien de nouveau");
    put(&app, "2020-06.panorama.csv", &[ALPHA]);
    put(&app, "2020-11.panorama.csv", &[LATER]);
    assert_eq!(told(&import(&work).await), "success: 2 fichiers importés");
    assert_eq!(told(&import(&work).await), "success: rien de nouveau");
    // Touched and not changed.
    let file = std::fs::File::options().write(true).open(app.path("inbox/2020-06.panorama.csv"));
    file.unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(told(&import(&work).await), "success: rien de nouveau");
    put(&app, "2020-11.panorama.csv", &["ALPHA,MJ,build,2018-01,36,15,false,,,"]);
    assert_eq!(told(&import(&work).await), "success: 1 fichier importé");
    let imports = work.services.store.imports().await.unwrap();
    assert_eq!(imports.len(), 3);
    assert_eq!(imports[2].replaces, Some(imports[1].number));
}

#[tokio::test]
async fn what_people_imported_already_is_known() {
    let app = TestApp::with_fixtures();
    let work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    let name = "2020-11.panorama.csv";
    std::fs::copy(fixtures().join(name), app.path("inbox").join(name)).unwrap();
    assert_eq!(told(&import(&work).await), "success: 1 déjà connu");
}

#[tokio::test]
async fn a_file_that_is_wrong_is_refused_once_and_holds_up_no_other() {
    let app = TestApp::new();
    let work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    put(&app, "2020-06.panorama.csv", &[WRONG]);
    put(&app, "2020-11.panorama.csv", &[LATER]);
    assert_eq!(told(&import(&work).await), "partial_failure: 1 fichier importé, 1 refusé");
    // The portfolio is another since: that is worth one more try, and no more.
    assert_eq!(told(&import(&work).await), "partial_failure: 1 refusé");
    assert_eq!(told(&import(&work).await), "success: 1 refusé auparavant");
    let listed = app.json(&["jobs", "files"]);
    assert_eq!(listed[0]["outcome"], "refused");
    let detail = listed[0]["detail"].as_str().unwrap();
    assert!(detail.contains("ligne 2, colonne `cost_meur` : trouvé `-12`"), "{detail}");
    // Corrected, it is read.
    put(&app, "2020-06.panorama.csv", &[ALPHA]);
    assert_eq!(told(&import(&work).await), "success: 1 fichier importé");
    assert_eq!(told(&import(&work).await), "success: rien de nouveau");
}

#[tokio::test]
async fn follow_up_refused_for_want_of_its_projects_is_read_once_they_are_known() {
    let app = TestApp::new();
    let work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    let copy = |name: &str| {
        std::fs::copy(fixtures().join(name), app.path("inbox").join(name)).unwrap();
    };
    copy("2020-11.milestones.csv");
    assert_eq!(told(&import(&work).await), "partial_failure: 1 refusé");
    assert_eq!(told(&import(&work).await), "success: 1 refusé auparavant");
    copy("2020-11.panorama.csv");
    assert_eq!(told(&import(&work).await), "success: 1 fichier importé, 1 refusé auparavant");
    assert_eq!(told(&import(&work).await), "success: 1 fichier importé");
}

#[tokio::test]
async fn a_file_that_may_still_be_being_written_is_left_for_the_next_time() {
    let app = TestApp::new();
    let clock = ManualClock::at("2026-11-24T08:00:00Z");
    let mut work = work(&app, &clock).await;
    work.import.settle_seconds = 60;
    put(&app, "2020-06.panorama.csv", &[ALPHA]);
    let file = std::fs::File::options().write(true).open(app.path("inbox/2020-06.panorama.csv"));
    let modified: chrono::DateTime<chrono::Utc> = "2026-11-24T07:59:30Z".parse().unwrap();
    file.unwrap().set_modified(modified.into()).unwrap();
    assert_eq!(told(&import(&work).await), "success: 1 encore en cours d’écriture");
    clock.set("2026-11-24T08:00:30Z");
    assert_eq!(told(&import(&work).await), "success: 1 fichier importé");
}

#[tokio::test]
async fn told_to_stop_it_leaves_the_other_files_for_the_next_time() {
    let app = TestApp::new();
    let work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    put(&app, "2020-06.panorama.csv", &[ALPHA]);
    put(&app, "2020-11.panorama.csv", &[LATER]);
    let (stop, stopped) = watch::channel(true);
    let run = import_until(&work, &stopped).await;
    assert_eq!(told(&run), "stopped: 2 laissés pour la reprise");
    stop.send_replace(false);
    assert_eq!(told(&import_until(&work, &stopped).await), "success: 2 fichiers importés");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_failure() {
    let app = TestApp::new();
    let mut work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    work.import.folder = app.path("elsewhere");
    let run = import(&work).await;
    assert_eq!(run.outcome.as_str(), "failure");
    assert!(run.detail.contains("elsewhere"), "{}", run.detail);
}

/// Answers requests in turn with what it is given, and remembers what it was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn answering(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                let mut conditions = Vec::new();
                for line in BufReader::new(&stream).lines() {
                    let line = line.unwrap().to_lowercase();
                    if line.is_empty() {
                        break;
                    }
                    if line.starts_with("if-") {
                        conditions.push(line);
                    }
                }
                conditions.sort();
                noted.lock().unwrap().push(conditions.join(", "));
                (&stream).write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn file(etag: &str, rows: &[&str]) -> String {
    let body = format!("{HEADER}{}\n", rows.join("\n"));
    format!(
        "HTTP/1.1 200 OK\r\nETag: \"{etag}\"\r\nLast-Modified: Tue, 01 Dec 2020 08:00:00 GMT\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn bare(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn an_address_is_asked_only_for_what_has_changed() {
    let app = TestApp::new();
    let mut work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    let server = Server::answering(vec![
        file("one", &[ALPHA]),
        bare("304 Not Modified"),
        file("two", &["ALPHA,MJ,build,2018-01,36,15,false,,,"]),
        bare("503 Service Unavailable"),
        file("two", &["ALPHA,MJ,build,2018-01,36,15,false,,,"]),
    ]);
    work.import.urls = vec![format!("{}/2020-11.panorama.csv?key=secret", server.address)];
    let mut runs = Vec::new();
    for _ in 0..5 {
        runs.push(told(&import(&work).await));
    }
    assert_eq!(
        runs,
        [
            "success: 1 fichier importé",
            "success: rien de nouveau",
            "success: 1 fichier importé",
            "partial_failure: 1 non obtenu",
            "success: 1 déjà connu"
        ]
    );
    let since = "if-modified-since: tue, 01 dec 2020 08:00:00 gmt";
    let told = |etag: &str| format!("{since}, if-none-match: \"{etag}\"");
    assert_eq!(
        server.asked(),
        [String::new(), told("one"), told("one"), told("two"), String::new()]
    );
    let sources = work.services.store.import_sources().await.unwrap();
    assert!(!sources[0].source.contains("secret"), "{}", sources[0].source);
}

#[tokio::test]
async fn an_address_that_gives_too_much_or_nothing_in_time_costs_only_itself() {
    let app = TestApp::new();
    let mut work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    put(&app, "2020-06.panorama.csv", &[ALPHA]);
    let huge = Server::answering(vec![
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n".to_owned(),
    ]);
    // Takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    work.import.timeout_seconds = 1;
    work.import.urls = vec![
        format!("{}/a.csv", huge.address),
        format!("http://{}/b.csv", silent.local_addr().unwrap()),
    ];
    let run = import(&work).await;
    assert_eq!(told(&run), "partial_failure: 1 fichier importé, 2 non obtenus");
    let sources = work.services.store.import_sources().await.unwrap();
    let details: Vec<&str> = sources.iter().map(|source| source.detail.as_str()).collect();
    assert!(
        details.iter().any(|detail| detail.contains("more than 67108864 bytes")),
        "{details:?}"
    );
    assert!(details.iter().any(|detail| detail.contains("no answer")), "{details:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_an_unknown_ministry_is_read_again_once_its_name_is_recorded() {
    let app = TestApp::new();
    let work = work(&app, &ManualClock::at("2026-11-24T08:00:00Z")).await;
    put(&app, "2020-11.panorama.csv", &["ALPHA,Garde des Sceaux,build,2018-01,36,12,false,,,"]);
    assert_eq!(told(&import(&work).await), "partial_failure: 1 refusé");
    assert_eq!(told(&import(&work).await), "success: 1 refusé auparavant");
    let record = ["names", "record", "Garde des Sceaux", "--ministry", "MJ"];
    let record = [&record[..], &["--reason", "même ministère"]].concat();
    tokio::task::block_in_place(|| app.ok(&record));
    assert_eq!(told(&import(&work).await), "success: 1 fichier importé");
}
