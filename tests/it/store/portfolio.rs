//! Loading what was known at a moment: every dataset, the right edition, the same bytes for ever.

use std::collections::BTreeMap;

use super::stores::{
    EXACT, Scratch, act, costs, day, fact, import, panorama, project, snapshot, watch, watch_list,
};
use vigie::domain::ids::MinistryCode;
use vigie::domain::level::Level;
use vigie::domain::portfolio::follow_up::{
    Contact, ContactRole, Contract, DeclaredCause, Milestone, Rebaseline, Recommendation, WatchList,
};
use vigie::domain::portfolio::import::{Dataset, ImportedRows};
use vigie::domain::portfolio::published::Portfolio;
use vigie::domain::portfolio::snapshot::{Phase, Snapshot};
use vigie::domain::value::{Reported, Value};
use vigie::store::KnownUpTo;

#[tokio::test]
async fn every_dataset_comes_back_as_it_went_in() {
    let scratch = Scratch::new().await;
    let expected = one_of_each();
    let mut files = vec![
        import(Dataset::Panorama, "2020-11", ImportedRows::Panorama(expected.snapshots.clone())),
        import(
            Dataset::Rebaselines,
            "2020-11",
            ImportedRows::Rebaselines(expected.rebaselines.clone()),
        ),
        import(
            Dataset::Milestones,
            "2020-11",
            ImportedRows::Milestones(expected.milestones.clone()),
        ),
        import(Dataset::Contracts, "2020-11", ImportedRows::Contracts(expected.contracts.clone())),
        import(
            Dataset::Recommendations,
            "2020-11",
            ImportedRows::Recommendations(expected.recommendations.clone()),
        ),
        import(
            Dataset::DeclaredCauses,
            "2020-11",
            ImportedRows::DeclaredCauses(expected.declared_causes.clone()),
        ),
        import(Dataset::WatchLists, "2020-11", ImportedRows::WatchLists(expected.watches.clone())),
        import(Dataset::Contacts, "2020-11", ImportedRows::Contacts(expected.contacts.clone())),
    ];
    let facts = [
        Dataset::Baselines,
        Dataset::Article3,
        Dataset::Questionnaire,
        Dataset::Audits,
        Dataset::Exits,
    ];
    for (dataset, fact) in facts.into_iter().zip(&expected.facts) {
        files.push(import(dataset, "2020-11", ImportedRows::Facts(vec![fact.clone()])));
    }
    assert_eq!(files.len(), Dataset::ALL.len());
    scratch.record(&files).await;
    assert_eq!(scratch.portfolio("2020-11-01").await, expected);
}

#[tokio::test]
async fn an_earlier_moment_gives_the_earlier_portfolio_byte_for_byte() {
    let scratch = Scratch::new().await;
    let mut moments = Vec::new();
    for file in [
        panorama("2020-06", "si-samu 90, paysage 30"),
        panorama("2020-11", "si-samu 100, paysage 31"),
        watch_list("2020-06", &["si-samu"]),
        panorama("2020-06", "si-samu 95"),
        watch_list("2020-06", &["si-samu", "paysage"]),
        panorama("2021-07", "si-samu 140"),
    ] {
        scratch.record(&[file]).await;
        let upto = scratch.store.latest_known().await.unwrap();
        moments.push((upto, bytes(&scratch, upto).await));
    }
    scratch.record(&[panorama("2019-03", "harmonie 9")]).await;
    let (from, into) = (project("paysage"), project("harmonie"));
    let act = act("2026-11-24T08:00:00Z", "même projet");
    scratch.store.link(&from, &into, &act).await.unwrap();
    for (upto, then) in moments {
        assert_eq!(bytes(&scratch, upto).await, then);
    }
}

#[tokio::test]
async fn editions_after_the_date_are_not_there_yet() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2020-11", "si-samu 100"), panorama("2020-06", "si-samu 90")]).await;
    assert_eq!(costs(&scratch.portfolio("2020-10-31").await), "2020-06 si-samu 90\n");
    assert_eq!(
        costs(&scratch.portfolio("2020-11-01").await),
        "2020-06 si-samu 90\n2020-11 si-samu 100\n"
    );
    assert_eq!(costs(&scratch.portfolio("2020-05-31").await), "");
}

