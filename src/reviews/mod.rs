//! Reviews of listed projects: when each is due, where it fits in the calendar, the actions of
//! people, and the calendar for other programs.

mod acts;
mod bodies;
mod ical;
mod plan;
#[cfg(test)]
mod tests;
mod timetable;

pub use acts::ReviewRefusal;
pub use acts::act;
pub use bodies::ActionTick;
pub use bodies::NewAction;
pub use bodies::ReviewAct;
pub use bodies::ReviewMinutes;
pub use bodies::ReviewMove;
pub use bodies::ReviewPlanning;
pub use ical::feed;
pub use plan::Listed;
pub use plan::plan;
pub use timetable::TIMETABLE_FILE;
pub use timetable::Timetable;
pub use timetable::TimetableError;
