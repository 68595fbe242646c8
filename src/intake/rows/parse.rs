//! Parses one cell into a value: number, date, month, duration, yes or no, phase.

use chrono::NaiveDate;
use serde::Deserialize;

use super::bounds;
use crate::domain::plausible;
use crate::intake::identity::names::key;

/// How a profile says that a column is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::intake) enum Parse {
    Text,
    /// Decimal point only.
    Number,
    /// Decimal comma or point, spaces between thousands.
    FrenchNumber,
    /// As `number`, in months.
    Months,
    /// As `french_number`, in years; converted to months.
    FrenchYears,
    /// As `number`, with commas between thousands.
    EnglishNumber,
    /// `2020-11-05`
    Date,
    /// `2020-11`
    Month,
    /// `2016-11-03` or `03/11/2016`
    FrenchDate,
    /// `juillet 2013`, `janv. 18`, `07/2013`
    FrenchMonth,
    /// `true`, `false`
    Bool,
    /// `Oui`, `Non`
    YesNo,
    Phase,
}

/// The type of value that a parser yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::intake) enum Yield {
    Text,
    Number,
    Date,
    Bool,
    Phase,
}

impl Parse {
    /// Each with its word in profiles.
    pub(in crate::intake) const ALL: [(&str, Self); 13] = [
        ("text", Self::Text),
        ("number", Self::Number),
        ("french_number", Self::FrenchNumber),
        ("english_number", Self::EnglishNumber),
        ("months", Self::Months),
        ("french_years", Self::FrenchYears),
        ("date", Self::Date),
        ("month", Self::Month),
        ("french_date", Self::FrenchDate),
        ("french_month", Self::FrenchMonth),
        ("bool", Self::Bool),
        ("yes_no", Self::YesNo),
        ("phase", Self::Phase),
    ];

    pub(in crate::intake) fn yields(self) -> Yield {
        match self {
            Self::Text => Yield::Text,
            Self::Number
            | Self::FrenchNumber
            | Self::EnglishNumber
            | Self::Months
            | Self::FrenchYears => Yield::Number,
            Self::Date | Self::Month | Self::FrenchDate | Self::FrenchMonth => Yield::Date,
            Self::Bool | Self::YesNo => Yield::Bool,
            Self::Phase => Yield::Phase,
        }
    }

    pub(in crate::intake) fn number(self, cell: &str) -> Result<f64, &'static str> {
        self.any_number(cell).and_then(bounds::figure)
    }

    fn any_number(self, cell: &str) -> Result<f64, &'static str> {
        match self {
            Self::FrenchNumber => french(cell).ok_or("un nombre"),
            Self::FrenchYears => {
                french(cell).map(|years| round(years * 12.0)).ok_or("un nombre d’années")
            }
            Self::Months => number(cell).map(round).ok_or("un nombre de mois"),
            Self::EnglishNumber => {
                english(cell).ok_or("un nombre tel que `2,013.02`, à virgules entre les milliers")
            }
            Self::Number
            | Self::Text
            | Self::Date
            | Self::Month
            | Self::FrenchDate
            | Self::FrenchMonth
            | Self::Bool
            | Self::YesNo
            | Self::Phase => number(cell).ok_or("un nombre à point décimal"),
        }
    }

    pub(in crate::intake) fn date(self, cell: &str) -> Result<NaiveDate, &'static str> {
        match self {
            Self::FrenchMonth => french_month(cell)
                .or_else(|| month_of_year(cell))
                // What spreadsheet programs make of such a month.
                .or_else(|| iso_date(cell))
                .ok_or("un mois tel que `juillet 2013` ou `07/2013`, de 1970 à 2100"),
            Self::FrenchDate => iso_date(cell)
                .or_else(|| sensible(date(cell, "%d/%m/%Y", 10)))
                .ok_or("une date telle que `03/11/2016` ou `2016-11-03`, de 1970 à 2100"),
            Self::Month => iso_date(&format!("{cell}-01"))
                // What spreadsheet programs make of such a month.
                .or_else(|| iso_date(cell))
                .ok_or("un mois tel que `2016-11`, de 1970 à 2100"),
            Self::Date
            | Self::Text
            | Self::Number
            | Self::FrenchNumber
            | Self::EnglishNumber
            | Self::Months
            | Self::FrenchYears
            | Self::Bool
            | Self::YesNo
            | Self::Phase => {
                iso_date(cell).ok_or("une date du 1970-01-01 au 2100-12-31, telle que `2026-11-25`")
            }
        }
    }

    pub(in crate::intake) fn truth(self, cell: &str) -> Result<bool, &'static str> {
        match (self, key(cell).as_str()) {
            (_, "true") | (Self::YesNo, "oui" | "vrai") => Ok(true),
            (_, "false") | (Self::YesNo, "non" | "faux") => Ok(false),
            (Self::YesNo, _) => Err("`Oui` ou `Non`"),
            _ => Err("`true` ou `false`"),
        }
    }
}

