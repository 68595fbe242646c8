//! Lists and past reviews in, the calendar out, as text; and the iCalendar feed, parsed
//! independently.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::acts::act;
use super::bodies::{NewAction, ReviewAct, ReviewMinutes, ReviewMove};
use super::ical::feed;
use super::plan::{Listed, plan};
use super::timetable::Timetable;
use crate::domain::accounts::audit::Actor;
use crate::domain::action_bodies::Reason;
use crate::domain::bounded_text::RequiredText;
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::missions::review::{Review, ReviewChange, ReviewState};
use crate::domain::portfolio::follow_up::WatchList;
use crate::support::visible_text::is_invisible;
use crate::support::working_days::is_working_day;

const TIMETABLE: &str = include_str!("../../../rules/reviews.toml");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// For example `si-samu recurrent 2020-11-01`.
fn listed(lines: &str) -> Vec<Listed> {
    let one = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Listed {
            project: ProjectId::new(words[0]),
            ministry: MinistryCode::new("MJ"),
            watches: words[1].split('+').map(|word| word.parse::<WatchList>().unwrap()).collect(),
            since: day(words[2]),
        }
    };
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(one).collect()
}

fn planned(lists: &str, known: &[Review], today: &str) -> Vec<ReviewChange> {
    let timetable = Timetable::parse(TIMETABLE, "reviews.toml").unwrap();
    plan(&listed(lists), known, &timetable, day(today))
}

