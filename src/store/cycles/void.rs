//! A cycle made void: marked, and what it did undone, in one transaction.

use std::collections::BTreeSet;

use serde_json::json;

use super::void_effects;
use super::void_effects::CycleEffects;
use crate::domain::accounts::audit::{ActionContext, Actor};
use crate::domain::alerts::alert::AlertChange;
use crate::domain::alerts::handling::{AlertActKind, Handling};
use crate::domain::alerts::silence::Silence;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{Outgoing, Receiver, ReceiverMemory};
use crate::domain::missions::mission::MissionChange;
use crate::store::alerts::{alert_records, handling, silences};
use crate::store::audit::{audit_records, audit_trail};
use crate::store::db::connections::end;
use crate::store::db::engine::connection::Connection;
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::queries::{query, query_as, query_scalar};
use crate::store::db::sql_types::Timestamp;
use crate::store::missions::mission_records;
use crate::store::outbox::{notification_memory, outgoing};

/// What undoes a cycle.
#[derive(Clone, Debug)]
pub struct CycleUndo {
    pub effects: CycleEffects,
    pub alert_changes: Vec<AlertChange>,
    pub mission_changes: Vec<MissionChange>,
    /// What receivers that were notified of the cycle are sent now.
    pub outgoing: Outgoing,
}

impl Store {
    /// Reads what a cycle did. The cycle must be the last one that is not void: what later cycles made of it
    /// cannot be separated.
    ///
    /// # Errors
    ///
    /// There is no such cycle, it is void already, or it is not the last one.
    pub async fn cycle_effects(
        &self,
        number: CycleNumber,
        act: &ActionContext,
    ) -> Result<CycleEffects, StoreError> {
        self.check_whole("making a cycle void")?;
        let mut transaction = self.begin_read().await?;
        check_last(&mut transaction, number).await?;
        void_effects::read(&mut transaction, number, act.at).await
    }

