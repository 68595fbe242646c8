//! Why an operation was refused or failed.

use chrono::NaiveDate;
use thiserror::Error;

use super::documents::refusal::DocumentRefusal;
use super::foresight::backtest_refusal::BacktestRefusal;
use super::foresight::forecast::refusal::ForecastRefusal;
use super::publishing::proof::Proof;
use super::questionnaire::refusal::QuestionnaireRefusal;
use super::reading_refusal::ReadingRefusal;
use super::tables::export::ExportError;
use super::token_refusal::TokenRefusal;
use crate::decisions::missions::{MissionRefusal, PlaybookError};
use crate::decisions::reviews::{ReviewRefusal, TimetableError};
use crate::domain::ids::{CycleNumber, ImportNumber, MissionId, ReviewId, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::rules::overlay::RulePathError;
use crate::frame::FrameError;
use crate::intake::SourceError;
use crate::notify::{RenderError, TermsError};
use crate::rules::{FolderError, OverBudget, RuleFault};
use crate::store::StoreError;

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
    #[error(transparent)]
    Questionnaire(#[from] QuestionnaireRefusal),
    #[error("no cycle as of {as_of} or before; `vigie cycles` lists those there are")]
    NoCycleBy { as_of: NaiveDate },
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
    #[error("no profile is called `{requested}`; `vigie profiles list` shows those there are")]
    NoSuchProfile { requested: String },
    #[error(transparent)]
    Reading(#[from] ReadingRefusal),
    #[error("write the calendar")]
    Calendar(#[source] std::fmt::Error),
    #[error("no cycle {0}; `vigie cycles` lists those there are")]
    NoSuchCycle(CycleNumber),
    #[error("no project is called `{requested}`{}", nearest(.near.as_deref()))]
    NoSuchProject { requested: String, near: Option<String> },
    #[error("no edition {requested} is known; those known are {}", editions(.known))]
    NoSuchEdition { requested: EditionId, known: Vec<EditionId> },
    #[error(
        "{what} are those of now, and cannot be given as of {as_of}: leave out the date; \
         `vigie replay` and the history of each show what was known then"
    )]
    OnlyNow { what: &'static str, as_of: NaiveDate },
    #[error(
        "`{project}` is listed by edition {edition}, in force as of {as_of}: an exit is explained once the project \
         has left"
    )]
    StillListed { project: String, edition: String, as_of: NaiveDate },
    #[error("edition {edition} has no campaign")]
    NoCampaign { edition: EditionId },
    #[error("no campaign for edition {requested}; those planned are for {}", editions(.known))]
    NoSuchCampaign { requested: EditionId, known: Vec<EditionId> },
    #[error(transparent)]
    Document(#[from] DocumentRefusal),
    #[error("the comparison of two editions: expected both editions, as `from` and `to`")]
    NoEditions,
    #[error("{}", on_hold(.held))]
    EditionsOnHold { held: Vec<(ImportNumber, EditionId)> },
    #[error("no project of your ministries is in a panorama as of {as_of}")]
    NoProjectInScope { as_of: NaiveDate },
    #[error(transparent)]
    Forecast(#[from] ForecastRefusal),
    #[error("no rule `{requested}` is in force{}", nearest(.near.as_deref()))]
    NoSuchRule { requested: String, near: Option<String> },
    #[error(transparent)]
    Backtest(#[from] BacktestRefusal),
    #[error("no file of the catalogue is `{requested}`{}", nearest(.near.as_deref()))]
    NoSuchFile { requested: String, near: Option<String> },
    #[error("`{name}` is the name of several files of the catalogue: {}; say which", .paths.join(", "))]
    AmbiguousFile { name: String, paths: Vec<String> },
    #[error("{0}")]
    Threshold(String),
    #[error("the answers make no rule: {0}")]
    Template(String),
    #[error("the answers make no field: {0}")]
    FieldTemplate(String),
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
    Token(#[from] TokenRefusal),
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

fn editions(known: &[EditionId]) -> String {
    known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn nearest(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; the nearest is `{near}`"))
}

/// Which editions wait for a person, and what that person does.
fn on_hold(held: &[(ImportNumber, EditionId)]) -> String {
    let numbers =
        held.iter().map(|(number, edition)| format!("n°\u{a0}{number} (édition {edition})"));
    let numbers = numbers.collect::<Vec<_>>().join(", ");
    let what = if held.len() > 1 { "les importations" } else { "l’importation" };
    let wait = if held.len() > 1 { "attendent" } else { "attend" };
    let first = held.first().map_or(ImportNumber(1), |(number, _)| *number);
    format!(
        "aucune édition du panorama n’est utilisée\u{a0}: {what} {numbers} {wait} une confirmation\u{a0}; les motifs sont \
         donnés par «\u{a0}vigie imports\u{a0}»\u{a0}; si les chiffres sont justes, les confirmer par «\u{a0}vigie imports \
         confirm {first} --reason …\u{a0}»\u{a0}; sinon, importer un fichier corrigé de la même édition"
    )
}