fn described(changes: &[ReviewChange]) -> String {
    let line = |change: &ReviewChange| {
        let Review { project, due_on, planned_on, starts_at, .. } = &change.review;
        let kind = change.kind.as_str();
        format!(
            "{kind} {project} due {due_on} on {planned_on} {}: {}",
            starts_at.format("%H:%M"),
            change.reason
        )
    };
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn reviews(changes: Vec<ReviewChange>) -> Vec<Review> {
    changes.into_iter().map(|change| change.review).collect()
}

fn claire() -> Actor {
    Actor::person("Claire Martin").unwrap()
}

/// A bounded text, which must be one.
fn text<T: TryFrom<String, Error = String>>(text: &str) -> T {
    text.to_owned().try_into().unwrap()
}

fn minutes(held_on: &str, next_on: Option<&str>) -> ReviewMinutes {
    ReviewMinutes {
        held_on: day(held_on),
        present: vec![text("Claire Martin")],
        findings: text("Trajectoire tenue"),
        decisions: vec![],
        next_on: next_on.map(day),
        actions: vec![],
    }
}

fn held(review: &Review, held_on: &str, next_on: Option<&str>) -> Review {
    let hold = ReviewAct::Hold(minutes(held_on, next_on));
    act(review, &hold, &claire(), day(held_on)).unwrap().review
}

#[test]
fn each_listed_project_has_its_next_review_one_at_a_time_and_never_on_a_day_off() {
    let lists = "samu recurrent 2020-12-02\nportalis recurrent 2020-12-02\nned closing 2020-12-02\nsierh reframing 2020-12-02";
    let changes = planned(lists, &[], "2020-12-10");
    // 1 January is a Friday and a public holiday.
    assert_eq!(
        described(&changes),
        "planned ned due 2021-01-01 on 2021-01-04 09:30: Première revue d’un projet en clôture, listé le 2 décembre 2020 : sous 30 jours.\n\
         planned portalis due 2021-01-01 on 2021-01-04 14:30: Première revue d’un projet récurrent, listé le 2 décembre 2020 : sous 30 jours.\n\
         planned samu due 2021-01-01 on 2021-01-05 09:30: Première revue d’un projet récurrent, listé le 2 décembre 2020 : sous 30 jours.\n\
         planned sierh due 2021-01-31 on 2021-02-01 09:30: Première revue d’un projet en recadrage, listé le 2 décembre 2020 : sous 60 jours."
    );
    let known = reviews(changes);
    assert_eq!(described(&planned(lists, &known, "2020-12-11")), "");
}

#[test]
fn the_next_review_follows_the_last_one_held_at_the_tightest_cadence_or_as_agreed() {
    let first = reviews(planned("samu recurrent+reframing 2020-11-01", &[], "2020-11-20"));
    let past = held(&first[0], "2020-12-08", None);
    let next = planned("samu recurrent+reframing 2020-11-01", &[past], "2020-12-08");
    assert_eq!(
        described(&next),
        "planned samu due 2021-02-06 on 2021-02-08 09:30: Projet récurrent, en recadrage : tous les 60 jours, dernière revue le 8 décembre 2020."
    );
    let agreed = held(&first[0], "2020-12-08", Some("2021-01-12"));
    let agreed_next = planned("samu recurrent 2020-11-01", &[agreed], "2020-12-08");
    assert_eq!(
        described(&agreed_next),
        "planned samu due 2021-01-12 on 2021-01-12 09:30: Date convenue à la revue du 8 décembre 2020."
    );
    assert_ne!(agreed_next[0].review.id, first[0].id);
}

#[test]
fn nothing_is_late_for_the_time_before_it_was_planned_and_what_is_called_off_stays_due() {
    let first = reviews(planned("samu recurrent 2018-01-01", &[], "2020-11-20"));
    assert_eq!((first[0].due_on, first[0].planned_on), (day("2020-11-20"), day("2020-12-04")));
    assert!(!first[0].is_late(day("2020-11-20")));
    assert!(first[0].is_late(day("2020-11-21")));
    let cancel = ReviewAct::Cancel(Reason { reason: text("Grève") });
    let called_off = act(&first[0], &cancel, &claire(), day("2020-12-01")).unwrap().review;
    let next = planned("samu recurrent 2018-01-01", &[called_off], "2020-12-01");
    assert_eq!(
        described(&next),
        "planned samu due 2020-11-20 on 2020-12-15 09:30: Une revue annulée reste due, pour le 20 novembre 2020."
    );
}

#[test]
fn a_project_off_its_lists_has_its_review_called_off() {
    let known = reviews(planned("samu recurrent 2020-11-01", &[], "2020-11-20"));
    let changes = planned("", &known, "2020-11-25");
    assert!(
        described(&changes).ends_with("Le projet n’est plus sur aucune liste."),
        "{}",
        described(&changes)
    );
    let gone = &changes[0].review;
    assert_eq!((gone.state, gone.sequence, &gone.cancelled_by), (ReviewState::Cancelled, 1, &None));
}

#[test]
fn over_ten_years_no_review_falls_on_a_day_off_and_no_two_at_once() {
    let mut known: Vec<Review> = vec![];
    let lists = "a recurrent 2020-11-01\nb closing 2020-11-01\nc heightened 2020-11-01\nd reframing 2020-11-01";
    let mut today = day("2020-11-02");
    while today < day("2030-11-02") {
        for review in &mut known {
            if review.state == ReviewState::Planned && review.planned_on <= today {
                *review = held(review, &review.planned_on.to_string(), None);
            }
        }
        known.extend(reviews(planned(lists, &known, &today.to_string())));
        today = today + chrono::Days::new(5);
    }
    assert!(known.len() > 220, "{}", known.len());
    let slots: std::collections::BTreeSet<_> =
        known.iter().map(|review| (review.planned_on, review.starts_at)).collect();
    assert_eq!(slots.len(), known.len());
    let ids: std::collections::BTreeSet<_> = known.iter().map(|review| &review.id).collect();
    assert_eq!(ids.len(), known.len());
    for review in &known {
        assert!(is_working_day(review.planned_on), "{}", review.planned_on);
    }
}

#[test]
fn what_people_do_is_refused_when_it_cannot_be() {
    let review = reviews(planned("samu recurrent 2020-11-01", &[], "2020-11-20")).remove(0);
    let today = day("2020-12-10");
    let refused = |what: &ReviewAct| {
        let error = act(&review, what, &claire(), today).unwrap_err().to_string();
        error.replace(review.id.as_str(), "ID")
    };
    let moved =
        |to: &str| ReviewAct::Move(ReviewMove { to: day(to), at: None, reason: text("Absence") });
    let hold = ReviewAct::Hold;
    let no_one = ReviewMinutes { present: vec![], ..minutes("2020-12-04", None) };
    let action = |due: &str| NewAction { what: text("Plan"), owner: text("Ada"), due_on: day(due) };
    let early =
        ReviewMinutes { actions: vec![action("2020-12-01")], ..minutes("2020-12-04", None) };
    for (what, expected) in [
        (moved("2020-12-25"), "2020-12-25 is not worked (Noël); the next day that is: 2020-12-28"),
        (
            moved("2020-12-13"),
            "2020-12-13 is not worked (week-end); the next day that is: 2020-12-14",
        ),
        (moved("2020-12-09"), "the new date is 2020-12-09, expected no day before 2020-12-10"),
        (
            hold(minutes("2020-12-11", None)),
            "the review cannot have been held on 2020-12-11, after today, 2020-12-10",
        ),
        (hold(no_one), "the list of those present is empty; say it, for those who come after"),
        (
            hold(minutes("2020-12-04", Some("2020-12-04"))),
            "the next review is 2020-12-04, expected no day before 2020-12-05",
        ),
        (hold(early), "an action is 2020-12-01, expected no day before 2020-12-04"),
    ] {
        assert_eq!(refused(&what), expected);
    }
    let unsaid = RequiredText::try_from(" ".to_owned()).unwrap_err();
    assert_eq!(unsaid, "found nothing, expected text");
    let done = held(&review, "2020-12-04", None);
    let again = act(&done, &moved("2020-12-14"), &claire(), today).unwrap_err().to_string();
    assert!(again.ends_with("is held, expected planned"), "{again}");
}

#[test]
fn the_timetable_says_where_it_is_wrong() {
    let fault = |right: &str, wrong: &str| {
        let text = TIMETABLE.replacen(right, wrong, 1);
        Timetable::parse(&text, "reviews.toml").unwrap_err().to_string()
    };
    assert_eq!(
        fault("every_days = 60 ", "every_days = 3 "),
        "reviews.toml:9:14: `cadence.closing.every_days` is 3, expected 7 to 366"
    );
    assert_eq!(
        fault("[cadence.closing]", "[cadence.closed]"),
        "reviews.toml:8:10: unknown variant `closed`, expected one of `closing`, `recurrent`, `reframing`, `heightened`"
    );
    assert_eq!(
        fault("\"09:30\"", "\"9h30\""),
        "reviews.toml:27:14: `meetings.starts_at` has `9h30`, expected an hour as `09:30`"
    );
    let lists = ["closing", "recurrent", "reframing"]
        .map(|list| format!("[cadence.{list}]\nevery_days = 60\nfirst_within_days = 30\n"))
        .concat();
    let text = format!(
        "{lists}[meetings]\nstarts_at = ['09:30']\nlength_minutes = 90\nnotice_working_days = 10\n"
    );
    assert_eq!(
        Timetable::parse(&text, "reviews.toml").unwrap_err().to_string(),
        "reviews.toml: list `heightened` has no cadence; give it under `[cadence.heightened]`"
    );
}

/// The unfolded lines of each component, parsed independently according to RFC 5545 §3.1.
fn components(feed: &str) -> Vec<(String, Vec<(String, String)>)> {
    assert!(feed.ends_with("\r\n"));
    assert_eq!(feed.matches('\n').count(), feed.matches("\r\n").count());
    for line in feed.split("\r\n") {
        assert!(line.len() <= 75, "{} bytes: {line}", line.len());
    }
    let unfolded = feed.replace("\r\n ", "");
    let mut open: Vec<(String, Vec<(String, String)>)> = vec![];
    let mut closed = vec![];
    for line in unfolded.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap();
        match name {
            "BEGIN" => open.push((value.to_owned(), vec![])),
            "END" => {
                let component = open.pop().unwrap();
                assert_eq!(component.0, value);
                closed.push(component);
            }
            _ => open.last_mut().unwrap().1.push((name.to_owned(), value.to_owned())),
        }
    }
    assert!(open.is_empty());
    closed
}

