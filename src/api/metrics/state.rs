//! Metrics read from the database. They survive restarts.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::series::{Label, NameAndHelp, counters, gauge, gauges, label};
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

const STORE_SIZE_BYTES: NameAndHelp = ("vigie_store_size_bytes", "Size of the database");
const ALERTS: NameAndHelp = ("vigie_alerts", "Alerts by state and level");
const ALERTS_STALE: NameAndHelp = (
    "vigie_alerts_stale",
    "Alerts that rest on older data because the last cycle could not evaluate them",
);
const RULE_COVERAGE_RATIO: NameAndHelp = (
    "vigie_rule_coverage_ratio",
    "Share of its subjects that a rule could evaluate in the last cycle",
);
const CYCLE_LAST_NUMBER: NameAndHelp = ("vigie_cycle_last_number", "Number of the last cycle");
const CYCLE_LAST_TIMESTAMP_SECONDS: NameAndHelp =
    ("vigie_cycle_last_timestamp_seconds", "When the last cycle was run");
const DATASET_AGE_SECONDS: NameAndHelp =
    ("vigie_dataset_age_seconds", "Time since the last import of each dataset");
const DATASET_REJECTED_ROWS: NameAndHelp =
    ("vigie_dataset_rejected_rows", "Rows set aside by all imports so far");
const IMPORT_SOURCES: NameAndHelp = (
    "vigie_import_sources",
    "Files and addresses that the import job reads, by the result of the last read",
);
const NOTICES: NameAndHelp = ("vigie_notices", "Notifications by channel and delivery state");
const NOTIFICATIONS: NameAndHelp = ("vigie_notifications", "Attempts to deliver a notification");
const NOTIFICATIONS_FAILED: NameAndHelp =
    ("vigie_notifications_failed", "Failed attempts to deliver a notification, by reason");
const CHANNEL_UP: NameAndHelp = (
    "vigie_channel_up",
    "Whether a channel works: 0 during an outage, in which its notifications wait without expiring",
);
const CHANNEL_OUTAGE_SECONDS: NameAndHelp =
    ("vigie_channel_outage_seconds", "Duration of the outage under way");
const OUTBOX_OLDEST_SECONDS: NameAndHelp =
    ("vigie_outbox_oldest_seconds", "How long the oldest notification due for delivery has waited");
const RUNS_MISSED: NameAndHelp =
    ("vigie_runs_missed", "Scheduled times at which a job was not run, so far");
const RUN_LAST_SUCCESS_TIMESTAMP_SECONDS: NameAndHelp =
    ("vigie_run_last_success_timestamp_seconds", "When a job last succeeded");
const RUN_NEXT_TIMESTAMP_SECONDS: NameAndHelp =
    ("vigie_run_next_timestamp_seconds", "Next scheduled time of a job");
const RUN_LAST_FAILED: NameAndHelp =
    ("vigie_run_last_failed", "Whether the last run of a job failed, in whole or in part");