#[tokio::test]
async fn each_project_has_the_list_of_the_latest_edition_that_names_it() {
    let scratch = Scratch::new().await;
    let closing = vec![watch("si-samu", WatchList::Closing)];
    scratch
        .record(&[
            watch_list("2020-06", &["si-samu", "paysage"]),
            import(Dataset::WatchLists, "2020-11", ImportedRows::WatchLists(closing)),
            watch_list("2021-07", &["si-samu"]),
        ])
        .await;
    for (as_of, expected) in [
        ("2020-05-01", ""),
        ("2020-06-01", "paysage heightened, si-samu heightened"),
        ("2020-12-01", "paysage heightened, si-samu closing"),
        ("2021-08-01", "paysage heightened, si-samu heightened"),
    ] {
        let lists = scratch.portfolio(as_of).await.watches;
        let lines: Vec<String> =
            lines_of(&lists, |entry| format!("{} {}", entry.project, entry.watch.as_str()));
        assert_eq!(lines.join(", "), expected, "as of {as_of}");
    }
}

#[tokio::test]
async fn facts_of_all_editions_are_there_and_a_corrected_file_forgets_what_it_no_longer_says() {
    let scratch = Scratch::new().await;
    let file = |when, rows| import(Dataset::Questionnaire, when, ImportedRows::Facts(rows));
    let said = |id, size, on| fact(id, "team_size", Value::Int(size), on);
    scratch
        .record(&[
            file("2020-11", vec![said("si-samu", 3, "2020-11-01")]),
            file(
                "2020-06",
                vec![said("si-samu", 1, "2020-06-01"), said("paysage", 9, "2020-06-01")],
            ),
            // Of the same day it is a correction, of another day one more answer.
            file("2020-06", vec![said("si-samu", 2, "2020-06-01")]),
            file("2020-06", vec![said("si-samu", 5, "2020-06-02")]),
            // Another edition says the same field at the same date: it comes last, and wins.
            file("2021-07", vec![said("si-samu", 4, "2020-11-01")]),
        ])
        .await;
    let facts = scratch.portfolio("2022-01-01").await.facts;
    let lines = lines_of(&facts, |fact| {
        format!("{} {:?} {}", fact.project, fact.answer.value().unwrap(), fact.reported_on)
    });
    assert_eq!(
        lines.join("\n"),
        "paysage Int(9) 2020-06-01
si-samu Int(2) 2020-06-01
si-samu Int(5) 2020-06-02
si-samu Int(3) 2020-11-01
si-samu Int(4) 2020-11-01"
    );
}

#[tokio::test]
async fn each_ministry_has_the_contacts_of_its_latest_edition() {
    let scratch = Scratch::new().await;
    let file = |when, rows: &[(&str, &str)]| {
        let contacts = rows.iter().map(|(ministry, email)| contact(ministry, email)).collect();
        import(Dataset::Contacts, when, ImportedRows::Contacts(contacts))
    };
    let june = file("2020-06", &[("MJ", "a@x"), ("MJ", "b@x"), ("MEN", "c@x")]);
    scratch.record(&[june, file("2020-11", &[("MJ", "d@x")])]).await;
    let contacts = scratch.portfolio("2021-01-01").await.contacts;
    let lines = lines_of(&contacts, |contact| format!("{} {}", contact.ministry, contact.email));
    assert_eq!(lines.join(", "), "MEN c@x, MJ d@x");
}

#[tokio::test]
async fn a_hundred_thousand_projects_go_in_and_come_out() {
    let scratch = Scratch::new().await;
    let snapshots: Vec<Snapshot> = (0..100_000_u32)
        .map(|row| Snapshot { row, ..snapshot(&format!("p{row:06}"), "2020-11", f64::from(row)) })
        .collect();
    let file = import(Dataset::Panorama, "2020-11", ImportedRows::Panorama(snapshots.clone()));
    scratch.record(&[file]).await;
    assert!(scratch.portfolio("2020-11-01").await.snapshots == snapshots);
}

