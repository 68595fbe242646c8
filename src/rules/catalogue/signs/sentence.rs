//! The sentences of signs: a text, and the values that it shows between braces.

use std::ops::Range;

use toml::Spanned;

use crate::rules::catalogue::fault::{RuleFault, TextPosition};

/// The bytes of a string's content, without its quotes. The span counts from `base`.
pub(super) fn content_of(text: &str, base: usize, span: &Range<usize>) -> Range<usize> {
    let (start, end) = (base + span.start, base + span.end);
    let written = text.get(start..end).unwrap_or_default();
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            let newline = if quote.len() == 3 {
                inner.len() - inner.trim_start_matches(['\r', '\n']).len()
            } else {
                0
            };
            return start + quote.len() + newline..end - quote.len();
        }
    }
    start..end
}

/// A sentence as the interpreter composes it, `${values[0]}` in place of its first value, and where its values are.
pub(super) fn sentence(
    file: &str,
    text: &str,
    base: usize,
    says: &Spanned<String>,
) -> Result<(String, Vec<Range<usize>>), RuleFault> {
    let content = content_of(text, base, &says.span());
    let written = text.get(content.clone()).unwrap_or_default();
    let fault = |at: usize, message: &str| {
        RuleFault::new(file, TextPosition::of_byte(text, content.start + at), message)
    };
    let mut composed = String::new();
    let mut values = Vec::new();
    let mut letters = written.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '{' => {
                let rest = written.get(at + 1..).unwrap_or_default();
                let length =
                    closing_brace(rest).ok_or_else(|| fault(at, "a brace that nothing closes"))?;
                if comma(rest.get(..length).unwrap_or_default()) {
                    return Err(fault(at, "two values between the braces, expected one"));
                }
                if rest.get(..length).is_some_and(|value| value.trim().is_empty()) {
                    return Err(fault(
                        at,
                        "nothing between the braces, expected a value such as `{p.field}`",
                    ));
                }
                composed.extend(["${values[", &values.len().to_string(), "]}"]);
                values.push(content.start + at + 1..content.start + at + 1 + length);
                while letters.as_str().len() > rest.len() - length - 1 {
                    letters.next();
                }
            }
            '}' => return Err(fault(at, "a brace that nothing opens")),
            '$' => return Err(fault(at, "a value is written `{p.field}`, without `$`")),
            '`' => composed.push_str("``"),
            '\\' => return Err(fault(at, "a backslash: write the sentence as it is read")),
            _ if letter.is_whitespace() && letter != '\u{a0}' && letter != '\u{202f}' => {
                if !composed.ends_with(' ') && !composed.is_empty() {
                    composed.push(' ');
                }
            }
            _ => composed.push(letter),
        }
    }
    if composed.trim().is_empty() {
        return Err(fault(0, "an empty sentence"));
    }
    composed.truncate(composed.trim_end().len());
    Ok((composed, values))
}

/// Where the brace is that closes a value.
fn closing_brace(value: &str) -> Option<usize> {
    let mut bare = outside_of_texts(value);
    bare.find(|(_, letter, depth)| *letter == '}' && *depth == 0).map(|(at, ..)| at)
}

/// Whether a value is followed by another.
fn comma(value: &str) -> bool {
    outside_of_texts(value).any(|(_, letter, depth)| letter == ',' && depth == 0)
}

/// What is written otherwise than on paper: how it is found, and how it is written.
const WRITTEN_OTHERWISE: [(&str, &str); 11] = [
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("“", "\""),
    ("”", "\""),
    ("«", "\""),
    ("»", "\""),
    (" et ", "&&"),
    (" ou ", "||"),
];

/// What a condition has that is written otherwise: where, and how it is written.
pub(super) fn written_otherwise(code: &str) -> Option<(usize, String)> {
    let bare = without_texts(code);
    let of_signs = WRITTEN_OTHERWISE.iter().filter_map(|(found, written)| {
        Some((bare.find(found)?, format!("`{}` is written `{written}`", found.trim())))
    });
    let found = of_signs.chain(share(&bare)).chain(decimal_comma(&bare));
    found.min_by_key(|(at, _)| *at).or_else(|| {
        let at = alone_equal(&bare)?;
        Some((at, "`=` is written `==`".to_owned()))
    })
}

/// A number with `%`.
fn share(bare: &str) -> Option<(usize, String)> {
    let at = bare.find('%')?;
    // `5 % 2` is the rest of a division; a share ends or is compared.
    let is_share = |rest: &str| !rest.trim_start().starts_with(|next: char| next.is_alphanumeric());
    bare.get(at + 1..)
        .is_none_or(is_share)
        .then(|| (at, "a share is written without `%`, in a threshold: 0.05 for 5 %".to_owned()))
}

/// A number such as `0,15`, where a comma separates nothing.
fn decimal_comma(bare: &str) -> Option<(usize, String)> {
    let is_digit = |at: Option<usize>| {
        let byte = at.and_then(|at| bare.as_bytes().get(at));
        byte.is_some_and(u8::is_ascii_digit)
    };
    let mut commas =
        outside_of_texts(bare).filter(|(_, letter, depth)| *letter == ',' && *depth == 0);
    let (at, ..) = commas.find(|(at, ..)| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)))?;
    Some((at, "decimals follow a point: `0.15` for 0,15".to_owned()))
}

/// The same code, each byte of its texts a `_`: places in it are places in the code.
fn without_texts(code: &str) -> String {
    let mut bare = String::with_capacity(code.len());
    for (at, letter, _) in outside_of_texts(code) {
        bare.extend(std::iter::repeat_n('_', at.saturating_sub(bare.len())));
        bare.push(letter);
    }
    bare.extend(std::iter::repeat_n('_', code.len().saturating_sub(bare.len())));
    bare
}

/// An `=` that is part of no comparison.
fn alone_equal(bare: &str) -> Option<usize> {
    let is_sign = |byte: Option<&u8>| matches!(byte, Some(b'=' | b'<' | b'>' | b'!' | b'+' | b'-'));
    let bytes = bare.as_bytes();
    let statement = bare.contains("let ");
    let at = (0..bytes.len()).find(|&at| {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        bytes.get(at) == Some(&b'=') && !is_sign(before) && !is_sign(bytes.get(at + 1))
    })?;
    (!statement).then_some(at)
}

/// Where a comment begins in a piece of code.
pub(super) fn comment(code: &str) -> Option<usize> {
    let bare: Vec<(usize, char, usize)> = outside_of_texts(code).collect();
    let begins = |pair: &&[(usize, char, usize)]| match pair {
        [(one, '/', _), (other, '/' | '*', _)] => one + 1 == *other,
        _ => false,
    };
    bare.windows(2).find(begins).and_then(|pair| pair.first()).map(|(at, ..)| *at)
}

/// The letters of a piece of code, those of its texts apart, each with how many brackets are open before it.
fn outside_of_texts(code: &str) -> impl Iterator<Item = (usize, char, usize)> {
    let mut depth = 0_usize;
    let mut quote = None;
    code.char_indices().filter_map(move |(at, letter)| {
        if let Some(open) = quote {
            quote = quote.filter(|_| letter != open);
            return None;
        }
        let before = depth;
        match letter {
            '"' | '`' => quote = Some(letter),
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        Some((at, letter, before))
    })
}
