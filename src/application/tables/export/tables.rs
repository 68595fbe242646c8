//! Builds the frame of each exported table.

use chrono::NaiveDate;
use polars::error::PolarsError;
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, NamedFrom as _, Series};

use super::ExportTable;
use crate::application::actions::missions;
use crate::application::actions::missions::MissionLine;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::Alert;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::verdict::{Judgement, Verdict};
use crate::frame;
use crate::store::MissionFilter;

pub(super) async fn frame(
    services: &Services,
    table: ExportTable,
    day: NaiveDate,
) -> Result<DataFrame, ApplicationError> {
    match table {
        ExportTable::Projects | ExportTable::History | ExportTable::Ministries => {
            let (as_of, portfolio, thresholds) =
                view::known_with_thresholds(services, Some(day)).await?;
            tokio::task::spawn_blocking(move || {
                if table == ExportTable::History {
                    return Ok(frame::history(&portfolio, as_of)?);
                }
                let frames = frame::build(&portfolio, as_of, view::target(&thresholds, as_of))?;
                Ok(if table == ExportTable::Projects { frames.projects } else { frames.ministries })
            })
            .await?
        }
        ExportTable::Series => {
            let (as_of, portfolio, thresholds) =
                view::known_with_thresholds(services, Some(day)).await?;
            tokio::task::spawn_blocking(move || view::series_frame(&portfolio, as_of, &thresholds))
                .await?
        }
        ExportTable::Alerts => {
            let alerts = services.store.standing_alerts().await?;
            alerts_frame(&alerts).map_err(ApplicationError::Table)
        }
        ExportTable::Missions => {
            let lines = missions::mission_lines(services, &MissionFilter::default()).await?;
            missions_frame(&lines).map_err(ApplicationError::Table)
        }
        ExportTable::Verdicts => {
            let judged = match services.store.last_cycle().await? {
                Some(cycle) => services.store.judgements(cycle.number).await?,
                None => vec![],
            };
            verdicts_frame(&judged).map_err(ApplicationError::Table)
        }
    }
}

fn alerts_frame(alerts: &[Alert]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&Alert) -> Option<String>| text(name, alerts, of);
    whole(vec![
        text("alert", &|alert| Some(alert.id.to_string())),
        text("rule", &|alert| Some(alert.rule.to_string())),
        text("project_id", &|alert| project(&alert.subject)),
        text("subject", &|alert| Some(alert.subject.to_string())),
        text("state", &|alert| Some(alert.state.as_str().to_owned())),
        text("level", &|alert| Some(alert.level.as_str().to_owned())),
        date("since", alerts, &|alert| Some(alert.since))?,
        flag("stale", alerts, &|alert| alert.stale),
        text("hidden_by", &|alert| alert.hidden_by.as_ref().map(ToString::to_string)),
        text("explanation", &|alert| alert.explanation.clone()),
    ])
}

fn missions_frame(lines: &[MissionLine]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&MissionLine) -> Option<String>| text(name, lines, of);
    whole(vec![
        text("mission", &|line| Some(line.mission.id.to_string())),
        text("kind", &|line| Some(line.mission.kind.as_str().to_owned())),
        text("project_id", &|line| project(&line.mission.subject)),
        text("subject", &|line| Some(line.mission.subject.to_string())),
        text("state", &|line| Some(line.mission.state.as_str().to_owned())),
        flag("automatic", lines, &|line| line.mission.automatic),
        date("opened_on", lines, &|line| Some(line.mission.opened_on))?,
        date("due_on", lines, &|line| line.awaits.map(|_| line.mission.due_on))?,
        flag("late", lines, &|line| line.late),
        text("reasons", &|line| Some(line.mission.reasons.join("\n"))),
    ])
}

fn verdicts_frame(judged: &[Judgement]) -> Result<DataFrame, PolarsError> {
    let text = |name: &str, of: &dyn Fn(&Judgement) -> Option<String>| text(name, judged, of);
    whole(vec![
        text("rule", &|one| Some(one.rule.to_string())),
        text("project_id", &|one| project(&one.subject)),
        text("subject", &|one| Some(one.subject.to_string())),
        text("outcome", &|one| Some(outcome(&one.verdict).to_owned())),
        text("level", &|one| one.verdict.level().map(|level| level.as_str().to_owned())),
        text("missing", &|one| missing(&one.verdict)),
        text("fault", &|one| fault(&one.verdict)),
        text("explanation", &|one| one.explanation.clone()),
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

fn whole(columns: Vec<Column>) -> Result<DataFrame, PolarsError> {
    DataFrame::new_infer_height(columns)
}

fn text<T>(name: &str, rows: &[T], of: &dyn Fn(&T) -> Option<String>) -> Column {
    let cells: Vec<Option<String>> = rows.iter().map(of).collect();
    Series::new(name.into(), cells).into()
}

fn flag<T>(name: &str, rows: &[T], of: &dyn Fn(&T) -> bool) -> Column {
    let cells: Vec<bool> = rows.iter().map(of).collect();
    Series::new(name.into(), cells).into()
}

fn date<T>(
    name: &str,
    rows: &[T],
    of: &dyn Fn(&T) -> Option<NaiveDate>,
) -> Result<Column, PolarsError> {
    let days = |date: NaiveDate| date.signed_duration_since(NaiveDate::default()).num_days();
    let days = |row| of(row).and_then(|date| i32::try_from(days(date)).ok());
    let cells: Vec<Option<i32>> = rows.iter().map(days).collect();
    Ok(Series::new(name.into(), cells).cast(&DataType::Date)?.into())
}
