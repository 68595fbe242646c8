//! Recording files: added, unchanged, replaced with what differs; all of them or none.

use super::stores::{
    Scratch, at, costs, edition, fact, import, panorama, report, snapshot, told, watch, watch_list,
};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::ids::{ImportNumber, MinistryCode};
use vigie::domain::portfolio::follow_up::{Contact, ContactRole, WatchList};
use vigie::domain::portfolio::import::{Dataset, Import, ImportedRows};
use vigie::domain::portfolio::snapshot::{Phase, Snapshot};
use vigie::domain::value::{Reported, Value};
use vigie::store::{Recorded, Store};

#[tokio::test]
async fn the_same_file_twice_changes_nothing_even_within_one_call() {
    let scratch = Scratch::new().await;
    let november = panorama("2020-11", "si-samu 100");
    let renamed = Import { file: "copie.csv".to_owned(), ..november.clone() };
    let first = scratch.record(&[november.clone(), renamed.clone()]).await;
    assert_eq!(report(&first), "1 added\n1 unchanged\n");
    assert_eq!(report(&scratch.record(&[renamed]).await), "1 unchanged\n");
    assert_eq!(
        scratch.counts().await,
        "audit 1, audit_head 1, imports 1, snapshot_pages 1, \
         snapshots 1"
    );
}

#[tokio::test]
async fn the_same_bytes_under_another_edition_are_another_import() {
    let scratch = Scratch::new().await;
    let june = watch_list("2020-06", &["si-samu"]);
    let november = Import { edition: edition("2020-11"), ..june.clone() };
    assert_eq!(report(&scratch.record(&[june, november]).await), "1 added\n2 added\n");
}

#[tokio::test]
async fn a_corrected_panorama_replaces_the_former_whole_and_says_what_differs() {
    let scratch = Scratch::new().await;
    let first = panorama("2020-11", "paysage 30, portalis 20, si-samu 100");
    let corrected = Snapshot {
        name: "SI-Samu".to_owned(),
        ministry: MinistryCode::new("MSS"),
        phase: Reported::Given(Phase::Rollout),
        start_on: Reported::Missing,
        duration_months: Reported::Given(90.5),
        cost_meur: Reported::Withheld,
        inter_ministerial: Some(true),
        description: Some("Numéro unique".to_owned()),
        ..snapshot("si-samu", "2020-11", 0.0)
    };
    let rows =
        vec![snapshot("paysage", "2020-11", 30.0), corrected, snapshot("harmonie", "2020-11", 9.0)];
    let second = import(Dataset::Panorama, "2020-11", ImportedRows::Panorama(rows));
    scratch.record(std::slice::from_ref(&first)).await;
    assert_eq!(
        report(&scratch.record(&[second]).await),
        "2 replaces 1, 1 identical
  project/harmonie project: absent -> HARMONIE
  project/portalis project: PORTALIS -> absent
  project/si-samu name: SI-SAMU -> SI-Samu
  project/si-samu ministry: MJ -> MSS
  project/si-samu phase: Conception / Réalisation -> Déploiement
  project/si-samu start_on: 2015-01-01 -> non renseigné
  project/si-samu duration_current: 72 -> 90,5
  project/si-samu cost_current: 100 -> non communiqué
  project/si-samu inter_ministerial: non renseigné -> oui
"
    );
    assert_eq!(
        costs(&scratch.portfolio("2021-01-01").await),
        "2020-11 harmonie 9\n2020-11 paysage 30\n2020-11 si-samu -\n"
    );
    assert_eq!(report(&scratch.record(&[first]).await), "1 unchanged, replaced by 2\n");
}

#[tokio::test]
async fn figures_that_two_layouts_round_differently_are_not_differences() {
    let scratch = Scratch::new().await;
    let published = panorama("2020-11", "si-samu 10.1234567891");
    let shown = panorama("2020-11", "si-samu 10.123457");
    let recorded = scratch.record(&[published, shown]).await;
    assert_eq!(report(&recorded), "1 added\n2 replaces 1, 1 identical\n");
}

#[tokio::test]
async fn follow_up_files_replace_each_other_subject_by_subject_and_questionnaires_by_field() {
    let scratch = Scratch::new().await;
    let facts = |rows| import(Dataset::Questionnaire, "2020-11", ImportedRows::Facts(rows));
    let cost = |id, cost| fact(id, "team_size", Value::Float(cost), "2020-10-01");
    let late = fact("si-samu", "team_is_full", Value::Bool(false), "2020-10-01");
    let recorded = scratch
        .record(&[
            facts(vec![cost("si-samu", 12.5), cost("paysage", 4.0), late]),
            facts(vec![cost("si-samu", 13.0), cost("paysage", 4.0), cost("harmonie", 1.0)]),
            facts(vec![cost("portalis", 3.0)]),
        ])
        .await;
    assert_eq!(
        report(&recorded),
        "1 added
2 replaces 1, 1 identical
  project/si-samu team_size: 12,5 (2020-10-01) -> 13 (2020-10-01)
3 added
"
    );
}

#[tokio::test]
async fn rows_of_a_list_that_came_and_went_are_shown_whole() {
    let scratch = Scratch::new().await;
    let lists = |rows| import(Dataset::WatchLists, "2020-11", ImportedRows::WatchLists(rows));
    let both =
        vec![watch("si-samu", WatchList::Recurrent), watch("si-samu", WatchList::Heightened)];
    let one = vec![watch("si-samu", WatchList::Heightened)];
    let recorded = scratch.record(&[lists(both), lists(one)]).await;
    assert_eq!(
        report(&recorded),
        "1 added
2 replaces 1, 0 identical
  project/si-samu watch_lists: since : 2020-06-01, watch : recurrent -> absent
"
    );
}

