//! What `vigie missions` accepts.

use chrono::NaiveDate;
use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use vigie::domain::conduct::NamingTone;
use vigie::domain::conduct::Outcome;
use vigie::domain::mission::MissionKind;
use vigie::domain::mission::MissionState;
use vigie::missions::MissionAct;

use super::super::args::date;
use crate::cli::args::word;

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
    /// In this state; proposed and open by default
    #[arg(long, value_parser = state, value_name = "proposed|open|declined|withdrawn|closed")]
    pub(crate) state: Option<MissionState>,
    /// Of this kind
    #[arg(long, value_parser = kind, value_name = "KIND")]
    pub(crate) kind: Option<MissionKind>,
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
        verdict: Verdict,
        /// Why, for those who come after
        #[arg(long)]
        reason: String,
        /// Who leads it, when accepted
        #[arg(long, value_name = "NAME")]
        lead: Option<String>,
    },
    /// Say that an open mission has started
    Start {
        mission: String,
        /// When, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
        /// Who leads it
        #[arg(long, value_name = "NAME")]
        lead: Option<String>,
        /// When it is to end, as YYYY-MM-DD; by default, after the playbook's delay
        #[arg(long, value_parser = date, value_name = "DATE")]
        until: Option<NaiveDate>,
    },
    /// Set a milestone of an open mission, or say that one was reached
    Milestone {
        #[command(subcommand)]
        command: MilestoneCommand,
    },
    /// Note something about a mission, even an ended one
    Note { mission: String, text: String },
    /// Keep what a vendor answered to an escalation, or that it did not answer
    VendorReply {
        mission: String,
        #[arg(long, value_name = "NAME")]
        vendor: String,
        /// When it replied, or up to when its reply was waited for, as YYYY-MM-DD
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
    /// Decide to name a vendor in public: its reply must be known, and only the director may
    NameVendor {
        mission: String,
        #[arg(long, value_name = "NAME")]
        vendor: String,
        /// For a success or for a failure
        #[arg(long, value_parser = tone, value_name = "success|failure")]
        tone: NamingTone,
        #[arg(long)]
        reason: String,
    },
    /// End an open mission, and say what it found
    Close {
        mission: String,
        /// Confirmed: the problem was real; averted: real, and kept from having its effect;
        /// `false_alarm`: there was none; `no_action`: overtaken before anything was done
        #[arg(long, value_parser = outcome, value_name = "confirmed|averted|false_alarm|no_action")]
        outcome: Outcome,
        #[arg(long)]
        reason: String,
        /// When, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
    },
    /// Rank live missions by team, with the points of each, and say which wait and why
    Plan {
        /// As of this date, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// Count, for each rule, what the missions that it called for came to
    Outcomes,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MilestoneCommand {
    /// Set a milestone
    Add {
        mission: String,
        label: String,
        /// By when, as YYYY-MM-DD
        #[arg(long, value_parser = date, value_name = "DATE")]
        due: NaiveDate,
    },
    /// Say that a milestone was reached
    Done {
        mission: String,
        label: String,
        /// When, as YYYY-MM-DD; today by default
        #[arg(long, value_parser = date, value_name = "DATE")]
        on: Option<NaiveDate>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verdict {
    Accept,
    Decline,
}

/// The mission and what is done to it; `None` when the command only looks.
pub(super) fn act(command: &MissionsCommand) -> Option<(&str, MissionAct)> {
    let told = match command {
        MissionsCommand::Show { .. } | MissionsCommand::Plan { .. } | MissionsCommand::Outcomes => {
            return None;
        }
        MissionsCommand::Decide { mission, verdict: Verdict::Accept, reason, lead } => {
            (mission, MissionAct::Accept { lead: lead.clone(), reason: reason.clone() })
        }
        MissionsCommand::Decide { mission, verdict: Verdict::Decline, reason, .. } => {
            (mission, MissionAct::Decline { reason: reason.clone() })
        }
        MissionsCommand::Start { mission, on, lead, until } => {
            (mission, MissionAct::Start { on: *on, lead: lead.clone(), until: *until })
        }
        MissionsCommand::Milestone { command } => milestone(command),
        MissionsCommand::Note { mission, text } => {
            (mission, MissionAct::Note { text: text.clone() })
        }
        MissionsCommand::VendorReply { mission, vendor, on, asked_on, text, .. } => {
            let (vendor, text) = (vendor.clone(), text.clone());
            (mission, MissionAct::VendorReply { vendor, asked_on: *asked_on, on: *on, text })
        }
        MissionsCommand::NameVendor { mission, vendor, tone, reason } => {
            let (vendor, reason) = (vendor.clone(), reason.clone());
            (mission, MissionAct::NameVendor { vendor, tone: *tone, reason })
        }
        MissionsCommand::Close { mission, outcome, reason, on } => {
            (mission, MissionAct::Close { outcome: *outcome, on: *on, reason: reason.clone() })
        }
    };
    Some((told.0.as_str(), told.1))
}

fn milestone(command: &MilestoneCommand) -> (&String, MissionAct) {
    match command {
        MilestoneCommand::Add { mission, label, due } => {
            (mission, MissionAct::AddMilestone { label: label.clone(), due_on: *due })
        }
        MilestoneCommand::Done { mission, label, on } => {
            (mission, MissionAct::FinishMilestone { label: label.clone(), on: *on })
        }
    }
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

fn outcome(text: &str) -> Result<Outcome, String> {
    word(text, &Outcome::ALL.map(Outcome::as_str))
}
