//! A page: what one rule said of a thousand subjects, as text. Each verdict is a letter, and what
//! verdicts stand on is said once, however many subjects it holds for.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::batch::{Code, FiredFinding, RuleVerdicts};
use crate::domain::rules::verdict::{Comparison, Evidence, Reading, ReadingSource, Verdict};
use crate::domain::value::Value;
use crate::store::db::columns;
use crate::store::db::engine::rows::fields_are_columns;
use crate::store::db::error::StoreError;

pub(in crate::store) const SUBJECTS_PER_PAGE: usize = 1000;

/// Letters of the verdicts that are no level: these, then as many as are needed.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
const FURTHER_LETTERS: u32 = 0x100;

const LEVELS: [(char, Level); 5] = [
    ('0', Level::Clear),
    ('1', Level::Watch),
    ('2', Level::Moderate),
    ('3', Level::High),
    ('4', Level::Critical),
];

/// A page as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct PageText {
    pub(in crate::store) outcomes: String,
    pub(in crate::store) others: String,
    pub(in crate::store) findings: String,
}

fields_are_columns!(PageText { outcomes, others, findings });

/// A page as it is read: a verdict and its finding for each subject.
pub(in crate::store) type PageVerdicts = Vec<(Verdict, Option<FiredFinding>)>;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Findings {
    heads: Vec<Head>,
    comparisons: Vec<Comparison>,
    found: Vec<Found>,
}

/// A reading without its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Head {
    name: String,
    source: ReadingSource,
    label: String,
    unit: Option<String>,
}

/// Place on the page, evidence, explanation.
#[derive(Debug, Serialize, Deserialize)]
struct Found(usize, Option<Places>, Option<String>);

/// Readings, by the place of the head and with the value; comparisons.
#[derive(Debug, Serialize, Deserialize)]
struct Places(Vec<(usize, Option<Value>)>, Vec<usize>);

/// The pages of a rule, in the order of its subjects.
pub(in crate::store) fn of_rule(
    rule: &RuleVerdicts,
) -> impl Iterator<Item = Result<(&[Subject], PageText), StoreError>> {
    rule.subjects().chunks(SUBJECTS_PER_PAGE).enumerate().map(|(page, subjects)| {
        let from = page * SUBJECTS_PER_PAGE;
        Ok((subjects, write(rule, from, from + subjects.len())?))
    })
}

fn write(rule: &RuleVerdicts, from: usize, to: usize) -> Result<PageText, StoreError> {
    let codes = rule.codes().get(from..to).unwrap_or_default();
    let mut others: Vec<&Verdict> = Vec::new();
    let mut letters: HashMap<Code, char> = HashMap::new();
    let mut outcomes = String::with_capacity(codes.len());
    for code in codes {
        let known = letters.entry(*code).or_insert_with(|| {
            code.level().map_or_else(
                || {
                    others.push(rule.verdict(*code));
                    letter(others.len() - 1)
                },
                digit,
            )
        });
        outcomes.push(*known);
    }
    let mut findings = Findings::default();
    let mut known = Known::default();
    for (place, finding) in rule.findings().range(from..to) {
        findings.add(place - from, finding, &mut known);
    }
    Ok(PageText {
        outcomes,
        others: columns::to_json("verdicts", &others)?,
        findings: columns::to_json("evidence", &findings)?,
    })
}

/// The place on the page of each thing that was said.
#[derive(Default)]
struct Known<'f> {
    heads: HashMap<(&'f str, ReadingSource), usize>,
    comparisons: HashMap<&'f Comparison, usize>,
}

