//! Answers to the questionnaire that somebody has written and not sent yet.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::identity;
use crate::domain::ids::ProjectId;
use crate::store::db::connections::end;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::Timestamp;

/// What errors call the table.
const DRAFTS: &str = "answers that were not sent";

impl Store {
    /// What somebody has written of the questionnaire of a project, by field.
    ///
    /// # Errors
    /// If the project is unknown, or the database cannot be read.
    pub async fn answer_draft(
        &self,
        project: &ProjectId,
        author: &str,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let mut transaction = self.begin_read().await?;
        let visible = self.visible(&mut transaction).await?;
        identity::check_known(&mut transaction, &visible, [project]).await?;
        let rows: Vec<(String, String)> =
            query_as("select field, answer from answer_drafts where project = $1 and author = $2")
                .bind(project)
                .bind(author)
                .all(&mut *transaction, DRAFTS)
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Keeps answers by field in place of those of the same fields; an empty one is forgotten.
    ///
    /// # Errors
    /// If the project is unknown, or the database cannot be written.
    pub async fn keep_answers(
        &self,
        (project, author): (&ProjectId, &str),
        answers: &BTreeMap<String, String>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        identity::check_known(&mut transaction, &visible, [project]).await?;
        for (field, answer) in answers {
            query("delete from answer_drafts where project = $1 and author = $2 and field = $3")
                .bind(project)
                .bind(author)
                .bind(field)
                .run(&mut *transaction, DRAFTS)
                .await?;
            if answer.is_empty() {
                continue;
            }
            query(
                "insert into answer_drafts (project, author, field, answer, saved_at)
                 values ($1, $2, $3, $4, $5)",
            )
            .bind(project)
            .bind(author)
            .bind(field)
            .bind(answer)
            .bind(Timestamp(at))
            .run(&mut *transaction, DRAFTS)
            .await?;
        }
        end(transaction).await
    }

    /// Forgets what somebody has written of the questionnaire of a project, once it is sent.
    ///
    /// # Errors
    /// If the project is unknown, or the database cannot be written.
    pub async fn forget_answers(
        &self,
        project: &ProjectId,
        author: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin_write().await?;
        let visible = self.visible(&mut transaction).await?;
        identity::check_known(&mut transaction, &visible, [project]).await?;
        query("delete from answer_drafts where project = $1 and author = $2")
            .bind(project)
            .bind(author)
            .run(&mut *transaction, DRAFTS)
            .await?;
        end(transaction).await
    }
}
