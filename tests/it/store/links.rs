//! Links between ids: what they change, what they refuse, and how they are taken back.

use super::stores::{
    Scratch, act, at, costs, day, fact, import, panorama, project, report, told, watch,
};
use vigie::domain::accounts::audit::Actor;
use vigie::domain::portfolio::follow_up::WatchList;
use vigie::domain::portfolio::import::{Dataset, Import, ImportedRows, KnownProject};
use vigie::domain::value::Value;
use vigie::store::{KnownUpTo, StoreError};

async fn link(scratch: &Scratch, from: &str, into: &str) -> Result<i64, StoreError> {
    let act = act("2026-11-24T08:00:00Z", "même projet");
    scratch.store.link(&project(from), &project(into), &act).await
}

async fn unlink(scratch: &Scratch, id: &str) -> Result<i64, StoreError> {
    scratch.store.unlink(&project(id), &act("2026-11-24T09:00:00Z", "erreur")).await
}

async fn refusal(scratch: &Scratch, from: &str, into: &str) -> String {
    told(&link(scratch, from, into).await.unwrap_err())
}

#[tokio::test]
async fn everything_known_of_a_linked_project_comes_out_under_the_other_one() {
    let scratch = Scratch::new().await;
    let facts = vec![fact("expadon", "team_size", Value::Int(3), "2017-01-01")];
    let lists = vec![watch("expadon", WatchList::Recurrent)];
    scratch
        .record(&[
            panorama("2016-11", "expadon 30"),
            panorama("2017-06", "expadon-2 35"),
            import(Dataset::Questionnaire, "2017-06", ImportedRows::Facts(facts)),
            import(Dataset::WatchLists, "2017-06", ImportedRows::WatchLists(lists)),
        ])
        .await;
    assert_eq!(link(&scratch, "expadon", "expadon-2").await.unwrap(), 1);
    let portfolio = scratch.portfolio("2018-01-01").await;
    assert_eq!(costs(&portfolio), "2016-11 expadon-2 30\n2017-06 expadon-2 35\n");
    assert_eq!(portfolio.facts[0].project, project("expadon-2"));
    assert_eq!(portfolio.watches[0].project, project("expadon-2"));
}

#[tokio::test]
async fn a_link_taken_back_leaves_its_trace_and_the_past_can_be_loaded_with_it() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2016-11", "expadon 30"), panorama("2017-06", "expadon-2 35")]).await;
    let apart = scratch.portfolio("2018-01-01").await;
    link(&scratch, "expadon", "expadon-2").await.unwrap();
    let upto = scratch.store.latest_known().await.unwrap();
    let joined = scratch.portfolio("2018-01-01").await;
    assert_eq!(unlink(&scratch, "expadon").await.unwrap(), 2);

    assert_eq!(scratch.portfolio("2018-01-01").await, apart);
    assert_eq!(scratch.store.portfolio(&upto, day("2018-01-01")).await.unwrap(), joined);
    let before = KnownUpTo { last_link: 0, ..upto };
    assert_eq!(scratch.store.portfolio(&before, day("2018-01-01")).await.unwrap(), apart);
    let log: Vec<String> = scratch
        .store
        .identity_log()
        .await
        .unwrap()
        .into_iter()
        .map(|entry| {
            let action = entry.action.as_str();
            format!("{} {action} {} {} {}", entry.number, entry.from, entry.into, entry.reason)
        })
        .collect();
    assert_eq!(
        log.join("\n"),
        "1 link expadon expadon-2 même projet\n2 unlink expadon expadon-2 erreur"
    );
}

#[tokio::test]
async fn a_chain_of_links_ends_at_its_last_project() {
    let scratch = Scratch::new().await;
    scratch
        .record(&[
            panorama("2016-11", "a 1"),
            panorama("2017-06", "b 2"),
            panorama("2018-03", "c 3"),
        ])
        .await;
    link(&scratch, "a", "b").await.unwrap();
    link(&scratch, "b", "c").await.unwrap();
    assert_eq!(
        costs(&scratch.portfolio("2019-01-01").await),
        "2016-11 c 1\n2017-06 c 2\n2018-03 c 3\n"
    );
    assert_eq!(refusal(&scratch, "c", "a").await, "`a` is already linked into `c`");
    unlink(&scratch, "b").await.unwrap();
    assert_eq!(
        costs(&scratch.portfolio("2019-01-01").await),
        "2016-11 b 1\n2017-06 b 2\n2018-03 c 3\n"
    );
}

