//! The record of one pass through the pipeline: all that is needed to run it again.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::AlertChange;
use crate::domain::alerts::silence::SilenceChange;
use crate::domain::ids::{CycleNumber, ImportNumber};
use crate::domain::level::Level;
use crate::domain::messages::notice::Outgoing;
use crate::domain::missions::mission::MissionChange;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::rules::batch::{RuleVerdicts, Verdicts};
use crate::domain::rules::verdict::Verdict;
use crate::domain::words::words;
use crate::support::fingerprint::Fingerprint;

/// How this program measures, judges and words. It rises with every release that may give another verdict,
/// or say it otherwise, on the same data and rules: a cycle of the engine in force replays byte for byte.
pub const ENGINE: u32 = 2;

/// The last release of each former engine.
const FORMER_ENGINES: [(u32, &str); 1] = [(1, "0.1.0")];

/// The release that replays the cycles of an engine byte for byte; `None` when it is this one, or unknown.
pub fn release_of_engine(engine: u32) -> Option<&'static str> {
    FORMER_ENGINES.iter().find(|(former, _)| *former == engine).map(|(_, release)| *release)
}

fn first_engine() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde asks for")]
fn is_none_yet(number: &i64) -> bool {
    *number == 0
}

/// What a cycle was judged on. Two cycles with the same inputs give the same verdicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CycleInputs {
    pub as_of: NaiveDate,
    /// The edition in force at that date.
    pub edition: EditionId,
    /// Imports, links and changes to reviews up to these numbers were known.
    pub last_import: ImportNumber,
    pub last_link: i64,
    #[serde(default)]
    #[schema(required = true)]
    pub last_review: i64,
    /// Decisions on imports up to this number were known; 0 for cycles committed before there were any.
    #[serde(default)]
    #[schema(required = true)]
    pub last_confirmation: i64,
    /// Explanations of exits up to this number were known; absent when there were none.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub last_exit: i64,
    /// Successions of ministries up to this number were known; absent when there were none.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub last_succession: i64,
    /// Campaigns of the questionnaire up to this number were known; absent when there were none.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub last_campaign: i64,
    /// Fingerprint of the portfolio that was judged.
    pub data: Fingerprint,
    /// Fingerprint of the rules, thresholds and playbook.
    pub catalogue: Fingerprint,
    /// The engine that judged: releases that judge alike have the same.
    #[serde(default = "first_engine")]
    #[schema(required = true)]
    pub engine: u32,
}

/// A cycle as it is committed: whole, or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleRecord {
    pub number: CycleNumber,
    /// The last cycle that stood when this one was decided, whose alerts it goes on from.
    pub follows: Option<CycleNumber>,
    pub inputs: CycleInputs,
    pub started_at: DateTime<Utc>,
    /// Texts of the catalogue by path, stored once per fingerprint so that the cycle can be replayed.
    pub catalogue_texts: BTreeMap<String, String>,
    /// Figures of the portfolio as of the cycle, by dictionary field, for the series over time.
    pub figures: BTreeMap<String, f64>,
    /// By rule, then subject.
    pub verdicts: Verdicts,
    pub alert_changes: Vec<AlertChange>,
    pub mission_changes: Vec<MissionChange>,
    pub silence_changes: Vec<SilenceChange>,
    pub outgoing: Outgoing,
    /// Before it is written.
    pub times: BTreeMap<CyclePhase, Duration>,
}

words! {
    /// What a cycle spends its time on.
    pub enum CyclePhase, "a phase" {
        /// Data and catalogue are read.
        Load = "load",
        /// Frames, compilation and verdicts, evidence and explanations included.
        Judge = "judge",
        /// Alerts, missions, silences and messages.
        Decide = "decide",
        /// The transaction, but for its last instant.
        Write = "write",
    }
}

/// A committed cycle, without its verdicts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CycleSummary {
    pub number: CycleNumber,
    #[serde(flatten)]
    pub inputs: CycleInputs,
    pub started_at: DateTime<Utc>,
    /// Figures of the whole State: none for accounts that see some ministries only.
    pub figures: BTreeMap<String, f64>,
    /// Verdicts of the whole State: null for accounts that see some ministries only.
    pub counts: Option<CycleCounts>,
    /// That it no longer counts, and why; null while it counts.
    #[serde(default)]
    #[schema(required = true)]
    pub voided: Option<CycleVoid>,
}

/// Who made a cycle void, when and why: nothing rests on it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CycleVoid {
    pub at: DateTime<Utc>,
    pub by: Actor,
    pub reason: String,
}

impl CycleSummary {
    /// When it ran. A void cycle may have run by a clock that was ahead: it ran before it was made void.
    pub fn ran_at(&self) -> DateTime<Utc> {
        match &self.voided {
            Some(void) => self.started_at.min(void.at),
            None => self.started_at,
        }
    }
}

/// Verdicts of a cycle: all of them are `judged`, `unknown` or `failed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CycleCounts {
    /// Given a level.
    pub judged: u64,
    /// Of those, at `Watch` or above.
    pub fired: u64,
    pub unknown: u64,
    pub failed: u64,
}

impl CycleCounts {
    pub fn of(verdicts: &Verdicts) -> Self {
        let mut counts = Self::default();
        for (verdict, count) in verdicts.rules().iter().flat_map(RuleVerdicts::counted) {
            match verdict {
                Verdict::Level { level } => {
                    counts.judged += count;
                    counts.fired += if *level >= Level::Watch { count } else { 0 };
                }
                Verdict::Unknown { .. } => counts.unknown += count,
                Verdict::Failed { .. } => counts.failed += count,
            }
        }
        counts
    }
}
