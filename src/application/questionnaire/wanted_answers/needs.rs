//! The answers that each unknown verdict needs, found round by round: a rule says which field it lacks first, the answers
//! behind that field are supposed, and the project is judged again.

use std::collections::{BTreeMap, BTreeSet};

use super::hypotheses::{Hypotheses, Lacking, World};
use crate::application::ApplicationError;
use crate::domain::ids::RuleId;
use crate::frame::AnswersBehind;

/// Most answers, one after the other, that are supposed for a verdict.
const ROUNDS: usize = 12;

/// What an unknown verdict on a project needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NeededAnswers {
    pub(super) rule: RuleId,
    /// The questions to answer, all of them.
    pub(super) fields: BTreeSet<&'static str>,
    /// Whether it needs an answer, whatever the question.
    any: bool,
    pub(super) state: NeedState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NeedState {
    /// More may be needed.
    Open,
    /// With these answers the rule gives a level.
    Settled,
    /// Answers do not settle it: the rule lacks other data, or breaks down.
    OtherData,
}

/// What each unknown verdict on each project needs, by rule.
///
/// # Errors
///
/// Fails when Polars refuses the plan.
pub(super) fn of_all(
    hypotheses: &Hypotheses<'_>,
) -> Result<Vec<Vec<NeededAnswers>>, ApplicationError> {
    let mut needs = unknown(hypotheses)?;
    for _ in 0..ROUNDS {
        let worlds = worlds(&needs, hypotheses);
        if worlds.is_empty() {
            break;
        }
        let judged = hypotheses.judge(&worlds)?;
        let lacking: BTreeMap<&World, &Lacking> = worlds.iter().zip(&judged).collect();
        for (project, need) in open(&mut needs) {
            let world = (project, need.supposed(project, hypotheses));
            match lacking.get(&world).map(|rules| rules.get(&need.rule)) {
                Some(None) => need.state = NeedState::Settled,
                Some(Some(Some(lacked))) => need.add(lacked, project, hypotheses),
                Some(Some(None)) | None => need.state = NeedState::OtherData,
            }
        }
    }
    for (_, need) in open(&mut needs) {
        need.state = NeedState::OtherData;
    }
    Ok(needs)
}

/// The verdicts that are unknown today, each with the answers behind the field that it lacks.
fn unknown(hypotheses: &Hypotheses<'_>) -> Result<Vec<Vec<NeededAnswers>>, ApplicationError> {
    let as_known: Vec<World> =
        (0..hypotheses.len()).map(|project| (project, BTreeSet::new())).collect();
    let judged = hypotheses.judge(&as_known)?.into_iter().enumerate();
    let needs = judged.map(|(project, lacking)| {
        let of_rules = lacking.into_iter().filter_map(|(rule, lacked)| Some((rule, lacked?)));
        let begun = of_rules.map(|(rule, lacked)| {
            let (fields, state) = (BTreeSet::new(), NeedState::Open);
            let mut need = NeededAnswers { rule, fields, any: false, state };
            need.add(&lacked, project, hypotheses);
            need
        });
        begun.collect()
    });
    Ok(needs.collect())
}

/// The different worlds in which open needs are to be judged.
fn worlds(needs: &[Vec<NeededAnswers>], hypotheses: &Hypotheses<'_>) -> Vec<World> {
    let of_project = |(project, needed): (usize, &Vec<NeededAnswers>)| {
        let open = needed.iter().filter(|need| need.state == NeedState::Open);
        open.map(|need| (project, need.supposed(project, hypotheses))).collect::<Vec<_>>()
    };
    let all: BTreeSet<World> = needs.iter().enumerate().flat_map(of_project).collect();
    all.into_iter().collect()
}

/// The needs of which more is to be found, each with its project.
fn open(needs: &mut [Vec<NeededAnswers>]) -> impl Iterator<Item = (usize, &mut NeededAnswers)> {
    let all = needs.iter_mut().enumerate();
    let all = all.flat_map(|(project, needed)| needed.iter_mut().map(move |need| (project, need)));
    all.filter(|(_, need)| need.state == NeedState::Open)
}

impl NeededAnswers {
    /// Adds the answers behind a field that the rule lacks.
    fn add(&mut self, lacked: &str, project: usize, hypotheses: &Hypotheses<'_>) {
        let known = self.fields.len();
        match AnswersBehind::of(lacked, hypotheses.dictionary()) {
            AnswersBehind::All(questions) => {
                let open = questions.into_iter();
                self.fields.extend(open.filter(|question| hypotheses.is_open(project, question)));
            }
            AnswersBehind::Any if !self.any && known == 0 => {
                self.any = true;
                return;
            }
            AnswersBehind::Any | AnswersBehind::None => {}
        }
        if self.fields.len() == known {
            self.state = NeedState::OtherData;
        }
    }

    /// The answers to suppose: where it needs one whatever the question, the first question that is open.
    fn supposed(&self, project: usize, hypotheses: &Hypotheses<'_>) -> BTreeSet<&'static str> {
        if self.any && self.fields.is_empty() {
            return hypotheses.first_open(project).into_iter().collect();
        }
        self.fields.clone()
    }
}
