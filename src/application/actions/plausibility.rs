//! Compares each edition with the one before: what is out of bounds is put on hold, and projects that leave as others
//! enter are proposed as one.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::application::publishing::catalogue;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::{Dataset, Import, ImportRemark, ImportedRows, SightingKind};
use crate::domain::portfolio::snapshot::Snapshot;
use crate::intake::{Aliases, PlausibilityBounds, implausible, propose_renamings, same_bytes};
use crate::support::clock::today;
use crate::support::french;

/// Remarks on each project whose facts are dated after today: nobody sees them before their day.
fn remark_answers_ahead(import: &mut Import, today: NaiveDate) {
    let ImportedRows::Facts(facts) = &import.rows else { return };
    let ahead = facts.iter().filter(|fact| fact.reported_on > today);
    let ahead: BTreeSet<(&ProjectId, NaiveDate)> =
        ahead.map(|fact| (&fact.project, fact.reported_on)).collect();
    let remarks = ahead.into_iter().map(|(project, day)| ImportRemark {
        row: None,
        column: None,
        remark: format!(
            "{project} : daté du {}, après aujourd’hui ; rien n’en compte avant ce jour",
            french::date(day)
        ),
    });
    let remarks: Vec<ImportRemark> = remarks.collect();
    import.remarks.extend(remarks);
}

/// Writes in each panorama why it must wait for a person, and which renamings its figures speak for. Files come in the order in which they are recorded:
/// the edition before may be among them.
pub(in crate::application) async fn compare_with_former(
    services: &Services,
    imports: &mut [Import],
    aliases: &Aliases,
) -> Result<(), ApplicationError> {
    for import in imports.iter_mut() {
        remark_answers_ahead(import, today(services.clock.now()));
    }
    if imports.iter().all(|import| import.dataset != Dataset::Panorama) {
        return Ok(());
    }
    let rules = catalogue::rules_in_force(services).await?;
    let in_force = rules.thresholds().at(today(services.clock.now()));
    let bounds = PlausibilityBounds::of(&in_force);
    for index in 0..imports.len() {
        let (earlier, rest) = imports.split_at_mut(index);
        let Some((import, later)) = rest.split_first_mut() else { break };
        let ImportedRows::Panorama(rows) = &import.rows else { continue };
        let edition = import.edition;
        let stored = services.store.edition_before(edition).await?;
        let stored = stored.as_ref().map(|(former, snapshots)| (*former, snapshots.as_slice()));
        let brought = last_before(earlier, edition);
        // Of two files of one edition, the one that is recorded last holds.
        let before = match (stored, brought) {
            (Some(stored), Some(brought)) if stored.0 > brought.0 => Some(stored),
            (stored, brought) => brought.or(stored),
        };
        let mut holds = implausible(edition, rows, before, &bounds);
        let is_copy = |other: &&Import| {
            other.dataset == Dataset::Panorama
                && other.holds.is_empty()
                && other.sha256 == import.sha256
                && other.edition != edition
        };
        let copied = match earlier.iter().find(is_copy) {
            Some(other) => Some(other.edition),
            None => services.store.edition_with_bytes(&import.sha256, edition).await?,
        };
        holds.extend(copied.map(|other| same_bytes(edition, other)));
        if import.sightings.iter().any(|one| !matches!(one.kind, SightingKind::Known)) {
            let mut editions = services.store.editions_before(edition).await?;
            editions.extend(brought_before(earlier, edition));
            let editions = editions.into_values().collect::<Vec<_>>();
            propose_renamings(&mut import.sightings, rows, &editions, aliases);
        }
        if let Some(facts) = later.first_mut().filter(|other| has_its_facts(import, other)) {
            facts.holds.clone_from(&holds);
        }
        import.holds = holds;
    }
    Ok(())
}

/// Whether an import is of the facts that the file of a panorama has besides its own fields: they wait as it does.
fn has_its_facts(panorama: &Import, other: &Import) -> bool {
    other.dataset != Dataset::Panorama
        && other.sha256 == panorama.sha256
        && other.edition == panorama.edition
}

/// The latest edition before this one among files that do not wait.
fn last_before(earlier: &[Import], edition: EditionId) -> Option<(EditionId, &[Snapshot])> {
    panoramas_before(earlier, edition).max_by_key(|(former, _)| *former)
}

/// Those editions, the last file of each.
fn brought_before(
    earlier: &[Import],
    edition: EditionId,
) -> impl Iterator<Item = (EditionId, Vec<Snapshot>)> {
    panoramas_before(earlier, edition).map(|(former, rows)| (former, rows.to_vec()))
}

fn panoramas_before(
    earlier: &[Import],
    edition: EditionId,
) -> impl Iterator<Item = (EditionId, &[Snapshot])> {
    let plausible = earlier.iter().filter(|other| other.holds.is_empty());
    plausible.filter(move |other| other.edition < edition).filter_map(|other| {
        let ImportedRows::Panorama(rows) = &other.rows else { return None };
        Some((other.edition, rows.as_slice()))
    })
}
