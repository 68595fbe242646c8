//! Response types of the Alertmanager API v2, with its names.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Europe::Paris;
use serde::Serialize;
use utoipa::ToSchema;

use crate::application::Firing;
use crate::domain::alerts::silence::{Silence, SilenceScope};
use crate::domain::ids::{AlertId, SilenceNumber};
use crate::domain::messages::notice::Receiver;
use crate::notify;

/// End of an alert that has no planned end: Go's zero time.
const NO_END: DateTime<Utc> = DateTime::from_naive_utc_and_offset(YEAR_ONE, Utc);
const YEAR_ONE: chrono::NaiveDateTime = match chrono::NaiveDate::from_ymd_opt(1, 1, 1) {
    Some(day) => chrono::NaiveDateTime::new(day, NaiveTime::MIN),
    None => chrono::NaiveDateTime::MIN,
};

/// Start of a silence's id, a UUID of version 8 (custom) that ends with the silence's number.
const ID_HEAD: &str = "00000000-0000-8000-8000-";

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct GettableAlert {
    /// `alertname` (title of the rule), `rule_id`, `subject`, `severity`, and `project_id` and `ministry` if there is one.
    labels: BTreeMap<&'static str, String>,
    /// `summary` (name of the subject) and `description` (the explanation), in French.
    annotations: BTreeMap<&'static str, String>,
    receivers: Vec<Office>,
    /// Id of the alert; it does not depend on its level or texts.
    fingerprint: AlertId,
    starts_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// The year 1, which means that no end is planned.
    ends_at: DateTime<Utc>,
    status: AlertStatus,
    /// Address of the alert. Left out if the setting `public_url` is empty.
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri", nullable = false)]
    generator_url: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct AlertStatus {
    state: FiringState,
    pub(super) silenced_by: Vec<String>,
    pub(super) inhibited_by: Vec<AlertId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum FiringState {
    Active,
    /// Silenced, or inhibited by another alert.
    Suppressed,
}

/// The office whose digest contains the alert: `sg/MJ` (secretary-general of a ministry), or `dinum`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(in crate::api) struct Office {
    pub(super) name: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AlertGroup {
    labels: BTreeMap<&'static str, String>,
    receiver: Office,
    alerts: Vec<GettableAlert>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct GettableSilence {
    id: String,
    status: SilenceStatus,
    updated_at: DateTime<Utc>,
    comment: String,
    created_by: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    matchers: Vec<LabelMatcher>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct SilenceStatus {
    state: SilenceState,
}

/// State of a silence. Vigie's silences start when they are created, so none is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum SilenceState {
    Active,
    Expired,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct LabelMatcher {
    name: &'static str,
    value: String,
    is_regex: bool,
    is_equal: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct AlertmanagerStatus {
    cluster: ClusterStatus,
    version_info: VersionInfo,
    config: AlertmanagerConfig,
    /// When the service started.
    uptime: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ClusterStatus {
    status: &'static str,
    peers: [PeerStatus; 0],
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct PeerStatus {
    name: String,
    address: String,
}

#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct VersionInfo {
    /// Version of Vigie.
    version: &'static str,
    revision: &'static str,
    branch: &'static str,
    build_user: &'static str,
    build_date: &'static str,
    go_version: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AlertmanagerConfig {
    original: &'static str,
}

impl GettableAlert {
    pub(super) fn of(firing: Firing, public_url: &str) -> Self {
        let Firing { alert, labels, annotations, office, silenced_by, hidden_by } = firing;
        let is_suppressed = !silenced_by.is_empty() || hidden_by.is_some();
        let state = if is_suppressed { FiringState::Suppressed } else { FiringState::Active };
        Self {
            labels,
            annotations,
            receivers: vec![Office::of(&office)],
            starts_at: alert.since.and_time(NaiveTime::MIN).and_utc(),
            updated_at: alert.updated_at,
            ends_at: NO_END,
            status: AlertStatus {
                state,
                silenced_by: silenced_by.into_iter().map(silence_id).collect(),
                inhibited_by: hidden_by.into_iter().collect(),
            },
            generator_url: (!public_url.is_empty())
                .then(|| format!("{public_url}/api/v1/alerts/{}", alert.id)),
            fingerprint: alert.id,
        }
    }

    pub(super) fn labels(&self) -> &BTreeMap<&'static str, String> {
        &self.labels
    }

    pub(super) fn receivers(&self) -> &[Office] {
        &self.receivers
    }

    pub(super) fn status(&self) -> &AlertStatus {
        &self.status
    }
}

impl AlertStatus {
    pub(super) fn is_active(&self) -> bool {
        self.state == FiringState::Active
    }
}

impl Office {
    fn of(receiver: &Receiver) -> Self {
        Self { name: receiver.to_string() }
    }
}

impl AlertGroup {
    /// Groups alerts by ministry and receiver, as digests do.
    pub(super) fn all(alerts: Vec<GettableAlert>) -> Vec<Self> {
        let mut groups: BTreeMap<(BTreeMap<&'static str, String>, Office), Vec<GettableAlert>> =
            BTreeMap::new();
        for alert in alerts {
            let ministry = alert.labels.get(notify::MINISTRY_LABEL).cloned();
            let labels: BTreeMap<_, _> =
                ministry.into_iter().map(|code| (notify::MINISTRY_LABEL, code)).collect();
            for receiver in &alert.receivers {
                let key = (labels.clone(), receiver.clone());
                groups.entry(key).or_default().push(alert.clone());
            }
        }
        let group = |((labels, receiver), own)| Self { labels, receiver, alerts: own };
        groups.into_iter().map(group).collect()
    }
}

impl GettableSilence {
    pub(super) fn of(silence: &Silence, now: DateTime<Utc>) -> Self {
        let holds = silence.holds_on(now.with_timezone(&Paris).date_naive());
        let state = if holds { SilenceState::Active } else { SilenceState::Expired };
        let ended_at = silence.ended.as_ref().map(|ended| ended.at);
        Self {
            id: silence_id(silence.number),
            status: SilenceStatus { state },
            updated_at: ended_at.or(silence.announced_at).unwrap_or(silence.made_at),
            comment: silence.reason.clone(),
            created_by: silence.author.to_string(),
            starts_at: silence.made_at,
            ends_at: ended_at.unwrap_or_else(|| end_of_last_day(silence)),
            matchers: LabelMatcher::of(&silence.scope),
        }
    }

    /// The labels that the silence's matchers name, with their values.
    pub(super) fn labels(&self) -> BTreeMap<&'static str, &str> {
        self.matchers.iter().map(|matcher| (matcher.name, matcher.value.as_str())).collect()
    }

    pub(super) fn state(&self) -> SilenceState {
        self.status.state
    }

    pub(super) fn ends_at(&self) -> DateTime<Utc> {
        self.ends_at
    }

    pub(super) fn created_by(&self) -> &str {
        &self.created_by
    }
}

/// Midnight in Paris after the silence's last day.
fn end_of_last_day(silence: &Silence) -> DateTime<Utc> {
    let next = silence.last_day.succ_opt().unwrap_or(silence.last_day);
    let midnight = next.and_time(NaiveTime::MIN);
    midnight.and_local_timezone(Paris).earliest().map_or(midnight.and_utc(), |end| end.to_utc())
}

impl LabelMatcher {
    /// The matchers for a silence's scope; the silence covers alerts that all of them match.
    fn of(scope: &SilenceScope) -> Vec<Self> {
        let SilenceScope { rule, project, ministry } = scope;
        let named = [
            (notify::RULE_LABEL, rule.as_ref().map(ToString::to_string)),
            (notify::PROJECT_LABEL, project.as_ref().map(ToString::to_string)),
            (notify::MINISTRY_LABEL, ministry.as_ref().map(ToString::to_string)),
        ];
        let matcher = |(name, value): (_, Option<String>)| Some(Self::equal(name, value?));
        named.into_iter().filter_map(matcher).collect()
    }

    fn equal(name: &'static str, value: String) -> Self {
        Self { name, value, is_regex: false, is_equal: true }
    }
}

impl AlertmanagerStatus {
    pub(super) fn since(started_at: DateTime<Utc>) -> Self {
        Self {
            cluster: ClusterStatus { status: "disabled", peers: [] },
            version_info: VersionInfo {
                version: env!("CARGO_PKG_VERSION"),
                ..VersionInfo::default()
            },
            config: AlertmanagerConfig {
                original: "# Vigie is configured by its own vigie.toml and by the files next to its rules.\n",
            },
            uptime: started_at,
        }
    }
}

fn silence_id(number: SilenceNumber) -> String {
    format!("{ID_HEAD}{:012}", number.0)
}

pub(super) fn silence_number(id: &str) -> Option<SilenceNumber> {
    let digits = id.strip_prefix(ID_HEAD).filter(|digits| digits.len() == 12)?;
    digits.parse().ok().filter(|number| *number > 0).map(SilenceNumber)
}
