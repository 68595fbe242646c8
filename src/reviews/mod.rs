//! Reviews of listed projects: when each is due, where it fits in the calendar, what people do to it,
//! and the calendar as other programs read it.

mod acts;
mod ical;
mod plan;
#[cfg(test)]
mod tests;
mod timetable;

pub use acts::ReviewAct;
pub use acts::ReviewRefusal;
pub use acts::act;
pub use ical::feed;
pub use plan::Listed;
pub use plan::plan;
pub use timetable::TIMETABLE_FILE;
pub use timetable::Timetable;
pub use timetable::TimetableError;