fn value<'a>(component: &'a (String, Vec<(String, String)>), name: &str) -> &'a str {
    let mut found = component.1.iter().filter(|(key, _)| key == name);
    let value = &found.next().unwrap_or_else(|| panic!("no {name}")).1;
    assert!(found.next().is_none(), "{name} twice");
    value
}

#[test]
fn the_feed_is_read_back_with_stable_ids_a_zone_and_a_sequence_that_grows_when_moved() {
    let first = reviews(planned("samu recurrent 2020-11-01", &[], "2020-11-20")).remove(0);
    let at = "2020-11-20T08:00:00Z".parse().unwrap();
    let name =
        "Système d’information des SAMU, « connecté » ; cœur de métier, région et départements";
    let names = BTreeMap::from([(ProjectId::new("samu"), name.to_owned())]);
    let before = feed("Revues, MJ", &[(first.clone(), at)], &names).unwrap();
    assert_eq!(before, feed("Revues, MJ", &[(first.clone(), at)], &names).unwrap());
    let moved = ReviewAct::Move(ReviewMove {
        to: day("2020-12-14"),
        at: Some("11:00".parse().unwrap()),
        reason: text("Absence"),
    });
    let after = act(&first, &moved, &claire(), day("2020-12-01")).unwrap().review;
    let later = "2020-12-01T08:00:00Z".parse().unwrap();
    let after = feed("Revues, MJ", &[(after, later)], &names).unwrap();
    let event = |text: &str| {
        let all = components(text);
        let kinds: Vec<String> = all.iter().map(|component| component.0.clone()).collect();
        assert_eq!(kinds, ["DAYLIGHT", "STANDARD", "VTIMEZONE", "VEVENT", "VCALENDAR"]);
        assert_eq!(value(&all[4], "VERSION"), "2.0");
        all[3].clone()
    };
    let (was, is) = (event(&before), event(&after));
    assert_eq!(value(&was, "UID"), format!("{}@vigie", first.id));
    assert_eq!(value(&was, "UID"), value(&is, "UID"));
    assert_eq!((value(&was, "SEQUENCE"), value(&is, "SEQUENCE")), ("0", "1"));
    assert_eq!(value(&was, "DTSTART;TZID=Europe/Paris"), "20201204T093000");
    assert_eq!(value(&is, "DTSTART;TZID=Europe/Paris"), "20201214T110000");
    assert_eq!(value(&is, "DTEND;TZID=Europe/Paris"), "20201214T123000");
    assert_eq!(value(&is, "DTSTAMP"), "20201201T080000Z");
    assert_eq!(value(&is, "STATUS"), "CONFIRMED");
    let escaped = name.replace(';', "\\;").replace(',', "\\,");
    assert_eq!(value(&is, "SUMMARY"), format!("Revue SG/DINUM : {escaped}"));
    let empty = feed("Revues, MJ", &[], &names).unwrap();
    assert_eq!(components(&empty).len(), 4);

    let odd = BTreeMap::from([(ProjectId::new("samu"), "SA\u{7}\u{202e}MU\u{200b}\n2".to_owned())]);
    let shown = feed("Revues\u{202e}", &[(first, at)], &odd).unwrap();
    assert_eq!(value(&event(&shown), "SUMMARY"), "Revue SG/DINUM : SAMU 2");
    assert!(!shown.contains(|c| is_invisible(c) && c != '\r' && c != '\n'), "{shown:?}");
}
