//! What a cycle says: what it decided, less what was told, for each receiver that the settings name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;
use tracing::info;
use tracing::warn;

use super::CycleError;
use super::Parts;
use super::catalogue;
use super::people;
use super::run::Deliberation;
use super::run::Judged;
use super::run::deliberate;
use super::run::judge;
use super::view;
use crate::domain::alert::Alert;
use crate::domain::cycle::CycleCounts;
use crate::domain::ids::AlertId;
use crate::domain::ids::CycleNumber;
use crate::domain::import::Dataset;
use crate::domain::notice::LaneState;
use crate::domain::notice::Memory;
use crate::domain::notice::Notice;
use crate::domain::notice::Outgoing;
use crate::domain::notice::Receiver;
use crate::domain::subject::Subject;
use crate::notify;
use crate::notify::CycleDone;
use crate::notify::Directory;
use crate::notify::Facts;
use crate::notify::Terms;

/// What was told before, and what is not to be told.
#[derive(Debug, Default)]
struct Past {
    told: BTreeMap<(Receiver, Subject), Memory>,
    lanes: Vec<LaneState>,
    quiet: BTreeSet<AlertId>,
    last_imports: BTreeMap<Dataset, DateTime<Utc>>,
}

/// The next messages of a ministry, as if a cycle ran now: nothing is written, nothing is sent.
pub async fn preview(
    parts: &Parts,
    ministry: &str,
    as_of: Option<NaiveDate>,
) -> Result<Vec<Notice>, CycleError> {
    parts.store.check_whole("what will be said to a ministry")?;
    let now = parts.clock.now();
    let as_of = as_of.unwrap_or_else(|| view::today(now));
    let texts = catalogue::read_rules(parts).await?;
    let upto = parts.store.latest_known().await?;
    let portfolio = view::known_portfolio(parts, &upto, as_of).await?;
    let judged = judge(parts, texts, portfolio, upto, as_of).await?;
    let last = parts.store.last_cycle().await?;
    let deliberation = deliberate(parts, &judged, last.as_ref(), now).await?;
    let past = past(parts, &deliberation, now).await?;
    with_occasion(parts, (&judged, &deliberation, &past), now, |occasion| {
        let found = occasion.directory.find_ministry(ministry).cloned();
        let found = found.ok_or_else(|| CycleError::NoSuchMinistry(ministry.to_owned()))?;
        Ok(notify::preview(occasion, &found)?)
    })
}

/// `announce` tells what stands in a lane that has just opened, where it would be taken as known.
pub(super) async fn outgoing(
    parts: &Parts,
    judged: &Judged,
    deliberation: &Deliberation,
    (now, announce): (DateTime<Utc>, bool),
) -> Result<Outgoing, CycleError> {
    if notify::lanes(&parts.notify).is_empty() {
        return Ok(Outgoing::default());
    }
    let past = past(parts, deliberation, now).await?;
    let outgoing = with_occasion(parts, (judged, deliberation, &past), now, |occasion| {
        let occasion = notify::Occasion { announce, ..occasion };
        Ok(notify::with_end_of_cycle(
            notify::outgoing(occasion)?,
            occasion,
            done(judged, deliberation),
        ))
    })?;
    report(&outgoing, deliberation.number);
    Ok(outgoing)
}

fn done<'a>(judged: &'a Judged, deliberation: &Deliberation) -> CycleDone<'a> {
    CycleDone {
        number: deliberation.number,
        inputs: &judged.inputs,
        counts: CycleCounts::of(&judged.verdicts),
        alert_changes: deliberation.alert_changes.len(),
        mission_changes: deliberation.mission_changes.len(),
        rule_faults: judged.faults.len(),
    }
}

fn report(outgoing: &Outgoing, cycle: CycleNumber) {
    for about in &outgoing.unheard {
        warn!(
            cycle.number = %cycle,
            "Nobody is told of {about}: no secretary-general is known there, and `mail.dinum` is empty"
        );
    }
    if outgoing.old_news > 0 {
        info!(
            cycle.number = %cycle,
            "{} alerts stood before their receivers were set up and are taken as known; \
             `vigie cycle --announce` would have told them",
            outgoing.old_news
        );
    }
}

async fn past(
    parts: &Parts,
    deliberation: &Deliberation,
    now: DateTime<Utc>,
) -> Result<Past, CycleError> {
    // As the cycle leaves them, where it changes them.
    let standing: BTreeMap<&AlertId, &Alert> = deliberation
        .standing
        .iter()
        .chain(deliberation.alert_changes.iter().map(|change| &change.alert))
        .map(|alert| (&alert.id, alert))
        .collect();
    let standing: Vec<&Alert> = standing.into_values().collect();
    let quiet = people::quiet(parts, &standing, &deliberation.silence_changes, now).await?;
    Ok(Past {
        told: parts.store.notification_memory().await?,
        lanes: parts.store.lanes().await?,
        quiet,
        last_imports: parts.store.last_imports(now).await?,
    })
}

fn with_occasion<T>(
    parts: &Parts,
    (judged, deliberation, past): (&Judged, &Deliberation, &Past),
    now: DateTime<Utc>,
    then: impl FnOnce(notify::Occasion<'_>) -> Result<T, CycleError>,
) -> Result<T, CycleError> {
    let as_of = judged.inputs.as_of;
    let terms = Terms::parse(judged.texts.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&judged.portfolio, &judged.catalogue.terms(), as_of);
    let mut facts = Facts {
        alerts: deliberation.standing.iter().map(|alert| (&alert.id, alert)).collect(),
        changes: BTreeMap::new(),
        missions: deliberation.known_missions.iter().map(|one| (&one.id, one)).collect(),
        quiet: &past.quiet,
        stale: notify::stale(&past.last_imports, &terms, now),
    };
    for change in &deliberation.alert_changes {
        facts.alerts.insert(&change.alert.id, &change.alert);
        facts.changes.insert(&change.alert.id, change);
    }
    for change in &deliberation.mission_changes {
        facts.missions.insert(&change.mission.id, &change.mission);
    }
    let alerts: Vec<&Alert> = facts.alerts.values().copied().collect();
    let today = view::today(now);
    let silences = notify::silence_news(&deliberation.silence_changes, &alerts, &directory, today);
    then(notify::Occasion {
        cycle: deliberation.number,
        as_of,
        now,
        facts: &facts,
        directory: &directory,
        terms: &terms,
        settings: &parts.notify,
        told: &past.told,
        lanes: &past.lanes,
        silences: &silences,
        announce: false,
        correction: None,
    })
}
