//! Why something could not be stored or read back.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::domain::accounts::audit::Actor;
use crate::domain::accounts::session_id::SessionId;
use crate::domain::ids::{AlertId, CycleNumber, ImportNumber, MissionId, ProjectId, RuleId};
use crate::domain::note_text::NoteText;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::subject::Subject;
use crate::domain::rules::draft::Meanwhile;
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::store::backup::restore_fault::RestoreFault;
use crate::store::copies::copy_fault::CopyFault;
use crate::store::disk::storage_fault::{StorageFault, StorageFaultKind, is_busy};

#[derive(Debug, Error)]
pub enum StoreError {
    /// Only the scheme is repeated: the rest of a database's address may hold a password.
    #[error(
        "database address: found `{found}`, expected `sqlite://` and the path of a file, \
         such as `sqlite://data/vigie.db`, or the address of a database of a server, such as \
         `postgres://user:password@host/name`"
    )]
    Address { found: String },
    #[error("create the folder `{}` for the database", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("open the database `{}`", path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("bring the database up to date")]
    Migrate { source: sqlx::migrate::MigrateError },
    #[error("database schema: found version {found}, expected version {expected}")]
    Schema { found: i64, expected: i64 },
    #[error("`{}`: found {found}, expected a whole database of Vigie", path.display())]
    Damaged { path: PathBuf, found: String },
    #[error(
        "the database `{}` is there already: `--force` puts the backup in its place, and keeps it \
         under another name",
        path.display()
    )]
    Exists { path: PathBuf },
    #[error("the database `{}` is in use: stop the service first", path.display())]
    InUse { path: PathBuf },
    #[error(transparent)]
    Restore(#[from] RestoreFault),
    #[error("write `{}`", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Storage(#[from] StorageFault),
    #[error(
        "the connection to the server broke before it answered whether what was written is stored: look before you \
         try again"
    )]
    CommitUnknown,
    #[error(
        "the database `{database}` holds the table `{table}`, which is not Vigie's: it wants a database, or a schema, of its own"
    )]
    NotOurs { database: String, table: String },
    #[error(
        "the database `{database}` holds the beginning of a copy: run `vigie database copy` again, which goes on where it stopped"
    )]
    CopyUnfinished { database: String },
    #[error(transparent)]
    Copy(#[from] CopyFault),
    #[error("others have been writing for {} s: try again", waited.as_secs())]
    WriterBusy { waited: Duration },
    #[error("begin or end a transaction")]
    Transaction { source: sqlx::Error },
    #[error("read {what}")]
    Read { what: &'static str, source: sqlx::Error },
    #[error("write {what}")]
    Write { what: &'static str, source: sqlx::Error },
    #[error("read `{column}` of {what}")]
    Column { what: &'static str, column: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("read `{column}`: found `{found}`, expected {expected}")]
    Unexpected { column: &'static str, found: String, expected: &'static str },
    #[error("read `{column}`, stored as JSON")]
    Decode { column: &'static str, source: serde_json::Error },
    #[error("write {what} as JSON")]
    Encode { what: &'static str, source: serde_json::Error },
    #[error("write figure `{field}`: found {found}, expected a finite number")]
    Figure { field: String, found: f64 },
    #[error("write `{file}`: its rows are not those of the {dataset} of {edition}")]
    Rows { file: String, dataset: &'static str, edition: EditionId },
    #[error(
        "write the verdicts of {rule}: found `{subject}` out of order, expected each subject once"
    )]
    Judged { rule: RuleId, subject: Subject },
    #[error("cycle {number} is already taken: another one was committed meanwhile")]
    CycleTaken { number: CycleNumber },
    #[error(
        "cycle {number} cannot be made void: cycle {last} goes on from it; make that one void first"
    )]
    NotTheLastCycle { number: CycleNumber, last: CycleNumber },
    #[error(
        "cycle {number} was not made void: each time, something else was done meanwhile; try again"
    )]
    Unsettled { number: CycleNumber },
    /// Said alike of what exists elsewhere and of what does not.
    #[error("{what} is for those who see the whole State")]
    BeyondScope { what: &'static str },
    #[error("no alert `{alert}`")]
    NoSuchAlert { alert: AlertId },
    #[error(transparent)]
    Draft(#[from] DraftRefusal),
    /// Somebody else saved the draft meanwhile.
    #[error("{0}")]
    DraftMoved(Box<Meanwhile>),
    #[error("no {what} `{number}`")]
    NoSuch { what: &'static str, number: i64 },
    #[error("{what} {number} is over: {how}")]
    Over { what: &'static str, number: i64, how: String },
    #[error(
        "{what} {number}: found revision {found}, expected {expected}; it was changed meanwhile"
    )]
    Moved { what: &'static str, number: i64, found: i64, expected: i64 },
    #[error("{what} {id} changed since it was read; look at it again, then start again")]
    Changed { what: &'static str, id: String },
    #[error(
        "profile `{profile}`: found version {found}, expected {expected}; it was changed meanwhile"
    )]
    ProfileMoved { profile: String, found: i64, expected: i64 },
    #[error("no profile `{profile}` was saved")]
    NoSavedProfile { profile: String },
    #[error("names were recorded or withdrawn meanwhile; look at them again, then start again")]
    NamesMoved,
    #[error(
        "the text `{}` of the note on {} was written meanwhile by {}, revision {}: {}",
        .0.section.as_str(), .0.edition, by(.0), .0.revision, .0.text
    )]
    NoteTextMoved(Box<NoteText>),
    #[error("an account is called `{name}`, or signs in as the same person")]
    AccountExists { name: Actor },
    #[error("no session `{id}`")]
    NoSuchSession { id: SessionId },
    #[error("`{name}` already has this mail address")]
    MailAddressTaken { name: Actor },
    #[error("`{name}` cannot be distinguished from `{other}`, the name of an account")]
    AccountAlike { name: Actor, other: Actor },
    #[error("`{name}` is a former name of `{current}`: histories have it under that name")]
    FormerName { name: Actor, current: Actor },
    #[error(
        "`{name}` is the last administrator of the whole State: make another one first, then begin again"
    )]
    LastAdministrator { name: Actor },
    /// The attempt took so long that another took its place.
    #[error("another attempt under the same `Idempotency-Key` took the place of this one")]
    TooLate,
    #[error("ask the system for chance")]
    Chance { source: getrandom::Error },
    #[error("mission {mission} was changed meanwhile; look at it again, then start again")]
    MissionMoved { mission: MissionId },
    #[error("no project is known as `{project}`{}", nearest_hint(nearest.as_ref()))]
    UnknownProject { project: ProjectId, nearest: Option<ProjectId> },
    #[error("link `{project}`: found itself as the target, expected another project")]
    LinkedToItself { project: ProjectId },
    #[error("`{project}` is already linked into `{into}`")]
    AlreadyLinked { project: ProjectId, into: ProjectId },
    #[error("import {import} is already « {state} »")]
    AlreadySo { import: ImportNumber, state: &'static str },
    #[error("no explanation was given of the exit of `{project}`")]
    NoExplanation { project: ProjectId },
    #[error("edition {edition} has no campaign")]
    NoCampaign { edition: EditionId },
    #[error("`{project}` is not linked")]
    NotLinked { project: ProjectId },
    #[error("edition {edition} would have two snapshots of `{project}`: `{first}` and `{second}`")]
    TwoSnapshots { edition: EditionId, project: ProjectId, first: String, second: String },
}

