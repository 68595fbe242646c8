"""Reads an iCalendar feed with Debian's python3-icalendar and says what a calendar program would show."""

import datetime
import sys

import icalendar

calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert not calendar.errors, calendar.errors
zones = [zone.to_tz() for zone in calendar.walk("VTIMEZONE")]
assert [str(zone) for zone in zones] == ["Europe/Paris"], zones
print(calendar["X-WR-CALNAME"])
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    # By the rules that come with the feed, not those of the machine.
    offset = zones[0].utcoffset(start.replace(tzinfo=None))
    utc = start.replace(tzinfo=None) - offset
    assert start.astimezone(datetime.timezone.utc).replace(tzinfo=None) == utc, (start, utc)
    minutes = int((end - start).total_seconds() // 60)
    stamp = event.decoded("DTSTAMP")
    assert stamp.utcoffset() == datetime.timedelta(0), stamp
    print(
        event["UID"], event["STATUS"], event["SEQUENCE"],
        f"{start:%Y-%m-%d %H:%M} {utc:%H:%M}Z {minutes} min", event["SUMMARY"], sep=" | ",
    )
