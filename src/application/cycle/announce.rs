//! The messages of a cycle: what it decided that each receiver of the settings has not yet been sent.

use chrono::{DateTime, NaiveDate, Utc};
use tracing::{info, warn};

use super::deliberation::{Deliberation, deliberate};
use super::judged::{Judged, judge};
use super::messages;
use super::messages::{MessageBasis, Situation};
use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::{Notice, Outgoing};
use crate::domain::operation::cycle::{CycleCounts, ENGINE};
use crate::notify;
use crate::notify::CycleDone;
use crate::support::clock::today;

/// The messages that a ministry would get if a cycle ran now. Writes and sends nothing.
pub async fn preview(
    services: &Services,
    ministry: &str,
    as_of: Option<NaiveDate>,
) -> Result<Vec<Notice>, ApplicationError> {
    services.store.check_whole("what will be said to a ministry")?;
    let now = services.clock.now();
    let as_of = as_of.unwrap_or_else(|| today(now));
    let texts = catalogue::rules_in_force(services).await?.texts.clone();
    let upto = services.store.latest_known().await?;
    let portfolio = view::known_portfolio(services, &upto, as_of).await?;
    let judged = judge(services, texts, portfolio, upto, as_of).await?;
    let last = services.store.last_cycle().await?;
    let deliberation = deliberate(services, &judged, last.as_ref(), now).await?;
    let (basis, situation) = inputs(&judged, &deliberation, now);
    let compose = |occasion: notify::ComposeContext<'_>| {
        let found = occasion.directory.find_ministry(ministry).cloned();
        let found = found.ok_or_else(|| ApplicationError::NoSuchMinistry(ministry.to_owned()))?;
        Ok(notify::preview(occasion, &found)?)
    };
    messages::compose(services, basis, situation, compose).await
}

/// What the messages of a cycle say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::application) enum Telling {
    News,
    /// Receivers that have just been set up are sent everything that is open.
    Announce,
    /// Only the risk team gets a message: the engine changed, not the projects.
    Untold,
}

/// The messages to write with a cycle. Alerts that were open before a channel was set up are taken as
/// known by its receivers; with `Announce` they are sent instead.
pub(in crate::application) async fn outgoing(
    services: &Services,
    judged: &Judged,
    deliberation: &Deliberation,
    (now, telling): (DateTime<Utc>, Telling),
) -> Result<Outgoing, ApplicationError> {
    if notify::lanes(&services.notify).is_empty() {
        return Ok(Outgoing::default());
    }
    let (basis, situation) = inputs(judged, deliberation, now);
    let compose = |occasion: notify::ComposeContext<'_>| {
        if telling == Telling::Untold {
            let occasion = notify::ComposeContext { untold: true, ..occasion };
            let mut outgoing = notify::outgoing(occasion)?;
            let changes = &deliberation.alert_changes;
            outgoing.notices.extend(notify::engine_notice(occasion, ENGINE, changes)?);
            return Ok(outgoing);
        }
        let occasion =
            notify::ComposeContext { announce: telling == Telling::Announce, ..occasion };
        let done = done(judged, deliberation);
        Ok(notify::with_end_of_cycle(notify::outgoing(occasion)?, occasion, done))
    };
    let outgoing = messages::compose(services, basis, situation, compose).await?;
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
            "Nobody receives messages about {about}: it has no known secretary-general, and `mail.dinum` \
             is empty"
        );
    }
    if outgoing.old_news > 0 {
        info!(
            cycle.number = %cycle,
            "{} alerts were open before their receivers were set up and are taken as known; \
             `vigie cycle --announce` would have sent them",
            outgoing.old_news
        );
    }
}

/// What the cycle's messages are composed from.
fn inputs<'a>(
    judged: &'a Judged,
    deliberation: &'a Deliberation,
    now: DateTime<Utc>,
) -> (MessageBasis<'a>, Situation<'a>) {
    let basis = MessageBasis {
        cycle: deliberation.number,
        as_of: judged.inputs.as_of,
        now,
        portfolio: &judged.portfolio,
        stakes: &judged.stakes,
        texts: &judged.texts,
    };
    let situation = Situation {
        alerts: &deliberation.standing,
        missions: &deliberation.known_missions,
        alert_changes: &deliberation.alert_changes,
        mission_changes: &deliberation.mission_changes,
        silence_changes: &deliberation.silence_changes,
    };
    (basis, situation)
}
