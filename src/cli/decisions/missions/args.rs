//! What `vigie missions` accepts.

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::outcome::CliError;
use crate::cli::values::{date, optional, text, word};
use vigie::decisions::missions::{
    MilestoneReached, MissionAct, MissionClosing, MissionDecision, MissionStart, MissionVerdict,
    NewMilestone, NewVendorReply, VendorNaming,
};
use vigie::domain::action_bodies::Comment;
use vigie::domain::missions::mission::{MissionKind, MissionState};
use vigie::domain::missions::progress::{MissionOutcome, NamingTone};

#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct MissionsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<MissionsCommand>,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// State of the mission; proposed and open by default
    #[arg(long, value_parser = state, value_name = "proposed|open|declined|withdrawn|closed")]
    pub(crate) state: Option<MissionState>,
    /// Kind of mission
    #[arg(long, value_parser = kind, value_name = "KIND")]
    pub(crate) kind: Option<MissionKind>,
    /// Missions on this project, by id or name
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// Missions on this ministry and its projects
    #[arg(long, value_name = "CODE")]
    pub(crate) ministry: Option<String>,
    /// Only those whose decision, start or end is overdue
    #[arg(long)]
    pub(crate) late: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MissionsCommand {
    /// Show one mission: the alerts behind it, what was decided, planned and noted
    Show {
        /// Id of the mission, as listed by `vigie missions`
        mission: String,
    },
    /// Accept or decline a proposed mission
    Decide {
        mission: String,
        #[arg(value_enum)]
        verdict: MissionVerdictArg,
        /// Reason, recorded in the mission's history
        #[arg(long)]
        reason: String,
        /// Person who leads it, when accepted
        #[arg(long, value_name = "NAME")]
        lead: Option<String>,
    },
    /// Record that an open mission has started
    Start {
        mission: String,
        /// Date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// Person who leads it
        #[arg(long, value_name = "NAME")]
        lead: Option<String>,
        /// Planned end, as YYYY-MM-DD; by default, after the delay given by the playbook
        #[arg(long, value_parser = date, value_name = "DATE")]
        until: Option<NaiveDate>,
    },
    /// Add a milestone to an open mission, or record that one was reached
    Milestone {
        #[command(subcommand)]
        command: MilestoneCommand,
    },
    /// Add a note to a mission, even a closed one
    Note { mission: String, text: String },
    /// Record a vendor's reply to an escalation, or that it did not reply
    VendorReply {
        mission: String,
        #[arg(long, value_name = "NAME")]
        vendor: String,
        /// Date of the reply, or the date until which it was awaited, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: NaiveDate,
        /// When it was asked, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        asked_on: Option<NaiveDate>,
        /// Its reply
        #[arg(long, required_unless_present = "no_reply")]
        text: Option<String>,
        /// It did not reply
        #[arg(long, conflicts_with = "text")]
        no_reply: bool,
    },
    /// Record the decision to name a vendor in public; only the director may, once the vendor's reply is known
    NameVendor {
        mission: String,
        #[arg(long, value_name = "NAME")]
        vendor: String,
        /// Whether the vendor is named for a success or for a failure
        #[arg(long, value_parser = tone, value_name = "success|failure")]
        tone: NamingTone,
        #[arg(long)]
        reason: String,
    },
    /// Close an open mission and record what it found
    Close {
        mission: String,
        /// Confirmed: the problem was real; averted: it was real, and its effect was prevented;
        /// `false_alarm`: there was no problem; `no_action`: events overtook the mission
        #[arg(long, value_parser = outcome, value_name = "confirmed|averted|false_alarm|no_action")]
        outcome: MissionOutcome,
        #[arg(long)]
        reason: String,
        /// Date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
    },
    /// Rank active missions by team, with their points and the reasons
    Plan {
        /// Date as of which missions are ranked, as YYYY-MM-DD, not before the last cycle; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// Count the outcomes of missions, by rule
    Outcomes,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MilestoneCommand {
    /// Add a milestone
    Add {
        mission: String,
        label: String,
        /// Due date, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        due: NaiveDate,
    },
    /// Record that a milestone was reached
    Done {
        mission: String,
        label: String,
        /// Date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MissionVerdictArg {
    Accept,
    Decline,
}

/// The mission and what is done to it; `None` when the command only looks.
pub(super) fn act(command: &MissionsCommand) -> Result<Option<(&str, MissionAct)>, CliError> {
    let (mission, act) = match command {
        MissionsCommand::Show { .. } | MissionsCommand::Plan { .. } | MissionsCommand::Outcomes => {
            return Ok(None);
        }
        MissionsCommand::Decide { mission, verdict, reason, lead } => {
            let (verdict, lead) = match verdict {
                MissionVerdictArg::Accept => (MissionVerdict::Accept, lead.as_deref()),
                MissionVerdictArg::Decline => (MissionVerdict::Decline, None),
            };
            let (reason, lead) = (text("--reason", reason)?, optional("--lead", lead)?);
            (mission, MissionAct::Decide(MissionDecision { verdict, reason, lead }))
        }
        MissionsCommand::Start { mission, on, lead, until } => {
            let lead = optional("--lead", lead.as_deref())?;
            (mission, MissionAct::Start(MissionStart { on: *on, lead, until: *until }))
        }
        MissionsCommand::Milestone { command: MilestoneCommand::Add { mission, label, due } } => {
            let label = text("LABEL", label)?;
            (mission, MissionAct::AddMilestone(NewMilestone { label, due_on: *due }))
        }
        MissionsCommand::Milestone { command: MilestoneCommand::Done { mission, label, on } } => {
            let label = text("LABEL", label)?;
            (mission, MissionAct::FinishMilestone(MilestoneReached { label, on: *on }))
        }
        MissionsCommand::Note { mission, text: note } => {
            (mission, MissionAct::Note(Comment { text: text("TEXT", note)? }))
        }
        MissionsCommand::VendorReply { mission, vendor, on, asked_on, text: reply, .. } => {
            let vendor = text("--vendor", vendor)?;
            let text = optional("--text", reply.as_deref())?;
            let body = NewVendorReply { vendor, on: *on, asked_on: *asked_on, text };
            (mission, MissionAct::VendorReply(body))
        }
        MissionsCommand::NameVendor { mission, vendor, tone, reason } => {
            let (vendor, reason) = (text("--vendor", vendor)?, text("--reason", reason)?);
            (mission, MissionAct::NameVendor(VendorNaming { vendor, tone: *tone, reason }))
        }
        MissionsCommand::Close { mission, outcome, reason, on } => {
            let reason = text("--reason", reason)?;
            (mission, MissionAct::Close(MissionClosing { outcome: *outcome, reason, on: *on }))
        }
    };
    Ok(Some((mission.as_str(), act)))
}

fn state(text: &str) -> Result<MissionState, String> {
    word(text, &MissionState::ALL.map(MissionState::as_str))
}

fn kind(text: &str) -> Result<MissionKind, String> {
    word(text, &MissionKind::ALL.map(MissionKind::as_str))
}

fn tone(text: &str) -> Result<NamingTone, String> {
    word(text, &NamingTone::ALL.map(NamingTone::as_str))
}

fn outcome(text: &str) -> Result<MissionOutcome, String> {
    word(text, &MissionOutcome::ALL.map(MissionOutcome::as_str))
}