impl Findings {
    fn add<'f>(&mut self, place: usize, finding: &'f FiredFinding, known: &mut Known<'f>) {
        let evidence = finding.evidence.as_ref().map(|evidence| {
            let readings = evidence
                .readings
                .iter()
                .map(|reading| (self.head(reading, known), reading.value.clone()))
                .collect();
            let trail = evidence.trail.iter().map(|comparison| self.comparison(comparison, known));
            Places(readings, trail.collect())
        });
        self.found.push(Found(place, evidence, finding.explanation.clone()));
    }

    fn head<'f>(&mut self, reading: &'f Reading, known: &mut Known<'f>) -> usize {
        let Reading { name, source, label, unit, .. } = reading;
        let next = self.heads.len();
        let place = *known.heads.entry((name, *source)).or_insert(next);
        let head = || Head {
            name: name.clone(),
            source: *source,
            label: label.clone(),
            unit: unit.clone(),
        };
        match self.heads.get(place) {
            Some(found) if found.label == *label && found.unit == *unit => place,
            // A name with two labels has an entry for each.
            Some(_) | None => {
                self.heads.push(head());
                next
            }
        }
    }

    fn comparison<'f>(&mut self, comparison: &'f Comparison, known: &mut Known<'f>) -> usize {
        *known.comparisons.entry(comparison).or_insert_with(|| {
            self.comparisons.push(comparison.clone());
            self.comparisons.len() - 1
        })
    }

    fn into_pairs(self) -> Result<Vec<(usize, FiredFinding)>, StoreError> {
        let Self { heads, comparisons, found } = self;
        let lacking = |place: usize| StoreError::Unexpected {
            column: "verdict_pages.findings",
            found: place.to_string(),
            expected: "a place on the page",
        };
        let mut pairs = Vec::with_capacity(found.len());
        for Found(place, evidence, explanation) in found {
            let Some(Places(readings, trail)) = evidence else {
                pairs.push((place, FiredFinding { evidence: None, explanation }));
                continue;
            };
            let mut rebuilt = Evidence::default();
            for (head, value) in readings {
                let Head { name, source, label, unit } =
                    heads.get(head).cloned().ok_or_else(|| lacking(head))?;
                rebuilt.readings.push(Reading { name, source, label, unit, value });
            }
            for one in trail {
                rebuilt.trail.push(comparisons.get(one).cloned().ok_or_else(|| lacking(one))?);
            }
            pairs.push((place, FiredFinding { evidence: Some(rebuilt), explanation }));
        }
        Ok(pairs)
    }
}

impl PageText {
    pub(in crate::store) fn read(&self) -> Result<PageVerdicts, StoreError> {
        let others: Vec<Verdict> = columns::from_json("verdict_pages.others", &self.others)?;
        let mut verdicts = Vec::with_capacity(self.outcomes.len());
        for letter in self.outcomes.chars() {
            let verdict = verdict(letter, &others).ok_or_else(|| StoreError::Unexpected {
                column: "verdict_pages.outcomes",
                found: letter.to_string(),
                expected: "a level from 0 to 4 or the letter of another verdict",
            })?;
            verdicts.push((verdict, None));
        }
        for (place, finding) in findings(&self.findings)? {
            if let Some((_, found)) = verdicts.get_mut(place) {
                *found = Some(finding);
            }
        }
        Ok(verdicts)
    }
}

/// By place on the page.
pub(in crate::store) fn findings(text: &str) -> Result<Vec<(usize, FiredFinding)>, StoreError> {
    let findings: Findings = columns::from_json("verdict_pages.findings", text)?;
    findings.into_pairs()
}

fn digit(level: Level) -> char {
    LEVELS.iter().find(|(_, known)| *known == level).map_or('0', |(digit, _)| *digit)
}

fn letter(place: usize) -> char {
    let further =
        || u32::try_from(place).ok().and_then(|place| char::from_u32(FURTHER_LETTERS + place));
    LETTERS.chars().nth(place).or_else(further).unwrap_or(char::REPLACEMENT_CHARACTER)
}

pub(in crate::store) fn verdict(letter: char, others: &[Verdict]) -> Option<Verdict> {
    if let Some((_, level)) = LEVELS.iter().find(|(digit, _)| *digit == letter) {
        return Some(Verdict::Level { level: *level });
    }
    let place = match LETTERS.find(letter) {
        Some(place) => place,
        None => usize::try_from(u32::from(letter).checked_sub(FURTHER_LETTERS)?).ok()?,
    };
    others.get(place).cloned()
}
