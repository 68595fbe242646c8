//! What the cells of a column look like: numbers, amounts, dates, words for nothing, texts in place of figures.

use std::collections::BTreeSet;

use crate::intake::identity::names::key;
use crate::intake::profiles::dates::DateFormat;
use crate::intake::profiles::units::{MeasureUnit, is_bare_currency, without_signs};
use crate::intake::rows::parse::{Parse, iso_date, may_be_english};
use crate::support::french::counted;

/// Cells of a column that are looked at.
const SAMPLE: usize = 500;

/// Formats of dates that are tried, the more usual one first.
const DATES: [&str; 16] = [
    "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%Y", "%d.%m.%y", "%m.%d.%y", "%d-%m-%Y",
    "%m-%d-%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%b-%y", "%b %Y", "%b %y", "%m/%Y",
];

const NOTHING: [&str; 12] =
    ["n/a", "na", "n.a.", "nc", "n.c.", "-", "–", "—", "tbc", "tbd", "none", "sans objet"];

/// How the figures or dates of a column are written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    /// Lines of the profile, such as `parse = "french_number"`.
    pub(super) lines: Vec<String>,
    /// What is not sure, in French.
    pub(super) doubts: Vec<String>,
    /// Words for nothing, and texts in place of figures.
    pub(super) missing: BTreeSet<String>,
    pub(super) withheld: BTreeSet<String>,
}

/// The filled cells of a column, as many as are looked at.
pub(super) fn sample<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<&'c str> {
    cells.filter(|cell| !cell.is_empty()).take(SAMPLE).collect()
}

/// How numbers are written. `unit` is that of the header; `None` when hardly any cell is a number.
pub(super) fn numbers(cells: &[&str], unit: Option<&str>) -> Option<Written> {
    let (figures, missing, withheld) = parted(cells, |cell| cell.contains(is_digit));
    let bare: Vec<(String, String)> = figures.iter().map(|cell| without_signs(cell)).collect();
    let reads =
        |parse: Parse| bare.iter().filter(|(digits, _)| parse.number(digits).is_ok()).count();
    let (french, english) = (reads(Parse::FrenchNumber), reads(Parse::EnglishNumber));
    if french.max(english) == 0 || french.max(english) * 2 < figures.len() {
        return None;
    }
    let mut doubts = Vec::new();
    let doubtful = bare.iter().any(|(digits, _)| may_be_english(digits, true));
    if doubtful && french == english {
        doubts.push("`1,234` se lit de deux façons : milliers ou décimales".to_owned());
    }
    let parse = if english > french { "english_number" } else { "french_number" };
    let mut lines = vec![format!("parse = \"{parse}\"")];
    let unread = figures.len().saturating_sub(french.max(english));
    if unread > 0 {
        let one = "cellule n’est pas un nombre";
        doubts.push(counted(unread, one, "cellules ne sont pas des nombres"));
    }
    let signs: BTreeSet<&str> =
        bare.iter().map(|(_, signs)| signs.as_str()).filter(|signs| !signs.is_empty()).collect();
    let of_cells = signs.iter().find(|signs| MeasureUnit::read(signs).is_some()).copied();
    // A header that says `(£m)` gives the scale of cells that only have `£`.
    match unit.filter(|unit| MeasureUnit::read(unit).is_some()).or(of_cells) {
        Some(unit) => {
            lines.push(format!("unit = {}", quoted(unit)));
            if is_bare_currency(unit) {
                doubts.push(format!(
                    "`{unit}` ne dit pas l’échelle : `{unit}m` si ce sont des millions"
                ));
            }
            let is_share = |(digits, signs): &(String, String)| {
                let figure = parse_of(parse).number(digits).unwrap_or_default();
                around.is_empty() && figure > 0.0 && figure < 1.0
            };
            if unit == "%" && bare.iter().any(is_share) {
                doubts.push("`0,35` sans `%` se lit de deux façons".to_owned());
            }
        }
        None => doubts.push("unité non dite par le fichier : `unit` à préciser".to_owned()),
    }
    Some(Written { lines, doubts, missing, withheld })
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text.replace('\n', " ")).to_string()
}