impl StoreError {
    /// Whether others were in the way, and it is worth trying again.
    pub fn is_busy(&self) -> bool {
        let waited_in_vain =
            |source: &sqlx::Error| matches!(source, sqlx::Error::PoolTimedOut) || is_busy(source);
        matches!(self, Self::WriterBusy { .. }) || self.database_error().is_some_and(waited_in_vain)
    }

    /// What the disk has to do with it: `None` when it is something else.
    pub fn disk_fault(&self) -> Option<StorageFaultKind> {
        if let Self::Storage(fault) = self {
            return Some(fault.kind.clone());
        }
        StorageFaultKind::of_database(self.database_error()?)
    }

    fn database_error(&self) -> Option<&sqlx::Error> {
        if let Self::Open { source, .. }
        | Self::Transaction { source }
        | Self::Read { source, .. }
        | Self::Write { source, .. } = self
        {
            return Some(source);
        }
        None
    }
}

/// Who wrote a text.
fn by(text: &NoteText) -> String {
    text.by.as_ref().map_or_else(|| "nobody".to_owned(), Actor::to_string)
}

fn nearest_hint(nearest: Option<&ProjectId>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(": did you mean `{nearest}`?"))
}

/// For `map_err`, when reading.
pub(in crate::store) fn reading(what: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| {
        if let sqlx::Error::ColumnDecode { index: column, source } = source {
            return StoreError::Column { what, column, source };
        }
        StoreError::Read { what, source }
    }
}

/// For `map_err`, when writing.
pub(in crate::store) fn writing(what: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Write { what, source }
}
