//! Delivers the notices of one channel: claims what is due, sends it, records the results.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::{DeliveryError, Dispatcher, LaneReport, Transport, outages};
use crate::domain::accounts::access::Account;
use crate::domain::ids::{MinistryCode, NoticeId};
use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::{DeliveryOutcome, Notice, NoticeKind, Receiver};
use crate::domain::messages::outage::{ChannelFailure, Outage};
use crate::domain::messages::recipients::{Recipients, project_directors};
use crate::domain::portfolio::follow_up::Contact;
use crate::notify::{
    Blame, DeliveryAttempt, FailureReason, LinkSigner, MailSession, Mailbox, Patience,
    with_account_link,
};
use crate::store::{CarriedLink, ClaimedNotice, Credential, Tried, WaitLimit};

/// How long a claimed notice belongs to a program. Longer than the slowest message may take.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// No attempt begins this close to the end of a lease, when another program may claim the notice.
const LEASE_MARGIN: TimeDelta = TimeDelta::minutes(4);

/// Notices claimed at a time.
const BATCH: u32 = 200;

/// Most results recorded in one transaction: those are sent again if the program is interrupted.
const RECORDED_AT_ONCE: usize = 50;

/// Consecutive failures, each of which could be the notice's own fault, that are taken for an
/// outage.
const UNCLEAR_IN_A_ROW: u32 = 5;

/// What the workers of a channel share.
struct Batch {
    queue: Mutex<VecDeque<ClaimedNotice>>,
    contacts: Vec<Contact>,
    /// Only read when a receiver of the batch is an account.
    accounts: Vec<Account>,
    /// Links that mails of the batch carry to accounts.
    account_links: BTreeMap<NoticeId, CarriedLink>,
    /// Signs the links of mails; `None` when readers have no address of Vigie.
    link_key: Option<Credential>,
    leased_until: DateTime<Utc>,
    /// The outage when the batch began: a single notice then shows whether it is over.
    outage: Option<Outage>,
    progress: Mutex<Progress>,
}

/// The progress of a batch.
#[derive(Default)]
struct Progress {
    /// Whether a failure would be the same for all notices.
    halted: bool,
    answers: u32,
    unclear_in_a_row: u32,
    /// The failure of the last attempt, unless the receiver answered it.
    failure: Option<ChannelFailure>,
}

impl Progress {
    fn note(
        &mut self,
        attempt: &DeliveryAttempt,
        failure: Option<ChannelFailure>,
        in_outage: bool,
    ) {
        if attempt.was_answered() {
            self.answers += 1;
            self.unclear_in_a_row = 0;
            self.failure = None;
        }
        if attempt.reason() == Some(FailureReason::Gone) {
            self.halted = true;
        }
        let DeliveryAttempt::ChannelFailed { reason, blame, .. } = attempt else { return };
        match (&mut self.failure, failure) {
            // The first failure gives the cause; later ones may only be its consequence.
            (Some(first), Some(failure)) if first.notice != failure.notice => first.notice = None,
            (Some(_), _) => {}
            (none, failure) => *none = failure,
        }
        match blame {
            // A server may accept some connections and refuse more: the accepted ones go on.
            Blame::Channel => {
                let of_one_connection =
                    *reason == FailureReason::Unreachable || *reason == FailureReason::ServerError;
                self.halted |= self.answers == 0 || !of_one_connection;
            }
            Blame::Unclear => {
                self.unclear_in_a_row += 1;
                let slow = *reason == FailureReason::Timeout;
                self.halted |= slow || in_outage || self.unclear_in_a_row >= UNCLEAR_IN_A_ROW;
            }
        }
    }

    /// The failure of the channel, if it is to blame, once the whole batch was tried.
    fn outage(&self) -> Option<&ChannelFailure> {
        let is_down = self.halted || self.answers == 0 || self.unclear_in_a_row >= UNCLEAR_IN_A_ROW;
        self.failure.as_ref().filter(|_| is_down)
    }
}

