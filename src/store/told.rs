//! What was told to whom, which lanes are open, and how often anyone was reminded.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Utc;
use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Lane;
use crate::domain::notice::Memory;
use crate::domain::notice::Receiver;
use crate::domain::notice::Reminded;
use crate::domain::notice::Told;
use crate::domain::subject::Subject;

impl Store {
    pub async fn told(&self) -> Result<BTreeMap<(Receiver, Subject), Memory>, StoreError> {
        self.check_whole("what was told")?;
        all(&mut *self.begin_read().await?).await
    }

    pub async fn reminders(&self) -> Result<Vec<Reminded>, StoreError> {
        self.check_whole("reminders")?;
        let rows: Vec<ReminderRow> = sqlx::query_as(
            "select receiver, alert, told, reminders, last_on, escalated_on from reminders
             order by receiver, alert, told",
        )
        .fetch_all(self.readers()?)
        .await
        .map_err(reading("reminders"))?;
        rows.into_iter().map(ReminderRow::into_reminded).collect()
    }
}

/// What was told, by receiver, then by what it is about.
pub(super) async fn all(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<(Receiver, Subject), Memory>, StoreError> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select receiver, about, body from told order by receiver, about")
            .fetch_all(connection)
            .await
            .map_err(reading("what was told"))?;
    rows.into_iter()
        .map(|(receiver, about, body)| {
            let receiver = to_receiver("told.receiver", &receiver)?;
            let about = kept::to_subject("told.about", &about)?;
            Ok(((receiver, about), kept::to_json("told.body", &body)?))
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct ReminderRow {
    receiver: String,
    alert: String,
    told: String,
    reminders: i64,
    last_on: Option<String>,
    escalated_on: Option<String>,
}

impl ReminderRow {
    fn into_reminded(self) -> Result<Reminded, StoreError> {
        let day = |column, text: Option<String>| {
            text.map(|text| kept::to_date(column, &text)).transpose()
        };
        Ok(Reminded {
            receiver: to_receiver("reminders.receiver", &self.receiver)?,
            alert: AlertId::new(self.alert),
            told: NoticeId::new(self.told),
            reminders: kept::to_u32("reminders.reminders", self.reminders)?,
            last_on: day("reminders.last_on", self.last_on)?,
            escalated_on: day("reminders.escalated_on", self.escalated_on)?,
        })
    }
}

/// Cycles of which it is known what had been told before them: more than anybody makes void.
const KEPT_CYCLES: i64 = 50;

/// Takes note of what had been told before a cycle, where the cycle changes it. What is told between two
/// cycles comes after the first: what is noted stays what had been told before that one.
pub(super) async fn keep_before(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    told: &[Told],
) -> Result<(), StoreError> {
    for one in told {
        sqlx::query(
            "insert into told_before (cycle, receiver, about, body)
             values ($1, $2, $3, (select body from told where receiver = $2 and about = $3))
             on conflict (cycle, receiver, about) do nothing",
        )
        .bind(cycle.0)
        .bind(one.receiver.to_string())
        .bind(one.about.to_string())
        .execute(&mut *connection)
        .await
        .map_err(writing("what had been told"))?;
    }
    sqlx::query("delete from told_before where cycle <= $1")
        .bind(cycle.0.saturating_sub(KEPT_CYCLES))
        .execute(connection)
        .await
        .map_err(writing("what had been told"))?;
    Ok(())
}

/// What had been told before a cycle, of what it changed: `None` where nothing had been told.
pub(super) async fn before(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
) -> Result<BTreeMap<(Receiver, Subject), Option<Memory>>, StoreError> {
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as("select receiver, about, body from told_before where cycle = $1")
            .bind(cycle.0)
            .fetch_all(connection)
            .await
            .map_err(reading("what had been told"))?;
    rows.into_iter()
        .map(|(receiver, about, body)| {
            let receiver = to_receiver("told_before.receiver", &receiver)?;
            let about = kept::to_subject("told_before.about", &about)?;
            let body = body.map(|body| kept::to_json("told_before.body", &body)).transpose()?;
            Ok(((receiver, about), body))
        })
        .collect()
}

/// Nothing was told to the receiver any more, of this.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    (receiver, about): &(Receiver, Subject),
) -> Result<(), StoreError> {
    sqlx::query("delete from told where receiver = $1 and about = $2")
        .bind(receiver.to_string())
        .bind(about.to_string())
        .execute(connection)
        .await
        .map_err(writing("what was told"))?;
    Ok(())
}

pub(super) async fn remember(
    connection: &mut SqliteConnection,
    told: &[Told],
) -> Result<(), StoreError> {
    let head = "insert into told (receiver, about, body) ";
    let tail = " on conflict (receiver, about) do update set body = excluded.body";
    let rows: Vec<(&Told, String)> = told
        .iter()
        .map(|one| Ok((one, kept::from_json("what was told", &one.memory)?)))
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_, _, _>, (one, body): &(&Told, String)| {
        row.push_bind(one.receiver.to_string());
        row.push_bind(one.about.to_string());
        row.push_bind(body.as_str());
    };
    kept::insert(connection, "what was told", (head, tail), &rows, bind).await
}

pub(super) async fn open_lanes(
    connection: &mut SqliteConnection,
    lanes: &[Lane],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let head = "insert into lanes (name, opened_at) ";
    let bind = |mut row: Separated<'_, _, _>, lane: &Lane| {
        row.push_bind(lane.to_string());
        row.push_bind(kept::from_instant(now));
    };
    kept::insert(connection, "lanes", (head, " on conflict (name) do nothing"), lanes, bind).await
}

pub(super) async fn remember_reminders(
    connection: &mut SqliteConnection,
    reminded: &[Reminded],
) -> Result<(), StoreError> {
    let head = "insert into reminders (receiver, alert, told, reminders, last_on, escalated_on) ";
    let tail = " on conflict (receiver, alert, told) do update set \
                reminders = excluded.reminders, last_on = excluded.last_on, \
                escalated_on = excluded.escalated_on";
    let bind = |mut row: Separated<'_, _, _>, one: &Reminded| {
        row.push_bind(one.receiver.to_string());
        row.push_bind(one.alert.as_str());
        row.push_bind(one.told.as_str());
        row.push_bind(i64::from(one.reminders));
        row.push_bind(one.last_on.map(|day| day.to_string()));
        row.push_bind(one.escalated_on.map(|day| day.to_string()));
    };
    kept::insert(connection, "reminders", (head, tail), reminded, bind).await
}

fn to_receiver(column: &'static str, text: &str) -> Result<Receiver, StoreError> {
    kept::to_word(column, text, "a receiver", |text| Receiver::try_from(text.to_owned()).ok())
}
