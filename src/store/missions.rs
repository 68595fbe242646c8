//! Missions: the state in which cycles and people left each, and what each of them did.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use sqlx::QueryBuilder;
use sqlx::Sqlite;
use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;
use utoipa::ToSchema;

use super::Store;
use super::audit;
use super::connections::end;
use super::deeds;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::identity;
use super::kept;
use super::scope::Visible;
use crate::domain::audit::Actor;
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
pub(super) struct Origin {
    pub(super) cycle: Option<CycleNumber>,
    pub(super) at: DateTime<Utc>,
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

    /// Decides on the mission as it stands, and writes the change, in one transaction; `None` when there
    /// is no such mission.
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
        let origin = Origin { cycle: None, at };
        apply(&mut transaction, origin, std::slice::from_ref(&change)).await?;
        let deed = deeds::of_mission(mission, &change)?;
        audit::append(&mut transaction, at, &[deed]).await?;
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
        let rows: Vec<(Option<i64>, String, String)> = sqlx::query_as(
            "select cycle, at, body from mission_changes where mission = $1 order by number",
        )
        .bind(id.as_str())
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("mission changes"))?;
        let mut history: Vec<MissionEntry> = rows
            .into_iter()
            .map(|(cycle, at, body)| {
                Ok(MissionEntry {
                    cycle: cycle.map(CycleNumber),
                    at: kept::to_instant("mission_changes.at", at)?,
                    change: kept::to_json("mission_changes.body", &body)?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
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
pub(super) async fn select(
    connection: &mut SqliteConnection,
    visible: &Visible,
    filter: &MissionFilter,
    id: Option<&MissionId>,
) -> Result<Vec<Mission>, StoreError> {
    let mut rows: Vec<MissionRow> = sqlx::query_as(
        "select id, subject, kind, state, automatic, reasons, opened_in, opened_on, due_on,
                revision, conduct
         from missions
         where (cast($1 as text) is null or id = $1)
           and (cast($2 as text) is null or state = $2)
           and (cast($3 as text) is null or kind = $3)",
    )
    .bind(id.map(MissionId::as_str))
    .bind(filter.state.map(MissionState::as_str))
    .bind(filter.kind.map(MissionKind::as_str))
    .fetch_all(&mut *connection)
    .await
    .map_err(reading("missions"))?;
    rows.retain(|row| visible.subject_text(&row.subject));
    let links = identity::links(connection, i64::MAX).await?;
    let mut gathered = gathered(connection, id).await?;
    let mut missions = Vec::with_capacity(rows.len());
    for row in rows {
        let alerts = gathered.remove(&row.id).unwrap_or_default();
        let mut mission = row.into_mission(alerts)?;
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

/// Missions become what the changes say, and the changes are kept. Their alerts are already there.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    origin: Origin,
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
    connection: &mut SqliteConnection,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let mut standing: BTreeMap<String, i64> = BTreeMap::new();
    for some in kept::chunks(changes) {
        let mut statement =
            QueryBuilder::<Sqlite>::new("select id, revision from missions where id in (");
        let mut missions = statement.separated(", ");
        for change in some {
            missions.push_bind(change.mission.id.as_str());
        }
        statement.push(")");
        let rows: Vec<(String, i64)> = statement
            .build_query_as()
            .fetch_all(&mut *connection)
            .await
            .map_err(reading("missions"))?;
        standing.extend(rows);
    }
    for MissionChange { mission, .. } in changes {
        let revision = standing.get(mission.id.as_str()).copied().unwrap_or(0);
        if i64::from(mission.revision) != revision + 1 {
            return Err(StoreError::MissionMoved { mission: mission.id.clone() });
        }
    }
    Ok(())
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
                reasons, opened_in, opened_on, due_on, revision, conduct) ";
    let tail = " on conflict (id) do update set state = excluded.state, \
                automatic = excluded.automatic, reasons = excluded.reasons, \
                opened_on = excluded.opened_on, due_on = excluded.due_on, \
                revision = excluded.revision, conduct = excluded.conduct";
    let rows: Vec<(&Mission, String, String)> = changes
        .iter()
        .map(|change| {
            let reasons = kept::from_json("reasons of a mission", &change.mission.reasons)?;
            let conduct = kept::from_json("what people did of a mission", &change.mission.conduct)?;
            Ok((&change.mission, reasons, conduct))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_, _, _>, kept: &(&Mission, String, String)| {
        let (mission, reasons, conduct) = kept;
        row.push_bind(mission.id.as_str());
        row.push_bind(mission.subject.to_string());
        row.push_bind(mission.subject.project().map(ProjectId::as_str));
        row.push_bind(mission.subject.ministry().map(MinistryCode::as_str));
        row.push_bind(mission.kind.as_str());
        row.push_bind(mission.state.as_str());
        row.push_bind(mission.automatic);
        row.push_bind(reasons.as_str());
        row.push_bind(mission.opened_in.0);
        row.push_bind(mission.opened_on.to_string());
        row.push_bind(mission.due_on.to_string());
        row.push_bind(i64::from(mission.revision));
        row.push_bind(conduct.as_str());
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
    Origin { cycle, at }: Origin,
    changes: &[MissionChange],
) -> Result<(), StoreError> {
    let last: i64 = sqlx::query_scalar("select coalesce(max(number), 0) from mission_changes")
        .fetch_one(&mut *connection)
        .await
        .map_err(reading("mission changes"))?;
    let head =
        "insert into mission_changes (number, cycle, mission, at, actor, kind, reason, body) ";
    let rows: Vec<(i64, &MissionChange, String)> = (last + 1..)
        .zip(changes)
        .map(|(number, change)| Ok((number, change, kept::from_json("a mission change", change)?)))
        .collect::<Result<_, StoreError>>()?;
    let at = kept::from_instant(at);
    let bind = |mut row: Separated<'_, _, _>, kept: &(i64, &MissionChange, String)| {
        let (number, change, body) = kept;
        row.push_bind(*number);
        row.push_bind(cycle.map(|cycle| cycle.0));
        row.push_bind(change.mission.id.as_str());
        row.push_bind(at.as_str());
        row.push_bind(change.by.as_ref().map(Actor::as_str));
        row.push_bind(change.kind.as_str());
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
    revision: i64,
    conduct: String,
}

impl MissionRow {
    fn into_mission(self, alerts: Vec<AlertId>) -> Result<Mission, StoreError> {
        let (kind, state) = (&self.kind, &self.state);
        Ok(Mission {
            id: MissionId::new(self.id),
            subject: kept::to_subject("missions.subject", &self.subject)?,
            kind: kept::to_word("missions.kind", kind, "a kind", |text| {
                text.parse::<MissionKind>().ok()
            })?,
            state: kept::to_word("missions.state", state, "a state", |text| {
                text.parse::<MissionState>().ok()
            })?,
            automatic: self.automatic,
            reasons: kept::to_json("missions.reasons", &self.reasons)?,
            alerts,
            opened_in: CycleNumber(self.opened_in),
            opened_on: kept::to_date("missions.opened_on", &self.opened_on)?,
            due_on: kept::to_date("missions.due_on", &self.due_on)?,
            revision: kept::to_u32("missions.revision", self.revision)?,
            conduct: kept::to_json("missions.conduct", &self.conduct)?,
        })
    }
}
