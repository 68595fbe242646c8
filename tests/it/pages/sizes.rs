//! What a browser is sent: each page of the demonstration, and the files of a first visit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use reqwest::Client;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, COOKIE};
use reqwest::redirect::Policy;
use serde_json::json;

use super::browser::{NOW, Stage, Way, demonstration, own_service, session_cookie};
use super::links::{absolute, attributes, is_ours, shape};
use crate::support::test_server::TestServer;
use vigie::domain::accounts::access::Role;
use vigie::store::Store;

/// Most bytes of the HTML of a page.
const HTML: usize = 60 * 1024;

/// Most bytes of all files of a first visit, compressed.
const FIRST_VISIT: usize = 350 * 1024;

/// Pages of one shape that are read: of all projects, so many projects.
const OF_ONE_SHAPE: usize = 4;

/// The editor of rules.
const EDITOR: &str = "/codemirror.js";

struct Reader {
    server: TestServer,
    client: Client,
    cookie: String,
}

impl Reader {
    async fn open() -> Self {
        let app = tokio::task::spawn_blocking(demonstration).await.unwrap();
        let server = TestServer::open(app, NOW).await;
        let store = Store::open(&server.app.database_url()).await.unwrap();
        let session = session_cookie(&store, "Claire Martin", &Role::ALL, &[]).await;
        store.close().await;
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { server, client, cookie: format!("vigie_session={session}") }
    }

    /// The HTML of a page; `None` for anything else.
    async fn page(&self, path: &str) -> Option<String> {
        let request = self.client.get(self.server.url(path)).header(COOKIE, &self.cookie);
        let answer = request.header(ACCEPT, "text/html").send().await.unwrap();
        let kind = answer.headers().get(CONTENT_TYPE);
        let is_html = kind.is_some_and(|kind| kind.to_str().unwrap().starts_with("text/html"));
        let html = answer.text().await.unwrap_or_default();
        is_html.then_some(html)
    }

    /// The file of an address as it is sent to a browser that takes gzip.
    async fn sent(&self, path: &str) -> Vec<u8> {
        let request = self.client.get(self.server.url(path)).header(ACCEPT_ENCODING, "gzip");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    /// The page of each project and of each ministry.
    async fn all_of_a_kind(&self) -> VecDeque<String> {
        let store = Store::open(&self.server.app.database_url()).await.unwrap();
        let known = store.known_projects().await.unwrap();
        store.close().await;
        let ministries: BTreeSet<String> =
            known.iter().map(|one| format!("/ministeres/{}", one.ministry)).collect();
        let projects = known.iter().map(|one| format!("/projets/{}", one.project));
        projects.chain(ministries).collect()
    }

    /// The first draft, opened on a rule.
    async fn open_draft(&self) -> String {
        let form = [("regle", "D1")];
        let request = self.client.post(self.server.url("/regles/D1/brouillon")).form(&form);
        let request = request.header(COOKIE, &self.cookie).header("Sec-Fetch-Site", "same-origin");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        answer.headers()["location"].to_str().unwrap().to_owned()
    }
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{} kB", bytes / 1024, bytes % 1024 * 10 / 1024)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_the_demonstration_is_large_and_the_editor_is_linked_where_rules_are_edited() {
    let reader = Reader::open().await;
    let mut waiting = reader.all_of_a_kind().await;
    waiting.extend(["/".to_owned(), reader.open_draft().await]);
    let named = waiting.len();
    let (mut seen, mut shapes) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    let (mut sizes, mut faults) = (Vec::new(), Vec::new());
    while let Some(path) = waiting.pop_front() {
        let times = shapes.entry(shape(&path)).or_default();
        if !seen.insert(path.clone()) || (*times >= OF_ONE_SHAPE && seen.len() > named) {
            continue;
        }
        *times += 1;
        let Some(html) = reader.page(&path).await else { continue };
        sizes.push((html.len(), path.clone()));
        if html.len() > HTML {
            faults.push(format!("{path}: {}", kilobytes(html.len())));
        }
        let edits = html.contains(" data-dictionnaire=\"");
        if html.contains(EDITOR) != edits {
            faults.push(format!("{path}: the editor's bundle, on a page that edits: {edits}"));
        }
        let links = attributes(&html, "href").into_iter().filter(|target| is_ours(target));
        let links = links.map(|target| absolute(&path, target.split('#').next().unwrap()));
        waiting.extend(links.filter(|target| !target.starts_with("/assets/")));
    }
    sizes.sort_unstable();
    for (size, path) in sizes.iter().rev().take(5) {
        println!("{} {path}", kilobytes(*size));
    }
    assert!(sizes.len() > 60, "{} pages were found", sizes.len());
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    reader.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_visit_loads_little() {
    let reader = Reader::open().await;
    let html = reader.page("/").await.unwrap();
    let mut waiting: Vec<String> = attributes(&html, "href");
    waiting.extend(attributes(&html, "src"));
    waiting.retain(|address| address.starts_with("/assets/"));
    let addresses: BTreeSet<String> = waiting.into_iter().collect();
    let mut all = 0;
    for address in &addresses {
        let size = reader.sent(address).await.len();
        println!("{} {address}", kilobytes(size));
        all += size;
        let name = address.rsplit('/').next().unwrap();
        if std::path::Path::new(name).extension().is_some_and(|kind| kind == "css") {
            let sheet =
                std::fs::read_to_string(crate::support::root().join("src/web/assets").join(name));
            assert!(!sheet.unwrap().contains("url("), "{name} takes files of its own");
        }
    }
    assert!(addresses.len() >= 4, "{addresses:?}");
    assert!(all <= FIRST_VISIT, "{}", kilobytes(all));
    reader.server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_each_ministry_is_printed_on_one_sheet() {
    let Some(server) = own_service().await else { return };
    let store = Store::open(&server.app.database_url()).await.unwrap();
    let known = store.known_projects().await.unwrap();
    store.close().await;
    let ministries: BTreeSet<String> =
        known.into_iter().map(|project| project.ministry.to_string()).collect();
    assert!(ministries.len() > 5, "{ministries:?}");
    let stage = Stage::of(&server).with("Claire Martin", &Role::ALL, &[]).await;
    stage.play("one_sheet", Way::Pointer, &json!({ "ministries": ministries })).await;
    server.close().await;
}
