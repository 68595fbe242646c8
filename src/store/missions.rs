//! Missions: the state in which the last cycle left each, and what every cycle did to them.

use std::collections::BTreeMap;

use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MinistryCode;
use crate::domain::ids::MissionId;
use crate::domain::ids::ProjectId;
use crate::domain::mission::Mission;
use crate::domain::mission::MissionChange;
use crate::domain::mission::MissionKind;
use crate::domain::mission::MissionState;
use crate::domain::subject::Subject;

/// `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct MissionFilter {
    pub state: Option<MissionState>,
    pub kind: Option<MissionKind>,
    pub subject: Option<Subject>,
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

    /// Oldest first.
    pub async fn mission_history(
        &self,
        id: &MissionId,
    ) -> Result<Vec<(CycleNumber, MissionChange)>, StoreError> {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select cycle, body from mission_changes where mission = $1 order by cycle, position",
        )
        .bind(id.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(reading("mission changes"))?;
        rows.into_iter()
            .map(|(cycle, body)| {
                Ok((CycleNumber(cycle), kept::to_json("mission_changes.body", &body)?))
            })
            .collect()
    }

    async fn select_missions(
        &self,
        filter: &MissionFilter,
        id: Option<&MissionId>,
    ) -> Result<Vec<Mission>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let rows: Vec<MissionRow> = sqlx::query_as(
            "select id, subject, kind, state, automatic, reasons, opened_in, opened_on, due_on
             from missions
             where (cast($1 as text) is null or id = $1)
               and (cast($2 as text) is null or state = $2)
               and (cast($3 as text) is null or kind = $3)
               and (cast($4 as text) is null or subject = $4)",
        )
        .bind(id.map(MissionId::as_str))
        .bind(filter.state.map(MissionState::word))
        .bind(filter.kind.map(MissionKind::word))
        .bind(filter.subject.as_ref().map(Subject::to_string))
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("missions"))?;
        let mut gathered = gathered(&mut transaction, id).await?;
        let mut missions = Vec::with_capacity(rows.len());
        for row in rows {
            let alerts = gathered.remove(&row.id).unwrap_or_default();
            missions.push(row.into_mission(alerts)?);
        }
        missions.sort_by(|a, b| {
            (&a.subject, a.kind, a.opened_in, &a.id).cmp(&(&b.subject, b.kind, b.opened_in, &b.id))
        });
        Ok(missions)
    }
}

/// Missions become what the changes say, and the changes are kept. Their alerts are already there.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    upsert(connection, changes).await?;
    scatter(connection, changes).await?;
    gather(connection, changes).await?;
    append(connection, cycle, changes).await
}

/// The alerts behind each mission, or behind one.
async fn gathered(
    connection: &mut SqliteConnection,
    id: Option<&MissionId>,
) -> Result<BTreeMap<String, Vec<AlertId>>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select mission, alert from mission_alerts
         where (cast($1 as text) is null or mission = $1) order by mission, position",
    )
    .bind(id.map(MissionId::as_str))
    .fetch_all(connection)
    .await
    .map_err(reading("missions"))?;
    let mut gathered: BTreeMap<String, Vec<AlertId>> = BTreeMap::new();
    for (mission, alert) in rows {
        gathered.entry(mission).or_default().push(AlertId::new(alert));
    }
    Ok(gathered)
}

async fn upsert(
    connection: &mut SqliteConnection,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let head = "insert into missions (id, subject, project, ministry, kind, state, automatic, \
                reasons, opened_in, opened_on, due_on) ";
    let tail = " on conflict (id) do update set state = excluded.state, \
                automatic = excluded.automatic, reasons = excluded.reasons, \
                opened_on = excluded.opened_on, due_on = excluded.due_on";
    let rows: Vec<(&Mission, String)> = changes
        .iter()
        .map(|change| {
            let reasons = kept::from_json("reasons of a mission", &change.mission.reasons)?;
            Ok((&change.mission, reasons))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_, _, _>, (mission, reasons): &(&Mission, String)| {
        row.push_bind(mission.id.as_str());
        row.push_bind(mission.subject.to_string());
        row.push_bind(mission.subject.project().map(ProjectId::as_str));
        row.push_bind(mission.subject.ministry().map(MinistryCode::as_str));
        row.push_bind(mission.kind.word());
        row.push_bind(mission.state.word());
        row.push_bind(mission.automatic);
        row.push_bind(reasons.as_str());
        row.push_bind(mission.opened_in.0);
        row.push_bind(mission.opened_on.to_string());
        row.push_bind(mission.due_on.to_string());
    };
    kept::insert(connection, "missions", (head, tail), &rows, bind).await
}

/// What a mission gathers is written anew each time that it changes.
async fn scatter(
    connection: &mut SqliteConnection,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    for some in kept::chunks(changes) {
        let mut statement =
            QueryBuilder::<Sqlite>::new("delete from mission_alerts where mission in (");
        let mut missions = statement.separated(", ");
        for change in some {
            missions.push_bind(change.mission.id.as_str());
        }
        statement.push(")");
        statement.build().execute(&mut *connection).await.map_err(writing("missions"))?;
    }
    Ok(())
}

async fn gather(
    connection: &mut SqliteConnection,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let head = "insert into mission_alerts (mission, position, alert) ";
    let rows: Vec<(&MissionId, i64, &AlertId)> = changes
        .iter()
        .flat_map(|MissionChange { mission, .. }| {
            kept::positioned(&mission.alerts)
                .map(|(position, alert)| (&mission.id, position, alert))
        })
        .collect();
    let bind = |mut row: Separated<'_, _, _>, kept: &(&MissionId, i64, &AlertId)| {
        let (mission, position, alert) = kept;
        row.push_bind(mission.as_str());
        row.push_bind(*position);
        row.push_bind(alert.as_str());
    };
    kept::insert(connection, "missions", (head, ""), &rows, bind).await
}

async fn append(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let head = "insert into mission_changes (cycle, position, mission, kind, reason, body) ";
    let rows: Vec<(i64, &MissionChange, String)> = kept::positioned(changes)
        .map(|(position, change)| {
            Ok((position, change, kept::from_json("a mission change", change)?))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_, _, _>, kept: &(i64, &MissionChange, String)| {
        let (position, change, body) = kept;
        row.push_bind(cycle.0);
        row.push_bind(*position);
        row.push_bind(change.mission.id.as_str());
        row.push_bind(change.kind.word());
        row.push_bind(change.reason.as_str());
        row.push_bind(body.as_str());
    };
    kept::insert(connection, "mission changes", (head, ""), &rows, bind).await
}

#[derive(sqlx::FromRow)]
struct MissionRow {
    id: String,
    subject: String,
    kind: String,
    state: String,
    automatic: bool,
    reasons: String,
    opened_in: i64,
    opened_on: String,
    due_on: String,
}

impl MissionRow {
    fn into_mission(self, alerts: Vec<AlertId>) -> Result<Mission, StoreError> {
        let (kind, state) = (&self.kind, &self.state);
        Ok(Mission {
            id: MissionId::new(self.id),
            subject: kept::to_subject("missions.subject", &self.subject)?,
            kind: kept::to_word("missions.kind", kind, "a kind", MissionKind::from_word)?,
            state: kept::to_word("missions.state", state, "a state", MissionState::from_word)?,
            automatic: self.automatic,
            reasons: kept::to_json("missions.reasons", &self.reasons)?,
            alerts,
            opened_in: CycleNumber(self.opened_in),
            opened_on: kept::to_date("missions.opened_on", &self.opened_on)?,
            due_on: kept::to_date("missions.due_on", &self.due_on)?,
        })
    }
}
