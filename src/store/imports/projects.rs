//! The projects known so far, with every name they went by.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::project_logs::link_log::Links;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{KnownProject, Sighting};
use crate::domain::portfolio::succession::{Succession, Successions};
use crate::store::db::engine::connection::Connection;
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;
use crate::store::db::queries::query_as;
use crate::store::db::sql_types::Json;

/// A project, and the ministries from which successions took it.
#[derive(Debug)]
pub(in crate::store) struct ProjectMinistries {
    pub known: KnownProject,
    pub former: BTreeMap<MinistryCode, FormerMinistry>,
}

/// What a ministry knew of a project that is another's now.
#[derive(Debug)]
pub(in crate::store) struct FormerMinistry {
    /// The day on which it went.
    pub until: NaiveDate,
    /// Those it had until then.
    pub names: Vec<String>,
}

/// Every known project, whatever the caller may see.
pub(in crate::store) async fn known(
    connection: &mut Connection,
    links: &Links,
    successions: &Successions,
) -> Result<BTreeMap<ProjectId, ProjectMinistries>, StoreError> {
    let mut namings: BTreeMap<ProjectId, Vec<Naming>> = BTreeMap::new();
    let published = published(connection).await?;
    // What a panorama published comes last: its ministry has the last word.
    for naming in followed(connection).await?.into_iter().chain(published) {
        namings.entry(links.resolve(&naming.project).clone()).or_default().push(naming);
    }
    let found = namings.into_iter().filter_map(|(project, its)| {
        Some((project.clone(), ministries(project, &its, successions)?))
    });
    Ok(found.collect())
}

fn ministries(
    project: ProjectId,
    namings: &[Naming],
    successions: &Successions,
) -> Option<ProjectMinistries> {
    let last = namings.last()?;
    let mut left: BTreeMap<MinistryCode, NaiveDate> = BTreeMap::new();
    let mut leave = |step: &Succession| {
        let until = left.entry(step.from.clone()).or_insert(step.on);
        *until = step.on.max(*until);
    };
    let nexts = namings.iter().skip(1).map(Some).chain([None]);
    for (naming, next) in namings.iter().zip(nexts) {
        // The ministry had the project that day, and no other had received it meanwhile.
        let took = |step: &&Succession| {
            naming.edition.as_of() < step.on
                && next.is_none_or(|next| step.on <= next.edition.as_of())
        };
        let steps = successions.steps(&project, &naming.ministry, naming.edition).into_iter();
        steps.filter(took).for_each(&mut leave);
        let split = next.and_then(|next| {
            successions.split((&naming.ministry, naming.edition), (&next.ministry, next.edition))
        });
        split.into_iter().for_each(&mut leave);
    }
    let home = successions.steps(&project, &last.ministry, last.edition).pop();
    let ministry = home.map_or(&last.ministry, |step| &step.into).clone();
    left.remove(&ministry);
    let former = left
        .into_iter()
        .map(|(former, until)| (former, FormerMinistry { until, names: names(namings, until) }));
    let former = former.collect();
    let known = KnownProject { project, names: names(namings, NaiveDate::MAX), ministry };
    Some(ProjectMinistries { known, former })
}

/// Each name that it had until a day, in order.
fn names(namings: &[Naming], until: NaiveDate) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for naming in namings.iter().filter(|naming| naming.edition.as_of() < until) {
        if !names.contains(&naming.name) {
            names.push(naming.name.clone());
        }
    }
    names
}

struct Naming {
    project: ProjectId,
    name: String,
    ministry: MinistryCode,
    edition: EditionId,
}

fields_are_columns!(Naming { project, name, ministry, edition });

/// By edition, then import; first what was withdrawn, which has no last word and yet was published.
async fn published(connection: &mut Connection) -> Result<Vec<Naming>, StoreError> {
    query_as(
        "select snapshots.project, snapshots.name, snapshots.ministry, imports.edition
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
async fn followed(connection: &mut Connection) -> Result<Vec<Naming>, StoreError> {
    let found: Vec<(Json<Vec<Sighting>>, EditionId)> = query_as(
        "select sightings, edition from imports join import_states on import_states.import = imports.number
         where dataset <> 'panorama' and state <> 'on_hold' order by edition, number",
    )
    .all(connection, "the known projects")
    .await?;
    let mut namings = Vec::new();
    for (Json(sightings), edition) in found {
        namings.extend(sightings.into_iter().filter_map(|sighting| {
            let Sighting { project, name, ministry, .. } = sighting;
            Some(Naming { project, name, ministry: ministry?, edition })
        }));
    }
    Ok(namings)
}
