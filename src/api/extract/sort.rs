//! The parameter `sort` of lists: fields of their entries, each of which may be preceded by `-` for descending.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::Value as Json;

use super::query::QueryFault;
use crate::api::problem::kinds::Problem;
use crate::domain::level::Level;

/// Most fields by which a list is sorted.
const MOST_FIELDS: usize = 4;

/// The order that a request asks for.
#[derive(Debug)]
pub(super) struct Sort(Vec<SortField>);

#[derive(Debug)]
struct SortField {
    name: String,
    is_descending: bool,
}

impl Sort {
    /// `None` when nothing is asked for.
    ///
    /// # Errors
    /// When the parameter is repeated, or names no field, or too many.
    pub(super) fn read(given: Option<&Vec<String>>) -> Result<Option<Self>, QueryFault> {
        let Some(values) = given else { return Ok(None) };
        let fields: Vec<SortField> =
            values.iter().flat_map(|value| value.split(',')).map(SortField::read).collect();
        let is_odd = |field: &SortField| field.name.is_empty() || field.name.starts_with('-');
        if values.len() != 1 || fields.len() > MOST_FIELDS || fields.iter().any(is_odd) {
            let words = format!(
                "expected up to {MOST_FIELDS} fields of the entries, as `ministry,-cost_current`"
            );
            return Err(QueryFault::of("sort", words));
        }
        Ok(Some(Self(fields)))
    }

    /// The fields, in the order in which they count.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|field| field.name.as_str())
    }

    /// Sorts entries; those that are equal stay in their order. An entry without a value comes last in either direction.
    ///
    /// # Errors
    /// When a field is none of the entries', or holds a list or an object.
    pub(super) fn apply<T: Serialize>(&self, entries: Vec<T>) -> Result<Vec<T>, Problem> {
        let mut keyed = Vec::with_capacity(entries.len());
        for entry in entries {
            let whole = serde_json::to_value(&entry).map_err(|_| Problem::Unassembled)?;
            keyed.push((self.key(&whole)?, entry));
        }
        keyed.sort_by(|(a, _), (b, _)| self.compare(a, b));
        Ok(keyed.into_iter().map(|(_, entry)| entry).collect())
    }

    /// A field that this entry lacks may be one of those that are left out when empty: only names that no entry of the
    /// API could have are refused at once.
    fn key(&self, entry: &Json) -> Result<Vec<Json>, Problem> {
        let known: Vec<&str> = entry
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_array() && !value.is_object())
            .map(|(name, _)| name.as_str())
            .collect();
        let values = self.0.iter().map(|field| match entry.get(&field.name) {
            Some(value) if !value.is_array() && !value.is_object() => Ok(value.clone()),
            _ => Err(QueryFault::unknown_value("sort", &field.name, known.iter().copied()).into()),
        });
        values.collect()
    }

    fn compare(&self, a: &[Json], b: &[Json]) -> Ordering {
        let orders = self.0.iter().zip(a.iter().zip(b)).map(|(field, (a, b))| {
            match (a.is_null(), b.is_null()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) if field.is_descending => compare(b, a),
                (false, false) => compare(a, b),
            }
        });
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl SortField {
    fn read(text: &str) -> Self {
        let name = text.strip_prefix('-');
        Self { name: name.unwrap_or(text).to_owned(), is_descending: name.is_some() }
    }
}

/// Levels by how serious they are, numbers as numbers, the rest as text.
fn compare(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::String(a), Json::String(b)) => match (a.parse::<Level>(), b.parse::<Level>()) {
            (Ok(a), Ok(b)) => a.cmp(&b),
            _ => a.cmp(b),
        },
        (Json::Bool(a), Json::Bool(b)) => a.cmp(b),
        _ => {
            let number = |value: &Json| value.as_f64().unwrap_or(f64::NAN);
            number(a).total_cmp(&number(b))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(by: &str, entries: Vec<Json>) -> Result<Vec<Json>, String> {
        let sort = Sort::read(Some(&vec![by.to_owned()])).map_err(|fault| fault.to_string())?;
        sort.unwrap().apply(entries).map_err(|problem| problem.to_string())
    }

    #[test]
    fn entries_are_sorted_by_several_fields_and_those_without_a_value_come_last() {
        let entry =
            |id, level: &str, cost: Option<f64>| json!({ "id": id, "level": level, "cost": cost });
        let entries = vec![
            entry(1, "high", Some(9.5)),
            entry(2, "critical", None),
            entry(3, "critical", Some(100.0)),
            entry(4, "watch", Some(10.0)),
        ];
        let ids = |by: &str| -> Vec<i64> {
            sorted(by, entries.clone())
                .unwrap()
                .iter()
                .map(|one| one["id"].as_i64().unwrap())
                .collect()
        };
        assert_eq!(ids("cost"), [1, 4, 3, 2]);
        assert_eq!(ids("-cost"), [3, 4, 1, 2]);
        assert_eq!(ids("-level,cost"), [3, 2, 1, 4]);
    }

    #[test]
    fn a_field_that_entries_do_not_have_is_refused_with_those_they_have() {
        let entry = json!({ "id": 1, "level": "high", "evidence": [] });
        let fault = sorted("-levle", vec![entry.clone()]).unwrap_err();
        assert!(fault.contains("`levle`, expected one of id, level"), "{fault}");
        assert!(sorted("evidence", vec![entry]).is_err());
        for odd in ["", "a,,b", "--a", "a,b,c,d,e"] {
            assert!(sorted(odd, vec![]).is_err(), "{odd}");
        }
    }
}
