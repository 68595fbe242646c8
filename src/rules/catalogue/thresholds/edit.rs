//! Replaces a threshold's value in the text of `thresholds.toml`, and leaves every other byte as it
//! is.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::frame::dictionary::Unit;
use crate::rules::authoring::typed::typed_figure;
use crate::rules::catalogue::fault::resemblance;
use crate::rules::catalogue::toml_dates::day;

#[derive(Deserialize)]
struct Entry {
    unit: Option<String>,
    value: Option<toml::Spanned<toml::Value>>,
    values: Option<Vec<Dated>>,
}

#[derive(Deserialize)]
struct Dated {
    from: Option<toml::value::Datetime>,
    value: toml::Spanned<toml::Value>,
}

/// Returns the text with a new value. `name` is a threshold, followed by `@` and a date for a value
/// in force from that date: `drift_target` for the one without a date, `drift_target@2022-01-01`.
///
/// # Errors
/// Says what is wrong with the text, the name or the value. Bounds are not checked here but when
/// the catalogue is compiled.
pub fn with_threshold(text: &str, name: &str, value: &str) -> Result<String, String> {
    let entries: BTreeMap<String, Entry> =
        toml::from_str(text).map_err(|error| format!("thresholds.toml: {}", error.message()))?;
    let (bare, from) = match name.split_once('@') {
        Some((bare, from)) => (bare, Some(day(from)?)),
        None => (name, None),
    };
    let entry = entries
        .get(bare)
        .ok_or_else(|| format!("no threshold `{bare}`{}", resemblance(bare, entries.keys())))?;
    let unit = entry.unit.as_ref().and_then(|unit| unit.parse().ok()).unwrap_or_default();
    let value = written(value, unit).ok_or_else(|| {
        format!("threshold `{name}`: found `{value}`, expected a number such as 0.15 or `15 %`")
    })?;
    let span = match (&entry.value, &entry.values, from) {
        (Some(held), _, None) => held.span(),
        (None, Some(values), from) => dated(values, from).ok_or_else(|| {
            format!("threshold `{bare}`: no value from that date; {}", dates(values))
        })?,
        (Some(_), _, Some(_)) | (None, None, _) => {
            return Err(format!("threshold `{bare}` has no dated values"));
        }
    };
    let (before, after) = (text.get(..span.start), text.get(span.end..));
    Ok([before.unwrap_or_default(), &value, after.unwrap_or_default()].concat())
}

/// A number as TOML writes it: as it is, or read as people write it in French.
fn written(value: &str, unit: Unit) -> Option<Cow<'_, str>> {
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite)
        && toml::from_str::<toml::Table>(&format!("v = {value}")).is_ok();
    if is_number {
        return Some(Cow::Borrowed(value));
    }
    typed_figure(value, unit).map(|figure| Cow::Owned(figure.to_string()))
}

fn dated(values: &[Dated], from: Option<NaiveDate>) -> Option<std::ops::Range<usize>> {
    let wanted = from.map(|from| from.to_string());
    let found = values.iter().find(|one| one.from.map(|since| since.to_string()) == wanted)?;
    Some(found.value.span())
}

fn dates(values: &[Dated]) -> String {
    let known = values.iter().map(|one| match one.from {
        Some(from) => format!("`@{from}`"),
        None => "no date".to_owned(),
    });
    format!("there are {}", known.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Deux seuils.\n[a]\nvalue = 0.20 # haut\nunit = \"ratio\"\n\n[b]\nvalues = [\
                        { value = 0.25 }, { from = 2022-01-01, value = 0.20 }]\n";

    #[test]
    fn only_the_value_changes() {
        let edited = |name, value| with_threshold(TEXT, name, value).unwrap();
        assert_eq!(edited("a", "0.15"), TEXT.replace("0.20 # haut", "0.15 # haut"));
        let dated = TEXT.replace("2022-01-01, value = 0.20", "2022-01-01, value = 0.18");
        assert_eq!(edited("b@2022-01-01", "0.18"), dated);
        assert_eq!(edited("b", "0.3"), TEXT.replace("0.25", "0.3"));
    }

    #[test]
    fn a_value_is_read_as_people_write_it_in_french() {
        let edited = |value| with_threshold(TEXT, "a", value).unwrap();
        assert_eq!(edited("0,15"), TEXT.replace("0.20 # haut", "0.15 # haut"));
        assert_eq!(edited("25 %"), TEXT.replace("0.20 # haut", "0.25 # haut"));
    }

    #[test]
    fn what_is_no_threshold_or_no_number_is_refused() {
        let refused = |name, value| with_threshold(TEXT, name, value).unwrap_err();
        assert_eq!(refused("c", "1"), "no threshold `c`, did you mean `a`?");
        assert!(refused("a", "0.1\nunit = 3").contains("expected a number"));
        assert!(refused("a", "inf").contains("expected a number"));
        assert!(refused("b@2023-01-01", "1").contains("no date, `@2022-01-01`"));
        assert!(refused("a@2023-01-01", "1").contains("no dated values"));
        assert!(refused("b@x", "1").contains("expected a date"));
    }
}
