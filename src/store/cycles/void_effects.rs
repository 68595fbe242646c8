//! What the last cycle did, read back: how alerts, missions, silences and messages stood before it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::{Alert, AlertChange};
use crate::domain::alerts::handling::Acknowledgement;
use crate::domain::alerts::silence::{Silence, SilenceChangeKind, SilenceEnd};
use crate::domain::alerts::undo::{AlertEffect, MissionEffect};
use crate::domain::ids::{AlertId, CycleNumber, MissionId, NoticeId, SilenceNumber};
use crate::domain::messages::notice::{NotifiedState, Receiver};
use crate::domain::missions::mission::{Mission, MissionChange};
use crate::domain::portfolio::subject::Subject;
use crate::store::alerts::{alert_records, silences};
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::queries::{query_as, query_scalar};
use crate::store::db::sql_types::{Json, Timestamp};
use crate::store::db::visibility::Visible;
use crate::store::missions::mission_records;
use crate::store::missions::mission_records::MissionFilter;
use crate::store::outbox::notification_memory;

/// Notices that cycle `$1` decided, those of what is said until the next one included, and the reminders
/// of what they notified.
pub(in crate::store) const OF_CYCLE: &str = "(cycle = $1 or (cycle is null and exists (
    select 1 from notices former where former.cycle = $1
       and replace(notices.follows, '\"' || former.id || '\"', '') <> notices.follows)))";

/// What the last cycle did, and how things stood before it.
#[derive(Clone, Debug)]
pub struct CycleEffects {
    pub alerts: Vec<AlertEffect>,
    pub missions: Vec<MissionEffect>,
    /// Silences that it announced or ended, as they were before.
    pub silences: Vec<Silence>,
    /// Those to whom a notice of it was delivered, or may be on its way.
    pub notified: BTreeSet<Receiver>,
    /// What each receiver was notified of, once what never left is forgotten; `None` when it was nothing.
    pub memory: BTreeMap<(Receiver, Subject), Option<NotifiedState>>,
    /// Acknowledgements that lapsed because of it.
    pub(in crate::store) lapsed: BTreeMap<AlertId, Acknowledgement>,
    pub(in crate::store) witness: Witness,
}

/// What moves whenever somebody acts or a message leaves: two that are equal, nothing was done between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct Witness {
    audit: i64,
    notices: i64,
    delivered: i64,
    on_their_way: i64,
}

pub(in crate::store) async fn witness(
    connection: &mut Connection,
    number: CycleNumber,
    now: DateTime<Utc>,
) -> Result<Witness, StoreError> {
    let (audit, notices): (i64, i64) = query_as(
        "select (select coalesce(max(number), 0) from audit),
                (select coalesce(max(position), 0) from notices)",
    )
    .one(&mut *connection, "what was done since")
    .await?;
    let (delivered, on_their_way): (i64, i64) = query_as(sqlx::AssertSqlSafe(format!(
        "select count(case when state = 'delivered' then 1 end),
                count(case when state = 'waiting' and leased_until > $2 then 1 end)
         from notices where {OF_CYCLE}"
    )))
    .bind(number)
    .bind(Timestamp(now))
    .one(connection, "notices")
    .await?;
    Ok(Witness { audit, notices, delivered, on_their_way })
}

pub(in crate::store) async fn read(
    connection: &mut Connection,
    number: CycleNumber,
    now: DateTime<Utc>,
) -> Result<CycleEffects, StoreError> {
    let witness = witness(connection, number, now).await?;
    let missions = mission_effects(connection, number).await?;
    let kept_by_missions = missions.iter().filter(|one| one.acted_on);
    let kept_by_missions: BTreeSet<AlertId> =
        kept_by_missions.flat_map(|one| one.now.alerts.iter().cloned()).collect();
    let (notified, memory) = messages(connection, number, now).await?;
    Ok(CycleEffects {
        alerts: alert_effects(connection, number, &kept_by_missions).await?,
        missions,
        silences: former_silences(connection, number).await?,
        notified,
        memory,
        lapsed: lapsed(connection, number).await?,
        witness,
    })
}

