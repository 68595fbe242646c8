//! Verdicts of the cycles that were committed before verdicts were kept by pages: a row for each.

use sqlx::SqliteConnection;

use super::error::StoreError;
use super::error::reading;
use super::kept;
use crate::domain::ids::CycleNumber;
use crate::domain::subject::Subject;
use crate::domain::verdict::Judgement;

pub(super) async fn of_cycle(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
) -> Result<Vec<Judgement>, StoreError> {
    let bodies: Vec<String> =
        sqlx::query_scalar("select body from verdict_rows where cycle = $1 order by position")
            .bind(cycle.0)
            .fetch_all(connection)
            .await
            .map_err(reading("verdicts"))?;
    bodies.iter().map(|body| kept::to_json("verdict_rows.body", body)).collect()
}

pub(super) async fn of_subject(
    connection: &mut SqliteConnection,
    subject: &Subject,
    cycle: CycleNumber,
) -> Result<Vec<Judgement>, StoreError> {
    // Sorted here: asked to sort, SQLite would walk the whole cycle in the order of positions.
    let mut rows: Vec<(i64, String)> =
        sqlx::query_as("select position, body from verdict_rows where cycle = $1 and subject = $2")
            .bind(cycle.0)
            .bind(subject.to_string())
            .fetch_all(connection)
            .await
            .map_err(reading("verdicts"))?;
    rows.sort_unstable();
    rows.iter().map(|(_, body)| kept::to_json("verdict_rows.body", body)).collect()
}
