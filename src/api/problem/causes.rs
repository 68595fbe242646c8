//! Maps errors of the layers below to API problems.

use std::sync::Arc;

use super::errors::{ProblemError, fault_errors, proof_errors};
use super::kinds::Problem;
use super::unavailable::Unavailable;
use crate::application::{
    ApplicationError, BacktestRefusal, DocumentRefusal, EnqueueError, ForecastRefusal, Proof,
    ReadingRefusal, TokenRefusal,
};
use crate::documents::PdfFault;
use crate::domain::rules::draft_refusal::DraftRefusal;
use crate::frame::FrameError;
use crate::intake::{Refused, SourceError};
use crate::rules::{OverBudget, RuleFault};
use crate::store::StoreError;

/// Maximum number of errors listed for a file. The problem's detail counts all of them.
const MAX_LISTED: usize = 200;

impl From<ApplicationError> for Problem {
    fn from(error: ApplicationError) -> Self {
        match error {
            ApplicationError::NoSuchProject { .. }
            | ApplicationError::NoSuchEdition { .. }
            | ApplicationError::NoSuchCycle(_)
            | ApplicationError::NoSuchMission(_)
            | ApplicationError::NoSuchReview(_)
            | ApplicationError::NoSuchRule { .. }
            | ApplicationError::NoSuchAlert { .. }
            | ApplicationError::AmbiguousAlert { .. }
            | ApplicationError::NoSuchMinistry(_)
            | ApplicationError::NoSuchCampaign { .. }
            | ApplicationError::NoCampaign { .. }
            | ApplicationError::NoSuchFile { .. }
            | ApplicationError::NoSuchProfile { .. }
            | ApplicationError::NotJudged { .. } => Self::Unknown(error.to_string()),
            ApplicationError::EditionsOnHold { .. } | ApplicationError::NoProjectInScope { .. } => {
                Self::NotYet(error.to_string())
            }
            ApplicationError::AmbiguousFile { .. }
            | ApplicationError::Template(_)
            | ApplicationError::FieldTemplate(_)
            | ApplicationError::Threshold(_)
            | ApplicationError::RulePath(_)
            | ApplicationError::SilencesEverything
            | ApplicationError::SilenceTooLong { .. }
            | ApplicationError::NotOfAProject { .. }
            | ApplicationError::NotContestable { .. }
            | ApplicationError::NoEditions
            | ApplicationError::Questionnaire(_)
            | ApplicationError::NoCycleBy { .. }
            | ApplicationError::OnlyNow { .. }
            | ApplicationError::StillListed { .. } => Self::Unfit(error.to_string()),
            ApplicationError::Unproved { proof } => unproved(&proof),
            ApplicationError::Faulty { ref faults } => faulty(&error, faults),
            ApplicationError::Refused(_)
            | ApplicationError::Disallowed(_)
            | ApplicationError::BackInTime { .. }
            | ApplicationError::AfterToday { .. } => Self::Refused(error.to_string()),
            ApplicationError::Backtest(refusal) => refusal.into(),
            ApplicationError::Forecast(refusal) => refusal.into(),
            ApplicationError::Token(refusal) => refusal.into(),
            ApplicationError::Reading(refusal) => refusal.into(),
            ApplicationError::Document(refusal) => refusal.into(),
            ApplicationError::OverBudget(over) => over.into(),
            ApplicationError::Store(error) => error.into(),
            ApplicationError::Source(error) => error.into(),
            ApplicationError::Frame(error) => error.into(),
            ApplicationError::Rules(_)
            | ApplicationError::Playbook(_)
            | ApplicationError::Terms(_)
            | ApplicationError::Render(_)
            | ApplicationError::NoPlaybook
            | ApplicationError::Timetable(_)
            | ApplicationError::NoTimetable
            | ApplicationError::Calendar(_)
            | ApplicationError::Export(_)
            | ApplicationError::Table(_)
            | ApplicationError::Record(_)
            | ApplicationError::Stopped(_) => Self::Internal(Arc::new(error)),
        }
    }
}

fn faulty(error: &ApplicationError, faults: &[RuleFault]) -> Problem {
    Problem::Unproved { detail: error.to_string(), errors: fault_errors(faults) }
}