fn number(cell: &str) -> Option<f64> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    cell.parse().ok().filter(|number: &f64| is_plain && number.is_finite())
}

/// `1 234,5` is `1234.5`: blanks part groups of three digits before the decimal sign, and nothing else.
fn french(cell: &str) -> Option<f64> {
    let (whole, decimals) = match cell.split_once([',', '.']) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (cell, None),
    };
    let (sign, digits) = match whole.strip_prefix(['-', '+']) {
        Some(digits) => (whole.get(..1).unwrap_or_default(), digits),
        None => ("", whole),
    };
    let groups: Vec<&str> = digits.split(GROUP_BLANKS).collect();
    let is_grouped = match groups.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => {
            (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3)
        }
        _ => true,
    };
    let text = match decimals {
        Some(decimals) => format!("{sign}{}.{decimals}", groups.concat()),
        None => format!("{sign}{}", groups.concat()),
    };
    number(&text).filter(|_| is_grouped && !decimals.is_some_and(|d| d.contains(['.', ','])))
}

/// `2,013.02` is `2013.02`: commas part groups of three digits before the decimal point, and nothing else.
fn english(cell: &str) -> Option<f64> {
    let (whole, decimals) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let mut groups = digits.split(',');
    let first = groups.next()?.len();
    let is_grouped =
        !digits.contains(',') || ((1..=3).contains(&first) && groups.all(|group| group.len() == 3));
    let is_whole = is_grouped && !decimals.contains(',');
    number(&cell.replace(',', "")).filter(|_| is_whole)
}

/// Blanks that part thousands: the common one, the two unbreakable ones, the thin one.
const GROUP_BLANKS: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// Whether a number could be a thousand and more as English writes it: `1,234`. `is_typed`: in a spreadsheet, numbers have a
/// decimal point whatever they show.
pub(in crate::intake) fn may_be_english(cell: &str, is_typed: bool) -> bool {
    let signs: &[char] = if is_typed { &[','] } else { &[',', '.'] };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    cell.split_once(signs).is_some_and(|(whole, decimals)| {
        (1..=3).contains(&whole.len())
            && decimals.len() == 3
            && is_digits(whole)
            && is_digits(decimals)
            && whole.trim_start_matches('0').len() == whole.len()
    })
}

/// Durations come from days divided by 365: the last digits are noise.
fn round(months: f64) -> f64 {
    (months * 1e6).round() / 1e6
}

pub(in crate::intake) fn iso_date(cell: &str) -> Option<NaiveDate> {
    plausible::date(cell).ok()
}

fn date(cell: &str, format: &str, length: usize) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(cell, format).ok().filter(|_| cell.len() == length)
}

fn sensible(date: Option<NaiveDate>) -> Option<NaiveDate> {
    date.filter(|date| plausible::is_date(*date))
}

/// `05/2018`
fn month_of_year(cell: &str) -> Option<NaiveDate> {
    let (month, year) = cell.split_once('/')?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = (1..=2).contains(&month.len()) && year.len() == 4;
    let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1);
    sensible(date).filter(|_| is_whole && is_number(month) && is_number(year))
}

/// Without accents.
pub(in crate::intake) const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
];

