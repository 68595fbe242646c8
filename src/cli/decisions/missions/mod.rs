//! `vigie missions`: what support work is proposed or under way, for which reasons, and what people
//! make of it.

mod args;
mod labels;
mod plan;
mod show;

use crate::cli::outcome::{CliError, Conclusion};
use crate::cli::output::print;
use crate::cli::output::print::{Cell, Printer, Sheet};
use crate::cli::session::Session;
use args::{Filter, MissionsCommand};
use labels::{due, state};
use vigie::application::{MissionFile, MissionLine};
use vigie::client::ApiClient;
use vigie::decisions::missions::MissionAct;
use vigie::domain::ids::MinistryCode;
use vigie::domain::missions::mission::{MissionChange, MissionKind, MissionState};

pub(crate) use args::MissionsArgs;

pub(in crate::cli) async fn run(
    request: &MissionsArgs,
    Session { api, printer, .. }: &Session<'_>,
) -> Result<Conclusion, CliError> {
    match &request.command {
        None => {
            let list = api
                .at(&["missions"])
                .with("state", request.filter.state.map(MissionState::as_str))
                .with("kind", request.filter.kind.map(MissionKind::as_str))
                .with("project", request.filter.project.as_ref())
                .with("ministry", request.filter.ministry.as_ref());
            show_list(api.all(list).await?, &request.filter, printer)
        }
        Some(MissionsCommand::Show { mission }) => {
            show::show(&api.get(api.at(&["missions", mission])).await?, printer)
        }
        Some(MissionsCommand::Plan { as_of }) => {
            let ranking = api.at(&["missions", "ranking"]).with("as_of", *as_of);
            plan::show(&api.all(ranking).await?, printer)
        }
        Some(MissionsCommand::Outcomes) => {
            plan::show_outcomes(&api.all(api.at(&["missions", "outcomes"])).await?, printer)
        }
        Some(command) => {
            let Some((mission, act)) = args::act(command)? else { return Ok(Conclusion::Good) };
            let file = post(mission, &act, api).await?;
            if let Some(last) = file.history.last() {
                tell(&last.change);
            }
            show::show(&file, printer)
        }
    }
}

async fn post(mission: &str, act: &MissionAct, api: &ApiClient) -> Result<MissionFile, CliError> {
    let resource: &[&str] = match act {
        MissionAct::Decide(_) => &["decision"],
        MissionAct::Start(_) => &["start"],
        MissionAct::AddMilestone(_) => &["milestones"],
        MissionAct::FinishMilestone(_) => &["milestones", "reached"],
        MissionAct::Note(_) => &["notes"],
        MissionAct::VendorReply(_) => &["vendor-replies"],
        MissionAct::NameVendor(_) => &["vendor-namings"],
        MissionAct::Close(_) => &["closing"],
    };
    Ok(api.post(api.at(&[&["missions", mission], resource].concat()), act).await?)
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
    printer.answer(&lines, &[sheet(&lines)], 0)
}

fn sheet(lines: &[MissionLine]) -> Sheet {
    let late = lines.iter().filter(|line| line.late).count();
    let overdue = if late == 0 { String::new() } else { format!(", dont {late} en retard") };
    Sheet::list(
        format!("Missions : {}{overdue}", lines.len()),
        lines.iter(),
        &[
            ("id", "Mission", &|one| Cell::text(one.mission.id.as_str())),
            ("kind", "Nature", &|one| {
                Cell::of(one.mission.kind.label(), one.mission.kind.as_str())
            }),
            ("subject_name", "Sujet", &|one| Cell::text(&one.subject_name)),
            ("ministry", "Ministère", &|one| {
                Cell::optional(one.ministry.as_ref().map(MinistryCode::as_str))
            }),
            ("state", "État", &|one| Cell::of(state(&one.mission), one.mission.state.as_str())),
            ("due_on", "Échéance", &|one| due(one)),
            ("reasons", "Motifs", &|one| Cell::text(one.mission.reasons.join("\n"))),
            ("subject", "", &|one| Cell::text(one.mission.subject.to_string())),
        ],
    )
}
