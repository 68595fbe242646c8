//! What each receiver was notified of, which lanes are open, and how often anyone was reminded.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::ids::CycleNumber;
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{NotifiedState, Receiver, ReceiverMemory, Reminded};
use crate::domain::portfolio::subject::Subject;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Separated, query, query_as};
use crate::store::db::sql_types::{Columns, Date, Json, Timestamp};

impl Store {
    pub async fn notification_memory(
        &self,
    ) -> Result<BTreeMap<(Receiver, Subject), NotifiedState>, StoreError> {
        self.check_whole("what receivers were notified of")?;
        all(&mut *self.begin_read().await?).await
    }

    pub async fn reminders(&self) -> Result<Vec<Reminded>, StoreError> {
        self.check_whole("reminders")?;
        query_as(
            "select receiver, alert, told, reminders, last_on, escalated_on from reminders
             order by receiver, alert, told",
        )
        .all(self.readers()?, "reminders")
        .await
    }
}

/// What receivers were notified of, by receiver, then by what it is about.
pub(in crate::store) async fn all(
    connection: &mut Connection,
) -> Result<BTreeMap<(Receiver, Subject), NotifiedState>, StoreError> {
    let rows: Vec<(Receiver, Subject, Json<NotifiedState>)> =
        query_as("select receiver, about, body from told order by receiver, about")
            .all(connection, "what receivers were notified of")
            .await?;
    let memory = |(receiver, about, Json(memory))| ((receiver, about), memory);
    Ok(rows.into_iter().map(memory).collect())
}

impl FromRow for Reminded {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            receiver: row.try_get("receiver")?,
            alert: row.try_get("alert")?,
            told: row.try_get("told")?,
            reminders: row.small_count("reminders")?,
            last_on: row.optional_day("last_on")?,
            escalated_on: row.optional_day("escalated_on")?,
        })
    }
}

/// For how many cycles it is recorded what receivers had been notified of before them: more than anybody makes void.
const KEPT_CYCLES: i64 = 50;

/// Records what receivers had been notified of before a cycle, where the cycle changes it. Notices sent between two
/// cycles come after the first: what is recorded stays what it was before that one.
pub(in crate::store) async fn keep_before(
    connection: &mut Connection,
    cycle: CycleNumber,
    told: &[ReceiverMemory],
) -> Result<(), StoreError> {
    for one in told {
        query(
            "insert into told_before (cycle, receiver, about, body)
             values ($1, $2, $3, (select body from told where receiver = $2 and about = $3))
             on conflict (cycle, receiver, about) do nothing",
        )
        .bind(cycle)
        .bind(&one.receiver)
        .bind(&one.about)
        .run(&mut *connection, "what receivers had been notified of")
        .await?;
    }
    query("delete from told_before where cycle <= $1")
        .bind(cycle.0.saturating_sub(KEPT_CYCLES))
        .run(connection, "what receivers had been notified of")
        .await?;
    Ok(())
}

/// What receivers had been notified of before a cycle, where the cycle changed it: `None` where it was nothing.
pub(in crate::store) async fn before(
    connection: &mut Connection,
    cycle: CycleNumber,
) -> Result<BTreeMap<(Receiver, Subject), Option<NotifiedState>>, StoreError> {
    let rows: Vec<(Receiver, Subject, Option<Json<NotifiedState>>)> =
        query_as("select receiver, about, body from told_before where cycle = $1")
            .bind(cycle)
            .all(connection, "what receivers had been notified of")
            .await?;
    let memory = |(receiver, about, memory): (_, _, Option<Json<NotifiedState>>)| {
        ((receiver, about), memory.map(|Json(memory)| memory))
    };
    Ok(rows.into_iter().map(memory).collect())
}

/// Forgets what a receiver was notified of about one subject.
pub(in crate::store) async fn forget(
    connection: &mut Connection,
    (receiver, about): &(Receiver, Subject),
) -> Result<(), StoreError> {
    query("delete from told where receiver = $1 and about = $2")
        .bind(receiver)
        .bind(about)
        .run(connection, "what receivers were notified of")
        .await?;
    Ok(())
}

pub(in crate::store) async fn remember(
    connection: &mut Connection,
    told: &[ReceiverMemory],
) -> Result<(), StoreError> {
    let head = "insert into told (receiver, about, body) ";
    let tail = " on conflict (receiver, about) do update set body = excluded.body";
    let rows: Vec<(&ReceiverMemory, String)> = told
        .iter()
        .map(|one| Ok((one, columns::to_json("what receivers were notified of", &one.memory)?)))
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_>, (one, body): &(&ReceiverMemory, String)| {
        row.push_bind(&one.receiver);
        row.push_bind(&one.about);
        row.push_bind(body);
    };
    columns::insert(connection, "what receivers were notified of", (head, tail), &rows, bind).await
}

pub(in crate::store) async fn open_lanes(
    connection: &mut Connection,
    lanes: &[Channel],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let head = "insert into lanes (name, opened_at) ";
    let bind = |mut row: Separated<'_>, lane: &Channel| {
        row.push_bind(lane);
        row.push_bind(Timestamp(now));
    };
    columns::insert(connection, "lanes", (head, " on conflict (name) do nothing"), lanes, bind)
        .await
}

pub(in crate::store) async fn remember_reminders(
    connection: &mut Connection,
    reminded: &[Reminded],
) -> Result<(), StoreError> {
    let head = "insert into reminders (receiver, alert, told, reminders, last_on, escalated_on) ";
    let tail = " on conflict (receiver, alert, told) do update set \
                reminders = excluded.reminders, last_on = excluded.last_on, \
                escalated_on = excluded.escalated_on";
    let bind = |mut row: Separated<'_>, one: &Reminded| {
        row.push_bind(&one.receiver);
        row.push_bind(&one.alert);
        row.push_bind(&one.told);
        row.push_bind(i64::from(one.reminders));
        row.push_bind(one.last_on.map(Date));
        row.push_bind(one.escalated_on.map(Date));
    };
    columns::insert(connection, "reminders", (head, tail), reminded, bind).await
}
