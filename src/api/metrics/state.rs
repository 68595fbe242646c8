//! Metrics read from the database. They survive restarts.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::application::Services;
use crate::domain::alerts::alert::AlertState;
use crate::domain::ids::{CycleNumber, RuleId};
use crate::domain::level::Level;
use crate::domain::operation::cycle::CyclePhase;
use crate::domain::operation::job::{ImportSource, JobStanding, RunOutcome, SourceOutcome};
use crate::store::{ChannelGauge, DatabaseGauges, RuleTally, StoreError};

/// A gauge between 0 and 1.
type Ratio = Gauge<f64, AtomicU64>;

/// Maximum number of cycles whose verdicts are counted in one scrape. After a long time without scrapes, older ones are
/// left out.
const CYCLES_COUNTED: i64 = 20;

#[derive(Debug)]
pub(super) struct State {
    gauges: DatabaseGauges,
    jobs: Vec<JobStanding>,
    sources: Vec<ImportSource>,
    last: Option<(CycleNumber, DateTime<Utc>)>,
    tallies: Vec<RuleTally>,
    /// Tallies of the cycles committed since the last scrape.
    news: Vec<RuleTally>,
    /// Durations of the phases of those cycles.
    times: Vec<(CyclePhase, Duration)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAlert {
    state: &'static str,
    severity: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDataset {
    dataset: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfChannel {
    integration: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFailure {
    integration: String,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfNotice {
    integration: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfJob {
    job: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRule {
    rule: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSource {
    outcome: &'static str,
}

pub(super) async fn read(services: &Services, counted: CycleNumber) -> Result<State, StoreError> {
    let store = &services.store;
    let last = store.last_cycle().await?.map(|last| (last.number, last.started_at));
    let number = last.map_or(0, |(number, _)| number.0);
    let tallies = store.rule_tallies(CycleNumber(number)).await?;
    let (mut news, mut times) = (Vec::new(), Vec::new());
    for cycle in (counted.0 + 1).max(number - CYCLES_COUNTED + 1)..=number {
        news.extend(store.rule_tallies(CycleNumber(cycle)).await?);
        times.extend(store.cycle_times(CycleNumber(cycle)).await?);
    }
    Ok(State {
        gauges: store.gauges(services.clock.now()).await?,
        jobs: store.jobs().await?,
        sources: store.import_sources().await?,
        last,
        tallies,
        news,
        times,
    })
}

impl State {
    pub(super) fn last_cycle(&self) -> Option<CycleNumber> {
        self.last.map(|(number, _)| number)
    }

    /// Rule, result and count.
    pub(super) fn evaluations(&self) -> impl Iterator<Item = (&RuleId, &'static str, u64)> {
        self.news.iter().flat_map(|tally| {
            let RuleTally { rule, clear, fired, unknown, failed } = tally;
            [("clear", *clear), ("fired", *fired), ("unknown", *unknown), ("failed", *failed)]
                .into_iter()
                .map(move |(result, count)| (rule, result, count))
        })
    }

    pub(super) fn times(&self) -> &[(CyclePhase, Duration)] {
        &self.times
    }

    pub(super) fn register(&self, now: DateTime<Utc>, registry: &mut Registry) {
        self.register_alerts(registry);
        self.register_cycle(registry);
        self.register_imports(now, registry);
        self.register_jobs(registry);
        self.register_outbox(now, registry);
        let bytes: Gauge = Gauge::default();
        bytes.set(signed(self.gauges.bytes));
        registry.register("vigie_store_size_bytes", "Size of the database", bytes);
    }

    /// Registers alerts by state and level, including combinations with none, which show as 0.
    fn register_alerts(&self, registry: &mut Registry) {
        let alerts: Family<OfAlert, Gauge> = Family::default();
        for state in [AlertState::Pending, AlertState::Open, AlertState::Resolved] {
            for level in [Level::Watch, Level::Moderate, Level::High, Level::Critical] {
                let count = self.gauges.alerts.get(&(state, level)).copied().unwrap_or_default();
                let labels = OfAlert { state: state.as_str(), severity: level.as_str() };
                alerts.get_or_create(&labels).set(signed(count));
            }
        }
        registry.register("vigie_alerts", "Alerts by state and level", alerts);
        let stale: Gauge = Gauge::default();
        stale.set(signed(self.gauges.stale_alerts));
        registry.register(
            "vigie_alerts_stale",
            "Alerts that rest on older data because the last cycle could not evaluate them",
            stale,
        );
    }

    fn register_cycle(&self, registry: &mut Registry) {
        let coverage: Family<OfRule, Ratio> = Family::default();
        for tally in &self.tallies {
            let labels = OfRule { rule: tally.rule.as_str().to_owned() };
            coverage.get_or_create(&labels).set(share(tally));
        }
        registry.register(
            "vigie_rule_coverage_ratio",
            "Share of its subjects that a rule could evaluate in the last cycle",
            coverage,
        );
        if let Some((number, at)) = self.last {
            let (last, started): (Gauge, Gauge) = Default::default();
            last.set(number.0);
            started.set(at.timestamp());
            registry.register("vigie_cycle_last_number", "Number of the last cycle", last);
            registry.register(
                "vigie_cycle_last_timestamp_seconds",
                "When the last cycle was run",
                started,
            );
        }
    }

    fn register_imports(&self, now: DateTime<Utc>, registry: &mut Registry) {
        let ages: Family<OfDataset, Gauge> = Family::default();
        for (dataset, at) in &self.gauges.datasets {
            let age = (now - *at).num_seconds().max(0);
            ages.get_or_create(&OfDataset { dataset: dataset.as_str() }).set(age);
        }
        registry.register(
            "vigie_dataset_age_seconds",
            "Time since the last import of each dataset",
            ages,
        );
        let rejected: Counter = Counter::default();
        rejected.inc_by(self.gauges.rows_set_aside);
        registry.register(
            "vigie_dataset_rejected_rows",
            "Rows set aside by all imports so far",
            rejected,
        );
        let sources: Family<OfSource, Gauge> = Family::default();
        for outcome in SourceOutcome::ALL {
            let count = self.sources.iter().filter(|source| source.outcome == outcome).count();
            let labels = OfSource { outcome: outcome.as_str() };
            sources.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        registry.register(
            "vigie_import_sources",
            "Files and addresses that the import job reads, by the result of the last read",
            sources,
        );
    }

    fn register_outbox(&self, now: DateTime<Utc>, registry: &mut Registry) {
        let notices: Family<OfNotice, Gauge> = Family::default();
        let attempts: Family<OfChannel, Counter> = Family::default();
        for channel in &self.gauges.outbox {
            let ChannelGauge { waiting, delivered, dead, .. } = *channel;
            for (state, count) in [("waiting", waiting), ("delivered", delivered), ("dead", dead)] {
                let labels = OfNotice { integration: channel.lane.clone(), state };
                notices.get_or_create(&labels).set(signed(count));
            }
            let labels = OfChannel { integration: channel.lane.clone() };
            attempts.get_or_create(&labels).inc_by(channel.attempts);
        }
        registry.register("vigie_notices", "Notifications by channel and delivery state", notices);
        registry.register("vigie_notifications", "Attempts to deliver a notification", attempts);
        let failed: Family<OfFailure, Counter> = Family::default();
        for failure in &self.gauges.failures {
            let labels =
                OfFailure { integration: failure.lane.clone(), reason: failure.reason.clone() };
            failed.get_or_create(&labels).inc_by(failure.failed);
        }
        let help = "Failed attempts to deliver a notification, by reason";
        registry.register("vigie_notifications_failed", help, failed);
        let [up, down]: [Family<OfChannel, Gauge>; 2] = Default::default();
        for channel in &self.gauges.outbox {
            up.get_or_create(&OfChannel { integration: channel.lane.clone() }).set(1);
        }
        for outage in &self.gauges.outages {
            let labels = OfChannel { integration: outage.lane.to_string() };
            up.get_or_create(&labels).set(0);
            down.get_or_create(&labels).set((now - outage.since).num_seconds().max(0));
        }
        registry.register(
            "vigie_channel_up",
            "Whether a channel works: 0 during an outage, in which its notifications wait without expiring",
            up,
        );
        registry.register("vigie_channel_outage_seconds", "Duration of the outage under way", down);
        let oldest: Gauge = Gauge::default();
        oldest.set(self.gauges.oldest_due.map_or(0, |due| (now - due).num_seconds().max(0)));
        registry.register(
            "vigie_outbox_oldest_seconds",
            "How long the oldest notification due for delivery has waited",
            oldest,
        );
    }

    fn register_jobs(&self, registry: &mut Registry) {
        let missed: Family<OfJob, Counter> = Family::default();
        let [success, next, failed, duration]: [Family<OfJob, Gauge>; 4] = Default::default();
        for standing in &self.jobs {
            let job = OfJob { job: standing.job.as_str() };
            missed.get_or_create(&job).inc_by(standing.missed);
            if let Some(at) = standing.last_success_at {
                success.get_or_create(&job).set(at.timestamp());
            }
            if let Some(at) = standing.next_at {
                next.get_or_create(&job).set(at.timestamp());
            }
            let Some(run) = &standing.last_run else { continue };
            let Some(ended_at) = run.ended_at else { continue };
            failed.get_or_create(&job).set(i64::from(run.outcome != RunOutcome::Success));
            duration.get_or_create(&job).set((ended_at - run.started_at).num_seconds());
        }
        registry.register(
            "vigie_runs_missed",
            "Scheduled times at which a job was not run, so far",
            missed,
        );
        registry.register(
            "vigie_run_last_success_timestamp_seconds",
            "When a job last succeeded",
            success,
        );
        registry.register("vigie_run_next_timestamp_seconds", "Next scheduled time of a job", next);
        registry.register(
            "vigie_run_last_failed",
            "Whether the last run of a job failed, in whole or in part",
            failed,
        );
        registry.register(
            "vigie_run_last_duration_seconds",
            "Duration of the last run of a job",
            duration,
        );
    }
}

fn share(tally: &RuleTally) -> f64 {
    let judged = tally.clear + tally.fired;
    let all = judged + tally.unknown + tally.failed;
    let float = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if all == 0 { 1.0 } else { float(judged) / float(all) }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
