//! Reviews of listed projects: when each is due, where it fits in the calendar, what people do to it,
//! and the calendar as other programs read it.

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
