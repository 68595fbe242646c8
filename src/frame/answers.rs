//! Which answers to the questionnaire make a field of a project known.

use std::collections::BTreeSet;

use super::dictionary::{ANSWERS_UNKNOWN, ANSWERS_WITHHELD, Dictionary, PASTS};
use super::given::GivenFrame;
use crate::domain::portfolio::subject::SubjectKind;

/// What is known of the answers themselves: one gives it, whatever the question.
const OF_ANY_ANSWER: [&str; 5] =
    ["questionnaire_on", "follow_up_on", "campaign_answered_on", ANSWERS_UNKNOWN, ANSWERS_WITHHELD];

/// The answers without which a field of a project stays missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswersBehind {
    /// Those to all of these questions.
    All(BTreeSet<&'static str>),
    /// One, to any question.
    Any,
    /// The questionnaire does not supply the field.
    None,
}

impl AnswersBehind {
    /// The answers behind a field: that to its own question, or those to the questions that it is computed from. What a
    /// measure takes from other data than the questionnaire is not told.
    pub fn of(field: &str, dictionary: &Dictionary) -> Self {
        let inputs = dictionary.field(field).map(|found| inputs(found.name)).unwrap_or_default();
        let questions = dictionary.questions().map(|question| question.name);
        let asked: BTreeSet<&'static str> =
            questions.filter(|question| inputs.contains(question)).collect();
        if !asked.is_empty() {
            return Self::All(asked);
        }
        if OF_ANY_ANSWER.iter().any(|date| inputs.contains(date)) { Self::Any } else { Self::None }
    }
}

/// The field and those that it is computed from. The days on which a fact changed are of that fact.
fn inputs(field: &'static str) -> BTreeSet<&'static str> {
    let past = PASTS.iter().find(|past| [past.changes, past.last_change].contains(&Some(field)));
    let wanted = BTreeSet::from([past.map_or(field, |past| past.field)]);
    GivenFrame::inputs(SubjectKind::Project, &wanted)
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::built_in;
    use super::AnswersBehind;

    #[track_caller]
    fn check(field: &str, questions: &[&'static str]) {
        let expected = AnswersBehind::All(questions.iter().copied().collect());
        assert_eq!(AnswersBehind::of(field, built_in()), expected);
    }

    #[test]
    fn a_measure_needs_the_answers_that_it_is_computed_from() {
        check("spent_to_date", &["spent_to_date"]);
        check("cpi", &["progress_pct", "spent_to_date"]);
        check("spi", &["progress_pct", "planned_progress_pct"]);
        check("funding_months", &["spent_to_date", "credits_secured_12m"]);
        check("cost_updated_answered_on", &["cost_updated_on"]);
        check("director_changed_on", &["director_appointed_on"]);
        check("go_live_changes", &["go_live_on"]);
    }

    #[test]
    fn dates_of_answers_need_one_and_other_data_needs_none() {
        for field in [
            "questionnaire_on",
            "questionnaire_current_on",
            "follow_up_age_days",
            "campaign_answered_on",
        ] {
            assert_eq!(AnswersBehind::of(field, built_in()), AnswersBehind::Any, "{field}");
        }
        for field in ["cost_current", "milestones_due", "avis_status", "listed", "t.share", ""] {
            assert_eq!(AnswersBehind::of(field, built_in()), AnswersBehind::None, "{field}");
        }
    }
}
