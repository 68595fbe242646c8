//! The verdicts on some rows, as columns: a list of subjects, a short list of the texts that stand after
//! them, and for each verdict its place in both.

use polars::error::PolarsResult;
use polars::prelude::StringChunked;

use crate::domain::level::Level;
use crate::domain::rules::verdict::{Absence, RuleFailure};
use crate::rules::{BatchVerdicts, DistinctVerdicts, RowVerdict, Rule};

pub(super) const COLUMNS: [&str; 7] =
    ["subject", "rule", "outcome", "level", "missing", "absence", "fault"];
pub(super) const EXPLANATION: &str = "explanation";

/// The columns of a verdict between its subject and its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct VerdictTexts(pub(super) [Option<String>; 6]);

#[derive(Clone, Debug, Default)]
pub(super) struct VerdictBatch {
    /// Those of some line.
    pub(super) subjects: StringChunked,
    /// Those of some line.
    pub(super) texts: Vec<VerdictTexts>,
    pub(super) lines: Vec<VerdictLine>,
    /// Of each line, when they are asked for.
    pub(super) explanations: Vec<Option<String>>,
}

/// One verdict: places in the lists of its batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct VerdictLine {
    pub(super) subject: u32,
    pub(super) texts: u32,
}

/// Which verdicts are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenVerdicts {
    /// Only from `Watch` up.
    pub(super) fired: bool,
    pub(super) explain: bool,
}

impl VerdictBatch {
    /// The verdicts to write, and how often each of the distinct ones occurs, written or not.
    pub(super) fn new(
        verdicts: &BatchVerdicts<'_>,
        distinct: &DistinctVerdicts<'_>,
        subjects: &StringChunked,
        written: WrittenVerdicts,
    ) -> (Self, Vec<u64>) {
        let mut counts = vec![0; distinct.verdicts().len()];
        let mut texts = UsedTexts::new(distinct, written);
        let mut lines = Vec::new();
        let mut explanations = Vec::new();
        let mut named = Vec::with_capacity(subjects.len());
        let mut subject = 0;
        for row in 0..subjects.len() {
            let before = lines.len();
            for (rule, verdict) in distinct.of_row(row) {
                let Ok(index) = usize::try_from(verdict) else { continue };
                if let Some(count) = counts.get_mut(index) {
                    *count += 1;
                }
                let Some(place) = texts.place(index) else { continue };
                lines.push(VerdictLine { subject, texts: place });
                if written.explain {
                    let of_rule = verdicts.rules().get(rule);
                    let text = of_rule.and_then(|of_rule| verdicts.explanation(of_rule, row));
                    explanations.push(text.map(str::to_owned));
                }
            }
            named.push(lines.len() > before);
            subject += u32::from(lines.len() > before);
        }
        let subjects = if named.contains(&false) {
            // Copied: a filter would hold the names of all rows in memory until these are written.
            subjects.iter().zip(named).filter(|(_, named)| *named).map(|(name, _)| name).collect()
        } else {
            subjects.clone()
        };
        (Self { subjects, texts: texts.texts, lines, explanations }, counts)
    }

    /// Adds the verdicts on later rows.
    pub(super) fn append(&mut self, later: Self) -> PolarsResult<()> {
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (subjects, texts) = (count(self.subjects.len()), count(self.texts.len()));
        self.lines.extend(later.lines.iter().map(|line| VerdictLine {
            subject: line.subject.saturating_add(subjects),
            texts: line.texts.saturating_add(texts),
        }));
        self.texts.extend(later.texts);
        self.explanations.extend(later.explanations);
        self.subjects.append(&later.subjects)
    }
}

/// The texts of the verdicts that have a line. Files are gathered from many batches: the texts of verdicts
/// that are not written would pile up.
struct UsedTexts<'d> {
    distinct: &'d DistinctVerdicts<'d>,
    places: Vec<TextPlace>,
    texts: Vec<VerdictTexts>,
}

#[derive(Clone, Copy)]
enum TextPlace {
    NotWritten,
    NotYet,
    At(u32),
}

impl<'d> UsedTexts<'d> {
    fn new(distinct: &'d DistinctVerdicts<'d>, written: WrittenVerdicts) -> Self {
        let places = distinct.verdicts().iter().map(|(_, verdict)| {
            if written.fired && !fires(verdict) { TextPlace::NotWritten } else { TextPlace::NotYet }
        });
        Self { distinct, places: places.collect(), texts: Vec::new() }
    }

    /// Of one of the distinct verdicts; `None` if it is not written.
    fn place(&mut self, index: usize) -> Option<u32> {
        let place = self.places.get_mut(index)?;
        match *place {
            TextPlace::NotWritten => None,
            TextPlace::At(found) => Some(found),
            TextPlace::NotYet => {
                let (rule, verdict) = self.distinct.verdicts().get(index)?;
                let next = u32::try_from(self.texts.len()).ok()?;
                self.texts.push(VerdictTexts::of(rule, verdict));
                *place = TextPlace::At(next);
                Some(next)
            }
        }
    }
}

impl VerdictTexts {
    fn of(rule: &Rule, verdict: &RowVerdict<'_>) -> Self {
        let owned = |text: &str| Some(text.to_owned());
        let rule = owned(rule.id.as_str());
        Self(match verdict {
            RowVerdict::Level(level) => {
                [rule, owned("level"), owned(level.as_str()), None, None, None]
            }
            RowVerdict::Unknown { field, why } => {
                [rule, owned("unknown"), None, owned(field), owned(word(*why)), None]
            }
            RowVerdict::Failed(fault) => {
                [rule, owned("failed"), None, None, None, Some(located(fault))]
            }
        })
    }
}

fn fires(verdict: &RowVerdict<'_>) -> bool {
    matches!(verdict, RowVerdict::Level(level) if *level >= Level::Watch)
}

fn word(why: Absence) -> &'static str {
    match why {
        Absence::Missing => "missing",
        Absence::Withheld => "withheld",
        Absence::Unknown => "unknown",
    }
}

/// For example `drift/D1.rhai:12:5: what went wrong`.
fn located(fault: &RuleFailure) -> String {
    let numbers = [fault.line, fault.column].into_iter().flatten();
    let place = numbers.fold(fault.file.clone(), |place, number| format!("{place}:{number}"));
    format!("{place}: {}", fault.message)
}