async fn alert_effects(
    connection: &mut Connection,
    number: CycleNumber,
    kept_by_missions: &BTreeSet<AlertId>,
) -> Result<Vec<AlertEffect>, StoreError> {
    let now: Vec<Alert> = query_as(
        "select * from alerts where id in (select alert from alert_changes where cycle = $1)
         order by rule, subject",
    )
    .bind(number)
    .all(&mut *connection, "alerts")
    .await?;
    let changes: Vec<(AlertId, Json<AlertChange>)> = query_as(
        "select alert, body from (
             select alert, body,
                    row_number() over (partition by alert order by cycle desc, position desc) as age
             from alert_changes
             where cycle < $1 and alert in (select alert from alert_changes where cycle = $1)) as changes
         where age = 1",
    )
    .bind(number)
    .all(&mut *connection, "alert changes")
    .await?;
    let mut before: BTreeMap<AlertId, Alert> =
        changes.into_iter().map(|(alert, Json(change))| (alert, change.alert)).collect();
    let acted_on: Vec<AlertId> = query_scalar(
        "select distinct alert from alert_acts
         where after_cycle >= $1
           and kind in ('acknowledged', 'assigned', 'commented', 'disputed', 'dispute_upheld',
                        'dispute_rejected')",
    )
    .bind(number)
    .all(&mut *connection, "acts on alerts")
    .await?;
    let acted_on: BTreeSet<AlertId> = acted_on.into_iter().collect();
    let mut effects: Vec<AlertEffect> = now
        .into_iter()
        .map(|now| AlertEffect {
            before: before.remove(&now.id),
            acted_on: acted_on.contains(&now.id) || kept_by_missions.contains(&now.id),
            now,
        })
        .collect();
    let alerts = effects.iter_mut().flat_map(|one| [Some(&mut one.now), one.before.as_mut()]);
    let alerts: Vec<&mut Alert> = alerts.flatten().collect();
    alert_records::with_findings(connection, alerts).await?;
    Ok(effects)
}

async fn mission_effects(
    connection: &mut Connection,
    number: CycleNumber,
) -> Result<Vec<MissionEffect>, StoreError> {
    let touched: Vec<(MissionId, i64, i64)> = query_as(
        "select mission, min(number), max(number) from mission_changes where cycle = $1
         group by mission",
    )
    .bind(number)
    .all(&mut *connection, "mission changes")
    .await?;
    let touched: BTreeMap<MissionId, (i64, i64)> =
        touched.into_iter().map(|(mission, first, last)| (mission, (first, last))).collect();
    if touched.is_empty() {
        return Ok(vec![]);
    }
    let all =
        mission_records::select(connection, &Visible::All, &MissionFilter::default(), None).await?;
    let mut effects = Vec::with_capacity(touched.len());
    for now in all {
        let Some((first, last)) = touched.get(&now.id) else { continue };
        let former: Option<Json<MissionChange>> = query_scalar(
            "select body from mission_changes where mission = $1 and number < $2
             order by number desc limit 1",
        )
        .bind(&now.id)
        .bind(first)
        .optional(&mut *connection, "mission changes")
        .await?;
        let since: i64 = query_scalar(
            // Of people: neither of a later cycle, which is void, nor of what undid it.
            "select count(*) from mission_changes
             where mission = $1 and number > $2 and cycle is null
               and kind not in ('restored', 'withdrawn')",
        )
        .bind(&now.id)
        .bind(last)
        .one(&mut *connection, "mission changes")
        .await?;
        let before: Option<Mission> = former.map(|Json(change)| change.mission);
        effects.push(MissionEffect { now, before, acted_on: since > 0 });
    }
    Ok(effects)
}

