//! What people write in the note to the COSINUM: each text is added with who wrote it, and none is changed.

use serde_json::json;

use crate::domain::accounts::audit::ActionContext;
use crate::domain::note_text::{NoteSection, NoteText};
use crate::domain::portfolio::edition::EditionId;
use crate::store::audit::audit_trail;
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::{FromRow, Row};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as};
use crate::store::db::sql_types::{Columns, Timestamp};

/// The note is about every ministry.
const WHAT: &str = "the note to the COSINUM";

const TABLE: &str = "a text of the note";

impl Store {
    /// The texts of the note of an edition as they were last written, those that nobody has written included.
    pub async fn note_texts(&self, edition: EditionId) -> Result<Vec<NoteText>, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_read().await?;
        let written = written(&mut transaction, edition).await?;
        let of_section = |section: NoteSection| {
            let last = written.iter().find(|one| one.section == section).cloned();
            last.unwrap_or_else(|| NoteText::unwritten(edition, section))
        };
        Ok(NoteSection::ALL.into_iter().map(of_section).collect())
    }

    /// Writes a text of the note of an edition. `seen` is the revision that its author had before them.
    ///
    /// # Errors
    /// If somebody else wrote it meanwhile, or the database cannot be written.
    pub async fn write_note_text(
        &self,
        (edition, section): (EditionId, NoteSection),
        (text, seen): (&str, i64),
        act: &ActionContext,
    ) -> Result<NoteText, StoreError> {
        self.check_whole(WHAT)?;
        let mut transaction = self.begin_write().await?;
        let known = written(&mut transaction, edition).await?;
        let known = known.into_iter().find(|one| one.section == section);
        let former = known.unwrap_or_else(|| NoteText::unwritten(edition, section));
        if former.revision != seen {
            return Err(StoreError::NoteTextMoved(Box::new(former)));
        }
        let revision = former.revision + 1;
        query(
            "insert into note_texts (edition, section, revision, text, actor, at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(edition)
        .bind(section)
        .bind(revision)
        .bind(text)
        .bind(&act.actor)
        .bind(Timestamp(act.at))
        .run(&mut *transaction, TABLE)
        .await?;
        let said = |words: &str, number: i64| json!({ "text": words, "revision": number });
        let subject = format!("note/{edition}/{}", section.as_str());
        let mut deed = act.deed("note_text_written", subject).became(&said(text, revision));
        if former.revision > 0 {
            deed = deed.was(&said(&former.text, former.revision));
        }
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        end(transaction).await?;
        let (by, at) = (Some(act.actor.clone()), Some(act.at));
        Ok(NoteText { text: text.to_owned(), revision, by, at, ..former })
    }
}

/// The last revision of each text of an edition.
async fn written(
    connection: &mut Connection,
    edition: EditionId,
) -> Result<Vec<NoteText>, StoreError> {
    query_as(
        "select edition, section, text, revision, actor, at from note_texts as one
         where edition = $1 and revision = (
             select max(revision) from note_texts as other
             where other.edition = one.edition and other.section = one.section
         )
         order by section",
    )
    .bind(edition)
    .all(connection, TABLE)
    .await
}

impl FromRow for NoteText {
    fn from_row(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            edition: row.try_get("edition")?,
            section: row.try_get("section")?,
            text: row.try_get("text")?,
            revision: row.try_get("revision")?,
            by: Some(row.try_get("actor")?),
            at: Some(row.instant("at")?),
        })
    }
}
