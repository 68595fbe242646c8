//! Corrections: what an import said otherwise than the one it replaced.

use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::Store;
use super::differences::Difference;
use super::error::StoreError;
use super::error::reading;
use super::kept;
use crate::domain::ids::ImportNumber;

impl Store {
    /// By the imports after `last`, in order. Projects are as they were known when it was imported.
    pub async fn corrections_since(
        &self,
        last: ImportNumber,
    ) -> Result<Vec<(ImportNumber, Difference)>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut rows: Vec<(i64, String, String, String, String)> = sqlx::query_as(
            "select import, subject, field, former, now_says from import_corrections
             where import > $1 order by import, position",
        )
        .bind(last.0)
        .fetch_all(&mut *transaction)
        .await
        .map_err(reading("corrections"))?;
        rows.retain(|(_, subject, ..)| visible.subject_text(subject));
        rows.into_iter()
            .map(|(import, subject, field, former, now)| {
                let subject = kept::to_subject("import_corrections.subject", &subject)?;
                Ok((ImportNumber(import), Difference { subject, field, former, now }))
            })
            .collect()
    }
}

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    import: ImportNumber,
    differences: &[Difference],
) -> Result<(), StoreError> {
    let head =
        "insert into import_corrections (import, position, subject, field, former, now_says) ";
    let rows: Vec<(i64, &Difference)> = kept::positioned(differences).collect();
    let bind = |mut row: Separated<'_, _, _>, (position, difference): &(i64, &Difference)| {
        row.push_bind(import.0);
        row.push_bind(*position);
        row.push_bind(difference.subject.to_string());
        row.push_bind(difference.field.as_str());
        row.push_bind(difference.former.as_str());
        row.push_bind(difference.now.as_str());
    };
    kept::insert(connection, "corrections", (head, ""), &rows, bind).await
}
