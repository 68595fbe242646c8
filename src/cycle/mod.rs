//! The pipeline: reads what is known, measures it, judges it, compares alerts, plans missions, and
//! commits everything in one transaction.

mod announce;
mod beside;
mod brief;
mod cases;
mod catalogue;
mod circumstances;
mod compare;
mod consequences;
mod coverage;
mod diff;
mod digest;
mod dossier;
mod drafts;
mod exits;
mod explain;
mod export;
mod feed;
mod firing;
mod intake;
mod judge_table;
mod local_tokens;
mod messages;
mod missions;
mod orders;
mod people;
mod progress;
mod proof;
mod publish;
mod remind;
mod replay;
mod reviews;
mod row_schemas;
mod run;
mod standing;
mod tables;
mod tell;
mod timeline;
mod trial;
mod view;
mod void;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use thiserror::Error;

use crate::clock::Clock;
use crate::domain::ids::CycleNumber;
use crate::domain::ids::MissionId;
use crate::domain::ids::ReviewId;
use crate::domain::ids::RuleId;
use crate::domain::overlay::RulePathError;
use crate::frame::FrameError;
use crate::missions::MissionRefusal;
use crate::missions::PlaybookError;
use crate::notify;
use crate::notify::RenderError;
use crate::notify::TermsError;
use crate::reviews::ReviewRefusal;
use crate::reviews::TimetableError;
use crate::rules::FolderError;
use crate::rules::Limits;
use crate::rules::OverBudget;
use crate::rules::RuleFault;
use crate::sources::SourceError;
use crate::store::Store;
use crate::store::StoreError;

pub use announce::preview;
pub use brief::AlertMove;
pub use brief::CycleBrief;
pub use brief::MissionMove;
pub use cases::run_cases;
pub use catalogue::CatalogueInForce;
pub use catalogue::CatalogueTexts;
pub use catalogue::Source;
pub use catalogue::catalogue;
pub use catalogue::check_files;
pub use catalogue::source;
pub use catalogue::with_draft;
pub use catalogue::with_files;
pub use compare::FileComparison;
pub use compare::OverrideLine;
pub use compare::ThreeWay;
pub use compare::VersionText;
pub use compare::Wording;
pub use compare::WordingError;
pub use compare::compare;
pub use compare::overrides;
pub use compare::three_way;
pub use compare::versions;
pub use consequences::MissionDifference;
pub use consequences::MissionDifferenceKind;
pub use coverage::Coverage;
pub use coverage::FieldCost;
pub use coverage::MinistryCoverage;
pub use coverage::RuleCoverage;
pub use coverage::Tally;
pub use coverage::coverage;
pub use diff::CatalogueDiff;
pub use diff::MinistryNews;
pub use diff::RuleDifference;
pub use diff::RuleDifferenceKind;
pub use diff::Side;
pub use diff::ThresholdDifference;
pub use diff::VerdictDifference;
pub use diff::diff;
pub use diff::diff_draft;
pub use diff::diff_files;
pub use digest::digest;
pub use dossier::AlertDossier;
pub use dossier::AlertEvent;
pub use dossier::AlertLine;
pub use dossier::Known;
pub use dossier::alert_lines;
pub use dossier::dossier;
pub use drafts::DraftOutline;
pub use drafts::DraftView;
pub use drafts::amended;
pub use drafts::draft;
pub use drafts::prove_draft;
pub use drafts::prove_files;
pub use drafts::save_draft;
pub use drafts::step_draft;
pub use explain::Explanation;
pub use explain::explain;
pub use export::ExportError;
pub use export::ExportFormat;
pub use export::ExportTable;
pub use export::Exported;
pub use export::export;
pub use feed::Feed;
pub use feed::FeedEntry;
pub use feed::feed;
pub use firing::Firing;
pub use firing::firing;
pub use intake::FileIntake;
pub use intake::Intake;
pub use intake::IntakeTerms;
pub use intake::take_in;
pub use intake::take_in_file;
pub use judge_table::Progress;
pub use judge_table::TableError;
pub use judge_table::TableReport;
pub use judge_table::TableRequest;
pub use judge_table::TableTally;
pub use judge_table::VerdictFormat;
pub use judge_table::VerdictWriter;
pub use judge_table::judge_table;
pub use local_tokens::issue_local_token;
pub use missions::MissionFile;
pub use missions::MissionLine;
pub use missions::act_on_mission;
pub use missions::mission;
pub use missions::mission_lines;
pub use missions::mission_outcomes;
pub use missions::mission_ranking;
pub use orders::Errand;
pub use orders::Order;
pub use orders::OrderError;
pub use orders::Ordered;
pub use orders::Orders;
pub use people::SilenceRequest;
pub use people::contest;
pub use people::find_alert;
pub use people::ministries;
pub use people::silence;
pub use people::subject_called;
pub use progress::CycleProgress;
pub use proof::Proof;
pub use publish::RollBack;
pub use publish::publish;
pub use publish::refuse_local_publication;
pub use publish::roll_back;
pub use remind::remind;
pub use replay::Replay;
pub use replay::replay;
pub use reviews::OpenAction;
pub use reviews::ReviewFile;
pub use reviews::ReviewLine;
pub use reviews::act_on_review;
pub use reviews::open_actions;
pub use reviews::plan_reviews;
pub use reviews::review;
pub use reviews::review_calendar;
pub use reviews::review_lines;
pub use row_schemas::HistoryRow;
pub use row_schemas::MinistryRow;
pub use row_schemas::PortfolioRow;
pub use row_schemas::ProjectRow;
pub use run::CycleReport;
pub use run::CycleRequest;
pub use run::Outcome;
pub use run::announce;
pub use run::may_run;
pub use run::run;
pub use run::run_followed;
pub use standing::DifferenceKind;
pub use standing::Standing;
pub use tables::Row;
pub use tell::acknowledge;
pub use tell::notices_of;
pub use tell::record_clock_jump;
pub use timeline::TimelineEvent;
pub use timeline::TimelineKind;
pub use timeline::timeline;
pub use trial::NoPlace;
pub use trial::Trial;
pub use trial::TrialPlaces;
pub use trial::TrialSettings;
pub use view::Panorama;
pub use view::ProjectView;
pub use view::panorama;
pub use view::project;
pub use view::projects;
pub use view::today;
pub use view::verdicts;
pub use void::VoidReport;
pub use void::void;

/// The services and settings that every operation needs.
#[derive(Clone, Debug)]
pub struct Parts {
    pub store: Store,
    /// Folder of the shipped catalogue.
    pub rules: PathBuf,
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    /// Who receives messages, and how.
    pub notify: Arc<notify::Settings>,
}

#[derive(Debug, Error)]
pub enum CycleError {
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
