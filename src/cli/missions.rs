//! `vigie missions`: what support work is proposed or under way, and for which reasons.

use vigie::cycle::Parts;
use vigie::domain::french;
use vigie::domain::mission::Mission;
use vigie::domain::mission::MissionState;
use vigie::store::MissionFilter;

use super::CliError;
use super::Conclusion;
use super::args::MissionsArgs;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;

pub(super) async fn run(
    filter: &MissionsArgs,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let mut missions: Vec<Mission> = parts.store.missions(&MissionFilter::default()).await?;
    missions.retain(|mission| {
        filter.state.map_or(mission.state.is_live(), |state| mission.state == state)
            && filter.kind.is_none_or(|kind| mission.kind == kind)
    });
    // Those decided first, then by deadline.
    missions.sort_by(|a, b| {
        (b.automatic, a.due_on, &a.subject, a.kind).cmp(&(
            a.automatic,
            b.due_on,
            &b.subject,
            b.kind,
        ))
    });
    printer.answer(&missions, &[list(&missions)], 0)?;
    Ok(Conclusion::Good)
}

fn list(missions: &[Mission]) -> Sheet {
    let rows = missions.iter().map(|mission| {
        let state = match mission.state {
            MissionState::Open if mission.automatic => "ouverte d’office",
            MissionState::Open => "ouverte",
            MissionState::Proposed => "proposée",
            MissionState::Withdrawn => "retirée",
            MissionState::Closed => "close",
        };
        vec![
            Cell::of(mission.kind.label(), mission.kind.word()),
            Cell::text(mission.subject.to_string()),
            Cell::of(state, mission.state.word()),
            Cell::of(french::date(mission.due_on), mission.due_on.to_string()),
            Cell::text(mission.reasons.join("\n")),
            Cell::text(mission.id.as_str()),
        ]
    });
    Sheet::new(
        format!("Missions : {}", missions.len()),
        vec![
            ("kind", "Mission"),
            ("subject", "Sujet"),
            ("state", "État"),
            ("due_on", "À décider avant le"),
            ("reasons", "Motifs"),
            ("id", ""),
        ],
        rows.collect(),
    )
}
