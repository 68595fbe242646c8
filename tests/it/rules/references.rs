//! A reference names the edition that gave the figure.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use super::catalogue::day;
use crate::support::{TestApp, real_editions};
use vigie::domain::ids::ProjectId;
use vigie::domain::portfolio::published::Portfolio;
use vigie::domain::portfolio::snapshot::Snapshot;
use vigie::frame;
use vigie::frame::dictionary::built_in;
use vigie::rules::{Catalogue, ScriptLimits, compile_catalogue, read_folder};
use vigie::store::Store;

pub(super) const EDITIONS: [&str; 8] =
    ["2016-11", "2017-02", "2017-06", "2017-11", "2018-03", "2018-07", "2019-03", "2021-07"];

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,\
                      functional_zone,programme,withheld_reason";

fn catalogue() -> Catalogue {
    let texts = read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    compile_catalogue(&texts, &ScriptLimits::default()).0
}

pub(super) fn portfolio(app: &TestApp, as_of: NaiveDate) -> Portfolio {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&app.database_url()).await.unwrap();
        let upto = store.latest_known().await.unwrap();
        store.portfolio(&upto, as_of).await.unwrap()
    })
}

/// The first edition gives neither figure, the third withholds both: the second gave them.
#[test]
fn a_figure_is_compared_with_the_edition_that_gave_it() {
    let app = TestApp::new();
    let editions = [
        ("2016-11", "scoping,2016-01,,,false,a,b,"),
        ("2017-06", "build,2016-01,40,10,false,a,b,"),
        ("2017-11", "build,2016-01,,,false,a,b,appel d’offres"),
        ("2018-03", "build,2016-01,60,20,false,a,b,"),
    ];
    for (edition, cells) in editions {
        let file = app.path(&format!("{edition}.r.csv"));
        std::fs::write(&file, format!("{HEADER}\nZED,Ministère de la Justice,{cells}\n")).unwrap();
        app.ok(&["import", file.to_str().unwrap()]);
    }
    app.ok(&["cycle", "--as-of", "2018-03-31"]);
    let shown = |rule: &str| {
        let alerts = app.json(&["alerts", "--rule", rule]);
        alerts["items"].as_array().or(alerts.as_array()).unwrap()[0]["explanation"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for rule in ["D1", "D2"] {
        let explanation = shown(rule);
        assert!(explanation.contains("(2017-06), faute de référence déclarée"), "{explanation}");
    }
    let explanation = shown("D3");
    assert!(explanation.contains("Depuis l’édition 2017-06, le coût"), "{explanation}");
    assert!(explanation.contains("Depuis l’édition 2017-06, la fin prévue"), "{explanation}");
    assert!(!explanation.contains("2017-11"), "{explanation}");
}

/// Of every explanation on the published editions, each recomputed from the rows.
#[test]
fn every_reference_on_the_published_editions_is_recomputed() {
    let Some(folder) = real_editions() else { return };
    let app = TestApp::new();
    for edition in EDITIONS {
        let file = folder.join(format!("{edition}.dashboard.csv"));
        app.ok(&["import", file.to_str().unwrap()]);
    }
    let (mut checked, mut wrong) = (BTreeMap::<&str, usize>::new(), Vec::new());
    let catalogue = catalogue();
    for edition in EDITIONS {
        let as_of = day(&format!("{edition}-28"));
        let portfolio = portfolio(&app, as_of);
        let frames = frame::build(&portfolio, built_in(), as_of, Some(0.25)).unwrap();
        for judged in catalogue.judge(&frames, as_of) {
            let (Some(project), Some(text)) = (judged.subject.project(), &judged.explanation)
            else {
                continue;
            };
            let past = Past::of(&portfolio, project, &frames.projects);
            for (words, named) in references(text) {
                let expected = past.edition_of(words);
                *checked.entry(words).or_default() += 1;
                if expected.as_deref() != Some(named.as_str()) {
                    wrong.push(format!(
                        "{edition} {} {project}: {text} ({expected:?})",
                        judged.rule
                    ));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(checked.values().sum::<usize>() > 200 && checked.len() == 5, "{checked:?}");
}

const FORMS: [&str; 5] = [
    "première édition qui le donne (",
    "première édition qui la donne (",
    "le coût",
    "la fin prévue",
    "la durée",
];

/// What each reference of an explanation is about, and the edition that it names.
fn references(text: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for words in &FORMS[..2] {
        if let Some((_, rest)) = text.split_once(words) {
            found.push((*words, rest.chars().take(7).collect()));
        }
    }
    for part in text.split("Depuis l’édition ").skip(1) {
        let words = FORMS[2..].iter().find(|words| part[7..].starts_with(&format!(", {words}")));
        assert!(words.is_some(), "{text}");
        found.push((words.unwrap(), part.chars().take(7).collect()));
    }
    found
}

/// The editions of one project up to the one in force, or up to the last that lists it.
struct Past<'a>(Vec<&'a Snapshot>);

impl<'a> Past<'a> {
    fn of(portfolio: &'a Portfolio, project: &ProjectId, frame: &DataFrame) -> Self {
        assert!(frame.height() > 0);
        let mut snapshots: Vec<&Snapshot> =
            portfolio.snapshots.iter().filter(|snapshot| snapshot.project == *project).collect();
        snapshots.sort_by_key(|snapshot| snapshot.edition);
        Self(snapshots)
    }

    fn edition_of(&self, words: &str) -> Option<String> {
        let cost = |one: &&&Snapshot| one.cost_meur.given().is_some();
        let duration = |one: &&&Snapshot| one.duration_months.given().is_some();
        let end = |one: &&&Snapshot| duration(one) && one.start_on.given().is_some();
        let before = &self.0[..self.0.len() - 1];
        let found = match FORMS.iter().position(|form| *form == words)? {
            0 => self.0.iter().find(cost),
            1 => self.0.iter().find(duration),
            2 => before.iter().rfind(cost),
            3 => before.iter().rfind(end),
            _ => before.iter().rfind(duration),
        };
        found.map(|snapshot| snapshot.edition.to_string())
    }
}