fn parse_of(word: &str) -> Parse {
    if word == "english_number" { Parse::EnglishNumber } else { Parse::FrenchNumber }
}

/// How dates are written; `None` when hardly any cell is a date.
pub(super) fn dates(cells: &[&str]) -> Option<Written> {
    let (figures, missing, withheld) = parted(cells, |cell| cell.contains(is_digit));
    let is_own = |cell: &&&str| iso_date(cell).is_some();
    let others: Vec<&&str> = figures.iter().filter(|cell| !is_own(cell)).collect();
    if figures.is_empty() {
        return None;
    }
    let mut doubts = Vec::new();
    let mut lines = Vec::new();
    if others.is_empty() {
        lines.push("parse = \"date\"".to_owned());
        return Some(Written { lines, doubts, missing, withheld });
    }
    let formats = DATES.iter().filter_map(|text| DateFormat::read(text).ok());
    let tried: Vec<(DateFormat, usize)> = formats
        .map(|format| {
            let read = others.iter().filter(|cell| format.date(cell).is_some()).count();
            (format, read)
        })
        .collect();
    let most = tried.iter().map(|(_, read)| *read).max().unwrap_or_default();
    if most * 2 < others.len() || most == 0 {
        return None;
    }
    let best: Vec<&DateFormat> =
        tried.iter().filter(|(_, read)| *read == most).map(|(format, _)| format).collect();
    match best.as_slice() {
        [format] => lines.push(format!("date_format = \"{}\"", format.text())),
        several => {
            let texts: Vec<&str> = several.iter().map(|format| format.text()).collect();
            lines.push(format!("# date_format = \"{}\"", texts.join("\"   # ou \"")));
            doubts.push(
                "jour et mois se confondent : l’ordre est à dire dans `date_format`".to_owned(),
            );
        }
    }
    if most < others.len() {
        let rest = others.len().saturating_sub(most);
        let one = "cellule est écrite autrement";
        doubts.push(counted(rest, one, "cellules sont écrites autrement"));
    }
    Some(Written { lines, doubts, missing, withheld })
}

/// Whether all cells are yes or no.
pub(super) fn are_yes_or_no(cells: &[&str]) -> bool {
    !cells.is_empty() && cells.iter().all(|cell| Parse::YesNo.truth(cell).is_ok())
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

type Parted<'c> = (Vec<&'c str>, BTreeSet<String>, BTreeSet<String>);

/// Cells that may be figures, words for nothing, and how texts begin that stand in place of figures.
fn parted<'c>(cells: &[&'c str], is_figure: impl Fn(&str) -> bool) -> Parted<'c> {
    let (mut figures, mut missing, mut withheld) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for cell in cells {
        if NOTHING.iter().any(|word| word.eq_ignore_ascii_case(cell)) {
            missing.insert((*cell).to_owned());
        } else if is_sentence(cell) {
            let start: Vec<&str> = cell.split_whitespace().take(3).collect();
            let start = start.join(" ");
            // Signs alone would begin every text.
            withheld.insert(if key(&start).is_empty() { (*cell).to_owned() } else { start });
        } else if is_figure(cell) {
            figures.push(*cell);
        } else {
            missing.insert((*cell).to_owned());
        }
    }
    (figures, missing, withheld)
}

/// Three words or more, the first of which has no digit, as « Exempt under Section 43 ».
fn is_sentence(cell: &str) -> bool {
    let words = key(cell);
    let mut letters = words.split(' ').filter(|word| word.len() > 1 && !word.contains(is_digit));
    letters.by_ref().take(3).count() == 3 && !cell.starts_with(is_digit)
}
