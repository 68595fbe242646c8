//! What a correction says of a voided cycle, and to whom. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::Receiver;
use crate::domain::portfolio::subject::Subject;
use crate::support::french;

/// The cycle that is voided.
#[derive(Clone, Copy, Debug)]
pub struct Correction<'a> {
    pub number: CycleNumber,
    pub as_of: NaiveDate,
    /// Who voids the cycle, and why.
    pub act: &'a ActionContext,
    /// Receivers that its messages reached, or may still reach.
    pub receivers: &'a BTreeSet<Receiver>,
}

impl Correction<'_> {
    /// For example `évaluation du 1er janvier 2062 annulée`.
    pub(in crate::notify) fn title(self) -> String {
        format!("évaluation du {} annulée", french::date(self.as_of))
    }

    pub(in crate::notify) fn intro(self) -> Vec<String> {
        let date = french::date(self.as_of);
        vec![
            format!(
                "L’évaluation du {date} (cycle {}), dont un message vous a fait part, est annulée. Ce \
                 que ce message en disait ne tient plus.",
                self.number
            ),
            format!("Motif : {}", self.act.reason),
        ]
    }

    /// Restricts the audience to the receivers of the cycle's messages; they all get a correction,
    /// even if nothing changes for them.
    pub(in crate::notify) fn narrow(self, audience: &mut BTreeMap<Receiver, BTreeSet<Subject>>) {
        audience.retain(|receiver, _| self.receivers.contains(receiver));
        for receiver in self.receivers {
            audience.entry(receiver.clone()).or_default();
        }
    }
}