fn unproved(proof: &Proof) -> Problem {
    Problem::Unproved { detail: proof.to_string(), errors: proof_errors(proof) }
}

impl From<FrameError> for Problem {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::BeforeFirstEdition { .. } | FrameError::NoEdition => {
                Self::NotYet(error.to_string())
            }
            FrameError::Plan { .. } => Self::Internal(Arc::new(error.into())),
        }
    }
}

impl From<BacktestRefusal> for Problem {
    fn from(refusal: BacktestRefusal) -> Self {
        match refusal {
            BacktestRefusal::NotTested { .. } => Self::Unknown(refusal.to_string()),
            BacktestRefusal::Reversed { .. } => Self::Unfit(refusal.to_string()),
        }
    }
}

impl From<ForecastRefusal> for Problem {
    fn from(refusal: ForecastRefusal) -> Self {
        match refusal {
            ForecastRefusal::NotListed { .. } => Self::Unfit(refusal.to_string()),
            ForecastRefusal::NoPastStep { .. } => Self::NotYet(refusal.to_string()),
        }
    }
}

impl From<ReadingRefusal> for Problem {
    fn from(refusal: ReadingRefusal) -> Self {
        let words = refusal.to_string();
        match refusal {
            ReadingRefusal::Name(name) if name.fault.is_contradiction() => Self::Refused(words),
            ReadingRefusal::Designated { .. } => Self::Refused(words),
            ReadingRefusal::Name(_)
            | ReadingRefusal::TooManyNames { .. }
            | ReadingRefusal::ProfileId { .. }
            | ReadingRefusal::TooManyProfiles { .. } => Self::Unfit(words),
        }
    }
}

impl From<DocumentRefusal> for Problem {
    fn from(refusal: DocumentRefusal) -> Self {
        match refusal {
            DocumentRefusal::Pdf(PdfFault::NotBuilt | PdfFault::TooLarge { .. })
            | DocumentRefusal::NotBefore { .. }
            | DocumentRefusal::Template(_) => Self::Unfit(refusal.to_string()),
            DocumentRefusal::Pdf(PdfFault::Unwritten(_))
            | DocumentRefusal::Odt { .. }
            | DocumentRefusal::Unread { .. }
            | DocumentRefusal::NoFolder
            | DocumentRefusal::Folder { .. }
            | DocumentRefusal::TooLarge(_) => {
                Self::Internal(Arc::new(ApplicationError::Document(refusal)))
            }
        }
    }
}

impl From<TokenRefusal> for Problem {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::TooBroad => Self::TooBroad,
            TokenRefusal::Days { .. } => Self::BadParameter(refusal.to_string()),
        }
    }
}

