//! Missions in the store: never decided on what has changed meanwhile, and under the project that
//! theirs has become.

use std::path::Path;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;

use super::cycles::{cycle, missions_of};
use super::stores::{Scratch, at, panorama, project, told};
use crate::support::root;
use vigie::domain::accounts::audit::{ActionContext, Actor};
use vigie::domain::ids::{CycleNumber, MissionId};
use vigie::domain::missions::mission::{
    Mission, MissionChange, MissionChangeKind, MissionKind, MissionState,
};
use vigie::domain::missions::progress::MissionProgress;
use vigie::domain::operation::cycle::CycleRecord;
use vigie::domain::portfolio::subject::Subject;
use vigie::store::{MissionEntry, MissionFilter, Store, StoreError};

fn claire() -> Actor {
    Actor::person("Claire Martin").unwrap()
}

fn accepted(mission: &Mission) -> MissionChange {
    MissionChange {
        mission: Mission {
            state: MissionState::Open,
            revision: mission.revision + 1,
            ..mission.clone()
        },
        kind: MissionChangeKind::Accepted,
        reason: "Oui".to_owned(),
        by: Some(claire()),
    }
}

#[tokio::test]
async fn a_mission_is_what_the_last_cycle_left_and_remembers_every_change() {
    let scratch = Scratch::new().await;
    let first = cycle(1);
    scratch.store.commit_cycle(&first).await.unwrap();
    let mut second = cycle(2);
    let proposed = &first.mission_changes[0].mission;
    let withdrawn = MissionChange {
        mission: Mission {
            state: MissionState::Withdrawn,
            alerts: vec![proposed.alerts[1].clone()],
            reasons: Vec::new(),
            revision: 2,
            ..proposed.clone()
        },
        kind: MissionChangeKind::Withdrawn,
        reason: "Toutes les alertes sont résolues.".to_owned(),
        by: None,
    };
    second.mission_changes.push(withdrawn.clone());
    scratch.store.commit_cycle(&second).await.unwrap();

    let store = &scratch.store;
    assert_eq!(store.mission(&proposed.id).await.unwrap(), Some(withdrawn.mission.clone()));
    assert_eq!(store.mission(&MissionId::new("nobody")).await.unwrap(), None);
    assert_eq!(store.live_missions().await.unwrap(), missions_of(&cycle(2)));
    let entry = |record: &CycleRecord, change: &MissionChange| MissionEntry {
        cycle: Some(record.number),
        at: record.started_at,
        change: change.clone(),
    };
    assert_eq!(
        store.mission_history(&proposed.id).await.unwrap(),
        vec![entry(&first, &first.mission_changes[0]), entry(&second, &withdrawn)]
    );
    let subject = Some(Subject::Project(project("si-samu")));
    for (filter, count) in [
        (MissionFilter { state: Some(MissionState::Withdrawn), ..MissionFilter::default() }, 1),
        (MissionFilter { kind: Some(MissionKind::Coaching), ..MissionFilter::default() }, 0),
        (MissionFilter { subject, ..MissionFilter::default() }, 2),
    ] {
        assert_eq!(store.missions(&filter).await.unwrap().len(), count, "{filter:?}");
    }
}

#[tokio::test]
async fn a_cycle_that_decided_on_an_older_mission_is_refused_whole() {
    let scratch = Scratch::new().await;
    let first = cycle(1);
    scratch.store.commit_cycle(&first).await.unwrap();
    let mission = &first.mission_changes[0].mission;
    let mut second = cycle(2);
    second.mission_changes = vec![MissionChange {
        mission: Mission { state: MissionState::Withdrawn, revision: 2, ..mission.clone() },
        kind: MissionChangeKind::Withdrawn,
        reason: "Alertes closes".to_owned(),
        by: None,
    }];
    // Someone accepts the mission while the cycle is being judged.
    let change = scratch
        .store
        .change_mission(&mission.id, at("2026-11-24T09:00:00Z"), |mission| {
            Ok::<_, StoreError>(accepted(mission))
        })
        .await
        .unwrap();
    assert_eq!(change.unwrap().mission.revision, 2);
    let before = scratch.counts().await;
    let error = scratch.store.commit_cycle(&second).await.unwrap_err();
    let id = &mission.id;
    let expected =
        format!("mission {id} was changed meanwhile; look at it again, then start again");
    assert_eq!(told(&error), expected);
    assert_eq!(scratch.counts().await, before);
    assert_eq!(scratch.store.mission(id).await.unwrap().unwrap().state, MissionState::Open);
}

