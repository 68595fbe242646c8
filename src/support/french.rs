//! Figures and dates as French readers write them: decimal comma, thin spaces, a true minus sign.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Europe::Paris;

/// Unbreakable and narrow: between a figure and its unit, and between thousands.
pub const THIN: char = '\u{202f}';

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `1 860,05`
pub fn decimal(value: f64, places: usize) -> String {
    let plain = format!("{value:.places$}");
    let is_zero = plain.chars().all(|digit| matches!(digit, '-' | '0' | '.'));
    grouped(if is_zero { plain.trim_start_matches('-') } else { &plain })
}

/// Like `decimal`, without zeros at the end of the decimals.
pub fn decimal_at_most(value: f64, places: usize) -> String {
    let figure = decimal(value, places);
    if figure.contains(',') {
        return figure.trim_end_matches('0').trim_end_matches(',').to_owned();
    }
    figure
}

/// `1 860`
pub fn integer(value: i64) -> String {
    grouped(&value.to_string())
}

/// Takes a plain figure such as `-1860.05`.
fn grouped(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(',');
        text.push_str(fraction);
    }
    text
}

/// `28,4 %` of 0.284.
pub fn percent(ratio: f64) -> String {
    format!("{}{THIN}%", decimal(ratio * 100.0, 1))
}

/// `28,4 %` of 0.284, `60 %` of 0.6: in a sentence, no decimal that says nothing.
pub fn percent_at_most(ratio: f64) -> String {
    format!("{}{THIN}%", decimal_at_most(ratio * 100.0, 1))
}

/// `−8,2 points` of -0.082; always signed, unless nothing moved.
pub fn points(difference: f64) -> String {
    let hundredfold = difference * 100.0;
    let figure = decimal(hundredfold, 1);
    let sign = if hundredfold > 0.0 && figure != "0,0" { "+" } else { "" };
    // French plurals start at two.
    let word = if hundredfold.abs() < 2.0 { "point" } else { "points" };
    format!("{sign}{figure}{THIN}{word}")
}

/// `12,3 M€`; below a million the second decimal counts: `0,15 M€`.
pub fn meur(millions: f64) -> String {
    let places = if millions != 0.0 && millions.abs() < 1.0 { 2 } else { 1 };
    format!("{}{THIN}M€", decimal(millions, places))
}

/// `1,86 Md€` of 1 860 M€.
pub fn billions(millions: f64) -> String {
    format!("{}{THIN}Md€", decimal(millions / 1000.0, 2))
}

/// `14 mois`, `14,5 mois`
pub fn months(count: f64) -> String {
    let places = usize::from((count - count.round()).abs() >= 0.05);
    format!("{}{THIN}mois", decimal(count, places))
}

/// `novembre 2020`
pub fn month_and_year(date: NaiveDate) -> String {
    let month = usize::try_from(date.month0()).ok().and_then(|month| MONTHS.get(month));
    format!("{} {}", month.unwrap_or(&""), date.year())
}

/// For example `3 fichiers importés`, `1 fichier importé`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    let words = if count > 1 { many } else { one };
    format!("{count}\u{a0}{words}")
}

/// `7 chances sur 10` of 0.7; beyond nineteen in twenty it is not said how far.
pub fn chances(share: f64) -> String {
    if share <= 0.05 {
        "au plus une chance sur\u{a0}20".to_owned()
    } else if share >= 0.95 {
        "au moins 19\u{a0}chances sur\u{a0}20".to_owned()
    } else {
        let tenths = (share * 10.0).round().clamp(1.0, 9.0);
        let word = if tenths < 2.0 { "chance" } else { "chances" };
        format!("{tenths}\u{a0}{word} sur\u{a0}10")
    }
}

/// `30 novembre 2020`, `1er novembre 2020`
pub fn date(date: NaiveDate) -> String {
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day} {}", month_and_year(date))
}

/// `30 novembre 2020 à 09 h 05`, in Paris.
pub fn moment(at: DateTime<Utc>) -> String {
    let at = at.with_timezone(&Paris);
    format!("{} à {}", date(at.date_naive()), at.format("%H h %M"))
}

/// With spaces at which no line breaks, as French has them next to these signs and units.
pub fn unbroken(text: &str) -> String {
    let signs = [(" :", "\u{a0}:"), (" ;", "\u{a0};"), (" ?", "\u{a0}?"), (" !", "\u{a0}!")];
    let quotes = [("« ", "«\u{a0}"), (" »", "\u{a0}»")];
    let units = [(" M€", "\u{a0}M€"), (" %", "\u{a0}%")];
    let all = signs.into_iter().chain(quotes).chain(units);
    all.fold(text.to_owned(), |before, (plain, unbroken)| before.replace(plain, unbroken))
}

/// With the narrow space at which no line breaks that French has before its signs and units and within its quotation marks, and
/// its own apostrophe.
pub fn typeset(text: &str) -> String {
    let before = [":", ";", "?", "!", "%", "»", "M€", "Md€"];
    let spaced = before.into_iter().fold(text.replace('\'', "’"), |text, sign| {
        text.replace(&format!(" {sign}"), &format!("{THIN}{sign}"))
            .replace(&format!("\u{a0}{sign}"), &format!("{THIN}{sign}"))
    });
    spaced.replace("« ", &format!("«{THIN}")).replace("«\u{a0}", &format!("«{THIN}"))
}

/// `du ministère de la Justice` of `Ministère de la Justice`; other names in brackets.
pub fn of_ministry(name: &str) -> String {
    match name.strip_prefix("Ministère ") {
        Some(rest) => format!("du ministère {rest}"),
        None => format!("({name})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_french_ones() {
        assert_eq!(decimal(1_234_567.891, 2), "1\u{202f}234\u{202f}567,89");
        assert_eq!(decimal(-0.04, 1), "0,0");
        assert_eq!(decimal(-1234.5, 1), "−1\u{202f}234,5");
        assert_eq!(integer(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(percent(0.284), "28,4\u{202f}%");
        assert_eq!(percent_at_most(0.284), "28,4\u{202f}%");
        assert_eq!(percent_at_most(0.6), "60\u{202f}%");
        assert_eq!(points(-0.082), "−8,2\u{202f}points");
        assert_eq!(points(0.015), "+1,5\u{202f}point");
        assert_eq!(points(0.0), "0,0\u{202f}point");
        assert_eq!(meur(1860.0), "1\u{202f}860,0\u{202f}M€");
        assert_eq!(meur(0.15), "0,15\u{202f}M€");
        assert_eq!(billions(1860.0), "1,86\u{202f}Md€");
        assert_eq!(months(14.0), "14\u{202f}mois");
        assert_eq!(months(14.5), "14,5\u{202f}mois");
        assert_eq!(typeset("l'« État » : 28 %"), "l’«\u{202f}État\u{202f}»\u{202f}: 28\u{202f}%");
        assert_eq!(of_ministry("Ministère des Armées"), "du ministère des Armées");
        assert_eq!(of_ministry("Services du Premier ministre"), "(Services du Premier ministre)");
        let day = |day| NaiveDate::from_ymd_opt(2020, 11, day).unwrap();
        assert_eq!(date(day(1)), "1er novembre 2020");
        assert_eq!(date(day(30)), "30 novembre 2020");
    }
}
