//! For the tests of the store: a database in a temporary folder, small files, and readable answers.

use std::fmt::Write;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use crate::support::TestApp;
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::ids::{MinistryCode, ProjectId};
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::follow_up::{Answer, Fact, WatchEntry, WatchList};
use vigie::domain::portfolio::import::{
    Dataset, Import, ImportedRows, SetAside, Sighting, SightingKind, WithheldFigure,
};
use vigie::domain::portfolio::published::Portfolio;
use vigie::domain::portfolio::snapshot::{Phase, Snapshot};
use vigie::domain::value::{Reported, Value};
use vigie::store::{Difference, Recorded, Store, StoreError};
use vigie::support::fingerprint::Fingerprint;

/// A number that loses its last digit when JSON is read without care.
pub(crate) const EXACT: f64 = 0.912_345_678_901_234_5;

/// A store on a database of its own, which goes away with it.
pub(crate) struct Scratch {
    pub(crate) store: Store,
    app: TestApp,
}

impl Scratch {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new();
        let store = Store::open(&app.database_url()).await.unwrap();
        Self { store, app }
    }

    pub(crate) fn url(&self) -> String {
        self.app.database_url()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.app.path("vigie.db")
    }

    /// On a file, whatever engine the tests run on.
    pub(crate) async fn with_file() -> Self {
        let app = TestApp::with_file();
        let store = Store::open(&app.database_url()).await.unwrap();
        Self { store, app }
    }

    pub(crate) fn sql(&self, text: &str) -> String {
        self.app.sql(text)
    }

    pub(crate) fn is_on_server(&self) -> bool {
        self.app.is_on_server()
    }

    pub(crate) async fn record(&self, imports: &[Import]) -> Vec<Recorded> {
        self.store
            .record_imports(imports, &Actor::vigie(), at("2026-11-24T08:00:00Z"))
            .await
            .unwrap()
    }

    /// All that is known now, as of a date.
    pub(crate) async fn portfolio(&self, as_of: &str) -> Portfolio {
        let upto = self.store.latest_known().await.unwrap();
        self.store.portfolio(&upto, day(as_of)).await.unwrap()
    }

    /// How many rows each table holds; tables with none are left out.
    pub(crate) async fn counts(&self) -> String {
        let tables = if self.app.is_on_server() {
            "select tablename from pg_tables where schemaname = current_schema()
             and tablename <> 'database_version' order by tablename collate \"C\""
        } else {
            "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name"
        };
        let mut counts = Vec::new();
        for table in self.app.sql(tables).lines().filter(|table| !table.starts_with('_')) {
            let count = self.app.sql(&format!("select count(*) from {table}"));
            if count != "0" {
                counts.push(format!("{table} {count}"));
            }
        }
        counts.join(", ")
    }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What a person does for a reason.
pub(crate) fn act(when: &str, reason: &str) -> ActionContext {
    let actor = Actor::person("Claire Martin").unwrap();
    ActionContext { actor, at: at(when), reason: reason.to_owned() }
}

pub(crate) fn edition(text: &str) -> EditionId {
    text.parse().unwrap()
}

pub(crate) fn project(id: &str) -> ProjectId {
    ProjectId::new(id)
}

pub(crate) fn snapshot(id: &str, when: &str, cost_meur: f64) -> Snapshot {
    Snapshot {
        project: project(id),
        edition: edition(when),
        name: id.to_uppercase(),
        ministry: MinistryCode::new("MJ"),
        ministry_label: "Justice".to_owned(),
        phase: Reported::Given(Phase::Build),
        start_on: Reported::Given(day("2015-01-01")),
        duration_months: Reported::Given(72.0),
        cost_meur: Reported::Given(cost_meur),
        inter_ministerial: None,
        functional_zone: None,
        programme: None,
        description: None,
        withheld_reason: None,
        row: 2,
    }
}

