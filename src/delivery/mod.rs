//! Notices leave: each lane by itself, so that a receiver which is slow or gone holds up nobody else.
//!
//! At least once: what became of a notice is written after it was sent, so that one which is cut in
//! between is sent again, under the same id. A notice that is being sent is leased, not taken: when
//! its program dies, another finds it after the lease.

mod lane;
mod outages;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Europe::Paris;
use serde::Serialize;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::error;

use crate::clock::Clock;
use crate::domain::notice::Lane;
use crate::notify::ChannelFault;
use crate::notify::Endpoint;
use crate::notify::Mailer;
use crate::notify::RenderError;
use crate::notify::Room;
use crate::notify::Settings;
use crate::store::Store;
use crate::store::StoreError;

/// Between two looks at the outbox.
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

/// What a look at the outbox came to, by lane.
pub type Report = BTreeMap<Lane, LaneReport>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LaneReport {
    pub delivered: u64,
    /// To be tried again.
    pub waiting: u64,
    /// Given up.
    pub dead: u64,
    /// Failures by reason, in the words of Alertmanager's metrics.
    pub failures: BTreeMap<&'static str, u64>,
    /// Why the channel is down, when it is: what waits for it does not age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<String>,
}

/// Carries notices to their receivers. Handles share what they hold: cloning is cheap.
#[derive(Clone, Debug)]
pub struct Courier {
    store: Store,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    channels: Arc<BTreeMap<Lane, Channel>>,
}

#[derive(Debug)]
enum Channel {
    Mail(Box<Mailer>),
    Webhook(Endpoint),
    Tchap(Room),
}

impl Courier {
    /// Refuses settings that cannot be used, before anything is sent.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        settings: Arc<Settings>,
    ) -> Result<Self, ChannelFault> {
        let channels = Arc::new(channels(&settings)?);
        Ok(Self { store, clock, settings, channels })
    }

    /// Tries what is due, once, all lanes at the same time, until nothing is due or `stop` turns true. A
    /// channel that is down is tried at once: whoever asks may have mended it.
    pub async fn drain(&self, stop: &watch::Receiver<bool>) -> Result<Report, DeliveryError> {
        let mut lanes = JoinSet::new();
        for lane in self.channels.keys().cloned() {
            let (courier, stop) = (self.clone(), stop.clone());
            lanes.spawn(async move {
                let report = courier.drain_lane(&lane, &stop, true).await;
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

    /// Looks at the outbox again and again until `stop` turns true: each lane at its own pace.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let set_up: Vec<Lane> = self.channels.keys().cloned().collect();
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

    async fn run_lane(self, lane: Lane, mut stop: watch::Receiver<bool>) {
        // After a start, as when somebody asks.
        let mut at_once = true;
        loop {
            if let Err(fault) = self.drain_lane(&lane, &stop, at_once).await {
                let cause: &dyn std::error::Error = &fault;
                error!(error = cause, lane = %lane, "The lane {lane} could not be looked at");
            }
            at_once = false;
            if tokio::time::timeout(POLL, stop.wait_for(|stopped| *stopped)).await.is_ok() {
                return;
            }
        }
    }

    fn today(&self) -> NaiveDate {
        self.clock.now().with_timezone(&Paris).date_naive()
    }
}

impl LaneReport {
    fn failed(&mut self, reason: &'static str) {
        *self.failures.entry(reason).or_default() += 1;
    }
}

/// What can be told from the settings alone.
pub fn check(settings: &Settings) -> Result<(), ChannelFault> {
    channels(settings).map(drop)
}

fn channels(settings: &Settings) -> Result<BTreeMap<Lane, Channel>, ChannelFault> {
    let mut channels = BTreeMap::new();
    if settings.mail.is_on() {
        channels.insert(Lane::Mail, Channel::Mail(Box::new(Mailer::new(&settings.mail)?)));
    }
    for webhook in &settings.webhooks {
        let lane = Lane::Webhook(webhook.name.clone());
        if channels.insert(lane, Channel::Webhook(Endpoint::new(webhook)?)).is_some() {
            return Err(ChannelFault::doubled(&webhook.name));
        }
    }
    if settings.tchap.is_on() {
        channels.insert(Lane::Tchap, Channel::Tchap(Room::new(&settings.tchap)?));
    }
    Ok(channels)
}
