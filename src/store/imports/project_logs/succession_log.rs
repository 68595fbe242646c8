//! Which ministries took over from which: a log of the tables in effect, so that past cycles know what they knew.

use super::link_log::Links;
use crate::domain::portfolio::succession::Successions;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::query_scalar;
use crate::store::db::sql_types::Json;

pub(in crate::store) async fn last_succession(
    connection: &mut Connection,
) -> Result<i64, StoreError> {
    query_scalar("select coalesce(max(number), 0) from successions")
        .one(connection, "the successions of ministries")
        .await
}

/// Those in effect after an entry of the log, projects under the ids that they have now.
pub(in crate::store) async fn known(
    connection: &mut Connection,
    number: i64,
    links: &Links,
) -> Result<Successions, StoreError> {
    let known = of_entry(connection, number).await?;
    Ok(known.renamed(|project| links.resolve(project).clone()))
}

/// Those in effect after an entry of the log, as it was written.
pub(in crate::store) async fn of_entry(
    connection: &mut Connection,
    number: i64,
) -> Result<Successions, StoreError> {
    let found: Option<Json<Successions>> =
        query_scalar("select successions from successions where number = $1")
            .bind(number)
            .optional(connection, "the successions of ministries")
            .await?;
    Ok(found.map(|Json(known)| known).unwrap_or_default())
}
