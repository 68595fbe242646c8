//! The verdicts of each cycle, with what they stand on.

use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::kept;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::ProjectId;
use crate::domain::level::Level;
use crate::domain::subject::Subject;
use crate::domain::verdict::Judgement;
use crate::domain::verdict::Verdict;

impl Store {
    /// In the order in which they were committed.
    pub async fn judgements(&self, cycle: CycleNumber) -> Result<Vec<Judgement>, StoreError> {
        let bodies: Vec<String> =
            sqlx::query_scalar("select body from verdicts where cycle = $1 order by position")
                .bind(cycle.0)
                .fetch_all(&self.pool)
                .await
                .map_err(reading("verdicts"))?;
        bodies.iter().map(|body| kept::to_json("verdicts.body", body)).collect()
    }

    pub async fn judgements_of(
        &self,
        subject: &Subject,
        cycle: CycleNumber,
    ) -> Result<Vec<Judgement>, StoreError> {
        // Sorted here: asked to sort, SQLite would walk the whole cycle in the order of positions.
        let mut rows: Vec<(i64, String)> =
            sqlx::query_as("select position, body from verdicts where cycle = $1 and subject = $2")
                .bind(cycle.0)
                .bind(subject.to_string())
                .fetch_all(&self.pool)
                .await
                .map_err(reading("verdicts"))?;
        rows.sort_unstable();
        rows.iter().map(|(_, body)| kept::to_json("verdicts.body", body)).collect()
    }
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    cycle: CycleNumber,
    judgements: &[Judgement],
) -> Result<(), StoreError> {
    let head =
        "insert into verdicts (cycle, position, rule, subject, project, outcome, level, body) ";
    let mut position = 0;
    // Bodies are written one insert at a time: a million of them need not stand in memory at once.
    for some in kept::chunks(judgements) {
        let rows: Vec<VerdictRow<'_>> = some
            .iter()
            .zip(position..)
            .map(|(judgement, position)| VerdictRow::new(position, judgement))
            .collect::<Result<_, _>>()?;
        position += kept::count(some.len());
        let bind = |values: Separated<'_, _, _>, row: &VerdictRow<'_>| row.bind(values, cycle);
        kept::insert(connection, "verdicts", (head, ""), &rows, bind).await?;
    }
    Ok(())
}

struct VerdictRow<'a> {
    position: i64,
    judgement: &'a Judgement,
    body: String,
}

impl<'a> VerdictRow<'a> {
    fn new(position: i64, judgement: &'a Judgement) -> Result<Self, StoreError> {
        Ok(Self { position, judgement, body: kept::from_json("a verdict", judgement)? })
    }

    fn bind(&self, mut values: Separated<'_, sqlx::Sqlite, &'static str>, cycle: CycleNumber) {
        let Judgement { rule, subject, verdict, .. } = self.judgement;
        values.push_bind(cycle.0);
        values.push_bind(self.position);
        values.push_bind(rule.as_str());
        values.push_bind(subject.to_string());
        values.push_bind(subject.project().map(ProjectId::as_str));
        values.push_bind(match verdict {
            Verdict::Level { .. } => "level",
            Verdict::Unknown { .. } => "unknown",
            Verdict::Failed { .. } => "failed",
        });
        values.push_bind(verdict.level().map(Level::word));
        values.push_bind(self.body.as_str());
    }
}
