//! Missions: the state in which cycles and people left each, and what each of them did.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::{AlertId, CycleNumber, MissionId};
use crate::domain::missions::mission::{Mission, MissionChange, MissionKind, MissionState};
use crate::domain::portfolio::subject::Subject;
use crate::store::audit::{audit_records, audit_trail};
use crate::store::db::columns;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Builder, Separated, query_as, query_scalar};
use crate::store::db::sql_types::{Columns, Date, Timestamp};
use crate::store::db::visibility::Visible;
use crate::store::imports::project_logs::link_log;

/// `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct MissionFilter {
    pub state: Option<MissionState>,
    pub kind: Option<MissionKind>,
    pub subject: Option<Subject>,
}

/// One line of a mission's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MissionEntry {
    /// `None` when a person did it.
    pub cycle: Option<CycleNumber>,
    pub at: DateTime<Utc>,
    #[serde(flatten)]
    pub change: MissionChange,
}

/// What makes changes: a cycle, or a person; and when.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct ChangeOrigin {
    pub(in crate::store) cycle: Option<CycleNumber>,
    pub(in crate::store) at: DateTime<Utc>,
}

impl Store {
    /// Those proposed or open, by subject and kind.
    pub async fn live_missions(&self) -> Result<Vec<Mission>, StoreError> {
        let mut missions = self.missions(&MissionFilter::default()).await?;
        missions.retain(|mission| mission.state.is_live());
        Ok(missions)
    }

    /// By subject and kind, then in the order in which they were opened.
    pub async fn missions(&self, filter: &MissionFilter) -> Result<Vec<Mission>, StoreError> {
        self.select_missions(filter, None).await
    }

    pub async fn mission(&self, id: &MissionId) -> Result<Option<Mission>, StoreError> {
        Ok(self.select_missions(&MissionFilter::default(), Some(id)).await?.into_iter().next())
    }

    /// Decides on the mission as it is, and writes the change, in one transaction; `None` when there
    /// is no such mission.
    ///
    /// # Errors
    ///
    /// What `decide` fails with, or the mission was changed meanwhile.
    pub async fn change_mission<E: From<StoreError>>(
        &self,
        id: &MissionId,
        at: DateTime<Utc>,
        decide: impl FnOnce(&Mission) -> Result<MissionChange, E>,
    ) -> Result<Option<MissionChange>, E> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        let found = select(&mut transaction, &visible, &MissionFilter::default(), Some(id)).await?;
        let Some(mission) = found.first() else { return Ok(None) };
        let mut change = decide(mission)?;
        let origin = ChangeOrigin { cycle: None, at };
        apply(&mut transaction, origin, std::slice::from_ref(&change)).await?;
        let deed = audit_records::of_mission(mission, &change)?;
        audit_trail::append(&mut transaction, at, &[deed]).await?;
        let alerts = visible.alerts(&mut transaction).await?;
        end(transaction).await?;
        change.mission.alerts.retain(|alert| alerts.contains(alert));
        Ok(Some(change))
    }

    /// Oldest first.
    pub async fn mission_history(&self, id: &MissionId) -> Result<Vec<MissionEntry>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        if !visible.has_mission(&mut transaction, id).await? {
            return Ok(vec![]);
        }
        let alerts = visible.alerts(&mut transaction).await?;
        let mut history: Vec<MissionEntry> = query_as(
            "select cycle, at, body from mission_changes where mission = $1 order by number",
        )
        .bind(id)
        .all(&mut *transaction, "mission changes")
        .await?;
        history.retain(|entry| {
            visible.subject(&entry.change.mission.subject) && visible.words(&entry.change.reason)
        });
        for entry in &mut history {
            entry.change.mission.alerts.retain(|alert| alerts.contains(alert));
        }
        Ok(history)
    }

    async fn select_missions(
        &self,
        filter: &MissionFilter,
        id: Option<&MissionId>,
    ) -> Result<Vec<Mission>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let alerts = visible.alerts(&mut transaction).await?;
        let mut missions = select(&mut transaction, &visible, filter, id).await?;
        for mission in &mut missions {
            mission.alerts.retain(|alert| alerts.contains(alert));
        }
        Ok(missions)
    }
}

