//! Corrections: what an import said otherwise than the one it replaced.

use super::differences::Difference;
use crate::domain::ids::ImportNumber;
use crate::domain::portfolio::subject::Subject;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Separated, query_as};

impl Store {
    /// What an import said otherwise than the one that it replaced: when it was recorded, and when people decided on it.
    pub async fn corrections_of_import(
        &self,
        import: ImportNumber,
    ) -> Result<Vec<Difference>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut rows: Vec<(Subject, String, String, String)> = query_as(
            "select subject, field, former, now_says from
                 (select 0 as decision, position, subject, field, former, now_says
                  from import_corrections where import = $1
                  union all
                  select decision, position, subject, field, former, now_says
                  from decision_corrections where import = $1) as made
             order by decision, position",
        )
        .bind(import)
        .all(&mut *transaction, "corrections")
        .await?;
        rows.retain(|(subject, ..)| visible.subject(subject));
        let difference = |(subject, field, former, now)| Difference { subject, field, former, now };
        Ok(rows.into_iter().map(difference).collect())
    }

    /// By the imports and the decisions on imports after `after` and up to `upto`, in order: the last import and the
    /// last decision of each. Projects are as they were known when it was imported or decided.
    pub async fn corrections_between(
        &self,
        after: (ImportNumber, i64),
        upto: (ImportNumber, i64),
    ) -> Result<Vec<(ImportNumber, Difference)>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        let mut rows: Vec<(ImportNumber, Subject, String, String, String)> = query_as(
            "select import, subject, field, former, now_says from
                 (select import, 0 as decision, position, subject, field, former, now_says
                  from import_corrections where import > $1 and import <= $3
                  union all
                  select import, decision, position, subject, field, former, now_says
                  from decision_corrections where decision > $2 and decision <= $4) as made
             order by import, decision, position",
        )
        .bind(after.0)
        .bind(after.1)
        .bind(upto.0)
        .bind(upto.1)
        .all(&mut *transaction, "corrections")
        .await?;
        rows.retain(|(_, subject, ..)| visible.subject(subject));
        let difference = |(import, subject, field, former, now)| {
            (import, Difference { subject, field, former, now })
        };
        Ok(rows.into_iter().map(difference).collect())
    }
}

pub(in crate::store) async fn insert(
    connection: &mut Connection,
    import: ImportNumber,
    differences: &[Difference],
) -> Result<(), StoreError> {
    let head =
        "insert into import_corrections (import, position, subject, field, former, now_says) ";
    let rows: Vec<(i64, &Difference)> = columns::positioned(differences).collect();
    let bind = |mut row: Separated<'_>, (position, difference): &(i64, &Difference)| {
        row.push_bind(import);
        row.push_bind(*position);
        row.push_bind(&difference.subject);
        row.push_bind(&difference.field);
        row.push_bind(&difference.former);
        row.push_bind(&difference.now);
    };
    columns::insert(connection, "corrections", (head, ""), &rows, bind).await
}