#[tokio::test]
async fn a_report_does_not_repeat_whom_to_write_to() {
    let scratch = Scratch::new().await;
    let contacts = |email: &str| {
        let contact = Contact {
            ministry: MinistryCode::new("MJ"),
            role: ContactRole::SecretaryGeneral,
            project: None,
            name: Some("Camille Martin".to_owned()),
            email: email.to_owned(),
            since: None,
            until: None,
        };
        import(Dataset::Contacts, "2020-11", ImportedRows::Contacts(vec![contact]))
    };
    let recorded = scratch.record(&[contacts("sg@example.org"), contacts("sg2@example.org")]).await;
    assert_eq!(
        report(&recorded),
        "1 added
2 replaces 1, 0 identical
  ministry/MJ contacts: role : secretary_general -> role : secretary_general (modifié)
"
    );
}

#[tokio::test]
async fn a_preview_answers_the_same_and_writes_nothing() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2020-11", "si-samu 100")]).await;
    let before = scratch.counts().await;
    let files = [panorama("2020-11", "si-samu 120"), watch_list("2020-11", &["si-samu"])];
    let previewed = scratch.store.preview_imports(&files).await.unwrap();
    assert_eq!(scratch.counts().await, before);
    assert_eq!(scratch.record(&files).await, previewed);
    assert_eq!(
        scratch.counts().await,
        "audit 3, audit_head 1, follow_up 1, import_corrections 1, imports 3, snapshot_pages 2, \
         snapshots 2"
    );
}

#[tokio::test]
async fn one_bad_file_keeps_all_files_of_the_call_out() {
    let scratch = Scratch::new().await;
    let twice = panorama("2020-11", "si-samu 100, si-samu 120");
    let mistaken = Import { dataset: Dataset::Contracts, ..panorama("2020-11", "si-samu 1") };
    for (bad, expected) in [
        (twice, "write snapshots: "),
        (
            mistaken,
            "write `2020-11.panorama.csv`: its rows are not those of the contracts of 2020-11",
        ),
    ] {
        let files = [panorama("2020-06", "si-samu 90"), bad];
        let now = at("2026-11-24T08:00:00Z");
        let error = scratch.store.record_imports(&files, &Actor::vigie(), now).await.unwrap_err();
        assert!(told(&error).starts_with(expected), "{}", told(&error));
        assert_eq!(scratch.counts().await, "");
    }
}

#[tokio::test]
async fn the_list_of_imports_says_what_replaced_what() {
    let scratch = Scratch::new().await;
    scratch
        .record(&[
            panorama("2020-11", "si-samu 100"),
            panorama("2020-11", "si-samu 110"),
            panorama("2020-06", "si-samu 90"),
            watch_list("2020-11", &["si-samu", "paysage"]),
            watch_list("2020-11", &["harmonie"]),
            watch_list("2020-11", &["paysage"]),
            panorama("2020-11", "si-samu 120"),
        ])
        .await;
    let number = |number: Option<ImportNumber>| number.map_or("-".to_owned(), |n| n.to_string());
    let lines: Vec<String> = scratch
        .store
        .imports()
        .await
        .unwrap()
        .into_iter()
        .map(|one| {
            assert_eq!((one.profile.as_str(), one.set_aside_count), ("canonical", 2));
            assert_eq!(one.imported_at, at("2026-11-24T08:00:00Z"));
            let (replaces, by) = (number(one.replaces), number(one.replaced_by));
            format!("{} {} {} rows, {replaces} {by}", one.number, one.file, one.rows_kept)
        })
        .collect();
    assert_eq!(
        lines.join("\n"),
        "1 2020-11.panorama.csv 1 rows, - 2
2 2020-11.panorama.csv 1 rows, 1 7
3 2020-06.panorama.csv 1 rows, - -
4 2020-11.watch_lists.csv 2 rows, - 6
5 2020-11.watch_lists.csv 1 rows, - -
6 2020-11.watch_lists.csv 1 rows, 4 -
7 2020-11.panorama.csv 1 rows, 2 -"
    );
}

#[tokio::test]
async fn what_was_said_of_a_file_can_be_read_again() {
    let scratch = Scratch::new().await;
    let file = panorama("2020-11", "si-samu 100");
    scratch.record(std::slice::from_ref(&file)).await;
    let report = scratch.store.import_report(ImportNumber(1)).await.unwrap().unwrap();
    assert_eq!(report.profile_reason, file.profile_reason);
    assert_eq!(report.set_aside, file.set_aside);
    assert_eq!(report.withheld, file.withheld);
    assert_eq!(report.sightings, file.sightings);
    assert_eq!(scratch.store.import_report(ImportNumber(2)).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_at_once_take_turns() {
    let scratch = Scratch::new().await;
    let other = Store::open(&scratch.url()).await.unwrap();
    let writers: Vec<_> = [scratch.store.clone(), other]
        .into_iter()
        .zip(["2020-06", "2020-11"])
        .map(|(store, when)| {
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for cost in 1..=20 {
                    let file = panorama(when, &format!("si-samu {cost}"));
                    let now = at("2026-11-24T08:00:00Z");
                    match store
                        .record_imports(&[file], &Actor::vigie(), now)
                        .await
                        .unwrap()
                        .remove(0)
                    {
                        Recorded::Added { number } | Recorded::Replaced { number, .. } => {
                            numbers.push(number.0);
                        }
                        Recorded::Unchanged { .. } | Recorded::Held { .. } => {}
                    }
                }
                numbers
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for writer in writers {
        numbers.extend(writer.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<i64>>());
}
