//! Corrections, sent when a cycle is voided to those who received its messages. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::domain_event::{DeliveryContext, DomainEvent};
use super::notices::ComposeContext;
use super::{domain_event, notices};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::ids::CycleNumber;
use crate::domain::messages::notice::{Notice, Outgoing, Receiver};
use crate::domain::portfolio::subject::Subject;
use crate::notify::layout::render::RenderError;
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

/// Composes a correction for each receiver of the cycle's messages, with what is true again minus
/// what was sent before. Webhooks also receive an event that the cycle is void.
pub fn correct(
    occasion: ComposeContext<'_>,
    correction: Correction<'_>,
) -> Result<Outgoing, RenderError> {
    let ComposeContext { now, directory, settings, lanes, .. } = occasion;
    let open = notices::lanes(settings);
    let receivers: BTreeSet<Receiver> =
        correction.receivers.iter().filter(|one| open.contains(&one.lane())).cloned().collect();
    let correction = Correction { receivers: &receivers, ..correction };
    let mut outgoing =
        notices::outgoing(ComposeContext { correction: Some(correction), ..occasion })?;
    // Newly set up channels are opened by the next cycle.
    outgoing.opened.clear();
    let Correction { number, as_of, act, .. } = correction;
    let world = DeliveryContext { now, directory, settings, lanes };
    let voided =
        domain_event::happened(DomainEvent::Voided { number, as_of, act }, world).into_iter();
    let is_open = |notice: &Notice| lanes.iter().any(|one| one.lane == notice.receiver.lane());
    let cycle = Some(number);
    outgoing.notices.extend(voided.filter(is_open).map(|notice| Notice { cycle, ..notice }));
    Ok(outgoing)
}
