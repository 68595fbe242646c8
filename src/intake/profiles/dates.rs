//! How a layout writes dates: day, month and year in a said order, so that no day is taken for a month.

use chrono::NaiveDate;

use crate::domain::plausible;
use crate::intake::identity::names::key;
use crate::intake::rows::parse::FRENCH_MONTHS;

/// Characters of a format.
const LONGEST: usize = 40;

/// A way of writing dates, such as `%d.%m.%y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::intake) struct DateFormat {
    text: String,
    parts: Vec<DatePart>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DatePart {
    Day,
    Month,
    /// In letters, in French or English, whole or shortened to three letters or more.
    MonthName,
    Year,
    /// Two digits: 70 to 99 are of the last century.
    ShortYear,
    Sign(char),
}

impl DateFormat {
    /// Fails with what was expected of the text.
    pub(in crate::intake) fn read(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str =
            "un format de date fait de `%d`, `%m` ou `%b`, `%Y` ou `%y`, tel que `%d.%m.%y`";
        if text.chars().count() > LONGEST {
            return Err(EXPECTED);
        }
        let mut parts = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let part = match letter {
                '%' => match letters.next() {
                    Some('d') => DatePart::Day,
                    Some('m') => DatePart::Month,
                    Some('b' | 'B') => DatePart::MonthName,
                    Some('Y') => DatePart::Year,
                    Some('y') => DatePart::ShortYear,
                    _ => return Err(EXPECTED),
                },
                sign if sign.is_alphanumeric() => return Err(EXPECTED),
                sign => DatePart::Sign(sign),
            };
            parts.push(part);
        }
        let count = |wanted: &[DatePart]| parts.iter().filter(|part| wanted.contains(part)).count();
        let is_whole = count(&[DatePart::Day]) <= 1
            && count(&[DatePart::Month, DatePart::MonthName]) == 1
            && count(&[DatePart::Year, DatePart::ShortYear]) == 1;
        if is_whole { Ok(Self { text: text.to_owned(), parts }) } else { Err(EXPECTED) }
    }

    pub(in crate::intake) fn text(&self) -> &str {
        &self.text
    }

    /// The date that a cell writes so; the first of the month where the format has no day.
    pub(in crate::intake) fn date(&self, cell: &str) -> Option<NaiveDate> {
        let (mut day, mut month, mut year) = (1, 0, 0);
        let mut rest = cell.trim();
        for part in &self.parts {
            rest = match part {
                DatePart::Day => number(rest, 1, 2, &mut day)?,
                DatePart::Month => number(rest, 1, 2, &mut month)?,
                DatePart::Year => number(rest, 4, 4, &mut year)?,
                DatePart::ShortYear => {
                    let after = number(rest, 2, 2, &mut year)?;
                    year += if year < 70 { 2000 } else { 1900 };
                    after
                }
                DatePart::MonthName => {
                    let end = rest.find(|letter: char| !letter.is_alphabetic());
                    let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                    month = month_called(word)?;
                    after.strip_prefix('.').unwrap_or(after)
                }
                DatePart::Sign(sign) => rest.strip_prefix(*sign)?,
            };
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        (rest.is_empty() && plausible::is_date(date)).then_some(date)
    }
}

/// Reads between `least` and `most` digits. Gives the rest.
fn number<'c>(cell: &'c str, least: usize, most: usize, into: &mut u32) -> Option<&'c str> {
    let digits = cell.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (read, rest) = cell.split_at_checked(digits).filter(|_| digits >= least)?;
    *into = read.parse().ok()?;
    Some(rest)
}

const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The month of a word, in French or English, whole or shortened without doubt.
fn month_called(word: &str) -> Option<u32> {
    let word = key(word);
    let numbered = (1..).zip(FRENCH_MONTHS).chain((1..).zip(ENGLISH));
    let mut months: Vec<u32> =
        numbered.filter(|(_, month)| month.starts_with(&word)).map(|(number, _)| number).collect();
    months.sort_unstable();
    months.dedup();
    match months.as_slice() {
        [month] if word.len() >= 3 => Some(*month),
        _ => None,
    }
}

/// Whether a cell is three numbers of which either of the first two may be the day: `03/04/2021`.
pub(in crate::intake) fn hides_its_order(cell: &str) -> bool {
    let parts: Vec<&str> = cell.split(['/', '.', '-']).collect();
    let [first, second, year] = parts.as_slice() else { return false };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| (1..=2).contains(&text.len()));
    let is_year = matches!(year.len(), 2 | 4) && year.bytes().all(|byte| byte.is_ascii_digit());
    is_year && number(first).is_some() && number(second).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, cell: &str) -> Option<String> {
        DateFormat::read(format).unwrap().date(cell).map(|date| date.to_string())
    }

    #[test]
    fn a_format_says_which_number_is_the_day() {
        for (format, cell, expected) in [
            ("%d.%m.%y", "30.06.08", Some("2008-06-30")),
            ("%d.%m.%y", "30.06.2008", None),
            ("%d/%m/%Y", "03/04/2021", Some("2021-04-03")),
            ("%m/%d/%Y", "03/04/2021", Some("2021-03-04")),
            ("%m/%d/%Y", "23/04/2021", None),
            ("%d-%b-%y", "5-Jun-98", Some("1998-06-05")),
            ("%d %B %Y", "1 août 2020", Some("2020-08-01")),
            ("%b. %Y", "janv. 2018", None),
            ("%b %Y", "janv. 2018", Some("2018-01-01")),
            ("%b %Y", "jui 2018", None),
            ("%m/%Y", "02/2018", Some("2018-02-01")),
            ("%d/%m/%Y", "31/02/2021", None),
            ("%d/%m/%Y", "01/02/1021", None),
        ] {
            assert_eq!(read(format, cell).as_deref(), expected, "{format} {cell}");
        }
        for format in ["", "%d/%Y", "%H:%M", "d/m/y", "%d%", "%d/%d/%m/%Y", "%d/%m"] {
            assert!(DateFormat::read(format).is_err(), "{format}");
        }
    }

    #[test]
    fn a_date_without_its_order_is_seen() {
        assert!(hides_its_order("03/04/2021") && hides_its_order("3.4.21"));
        assert!(!hides_its_order("2021-04-03") && !hides_its_order("04/2021"));
    }
}
