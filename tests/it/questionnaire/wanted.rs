//! The three answers of each project that would settle the most verdicts: what is announced is what comes about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::test_server::TestServer;
use crate::support::{TestApp, root};
use vigie::domain::accounts::access::Role;
use vigie::domain::ids::CycleNumber;
use vigie::domain::rules::verdict::Verdict;
use vigie::store::Store;

const DAY: &str = "2020-11-30";
const ROUTE: &str = "/api/v1/wanted-answers";

fn priorities(app: &TestApp, more: &[&str]) -> Vec<Value> {
    let arguments = ["questionnaire", "priorities", "--as-of", DAY];
    let found = app.json(&[&arguments[..], more].concat());
    found.as_array().unwrap().clone()
}

fn text(one: &Value, key: &str) -> String {
    one[key].as_str().unwrap().to_owned()
}

fn fields(one: &Value) -> Vec<String> {
    one["answers"].as_array().unwrap().iter().map(|answer| text(answer, "field")).collect()
}

/// The rules that a cycle could not judge each project by.
async fn unknown(app: &TestApp, cycle: i64) -> BTreeMap<String, BTreeSet<String>> {
    let store = Store::open(&app.database_url()).await.unwrap();
    let verdicts = store.verdicts(CycleNumber(cycle)).await.unwrap();
    store.close().await;
    let mut unknown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for judgement in verdicts.iter() {
        if let Some(project) = judgement.subject.project()
            && matches!(judgement.verdict, Verdict::Unknown { .. })
        {
            let rules = unknown.entry(project.to_string()).or_default();
            rules.insert(judgement.rule.to_string());
        }
    }
    unknown
}

/// What a healthy project answers, as a file writes it.
fn healthy() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("rules/cases/baseline.toml")).unwrap();
    let cases: toml::Table = text.parse().unwrap();
    let known = cases["case"][0]["fields"].as_table().unwrap();
    known.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
}

/// A questionnaire in which each project gives the answers that it is to be asked for.
fn answered(wanted: &[Value]) -> String {
    let values = healthy();
    let columns: BTreeSet<String> = wanted.iter().flat_map(fields).collect();
    let header: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut lines = vec![format!("project,reported_on,{}", header.join(","))];
    for one in wanted.iter().filter(|one| !fields(one).is_empty()) {
        let given = fields(one);
        let cells = columns.iter().map(|field| {
            let is_given = given.contains(field);
            if is_given { values[field].as_str() } else { "" }
        });
        let cells: Vec<&str> = cells.collect();
        let name = text(one, "name").replace('"', "\"\"");
        lines.push(format!("\"{name}\",{DAY},{}", cells.join(",")));
    }
    lines.join("\n") + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_asked_for_settle_as_many_verdicts_as_was_announced() {
    let app = TestApp::with_fixtures();
    let (opens, closes) = ("2020-09-14", "2020-12-15");
    let plan = ["campaigns", "plan", "2020-11", "--opens", opens, "--closes", closes];
    app.ok(&[&plan[..], &["--reason", "panorama"]].concat());
    app.ok(&["cycle", "--as-of", DAY]);
    let wanted = priorities(&app, &[]);
    assert_eq!(wanted.len(), 43);
    let before = unknown(&app, 1).await;
    std::fs::write(app.path("2020-11.questionnaire.csv"), answered(&wanted)).unwrap();
    app.ok(&["import", "2020-11.questionnaire.csv"]);
    app.ok(&["cycle", "--as-of", DAY]);
    let after = unknown(&app, 2).await;
    let (mut settled, mut whole) = (0, 0);
    for one in &wanted {
        let project = text(one, "project");
        let of = |unknown: &BTreeMap<String, BTreeSet<String>>| {
            unknown.get(&project).cloned().unwrap_or_default()
        };
        let announced = one["settles"].as_array().unwrap().iter();
        let announced: BTreeSet<String> =
            announced.map(|rule| rule.as_str().unwrap().to_owned()).collect();
        let (was, is) = (of(&before), of(&after));
        assert_eq!(one["unknown"], was.len(), "{project}");
        assert_eq!(one["left"], is.len(), "{project}");
        assert_eq!(announced, was.difference(&is).cloned().collect(), "{project}");
        assert_eq!(was.len() - is.len(), announced.len(), "{project}");
        let asked = fields(one).len();
        assert!(asked <= 3 && (asked == 0) == announced.is_empty(), "{one}");
        assert!(one["other_data"].as_u64().unwrap() <= one["left"].as_u64().unwrap(), "{one}");
        settled += announced.len();
        whole += usize::from(asked == 3);
    }
    assert!(settled > 50 && whole > 5, "{settled} settled, {whole} asked for three");
}

#[test]
fn what_a_project_keeps_back_is_not_asked_again_and_what_it_does_not_know_is() {
    let app = TestApp::with_fixtures();
    let asked = |project: &str| fields(&priorities(&app, &["--project", project])[0]);
    let wanted = priorities(&app, &[]);
    let mut several = wanted.iter().filter(|one| fields(one).len() == 3);
    let names = [several.next().unwrap(), several.next().unwrap()].map(|one| text(one, "name"));
    for (name, answer) in names.iter().zip(["Non communiqué", "Ne sait pas"]) {
        let first = asked(name)[0].clone();
        let row = format!("project,reported_on,{first}\n\"{name}\",{DAY},{answer}\n");
        std::fs::write(app.path("2020-11.questionnaire.csv"), row).unwrap();
        app.ok(&["import", "2020-11.questionnaire.csv"]);
        assert_eq!(asked(name).contains(&first), answer == "Ne sait pas", "{name} {first}");
    }
}

#[test]
fn people_read_which_answers_to_ask_for_and_what_they_settle() {
    let app = TestApp::with_fixtures();
    let of_ministry = priorities(&app, &["--ministry", "MJ"]);
    assert!(of_ministry.iter().all(|one| one["ministry"] == "MJ") && of_ministry.len() > 1);
    insta::assert_snapshot!(app.ok(&[
        "questionnaire",
        "priorities",
        "--ministry",
        "MJ",
        "--as-of",
        DAY
    ]));
    let csv = app.ok(&["questionnaire", "priorities", "--as-of", DAY, "--format", "csv"]);
    assert!(csv.starts_with("project,ministry,unknown,answers,settles,left,other_data\n"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ministry_is_told_of_its_projects_only() {
    let app = TestApp::with_fixtures();
    let all = app.token("Claire", &[Role::Reader], &[]).await;
    let own = app.token("Karim", &[Role::Reader], &["MJ"]).await;
    let api = TestServer::open(app, "2020-12-01T09:00:00Z").await;
    let whole = api.get(&all, &format!("{ROUTE}?as_of={DAY}&ministry=MJ")).await.body;
    let seen = api.get(&own, &format!("{ROUTE}?as_of={DAY}")).await.body;
    assert_eq!(seen["data"], whole["data"]);
    assert!(seen["data"].as_array().unwrap().iter().all(|one| one["ministry"] == "MJ"));
    assert_eq!(api.get(&own, &format!("{ROUTE}?ministry=MI")).await.status, 400);
    assert_eq!(api.get(&own, &format!("{ROUTE}?project=ANCOLIE")).await.status, 400);
    assert_eq!(api.get(&all, &format!("{ROUTE}?as_of=1999-01-01")).await.status, 409);
    assert_eq!(api.get("", ROUTE).await.status, 401);
    api.close().await;
}
