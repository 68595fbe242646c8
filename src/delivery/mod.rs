//! Delivers notices. Each channel works independently, so that a slow or failing receiver delays no
//! other.
//!
//! Delivery is at least once: the result is recorded after sending, so a notice whose delivery is
//! interrupted is sent again, under the same id. A notice being sent is leased: if its program
//! dies, another one sends it after the lease.

mod channel_queue;
mod outages;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use serde::Serialize;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::error;

use crate::domain::messages::channel::Channel;
use crate::notify::{ChannelFault, Endpoint, Mailer, NotifySettings, RenderError, Room};
use crate::store::{Store, StoreError};
use crate::support::clock::{Clock, today};

/// Longest time between two checks of the outbox.
const POLL: Duration = Duration::from_secs(20);

#[derive(Debug, Error)]
pub enum DeliveryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Channel(#[from] ChannelFault),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("the delivery was stopped at once")]
    Stopped(#[from] tokio::task::JoinError),
}

/// The results of one check of the outbox, by channel.
pub type Report = BTreeMap<Channel, LaneReport>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LaneReport {
    pub delivered: u64,
    /// Notices that wait for another attempt.
    pub waiting: u64,
    /// Notices given up.
    pub dead: u64,
    /// Failures by reason, named as in Alertmanager's metrics.
    pub failures: BTreeMap<&'static str, u64>,
    /// Why the channel is down, if it is. Notices that wait for it do not age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<String>,
}

/// Delivers notices to their receivers. Cheap to clone: clones share their state.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Arc<NotifySettings>,
    channels: Arc<BTreeMap<Channel, Transport>>,
}

#[derive(Debug)]
enum Transport {
    Mail(Box<Mailer>),
    Webhook(Endpoint),
    Tchap(Room),
}

impl Dispatcher {
    /// # Errors
    /// When a setting of a channel cannot be used.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Arc<NotifySettings>,
    ) -> Result<Self, ChannelFault> {
        let channels = Arc::new(channels(&settings)?);
        Ok(Self { store, clock, settings, channels })
    }

    /// Tries everything that is due once, all channels in parallel, until nothing is due or `stop`
    /// is true. A channel that is down is tried at once: the caller may have repaired it.
    pub async fn drain(&self, stop: &watch::Receiver<bool>) -> Result<Report, DeliveryError> {
        let mut lanes = JoinSet::new();
        for lane in self.channels.keys().cloned() {
            let (dispatcher, stop) = (self.clone(), stop.clone());
            lanes.spawn(async move {
                let report = dispatcher.drain_lane(&lane, &stop, true).await;
                (lane, report)
            });
        }
        let mut report = Report::new();
        while let Some(joined) = lanes.join_next().await {
            let (lane, of_lane) = joined?;
            report.insert(lane, of_lane?);
        }
        Ok(report)
    }

    /// Checks the outbox repeatedly until `stop` is true, each channel at its own pace.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let set_up: Vec<Channel> = self.channels.keys().cloned().collect();
        if let Err(fault) = self.store.end_outages_elsewhere(&set_up, self.clock.now()).await {
            let cause: &dyn std::error::Error = &fault;
            error!(
                error = cause,
                "The outages of channels that are no longer set up could not be ended"
            );
        }
        let mut lanes = JoinSet::new();
        for lane in self.channels.keys().cloned() {
            lanes.spawn(self.clone().run_lane(lane, stop.clone()));
        }
        while lanes.join_next().await.is_some() {}
    }

    async fn run_lane(self, lane: Channel, mut stop: watch::Receiver<bool>) {
        // The first check tries channels that are down, as `drain` does.
        let mut at_once = true;
        let mut filled = self.store.watch_outbox();
        loop {
            filled.mark_unchanged();
            if let Err(fault) = self.drain_lane(&lane, &stop, at_once).await {
                let cause: &dyn std::error::Error = &fault;
                error!(error = cause, lane = %lane, "The outbox of channel {lane} could not be checked");
            }
            at_once = false;
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => return,
                _ = filled.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    fn today(&self) -> NaiveDate {
        today(self.clock.now())
    }
}

impl LaneReport {
    fn failed(&mut self, reason: &'static str) {
        *self.failures.entry(reason).or_default() += 1;
    }
}

/// Checks what can be checked in the settings alone.
pub fn check(settings: &NotifySettings) -> Result<(), ChannelFault> {
    channels(settings).map(drop)
}

fn channels(settings: &NotifySettings) -> Result<BTreeMap<Channel, Transport>, ChannelFault> {
    let mut channels = BTreeMap::new();
    if settings.mail.is_on() {
        channels.insert(Channel::Mail, Transport::Mail(Box::new(Mailer::new(&settings.mail)?)));
    }
    for webhook in &settings.webhooks {
        let lane = Channel::Webhook(webhook.name.clone());
        if channels.insert(lane, Transport::Webhook(Endpoint::new(webhook)?)).is_some() {
            return Err(ChannelFault::doubled(&webhook.name));
        }
    }
    if settings.tchap.is_on() {
        channels.insert(Channel::Tchap, Transport::Tchap(Room::new(&settings.tchap)?));
    }
    Ok(channels)
}