async fn bytes(scratch: &Scratch, upto: KnownUpTo) -> String {
    let portfolio = scratch.store.portfolio(&upto, day("2022-01-01")).await.unwrap();
    serde_json::to_string(&portfolio).unwrap()
}

fn lines_of<T>(rows: &[T], line: impl Fn(&T) -> String) -> Vec<String> {
    rows.iter().map(line).collect()
}

fn contact(ministry: &str, email: &str) -> Contact {
    Contact {
        ministry: MinistryCode::new(ministry),
        role: ContactRole::SecretaryGeneral,
        project: None,
        name: Some("Camille Martin".to_owned()),
        email: email.to_owned(),
        since: Some(day("2020-09-01")),
        until: None,
    }
}

/// In the order of a portfolio.
fn rebaseline() -> Rebaseline {
    Rebaseline {
        project: project("a"),
        decided_on: day("2019-05-06"),
        cost_meur: Some(EXACT),
        duration_months: None,
        reason: "périmètre étendu".to_owned(),
        decided_by: Some("comité".to_owned()),
    }
}

fn one_of_each() -> Portfolio {
    Portfolio {
        snapshots: vec![full_snapshot(), withheld_snapshot(), snapshot("c", "2020-11", 1.0)],
        facts: vec![
            fact("a", "cost_initial", Value::Float(EXACT), "2020-01-01"),
            fact("a", "go", Value::Bool(true), "2020-01-01"),
            fact("a", "opinion", Value::Text("réservé".to_owned()), "2020-01-01"),
            fact("b", "audited_on", Value::Date(day("2019-02-03")), "2020-01-01"),
            fact("b", "team_size", Value::Int(-4), "2020-01-01"),
        ],
        rebaselines: vec![rebaseline()],
        milestones: vec![Milestone {
            project: project("a"),
            label: "Mise en service".to_owned(),
            kind: "go_live".to_owned(),
            baseline_on: day("2020-01-01"),
            forecast_on: Some(day("2020-09-01")),
            actual_on: None,
            reported_on: day("2020-06-01"),
            facts: BTreeMap::new(),
        }],
        contracts: vec![Contract {
            project: project("a"),
            vendor: "Titulaire & Cie".to_owned(),
            kind: None,
            notified_on: Some(day("2018-01-01")),
            end_on: None,
            ceiling_meur: Some(EXACT),
            consumed_meur: None,
            vendor_status: Some("watched".to_owned()),
            reported_on: day("2020-06-01"),
            facts: BTreeMap::new(),
        }],
        recommendations: vec![Recommendation {
            project: project("a"),
            axis: "finance".to_owned(),
            severity: "high".to_owned(),
            text: None,
            issued_on: day("2019-01-01"),
            due_on: None,
            closed_on: Some(day("2020-01-01")),
        }],
        declared_causes: vec![DeclaredCause {
            project: project("a"),
            cause: "RC07".to_owned(),
            level: Level::High,
            declared_on: day("2019-01-01"),
            lifted_on: None,
            author_role: Some("instructeur".to_owned()),
            text: Some("ligne\nsuivante".to_owned()),
        }],
        watches: vec![watch("a", WatchList::Closing), watch("b", WatchList::Reframing)],
        contacts: vec![contact("MJ", "sg@example.org")],
        ..Portfolio::default()
    }
}

fn full_snapshot() -> Snapshot {
    Snapshot {
        phase: Reported::Missing,
        start_on: Reported::Withheld,
        duration_months: Reported::Missing,
        cost_meur: Reported::Given(EXACT),
        inter_ministerial: Some(false),
        functional_zone: Some("Santé".to_owned()),
        programme: Some("204".to_owned()),
        description: Some("« Numéro » d’appel ; l'apostrophe'".to_owned()),
        withheld_reason: Some("Appel d’offres en cours".to_owned()),
        ..snapshot("a", "2020-11", 0.0)
    }
}

fn withheld_snapshot() -> Snapshot {
    Snapshot {
        phase: Reported::Given(Phase::UnderRevision),
        duration_months: Reported::Withheld,
        cost_meur: Reported::Withheld,
        start_on: Reported::Missing,
        ..snapshot("b", "2020-11", 0.0)
    }
}
