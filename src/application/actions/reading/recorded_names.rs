//! Names of ministries and projects that people record: files are read with them from then on.

use crate::application::{ApplicationError, ReadingRefusal, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::recorded_name::{NameKind, NewName, RecordedName};
use crate::intake::Reader;
use crate::store::StoreError;

/// Names that are not withdrawn at most: files are read with all of them.
const MOST_RECORDED: usize = 5_000;

/// How often names are checked again when others record some at the same time.
const ATTEMPTS: usize = 5;

/// Records names, all of them or none, once they are found to contradict nothing that is known.
///
/// # Errors
///
/// One of them is wrong or contradicts what is known, there are too many, or others record names all the time.
pub async fn record_names(
    services: &Services,
    reader: &Reader,
    names: Vec<NewName>,
    act: &ActionContext,
) -> Result<Vec<RecordedName>, ApplicationError> {
    services.store.check_whole("a recorded name")?;
    let known = services.store.known_projects().await?;
    for _ in 0..ATTEMPTS {
        let recorded = services.store.recorded_names().await?;
        let in_force = recorded.iter().filter(|one| one.withdrawn.is_none()).count();
        if in_force.saturating_add(names.len()) > MOST_RECORDED {
            return Err(ReadingRefusal::TooManyNames { most: MOST_RECORDED }.into());
        }
        let checked = reader.clone().with_names(&recorded).check_names(names.clone(), &known);
        let checked = checked.map_err(ReadingRefusal::from)?;
        let seen = RecordedName::revision(&recorded);
        match services.store.record_names(&checked, seen, act).await {
            Err(StoreError::NamesMoved) => {}
            done => return Ok(done?),
        }
    }
    Err(StoreError::NamesMoved.into())
}

/// Withdraws a recorded name: files that have it are refused again, and what was imported stays.
///
/// # Errors
///
/// There is no such name, it is withdrawn already, or others designate the ministry that it brought.
pub async fn withdraw_name(
    services: &Services,
    number: i64,
    act: &ActionContext,
) -> Result<RecordedName, ApplicationError> {
    for _ in 0..ATTEMPTS {
        let recorded = services.store.recorded_names().await?;
        check_not_designated(&recorded, number)?;
        let seen = RecordedName::revision(&recorded);
        match services.store.withdraw_name(number, seen, act).await {
            Err(StoreError::NamesMoved) => {}
            done => return Ok(done?),
        }
    }
    Err(StoreError::NamesMoved.into())
}

/// The ministry that a name brought is known while other names designate it.
fn check_not_designated(recorded: &[RecordedName], number: i64) -> Result<(), ReadingRefusal> {
    let Some(name) = recorded.iter().find(|one| one.number == number) else { return Ok(()) };
    if name.new_ministry.is_none() || name.withdrawn.is_some() {
        return Ok(());
    }
    let designates_it = |one: &&RecordedName| {
        one.number != number
            && one.kind == NameKind::Ministry
            && one.withdrawn.is_none()
            && one.designates == name.designates
    };
    let others = recorded.iter().filter(designates_it).map(|one| format!("n°\u{a0}{}", one.number));
    let others: Vec<String> = others.collect();
    if others.is_empty() {
        return Ok(());
    }
    let code = name.designates.clone();
    Err(ReadingRefusal::Designated { code, number, others })
}