impl Dispatcher {
    /// With `at_once`, tries a channel that is down even if its next attempt is not due.
    pub(super) async fn drain_lane(
        &self,
        lane: &Channel,
        stop: &watch::Receiver<bool>,
        at_once: bool,
    ) -> Result<LaneReport, DeliveryError> {
        let mut report = LaneReport::default();
        self.bring_back_waits(lane).await?;
        while !*stop.borrow() {
            let outage = self.store.outage(lane).await?;
            if let Some(outage) = outage.as_ref().filter(|one| !at_once && self.is_resting(one)) {
                report.outage = Some(outage.error.clone());
                break;
            }
            let now = self.clock.now();
            let leased_until = now + LEASE;
            let size = if outage.is_some() { 1 } else { BATCH };
            let mut claimed = self.store.claim_notices(lane, now, leased_until, size).await?;
            if claimed.is_empty() {
                break;
            }
            let account_links = self.account_links(&claimed, now).await?;
            claimed
                .retain(|one| account_links.get(&one.queued.notice.id) != Some(&CarriedLink::Over));
            let contacts = match lane {
                Channel::Mail => self.store.contacts(self.today()).await?,
                Channel::Webhook(_) | Channel::Tchap => vec![],
            };
            let accounts = if claimed.iter().any(is_to_account) {
                self.store.accounts().await?
            } else {
                vec![]
            };
            let has_links = *lane == Channel::Mail && !self.settings.public_url.is_empty();
            let link_key = if has_links { Some(self.store.link_key(now).await?) } else { None };
            let batch = Arc::new(Batch {
                queue: Mutex::new(claimed.into()),
                contacts,
                accounts,
                account_links,
                link_key,
                leased_until,
                outage,
                progress: Mutex::default(),
            });
            self.try_batch(lane, &batch, stop, &mut report).await?;
            let left: Vec<NoticeId> =
                batch.queue.lock().await.drain(..).map(|left| left.queued.notice.id).collect();
            self.store.release_notices(&left).await?;
            let progress = batch.progress.lock().await;
            if let Some(failure) = progress.outage() {
                self.note_failure(lane, failure).await?;
                report.outage = Some(failure.error.clone());
                break;
            }
            if progress.halted || !left.is_empty() {
                break;
            }
        }
        self.report_outages(lane).await?;
        Ok(report)
    }

