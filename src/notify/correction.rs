//! Corrections, sent when a cycle is voided to those who received its messages. Pure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::compose;
use super::compose::Occasion;
use super::occurrence;
use super::occurrence::Occurrence;
use super::occurrence::World;
use super::render::RenderError;
use crate::domain::audit::Act;
use crate::domain::french;
use crate::domain::ids::CycleNumber;
use crate::domain::notice::Notice;
use crate::domain::notice::Outgoing;
use crate::domain::notice::Receiver;
use crate::domain::subject::Subject;

/// The cycle that is voided.
#[derive(Clone, Copy, Debug)]
pub struct Correction<'a> {
    pub number: CycleNumber,
    pub as_of: NaiveDate,
    /// Who voids the cycle, and why.
    pub act: &'a Act,
    /// Receivers that its messages reached, or may still reach.
    pub receivers: &'a BTreeSet<Receiver>,
}

impl Correction<'_> {
    /// For example `évaluation du 1er janvier 2062 annulée`.
    pub(super) fn title(self) -> String {
        format!("évaluation du {} annulée", french::date(self.as_of))
    }

    pub(super) fn intro(self) -> Vec<String> {
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
    pub(super) fn narrow(self, audience: &mut BTreeMap<Receiver, BTreeSet<Subject>>) {
        audience.retain(|receiver, _| self.receivers.contains(receiver));
        for receiver in self.receivers {
            audience.entry(receiver.clone()).or_default();
        }
    }
}

/// Composes a correction for each receiver of the cycle's messages, with what is true again minus
/// what was sent before. Webhooks also receive an event that the cycle is void.
pub fn correct(
    occasion: Occasion<'_>,
    correction: Correction<'_>,
) -> Result<Outgoing, RenderError> {
    let Occasion { now, directory, settings, lanes, .. } = occasion;
    let open = compose::lanes(settings);
    let receivers: BTreeSet<Receiver> =
        correction.receivers.iter().filter(|one| open.contains(&one.lane())).cloned().collect();
    let correction = Correction { receivers: &receivers, ..correction };
    let mut outgoing = compose::outgoing(Occasion { correction: Some(correction), ..occasion })?;
    // Newly set up channels are opened by the next cycle.
    outgoing.opened.clear();
    let Correction { number, as_of, act, .. } = correction;
    let world = World { now, directory, settings, lanes };
    let voided = occurrence::happened(Occurrence::Voided { number, as_of, act }, world).into_iter();
    let is_open = |notice: &Notice| lanes.iter().any(|one| one.lane == notice.receiver.lane());
    let cycle = Some(number);
    outgoing.notices.extend(voided.filter(is_open).map(|notice| Notice { cycle, ..notice }));
    Ok(outgoing)
}
