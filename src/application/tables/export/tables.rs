//! Builds the frame of each exported table.

use polars::error::PolarsError;
use polars::frame::DataFrame;

use super::frame_columns::{count, date, flag, number, text, whole};
use super::{ExportScope, ExportTable};
use crate::application::actions::missions;
use crate::application::actions::missions::MissionLine;
use crate::application::queries::dossier::AlertLine;
use crate::application::queries::edition_comparison::{ProjectComparison, compare_editions};
use crate::application::queries::names::{JudgementLine, verdict_lines};
use crate::application::queries::{dossier, view};
use crate::application::{ApplicationError, Services};
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::Verdict;
use crate::store::MissionFilter;

pub(super) async fn frame(
    services: &Services,
    table: ExportTable,
    scope: ExportScope,
) -> Result<DataFrame, ApplicationError> {
    let as_of = scope.as_of;
    match table {
        ExportTable::Projects | ExportTable::History | ExportTable::Ministries => {
            let (known, rules) = view::measurable(services, as_of).await?;
            tokio::task::spawn_blocking(move || {
                if table == ExportTable::History {
                    return Ok(known.history()?);
                }
                let frames = known.frames(&rules)?;
                Ok(if table == ExportTable::Projects { frames.projects } else { frames.ministries })
            })
            .await?
        }
        ExportTable::Series => {
            let (known, rules) = view::measurable(services, as_of).await?;
            tokio::task::spawn_blocking(move || view::series(&known, &rules)).await?
        }
        ExportTable::Alerts => {
            view::refuse_the_past(services, "alerts", as_of).await?;
            let alerts = services.store.standing_alerts().await?;
            let lines = dossier::alert_lines(services, alerts).await?;
            alerts_frame(&lines).map_err(ApplicationError::Table)
        }
        ExportTable::Missions => {
            view::refuse_the_past(services, "missions", as_of).await?;
            let lines = missions::mission_lines(services, &MissionFilter::default()).await?;
            missions_frame(&lines).map_err(ApplicationError::Table)
        }
        ExportTable::Verdicts => {
            let judged = match (view::last_cycle_as_of(services, as_of).await?, as_of) {
                (Some(cycle), _) => services.store.judgements(cycle.number).await?,
                (None, Some(as_of)) => return Err(ApplicationError::NoCycleBy { as_of }),
                (None, None) => vec![],
            };
            let lines = verdict_lines(services, judged).await?;
            verdicts_frame(&lines).map_err(ApplicationError::Table)
        }
        ExportTable::Comparison => {
            let (one, other) = scope.editions.ok_or(ApplicationError::NoEditions)?;
            let compared = compare_editions(services, one, other).await?;
            comparison_frame(&compared.projects).map_err(ApplicationError::Table)
        }
    }
}

fn comparison_frame(rows: &[ProjectComparison]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&ProjectComparison) -> Option<String>| text(name, rows, of);
    let changed = |row: &ProjectComparison| {
        row.changed.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(", ")
    };
    whole(vec![
        text("project_id", &|row| Some(row.project_id.to_string())),
        text("name", &|row| Some(row.name.clone())),
        text("ministry", &|row| Some(row.ministry.to_string())),
        text("move", &|row| Some(row.change.as_str().to_owned())),
        text("changed", &|row| Some(changed(row))),
        number("cost_before", rows, &|row| row.cost_before),
        number("cost_after", rows, &|row| row.cost_after),
        number("cost_change", rows, &|row| row.cost_change),
        date("end_before", rows, &|row| row.end_before)?,
        date("end_after", rows, &|row| row.end_after)?,
        count("end_shift_days", rows, &|row| row.end_shift_days),
        text("phase_before", &|row| row.phase_before.map(|phase| phase.as_str().to_owned())),
        text("phase_after", &|row| row.phase_after.map(|phase| phase.as_str().to_owned())),
        text("ministry_before", &|row| row.ministry_before.as_ref().map(ToString::to_string)),
        text("ministry_after", &|row| row.ministry_after.as_ref().map(ToString::to_string)),
        text("name_before", &|row| row.name_before.clone()),
        text("name_after", &|row| row.name_after.clone()),
    ])
}

