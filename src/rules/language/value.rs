//! Converts values into and out of scripts.

use chrono::NaiveDate;
use rhai::{Array, Dynamic, ImmutableString, Map};

use super::wording::float;
use crate::domain::level::Level;
use crate::domain::value::Value;

/// A script's value, by the types that the language compares.
#[derive(Clone, Debug)]
pub(in crate::rules) enum Scalar {
    Nothing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(ImmutableString),
    Date(NaiveDate),
    Level(Level),
    List,
    Map,
    Other,
}

impl Scalar {
    pub(in crate::rules) fn of(value: &Dynamic) -> Self {
        if value.is_unit() {
            return Self::Nothing;
        }
        if let Ok(figure) = value.as_float() {
            return Self::Float(figure);
        }
        if let Ok(count) = value.as_int() {
            return Self::Int(count);
        }
        if let Ok(held) = value.as_bool() {
            return Self::Bool(held);
        }
        if let Ok(text) = value.as_immutable_string_ref() {
            return Self::Text(text.clone());
        }
        if let Ok(letter) = value.as_char() {
            return Self::Text(letter.to_string().into());
        }
        if let Some(date) = value.read_lock::<NaiveDate>() {
            return Self::Date(*date);
        }
        if let Some(level) = value.read_lock::<Level>() {
            return Self::Level(*level);
        }
        if value.read_lock::<Array>().is_some() {
            return Self::List;
        }
        if value.read_lock::<Map>().is_some() { Self::Map } else { Self::Other }
    }

    /// The type with its article, for error messages.
    pub(in crate::rules) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Date(_) => "a date",
            Self::Level(_) => "a level",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Other => "a function or range",
        }
    }

    /// A number, or the days of a date since 1970-01-01.
    pub(in crate::rules) fn coordinate(&self) -> Option<f64> {
        match self {
            Self::Date(day) => Some(f64::from(day.to_epoch_days())),
            Self::Int(_)
            | Self::Float(_)
            | Self::Nothing
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Level(_)
            | Self::List
            | Self::Map
            | Self::Other => self.number(),
        }
    }

    pub(in crate::rules) fn number(&self) -> Option<f64> {
        match self {
            Self::Int(count) => Some(float(*count)),
            Self::Float(figure) => Some(*figure),
            Self::Nothing
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Date(_)
            | Self::Level(_)
            | Self::List
            | Self::Map
            | Self::Other => None,
        }
    }

    /// The value as evidence stores it. `None` for what evidence cannot store, such as a list or a
    /// map.
    pub(in crate::rules) fn value(&self) -> Option<Value> {
        match self {
            Self::Bool(held) => Some(Value::Bool(*held)),
            Self::Int(count) => Some(Value::Int(*count)),
            Self::Float(figure) => Some(Value::Float(*figure)),
            Self::Text(text) => Some(Value::Text(text.to_string())),
            Self::Date(date) => Some(Value::Date(*date)),
            Self::Level(level) => Some(Value::Text(super::wording::level(*level))),
            Self::Nothing | Self::List | Self::Map | Self::Other => None,
        }
    }
}

pub(in crate::rules) fn to_script(value: &Value) -> Dynamic {
    match value {
        Value::Bool(held) => (*held).into(),
        Value::Int(count) => (*count).into(),
        Value::Float(figure) => (*figure).into(),
        Value::Text(text) => text.into(),
        Value::Date(date) => Dynamic::from(*date),
    }
}
