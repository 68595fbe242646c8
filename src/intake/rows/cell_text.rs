//! What no cell that is read may hold: errors of spreadsheet programs, texts spoilt by an encoding, controls; and dates in
//! the place of names.

use chrono::NaiveDate;

use super::parse::{french_month, iso_date};
use crate::intake::identity::names::key;

/// Errors that spreadsheet programs show, in English and in French.
const ERRORS: [&str; 16] = [
    "#REF!",
    "#VALUE!",
    "#VALEUR!",
    "#NAME?",
    "#NOM?",
    "#N/A",
    "#DIV/0!",
    "#NULL!",
    "#NUL!",
    "#NUM!",
    "#NOMBRE!",
    "#DATA!",
    "#SPILL!",
    "#PROPAGATION!",
    "#CALC!",
    "#GETTING_DATA",
];

/// What was expected of a cell that no column may hold; `None` when the cell is sound.
pub(in crate::intake) fn unfit(cell: &str) -> Option<String> {
    if is_error(cell) {
        return Some("une valeur : le tableur affiche ici une erreur de calcul".to_owned());
    }
    if cell.is_ascii() && !cell.contains(is_control) {
        return None;
    }
    if cell.contains('\u{fffd}') {
        let lost = "un texte complet : le signe � remplace une lettre perdue";
        return Some(lost.to_owned());
    }
    if is_decoded_twice(cell) {
        return Some("un texte lisible : celui-ci a été encodé deux fois".to_owned());
    }
    let control = cell.chars().find(|letter| is_control(*letter))?;
    Some(format!("un texte sans caractère de commande (U+{:04X})", u32::from(control)))
}

fn is_error(cell: &str) -> bool {
    if cell.starts_with('#') {
        return ERRORS.iter().any(|error| error.eq_ignore_ascii_case(cell));
    }
    // LibreOffice numbers its own.
    let number = cell.strip_prefix("Err:").or_else(|| cell.strip_prefix("Erreur :"));
    number.is_some_and(|number| number.trim().parse::<u16>().is_ok())
}

fn is_control(letter: char) -> bool {
    letter.is_control() && letter != '\n' && letter != '\t'
}

/// Whether UTF-8 was read as Windows-1252: `Ã©` for `é`, `â€™` for `’`. The letters that begin such a pair are not French.
fn is_decoded_twice(cell: &str) -> bool {
    let follows = |first: char, second: char| match first {
        'Ã' | 'Â' => ('\u{80}'..='\u{bf}').contains(&second) || is_high(second),
        'Å' => matches!(second, '\u{92}' | '\u{93}' | '\u{b8}' | '\u{2019}' | '\u{201c}'),
        'â' => matches!(second, '\u{80}' | '\u{82}' | '€' | '‚'),
        'ï' => second == '»' || second == '¿',
        _ => false,
    };
    let seconds = cell.chars().skip(1);
    cell.chars().zip(seconds).any(|(first, second)| follows(first, second))
}

/// Whether Windows-1252 has this sign where Latin-1 has controls.
fn is_high(letter: char) -> bool {
    "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(letter)
}

/// What was expected of a name that a spreadsheet program took for a date; `None` when it is a name.
pub(in crate::intake) fn not_a_name(cell: &str) -> Option<&'static str> {
    if !may_be_date(cell) {
        return None;
    }
    let formats = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y"];
    let is_date = cell.starts_with(|first: char| first.is_ascii_digit())
        && formats.iter().any(|format| NaiveDate::parse_from_str(cell, format).is_ok());
    let is_date = is_date || iso_date(cell).is_some() || french_month(cell).is_some();
    (is_date || is_day_of_month(cell)).then_some(
        "un nom, et non une date : le tableur l’a sans doute convertie, à ressaisir en texte",
    )
}

/// Rules out most names at once: each way to write a date has a sign between its parts, and begins with a
/// digit or with a month.
fn may_be_date(cell: &str) -> bool {
    const BEGINNINGS: [&[u8]; 11] =
        [b"jan", b"fev", b"mar", b"avr", b"mai", b"jui", b"aou", b"sep", b"oct", b"nov", b"dec"];
    if !cell.is_ascii() {
        return true;
    }
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'@';
    let start = cell.bytes().position(|byte| is_letter(&byte)).unwrap_or_default();
    let word = cell.as_bytes().get(start..).unwrap_or_default();
    let begins = word.first().is_some_and(u8::is_ascii_digit)
        // `@` stands for an `a`.
        || word.get(..3).is_some_and(|three| {
            let three = three.to_ascii_lowercase();
            three.contains(&b'@') || BEGINNINGS.contains(&three.as_slice())
        });
    begins && !word.iter().all(is_letter)
}

/// `11-mai`, as Excel shows what was typed as `11-5`.
fn is_day_of_month(cell: &str) -> bool {
    let words = key(cell);
    let Some((day, month)) = words.split_once(' ') else { return false };
    let is_day = day.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
    is_day && french_month(&format!("{month} 2000")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_texts_are_left_alone() {
        for cell in [
            "QUALITÉ\u{a0}: 5",
            "« É »",
            "DÉGÂTS",
            "l’été – 100 €",
            "#1",
            "N/A",
            "a\nb\tc",
            "Grand\u{ad}e",
            "CAFÉ»",
            "naïf », dit-il",
        ] {
            assert_eq!(unfit(cell), None, "{cell}");
        }
    }

    #[test]
    fn spoilt_texts_and_errors_are_found() {
        for (cell, expected) in [
            ("#REF!", "erreur de calcul"),
            ("#n/a", "erreur de calcul"),
            ("Err:508", "erreur de calcul"),
            ("Gen\u{fffd}t", "lettre perdue"),
            ("Mimosa Ã\u{89}toilÃ©", "deux fois"),
            ("lâ€™Ã©tat", "deux fois"),
            ("a\u{85}b", "U+0085"),
            ("Bel\u{b}Orme", "U+000B"),
        ] {
            let found = unfit(cell).unwrap_or_default();
            assert!(found.contains(expected), "{cell}: {found}");
        }
    }

    #[test]
    fn dates_are_no_names() {
        for cell in ["2021-05-11", "11/05/2021", "mai-21", "mai 2021", "11-mai"] {
            assert!(not_a_name(cell).is_some(), "{cell}");
        }
        for cell in ["2021", "SIRH 2", "MAI", "24-7", "11 mars, le projet"] {
            assert_eq!(not_a_name(cell), None, "{cell}");
        }
    }
}
