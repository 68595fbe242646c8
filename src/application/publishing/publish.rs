//! Puts drafts of rules in force, and rolls back what was put in force.

use std::collections::BTreeMap;

use serde_json::json;
use tracing::{error, info};

use super::catalogue::CatalogueSource;
use super::draft_bounds::{refusal, require_reason};
use super::drafts::proved;
use super::trial::Trial;
use super::{catalogue, lost_fields};
use crate::application::actions::webhook_events::notices_of;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::{DraftNumber, PublicationNumber, RuleId, VersionNumber};
use crate::domain::messages::notice::Notice;
use crate::domain::rules::draft::{Draft, DraftStep};
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::domain::rules::overlay::{Publication, PublishedFile, RulePath, in_force};
use crate::notify::{DomainEvent, RuleRevisionChange};
use crate::rules;
use crate::rules::OverBudget;
use crate::store::StoreError;
use crate::support::fingerprint::Fingerprint;

/// Most characters of a rule's title in a notice.
const LONGEST_TITLE: usize = 200;

/// Puts a draft in force, unless the person acting took part in writing it or a case fails. A
/// refusal is recorded in the audit trail.
pub async fn publish(
    services: &Services,
    trial: &Trial,
    (number, seen): (DraftNumber, Option<i64>),
    act: &ActionContext,
) -> Result<Publication, ApplicationError> {
    require_reason(act)?;
    let draft = services.store.draft(number).await?;
    let published =
        match draft.allows(DraftStep::Published, &services.store.names_of(&act.actor).await?) {
            Ok(()) => publish_proved(services, trial, (&draft, seen), act).await,
            Err(refusal) => Err(StoreError::from(refusal).into()),
        };
    let subject = format!("draft/{number}");
    record_refusal(services, ("rule_publication_refused", &subject), act, published).await
}

/// Why a person may not publish a draft, whatever its cases give; `None` if they may.
///
/// # Errors
/// When the caller does not see the whole State, or the store cannot be read.
pub async fn publication_bar(
    services: &Services,
    number: DraftNumber,
    person: &Actor,
) -> Result<Option<DraftRefusal>, ApplicationError> {
    let draft = services.store.draft(number).await?;
    let names = services.store.names_of(person).await?;
    Ok(draft.allows(DraftStep::Published, &names).err())
}

async fn publish_proved(
    services: &Services,
    trial: &Trial,
    (draft, seen): (&Draft, Option<i64>),
    act: &ActionContext,
) -> Result<Publication, ApplicationError> {
    let source = catalogue::source_of(services).await?;
    let of_draft = catalogue::texts_of(services, draft).await?;
    let texts = source.with(of_draft);
    lost_fields::refuse(services, &source.texts(), &texts).await?;
    holds(services, trial, texts.clone()).await?;
    let mut versions = Vec::new();
    for file in draft.files() {
        let in_force = source.overlay.overrides.get(&file.path).map(|laid| &laid.version);
        if file.changes(in_force) {
            let number = services.store.rule_versions(Some(&file.path)).await?.len();
            let number = VersionNumber(i64::try_from(number).unwrap_or(i64::MAX).saturating_add(1));
            versions.push((&file.path, Some(number)));
        }
    }
    let notices = rule_notices(services, Turn::Published, &versions, &texts, act).await?;
    let revision = seen.unwrap_or(draft.revision());
    let upto = source.overlay.upto;
    let about = (draft.number, revision);
    let publication = services.store.publish_draft(about, upto, act, &notices).await?;
    info!(draft.number = %draft.number, "Draft {} of the rules was published", draft.number);
    Ok(publication)
}

/// What to put back in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollBack {
    /// The versions in force before the last publication, for all its files.
    Former,
    /// The version that ships with this release.
    Shipped,
}

/// Rolls back the rule or file called `name`, with the same checks as a publication. `seen` is the
/// last publication that the person saw: a later one makes this a conflict.
pub async fn roll_back(
    services: &Services,
    trial: &Trial,
    name: &str,
    (to, seen): (RollBack, Option<PublicationNumber>),
    act: &ActionContext,
) -> Result<Publication, ApplicationError> {
    require_reason(act)?;
    let source = catalogue::source_of(services).await?;
    if seen.is_some_and(|seen| seen != source.overlay.upto) {
        return Err(refusal(DraftRefusal::ForceMoved));
    }
    let called = source.files_named(name)?;
    let overridden: Vec<RulePath> =
        called.iter().filter(|path| source.overlay.version_of(path).is_some()).cloned().collect();
    let Some(first) = overridden.first() else {
        let path = called.into_iter().next_back();
        let path = path.unwrap_or_else(|| RulePath::from_stored(name.to_owned()));
        return Err(refusal(DraftRefusal::NotOverridden { path }));
    };
    let files = match to {
        RollBack::Shipped => source.overlay.reverting(&overridden),
        RollBack::Former => {
            // The rule's own text decides which publication is undone; its cases follow.
            let lead = overridden.iter().find(|path| path.rule().is_some()).unwrap_or(first);
            let publications = services.store.publications().await?;
            source.overlay.undoing(lead, &publications).map_err(StoreError::from)?
        }
    };
    refuse_orphaned_alerts(services, &source, &files).await?;
    let rolled_back = roll_back_proved(services, trial, (&source, files), act).await;
    let subject = format!("rules/{first}");
    record_refusal(services, ("rule_roll_back_refused", &subject), act, rolled_back).await
}