/// A panorama of an edition: `si-samu 100, paysage 30`.
pub(crate) fn panorama(when: &str, projects: &str) -> Import {
    let snapshots = projects.split(", ").zip(2..).map(|(text, row)| {
        let (id, cost) = text.split_once(' ').unwrap();
        Snapshot { row, ..snapshot(id, when, cost.parse().unwrap()) }
    });
    import(Dataset::Panorama, when, ImportedRows::Panorama(snapshots.collect()))
}

/// A file whose bytes are what it says.
pub(crate) fn import(dataset: Dataset, when: &str, rows: ImportedRows) -> Import {
    let bytes = serde_json::to_vec(&rows).unwrap();
    Import {
        file: format!("{when}.{}.csv", dataset.as_str()),
        sha256: Fingerprint::of(&bytes),
        profile: "canonical".to_owned(),
        profile_reason: "toutes les colonnes attendues".to_owned(),
        dataset,
        edition: edition(when),
        rows,
        set_aside: vec![SetAside { rows: vec![7, 9], reason: "ligne vide".to_owned() }],
        withheld: vec![WithheldFigure {
            row: 3,
            project: project("paysage"),
            field: "cost_current".to_owned(),
        }],
        sightings: vec![Sighting {
            project: project("paysage"),
            name: "PAYSAGE".to_owned(),
            ministry: Some(MinistryCode::new("MEN")),
            kind: SightingKind::Resembles {
                project: project("paye"),
                name: "PAYE".to_owned(),
                likeness: EXACT,
            },
        }],
        holds: vec![],
        remarks: vec![],
    }
}

pub(crate) fn fact(id: &str, field: &str, value: Value, reported_on: &str) -> Fact {
    Fact {
        project: project(id),
        field: field.to_owned(),
        answer: Answer::Value(value),
        reported_on: day(reported_on),
        answered_by: None,
    }
}

pub(crate) fn watch(id: &str, watch: WatchList) -> WatchEntry {
    WatchEntry { project: project(id), watch, since: day("2020-06-01"), until: None, note: None }
}

/// A watch list of an edition: every project on it in heightened vigilance.
pub(crate) fn watch_list(when: &str, projects: &[&str]) -> Import {
    let entries = projects.iter().map(|id| watch(id, WatchList::Heightened)).collect();
    import(Dataset::WatchLists, when, ImportedRows::WatchLists(entries))
}

/// `2020-11 si-samu 100`, one line for each snapshot.
pub(crate) fn costs(portfolio: &Portfolio) -> String {
    let mut text = String::new();
    for Snapshot { edition, project, cost_meur, .. } in &portfolio.snapshots {
        let cost = cost_meur.given().map_or_else(|| "-".to_owned(), ToString::to_string);
        writeln!(text, "{edition} {project} {cost}").unwrap();
    }
    text
}

/// One line for each file, then one for each difference.
pub(crate) fn report(recorded: &[Recorded]) -> String {
    let mut text = String::new();
    for one in recorded {
        match one {
            Recorded::Unchanged { number, replaced_by, .. } => {
                let by = replaced_by.map(|by| format!(", replaced by {by}"));
                writeln!(text, "{number} unchanged{}", by.unwrap_or_default()).unwrap();
            }
            Recorded::Held { number, .. } => writeln!(text, "{number} on hold").unwrap(),
            Recorded::Added { number } => writeln!(text, "{number} added").unwrap(),
            Recorded::Replaced { number, former, differences, identical } => {
                writeln!(text, "{number} replaces {former}, {identical} identical").unwrap();
                for difference in differences {
                    write_difference(&mut text, difference);
                }
            }
        }
    }
    text
}

fn write_difference(text: &mut String, difference: &Difference) {
    let Difference { subject, field, former, now } = difference;
    writeln!(text, "  {subject} {field}: {former} -> {now}").unwrap();
}

/// The error and its causes, as the command line prints them.
pub(crate) fn told(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        write!(text, ": {cause}").unwrap();
        source = cause.source();
    }
    text
}
