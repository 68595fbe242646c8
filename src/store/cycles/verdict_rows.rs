//! Verdicts of the cycles that were committed before verdicts were stored by pages: a row for each.

use crate::domain::ids::CycleNumber;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::Judgement;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::sql_types::Json;

pub(in crate::store) async fn of_cycle(
    connection: &mut Connection,
    cycle: CycleNumber,
) -> Result<Vec<Judgement>, StoreError> {
    let bodies: Vec<Json<Judgement>> =
        query_scalar("select body from verdict_rows where cycle = $1 order by position")
            .bind(cycle)
            .all(connection, "verdicts")
            .await?;
    Ok(bodies.into_iter().map(|Json(judgement)| judgement).collect())
}

pub(in crate::store) async fn of_subject(
    connection: &mut Connection,
    subject: &Subject,
    cycle: CycleNumber,
) -> Result<Vec<Judgement>, StoreError> {
    // Sorted here: with an `order by`, SQLite would walk the whole cycle in the order of positions.
    let mut rows: Vec<(i64, Json<Judgement>)> =
        query_as("select position, body from verdict_rows where cycle = $1 and subject = $2")
            .bind(cycle)
            .bind(subject)
            .all(connection, "verdicts")
            .await?;
    rows.sort_by_key(|(position, _)| *position);
    Ok(rows.into_iter().map(|(_, Json(judgement))| judgement).collect())
}
