//! The one order of projects that lists, queues and messages share: the place of each in the order of attention.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::attention;
use super::attention_report::Attention;
use super::scorecards::{MOST_AT_ONCE, is_before_data};
use crate::application::cache::known_data::KnownData;
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::subject::Subject;

/// The place of each project under way, from 1. Others have none, and come last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttentionOrder(BTreeMap<ProjectId, usize>);

impl AttentionOrder {
    pub fn place(&self, project: &ProjectId) -> Option<usize> {
        self.0.get(project).copied()
    }

    /// For sorting: the place of a project, and after all of them ministries, the portfolio and projects without a place.
    pub fn rank(&self, subject: &Subject) -> usize {
        subject.project().and_then(|project| self.place(project)).unwrap_or(usize::MAX)
    }

    pub(in crate::application) fn into_places(self) -> BTreeMap<ProjectId, usize> {
        self.0
    }

    fn of(attention: &Attention) -> Self {
        Self(attention.projects.iter().map(|line| (line.project.clone(), line.rank)).collect())
    }
}

/// The order of the projects that the caller sees, worked out of these alone, as of a date, today by default. Worked out once for
/// the same data and rules. Empty before the first edition, and, where there are so many past editions and projects that the reader
/// would wait, until somebody has opened the order itself.
///
/// # Errors
/// When the data or the rules cannot be read.
pub async fn attention_order(
    services: &Services,
    as_of: Option<NaiveDate>,
) -> Result<AttentionOrder, ApplicationError> {
    found(services, as_of, KnownData::attention_at_hand).await
}

/// The same, which depends on the data and the rules alone: empty where there are too many past editions and projects.
///
/// # Errors
/// When the data or the rules cannot be read.
pub(in crate::application) async fn attention_order_at_once(
    services: &Services,
    as_of: NaiveDate,
) -> Result<AttentionOrder, ApplicationError> {
    found(services, Some(as_of), |_, _| None).await
}

async fn found(
    services: &Services,
    as_of: Option<NaiveDate>,
    of_many: impl FnOnce(&KnownData, &Arc<RulesInForce>) -> Option<Arc<Attention>>,
) -> Result<AttentionOrder, ApplicationError> {
    let found = match view::measurable(services, as_of).await {
        Ok((known, rules)) if known.portfolio.snapshots.len() > MOST_AT_ONCE => {
            Ok(of_many(&known, &rules))
        }
        Ok((known, rules)) => match known.attention_at_hand(&rules) {
            Some(at_hand) => Ok(Some(at_hand)),
            None => attention::attention(services, as_of).await.map(Some),
        },
        Err(fault) => Err(fault),
    };
    match found {
        Ok(found) => Ok(found.map(|found| AttentionOrder::of(&found)).unwrap_or_default()),
        Err(fault) if is_before_data(&fault) => Ok(AttentionOrder::default()),
        Err(fault) => Err(fault),
    }
}
