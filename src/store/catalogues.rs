//! The texts that cycles were judged with, kept once for each fingerprint.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;
use sqlx::query_builder::Separated;

use super::Store;
use super::error::StoreError;
use super::error::reading;
use super::error::writing;
use super::kept;
use crate::domain::fingerprint::Fingerprint;

impl Store {
    /// Texts by path; empty when no cycle used that catalogue.
    pub async fn catalogue_texts(
        &self,
        fingerprint: &Fingerprint,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("select path, text from catalogue_texts where fingerprint = $1")
                .bind(fingerprint.as_str())
                .fetch_all(self.readers()?)
                .await
                .map_err(reading("a catalogue"))?;
        Ok(rows.into_iter().collect())
    }
}

/// Does nothing when the catalogue is already there.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    fingerprint: &Fingerprint,
    texts: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    let added = sqlx::query(
        "insert into catalogues (fingerprint) values ($1) on conflict (fingerprint) do nothing",
    )
    .bind(fingerprint.as_str())
    .execute(&mut *connection)
    .await
    .map_err(writing("a catalogue"))?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    let head = "insert into catalogue_texts (fingerprint, path, text) ";
    let rows: Vec<(&String, &String)> = texts.iter().collect();
    let bind = |mut row: Separated<'_, _, _>, (path, text): &(&String, &String)| {
        row.push_bind(fingerprint.as_str());
        row.push_bind(path.as_str());
        row.push_bind(text.as_str());
    };
    kept::insert(connection, "a catalogue", (head, ""), &rows, bind).await
}
