//! Documents written to a folder after each cycle of a service.

use std::collections::BTreeSet;
use std::path::Path;

use super::support::{going, never, runs, work};
use crate::support::TestApp;
use crate::support::manual_clock::ManualClock;
use vigie::application::{DocumentFormat, DocumentSettings};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::operation::job::{JobName, RunOutcome};
use vigie::schedule::{Runner, Work};

const FORMATS: [DocumentFormat; 2] = [DocumentFormat::Odt, DocumentFormat::Markdown];

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

async fn documents(app: &TestApp) -> Work {
    let clock = ManualClock::at("2020-11-30T08:00:00Z");
    let mut work = work(app, &clock).await;
    work.services.documents = DocumentSettings {
        folder: app.path("documents/DINUM"),
        formats: FORMATS.to_vec(),
        ..DocumentSettings::default()
    };
    work
}

#[tokio::test]
async fn a_cycle_of_the_service_is_followed_by_the_documents_of_all_it_knows() {
    let app = TestApp::with_fixtures();
    let work = documents(&app).await;
    let runner = Runner::new(work.clone(), &never(), 7).unwrap();
    runner.run_now(JobName::Cycle, Actor::vigie(), &going()).await.unwrap();
    assert_eq!(runs(&work, JobName::Documents).await, ["documents: person, 0 missed, success"]);

    let folder = &work.services.documents.folder;
    let found = names(folder);
    let ministries: Vec<String> = app.json(&["panorama"])["ministries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["ministry"].as_str().unwrap().to_lowercase())
        .collect();
    assert!(ministries.len() > 5, "{ministries:?}");
    let expected = std::iter::once("cosinum".to_owned())
        .chain(ministries.iter().map(|code| format!("ministere-{code}")))
        .flat_map(|name| ["odt", "md"].map(|ending| format!("{name}-2020-11.{ending}")));
    assert_eq!(found, expected.collect());
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let same = app.ok(&["document", "ministry", "MJ", "--format", "md"]);
    assert_eq!(read("ministere-mj-2020-11.md").trim_end(), same.trim_end());

    // A second run touches nothing, and one after a file was spoilt writes that one again.
    let when = |name: &str| std::fs::metadata(folder.join(name)).unwrap().modified().unwrap();
    let before = when("cosinum-2020-11.odt");
    std::fs::write(folder.join("ministere-mj-2020-11.md"), "autre").unwrap();
    let run = runner.run_now(JobName::Documents, Actor::vigie(), &going()).await.unwrap();
    assert_eq!(run.detail, format!("1\u{a0}document écrit, {}\u{a0}inchangés", found.len() - 1));
    assert_eq!(when("cosinum-2020-11.odt"), before);
    assert!(read("ministere-mj-2020-11.md").contains("Justice"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_the_failure_of_that_job_alone() {
    let app = TestApp::with_fixtures();
    let work = documents(&app).await;
    std::fs::write(app.path("documents"), "un fichier").unwrap();
    let runner = Runner::new(work.clone(), &never(), 7).unwrap();
    let cycle = runner.run_now(JobName::Cycle, Actor::vigie(), &going()).await.unwrap();
    assert_eq!(cycle.outcome, RunOutcome::Success);
    assert_eq!(runs(&work, JobName::Documents).await, ["documents: person, 0 missed, failure"]);
    let last = work.services.store.job_runs(JobName::Documents, 1).await.unwrap();
    assert!(last[0].detail.contains("documents/DINUM"), "{}", last[0].detail);
}

#[tokio::test]
async fn without_a_folder_no_document_is_written_unless_a_person_requests_it_and_is_refused() {
    let app = TestApp::with_fixtures();
    let clock = ManualClock::at("2020-11-30T08:00:00Z");
    let work = work(&app, &clock).await;
    let runner = Runner::new(work.clone(), &never(), 7).unwrap();
    runner.run_now(JobName::Cycle, Actor::vigie(), &going()).await.unwrap();
    assert!(runs(&work, JobName::Documents).await.is_empty());
    let refused = app.run(&["jobs", "run", "documents"]);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert!(said.contains("`documents.folder`"), "{said}");
}
