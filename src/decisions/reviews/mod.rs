//! Reviews of listed projects: when each is due, where it fits in the calendar, the actions of
//! people, and the calendar for other programs.

mod acts;
mod bodies;
mod ical;
mod plan;
#[cfg(test)]
mod tests;
mod timetable;

pub use acts::{ReviewRefusal, act};
pub use bodies::{ActionTick, NewAction, ReviewAct, ReviewMinutes, ReviewMove, ReviewPlanning};
pub use ical::feed;
pub use plan::{Listed, plan};
pub use timetable::{TIMETABLE_FILE, Timetable, TimetableError};