pub(in crate::intake) fn french_month(cell: &str) -> Option<NaiveDate> {
    let words = key(cell);
    let (word, year) = words.split_once(' ')?;
    let mut months = (1..).zip(FRENCH_MONTHS).filter(|(_, month)| month.starts_with(word));
    let (month, _) = months.next().filter(|_| word.len() >= 3 && months.next().is_none())?;
    let is_number = year.bytes().all(|byte| byte.is_ascii_digit());
    let year = match (is_number, year.len(), year.parse::<i32>().ok()?) {
        (true, 4, year) => year,
        // The panorama began in 2016: no project of it started before 1970.
        (true, 2, year) if year < 70 => year + 2000,
        (true, 2, year) => year + 1900,
        _ => return None,
    };
    sensible(NaiveDate::from_ymd_opt(year, month, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_numbers_take_a_comma_or_a_point_and_nothing_else() {
        for (cell, expected) in [
            ("6,8027397260274", Some(6.802_739_726_027_4)),
            ("6.75", Some(6.75)),
            ("1 234,5", Some(1234.5)),
            ("1\u{a0}234", Some(1234.0)),
            ("-5", Some(-5.0)),
            ("1,234.5", None),
            ("1,2,3", None),
            ("NaN", None),
            ("inf", None),
            ("1e999", None),
            ("7 M€", None),
            ("12 5", None),
            ("1 2 3", None),
            ("24,5 31", None),
            ("12,5\n14", None),
            ("1234 567", None),
            ("1  234", None),
            ("1\u{202f}234\u{202f}567,25", Some(1_234_567.25)),
            ("- 5", None),
            (",5", Some(0.5)),
            ("1,234", Some(1.234)),
        ] {
            assert_eq!(Parse::FrenchNumber.number(cell).ok(), expected, "{cell}");
        }
        for (cell, expected) in [
            ("2,013.02", Some(2013.02)),
            ("1,234,567", Some(1_234_567.0)),
            ("12.5", Some(12.5)),
            ("-3", Some(-3.0)),
            ("12,5", None),
            ("1234,567", None),
            ("1.234,5", None),
            (",123", None),
            ("1 234", None),
        ] {
            assert_eq!(Parse::EnglishNumber.number(cell).ok(), expected, "{cell}");
        }
        assert_eq!(Parse::Number.number("1,5"), Err("un nombre à point décimal"));
        assert_eq!(Parse::FrenchYears.number("3,75068493150685"), Ok(45.008_219));
    }

    #[test]
    fn months_come_in_full_or_short_with_two_or_four_digits_of_year() {
        for (cell, expected) in [
            ("juillet 2013", "2013-07-01"),
            ("janvier 18", "2018-01-01"),
            ("février 20", "2020-02-01"),
            ("Fevrier 2020", "2020-02-01"),
            ("déc. 99", "1999-12-01"),
            ("août 2020", "2020-08-01"),
            ("05/2018", "2018-05-01"),
            ("5/2018", "2018-05-01"),
        ] {
            assert_eq!(Parse::FrenchMonth.date(cell).unwrap().to_string(), expected);
        }
        for cell in [
            "13/2018",
            "05/18",
            "jui 20",
            "brumaire 8",
            "juin",
            "juin 020",
            "juin 1820",
            "13 juin 2020",
        ] {
            assert!(Parse::FrenchMonth.date(cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn a_date_that_no_calendar_has_is_refused() {
        assert_eq!(Parse::FrenchDate.date("07/12/2015").unwrap().to_string(), "2015-12-07");
        assert_eq!(Parse::FrenchDate.date("2015-12-07").unwrap().to_string(), "2015-12-07");
        assert_eq!(Parse::Month.date("2016-09").unwrap().to_string(), "2016-09-01");
        for cell in ["31/02/2020", "2020-02-30", "0202-01-01", "1/1/2020", "2020-1-1", "45000"] {
            assert!(Parse::FrenchDate.date(cell).is_err(), "{cell}");
        }
    }

    #[test]
    fn yes_and_no_are_said_in_the_words_of_the_profile() {
        assert_eq!(Parse::YesNo.truth("Oui"), Ok(true));
        assert_eq!(Parse::YesNo.truth("non "), Ok(false));
        assert_eq!(Parse::Bool.truth("Oui"), Err("`true` ou `false`"));
    }
}
