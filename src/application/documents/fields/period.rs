//! What a document is about: an edition, the one that it is compared with, and the day as of which all is known.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::application::documents::refusal::DocumentRefusal;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::portfolio::edition::EditionId;
use crate::support::clock::today;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::application) struct Period {
    pub(in crate::application) edition: EditionId,
    pub(in crate::application) previous: Option<EditionId>,
    /// The edition right before, whichever one the document is compared with.
    pub(in crate::application) before: Option<EditionId>,
    pub(in crate::application) as_of: NaiveDate,
}

impl Period {
    /// An edition, the last one by default, and the one that it is compared with, the one before by default. All is known as of
    /// the last cycle while the edition was in force; without one, as of the last day of its month.
    ///
    /// # Errors
    /// If an edition is not known, or the data cannot be read.
    pub(in crate::application) async fn of(
        services: &Services,
        edition: Option<EditionId>,
        previous: Option<EditionId>,
    ) -> Result<Self, ApplicationError> {
        let known = view::known_data(services, None).await?;
        let today = today(services.clock.now());
        let listed = known.portfolio.snapshots.iter().map(|snapshot| snapshot.edition);
        let editions: BTreeSet<EditionId> = listed
            .chain(known.portfolio.editions.iter().copied())
            .filter(|one| one.as_of() <= today)
            .collect();
        let unknown = |requested| ApplicationError::NoSuchEdition {
            requested,
            known: editions.iter().copied().collect(),
        };
        for one in edition.iter().chain(&previous) {
            if !editions.contains(one) {
                return Err(unknown(*one));
            }
        }
        let last = editions.last().copied();
        let edition = edition.or(last).unwrap_or_else(|| EditionId::of(today));
        if let Some(other) = previous.filter(|previous| *previous >= edition) {
            return Err(DocumentRefusal::NotBefore { edition, other }.into());
        }
        let before = editions.range(..edition).next_back().copied();
        let next = editions.range(edition..).find(|one| **one > edition);
        let end = next.and_then(|next| next.as_of().pred_opt()).unwrap_or(today).min(today);
        let cycle = view::last_cycle_as_of(services, Some(end)).await?;
        let judged = cycle.map(|cycle| cycle.inputs.as_of);
        let as_of = judged.filter(|day| *day >= edition.as_of() && *day <= end);
        let as_of = as_of.unwrap_or_else(|| edition.last_day().min(end));
        Ok(Self { edition, previous: previous.or(before), before, as_of })
    }

    /// Whether a day is after the note on the edition that this one is compared with.
    pub(in crate::application) fn covers(&self, day: NaiveDate) -> bool {
        day <= self.as_of && self.previous.is_none_or(|previous| day > previous.last_day())
    }

    /// The page that compares the two editions.
    pub(in crate::application) fn comparison(&self) -> String {
        match self.previous {
            Some(previous) => format!("/editions/comparaison?de={previous}&a={}", self.edition),
            None => format!("/editions/{}", self.edition),
        }
    }
}
