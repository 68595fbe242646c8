//! Typed query parameters. Unknown parameters are refused; lists are written by repeating a parameter.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::{de, forward_to_deserialize_any};

use crate::api::problem::errors::ProblemError;
use crate::api::problem::kinds::Problem;
use crate::intake::nearest_name;

/// Most values that an unknown one is answered with: more of them are counted.
const MOST_NAMED: usize = 60;

/// The query of a request as `T`. A field that is a list may be repeated.
#[derive(Debug)]
pub(crate) struct QueryParameters<T>(T);

impl<T> QueryParameters<T> {
    pub(crate) fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for QueryParameters<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for QueryParameters<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = parameters(request.query_string()).and_then(read);
        ready(read.map(Self).map_err(Problem::from))
    }
}

/// Whether a value matches a filter. A filter that was not given matches everything.
pub(crate) fn is_wanted<T: PartialEq>(wanted: &[T], found: &T) -> bool {
    wanted.is_empty() || wanted.contains(found)
}

/// The values of each parameter, in order.
///
/// # Errors
/// If the query is malformed, or a value has control characters.
pub(crate) fn parameters(query: &str) -> Result<BTreeMap<String, Vec<String>>, QueryFault> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(<QueryFault as de::Error>::custom)?;
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs.into_inner() {
        if value.chars().any(char::is_control) {
            let words = "expected text without control characters".to_owned();
            return Err(QueryFault::of(&name, words));
        }
        parameters.entry(name).or_default().push(value);
    }
    Ok(parameters)
}

pub(crate) fn read<T: DeserializeOwned>(
    parameters: BTreeMap<String, Vec<String>>,
) -> Result<T, QueryFault> {
    let given =
        parameters.into_iter().map(|(name, values)| (name.clone(), Values { name, values }));
    T::deserialize(MapDeserializer::new(given))
}

/// An error in a query, and the parameter it concerns, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QueryFault {
    parameter: Option<String>,
    words: String,
    /// Suggestion for what may have been meant.
    hint: Option<String>,
}

impl QueryFault {
    pub(crate) fn of(parameter: &str, words: String) -> Self {
        Self { parameter: Some(parameter.to_owned()), words, hint: None }
    }

    pub(crate) fn unknown<N: AsRef<str>>(found: &str, known: impl IntoIterator<Item = N>) -> Self {
        let known: Vec<N> = known.into_iter().collect();
        let listed: Vec<String> = known.iter().map(|name| format!("`{}`", name.as_ref())).collect();
        let words = match listed.as_slice() {
            [] => "there is no such parameter, nor any other".to_owned(),
            listed => format!("there is no such parameter; expected {}", listed.join(", ")),
        };
        Self {
            hint: suggestion(found, &known.iter().map(AsRef::as_ref).collect::<Vec<_>>()),
            ..Self::of(found, words)
        }
    }
}

impl QueryFault {
    /// A value that names nothing there is.
    pub(crate) fn unknown_value(
        parameter: &str,
        found: &str,
        known: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Self {
        let known: Vec<_> = known.into_iter().collect();
        let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
        let words = match known.split_at_checked(MOST_NAMED) {
            Some((named, others)) if !others.is_empty() => format!(
                "found `{found}`, expected one of {} and {} more",
                named.join(", "),
                others.len()
            ),
            _ => format!("found `{found}`, expected one of {}", known.join(", ")),
        };
        Self { hint: suggestion(found, &known), ..Self::of(parameter, words) }
    }
}

fn suggestion(found: &str, known: &[&str]) -> Option<String> {
    nearest_name(found, known.iter().copied()).map(|name| format!("did you mean `{name}`?"))
}

impl fmt::Display for QueryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parameter {
            Some(parameter) => write!(f, "parameter `{parameter}`: {}", self.words),
            None => f.write_str(&self.words),
        }
    }
}

impl std::error::Error for QueryFault {}

impl From<QueryFault> for Problem {
    fn from(fault: QueryFault) -> Self {
        let error = match &fault.parameter {
            Some(parameter) => ProblemError::of_parameter(parameter, fault.words),
            None => return Self::BadParameter(fault.words),
        };
        Self::BadParameters { errors: vec![error.hinted(fault.hint)] }
    }
}

impl de::Error for QueryFault {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self { parameter: None, words: words.to_string(), hint: None }
    }

    fn unknown_field(found: &str, known: &'static [&'static str]) -> Self {
        Self::unknown(found, known)
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        let listed: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let words = format!("found `{found}`, expected one of {}", listed.join(", "));
        Self { hint: suggestion(found, known), ..Self::custom(words) }
    }
}

/// The values of one parameter.
#[derive(Clone, Debug)]
struct Values {
    name: String,
    values: Vec<String>,
}

impl Values {
    fn fault(&self, words: String) -> QueryFault {
        QueryFault::of(&self.name, words)
    }

    fn once(&self) -> Result<&str, QueryFault> {
        match self.values.as_slice() {
            [value] => Ok(value),
            values => Err(self.fault(format!("given {} times, expected once", values.len()))),
        }
    }

    fn parse<V: std::str::FromStr>(&self, expected: &str) -> Result<V, QueryFault> {
        let value = self.once()?;
        value.parse().map_err(|_| self.fault(format!("found `{value}`, expected {expected}")))
    }

    /// Attributes an error to this parameter.
    fn named<V>(&self, read: Result<V, QueryFault>) -> Result<V, QueryFault> {
        read.map_err(|fault| QueryFault { parameter: Some(self.name.clone()), ..fault })
    }
}

impl IntoDeserializer<'_, QueryFault> for Values {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Values {
    type Error = QueryFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        let value = self.once()?;
        let read = visitor.visit_str::<QueryFault>(value).map_err(|fault| QueryFault {
            words: format!("found `{value}`: {}", fault.words),
            ..fault
        });
        self.named(read)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        visitor.visit_bool(self.parse("`true` or `false`")?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        visitor.visit_i64(self.parse("a whole number")?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        visitor.visit_u32(self.parse("a whole number, 0 or more")?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        let value = self.once()?;
        let figure = value.parse::<f64>().ok().filter(|figure| figure.is_finite());
        let words = || self.fault(format!("found `{value}`, expected a number, as 0.25"));
        visitor.visit_f64(figure.ok_or_else(words)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, QueryFault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, QueryFault> {
        let read = visitor.visit_enum(self.once()?.into_deserializer());
        self.named(read)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, QueryFault> {
        let Self { name, values } = self;
        let each = values.into_iter().map(|value| Self { name: name.clone(), values: vec![value] });
        visitor.visit_seq(SeqDeserializer::new(each))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u64 u128 f32 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::level::Level;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default)]
        level: Vec<Level>,
        late: Option<bool>,
        after: Option<chrono::NaiveDate>,
        number: Option<i64>,
        figure: Option<f64>,
    }

    fn shown(query: &str) -> String {
        match parameters(query).and_then(read::<Sample>) {
            Ok(Sample { level, late, after, number, figure }) => {
                format!("{level:?} {late:?} {after:?} {number:?} {figure:?}")
            }
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn parameters_are_read_by_their_kind_or_refused_by_name() {
        let lines: Vec<String> = [
            "",
            "level=high&late=true&level=watch&after=2020-11-30&number=-3",
            "levle=high",
            "level=hgih",
            "late=yes",
            "late=true&late=true",
            "after=tomorrow",
            "number=99999999999999999999",
            "figure=0.25",
            "figure=1e999",
            "figure=0,25",
            "level=hi%00gh",
            "after=%ff",
        ]
        .map(|query| format!("{query}: {}", shown(query)))
        .into();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
