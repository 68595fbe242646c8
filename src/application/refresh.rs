//! Computes figures again as soon as the data or the rules change, so that the first reader afterwards does not wait.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use tokio::sync::watch;
use tracing::debug;

use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::foresight::attention_order::attention_order;
use crate::application::publishing::catalogue::rules_in_force;
use crate::application::queries::projects::table::project_table;
use crate::application::queries::view;
use crate::application::questionnaire::wanted_answers::wanted_answers;
use crate::application::{ApplicationError, Services};
use crate::store::KnownUpTo;
use crate::support::clock::today;

/// Between two looks for changes, each of which reads one number from the database.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// What figures are computed from.
#[derive(Clone, Debug)]
pub struct FiguresBasis {
    upto: KnownUpTo,
    day: NaiveDate,
    rules: Arc<RulesInForce>,
}

impl PartialEq for FiguresBasis {
    fn eq(&self, other: &Self) -> bool {
        self.upto == other.upto && self.day == other.day && Arc::ptr_eq(&self.rules, &other.rules)
    }
}

/// Until the service is stopped: computes the figures that people read again. After a failure, the next reader computes them, and
/// sees why they cannot be.
pub async fn keep_figures_ready(services: Services, mut stopped: watch::Receiver<bool>) {
    let mut ready = None;
    loop {
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        tokio::select! {
            refreshed = refresh_figures(&services, ready.as_ref()) => match refreshed {
                Ok(basis) => ready = basis,
                Err(fault) => debug!("Figures could not be computed ahead: {fault}"),
            },
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

/// Computes the figures of today again if what they are made of is no longer what it was at the last look. Gives what they
/// are made of now; `None` while nobody has read any, since they take memory.
///
/// # Errors
///
/// When no edition is known, or when the data or the rules cannot be read.
pub async fn refresh_figures(
    services: &Services,
    ready: Option<&FiguresBasis>,
) -> Result<Option<FiguresBasis>, ApplicationError> {
    if services.cache.known_up_to.last().is_none() {
        return Ok(None);
    }
    let now = FiguresBasis {
        upto: view::latest_known(services).await?,
        day: today(services.clock.now()),
        rules: rules_in_force(services).await?,
    };
    if ready.is_some_and(|ready| *ready != now) {
        view::panorama(services, None).await?;
        let known = view::known_data(services, None).await?;
        tokio::task::spawn_blocking(move || known.history()).await??;
        project_table(services, None).await?;
        attention_order(services, None).await?;
        wanted_answers(services, None, &|_| false).await?;
    }
    Ok(Some(now))
}