    /// Marks a cycle as void and undoes what it did. Writes nothing and says `false` when anything was
    /// done since the effects were read: read them again, and decide again.
    ///
    /// # Errors
    ///
    /// There is no such cycle, it is void already, or it is not the last one.
    pub async fn void_cycle(
        &self,
        number: CycleNumber,
        undo: &CycleUndo,
        act: &ActionContext,
    ) -> Result<bool, StoreError> {
        self.check_whole("making a cycle void")?;
        let mut transaction = self.begin_write().await?;
        check_last(&mut transaction, number).await?;
        let effects = &undo.effects;
        if void_effects::witness(&mut transaction, number, act.at).await? != effects.witness {
            return Ok(false);
        }
        mark(&mut transaction, number, act).await?;
        let withdrawn = withdraw(&mut transaction, number, act).await?;
        let became = json!({
            "alerts": undo.alert_changes.len(),
            "missions": undo.mission_changes.len(),
            "notices_withdrawn": withdrawn,
            "corrected": effects.notified.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        let deed = act.deed("cycle_voided", format!("cycle/{number}")).became(&became);
        audit_trail::append(&mut transaction, act.at, &[deed]).await?;
        alert_records::apply(&mut transaction, number, &undo.alert_changes).await?;
        let origin = mission_records::ChangeOrigin { cycle: None, at: act.at };
        mission_records::apply(&mut transaction, origin, &undo.mission_changes).await?;
        let changes = (undo.alert_changes.as_slice(), undo.mission_changes.as_slice());
        audit_records::of_changes(&mut transaction, act.at, changes).await?;
        restore_silences(&mut transaction, &effects.silences, act).await?;
        reinstate(&mut transaction, effects, number, act).await?;
        close_new_lanes(&mut transaction, number, effects).await?;
        restore_memory(&mut transaction, effects).await?;
        outgoing::apply(&mut transaction, &undo.outgoing, (number, act.at)).await?;
        end(transaction).await?;
        Ok(true)
    }
}

/// The last cycle that was not made void.
pub(in crate::store) async fn last_standing(
    connection: &mut Connection,
) -> Result<Option<CycleNumber>, StoreError> {
    query_scalar("select max(number) from cycles where voided_at is null")
        .one(connection, "cycles")
        .await
}

async fn check_last(connection: &mut Connection, number: CycleNumber) -> Result<(), StoreError> {
    let row: Option<(Option<Timestamp>, Option<String>)> =
        query_as("select voided_at, voided_by from cycles where number = $1")
            .bind(number)
            .optional(&mut *connection, "a cycle")
            .await?;
    let what = "cycle";
    match row {
        None => return Err(StoreError::NoSuch { what, number: number.0 }),
        Some((Some(Timestamp(at)), by)) => {
            let at = at.date_naive();
            let how = format!("made void by {} on {at}", by.unwrap_or_default());
            return Err(StoreError::Over { what, number: number.0, how });
        }
        Some((None, _)) => {}
    }
    match last_standing(connection).await? {
        Some(last) if last != number => Err(StoreError::NotTheLastCycle { number, last }),
        Some(_) | None => Ok(()),
    }
}

async fn mark(
    connection: &mut Connection,
    number: CycleNumber,
    act: &ActionContext,
) -> Result<(), StoreError> {
    query("update cycles set voided_at = $2, voided_by = $3, voided_reason = $4 where number = $1")
        .bind(number)
        .bind(Timestamp(act.at))
        .bind(&act.actor)
        .bind(&act.reason)
        .run(connection, "a cycle made void")
        .await?;
    Ok(())
}

/// Notices of the cycle that have not arrived: what is on its way may arrive, but is not tried again.
async fn withdraw(
    connection: &mut Connection,
    number: CycleNumber,
    act: &ActionContext,
) -> Result<u64, StoreError> {
    let withdrawn = query(sqlx::AssertSqlSafe(format!(
        "update notices set state = 'dead', withdrawn_at = $2, leased_until = null,
                            last_error = 'withdrawn: cycle ' || $1 || ' was made void'
         where state in ('waiting', 'dead') and withdrawn_at is null and {}",
        void_effects::OF_CYCLE
    )))
    .bind(number)
    .bind(Timestamp(act.at))
    .run(connection, "notices")
    .await?;
    Ok(withdrawn)
}

async fn restore_silences(
    connection: &mut Connection,
    former: &[Silence],
    act: &ActionContext,
) -> Result<(), StoreError> {
    for silence in former {
        silences::write(connection, silence).await?;
        let deed = act.deed("silence_restored", silences::subject(silence));
        let deed = deed.became(&json!({ "last_day": silence.last_day }));
        audit_trail::append(connection, act.at, &[deed]).await?;
    }
    Ok(())
}

/// What people had acknowledged holds again, unless somebody acknowledged it anew.
async fn reinstate(
    connection: &mut Connection,
    effects: &CycleEffects,
    number: CycleNumber,
    act: &ActionContext,
) -> Result<(), StoreError> {
    let reason = format!("Le cycle {number} est annulé : {}", act.reason);
    let own = ActionContext { actor: Actor::vigie(), at: act.at, reason };
    for (alert, acknowledgement) in &effects.lapsed {
        let before = handling::handling(connection, alert).await?;
        if before.acknowledged.is_some() {
            continue;
        }
        let after = Handling { acknowledged: Some(acknowledgement.clone()), ..before.clone() };
        handling::leave(connection, alert, &after).await?;
        handling::append(connection, (alert, AlertActKind::Reinstated), &own, None).await?;
        let deed = own.deed("acknowledgement_reinstated", format!("alert/{alert}"));
        handling::tell(connection, &own, deed, &before, &after).await?;
    }
    Ok(())
}

/// A lane that the cycle opened, and through which nothing went, is as good as new: the next cycle opens
/// it, and takes what is open by then as known.
async fn close_new_lanes(
    connection: &mut Connection,
    number: CycleNumber,
    effects: &CycleEffects,
) -> Result<(), StoreError> {
    let opened: Vec<Channel> = query_scalar(
        "select name from lanes
         where closed_at is null and opened_at = (select started_at from cycles where number = $1)",
    )
    .bind(number)
    .all(&mut *connection, "lanes")
    .await?;
    let used: BTreeSet<Channel> = effects.notified.iter().map(Receiver::lane).collect();
    for name in opened.iter().filter(|name| !used.contains(*name)) {
        query("delete from lanes where name = $1")
            .bind(name)
            .run(&mut *connection, "a lane")
            .await?;
    }
    Ok(())
}

async fn restore_memory(
    connection: &mut Connection,
    effects: &CycleEffects,
) -> Result<(), StoreError> {
    let mut remembered = Vec::new();
    for (key, memory) in &effects.memory {
        match memory {
            Some(memory) => {
                let (receiver, about) = key.clone();
                remembered.push(ReceiverMemory { receiver, about, memory: memory.clone() });
            }
            None => notification_memory::forget(connection, key).await?,
        }
    }
    notification_memory::remember(connection, &remembered).await
}
