//! Text as people see it: without characters that show nothing, move the cursor, ring a bell or turn the direction of
//! what follows. What is stored and hashed stays as it came: texts are cleaned where they leave for a screen, and names
//! of people are refused where they come in.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// Whether a character shows nothing by itself, or changes how others show: controls, marks of direction, blanks of
/// no width, separators of lines, fillers, selectors of variants, tags.
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Without what is invisible, on one line: what parts lines is a blank.
pub fn one_line(text: &str) -> Cow<'_, str> {
    cleaned(text, |c| match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        _ => None,
    })
}

/// Without what is invisible, lines and tabulations apart.
pub fn lines(text: &str) -> Cow<'_, str> {
    cleaned(text, |c| match c {
        '\n' | '\t' => Some(c),
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        _ => None,
    })
}

/// `part` replaces an invisible character that parts words or lines.
fn cleaned(text: &str, part: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if !text.contains(|c| is_invisible(c) && part(c) != Some(c)) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_invisible(c) { part(c) } else { Some(c) };
    // Of a carriage return and a line feed, one.
    Cow::Owned(text.replace("\r\n", "\n").chars().filter_map(shown).collect())
}

/// The same JSON, in which what is invisible is escaped: a terminal shows it, a program reads what was written.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| is_invisible(c) && c != '\n';
    if !json.contains(is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_escaped(c) {
            let mut units = [0; 2];
            let codes = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
            escaped.extend(codes);
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Two names with the same skeleton look alike, or could be typed one for the other: compatible forms, case, blanks,
/// what is invisible, and letters of other alphabets that have the shape of a Latin one do not tell them apart.
pub fn skeleton(name: &str) -> String {
    let mut skeleton = String::with_capacity(name.len());
    let visible: String = name.nfkc().filter(|c| !is_invisible(*c)).collect();
    // Once more: lower case may leave forms that a composed one replaces.
    for c in visible.to_lowercase().nfkc() {
        if c.is_whitespace() {
            if !skeleton.ends_with(' ') {
                skeleton.push(' ');
            }
        } else {
            skeleton.push(as_latin(c));
        }
    }
    skeleton.trim().to_owned()
}

/// Small letters of the Cyrillic, Greek and Armenian alphabets that look like Latin ones.
fn as_latin(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ҽ' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'հ' => 'h',
        'і' | 'ı' | 'ι' | 'ӏ' => 'i',
        'ј' => 'j',
        'κ' | 'к' => 'k',
        'ո' => 'n',
        'о' | 'ο' | 'օ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: &str =
        "a\u{7}b\u{202e}c\u{200b}d\u{2066}e\u{feff}f\u{e0041}g\u{1b}[2Jh\u{9b}i\u{ad}j";

    #[test]
    fn what_shows_nothing_is_left_out_and_the_rest_stays() {
        assert_eq!(one_line(ODD), "abcdefg[2Jhij");
        assert_eq!(lines(ODD), "abcdefg[2Jhij");
        assert_eq!(one_line("un\ndeux\r\ntrois\u{2028}quatre\t5"), "un deux trois quatre 5");
        assert_eq!(lines("un\ndeux\r\ntrois\u{2029}quatre\t5\r6"), "un\ndeux\ntrois\nquatre\t56");
        for whole in ["Élève n° 1 « d’été » — 100\u{a0}% 👍 Ωμέγα שלום", "\u{202f}x", ""]
        {
            assert!(matches!(one_line(whole), Cow::Borrowed(same) if same == whole));
        }
    }

    #[test]
    fn json_means_the_same_and_shows_what_is_invisible() {
        let json = serde_json::to_string_pretty(&serde_json::json!({ "name": ODD })).unwrap();
        let escaped = escaped_json(&json);
        assert!(!escaped.contains(|c| is_invisible(c) && c != '\n'), "{escaped}");
        assert!(escaped.contains("\\u202e") && escaped.contains("\\udb40\\udc41"), "{escaped}");
        let read: serde_json::Value = serde_json::from_str(&escaped).unwrap();
        assert_eq!(read["name"], ODD);
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for alike in [
            "vigie\u{200b}",
            "VIGIE",
            "v\u{ad}igie",
            " vigie\u{a0}",
            "\u{ff56}igie",
            "v\u{456}gi\u{435}",
            "vigie\u{202e}",
            "Vıgıe",
        ] {
            assert_eq!(skeleton(alike), "vigie", "{alike:?}");
        }
        assert_eq!(skeleton("Ada  LOVELACE"), skeleton("ada\u{202f}lovelace"));
        assert_eq!(skeleton("Éve"), skeleton("E\u{301}ve"));
        for (one, two) in [("André", "Andre"), ("Paul Durand", "Paule Durand"), ("a b", "ab")] {
            assert_ne!(skeleton(one), skeleton(two));
        }
    }
}