#[tokio::test]
async fn a_link_that_makes_no_sense_is_refused_in_words() {
    let scratch = Scratch::new().await;
    scratch
        .record(&[
            panorama("2016-11", "expadon 30, si-samu 90"),
            panorama("2017-06", "expadon-2 35, paysage 4"),
        ])
        .await;
    link(&scratch, "expadon", "expadon-2").await.unwrap();
    let before = scratch.counts().await;
    for (from, into, expected) in [
        (
            "si-samu",
            "si-samu",
            "link `si-samu`: found itself as the target, expected another project",
        ),
        ("si-sammu", "paysage", "no project is known as `si-sammu`: did you mean `si-samu`?"),
        ("paysage", "xyz", "no project is known as `xyz`"),
        ("expadon", "paysage", "`expadon` is already linked into `expadon-2`"),
        ("expadon-2", "expadon", "`expadon` is already linked into `expadon-2`"),
        (
            "si-samu",
            "expadon-2",
            "edition 2016-11 would have two snapshots of `expadon-2`: `EXPADON` and `SI-SAMU`",
        ),
    ] {
        assert_eq!(refusal(&scratch, from, into).await, expected);
    }
    assert_eq!(told(&unlink(&scratch, "si-samu").await.unwrap_err()), "`si-samu` is not linked");
    assert_eq!(
        told(&unlink(&scratch, "paysages").await.unwrap_err()),
        "no project is known as `paysages`: did you mean `paysage`?"
    );
    assert_eq!(scratch.counts().await, before);
}

#[tokio::test]
async fn two_snapshots_in_a_file_since_replaced_do_not_stand_in_the_way() {
    let scratch = Scratch::new().await;
    scratch
        .record(&[
            panorama("2016-11", "expadon 30, expadon-2 30"),
            panorama("2016-11", "expadon 30"),
        ])
        .await;
    link(&scratch, "expadon-2", "expadon").await.unwrap();
    assert_eq!(costs(&scratch.portfolio("2017-01-01").await), "2016-11 expadon 30\n");
}

#[tokio::test]
async fn a_file_that_holds_both_ends_of_a_link_is_refused_whole() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2016-11", "expadon 30"), panorama("2017-06", "expadon-2 35")]).await;
    link(&scratch, "expadon", "expadon-2").await.unwrap();
    let before = scratch.counts().await;
    let both = [panorama("2018-03", "expadon 30, expadon-2 35")];
    let now = at("2026-11-24T08:00:00Z");
    assert_eq!(
        told(&scratch.store.record_imports(&both, &Actor::vigie(), now).await.unwrap_err()),
        "edition 2018-03 would have two snapshots of `expadon-2`: `EXPADON` and `EXPADON-2`"
    );
    assert_eq!(scratch.counts().await, before);
}

#[tokio::test]
async fn a_corrected_file_is_compared_under_the_ids_of_today() {
    let scratch = Scratch::new().await;
    scratch.record(&[panorama("2016-11", "expadon 30"), panorama("2017-06", "expadon-2 35")]).await;
    link(&scratch, "expadon", "expadon-2").await.unwrap();
    let recorded = scratch.record(&[panorama("2016-11", "expadon-2 31")]).await;
    assert_eq!(
        report(&recorded),
        "3 replaces 1, 0 identical
  project/expadon-2 name: EXPADON -> EXPADON-2
  project/expadon-2 cost_current: 30 -> 31
"
    );
}

#[tokio::test]
async fn known_projects_have_every_name_they_went_by_and_their_latest_ministry() {
    let scratch = Scratch::new().await;
    // The ministry of a follow-up file's sighting is `MEN`, those of panoramas `MJ`.
    let lists = import(Dataset::WatchLists, "2021-01", ImportedRows::WatchLists(Vec::new()));
    let unsighted = |file: Import| Import { sightings: Vec::new(), ..file };
    scratch
        .record(&[
            unsighted(panorama("2017-06", "expadon-2 35, si-samu 4")),
            unsighted(panorama("2016-11", "expadon 30")),
            lists,
        ])
        .await;
    link(&scratch, "expadon", "expadon-2").await.unwrap();
    let lines: Vec<String> = scratch
        .store
        .known_projects()
        .await
        .unwrap()
        .into_iter()
        .map(|KnownProject { project, names, ministry }| {
            format!("{project} {ministry} {}", names.join(" / "))
        })
        .collect();
    assert_eq!(
        lines.join("\n"),
        "expadon-2 MJ EXPADON / EXPADON-2\npaysage MEN PAYSAGE\nsi-samu MJ SI-SAMU"
    );
}
