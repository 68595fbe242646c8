//! `vigie missions`: what support work is proposed or under way, for which reasons, and what people
//! make of it.

mod args;
mod plan;
pub(super) mod remote;
mod show;

use vigie::app::config::Config;
use vigie::cycle;
use vigie::cycle::MissionLine;
use vigie::cycle::Parts;
use vigie::domain::french;
use vigie::domain::ids::MissionId;
use vigie::domain::mission::Mission;
use vigie::domain::mission::MissionChange;
use vigie::domain::mission::MissionState;
use vigie::store::MissionFilter;

use super::CliError;
use super::Conclusion;
use super::print;
use super::print::Cell;
use super::print::Printer;
use super::print::Sheet;
use args::Filter;
use args::MissionsCommand;

pub(crate) use args::MissionsArgs;

pub(super) async fn run(
    request: &MissionsArgs,
    config: &Config,
    parts: &Parts,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let Some(command) = &request.command else {
        return list(&request.filter, parts, printer).await;
    };
    if let Some((mission, act)) = args::act(command) {
        let actor = crate::cli::person(config)?;
        let id = MissionId::new(mission);
        let hand = (&actor, config.missions.director());
        let change = cycle::act_on_mission(parts, &id, &act, hand).await?;
        tell(&change);
        show::run(&id, parts, printer).await?;
        return Ok(Conclusion::Good);
    }
    match command {
        MissionsCommand::Show { mission } => {
            show::run(&MissionId::new(mission), parts, printer).await?;
        }
        MissionsCommand::Plan { as_of } => plan::run(*as_of, parts, printer).await?,
        MissionsCommand::Outcomes => plan::outcomes(parts, printer).await?,
        // Those that act were answered above.
        MissionsCommand::Decide { .. }
        | MissionsCommand::Start { .. }
        | MissionsCommand::Milestone { .. }
        | MissionsCommand::Note { .. }
        | MissionsCommand::VendorReply { .. }
        | MissionsCommand::NameVendor { .. }
        | MissionsCommand::Close { .. } => {}
    }
    Ok(Conclusion::Good)
}

async fn list(filter: &Filter, parts: &Parts, printer: &Printer) -> Result<Conclusion, CliError> {
    let chosen = MissionFilter { state: filter.state, kind: filter.kind, subject: None };
    show_list(cycle::mission_lines(parts, &chosen).await?, filter, printer)
}

fn tell(change: &MissionChange) {
    print::message(&format!("{} : {}", change.mission.kind.label(), change.kind.label()));
}

fn show_list(
    mut lines: Vec<MissionLine>,
    filter: &Filter,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    lines.retain(|line| {
        (filter.state.is_some() || line.mission.state.is_live()) && (line.late || !filter.late)
    });
    printer.answer(&lines, &[sheet(&lines)], 0)?;
    Ok(Conclusion::Good)
}

fn sheet(lines: &[MissionLine]) -> Sheet {
    let rows = lines.iter().map(|line| {
        let mission = &line.mission;
        vec![
            Cell::text(mission.id.as_str()),
            Cell::of(mission.kind.label(), mission.kind.as_str()),
            Cell::text(mission.subject.to_string()),
            Cell::of(state(mission), mission.state.as_str()),
            due(line),
            Cell::text(mission.reasons.join("\n")),
        ]
    });
    let late = lines.iter().filter(|line| line.late).count();
    let overdue = if late == 0 { String::new() } else { format!(", dont {late} en retard") };
    Sheet::new(
        format!("Missions : {}{overdue}", lines.len()),
        vec![
            ("id", "Mission"),
            ("kind", "Nature"),
            ("subject", "Sujet"),
            ("state", "État"),
            ("due_on", "Échéance"),
            ("reasons", "Motifs"),
        ],
        rows.collect(),
    )
}

pub(super) fn state(mission: &Mission) -> &'static str {
    match mission.state {
        MissionState::Proposed => "proposée",
        MissionState::Open if mission.is_under_way() => "en cours",
        MissionState::Open if mission.automatic => "ouverte d’office",
        MissionState::Open => "acceptée",
        MissionState::Declined => "écartée",
        MissionState::Withdrawn => "retirée",
        MissionState::Closed => "close",
    }
}

/// `à décider avant le 14 décembre 2020`, with what is late said first.
pub(super) fn due(line: &MissionLine) -> Cell {
    let date = french::date(line.mission.due_on);
    let shown = match line.awaits {
        Some(awaited) if line.late => format!("EN RETARD : {} avant le {date}", awaited.label()),
        Some(awaited) => format!("{} avant le {date}", awaited.label()),
        None => String::new(),
    };
    Cell::of(shown, line.mission.due_on.to_string())
}
