//! The calendar of a ministry's reviews in iCalendar format (RFC 5545).

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Duration, Utc};
use icalendar::{Calendar, Component as _, Event, EventStatus, Property};

use crate::domain::ids::ProjectId;
use crate::domain::missions::review::{Review, ReviewState};
use crate::support::visible_text;

const ZONE: &str = "Europe/Paris";

/// Clock changes of Paris since 1996. RFC 5545 requires the definition of each time zone that
/// events name.
const ZONE_RULES: &str = "BEGIN:VTIMEZONE\r\n\
    TZID:Europe/Paris\r\n\
    BEGIN:DAYLIGHT\r\n\
    DTSTART:19960331T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n\
    TZNAME:CEST\r\n\
    TZOFFSETFROM:+0100\r\n\
    TZOFFSETTO:+0200\r\n\
    END:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\n\
    DTSTART:19961027T030000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n\
    TZNAME:CET\r\n\
    TZOFFSETFROM:+0200\r\n\
    TZOFFSETTO:+0100\r\n\
    END:STANDARD\r\n\
    END:VTIMEZONE\r\n";

/// One event for each review, including those called off, so that calendars remove them. Each has
/// the time of its last change, and always keeps its id. The same reviews give the same bytes.
pub fn feed(
    title: &str,
    reviews: &[(Review, DateTime<Utc>)],
    names: &BTreeMap<ProjectId, String>,
) -> Result<String, fmt::Error> {
    let mut calendar = Calendar::empty();
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//DINUM//Vigie//FR"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", visible_text::one_line(title).as_ref()),
        ("X-WR-TIMEZONE", ZONE),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    for (review, changed_at) in reviews {
        let name = names.get(&review.project).map_or(review.project.as_str(), String::as_str);
        calendar.push(event(review, *changed_at, name));
    }
    let mut text = String::new();
    fmt::Write::write_fmt(&mut text, format_args!("{calendar}"))?;
    let first = text.find("BEGIN:VEVENT").or_else(|| text.find("END:VCALENDAR"));
    text.insert_str(first.unwrap_or(text.len()), ZONE_RULES);
    Ok(text)
}

fn event(review: &Review, changed_at: DateTime<Utc>, name: &str) -> Event {
    let mut event = Event::with_uid(&format!("{}@vigie", review.id));
    let stamp = changed_at.format("%Y%m%dT%H%M%SZ").to_string();
    event
        .summary(&format!("Revue SG/DINUM : {}", visible_text::one_line(name)))
        .description(&visible_text::lines(&review.reason))
        .sequence(review.sequence)
        .append_property(Property::new("DTSTAMP", &stamp))
        .append_property(Property::new("LAST-MODIFIED", &stamp))
        .append_property(local("DTSTART", review, 0))
        .append_property(local("DTEND", review, review.length_minutes))
        .append_property(Property::new("CATEGORIES", "Revue"));
    event.status(match review.state {
        ReviewState::Planned | ReviewState::Held => EventStatus::Confirmed,
        ReviewState::Cancelled => EventStatus::Cancelled,
    });
    event.done()
}

/// The review's start plus so many minutes, in Paris time.
fn local(key: &str, review: &Review, minutes: u32) -> Property {
    let start = review.planned_on.and_time(review.starts_at);
    let moment = start + Duration::minutes(i64::from(minutes));
    let mut property = Property::new(key, moment.format("%Y%m%dT%H%M%S").to_string());
    property.add_parameter("TZID", ZONE);
    property.done()
}
