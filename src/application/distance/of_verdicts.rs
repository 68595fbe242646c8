//! What would change the verdicts of a cycle on one subject.

use std::sync::Arc;

use crate::application::ApplicationError;
use crate::application::cache::known_data::KnownData;
use crate::application::cache::rules_in_force::RulesInForce;
use crate::application::queries::names::JudgementLine;
use crate::domain::ids::RuleId;
use crate::domain::level::Level;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::distance::VerdictDistance;
use crate::rules::ScriptLimits;

/// Gives each line its distance, where the rules in force give now the level that the cycle gave: else it would be that of another
/// verdict. The lines are of one subject, judged as of the date of the data. To be called on a thread that may block.
///
/// # Errors
/// When the frames cannot be built.
pub(in crate::application) fn add_distances(
    (known, rules): (&KnownData, &Arc<RulesInForce>),
    limits: &ScriptLimits,
    lines: &mut [JudgementLine],
) -> Result<(), ApplicationError> {
    let Some(first) = lines.first() else { return Ok(()) };
    let subject = first.judgement.subject.clone();
    let ids: Vec<RuleId> = lines.iter().map(|line| line.judgement.rule.clone()).collect();
    let frames = known.frames(rules)?;
    let compiled = rules.compiled(limits);
    let mut found = compiled.catalogue.distances(&ids, &subject, &frames, known.as_of);
    for line in lines {
        let level = line.judgement.verdict.level();
        let distance = found.remove(&line.judgement.rule);
        line.distance = distance.filter(|(now, _)| level == Some(*now)).map(|(_, of_rule)| of_rule);
    }
    Ok(())
}

/// The distance of one rule's verdict on a subject, where its level is the one given. To be called on a thread that may block.
///
/// # Errors
/// When the frames cannot be built.
pub(in crate::application) fn distance_of(
    (known, rules): (&KnownData, &Arc<RulesInForce>),
    limits: &ScriptLimits,
    (rule, subject): (&RuleId, &Subject),
    level: Level,
) -> Result<Option<VerdictDistance>, ApplicationError> {
    let frames = known.frames(rules)?;
    let compiled = rules.compiled(limits);
    let only = std::slice::from_ref(rule);
    let mut found = compiled.catalogue.distances(only, subject, &frames, known.as_of);
    Ok(found.remove(rule).filter(|(now, _)| *now == level).map(|(_, distance)| distance))
}
