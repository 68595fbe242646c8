//! Days on which the French administration works: neither weekends nor public holidays.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Those of the Labour Code that fall on the same day each year, as month and day.
const FIXED: [(u32, u32, &str); 8] = [
    (1, 1, "jour de l’an"),
    (5, 1, "fête du Travail"),
    (5, 8, "victoire de 1945"),
    (7, 14, "fête nationale"),
    (8, 15, "Assomption"),
    (11, 1, "Toussaint"),
    (11, 11, "armistice de 1918"),
    (12, 25, "Noël"),
];

/// Those that follow Easter Sunday, by days after it.
const AFTER_EASTER: [(u64, &str); 3] =
    [(1, "lundi de Pâques"), (39, "Ascension"), (50, "lundi de Pentecôte")];

/// The eleven public holidays of mainland France in a year, by date, with their names. Years out of
/// the Gregorian calendar's reach have those of a fixed date only.
pub fn holidays(year: i32) -> BTreeMap<NaiveDate, &'static str> {
    let fixed = FIXED.iter().filter_map(|(month, day, name)| {
        Some((NaiveDate::from_ymd_opt(year, *month, *day)?, *name))
    });
    let easter = easter(year);
    let moving = AFTER_EASTER
        .iter()
        .filter_map(|(days, name)| Some((easter?.checked_add_days(Days::new(*days))?, *name)));
    // Ascension may fall on the same day as a fixed one, as on 1 May 2008.
    fixed.chain(moving).collect()
}

/// The name of the public holiday that a day is, if it is one.
pub fn holiday(day: NaiveDate) -> Option<&'static str> {
    holidays(day.year()).get(&day).copied()
}

pub fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && holiday(day).is_none()
}

/// The day itself when it is worked, else the first one after it that is.
pub fn working_day_from(day: NaiveDate) -> NaiveDate {
    // Four days off in a row is the longest there can be, so a week is enough.
    day.iter_days().take(8).find(|day| is_working_day(*day)).unwrap_or(day)
}

/// `count` working days later.
pub fn add_working_days(day: NaiveDate, count: u32) -> NaiveDate {
    let mut reached = day;
    for _ in 0..count {
        reached = working_day_from(reached.succ_opt().unwrap_or(reached));
    }
    reached
}

fn easter(year: i32) -> Option<NaiveDate> {
    let sunday = computus::gregorian(year).ok()?;
    NaiveDate::from_ymd_opt(sunday.year, sunday.month, sunday.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_holidays_of_a_year_are_those_of_the_labour_code() {
        let found: Vec<String> =
            holidays(2021).iter().map(|(day, name)| format!("{day} {name}")).collect();
        let expected = [
            "2021-01-01 jour de l’an",
            "2021-04-05 lundi de Pâques",
            "2021-05-01 fête du Travail",
            "2021-05-08 victoire de 1945",
            "2021-05-13 Ascension",
            "2021-05-24 lundi de Pentecôte",
            "2021-07-14 fête nationale",
            "2021-08-15 Assomption",
            "2021-11-01 Toussaint",
            "2021-11-11 armistice de 1918",
            "2021-12-25 Noël",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_day_off_gives_way_to_the_first_working_day_after_it() {
        // Good Friday is worked; Easter Monday is not.
        assert_eq!(working_day_from(day("2021-04-02")), day("2021-04-02"));
        assert_eq!(working_day_from(day("2021-04-03")), day("2021-04-06"));
        // Ascension is a Thursday: the Friday after it is worked.
        assert_eq!(working_day_from(day("2021-05-13")), day("2021-05-14"));
        // 1 January 2021 is a Friday.
        assert_eq!(working_day_from(day("2021-01-01")), day("2021-01-04"));
    }

    #[test]
    fn working_days_are_counted_over_weekends_and_holidays() {
        assert_eq!(add_working_days(day("2020-12-24"), 0), day("2020-12-24"));
        assert_eq!(add_working_days(day("2020-12-24"), 1), day("2020-12-28"));
        assert_eq!(add_working_days(day("2020-12-24"), 5), day("2021-01-04"));
        assert_eq!(add_working_days(day("2021-07-10"), 2), day("2021-07-13"));
    }

    #[test]
    fn every_day_of_twenty_years_has_a_working_day_within_five() {
        let mut today = day("2015-01-01");
        while today < day("2035-01-01") {
            let worked = working_day_from(today);
            assert!(is_working_day(worked), "{today}");
            assert!((worked - today).num_days() < 5, "{today} {worked}");
            today = today.succ_opt().unwrap();
        }
    }
}