/// Those that are visible, under the subjects that they count for now, links applied.
pub(in crate::store) async fn select(
    connection: &mut Connection,
    visible: &Visible,
    filter: &MissionFilter,
    id: Option<&MissionId>,
) -> Result<Vec<Mission>, StoreError> {
    let mut found: Vec<Mission> = query_as(
        "select id, subject, kind, state, automatic, reasons, opened_in, opened_on, due_on,
                revision, conduct
         from missions
         where (cast($1 as text) is null or id = $1)
           and (cast($2 as text) is null or state = $2)
           and (cast($3 as text) is null or kind = $3)",
    )
    .bind(id)
    .bind(filter.state)
    .bind(filter.kind)
    .all(&mut *connection, "missions")
    .await?;
    found.retain(|mission| visible.subject(&mission.subject));
    let links = link_log::links(connection, i64::MAX).await?;
    let mut gathered = gathered(connection, id).await?;
    let mut missions = Vec::with_capacity(found.len());
    for mut mission in found {
        mission.alerts = gathered.remove(&mission.id).unwrap_or_default();
        if let Subject::Project(project) = &mission.subject {
            mission.subject = Subject::Project(links.resolve(project).clone());
        }
        if filter.subject.as_ref().is_none_or(|subject| mission.subject == *subject) {
            missions.push(mission);
        }
    }
    missions.sort_by(|a, b| {
        (&a.subject, a.kind, a.opened_in, &a.id).cmp(&(&b.subject, b.kind, b.opened_in, &b.id))
    });
    Ok(missions)
}

/// Missions become what the changes say, and the changes are recorded. Their alerts are already there.
pub(in crate::store) async fn apply(
    connection: &mut Connection,
    origin: ChangeOrigin,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    check_revisions(connection, changes).await?;
    upsert(connection, changes).await?;
    scatter(connection, changes).await?;
    gather(connection, changes).await?;
    append(connection, origin, changes).await
}

/// A change follows the mission that was decided on: were it changed meanwhile, the change would undo
/// what was done.
async fn check_revisions(
    connection: &mut Connection,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let mut standing: BTreeMap<MissionId, i64> = BTreeMap::new();
    for some in columns::chunks(changes) {
        let mut statement = Builder::new("select id, revision from missions where id in (");
        let mut missions = statement.separated();
        for change in some {
            missions.push_bind(&change.mission.id);
        }
        statement.push(")");
        let rows: Vec<(MissionId, i64)> =
            statement.query_as().all(&mut *connection, "missions").await?;
        standing.extend(rows);
    }
    for MissionChange { mission, .. } in changes {
        let revision = standing.get(&mission.id).copied().unwrap_or(0);
        if i64::from(mission.revision) != revision + 1 {
            return Err(StoreError::MissionMoved { mission: mission.id.clone() });
        }
    }
    Ok(())
}

/// The alerts behind each mission, or behind one.
async fn gathered(
    connection: &mut Connection,
    id: Option<&MissionId>,
) -> Result<BTreeMap<MissionId, Vec<AlertId>>, StoreError> {
    let rows: Vec<(MissionId, AlertId)> = query_as(
        "select mission, alert from mission_alerts
         where (cast($1 as text) is null or mission = $1) order by mission, position",
    )
    .bind(id)
    .all(connection, "missions")
    .await?;
    let mut gathered: BTreeMap<MissionId, Vec<AlertId>> = BTreeMap::new();
    for (mission, alert) in rows {
        gathered.entry(mission).or_default().push(alert);
    }
    Ok(gathered)
}