/// What follows from links and from the catalogue holds without the cycle, and stays.
async fn former_silences(
    connection: &mut Connection,
    number: CycleNumber,
) -> Result<Vec<Silence>, StoreError> {
    let rows: Vec<(SilenceNumber, SilenceChangeKind, Timestamp)> = query_as(
        "select silence, kind, started_at from silence_changes join cycles on number = cycle
         where cycle = $1",
    )
    .bind(number)
    .all(&mut *connection, "changes of silences")
    .await?;
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let mut former = Vec::new();
    for mut silence in silences::select(connection, None).await? {
        let mut is_changed = false;
        for (_, kind, Timestamp(at)) in rows.iter().filter(|(found, ..)| *found == silence.number) {
            let by_it = |end: &SilenceEnd| end.by == Actor::vigie() && end.at == *at;
            if *kind == SilenceChangeKind::Expired && silence.ended.as_ref().is_some_and(by_it) {
                silence.ended = None;
                is_changed = true;
            }
            if *kind == SilenceChangeKind::Announced && silence.announced_at == Some(*at) {
                silence.announced_at = None;
                is_changed = true;
            }
        }
        former.extend(is_changed.then_some(silence));
    }
    Ok(former)
}

/// The last acknowledgement of each alert of which the cycle said that it no longer holds.
async fn lapsed(
    connection: &mut Connection,
    number: CycleNumber,
) -> Result<BTreeMap<AlertId, Acknowledgement>, StoreError> {
    let rows: Vec<(AlertId, Actor, Timestamp)> = query_as(
        "select lapse.alert, acknowledged.actor, acknowledged.at
         from alert_acts lapse join cycles on cycles.number = $1 and lapse.at = cycles.started_at
         join alert_acts acknowledged on acknowledged.alert = lapse.alert
              and acknowledged.kind = 'acknowledged' and acknowledged.number < lapse.number
         where lapse.kind = 'lapsed' and lapse.after_cycle = $1
         order by acknowledged.number",
    )
    .bind(number)
    .all(connection, "acts on alerts")
    .await?;
    let acknowledgement = |(alert, by, Timestamp(at))| (alert, Acknowledgement { by, at });
    Ok(rows.into_iter().map(acknowledgement).collect())
}

type Memories = BTreeMap<(Receiver, Subject), Option<NotifiedState>>;

/// Receivers that were notified of the cycle, and what the others had been notified of before it.
async fn messages(
    connection: &mut Connection,
    number: CycleNumber,
    now: DateTime<Utc>,
) -> Result<(BTreeSet<Receiver>, Memories), StoreError> {
    let rows: Vec<(NoticeId, Receiver, bool)> = query_as(sqlx::AssertSqlSafe(format!(
        "select id, receiver, state = 'delivered'
                              or (state = 'waiting' and coalesce(leased_until > $2, false))
         from notices where {OF_CYCLE}"
    )))
    .bind(number)
    .bind(Timestamp(now))
    .all(&mut *connection, "notices")
    .await?;
    let (mut ids, mut notified) = (BTreeSet::new(), BTreeSet::new());
    for (id, receiver, was_notified) in rows {
        ids.insert(id);
        if was_notified {
            notified.insert(receiver);
        }
    }
    let escalated: i64 = query_scalar(
        "select count(*) from reminders join notices on notices.id = reminders.told
         where notices.cycle = $1 and escalated_on is not null",
    )
    .bind(number)
    .one(&mut *connection, "reminders")
    .await?;
    if escalated > 0 {
        notified.insert(Receiver::Director);
    }
    let before = notification_memory::before(connection, number).await?;
    let mut memory: Memories = BTreeMap::new();
    for ((receiver, about), memory_now) in notification_memory::all(connection).await? {
        if notified.contains(&receiver) {
            continue;
        }
        let key = (receiver, about);
        let former = match before.get(&key) {
            Some(former) => former.clone(),
            // For a cycle committed before this was recorded, what its notices say is forgotten.
            None => Some(without(&memory_now, &ids)),
        };
        if former.as_ref() != Some(&memory_now) {
            memory.insert(key, former);
        }
    }
    // What the cycle said the last of, so that nothing is remembered any more.
    for (key, former) in before {
        if !notified.contains(&key.0) && former.is_some() {
            memory.entry(key).or_insert(former);
        }
    }
    Ok((notified, memory))
}

fn without(memory: &NotifiedState, notices: &BTreeSet<NoticeId>) -> NotifiedState {
    let mut memory = memory.clone();
    memory
        .alerts
        .retain(|_, notified| notified.notice.as_ref().is_none_or(|id| !notices.contains(id)));
    memory.last = memory.last.filter(|id| !notices.contains(id));
    memory
}
