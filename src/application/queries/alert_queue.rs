//! The alerts that await somebody, in groups of one project or one rule, and how many others there are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::dossier::AlertLine;
use crate::domain::accounts::audit::Actor;
use crate::domain::alerts::alert::AlertState;
use crate::domain::level::Level;
use crate::domain::words::words;

words! {
    /// Why an alert is left out of the queue, though nobody asked that it be.
    pub enum QueueAbsence, "why an alert is not in the queue" {
        /// Another alert on the same subject says it already.
        Hidden = "hidden" => "masquée",
        Silenced = "silenced" => "en silence",
        Acknowledged = "acknowledged" => "acquittée",
        /// Fired, and not yet for as long as its rule asks.
        Pending = "pending" => "en attente",
        Dormant = "dormant" => "en sommeil",
        Resolved = "resolved" => "close",
    }
}

words! {
    pub enum QueueOrder, "how a queue is grouped" {
        Project = "project" => "projet",
        Rule = "rule" => "règle",
    }
}

/// Whom the alerts of a queue are assigned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueOwner {
    Nobody,
    Person(String),
}

/// Which alerts are wanted. By default those that await somebody: open, and neither hidden, silenced nor acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueTerms {
    pub owner: Option<QueueOwner>,
    /// Alerts of which each of these is so, or is not; whatever is not named here does not count.
    pub wanted: BTreeMap<QueueAbsence, bool>,
    /// Whether states were asked for, so that an alert is not left out for its own.
    pub states_asked: bool,
}

/// The alerts of a queue, and why others are not in it.
#[derive(Clone, Debug, Default)]
pub struct AlertQueue {
    pub shown: Vec<AlertLine>,
    /// How many alerts are not shown for each reason; an alert counts once, for the first of its reasons.
    pub left_out: BTreeMap<QueueAbsence, usize>,
}

impl AlertLine {
    /// The new facts that nobody has seen: those of an alert that nobody acknowledged since.
    pub fn has_unseen_facts(&self) -> bool {
        self.handling.acknowledged.is_none() && !self.alert.facts.is_empty()
    }

    /// Whether a person may have it: by their name.
    pub fn is_of(&self, person: &Actor) -> bool {
        self.handling.assigned_to.as_deref() == Some(person.as_str())
    }

    fn is(&self, absence: QueueAbsence) -> bool {
        match absence {
            QueueAbsence::Hidden => self.alert.hidden_by.is_some(),
            QueueAbsence::Silenced => self.silenced_by.is_some(),
            QueueAbsence::Acknowledged => self.handling.acknowledged.is_some(),
            QueueAbsence::Pending => self.alert.state == AlertState::Pending,
            QueueAbsence::Dormant => self.alert.state == AlertState::Dormant,
            QueueAbsence::Resolved => self.alert.state == AlertState::Resolved,
        }
    }

    /// Why a queue leaves it out by default. An open alert with facts that nobody has seen is never left out.
    fn absence(&self, states_asked: bool) -> Option<QueueAbsence> {
        let of_its_state = [QueueAbsence::Resolved, QueueAbsence::Dormant, QueueAbsence::Pending];
        let by_state = of_its_state.into_iter().find(|absence| self.is(*absence));
        if by_state.is_some() {
            return by_state.filter(|_| !states_asked);
        }
        if self.has_unseen_facts() {
            return None;
        }
        let others = [QueueAbsence::Hidden, QueueAbsence::Silenced, QueueAbsence::Acknowledged];
        others.into_iter().find(|absence| self.is(*absence))
    }
}

/// The queue that these alerts make, in groups: those with the most serious alert first.
pub fn alert_queue(lines: Vec<AlertLine>, terms: &QueueTerms, order: QueueOrder) -> AlertQueue {
    let mut queue = AlertQueue::default();
    let is_default = !terms.wanted.keys().any(|wanted| wanted.is_of_handling());
    for line in lines.into_iter().filter(|line| terms.fit(line)) {
        let absence = line.absence(terms.states_asked);
        let absence = absence.filter(|absence| is_default || !absence.is_of_handling());
        match absence {
            Some(absence) => *queue.left_out.entry(absence).or_default() += 1,
            None => queue.shown.push(line),
        }
    }
    let mut worst: BTreeMap<String, Level> = BTreeMap::new();
    for line in &queue.shown {
        let level = worst.entry(group(line, order)).or_insert(line.alert.level);
        *level = line.alert.level.max(*level);
    }
    queue.shown.sort_by_cached_key(|line| {
        let group = group(line, order);
        let name = match order {
            QueueOrder::Project => line.subject_name.clone(),
            QueueOrder::Rule => line.rule_title.clone(),
        };
        let rank = worst.get(&group).copied().unwrap_or(Level::Clear);
        let subject = line.alert.subject.to_string();
        (Reverse(rank), name, group, Reverse(line.alert.level), line.alert.rule.clone(), subject)
    });
    queue
}

/// What alerts of one group have in common.
fn group(line: &AlertLine, order: QueueOrder) -> String {
    match order {
        QueueOrder::Project => line.alert.subject.to_string(),
        QueueOrder::Rule => line.alert.rule.to_string(),
    }
}

impl QueueAbsence {
    /// Whether it comes from what is done about an alert, not from its state.
    fn is_of_handling(self) -> bool {
        matches!(self, Self::Hidden | Self::Silenced | Self::Acknowledged)
    }
}

impl QueueTerms {
    fn fit(&self, line: &AlertLine) -> bool {
        let assigned = line.handling.assigned_to.as_deref();
        let is_of_owner = match &self.owner {
            None => true,
            Some(QueueOwner::Nobody) => assigned.is_none(),
            Some(QueueOwner::Person(person)) => assigned == Some(person.as_str()),
        };
        is_of_owner && self.wanted.iter().all(|(absence, wanted)| line.is(*absence) == *wanted)
    }
}
