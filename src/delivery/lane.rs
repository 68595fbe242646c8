//! One lane: claim what is due, send it, write what became of it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use tokio::sync::Mutex;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::info;
use tracing::warn;

use super::Channel;
use super::Courier;
use super::DeliveryError;
use super::LaneReport;
use crate::domain::follow_up::Contact;
use crate::domain::ids::NoticeId;
use crate::domain::notice::Lane;
use crate::domain::notice::Notice;
use crate::domain::notice::NoticeKind;
use crate::domain::notice::Outcome;
use crate::domain::notice::QueuedNotice;
use crate::domain::notice::Receiver;
use crate::notify;
use crate::notify::Attempt;
use crate::notify::Mailbox;
use crate::notify::Reason;
use crate::notify::Session;
use crate::store::Tried;
use crate::store::WaitLimit;

/// How long a notice is a program's own. Longer than the slowest message may take.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// Nothing is begun in the last part of a lease: another program may take it when it ends.
const LEASE_MARGIN: TimeDelta = TimeDelta::minutes(4);

/// Claimed at a time.
const BATCH: u32 = 200;

/// Outcomes written in one transaction, at most: what is sent again when all is cut.
const RECORDED_AT_ONCE: usize = 50;

/// What the workers of a lane share.
struct Batch {
    queue: Mutex<VecDeque<QueuedNotice>>,
    /// What failed would fail for all.
    halted: AtomicBool,
    contacts: Vec<Contact>,
    leased_until: DateTime<Utc>,
}

impl Courier {
    pub(super) async fn drain_lane(
        &self,
        lane: &Lane,
        stop: &watch::Receiver<bool>,
    ) -> Result<LaneReport, DeliveryError> {
        let mut report = LaneReport::default();
        self.bring_back_waits(lane).await?;
        while !*stop.borrow() {
            let now = self.clock.now();
            let leased_until = now + LEASE;
            let claimed = self.store.claim_notices(lane, now, leased_until, BATCH).await?;
            if claimed.is_empty() {
                break;
            }
            let contacts = match lane {
                Lane::Mail => self.store.contacts(self.today()).await?,
                Lane::Webhook(_) | Lane::Tchap => vec![],
            };
            let batch = Arc::new(Batch {
                queue: Mutex::new(claimed.into()),
                halted: AtomicBool::new(false),
                contacts,
                leased_until,
            });
            self.try_batch(lane, &batch, stop, &mut report).await?;
            let left: Vec<NoticeId> =
                batch.queue.lock().await.drain(..).map(|left| left.notice.id).collect();
            self.store.release_notices(&left).await?;
            if batch.halted.load(Ordering::Relaxed) || !left.is_empty() {
                break;
            }
        }
        Ok(report)
    }

    /// What a clock that was ahead made to wait for years leaves when it would have left.
    async fn bring_back_waits(&self, lane: &Lane) -> Result<(), DeliveryError> {
        let (now, calendar) = (self.clock.now(), &self.settings.calendar);
        let limits = NoticeKind::ALL.map(|kind| WaitLimit {
            kind,
            latest: calendar.leaves_by(kind, now),
            instead: calendar.leaves_at(kind, now),
        });
        let brought = self.store.bring_back_waits(lane, &limits, now).await?;
        if brought > 0 {
            warn!(
                lane = %lane,
                "{brought} notices of {lane} were to wait longer than any can, as the clock was ahead when \
                 they were written: they leave as if they were written now"
            );
        }
        Ok(())
    }

    async fn try_batch(
        &self,
        lane: &Lane,
        batch: &Arc<Batch>,
        stop: &watch::Receiver<bool>,
        report: &mut LaneReport,
    ) -> Result<(), DeliveryError> {
        let (tell, mut told) = mpsc::channel(RECORDED_AT_ONCE);
        let mut workers = JoinSet::new();
        for _ in 0..self.workers(lane) {
            let worker = Worker {
                courier: self.clone(),
                lane: lane.clone(),
                batch: Arc::clone(batch),
                stop: stop.clone(),
            };
            workers.spawn(worker.work(tell.clone()));
        }
        drop(tell);
        let mut tried: Vec<Tried> = Vec::with_capacity(RECORDED_AT_ONCE);
        while told.recv_many(&mut tried, RECORDED_AT_ONCE).await > 0 {
            self.store.record_outcomes(&tried, self.clock.now()).await?;
            for one in tried.drain(..) {
                count(report, &one);
                log(lane, &one.id, &one.outcome);
            }
        }
        while let Some(worker) = workers.join_next().await {
            worker?;
        }
        Ok(())
    }

