//! The alerts that await somebody, in groups of one project or one rule, and how many others there are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::dossier::AlertLine;
use crate::application::foresight::attention_order::AttentionOrder;
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
    /// Those that are left out because a more serious one covers them, the most serious first.
    pub covered: Vec<AlertLine>,
}

impl AlertLine {
    /// The new facts that nobody has seen: those of an alert that nobody acknowledged since.
    pub fn has_unseen_facts(&self) -> bool {
        self.handling.acknowledged.is_none() && !self.alert.facts.is_empty()
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

/// The queue that these alerts make, in groups: those with the most serious alert first, then in the order of attention.
pub fn alert_queue(
    lines: Vec<AlertLine>,
    terms: &QueueTerms,
    order: QueueOrder,
    attention: &AttentionOrder,
) -> AlertQueue {
    let mut queue = AlertQueue::default();
    let is_default = !terms.wanted.keys().any(|wanted| wanted.is_of_handling());
    for line in lines.into_iter().filter(|line| terms.fit(line)) {
        let absence = line.absence(terms.states_asked);
        let absence = absence.filter(|absence| is_default || !absence.is_of_handling());
        match absence {
            Some(absence) => {
                *queue.left_out.entry(absence).or_default() += 1;
                if absence == QueueAbsence::Hidden {
                    queue.covered.push(line);
                }
            }
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
        let worst = worst.get(&group).copied().unwrap_or(Level::Clear);
        let place = match order {
            QueueOrder::Project => attention.rank(&line.alert.subject),
            QueueOrder::Rule => 0,
        };
        let subject = line.alert.subject.to_string();
        let of_line = (Reverse(line.alert.level), line.alert.rule.clone(), subject);
        ((Reverse(worst), place, name, group), of_line)
    });
    queue.covered.sort_by_key(|line| (Reverse(line.alert.level), line.alert.rule.clone()));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An open alert on a project, with what differs from it.
    fn line(project: &str, level: &str, differs: &serde_json::Value) -> AlertLine {
        let mut line = json!({
            "id": format!("{project}-{level}"),
            "rule": "D1",
            "subject": format!("project/{project}"),
            "state": "open",
            "level": level,
            "since": "2020-11-01",
            "updated_at": "2020-11-30T09:00:00Z",
            "streak": 0,
            "stale": false,
            "evidence": null,
            "explanation": null,
            "rule_title": "Dérive budgétaire",
            "subject_name": project,
            "ministry": "MJ",
            "handling": { "acknowledged": null, "assigned_to": null },
            "silenced_by": null,
            "disputed_in": null,
        });
        let all = line.as_object_mut().unwrap();
        all.extend(differs.as_object().unwrap().clone());
        serde_json::from_value(line).unwrap()
    }

    fn shown(
        lines: Vec<AlertLine>,
        terms: &QueueTerms,
    ) -> (Vec<String>, Vec<(&'static str, usize)>) {
        let order = AttentionOrder::default();
        let AlertQueue { shown, left_out, .. } =
            alert_queue(lines, terms, QueueOrder::Project, &order);
        let shown = shown.iter().map(|line| line.alert.id.to_string()).collect();
        (shown, left_out.into_iter().map(|(absence, count)| (absence.as_str(), count)).collect())
    }

    fn lines() -> Vec<AlertLine> {
        let seen = json!({ "by": "Ada", "at": "2020-11-30T09:00:00Z" });
        let fact = json!([{
            "cycle": 2,
            "on": "2020-11-30",
            "field": "cost_current",
            "before": { "float": 10.0 },
            "after": { "float": 12.0 },
            "from_edition": "2020-06",
            "edition": "2020-11",
            "text": "Le coût passe de 10 à 12 M€.",
        }]);
        vec![
            line("a", "moderate", &json!({})),
            line("b", "critical", &json!({ "hidden_by": "D2" })),
            line("c", "high", &json!({ "hidden_by": "D2", "facts": fact })),
            line("d", "high", &json!({ "silenced_by": 1, "hidden_by": "D2" })),
            line(
                "e",
                "high",
                &json!({ "handling": { "acknowledged": seen, "assigned_to": null }, "facts": fact }),
            ),
            line("f", "high", &json!({ "state": "resolved" })),
            line("g", "critical", &json!({})),
        ]
    }

    #[test]
    fn an_alert_is_left_out_for_a_counted_reason_and_never_with_a_fact_that_nobody_has_seen() {
        let (shown, left_out) = shown(lines(), &QueueTerms::default());
        assert_eq!(shown, ["g-critical", "c-high", "a-moderate"]);
        assert_eq!(left_out, [("hidden", 2), ("acknowledged", 1), ("resolved", 1)]);
    }

    #[test]
    fn what_is_asked_for_is_shown_whatever_else_is_done_about_it() {
        let wanted = BTreeMap::from([(QueueAbsence::Hidden, true)]);
        let terms = QueueTerms { wanted, ..QueueTerms::default() };
        assert_eq!(shown(lines(), &terms).0, ["b-critical", "c-high", "d-high"]);
        let of_all_states = QueueTerms { states_asked: true, ..QueueTerms::default() };
        assert!(shown(lines(), &of_all_states).0.contains(&"f-high".to_owned()));
        let of_nobody = QueueTerms { owner: Some(QueueOwner::Nobody), ..QueueTerms::default() };
        assert_eq!(shown(lines(), &of_nobody).0.len(), 3);
    }
}
