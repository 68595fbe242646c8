//! The feed of what changed; read by a program that is not ours, Debian's python3-feedparser.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

use atom_syndication::{Entry, Feed};

use crate::support;
use crate::support::ministry_data::MinistryData;
use crate::support::{doors, root};
use vigie::domain::accounts::access::Role;
use vigie::server::Running;

/// A service over a judged data, and one who follows it.
struct Follower {
    data: MinistryData,
    service: Running,
    token: String,
}

impl Follower {
    async fn new(ministries: &[&str]) -> Self {
        let data = MinistryData::new().await;
        let token = support::token(&data.store, "Abonnée", &[Role::Reader], ministries).await;
        let service = doors::serve(data.database_url()).await;
        Self { data, service, token }
    }

    async fn ask(&self, path: &str, known: &str) -> reqwest::Response {
        let url = format!("http://{}{path}", self.service.address());
        let request = reqwest::Client::new().get(url).bearer_auth(&self.token);
        request.header("if-none-match", known).send().await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        let answer = self.ask(path, "").await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/atom+xml; charset=utf-8");
        answer.text().await.unwrap()
    }

    async fn feed(&self, path: &str) -> Feed {
        Feed::read_from(self.text(path).await.as_bytes()).unwrap()
    }

    /// Of every page, in order, from one on.
    async fn entries(&self, first: &str) -> (usize, Vec<Entry>) {
        let (mut pages, mut entries, mut path) = (0, Vec::new(), first.to_owned());
        loop {
            let feed = self.feed(&path).await;
            pages += 1;
            entries.extend(feed.entries.iter().cloned());
            let Some(next) = feed.links.iter().find(|link| link.rel == "next") else { break };
            path.clone_from(&next.href);
        }
        (pages, entries)
    }

    async fn stop(self) {
        self.service.stop().await.unwrap();
        drop(self.data);
    }
}

fn ids(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.id.as_str()).collect()
}

/// What a feed reader shows; `None` where there is none.
fn read(feed: &str) -> Option<String> {
    let mut reader = support::python("feedparser")?;
    reader.arg(root().join("tests/it/support/read_atom.py"));
    let mut child = reader.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(feed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{feed}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn a_feed_reader_shows_a_ministry_what_changed_in_french_newest_first() {
    let follower = Follower::new(&["MJ"]).await;
    let Some(mut shown) = read(&follower.text("/api/v1/feed?limit=60").await) else { return };
    // Cycles and imports ran by the clock of this machine.
    let times: BTreeSet<String> = follower
        .entries("/api/v1/feed")
        .await
        .1
        .iter()
        .map(|entry| entry.updated.to_rfc3339())
        .collect();
    for (rank, time) in times.iter().enumerate() {
        shown = shown.replace(time, &format!("({})", rank + 1));
    }
    insta::assert_snapshot!(shown);
    follower.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feed_readers_get_it_whatever_kind_of_feed_they_ask_for() {
    let reader = Follower::new(&[]).await;
    let url = format!("http://{}/api/v1/feed?limit=1", reader.service.address());
    for (accept, status) in [
        ("application/rss+xml, application/rdf+xml;q=0.8, application/atom+xml;q=0.6", 200),
        ("application/rss+xml", 200),
        ("application/xml, text/xml;q=0.9", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/json", 406),
    ] {
        let request = reqwest::Client::new().get(&url).bearer_auth(&reader.token);
        let answer = request.header("accept", accept).send().await.unwrap();
        assert_eq!(answer.status(), status, "{accept}");
    }
    reader.stop().await;
}

#[tokio::test]
async fn pages_give_each_entry_once_whatever_their_size() {
    for (ministries, sizes) in [(&[][..], [90, 100]), (&["MI"], [5, 30])] {
        let follower = Follower::new(ministries).await;
        let (pages, all) = follower.entries("/api/v1/feed?limit=1000").await;
        assert_eq!(pages, 1);
        let different: BTreeSet<&str> = ids(&all).into_iter().collect();
        assert_eq!(different.len(), all.len(), "an id stands for two things");
        assert!(all.is_sorted_by(|a, b| a.updated >= b.updated));
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in &all {
            *kinds.entry(entry.categories[0].term.as_str()).or_default() += 1;
        }
        for kind in ["run.finished", "alert.opened", "mission.proposed", "dataset.imported"] {
            assert!(kinds.contains_key(kind), "{kinds:?}");
        }
        for limit in sizes {
            let (sheets, turned) = follower.entries(&format!("/api/v1/feed?limit={limit}")).await;
            assert_eq!(ids(&turned), ids(&all), "{limit} to a page");
            assert!(sheets >= all.len() / limit);
        }
        follower.stop().await;
    }
}

#[tokio::test]
async fn whoever_was_told_already_is_told_what_is_newer_or_nothing() {
    let follower = Follower::new(&[]).await;
    let (_, all) = follower.entries("/api/v1/feed").await;
    for since in [&all[0], &all[all.len() / 2], &all[all.len() - 1]].map(|entry| entry.updated) {
        let newer: Vec<Entry> =
            all.iter().filter(|entry| entry.updated >= since).cloned().collect();
        let since = since.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Nanos, true);
        let (_, told) = follower.entries(&format!("/api/v1/feed?since={since}&limit=50")).await;
        assert_eq!(ids(&told), ids(&newer), "since {since}");
    }
    let later = follower.feed("/api/v1/feed?since=2100-01-01T00:00:00Z").await;
    assert_eq!((later.entries.len(), later.links.len()), (0, 2));

    let first = follower.ask("/api/v1/feed", "").await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let again = follower.ask("/api/v1/feed", &tag).await;
    assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (304, ""));
    for query in ["since=hier", "since=2020-01-01", "limit=0", "cursor=abc", "page=2"] {
        let answer = follower.ask(&format!("/api/v1/feed?{query}"), "").await;
        assert_eq!(answer.status(), 400, "{query}");
    }
    follower.stop().await;
}