impl From<OverBudget> for Problem {
    fn from(over: OverBudget) -> Self {
        let words = over.to_string();
        if over == OverBudget::Cancelled { Self::NotReady(words) } else { Self::OutOfBounds(words) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Unavailable::of(error).map_or_else(Self::of_lasting, Self::Unavailable)
    }
}

impl Problem {
    /// Of an error that does not pass by itself.
    fn of_lasting(error: StoreError) -> Self {
        match error {
            StoreError::Draft(refusal) => refusal.into(),
            StoreError::DraftMoved(meanwhile) => Self::DraftMoved(meanwhile),
            StoreError::BeyondScope { .. } => Self::BeyondScope,
            StoreError::NoSuch { .. }
            | StoreError::NoSavedProfile { .. }
            | StoreError::NoSuchAlert { .. }
            | StoreError::NoSuchSession { .. }
            | StoreError::UnknownProject { .. } => Self::Unknown(error.to_string()),
            StoreError::Over { .. }
            | StoreError::NotTheLastCycle { .. }
            | StoreError::Unsettled { .. }
            | StoreError::MissionMoved { .. }
            | StoreError::LinkedToItself { .. }
            | StoreError::AlreadyLinked { .. }
            | StoreError::NotLinked { .. }
            | StoreError::NoExplanation { .. }
            | StoreError::NoCampaign { .. }
            | StoreError::AlreadySo { .. }
            | StoreError::TwoSnapshots { .. }
            | StoreError::AccountExists { .. }
            | StoreError::AccountAlike { .. }
            | StoreError::MailAddressTaken { .. }
            | StoreError::FormerName { .. } => Self::Refused(error.to_string()),
            StoreError::TooLate => Self::AnswerNotKept,
            StoreError::Moved { .. }
            | StoreError::NamesMoved
            | StoreError::NoteTextMoved(_)
            | StoreError::Changed { .. }
            | StoreError::ProfileMoved { .. } => Self::Stale(error.to_string()),
            StoreError::LastAdministrator { .. } => Self::LastAdministrator(error.to_string()),
            StoreError::Address { .. }
            | StoreError::Folder { .. }
            | StoreError::Open { .. }
            | StoreError::Storage(_)
            | StoreError::WriterBusy { .. }
            | StoreError::Migrate { .. }
            | StoreError::Schema { .. }
            | StoreError::Damaged { .. }
            | StoreError::NotOurs { .. }
            | StoreError::CopyUnfinished { .. }
            | StoreError::Copy(_)
            | StoreError::CommitUnknown
            | StoreError::Exists { .. }
            | StoreError::InUse { .. }
            | StoreError::Restore(_)
            | StoreError::File { .. }
            | StoreError::Transaction { .. }
            | StoreError::Read { .. }
            | StoreError::Write { .. }
            | StoreError::Column { .. }
            | StoreError::Unexpected { .. }
            | StoreError::Decode { .. }
            | StoreError::Encode { .. }
            | StoreError::Figure { .. }
            | StoreError::Rows { .. }
            | StoreError::Judged { .. }
            | StoreError::CycleTaken { .. }
            | StoreError::Chance { .. } => Self::Internal(Arc::new(ApplicationError::Store(error))),
        }
    }
}

impl From<DraftRefusal> for Problem {
    fn from(refusal: DraftRefusal) -> Self {
        let words = refusal.to_string();
        match refusal {
            DraftRefusal::OwnWork { .. } => Self::OwnWork(words),
            DraftRefusal::ForceMoved => Self::Stale(words),
            DraftRefusal::TooLong { .. }
            | DraftRefusal::HowMany { .. }
            | DraftRefusal::Words { .. } => Self::OutOfBounds(words),
            DraftRefusal::Frozen { .. }
            | DraftRefusal::NotInReview { .. }
            | DraftRefusal::Over { .. }
            | DraftRefusal::Held { .. }
            | DraftRefusal::Moved { .. }
            | DraftRefusal::Unchanged { .. }
            | DraftRefusal::NotOverridden { .. }
            | DraftRefusal::NotAlone { .. }
            | DraftRefusal::WouldOrphan { .. }
            | DraftRefusal::FieldInUse { .. }
            | DraftRefusal::OverHttpOnly => Self::Refused(words),
        }
    }
}

impl From<EnqueueError> for Problem {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::Store(error) => error.into(),
            EnqueueError::Stopping | EnqueueError::Overrun => Self::NotReady(error.to_string()),
        }
    }
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::UnknownProfile { .. } => Self::Unfit(error.to_string()),
            // The service's own folders cannot be read.
            SourceError::Read { .. } | SourceError::Table { .. } | SourceError::Profile(_) => {
                Self::NotReady(error.to_string())
            }
            SourceError::TooLarge { .. }
            | SourceError::Unreadable { .. }
            | SourceError::UnknownLayout(_)
            | SourceError::AmbiguousLayout { .. }
            | SourceError::SeveralSheets { .. }
            | SourceError::OnlyHiddenSheet { .. }
            | SourceError::UnknownSheet { .. }
            | SourceError::NoEdition { .. }
            | SourceError::Refused(_) => bad_file(&error),
        }
    }
}

/// The problem for a file that was refused, with its individual errors where they are known.
fn bad_file(refusal: &SourceError) -> Problem {
    let SourceError::Refused(refused) = refusal else {
        return Problem::BadFile { detail: refusal.to_string(), errors: vec![] };
    };
    let Refused { file, faults } = refused.as_ref();
    let count = faults.len();
    let many = if count == 1 { "error" } else { "errors" };
    let rest =
        if count > MAX_LISTED { format!(", the first {MAX_LISTED} listed") } else { String::new() };
    let detail = format!("`{file}`: {count} {many}{rest}; nothing was imported");
    let errors = faults.iter().take(MAX_LISTED).map(|fault| ProblemError::of_table(file, fault));
    Problem::BadFile { detail, errors: errors.collect() }
}
