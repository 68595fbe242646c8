//! Reports outages: to the log at once, to the risk team through another channel once they last.

use chrono::TimeDelta;
use tracing::{info, warn};

use super::{DeliveryError, Dispatcher};
use crate::domain::messages::channel::Channel;
use crate::domain::messages::outage::{ChannelFailure, Outage};
use crate::notify;
use crate::notify::{DeliveryContext, Directory};

/// Longest wait before the next attempt of a channel that is down. A later date was written under
/// another clock.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

impl Dispatcher {
    /// Whether a channel that is down is not due for another attempt.
    pub(super) fn is_resting(&self, outage: &Outage) -> bool {
        let left = outage.next_attempt_at - self.clock.now();
        left > TimeDelta::zero() && left <= LONGEST_WAIT
    }

    pub(super) async fn note_failure(
        &self,
        lane: &Channel,
        failure: &ChannelFailure,
    ) -> Result<(), DeliveryError> {
        let ChannelFailure { reason, error, failures, notice: _, next_attempt_at } = failure;
        if self.store.record_channel_failure(lane, failure, self.clock.now()).await? {
            warn!(
                lane = %lane,
                reason,
                "The channel {lane} is down: {error}; its notices wait as they are, next attempt at \
                 {next_attempt_at}"
            );
        } else {
            info!(
                lane = %lane,
                reason,
                failures,
                "The channel {lane} is still down: {error}; next attempt at {next_attempt_at}"
            );
        }
        Ok(())
    }

    /// Writes to the other channels what the risk team has to know about this one, once.
    pub(super) async fn report_outages(&self, lane: &Channel) -> Result<(), DeliveryError> {
        let now = self.clock.now();
        let minutes = self.settings.outbox.tell_outage_after_minutes;
        let before = now - TimeDelta::minutes(i64::from(minutes));
        for news in self.store.outage_news(lane, before).await? {
            let (lanes, down) = (self.store.lanes().await?, self.store.outages().await?);
            let directory = Directory::default();
            let settings = &self.settings;
            let context = DeliveryContext { now, directory: &directory, settings, lanes: &lanes };
            let notices = notify::outage_notices(&news, &down, context)?;
            // If no channel can carry it now, it is sent as soon as one can, if still true.
            if !notices.is_empty() {
                self.store.tell_outage(&news, &notices, now).await?;
            }
        }
        Ok(())
    }
}

pub(super) fn log_end(outage: &Outage) {
    let Outage { lane, since, failures, .. } = outage;
    warn!(lane = %lane, "The channel {lane} works again, after {failures} attempts since {since}");
}