    fn workers(&self, lane: &Lane) -> usize {
        match lane {
            Lane::Mail => self.settings.mail.connections.clamp(1, 20),
            // In order, and at the pace that the receiver bears.
            Lane::Webhook(_) | Lane::Tchap => 1,
        }
    }

    /// Whom a notice goes to, as of now.
    fn mailbox(&self, receiver: &Receiver, contacts: &[Contact]) -> Result<Mailbox, String> {
        let settings = &self.settings.mail;
        let address = |text: &str| {
            if text.is_empty() { Err("no address is set".to_owned()) } else { Mailbox::parse(text) }
        };
        match receiver {
            Receiver::SecretaryGeneral(ministry) => {
                let found = notify::secretary_general(contacts, ministry, self.today());
                let contact =
                    found.ok_or_else(|| format!("no secretary-general is known for {ministry}"))?;
                Mailbox::new(contact.name.as_deref(), &contact.email)
            }
            Receiver::Dinum => address(&settings.dinum),
            Receiver::Director => address(&settings.director),
            Receiver::Webhook(_) | Receiver::Tchap => Err("not a receiver of mail".to_owned()),
        }
    }
}

struct Worker {
    courier: Courier,
    lane: Lane,
    batch: Arc<Batch>,
    stop: watch::Receiver<bool>,
}

impl Worker {
    /// Until the queue is empty, the lane is halted, or someone says stop: what is being sent is
    /// finished.
    async fn work(self, tell: mpsc::Sender<Tried>) {
        let mut session = Session::default();
        let give_up_after =
            TimeDelta::days(i64::from(self.courier.settings.outbox.give_up_after_days));
        while let Some(queued) = self.next().await {
            let attempt = self.attempt(&queued.notice, &mut session).await;
            let reason = attempt.reason();
            if reason.is_some_and(Reason::stops_the_lane) {
                self.batch.halted.store(true, Ordering::Relaxed);
            }
            let now = self.courier.clock.now();
            let outcome = attempt.outcome(&queued, now, fastrand::f64(), give_up_after);
            let failure = reason.map(Reason::word);
            if tell.send(Tried { id: queued.notice.id, failure, outcome }).await.is_err() {
                break;
            }
        }
        if let Some(Channel::Mail(mailer)) = self.courier.channels.get(&self.lane) {
            mailer.quit(&mut session).await;
        }
    }

    async fn next(&self) -> Option<QueuedNotice> {
        let late = self.courier.clock.now() > self.batch.leased_until - LEASE_MARGIN;
        if late || *self.stop.borrow() || self.batch.halted.load(Ordering::Relaxed) {
            return None;
        }
        self.batch.queue.lock().await.pop_front()
    }

    async fn attempt(&self, notice: &Notice, session: &mut Session) -> Attempt {
        let now = self.courier.clock.now();
        match self.courier.channels.get(&self.lane) {
            Some(Channel::Mail(mailer)) => {
                match self.courier.mailbox(&notice.receiver, &self.batch.contacts) {
                    Ok(to) => mailer.send(session, notice, &to).await,
                    Err(what) => Attempt::give_up(Reason::NoAddress, what),
                }
            }
            Some(Channel::Webhook(endpoint)) => endpoint.send(notice, now).await,
            Some(Channel::Tchap(room)) => {
                let attempt = room.send(notice, now).await;
                tokio::time::sleep(room.pause()).await;
                attempt
            }
            None => Attempt::retry(Reason::Settings, "the lane is not set up"),
        }
    }
}

fn count(report: &mut LaneReport, tried: &Tried) {
    match tried.outcome {
        Outcome::Delivered => report.delivered += 1,
        Outcome::Waits { .. } => report.waiting += 1,
        Outcome::Dead { .. } | Outcome::Refused { .. } => report.dead += 1,
    }
    if let Some(reason) = tried.failure {
        report.failed(reason);
    }
}

fn log(lane: &Lane, id: &NoticeId, outcome: &Outcome) {
    match outcome {
        Outcome::Delivered => info!(notice.id = %id, lane = %lane, "Notice {id} is delivered"),
        Outcome::Waits { until, error } => {
            info!(notice.id = %id, lane = %lane, "Notice {id} is tried again at {until}: {error}");
        }
        Outcome::Dead { error } => {
            warn!(notice.id = %id, lane = %lane, "Notice {id} is given up: {error}");
        }
        Outcome::Refused { error } => {
            warn!(notice.id = %id, lane = %lane, "The lane {lane} is closed by its receiver: {error}");
        }
    }
}
