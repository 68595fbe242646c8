//! The verdicts of a cycle, rule by rule. There are millions of them and most say one of a few
//! things, so each is a number, and the rest is stored only where there is more to say.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::verdict::{Evidence, Judgement, Verdict};
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;

/// Levels come first among the numbers of verdicts.
static LEVELS: [Verdict; 5] = [
    Verdict::Level { level: Level::Clear },
    Verdict::Level { level: Level::Watch },
    Verdict::Level { level: Level::Moderate },
    Verdict::Level { level: Level::High },
    Verdict::Level { level: Level::Critical },
];

/// By rule, then subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdicts {
    rules: Vec<RuleVerdicts>,
}

/// What one rule answered on each subject that it judges.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleVerdicts {
    rule: RuleId,
    subjects: Arc<[Subject]>,
    /// One for each subject: a level, or past the levels a place in `others`.
    codes: Vec<Code>,
    /// What is no level, each once, in the order in which the subjects meet it.
    others: Vec<Verdict>,
    /// By place among the subjects.
    findings: BTreeMap<usize, FiredFinding>,
}

/// What a verdict that fired rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FiredFinding {
    pub evidence: Option<Evidence>,
    pub explanation: Option<String>,
}

/// A judgement borrowed from its rule. Written as [`Judgement`] is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct JudgementRef<'a> {
    pub rule: &'a RuleId,
    pub subject: &'a Subject,
    #[serde(flatten)]
    pub verdict: &'a Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<&'a Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<&'a str>,
}

/// The number of a verdict within one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u32);

impl Verdicts {
    /// In the order of the rules' ids.
    pub fn new(rules: Vec<RuleVerdicts>) -> Self {
        Self { rules }
    }

    /// Judgements that follow one another and are of one rule are grouped.
    pub fn gather(judgements: impl IntoIterator<Item = Judgement>) -> Self {
        let mut groups: Vec<(RuleId, Vec<Judgement>)> = Vec::new();
        for judgement in judgements {
            match groups.last_mut() {
                Some((rule, group)) if *rule == judgement.rule => group.push(judgement),
                Some(_) | None => groups.push((judgement.rule.clone(), vec![judgement])),
            }
        }
        let rules = groups.into_iter().map(|(rule, group)| {
            let subjects = group.iter().map(|judgement| judgement.subject.clone()).collect();
            let mut filling = Filling::new(rule, subjects);
            for Judgement { verdict, evidence, explanation, .. } in group {
                let finding = FiredFinding { evidence, explanation };
                filling.push(verdict, (finding != FiredFinding::default()).then_some(finding));
            }
            filling.finish()
        });
        Self { rules: rules.collect() }
    }

    pub fn rules(&self) -> &[RuleVerdicts] {
        &self.rules
    }

    pub fn is_empty(&self) -> bool {
        self.rules.iter().all(RuleVerdicts::is_empty)
    }

    pub fn len(&self) -> usize {
        self.rules.iter().map(RuleVerdicts::len).sum()
    }

    pub fn iter(&self) -> impl Iterator<Item = JudgementRef<'_>> {
        self.rules.iter().flat_map(RuleVerdicts::iter)
    }

    /// Those on some subjects only; rules that have none left are left out.
    #[must_use]
    pub fn of(&self, keep: impl Fn(&Subject) -> bool) -> Self {
        let some = |rule: &RuleVerdicts| rule.of_some(&keep);
        Self { rules: self.rules.iter().map(some).filter(|rule| !rule.is_empty()).collect() }
    }

    /// The same verdicts and explanations.
    #[must_use]
    pub fn without_evidence(mut self) -> Self {
        for finding in self.rules.iter_mut().flat_map(|rule| rule.findings.values_mut()) {
            finding.evidence = None;
        }
        self
    }

    pub fn to_judgements(&self) -> Vec<Judgement> {
        self.iter().map(JudgementRef::to_judgement).collect()
    }
}

impl RuleVerdicts {
    pub fn rule(&self) -> &RuleId {
        &self.rule
    }

    /// In order, shared with the rules that judge the same ones.
    pub fn subjects(&self) -> &Arc<[Subject]> {
        &self.subjects
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// What is no level, each once.
    pub fn others(&self) -> &[Verdict] {
        &self.others
    }

    /// By place among the subjects.
    pub fn findings(&self) -> &BTreeMap<usize, FiredFinding> {
        &self.findings
    }

    pub fn iter(&self) -> impl Iterator<Item = JudgementRef<'_>> {
        (0..self.len()).filter_map(|place| self.at(place))
    }