async fn roll_back_proved(
    services: &Services,
    trial: &Trial,
    (source, files): (&CatalogueSource, Vec<PublishedFile>),
    act: &ActionContext,
) -> Result<Publication, ApplicationError> {
    let texts = texts_after(services, source, &files).await?;
    lost_fields::refuse(services, &source.texts(), &texts).await?;
    holds(services, trial, texts.clone()).await?;
    let versions: Vec<_> = files.iter().map(|file| (&file.path, file.version)).collect();
    let notices = rule_notices(services, Turn::RolledBack, &versions, &texts, act).await?;
    Ok(services.store.roll_back_rules(files, source.overlay.upto, act, &notices).await?)
}

#[derive(Clone, Copy)]
enum Turn {
    Published,
    RolledBack,
}

/// Notices about each file that comes into force, for webhooks.
async fn rule_notices(
    services: &Services,
    turn: Turn,
    versions: &[(&RulePath, Option<VersionNumber>)],
    texts: &BTreeMap<String, String>,
    act: &ActionContext,
) -> Result<Vec<Notice>, ApplicationError> {
    let mut notices = Vec::new();
    let titles = rules::titles(texts);
    for (path, version) in versions {
        let title = path.rule().and_then(|rule| titles.get(&RuleId::new(rule)));
        let title: Option<String> = title.map(|title| title.chars().take(LONGEST_TITLE).collect());
        let text = texts.get(path.as_str());
        let revision = text.map(|text| Fingerprint::of(text.as_bytes()));
        let of_file = RuleRevisionChange {
            path,
            title: title.as_deref(),
            version: *version,
            revision: revision.as_ref(),
            by: &act.actor,
            reason: &act.reason,
        };
        let occurrence = match turn {
            Turn::Published => DomainEvent::RulePublished(of_file),
            Turn::RolledBack => DomainEvent::RuleRolledBack(of_file),
        };
        notices.extend(notices_of(services, occurrence).await?);
    }
    Ok(notices)
}

async fn texts_after(
    services: &Services,
    source: &CatalogueSource,
    files: &[PublishedFile],
) -> Result<BTreeMap<String, String>, ApplicationError> {
    let mut texts = source.texts();
    for file in files {
        let path = file.path.as_str();
        let text = match file.version {
            None => source.shipped.get(path).cloned(),
            Some(number) => {
                let versions = services.store.rule_versions(Some(&file.path)).await?;
                let found = versions.into_iter().find(|version| version.number == number);
                let wanted = found
                    .iter()
                    .flat_map(|version| std::iter::once(&version.sha256).chain(&version.shipped));
                let wanted: Vec<_> = wanted.collect();
                let mut held = services.store.rule_texts(&wanted).await?;
                let text = found.as_ref().and_then(|version| held.get(&version.sha256).cloned());
                let base = found.and_then(|version| held.remove(&version.shipped?));
                let shipped = source.shipped(&file.path);
                let shipped = shipped.as_deref();
                text.map(|text| in_force(&file.path, shipped, (base.as_deref(), &text)))
            }
        };
        match text {
            Some(text) => drop(texts.insert(path.to_owned(), text)),
            None => drop(texts.remove(path)),
        }
    }
    Ok(texts)
}

/// Refuses to remove a rule that still has alerts: nothing would ever resolve them.
async fn refuse_orphaned_alerts(
    services: &Services,
    source: &CatalogueSource,
    files: &[PublishedFile],
) -> Result<(), ApplicationError> {
    let goes_away =
        |file: &&PublishedFile| file.version.is_none() && source.shipped(&file.path).is_none();
    for rule in files.iter().filter(goes_away).filter_map(|file| file.path.rule()) {
        let standing = services.store.standing_alerts().await?;
        let of_rule = standing
            .iter()
            .filter(|alert| alert.rule.as_str() == rule && alert.state != AlertState::Resolved);
        let alerts = of_rule.count();
        if alerts > 0 {
            return Err(refusal(DraftRefusal::WouldOrphan { rule: rule.to_owned(), alerts }));
        }
    }
    Ok(())
}

async fn holds(
    services: &Services,
    trial: &Trial,
    texts: BTreeMap<String, String>,
) -> Result<(), ApplicationError> {
    let proof = proved(services, trial, texts).await?;
    if proof.holds() { Ok(()) } else { Err(ApplicationError::Unproved { proof: Box::new(proof) }) }
}

/// Refuses a publication from the command line, where rules are put in force over HTTP only, and
/// records the refusal.
pub async fn refuse_local_publication(
    services: &Services,
    about: (&'static str, &str),
    act: &ActionContext,
) -> Result<Publication, ApplicationError> {
    record_refusal(services, about, act, Err(refusal(DraftRefusal::OverHttpOnly))).await
}

/// Records a refusal in the audit trail and returns it. If it cannot be recorded, it is still
/// returned.
async fn record_refusal(
    services: &Services,
    about: (&'static str, &str),
    act: &ActionContext,
    outcome: Result<Publication, ApplicationError>,
) -> Result<Publication, ApplicationError> {
    if let Err(error) = &outcome
        && is_refusal(error)
    {
        let (action, subject) = about;
        let refused = json!({ "refused": error.to_string() });
        let deed = act.deed(action, subject).became(&refused);
        if let Err(fault) = services.store.record_refusals(&[(act.at, deed)]).await {
            let cause: &dyn std::error::Error = &fault;
            error!(error = cause, "A refusal to publish cannot be written");
        }
    }
    outcome
}

fn is_refusal(error: &ApplicationError) -> bool {
    matches!(
        error,
        ApplicationError::Unproved { .. }
            | ApplicationError::OverBudget(
                OverBudget::Cases { .. } | OverBudget::Time { .. } | OverBudget::Memory { .. }
            )
            | ApplicationError::Store(StoreError::Draft(_) | StoreError::DraftMoved(_))
    )
}
