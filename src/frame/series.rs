//! A figure across editions, as one text: `0.1 - 0.284`, oldest first, `-` where it is not known.

use chrono::NaiveDate;

/// Writes one word per edition; `None` when no edition gives the figure.
pub(super) fn write(figures: impl Iterator<Item = Option<f64>>) -> Option<String> {
    let mut text = String::new();
    let mut known = false;
    for figure in figures {
        if !text.is_empty() {
            text.push(' ');
        }
        match figure {
            // The shortest decimals that are read back as the same figure.
            Some(figure) => text.push_str(&figure.to_string()),
            None => text.push('-'),
        }
        known |= figure.is_some();
    }
    known.then_some(text)
}

/// Reads the figure of each edition, oldest first; `None` for a word that is not a finite number.
pub fn read(text: &str) -> impl Iterator<Item = Option<f64>> {
    text.split(' ').map(|word| word.parse().ok().filter(|figure: &f64| figure.is_finite()))
}

/// The day from which an edition is in force, read from a word such as `2018-11`; `None` for any other word.
pub fn edition_day(word: &str) -> Option<NaiveDate> {
    let (year, month) = word.split_once('-')?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let figures = [Some(0.1 + 0.2), None, Some(-5.0e-324), Some(f64::MAX), Some(3.0)];
        let text = write(figures.into_iter()).unwrap();
        assert_eq!(read(&text).collect::<Vec<_>>(), figures);
        assert_eq!(write([None, None].into_iter()), None);
        assert_eq!(read("x NaN inf 2").collect::<Vec<_>>(), [None, None, None, Some(2.0)]);
    }
}