    pub fn at(&self, place: usize) -> Option<JudgementRef<'_>> {
        let finding = self.findings.get(&place);
        Some(JudgementRef {
            rule: &self.rule,
            subject: self.subjects.get(place)?,
            verdict: self.verdict(*self.codes.get(place)?),
            evidence: finding.and_then(|finding| finding.evidence.as_ref()),
            explanation: finding.and_then(|finding| finding.explanation.as_deref()),
        })
    }

    pub fn of(&self, subject: &Subject) -> Option<JudgementRef<'_>> {
        self.at(self.place(subject)?)
    }

    fn of_some(&self, keep: impl Fn(&Subject) -> bool) -> Self {
        let shown = || self.iter().filter(|judgement| keep(judgement.subject));
        let subjects = shown().map(|judgement| judgement.subject.clone()).collect();
        let mut filling = Filling::new(self.rule.clone(), subjects);
        for JudgementRef { verdict, evidence, explanation, .. } in shown() {
            let (evidence, explanation) = (evidence.cloned(), explanation.map(str::to_owned));
            let finding = FiredFinding { evidence, explanation };
            filling.push(verdict.clone(), (finding != FiredFinding::default()).then_some(finding));
        }
        filling.finish()
    }

    pub fn place(&self, subject: &Subject) -> Option<usize> {
        self.subjects.binary_search(subject).ok()
    }

    /// Each verdict that was given, and on how many subjects.
    pub fn counted(&self) -> impl Iterator<Item = (&Verdict, u64)> {
        let mut counts = vec![0; LEVELS.len() + self.others.len()];
        for code in &self.codes {
            if let Some(count) = counts.get_mut(code.place()) {
                *count += 1;
            }
        }
        let verdicts = LEVELS.iter().chain(&self.others);
        verdicts.zip(counts).filter(|(_, count)| *count > 0)
    }

    pub fn verdict(&self, code: Code) -> &Verdict {
        let known = match code.other() {
            None => LEVELS.get(code.place()),
            Some(other) => self.others.get(other),
        };
        known.unwrap_or(&LEVELS[0])
    }
}

impl JudgementRef<'_> {
    pub fn to_judgement(self) -> Judgement {
        Judgement {
            rule: self.rule.clone(),
            subject: self.subject.clone(),
            verdict: self.verdict.clone(),
            evidence: self.evidence.cloned(),
            explanation: self.explanation.map(str::to_owned),
        }
    }
}

impl Code {
    pub fn of_level(level: Level) -> Self {
        Self(match level {
            Level::Clear => 0,
            Level::Watch => 1,
            Level::Moderate => 2,
            Level::High => 3,
            Level::Critical => 4,
        })
    }

    pub fn level(self) -> Option<Level> {
        LEVELS.get(self.place()).and_then(Verdict::level)
    }

    pub fn has_fired(self) -> bool {
        self.level().is_some_and(|level| level >= Level::Watch)
    }

    /// The place in `others`, of what is no level.
    pub fn other(self) -> Option<usize> {
        self.place().checked_sub(LEVELS.len())
    }

    /// `None` when there are more of them than there can be subjects.
    pub fn of_other(place: usize) -> Option<Self> {
        place.checked_add(LEVELS.len()).and_then(|code| u32::try_from(code).ok()).map(Self)
    }

    fn place(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// The verdicts of one rule on their way in.
#[derive(Debug)]
pub struct Filling {
    verdicts: RuleVerdicts,
    known: HashMap<Verdict, Code>,
}

impl Filling {
    pub fn new(rule: RuleId, subjects: Arc<[Subject]>) -> Self {
        let codes = Vec::with_capacity(subjects.len());
        let (others, findings) = (Vec::new(), BTreeMap::new());
        let verdicts = RuleVerdicts { rule, subjects, codes, others, findings };
        Self { verdicts, known: HashMap::new() }
    }

    /// The number of a verdict, to be pushed as often as it is given.
    pub fn code(&mut self, verdict: Verdict) -> Code {
        if let Verdict::Level { level } = verdict {
            return Code::of_level(level);
        }
        if let Some(code) = self.known.get(&verdict) {
            return *code;
        }
        // Past four thousand million different faults, the rest count as the last.
        let code = Code::of_other(self.verdicts.others.len()).unwrap_or(Code(u32::MAX));
        self.verdicts.others.push(verdict.clone());
        self.known.insert(verdict, code);
        code
    }

    pub fn push_code(&mut self, code: Code) {
        self.verdicts.codes.push(code);
    }

    /// On the next subject.
    pub fn push(&mut self, verdict: Verdict, finding: Option<FiredFinding>) {
        let place = self.verdicts.codes.len();
        let code = self.code(verdict);
        self.push_code(code);
        if let Some(finding) = finding {
            self.verdicts.findings.insert(place, finding);
        }
    }

    /// Changes the verdict on a subject that has one.
    pub fn set(&mut self, place: usize, verdict: Verdict) {
        let code = self.code(verdict);
        if let Some(slot) = self.verdicts.codes.get_mut(place) {
            *slot = code;
        }
    }

    pub fn explain(&mut self, place: usize, finding: FiredFinding) {
        self.verdicts.findings.insert(place, finding);
    }

    /// One verdict on all subjects from `place` on, whatever was said of them.
    pub fn cut(&mut self, place: usize, verdict: Verdict) {
        let code = self.code(verdict);
        self.verdicts.codes.iter_mut().skip(place).for_each(|slot| *slot = code);
        drop(self.verdicts.findings.split_off(&place));
    }

    /// The same verdicts are then the same numbers, in whatever order they came to be known.
    pub fn finish(mut self) -> RuleVerdicts {
        let others = &self.verdicts.others;
        let mut places: Vec<Option<Code>> = vec![None; others.len()];
        let mut met = Vec::with_capacity(others.len());
        for code in &mut self.verdicts.codes {
            let Some(place) = code.other() else { continue };
            let Some(known) = places.get_mut(place) else { continue };
            if known.is_none() {
                *known = Code::of_other(met.len());
                met.extend(others.get(place).cloned());
            }
            if let Some(renamed) = *known {
                *code = renamed;
            }
        }
        self.verdicts.others = met;
        self.verdicts
    }
}
