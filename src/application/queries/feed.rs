//! The feed of what happened, in French sentences: one entry for each thing, newest first.

use chrono::{DateTime, Utc};

use super::names;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::{AlertChange, AlertChangeKind};
use crate::domain::missions::mission::{MissionChange, MissionChangeKind};
use crate::notify::Directory;
use crate::store::{FeedContent, FeedCursor, FeedItem, FeedItems, FeedQuery, ImportSummary};
use crate::support::french;

#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    pub entries: Vec<FeedEntry>,
    /// The place after which there may be more entries.
    pub more_after: Option<FeedCursor>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FeedEntry {
    /// A name that never changes and is unique in this database:
    /// `cycle/3/alert/1f2e3d4c5b6a/raised`.
    pub name: String,
    /// The kind of event under the name that webhooks use, such as `alert.opened`.
    pub kind: &'static str,
    pub at: DateTime<Utc>,
    /// In French.
    pub title: String,
    pub text: String,
    /// Path in the API of the resource it is about: `/api/v1/alerts/1f2e3d4c5b6a`.
    pub path: String,
    pub place: FeedCursor,
}

pub async fn feed(services: &Services, stretch: &FeedQuery) -> Result<Feed, ApplicationError> {
    let FeedItems { found, more_after } = services.store.happenings(stretch).await?;
    let directory = names::directory(services).await?;
    let entries = found.into_iter().map(|one| FeedEntry::of(one, &directory)).collect();
    Ok(Feed { entries, more_after })
}

impl FeedEntry {
    fn of(FeedItem { place, what }: FeedItem, directory: &Directory) -> Self {
        let at = place.at.0;
        let (name, kind, title, text, path) = match what {
            FeedContent::Cycle { number, as_of, edition } => (
                format!("cycle/{number}"),
                "run.finished",
                format!("Évaluation du {}", french::date(as_of)),
                format!("Sur l’édition de {}.", french::month_and_year(edition.as_of())),
                format!("cycles/{number}"),
            ),
            FeedContent::Voided { number, as_of, void } => (
                format!("cycle/{number}/void"),
                "run.voided",
                format!("Évaluation du {} annulée", french::date(as_of)),
                void.reason,
                format!("cycles/{number}"),
            ),
            FeedContent::Alert { cycle, change } => (
                format!("cycle/{cycle}/alert/{}", place.name),
                alert_event(change.kind),
                alert_title(&change, directory),
                alert_text(&change),
                format!("alerts/{}", change.alert.id),
            ),
            FeedContent::Mission(change) => (
                format!("mission/{}", place.name),
                mission_event(change.kind),
                mission_title(&change, directory),
                change.reason,
                format!("missions/{}", change.mission.id),
            ),
            FeedContent::Import(import) => (
                format!("import/{}", import.number),
                "dataset.imported",
                format!("Données reçues : {}", import.dataset.label()),
                import_text(&import),
                "imports".to_owned(),
            ),
        };
        Self { name, kind, at, title, text, path: format!("/api/v1/{path}"), place }
    }
}

fn import_text(import: &ImportSummary) -> String {
    let rows = i64::try_from(import.rows_kept).unwrap_or(i64::MAX);
    let word = if rows < 2 { "ligne retenue" } else { "lignes retenues" };
    let edition = french::month_and_year(import.edition.as_of());
    format!("Édition de {edition} : {} {word}.", french::integer(rows))
}

fn alert_event(kind: AlertChangeKind) -> &'static str {
    match kind {
        AlertChangeKind::Raised
        | AlertChangeKind::Reopened
        | AlertChangeKind::Released
        | AlertChangeKind::Woken => "alert.opened",
        AlertChangeKind::Dormant => "alert.dormant",
        AlertChangeKind::NewFact => "alert.new_fact",
        AlertChangeKind::Resolved
        | AlertChangeKind::Retired
        | AlertChangeKind::Dropped
        | AlertChangeKind::Moved => "alert.resolved",
        AlertChangeKind::Pending
        | AlertChangeKind::Worsened
        | AlertChangeKind::Eased
        | AlertChangeKind::Persisted
        | AlertChangeKind::Hidden
        | AlertChangeKind::Voided => "alert.updated",
    }
}

/// For example `PORTALIS : alerte aggravée, Dérive budgétaire (Critique)`.
fn alert_title(change: &AlertChange, directory: &Directory) -> String {
    let alert = &change.alert;
    let (whom, rule) = (directory.name(&alert.subject), directory.rule_title(&alert.rule));
    let how = change.kind.label();
    match alert_event(change.kind) {
        "alert.resolved" | "alert.dormant" => format!("{whom} : alerte {how}, {rule}"),
        _ => format!("{whom} : alerte {how}, {rule} ({})", alert.level.label()),
    }
}

fn alert_text(change: &AlertChange) -> String {
    let explanation = change.alert.explanation.as_deref().unwrap_or_default();
    let is_over = alert_event(change.kind) == "alert.resolved";
    let said = [if is_over { "" } else { explanation }, change.reason.as_str()];
    said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

fn mission_event(kind: MissionChangeKind) -> &'static str {
    match kind {
        MissionChangeKind::Proposed => "mission.proposed",
        MissionChangeKind::Opened | MissionChangeKind::Accepted => "mission.opened",
        MissionChangeKind::Declined => "mission.declined",
        MissionChangeKind::Withdrawn | MissionChangeKind::Merged => "mission.withdrawn",
        MissionChangeKind::Closed => "mission.closed",
        MissionChangeKind::Gathered
        | MissionChangeKind::Started
        | MissionChangeKind::MilestoneAdded
        | MissionChangeKind::MilestoneDone
        | MissionChangeKind::Noted
        | MissionChangeKind::VendorReplied
        | MissionChangeKind::VendorNamed
        | MissionChangeKind::Restored => "mission.updated",
    }
}

/// For example `PORTALIS : mission ouverte d’office, Mission de sécurisation`.
fn mission_title(change: &MissionChange, directory: &Directory) -> String {
    let whom = directory.name(&change.mission.subject);
    format!("{whom} : mission {}, {}", change.kind.label(), change.mission.kind.label())
}