async fn upsert(connection: &mut Connection, changes: &[MissionChange]) -> Result<(), StoreError> {
    let head = "insert into missions (id, subject, project, ministry, kind, state, automatic, \
                reasons, opened_in, opened_on, due_on, revision, conduct) ";
    let tail = " on conflict (id) do update set state = excluded.state, \
                automatic = excluded.automatic, reasons = excluded.reasons, \
                opened_on = excluded.opened_on, due_on = excluded.due_on, \
                revision = excluded.revision, conduct = excluded.conduct";
    let rows: Vec<(&Mission, String, String)> = changes
        .iter()
        .map(|change| {
            let reasons = columns::to_json("reasons of a mission", &change.mission.reasons)?;
            let conduct =
                columns::to_json("what people did of a mission", &change.mission.conduct)?;
            Ok((&change.mission, reasons, conduct))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_>, row_of: &(&Mission, String, String)| {
        let (mission, reasons, conduct) = row_of;
        row.push_bind(&mission.id);
        row.push_bind(&mission.subject);
        row.push_bind(mission.subject.project());
        row.push_bind(mission.subject.ministry());
        row.push_bind(mission.kind);
        row.push_bind(mission.state);
        row.push_bind(mission.automatic);
        row.push_bind(reasons);
        row.push_bind(mission.opened_in);
        row.push_bind(Date(mission.opened_on));
        row.push_bind(Date(mission.due_on));
        row.push_bind(i64::from(mission.revision));
        row.push_bind(conduct);
    };
    columns::insert(connection, "missions", (head, tail), &rows, bind).await
}

/// What a mission gathers is written anew each time that it changes.
async fn scatter(connection: &mut Connection, changes: &[MissionChange]) -> Result<(), StoreError> {
    for some in columns::chunks(changes) {
        let mut statement = Builder::new("delete from mission_alerts where mission in (");
        let mut missions = statement.separated();
        for change in some {
            missions.push_bind(&change.mission.id);
        }
        statement.push(")");
        statement.query().run(&mut *connection, "missions").await?;
    }
    Ok(())
}

async fn gather(connection: &mut Connection, changes: &[MissionChange]) -> Result<(), StoreError> {
    let head = "insert into mission_alerts (mission, position, alert) ";
    let rows: Vec<(&MissionId, i64, &AlertId)> = changes
        .iter()
        .flat_map(|MissionChange { mission, .. }| {
            columns::positioned(&mission.alerts)
                .map(|(position, alert)| (&mission.id, position, alert))
        })
        .collect();
    let bind = |mut row: Separated<'_>, row_of: &(&MissionId, i64, &AlertId)| {
        let (mission, position, alert) = row_of;
        row.push_bind(mission);
        row.push_bind(*position);
        row.push_bind(alert);
    };
    columns::insert(connection, "missions", (head, ""), &rows, bind).await
}

async fn append(
    connection: &mut Connection,
    ChangeOrigin { cycle, at }: ChangeOrigin,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let last: i64 = query_scalar("select coalesce(max(number), 0) from mission_changes")
        .one(&mut *connection, "mission changes")
        .await?;
    let head =
        "insert into mission_changes (number, cycle, mission, at, actor, kind, reason, body) ";
    let rows: Vec<(i64, &MissionChange, String)> = (last + 1..)
        .zip(changes)
        .map(|(number, change)| Ok((number, change, columns::to_json("a mission change", change)?)))
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_>, row_of: &(i64, &MissionChange, String)| {
        let (number, change, body) = row_of;
        row.push_bind(*number);
        row.push_bind(cycle);
        row.push_bind(&change.mission.id);
        row.push_bind(Timestamp(at));
        row.push_bind(change.by.as_ref());
        row.push_bind(change.kind);
        row.push_bind(&change.reason);
        row.push_bind(body);
    };
    columns::insert(connection, "mission changes", (head, ""), &rows, bind).await
}

impl FromRow for Mission {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            subject: row.try_get("subject")?,
            kind: row.try_get("kind")?,
            state: row.try_get("state")?,
            automatic: row.try_get("automatic")?,
            reasons: row.json("reasons")?,
            alerts: vec![],
            opened_in: row.try_get("opened_in")?,
            opened_on: row.day("opened_on")?,
            due_on: row.day("due_on")?,
            revision: row.small_count("revision")?,
            conduct: row.json("conduct")?,
        })
    }
}

impl FromRow for MissionEntry {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self { cycle: row.try_get("cycle")?, at: row.instant("at")?, change: row.json("body")? })
    }
}
