//! Snapshots: what each panorama file says of its projects, by pages, and a row that names each.

mod snapshot_rows;

use serde::Deserialize;

use super::project_logs::link_log::Links;
use crate::domain::ids::{ImportNumber, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::store::db::columns;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{Separated, query, query_as, query_scalar};
use crate::store::db::sql_types::Json;
use crate::store::db::visibility::Visible;
use crate::support::workers::run_in_parallel;

const PAGE: &str = "snapshot_pages.snapshots";

const SNAPSHOTS_PER_PAGE: usize = 1000;

/// Project and name, as imported, in the order of the file.
pub(in crate::store) async fn names(
    connection: &mut Connection,
    import: ImportNumber,
) -> Result<Vec<(ProjectId, String)>, StoreError> {
    query_as("select project, name from snapshots where import = $1 order by file_row")
        .bind(import)
        .all(connection, "snapshots")
        .await
}

/// By project, links applied.
pub(in crate::store) async fn of_import(
    connection: &mut Connection,
    import: ImportNumber,
    edition: EditionId,
    links: &Links,
) -> Result<Vec<Snapshot>, StoreError> {
    visible_of_import(connection, (import, edition), links, &Visible::All).await
}

/// The same, of visible projects.
pub(in crate::store) async fn visible_of_import(
    connection: &mut Connection,
    (import, edition): (ImportNumber, EditionId),
    links: &Links,
    visible: &Visible,
) -> Result<Vec<Snapshot>, StoreError> {
    let pages: Vec<String> =
        query_scalar("select snapshots from snapshot_pages where import = $1 order by page")
            .bind(import)
            .all(&mut *connection, "snapshots")
            .await?;
    if pages.is_empty() {
        let mut snapshots = snapshot_rows::of_import(connection, import, edition).await?;
        snapshots.retain(|snapshot| visible.listed(&snapshot.project, edition));
        return resolved(snapshots, links);
    }
    let read = run_in_parallel(pages, |page| {
        if visible.is_all() {
            columns::from_json(PAGE, &page)
        } else {
            visible_of_page(&page, edition, visible)
        }
    });
    let mut snapshots: Vec<Snapshot> = Vec::new();
    for mut page in read.into_iter().collect::<Result<Vec<_>, _>>()? {
        snapshots.append(&mut page);
    }
    resolved(snapshots, links)
}

/// Passes over the snapshots that are not visible without reading what they say: of the State, one ministry
/// has few.
fn visible_of_page(
    page: &str,
    edition: EditionId,
    visible: &Visible,
) -> Result<Vec<Snapshot>, StoreError> {
    let mut snapshots = Vec::new();
    let mut rest = page;
    while let Some(text) = rest.strip_prefix(['[', ',']) {
        let mut ahead = serde_json::Deserializer::from_str(text).into_iter::<Named>();
        let Some(named) = ahead.next() else { break };
        let named = named.map_err(|source| StoreError::Decode { column: PAGE, source })?;
        let (one, after) = text.split_at(ahead.byte_offset());
        if visible.listed(&named.project, edition) {
            snapshots.push(columns::from_json(PAGE, one)?);
        }
        rest = after;
    }
    Ok(snapshots)
}

/// Of a snapshot, whose it is.
#[derive(Deserialize)]
struct Named {
    project: ProjectId,
}

/// Links applied, by project. One edition gives a project one snapshot, or none.
pub(in crate::store) fn resolved(
    mut snapshots: Vec<Snapshot>,
    links: &Links,
) -> Result<Vec<Snapshot>, StoreError> {
    for snapshot in &mut snapshots {
        snapshot.project = links.resolve(&snapshot.project).clone();
    }
    snapshots.sort_by(|a, b| (&a.project, a.row).cmp(&(&b.project, b.row)));
    let twice =
        snapshots.iter().zip(snapshots.iter().skip(1)).find(|(a, b)| a.project == b.project);
    match twice {
        None => Ok(snapshots),
        Some((first, second)) => Err(StoreError::TwoSnapshots {
            edition: first.edition,
            project: first.project.clone(),
            first: first.name.clone(),
            second: second.name.clone(),
        }),
    }
}

pub(in crate::store) async fn insert(
    connection: &mut Connection,
    import: ImportNumber,
    snapshots: &[Snapshot],
) -> Result<(), StoreError> {
    let head = "insert into snapshots (import, project, name, ministry, file_row) ";
    let bind = |mut row: Separated<'_>, snapshot: &Snapshot| {
        row.push_bind(import);
        row.push_bind(&snapshot.project);
        row.push_bind(&snapshot.name);
        row.push_bind(&snapshot.ministry);
        row.push_bind(i64::from(snapshot.row));
    };
    columns::insert(connection, "snapshots", (head, ""), snapshots, bind).await?;
    for (page, some) in (0_i64..).zip(snapshots.chunks(SNAPSHOTS_PER_PAGE)) {
        query("insert into snapshot_pages (import, page, snapshots) values ($1, $2, $3)")
            .bind(import)
            .bind(page)
            .bind(Json(&some))
            .run(&mut *connection, "snapshots")
            .await?;
    }
    Ok(())
}