const RUN_LAST_DURATION_SECONDS: NameAndHelp =
    ("vigie_run_last_duration_seconds", "Duration of the last run of a job");

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
        let bytes = signed(self.gauges.bytes);
        gauge(registry, STORE_SIZE_BYTES, bytes);
    }

    /// Registers alerts by state and level, including combinations with none, which show as 0.
    fn register_alerts(&self, registry: &mut Registry) {
        let states = AlertState::ALL;
        let levels = [Level::Watch, Level::Moderate, Level::High, Level::Critical];
        let alerts = states.into_iter().flat_map(|state| levels.map(|level| (state, level)));
        let alerts = alerts.map(|(state, level)| {
            let count = self.gauges.alerts.get(&(state, level)).copied().unwrap_or_default();
            let labels = [label("state", state.as_str()), label("severity", level.as_str())];
            (labels, signed(count))
        });
        gauges(registry, ALERTS, alerts);
        gauge(registry, ALERTS_STALE, signed(self.gauges.stale_alerts));
    }

    fn register_cycle(&self, registry: &mut Registry) {
        let coverage: Family<[Label; 1], Ratio> = Family::default();
        for tally in &self.tallies {
            coverage.get_or_create(&[label("rule", tally.rule.as_str())]).set(share(tally));
        }
        let (name, help) = RULE_COVERAGE_RATIO;
        registry.register(name, help, coverage);
        if let Some((number, at)) = self.last {
            gauge(registry, CYCLE_LAST_NUMBER, number.0);
            gauge(registry, CYCLE_LAST_TIMESTAMP_SECONDS, at.timestamp());
        }
    }

    fn register_imports(&self, now: DateTime<Utc>, registry: &mut Registry) {
        let ages = self.gauges.datasets.iter().map(|(dataset, at)| {
            ([label("dataset", dataset.as_str())], (now - *at).num_seconds().max(0))
        });
        gauges(registry, DATASET_AGE_SECONDS, ages);
        let rejected: Counter = Counter::default();
        rejected.inc_by(self.gauges.rows_set_aside);
        let (name, help) = DATASET_REJECTED_ROWS;
        registry.register(name, help, rejected);
        let sources = SourceOutcome::ALL.into_iter().map(|outcome| {
            let count = self.sources.iter().filter(|source| source.outcome == outcome).count();
            ([label("outcome", outcome.as_str())], i64::try_from(count).unwrap_or(i64::MAX))
        });
        gauges(registry, IMPORT_SOURCES, sources);
    }

    fn register_outbox(&self, now: DateTime<Utc>, registry: &mut Registry) {
        let DatabaseGauges { outbox, failures, outages, oldest_due, .. } = &self.gauges;
        let seconds_since = |at: DateTime<Utc>| (now - at).num_seconds().max(0);
        let notices = outbox.iter().flat_map(|channel| {
            let ChannelGauge { waiting, delivered, dead, .. } = *channel;
            [("waiting", waiting), ("delivered", delivered), ("dead", dead)].map(
                |(state, count)| {
                    ([of_channel(&channel.lane), label("state", state)], signed(count))
                },
            )
        });
        gauges(registry, NOTICES, notices);
        let attempts = outbox.iter().map(|one| ([of_channel(&one.lane)], one.attempts));
        counters(registry, NOTIFICATIONS, attempts);
        let failed = failures.iter().map(|failure| {
            ([of_channel(&failure.lane), label("reason", &failure.reason)], failure.failed)
        });
        counters(registry, NOTIFICATIONS_FAILED, failed);
        let up = outbox.iter().map(|channel| ([of_channel(&channel.lane)], 1));
        let down = outages.iter().map(|outage| ([of_channel(&outage.lane.to_string())], 0));
        gauges(registry, CHANNEL_UP, up.chain(down));
        let durations = outages
            .iter()
            .map(|outage| ([of_channel(&outage.lane.to_string())], seconds_since(outage.since)));
        gauges(registry, CHANNEL_OUTAGE_SECONDS, durations);
        let oldest = oldest_due.map_or(0, seconds_since);
        gauge(registry, OUTBOX_OLDEST_SECONDS, oldest);
    }

    fn register_jobs(&self, registry: &mut Registry) {
        let of = |standing: &JobStanding| [label("job", standing.job.as_str())];
        let jobs = || self.jobs.iter();
        let missed = jobs().map(|one| (of(one), one.missed));
        counters(registry, RUNS_MISSED, missed);
        let success = jobs().filter_map(|one| Some((of(one), one.last_success_at?.timestamp())));
        gauges(registry, RUN_LAST_SUCCESS_TIMESTAMP_SECONDS, success);
        let next = jobs().filter_map(|one| Some((of(one), one.next_at?.timestamp())));
        gauges(registry, RUN_NEXT_TIMESTAMP_SECONDS, next);
        let ended = || {
            jobs().filter_map(|one| {
                let run = one.last_run.as_ref()?;
                Some((of(one), run, run.ended_at?))
            })
        };
        let failed =
            ended().map(|(job, run, _)| (job, i64::from(run.outcome != RunOutcome::Success)));
        gauges(registry, RUN_LAST_FAILED, failed);
        let durations = ended().map(|(job, run, at)| (job, (at - run.started_at).num_seconds()));
        gauges(registry, RUN_LAST_DURATION_SECONDS, durations);
    }
}

fn of_channel(channel: &str) -> Label {
    label("integration", channel)
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