    async fn account_links(
        &self,
        claimed: &[ClaimedNotice],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<NoticeId, CarriedLink>, DeliveryError> {
        let to_accounts = claimed.iter().filter(|one| is_to_account(one));
        let ids: Vec<&NoticeId> = to_accounts.map(|one| &one.queued.notice.id).collect();
        Ok(self.store.carried_links(&ids, now).await?)
    }

    /// Restores the dates of notices that a clock which was ahead has put off for years.
    async fn bring_back_waits(&self, lane: &Channel) -> Result<(), DeliveryError> {
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
        lane: &Channel,
        batch: &Arc<Batch>,
        stop: &watch::Receiver<bool>,
        report: &mut LaneReport,
    ) -> Result<(), DeliveryError> {
        let (sender, mut results) = mpsc::channel(RECORDED_AT_ONCE);
        let mut workers = JoinSet::new();
        for _ in 0..self.workers(lane) {
            let worker = Worker {
                dispatcher: self.clone(),
                lane: lane.clone(),
                batch: Arc::clone(batch),
                stop: stop.clone(),
            };
            workers.spawn(worker.work(sender.clone()));
        }
        drop(sender);
        let mut tried: Vec<Tried> = Vec::with_capacity(RECORDED_AT_ONCE);
        while results.recv_many(&mut tried, RECORDED_AT_ONCE).await > 0 {
            if let Some(ended) = self.store.record_outcomes(lane, &tried, self.clock.now()).await? {
                outages::log_end(&ended);
            }
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

    fn workers(&self, lane: &Channel) -> usize {
        match lane {
            Channel::Mail => self.settings.mail.connections.clamp(1, 20),
            // In order, at the pace that the receiver supports.
            Channel::Webhook(_) | Channel::Tchap => 1,
        }
    }

    /// The current address of a receiver.
    fn mailbox(&self, receiver: &Receiver, batch: &Batch) -> Result<Mailbox, String> {
        let settings = &self.settings.mail;
        let address = |text: &str| {
            if text.is_empty() { Err("no address is set".to_owned()) } else { Mailbox::parse(text) }
        };
        match receiver {
            Receiver::SecretaryGeneral(ministry) => {
                mailbox_of(ministry, &Recipients::of(&batch.contacts, ministry, self.today()))
            }
            Receiver::ProjectDirector(project) => {
                let directors = project_directors(&batch.contacts, project, self.today());
                let unknown = || format!("no director is known for {project}");
                mailbox_to(&directors).unwrap_or_else(|| Err(unknown()))
            }
            Receiver::SecurityRelay(ministry) => {
                let relays = Recipients::of(&batch.contacts, ministry, self.today()).relays();
                let unknown =
                    || format!("no security relay nor digital director is known for {ministry}");
                mailbox_to(&relays).unwrap_or_else(|| Err(unknown()))
            }
            Receiver::Dinum => address(&settings.dinum),
            Receiver::Director => address(&settings.director),
            Receiver::Account(number) => {
                let found = batch.accounts.iter().find(|account| account.number == *number);
                // An account without an address may have one for its name.
                address(found.map_or("", |account| match &account.mail_address {
                    Some(own) => own.as_str(),
                    None => account.name.as_str(),
                }))
            }
            Receiver::Webhook(_) | Receiver::Tchap => Err("not a receiver of mail".to_owned()),
        }
    }
}

struct Worker {
    dispatcher: Dispatcher,
    lane: Channel,
    batch: Arc<Batch>,
    stop: watch::Receiver<bool>,
}

impl Worker {
    /// Works until the queue is empty, the channel fails, or a stop is requested; messages being
    /// sent are finished.
    async fn work(self, sender: mpsc::Sender<Tried>) {
        let mut session = MailSession::default();
        let give_up_after =
            TimeDelta::days(i64::from(self.dispatcher.settings.outbox.give_up_after_days));
        while let Some(claimed) = self.next().await {
            let attempt = self.attempt(&claimed.queued.notice, &mut session).await;
            let patience = Patience {
                now: self.dispatcher.clock.now(),
                attempts: claimed.queued.attempts,
                first_attempt_at: claimed.queued.first_attempt_at,
                in_outages: claimed.in_outages,
                failed_alone: claimed.failed_alone,
                outage: self.batch.outage.as_ref(),
                chance: fastrand::f64(),
                give_up_after,
            };
            let outcome = attempt.outcome(&patience);
            let was_spared = matches!(outcome, DeliveryOutcome::Spared { .. });
            // A failure that counts against the notice says nothing about its channel.
            if was_spared || !matches!(attempt, DeliveryAttempt::ChannelFailed { .. }) {
                let may_be_its_own =
                    matches!(attempt, DeliveryAttempt::ChannelFailed { blame: Blame::Unclear, .. });
                let notice = may_be_its_own.then(|| claimed.queued.notice.id.clone());
                let failure = attempt.channel_failure(&patience);
                let failure = failure.map(|failure| ChannelFailure { notice, ..failure });
                let in_outage = self.batch.outage.is_some();
                self.batch.progress.lock().await.note(&attempt, failure, in_outage);
            }
            let tried = Tried {
                id: claimed.queued.notice.id,
                failure: attempt.reason().map(FailureReason::as_str),
                outcome,
                answered: attempt.was_answered(),
            };
            let lost_its_connection =
                matches!(attempt, DeliveryAttempt::ChannelFailed { blame: Blame::Channel, .. });
            if sender.send(tried).await.is_err() || lost_its_connection {
                break;
            }
        }
        if let Some(Transport::Mail(mailer)) = self.dispatcher.channels.get(&self.lane) {
            mailer.quit(&mut session).await;
        }
    }

    /// The notice with links that serve those who receive it, when these may have no account, or are to come in by it.
    fn personal<'a>(&self, notice: &'a Notice) -> Cow<'a, Notice> {
        if let Some(CarriedLink::Fresh(secret)) = self.batch.account_links.get(&notice.id) {
            return Cow::Owned(with_account_link(notice, secret.reveal()));
        }
        let (Some(key), Receiver::SecretaryGeneral(ministry)) =
            (&self.batch.link_key, &notice.receiver)
        else {
            return Cow::Borrowed(notice);
        };
        let today = self.dispatcher.today();
        let found = Recipients::of(&self.batch.contacts, ministry, today);
        let all: Vec<&Contact> = found.to().into_iter().chain(found.copies()).collect();
        let signer = LinkSigner::new(key.reveal().as_bytes(), &self.dispatcher.settings);
        Cow::Owned(signer.personal(notice, &all))
    }

    async fn next(&self) -> Option<ClaimedNotice> {
        let late = self.dispatcher.clock.now() > self.batch.leased_until - LEASE_MARGIN;
        if late || *self.stop.borrow() || self.batch.progress.lock().await.halted {
            return None;
        }
        self.batch.queue.lock().await.pop_front()
    }

    async fn attempt(&self, notice: &Notice, session: &mut MailSession) -> DeliveryAttempt {
        let now = self.dispatcher.clock.now();
        match self.dispatcher.channels.get(&self.lane) {
            Some(Transport::Mail(mailer)) => {
                match self.dispatcher.mailbox(&notice.receiver, &self.batch) {
                    Ok(to) => mailer.send(session, &self.personal(notice), &to).await,
                    Err(what) => DeliveryAttempt::give_up(FailureReason::NoAddress, what),
                }
            }
            Some(Transport::Webhook(endpoint)) => endpoint.send(notice, now).await,
            Some(Transport::Tchap(room)) => {
                let attempt = room.send(notice, now).await;
                tokio::time::sleep(room.pause()).await;
                attempt
            }
            None => DeliveryAttempt::channel_failed(
                FailureReason::Settings,
                "the channel is not set up",
            ),
        }
    }
}

fn is_to_account(claimed: &ClaimedNotice) -> bool {
    matches!(claimed.queued.notice.receiver, Receiver::Account(_))
}

/// The addresses of those who receive the messages of a ministry, and of those who get a copy.
fn mailbox_of(ministry: &MinistryCode, recipients: &Recipients<'_>) -> Result<Mailbox, String> {
    let unknown = || format!("no secretary-general is known for {ministry}");
    let all = mailbox_to(&recipients.to()).unwrap_or_else(|| Err(unknown()))?;
    Ok(recipients.copies().into_iter().fold(all, |all, copied| match mailbox(copied) {
        Ok(copy) => all.with_copy(copy),
        Err(what) => {
            warn!("A copy of the messages of {ministry} cannot be sent: {what}");
            all
        }
    }))
}

fn mailbox(contact: &Contact) -> Result<Mailbox, String> {
    Mailbox::new(contact.name.as_deref(), &contact.email)
}

/// One mail to all of them; `None` when there is nobody.
fn mailbox_to(contacts: &[&Contact]) -> Option<Result<Mailbox, String>> {
    let mut to = contacts.iter().map(|contact| mailbox(contact));
    let first = to.next()?;
    Some(first.and_then(|one| to.try_fold(one, |all, next| Ok(all.and(next?)))))
}

fn count(report: &mut LaneReport, tried: &Tried) {
    match tried.outcome {
        DeliveryOutcome::Delivered => report.delivered += 1,
        DeliveryOutcome::Waits { .. } | DeliveryOutcome::Spared { .. } => report.waiting += 1,
        DeliveryOutcome::Dead { .. } | DeliveryOutcome::Refused { .. } => report.dead += 1,
    }
    if let Some(reason) = tried.failure {
        report.failed(reason);
    }
}

fn log(lane: &Channel, id: &NoticeId, outcome: &DeliveryOutcome) {
    match outcome {
        DeliveryOutcome::Delivered => {
            info!(notice.id = %id, lane = %lane, "Notice {id} was delivered");
        }
        DeliveryOutcome::Waits { until, error } => {
            info!(notice.id = %id, lane = %lane, "Notice {id} is tried again at {until}: {error}");
        }
        DeliveryOutcome::Spared { error, .. } => {
            info!(notice.id = %id, lane = %lane, "Notice {id} waits for its channel: {error}");
        }
        DeliveryOutcome::Dead { error } => {
            warn!(notice.id = %id, lane = %lane, "Notice {id} is given up: {error}");
        }
        DeliveryOutcome::Refused { error } => {
            warn!(notice.id = %id, lane = %lane, "The channel {lane} was closed by its receiver: {error}");
        }
    }
}
