//! Maps errors of the layers below to API problems.

use std::sync::Arc;

use super::error::Problem;
use super::problem_errors::fault_errors;
use super::problem_errors::proof_errors;
use super::unavailable::Unavailable;
use crate::cycle::CycleError;
use crate::frame::FrameError;
use crate::rules::OverBudget;
use crate::store::StoreError;

impl From<CycleError> for Problem {
    fn from(error: CycleError) -> Self {
        match error {
            CycleError::NoSuchProject { .. }
            | CycleError::NoSuchCycle(_)
            | CycleError::NoSuchMission(_)
            | CycleError::NoSuchReview(_)
            | CycleError::NoSuchRule { .. }
            | CycleError::NoSuchAlert { .. }
            | CycleError::AmbiguousAlert { .. }
            | CycleError::NoSuchMinistry(_)
            | CycleError::NoSuchFile { .. }
            | CycleError::NotJudged { .. } => Self::Unknown(error.to_string()),
            CycleError::Frame(FrameError::BeforeFirstEdition { .. } | FrameError::NoEdition)
            | CycleError::NoProjectInScope { .. } => Self::NotYet(error.to_string()),
            CycleError::AmbiguousFile { .. }
            | CycleError::Threshold(_)
            | CycleError::RulePath(_)
            | CycleError::SilencesEverything
            | CycleError::SilenceTooLong { .. }
            | CycleError::NotOfAProject { .. }
            | CycleError::NotContestable { .. } => Self::Unfit(error.to_string()),
            CycleError::Unproved { proof } => {
                Self::Unproved { detail: proof.to_string(), errors: proof_errors(&proof) }
            }
            CycleError::Faulty { ref faults } => {
                Self::Unproved { detail: error.to_string(), errors: fault_errors(faults) }
            }
            CycleError::Refused(_)
            | CycleError::Disallowed(_)
            | CycleError::BackInTime { .. }
            | CycleError::AfterToday { .. } => Self::Refused(error.to_string()),
            CycleError::OverBudget(OverBudget::Cancelled) => Self::NotReady(error.to_string()),
            CycleError::OverBudget(over) => Self::OutOfBounds(over.to_string()),
            CycleError::Store(error) => error.into(),
            CycleError::Source(error) => error.into(),
            CycleError::Frame(FrameError::Plan { .. })
            | CycleError::Rules(_)
            | CycleError::Playbook(_)
            | CycleError::Terms(_)
            | CycleError::Render(_)
            | CycleError::NoPlaybook
            | CycleError::Timetable(_)
            | CycleError::NoTimetable
            | CycleError::Calendar(_)
            | CycleError::Export(_)
            | CycleError::Table(_)
            | CycleError::Record(_)
            | CycleError::Stopped(_) => Self::Internal(Arc::new(error)),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let error = match Unavailable::of(error) {
            Ok(why) => return Self::Unavailable(why),
            Err(other) => other,
        };
        match error {
            StoreError::Draft(refusal) => refusal.into(),
            StoreError::DraftMoved(meanwhile) => Self::DraftMoved(meanwhile),
            StoreError::BeyondScope { .. } => Self::BeyondScope,
            StoreError::NoSuch { .. }
            | StoreError::NoSuchAlert { .. }
            | StoreError::UnknownProject { .. } => Self::Unknown(error.to_string()),
            StoreError::Over { .. }
            | StoreError::NotTheLastCycle { .. }
            | StoreError::Unsettled { .. }
            | StoreError::MissionMoved { .. }
            | StoreError::LinkedToItself { .. }
            | StoreError::AlreadyLinked { .. }
            | StoreError::NotLinked { .. }
            | StoreError::TwoSnapshots { .. }
            | StoreError::AccountExists { .. }
            | StoreError::AccountAlike { .. } => Self::Refused(error.to_string()),
            StoreError::TooLate => Self::AnswerNotKept,
            StoreError::Moved { .. } => Self::Stale(error.to_string()),
            StoreError::LastAdministrator { .. } => Self::LastAdministrator(error.to_string()),
            StoreError::Address { .. }
            | StoreError::Folder { .. }
            | StoreError::Open { .. }
            | StoreError::Storage(_)
            | StoreError::WriterBusy { .. }
            | StoreError::Migrate { .. }
            | StoreError::Schema { .. }
            | StoreError::Damaged { .. }
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
            | StoreError::Chance { .. } => Self::Internal(Arc::new(CycleError::Store(error))),
        }
    }
}
