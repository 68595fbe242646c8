//! The outbox filled: notices are written in the transaction of what decided them.

use chrono::{DateTime, Utc};

use super::notification_memory;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::{Notice, Outgoing};
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{Separated, query_scalar};
use crate::store::db::sql_types::{Count, Timestamp};

/// What a cycle says, in its transaction; or what is said after it and before the next one.
pub(in crate::store) async fn apply(
    connection: &mut Connection,
    outgoing: &Outgoing,
    (cycle, now): (CycleNumber, DateTime<Utc>),
) -> Result<(), StoreError> {
    insert(connection, &outgoing.notices).await?;
    notification_memory::keep_before(connection, cycle, &outgoing.told).await?;
    notification_memory::remember(connection, &outgoing.told).await?;
    notification_memory::open_lanes(connection, &outgoing.opened, now).await
}

/// Says how many are new.
pub(in crate::store) async fn insert(
    connection: &mut Connection,
    notices: &[Notice],
) -> Result<u64, StoreError> {
    if notices.is_empty() {
        return Ok(0);
    }
    let before = last_position(connection).await?;
    let head = "insert into notices (id, position, receiver, lane, kind, cycle, thread, follows, \
                title, content, created_at, not_before, state, attempts, next_attempt_at) ";
    let rows: Vec<(i64, &Notice, String, String)> = (before + 1..)
        .zip(notices)
        .map(|(position, notice)| {
            let follows = columns::to_json("what a notice follows", &notice.follows)?;
            let content = columns::to_json("the content of a notice", &notice.content)?;
            Ok((position, notice, follows, content))
        })
        .collect::<Result<_, StoreError>>()?;
    let bind = |mut row: Separated<'_>, row_of: &(i64, &Notice, String, String)| {
        let (position, notice, follows, content) = row_of;
        row.push_bind(&notice.id);
        row.push_bind(*position);
        row.push_bind(&notice.receiver);
        row.push_bind(notice.receiver.lane());
        row.push_bind(notice.kind);
        row.push_bind(notice.cycle);
        row.push_bind(&notice.thread);
        row.push_bind(follows);
        row.push_bind(&notice.title);
        row.push_bind(content);
        row.push_bind(Timestamp(notice.created_at));
        row.push_bind(Timestamp(notice.not_before));
        row.push_bind("waiting");
        row.push_bind(0_i64);
        row.push_bind(Timestamp(notice.not_before));
    };
    columns::insert(connection, "notices", (head, " on conflict (id) do nothing"), &rows, bind)
        .await?;
    let Count(new) = query_scalar("select count(*) from notices where position > $1")
        .bind(before)
        .one(connection, "notices")
        .await?;
    Ok(new)
}

async fn last_position(connection: &mut Connection) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(position), 0) from notices").one(connection, "notices").await
}
