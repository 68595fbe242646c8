//! Comparison of names without regard to case, accents and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::support::fingerprint::Fingerprint;
use crate::support::visible_text::is_invisible;

/// Characters of an id made from a name; a longer one ends in a digest.
const SLUG: usize = 60;

/// The key that all spellings of a name share: `Océane²  – Phase “II”` is `oceane2 phase ii`.
pub fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for letter in name.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            // OP@LE is said and sometimes written OPALE.
            '@' => key.push('a'),
            'œ' | 'Œ' => key.push_str("oe"),
            'æ' | 'Æ' => key.push_str("ae"),
            // What shows nothing parts no word: a soft hyphen, a blank of no width.
            letter if is_invisible(letter) && !parts_words(letter) => {}
            letter if letter.is_alphanumeric() => key.extend(letter.to_lowercase()),
            _ if key.is_empty() || key.ends_with(' ') => {}
            _ => key.push(' '),
        }
    }
    key.truncate(key.trim_end().len());
    key
}

fn parts_words(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// An id made from a name: `FRANCE VISAS` is `france-visas`. Empty when nothing can be made of it.
pub(in crate::intake) fn slug(name: &str) -> String {
    let slug = key(name).replace(' ', "-");
    match slug.char_indices().nth(SLUG) {
        None => slug,
        Some((end, _)) => {
            let start = slug.get(..end).unwrap_or_default().trim_end_matches('-');
            let digest = Fingerprint::of(slug.as_bytes());
            format!("{start}-{}", digest.short())
        }
    }
}

/// The word closest to `found`, if one is close enough to have been meant.
pub fn nearest<'a>(found: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = key(found);
    let length = found.chars().count();
    // Half alike at least: neither is more than twice as long as the other. Comparing takes the product of their lengths.
    let may_be_alike = |word: &&str| {
        let other = key(word).chars().count();
        length <= other.saturating_mul(2) && other <= length.saturating_mul(2)
    };
    words
        .into_iter()
        .filter(may_be_alike)
        .map(|word| (strsim::normalized_damerau_levenshtein(&found, &key(word)), word))
        .filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_make_another_name() {
        for (name, expected) in [
            ("  FRANCE   VISAS ", "france visas"),
            ("Ministère de l’Économie , des Finances", "ministere de l economie des finances"),
            ("OP@LE", "opale"),
            ("MCIC²", "mcic2"),
            ("Paysage\u{a0}: modernisation", "paysage modernisation"),
            ("PROJAE – AXONE", "projae axone"),
            ("Mise en œuvre", "mise en oeuvre"),
            ("« ? »", ""),
            ("Grand Cè\u{ad}dre", "grand cedre"),
            ("PORTU\u{200b}LACA\u{feff}", "portulaca"),
            ("deux\nlignes", "deux lignes"),
        ] {
            assert_eq!(key(name), expected, "{name}");
        }
    }

    #[test]
    fn an_id_is_short_and_stays_one_of_a_kind() {
        assert_eq!(slug("FRANCE VISAS"), "france-visas");
        let long = "un nom de projet beaucoup trop long pour servir d'identifiant à quiconque";
        assert_eq!(
            slug(long),
            "un-nom-de-projet-beaucoup-trop-long-pour-servir-d-identifian-2f1c3f6d8c4a".replace(
                "2f1c3f6d8c4a",
                Fingerprint::of(key(long).replace(' ', "-").as_bytes()).short()
            )
        );
        assert_ne!(slug(&format!("{long} 1")), slug(&format!("{long} 2")));
    }
}
