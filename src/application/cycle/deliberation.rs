//! What verdicts change in alerts, missions and silences. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::circumstances;
use super::judged::Judged;
use crate::application::{ApplicationError, Services};
use crate::decisions::alerts::Circumstances;
use crate::decisions::{alerts, missions};
use crate::domain::alerts::alert::{Alert, AlertChange};
use crate::domain::alerts::silence::SilenceChange;
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::missions::mission::{Mission, MissionChange};
use crate::domain::operation::cycle::CycleSummary;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::{JudgementRef, Verdicts};
use crate::domain::rules::verdict::Judgement;
use crate::store::MissionFilter;
use crate::support::clock::today;

/// The alerts and missions before the cycle, and what it changes in them.
#[derive(Debug)]
pub(in crate::application) struct Deliberation {
    pub(in crate::application) number: CycleNumber,
    /// The cycle whose alerts this one continues.
    pub(in crate::application) follows: Option<CycleNumber>,
    pub(in crate::application) standing: Vec<Alert>,
    pub(in crate::application) known_missions: Vec<Mission>,
    pub(in crate::application) alert_changes: Vec<AlertChange>,
    pub(in crate::application) mission_changes: Vec<MissionChange>,
    pub(in crate::application) silence_changes: Vec<SilenceChange>,
}

pub(in crate::application) async fn deliberate(
    services: &Services,
    judged: &Judged,
    last: Option<&CycleSummary>,
    now: DateTime<Utc>,
) -> Result<Deliberation, ApplicationError> {
    let number = services.store.next_cycle_number().await?;
    let known = services.store.standing_alerts().await?;
    let known_missions = services.store.missions(&MissionFilter::default()).await?;
    let terms = judged.catalogue.terms();
    let AlertDecisions { standing, changes: alert_changes, circumstances } =
        decide_alerts(services, judged, (known, last), (number, now)).await?;
    let moment = missions::PlanningContext {
        cycle: number,
        as_of: judged.inputs.as_of,
        terms: &terms,
        playbook: &judged.playbook,
    };
    let mission_changes = missions::plan(&known_missions, &alert_changes, moment);
    let silence_changes = alerts::review(
        &services.store.silences().await?,
        alerts::SilenceReview {
            today: today(now),
            now,
            revisions: &judged.catalogue.revisions(),
            circumstances: &circumstances,
        },
    );
    Ok(Deliberation {
        number,
        follows: last.map(|last| last.number),
        standing,
        known_missions,
        alert_changes,
        mission_changes,
        silence_changes,
    })
}

/// What a cycle decides on alerts.
pub(in crate::application) struct AlertDecisions {
    /// The alerts before it, under the ids that projects have now.
    standing: Vec<Alert>,
    pub(in crate::application) changes: Vec<AlertChange>,
    circumstances: Circumstances,
}

/// Decides on the alerts that were known after cycle `last`.
pub(in crate::application) async fn decide_alerts(
    services: &Services,
    judged: &Judged,
    (known, last): (Vec<Alert>, Option<&CycleSummary>),
    (cycle, now): (CycleNumber, DateTime<Utc>),
) -> Result<AlertDecisions, ApplicationError> {
    let terms = judged.catalogue.terms();
    let circumstances = circumstances::gather(services, judged, last).await?;
    let standing = alerts::follow(known, &circumstances, now);
    let changes = alerts::reconcile(
        &standing,
        &relevant_verdicts(&judged.verdicts, &standing.alerts),
        alerts::EvaluationContext {
            cycle,
            as_of: judged.inputs.as_of,
            now,
            terms: &terms,
            circumstances: &circumstances,
            edition: judged.inputs.edition,
            figures: &judged.watched,
            label: &|name| judged.catalogue.dictionary().label(name),
        },
    );
    Ok(AlertDecisions { standing: standing.alerts, changes, circumstances })
}

/// The verdicts that may change an alert: those that fired, and those on subjects of known alerts.
fn relevant_verdicts(verdicts: &Verdicts, known: &[Alert]) -> Vec<Judgement> {
    let mut subjects: BTreeMap<&RuleId, Vec<&Subject>> = BTreeMap::new();
    for alert in known {
        subjects.entry(&alert.rule).or_default().push(&alert.subject);
    }
    let mut relevant_verdicts = Vec::new();
    for rule in verdicts.rules() {
        let alerts = subjects.get(rule.rule()).into_iter().flatten();
        let alerts = alerts.filter_map(|subject| rule.place(subject));
        let fired = rule.codes().iter().enumerate();
        let fired = fired.filter(|(_, code)| code.has_fired()).map(|(place, _)| place);
        let places: BTreeSet<usize> = alerts.chain(fired).collect();
        let judgements = places.into_iter().filter_map(|place| rule.at(place));
        relevant_verdicts.extend(judgements.map(JudgementRef::to_judgement));
    }
    relevant_verdicts
}
