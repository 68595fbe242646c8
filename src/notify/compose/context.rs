//! What the messages of a cycle are composed from, and what composing gives.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::correction::Correction;
use super::digest::{CycleFacts, DigestNews, DigestScope};
use super::silences::SilenceNews;
use super::terms::NoticeTerms;
use crate::domain::ids::{CycleNumber, NoticeId};
use crate::domain::messages::notice::{
    ChannelState, Notice, NotifiedState, Receiver, ReceiverMemory,
};
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::layout::stakes::Stakes;
use crate::notify::settings::NotifySettings;
use crate::support::fingerprint::Fingerprint;

/// Everything that messages are composed from: dates, facts, terms, and what was sent before.
#[derive(Clone, Copy, Debug)]
pub struct ComposeContext<'a> {
    pub cycle: CycleNumber,
    pub as_of: NaiveDate,
    pub now: DateTime<Utc>,
    pub facts: &'a CycleFacts<'a>,
    pub directory: &'a Directory,
    pub stakes: &'a Stakes,
    pub terms: &'a NoticeTerms,
    pub settings: &'a NotifySettings,
    pub memories: &'a BTreeMap<(Receiver, Subject), NotifiedState>,
    pub lanes: &'a [ChannelState],
    pub silences: &'a [SilenceNews<'a>],
    /// Sends what is open to receivers that have just been set up, instead of taking it as known.
    pub announce: bool,
    /// Sends nothing: receivers are taken to know everything that is open.
    pub untold: bool,
    /// Corrects the messages of a voided cycle, for those who received them and nobody else.
    pub correction: Option<Correction<'a>>,
}

/// What to send one receiver about one ministry, or about the portfolio.
#[derive(Debug)]
pub(in crate::notify) struct Part<'a> {
    pub(in crate::notify) about: Subject,
    pub(in crate::notify) scope: &'a DigestScope<'a>,
    pub(in crate::notify) memory: NotifiedState,
    pub(in crate::notify) news: DigestNews<'a>,
}

/// Notices, and what each receiver knows once they are sent.
#[derive(Debug, Default)]
pub(in crate::notify) struct Composed {
    pub(in crate::notify) notices: Vec<Notice>,
    pub(in crate::notify) memories: Vec<ReceiverMemory>,
}

/// The memory to write; `None` when it has not changed.
pub(in crate::notify) fn changed(
    receiver: &Receiver,
    part: Part<'_>,
    memory: NotifiedState,
) -> Option<ReceiverMemory> {
    (memory != part.memory).then(|| ReceiverMemory {
        receiver: receiver.clone(),
        about: part.about,
        memory,
    })
}

/// An id that is the same whenever the same receiver and occasion are composed again, and differs
/// for another cycle or database.
pub(in crate::notify) fn notice_id(
    receiver: &Receiver,
    parts: &[&str],
    now: DateTime<Utc>,
) -> NoticeId {
    let receiver = receiver.to_string();
    let now = now.to_rfc3339();
    let mut all = vec!["notice", receiver.as_str(), now.as_str()];
    all.extend_from_slice(parts);
    let fingerprint = Fingerprint::of_parts(&all);
    NoticeId::new(fingerprint.as_str().get(..24).unwrap_or_default())
}