#[tokio::test]
async fn a_refused_act_writes_nothing() {
    let scratch = Scratch::new().await;
    let first = cycle(1);
    scratch.store.commit_cycle(&first).await.unwrap();
    let before = scratch.counts().await;
    let id = &first.mission_changes[0].mission.id;
    let refused = scratch
        .store
        .change_mission(id, at("2026-11-24T09:00:00Z"), |_| {
            Err(StoreError::CycleTaken { number: CycleNumber(1) })
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(scratch.counts().await, before);
}

#[tokio::test]
async fn a_mission_follows_its_project_under_its_new_name_and_back() {
    let scratch = Scratch::new().await;
    scratch
        .record(&[panorama("2020-06", "si-samu 100"), panorama("2020-11", "samu-connect 100")])
        .await;
    scratch.store.commit_cycle(&cycle(1)).await.unwrap();
    let because = |reason: &str| ActionContext {
        actor: claire(),
        at: at("2026-11-24T09:00:00Z"),
        reason: reason.to_owned(),
    };
    let (old, new) = (project("si-samu"), project("samu-connect"));
    let of = |id: &_| MissionFilter {
        subject: Some(Subject::Project(vigie::domain::ids::ProjectId::clone(id))),
        ..MissionFilter::default()
    };
    scratch.store.link(&old, &new, &because("renommé")).await.unwrap();
    assert_eq!(scratch.store.missions(&of(&old)).await.unwrap().len(), 0);
    let missions = scratch.store.missions(&of(&new)).await.unwrap();
    assert_eq!(missions[0].subject, Subject::Project(new.clone()));
    scratch.store.unlink(&old, &because("à tort")).await.unwrap();
    assert_eq!(scratch.store.missions(&of(&old)).await.unwrap().len(), 1);
}

/// The migration makes the tables anew: what was in them must still be.
#[tokio::test]
async fn missions_of_before_they_had_a_life_are_kept_with_their_history() {
    let folder = tempfile::tempdir().unwrap();
    let earlier = folder.path().join("migrations");
    std::fs::create_dir(&earlier).unwrap();
    for file in std::fs::read_dir(root().join("migrations")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.as_str() < "0009" {
            std::fs::copy(&path, earlier.join(name)).unwrap();
        }
    }
    let url = format!("sqlite://{}", folder.path().join("vigie.db").display());
    make_earlier(&url, &earlier).await;

    let store = Store::open(&url).await.unwrap();
    let missions = store.missions(&MissionFilter::default()).await.unwrap();
    assert_eq!(missions.len(), 1);
    let mission = &missions[0];
    assert_eq!((mission.state, mission.revision), (MissionState::Proposed, 2));
    assert_eq!(mission.conduct, MissionProgress::default());
    assert_eq!(mission.alerts.len(), 1);
    let history = store.mission_history(&mission.id).await.unwrap();
    let told: Vec<String> = history
        .iter()
        .map(|entry| {
            format!("{} {} {}", entry.cycle.unwrap(), entry.at, entry.change.kind.as_str())
        })
        .collect();
    assert_eq!(told, ["1 2020-11-30 08:00:00 UTC proposed", "2 2020-12-01 08:00:00 UTC gathered"]);
}

async fn make_earlier(url: &str, migrations: &Path) {
    let pool = SqlitePool::connect(&format!("{url}?mode=rwc")).await.unwrap();
    Migrator::new(migrations).await.unwrap().run(&pool).await.unwrap();
    let body = |kind: &str| {
        format!(
            r#"{{"mission":{{"id":"m1","subject":"project/si-samu","kind":"coaching","state":"proposed","automatic":false,"reasons":[],"alerts":["a1"],"opened_in":1,"opened_on":"2020-11-30","due_on":"2020-12-30"}},"kind":"{kind}","reason":"D1"}}"#
        )
    };
    for (number, day) in [(1, "2020-11-30"), (2, "2020-12-01")] {
        sqlx::query("insert into catalogues (fingerprint) values ($1)")
            .bind(format!("c{number}"))
            .execute(&pool)
            .await
            .unwrap();
        sqlx::query(
            "insert into cycles (number, as_of, edition, last_import, last_link, data, catalogue,
                                 started_at, figures, judged, fired, unknown, failed)
             values ($1, $2, '2020-11', 1, 0, 'd', $3, $4, '{}', 0, 0, 0, 0)",
        )
        .bind(number)
        .bind(day)
        .bind(format!("c{number}"))
        .bind(format!("{day}T08:00:00.000000000Z"))
        .execute(&pool)
        .await
        .unwrap();
    }
    for statement in [
        "insert into alerts (id, rule, subject, state, level, since, updated_at, streak, stale)
         values ('a1', 'D1', 'project/si-samu', 'open', 'high', '2020-11-30',
                 '2020-11-30T08:00:00.000000000Z', 0, false)",
        "insert into missions (id, subject, project, kind, state, automatic, reasons, opened_in,
                               opened_on, due_on)
         values ('m1', 'project/si-samu', 'si-samu', 'coaching', 'proposed', false, '[]', 1,
                 '2020-11-30', '2020-12-30')",
        "insert into mission_alerts (mission, position, alert) values ('m1', 0, 'a1')",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    for (cycle, kind) in [(1, "proposed"), (2, "gathered")] {
        sqlx::query(
            "insert into mission_changes (cycle, position, mission, kind, reason, body)
             values ($1, 0, 'm1', $2, 'D1', $3)",
        )
        .bind(cycle)
        .bind(kind)
        .bind(body(kind))
        .execute(&pool)
        .await
        .unwrap();
    }
    pool.close().await;
}
