//! The pipeline: reads what is known, measures it, judges it, compares alerts, plans missions, and
//! commits everything in one transaction.

mod actions;
mod cycle;
mod publishing;
mod queries;
mod tables;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use thiserror::Error;

use crate::decisions::missions::{MissionRefusal, PlaybookError};
use crate::decisions::reviews::{ReviewRefusal, TimetableError};
use crate::domain::ids::{CycleNumber, MissionId, ReviewId, RuleId};
use crate::domain::rules::overlay::RulePathError;
use crate::frame::FrameError;
use crate::intake::SourceError;
use crate::notify;
use crate::notify::{RenderError, TermsError};
use crate::rules::{FolderError, OverBudget, RuleFault, ScriptLimits};
use crate::store::{Store, StoreError};
use crate::support::clock::Clock;

pub use actions::alert_actions::{
    SilenceRequest, contest, find_alert, ministries, silence, subject_called,
};
pub use actions::intake::{FileIntake, Intake, IntakeTerms, take_in, take_in_file};
pub use actions::job_queue::{EnqueueError, Enqueued, JobQueue, JobRequest, QueuedJob};
pub use actions::local_tokens::issue_local_token;
pub use actions::missions::{
    MissionFile, MissionLine, act_on_mission, mission, mission_lines, mission_outcomes,
    mission_ranking,
};
pub use actions::reviews::{
    OpenAction, ReviewFile, ReviewLine, act_on_review, open_actions, plan_reviews, review,
    review_calendar, review_lines,
};
pub use actions::webhook_events::{acknowledge, notices_of, record_clock_jump};
pub use cycle::announce::preview;
pub use cycle::consequences::{MissionDifference, MissionDifferenceKind};
pub use cycle::digest::digest;
pub use cycle::progress::CycleProgress;
pub use cycle::remind::remind;
pub use cycle::replay::{Replay, replay};
pub use cycle::run::{
    CycleOutcome, CycleReport, CycleRequest, announce, may_run, run, run_followed,
};
pub use cycle::summary::{AlertMove, CycleBrief, MissionMove};
pub use cycle::verdict_diff::{DifferenceKind, Standing};
pub use cycle::void::{VoidReport, void};
pub use publishing::cases::run_cases;
pub use publishing::catalogue::{
    CatalogueInForce, CatalogueSource, CatalogueTexts, catalogue, check_files, source, with_draft,
    with_files,
};
pub use publishing::compare::{
    FileComparison, OverrideLine, ThreeWay, VersionText, Wording, WordingError, compare, overrides,
    three_way, versions,
};
pub use publishing::diff::{
    CatalogueDiff, MinistryNews, RuleDifference, RuleDifferenceKind, Side, ThresholdDifference,
    VerdictDifference, diff, diff_draft, diff_files,
};
pub use publishing::drafts::{
    DraftOutline, DraftView, amended, draft, prove_draft, prove_files, save_draft, step_draft,
};
pub use publishing::proof::Proof;
pub use publishing::publish::{RollBack, publish, refuse_local_publication, roll_back};
pub use publishing::trial::{NoPlace, Trial, TrialPlaces, TrialSettings};
pub use queries::coverage::{Coverage, FieldCost, MinistryCoverage, RuleCoverage, Tally, coverage};
pub use queries::dossier::{AlertDossier, AlertEvent, AlertLine, CycleBasis, alert_lines, dossier};
pub use queries::explain::{Explanation, explain};
pub use queries::feed::{Feed, FeedEntry, feed};
pub use queries::firing::{Firing, firing};
pub use queries::row_schemas::{HistoryRow, MinistryRow, PortfolioRow, ProjectRow};
pub use queries::table_rows::TableRow;
pub use queries::timeline::{TimelineEvent, TimelineKind, timeline};
pub use queries::view::{Panorama, ProjectView, panorama, project, projects, today, verdicts};
pub use tables::export::{ExportError, ExportFormat, ExportTable, Exported, export};
pub use tables::judge_table::{
    Progress, TableError, TableReport, TableRequest, TableTally, VerdictFormat, VerdictWriter,
    judge_table,
};

/// The services and settings that every operation needs.
#[derive(Clone, Debug)]
pub struct Services {
    pub store: Store,
    /// Folder of the shipped catalogue.
    pub rules: PathBuf,
    pub limits: ScriptLimits,
    pub clock: Arc<dyn Clock>,
    /// Who receives messages, and how.
    pub notify: Arc<notify::NotifySettings>,
}

