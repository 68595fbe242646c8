//! The texts that cycles were judged with, stored once for each fingerprint.

use std::collections::BTreeMap;

use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{Separated, query, query_as};
use crate::support::fingerprint::Fingerprint;

impl Store {
    /// Texts by path; empty when no cycle used that catalogue.
    pub async fn catalogue_texts(
        &self,
        fingerprint: &Fingerprint,
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> =
            query_as("select path, text from catalogue_texts where fingerprint = $1")
                .bind(fingerprint)
                .all(self.readers()?, "a catalogue")
                .await?;
        Ok(rows.into_iter().collect())
    }
}

/// Does nothing when the catalogue is already there.
pub(in crate::store) async fn keep(
    connection: &mut Connection,
    fingerprint: &Fingerprint,
    texts: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    let added = query(
        "insert into catalogues (fingerprint) values ($1) on conflict (fingerprint) do nothing",
    )
    .bind(fingerprint)
    .run(&mut *connection, "a catalogue")
    .await?;
    if added == 0 {
        return Ok(());
    }
    let head = "insert into catalogue_texts (fingerprint, path, text) ";
    let rows: Vec<(&String, &String)> = texts.iter().collect();
    let bind = |mut row: Separated<'_>, (path, text): &(&String, &String)| {
        row.push_bind(fingerprint);
        row.push_bind(path);
        row.push_bind(text);
    };
    columns::insert(connection, "a catalogue", (head, ""), &rows, bind).await
}
