//! The same of a server.

use serde_json::Value as Json;
use serde_json::json;
use vigie::client::Remote;
use vigie::cycle::MissionFile;
use vigie::domain::mission::MissionKind;
use vigie::domain::mission::MissionState;
use vigie::missions::MissionAct;

use super::MissionsArgs;
use super::args;
use super::args::MissionsCommand;
use super::plan;
use super::show;
use crate::cli::CliError;
use crate::cli::Conclusion;
use crate::cli::print::Printer;

pub(in crate::cli) async fn run(
    request: &MissionsArgs,
    remote: &Remote,
    printer: &Printer,
) -> Result<Conclusion, CliError> {
    let Some(command) = &request.command else {
        let listed = remote
            .at(&["missions"])
            .with("state", request.filter.state.map(MissionState::as_str))
            .with("kind", request.filter.kind.map(MissionKind::as_str));
        return super::show_list(remote.all(listed).await?, &request.filter, printer);
    };
    if let Some((mission, act)) = args::act(command) {
        let (what, body) = asked(&act);
        let place: Vec<&str> = ["missions", mission].into_iter().chain(what.split('/')).collect();
        let file: MissionFile = remote.post(remote.at(&place), &body).await?;
        if let Some(last) = file.history.last() {
            super::tell(&last.change);
        }
        show::show(&file, printer)?;
        return Ok(Conclusion::Good);
    }
    match command {
        MissionsCommand::Show { mission } => {
            show::show(&remote.get(remote.at(&["missions", mission])).await?, printer)?;
        }
        MissionsCommand::Plan { as_of } => {
            let ranking = remote.at(&["missions", "ranking"]).with("as_of", *as_of);
            plan::show(&remote.all(ranking).await?, printer)?;
        }
        MissionsCommand::Outcomes => {
            let outcomes = remote.at(&["missions", "outcomes"]);
            plan::show_outcomes(&remote.all(outcomes).await?, printer)?;
        }
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

/// Where an act is asked for under its mission, and with which body.
fn asked(act: &MissionAct) -> (&'static str, Json) {
    match act {
        MissionAct::Accept { lead, reason } => {
            ("decision", json!({ "verdict": "accept", "reason": reason, "lead": lead }))
        }
        MissionAct::Decline { reason } => {
            ("decision", json!({ "verdict": "decline", "reason": reason }))
        }
        MissionAct::Start { on, lead, until } => {
            ("start", json!({ "on": on, "lead": lead, "until": until }))
        }
        MissionAct::AddMilestone { label, due_on } => {
            ("milestones", json!({ "label": label, "due_on": due_on }))
        }
        MissionAct::FinishMilestone { label, on } => {
            ("milestones/reached", json!({ "label": label, "on": on }))
        }
        MissionAct::Note { text } => ("notes", json!({ "text": text })),
        MissionAct::VendorReply { vendor, asked_on, on, text } => (
            "vendor-replies",
            json!({ "vendor": vendor, "asked_on": asked_on, "on": on, "text": text }),
        ),
        MissionAct::NameVendor { vendor, tone, reason } => {
            ("vendor-namings", json!({ "vendor": vendor, "tone": tone, "reason": reason }))
        }
        MissionAct::Close { outcome, on, reason } => {
            ("closing", json!({ "outcome": outcome, "on": on, "reason": reason }))
        }
    }
}