#[derive(Debug, Error)]
pub enum ApplicationError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Rules(#[from] FolderError),
    #[error(transparent)]
    Playbook(#[from] PlaybookError),
    #[error(transparent)]
    Terms(#[from] TermsError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error("no ministry is called `{0}`; `vigie panorama` lists those there are")]
    NoSuchMinistry(String),
    #[error("no playbook in the catalogue: expected `missions.toml` next to the rules")]
    NoPlaybook,
    #[error(
        "the last cycle was as of {last}, and alerts cannot go back in time to {requested}; look at \
         that date with `vigie panorama --as-of {requested}`, or try it with `--dry-run`; when that cycle \
         was wrong, an administrator makes it void with `vigie cycles void`"
    )]
    BackInTime { requested: NaiveDate, last: NaiveDate },
    #[error(
        "a cycle as of {requested}: found a day after today in Paris, expected {today} or before; try that \
         date with `--dry-run`, which writes nothing"
    )]
    AfterToday { requested: NaiveDate, today: NaiveDate },
    #[error("no mission `{0}`; `vigie missions` lists those there are")]
    NoSuchMission(MissionId),
    #[error(transparent)]
    Refused(MissionRefusal),
    #[error("no review `{0}`; `vigie reviews list` shows those there are")]
    NoSuchReview(ReviewId),
    #[error(transparent)]
    Disallowed(ReviewRefusal),
    #[error(transparent)]
    Timetable(#[from] TimetableError),
    #[error("no timetable in the catalogue: expected `reviews.toml` next to the rules")]
    NoTimetable,
    #[error("write the calendar")]
    Calendar(#[source] std::fmt::Error),
    #[error("no cycle {0}; `vigie cycles` lists those there are")]
    NoSuchCycle(CycleNumber),
    #[error("no project is called `{requested}`{}", nearest(.near.as_deref()))]
    NoSuchProject { requested: String, near: Option<String> },
    #[error("no project of your ministries is in a panorama as of {as_of}")]
    NoProjectInScope { as_of: NaiveDate },
    #[error("no rule `{requested}` is in force{}", nearest(.near.as_deref()))]
    NoSuchRule { requested: String, near: Option<String> },
    #[error("no file of the catalogue is `{requested}`{}", nearest(.near.as_deref()))]
    NoSuchFile { requested: String, near: Option<String> },
    #[error("`{name}` is the name of several files of the catalogue: {}; say which", .paths.join(", "))]
    AmbiguousFile { name: String, paths: Vec<String> },
    #[error("{0}")]
    Threshold(String),
    #[error(transparent)]
    RulePath(#[from] RulePathError),
    #[error("{proof}")]
    Unproved { proof: Box<Proof> },
    /// Faults of texts on trial, not of the catalogue in force.
    #[error("{}", lines(.faults))]
    Faulty { faults: Vec<RuleFault> },
    #[error("rule {rule} judges {judges}, and `{requested}` is none of that; see {hint}")]
    NotJudged { rule: RuleId, judges: &'static str, requested: String, hint: String },
    #[error(
        "no alert is `{requested}`: give the beginning of an id that `vigie alerts` lists, or a rule and \
         a project"
    )]
    NoSuchAlert { requested: String },
    #[error("`{requested}` begins the ids of several alerts: {}", .candidates.join(", "))]
    AmbiguousAlert { requested: String, candidates: Vec<String> },
    #[error("a silence without a scope: say a rule, a project, a ministry, or an alert")]
    SilencesEverything,
    #[error("a silence until {requested}: expected a day from {first} to {last}")]
    SilenceTooLong { requested: NaiveDate, first: NaiveDate, last: NaiveDate },
    #[error("only figures of a project are contested, and this alert is on `{subject}`")]
    NotOfAProject { subject: String },
    #[error(
        "`{field}` cannot be contested: it is computed, or is no field; contest what it is computed \
         from, as `vigie dictionary` says{}", nearest(.near.as_deref())
    )]
    NotContestable { field: String, near: Option<String> },
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("lay out a table of figures")]
    Table(#[source] polars::error::PolarsError),
    #[error("prepare the record of the cycle")]
    Record(#[source] serde_json::Error),
    /// The budget of a trial, not of the catalogue in force.
    #[error("{0}")]
    OverBudget(OverBudget),
    #[error("the work of the cycle was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

fn lines(faults: &[RuleFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn nearest(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; the nearest is `{near}`"))
}
