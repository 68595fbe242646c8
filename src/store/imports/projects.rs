//! The projects known so far, with every name they went by.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;

use super::link_log::Links;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::import::{KnownProject, Sighting};
use crate::store::db::error::StoreError;
use crate::store::db::queries::{Fetch, query_as, query_scalar};
use crate::store::db::sql_types::Json;

/// Every known project, whatever the caller may see.
pub(in crate::store) async fn known(
    connection: &mut SqliteConnection,
    links: &Links,
) -> Result<BTreeMap<ProjectId, KnownProject>, StoreError> {
    let mut known: BTreeMap<ProjectId, KnownProject> = BTreeMap::new();
    let published = published(connection).await?;
    // What a panorama published comes last: its ministry has the last word.
    for naming in followed(connection).await?.into_iter().chain(published) {
        let project = links.resolve(&naming.project).clone();
        let entry = known.entry(project.clone()).or_insert_with(|| KnownProject {
            project,
            names: Vec::new(),
            ministry: naming.ministry.clone(),
        });
        if !entry.names.contains(&naming.name) {
            entry.names.push(naming.name);
        }
        entry.ministry = naming.ministry;
    }
    Ok(known)
}

#[derive(sqlx::FromRow)]
struct Naming {
    project: ProjectId,
    name: String,
    ministry: MinistryCode,
}

/// By edition, then import; first what was withdrawn, which has no last word and yet was published.
async fn published(connection: &mut SqliteConnection) -> Result<Vec<Naming>, StoreError> {
    query_as(
        "select snapshots.project, snapshots.name, snapshots.ministry
         from snapshots join imports on imports.number = snapshots.import
         join import_states on import_states.import = imports.number
         where import_states.state <> 'on_hold'
         order by import_states.state = 'in_use', imports.edition, imports.number, snapshots.file_row",
    )
    .all(connection, "the known projects")
    .await
}

/// Projects that follow-up files name, be they in no panorama yet. Without a ministry, a name is not
/// enough to know a project by.
async fn followed(connection: &mut SqliteConnection) -> Result<Vec<Naming>, StoreError> {
    let found: Vec<Json<Vec<Sighting>>> = query_scalar(
        "select sightings from imports join import_states on import_states.import = imports.number
         where dataset <> 'panorama' and state <> 'on_hold' order by edition, number",
    )
    .all(connection, "the known projects")
    .await?;
    let mut namings = Vec::new();
    for Json(sightings) in found {
        namings.extend(sightings.into_iter().filter_map(|sighting| {
            let Sighting { project, name, ministry, .. } = sighting;
            Some(Naming { project, name, ministry: ministry? })
        }));
    }
    Ok(namings)
}