fn alerts_frame(lines: &[AlertLine]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&AlertLine) -> Option<String>| text(name, lines, of);
    whole(vec![
        text("alert", &|line| Some(line.alert.id.to_string())),
        text("rule", &|line| Some(line.alert.rule.to_string())),
        text("rule_title", &|line| Some(line.rule_title.clone())),
        text("project_id", &|line| project(&line.alert.subject)),
        text("name", &|line| Some(line.subject_name.clone())),
        text("ministry", &|line| line.ministry.as_ref().map(ToString::to_string)),
        text("subject", &|line| Some(line.alert.subject.to_string())),
        text("state", &|line| Some(line.alert.state.as_str().to_owned())),
        text("level", &|line| Some(line.alert.level.as_str().to_owned())),
        date("since", lines, &|line| Some(line.alert.since))?,
        flag("stale", lines, &|line| Some(line.alert.stale)),
        text("hidden_by", &|line| line.alert.hidden_by.as_ref().map(ToString::to_string)),
        text("explanation", &|line| line.alert.explanation.clone()),
    ])
}

fn missions_frame(lines: &[MissionLine]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&MissionLine) -> Option<String>| text(name, lines, of);
    whole(vec![
        text("mission", &|line| Some(line.mission.id.to_string())),
        text("kind", &|line| Some(line.mission.kind.as_str().to_owned())),
        text("project_id", &|line| project(&line.mission.subject)),
        text("name", &|line| Some(line.subject_name.clone())),
        text("ministry", &|line| line.ministry.as_ref().map(ToString::to_string)),
        text("subject", &|line| Some(line.mission.subject.to_string())),
        text("state", &|line| Some(line.mission.state.as_str().to_owned())),
        flag("automatic", lines, &|line| Some(line.mission.automatic)),
        date("opened_on", lines, &|line| Some(line.mission.opened_on))?,
        date("due_on", lines, &|line| line.awaits.map(|_| line.mission.due_on))?,
        flag("late", lines, &|line| Some(line.late)),
        text("rule_titles", &|line| Some(line.rule_titles.join("\n"))),
        text("reasons", &|line| Some(line.mission.reasons.join("\n"))),
    ])
}

fn verdicts_frame(lines: &[JudgementLine]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&JudgementLine) -> Option<String>| text(name, lines, of);
    let level = |line: &JudgementLine| line.judgement.verdict.level();
    whole(vec![
        text("rule", &|line| Some(line.judgement.rule.to_string())),
        text("rule_title", &|line| Some(line.rule_title.clone())),
        text("project_id", &|line| project(&line.judgement.subject)),
        text("name", &|line| Some(line.subject_name.clone())),
        text("ministry", &|line| line.ministry.as_ref().map(ToString::to_string)),
        text("subject", &|line| Some(line.judgement.subject.to_string())),
        text("outcome", &|line| Some(outcome(&line.judgement.verdict).to_owned())),
        text("level", &|line| level(line).map(|level| level.as_str().to_owned())),
        text("missing", &|line| missing(&line.judgement.verdict)),
        text("fault", &|line| fault(&line.judgement.verdict)),
        text("explanation", &|line| line.judgement.explanation.clone()),
    ])
}

fn outcome(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Level { .. } => "level",
        Verdict::Unknown { .. } => "unknown",
        Verdict::Failed { .. } => "failed",
    }
}

fn missing(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Unknown { missing } => {
            let fields: Vec<&str> = missing.iter().map(|one| one.field.as_str()).collect();
            Some(fields.join(", "))
        }
        Verdict::Level { .. } | Verdict::Failed { .. } => None,
    }
}

fn fault(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Failed { fault } => Some(fault.to_string()),
        Verdict::Level { .. } | Verdict::Unknown { .. } => None,
    }
}

fn project(subject: &Subject) -> Option<String> {
    subject.project().map(ToString::to_string)
}
