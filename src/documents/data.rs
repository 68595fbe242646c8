//! What templates of documents are filled with.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::model::Chart;

/// A value that a template may name.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Datum {
    /// Nobody said: it is printed as « aucune donnée ».
    #[default]
    Missing,
    Figure(PrintedFigure),
    Flag(bool),
    List(Vec<Datum>),
    Group(BTreeMap<&'static str, Datum>),
    /// A picture of figures: it is printed on a line of its own.
    Chart(Chart),
    /// What a person wrote: each line is a paragraph, or an item of a list if it begins with a dash.
    Prose(String),
    /// What a person has not written yet, by its name for people, and the page where it is written.
    Wanted {
        label: String,
        href: String,
    },
}

/// A figure, a date or a name as it is printed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrintedFigure {
    pub text: String,
    /// What templates compare: zero for what is no number.
    pub value: f64,
    /// The page that says where it comes from.
    pub href: Option<String>,
}

impl Datum {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Figure(PrintedFigure { text: text.into(), ..PrintedFigure::default() })
    }

    pub fn linked(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Figure(PrintedFigure { text: text.into(), value: 0.0, href: Some(href.into()) })
    }

    pub fn figure(text: impl Into<String>, value: f64, href: impl Into<String>) -> Self {
        Self::Figure(PrintedFigure { text: text.into(), value, href: Some(href.into()) })
    }

    pub fn group<const N: usize>(fields: [(&'static str, Self); N]) -> Self {
        Self::Group(fields.into())
    }

    /// The same with a value in every place, to try a template on.
    #[must_use]
    pub(super) fn filled(&self) -> Self {
        match self {
            Self::Missing | Self::Figure(_) | Self::Wanted { .. } => {
                Self::Figure(PrintedFigure { text: "1".to_owned(), value: 1.0, href: None })
            }
            Self::Flag(_) => Self::Flag(true),
            Self::Chart(chart) => Self::Chart(chart.clone()),
            Self::Prose(text) => Self::Prose(text.clone()),
            Self::List(items) => Self::List(items.iter().map(Self::filled).collect()),
            Self::Group(fields) => Self::Group(mapped(fields, Self::filled)),
        }
    }

    /// The same without any value but those that are always known: what a template is filled with where nothing else is.
    #[must_use]
    pub(super) fn emptied(&self) -> Self {
        match self {
            Self::Flag(_) => Self::Flag(false),
            Self::List(_) => Self::List(Vec::new()),
            Self::Group(fields) => Self::Group(mapped(fields, Self::emptied)),
            // A figure that is always known, such as a count.
            Self::Figure(_) => {
                Self::Figure(PrintedFigure { text: "0".to_owned(), ..PrintedFigure::default() })
            }
            Self::Missing | Self::Chart(_) | Self::Prose(_) | Self::Wanted { .. } => Self::Missing,
        }
    }

    /// Whether a template may read a path such as `lists.closing`, or the value of a figure.
    pub(super) fn has(&self, path: &[&str]) -> bool {
        let Some((first, rest)) = path.split_first() else { return true };
        match self {
            Self::Group(fields) => fields.get(first).is_some_and(|field| field.has(rest)),
            Self::Missing | Self::Figure(_) => rest.is_empty() && ["value", "text"].contains(first),
            Self::Flag(_)
            | Self::List(_)
            | Self::Chart(_)
            | Self::Prose(_)
            | Self::Wanted { .. } => false,
        }
    }

    /// The names that a group has, in order.
    pub(super) fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Group(fields) => fields.keys().copied().collect(),
            Self::Missing
            | Self::Figure(_)
            | Self::Flag(_)
            | Self::List(_)
            | Self::Chart(_)
            | Self::Prose(_)
            | Self::Wanted { .. } => Vec::new(),
        }
    }

    fn chart(&self) -> Option<&Chart> {
        if let Self::Chart(chart) = self { Some(chart) } else { None }
    }

    /// The charts of a group.
    pub(super) fn charts(&self) -> Vec<&Chart> {
        let Self::Group(fields) = self else { return Vec::new() };
        fields.values().filter_map(Self::chart).collect()
    }

    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Missing => Value::from(()),
            Self::Flag(flag) => Value::from(*flag),
            Self::List(items) => Value::from(items.iter().map(Self::to_value).collect::<Vec<_>>()),
            Self::Group(fields) => Value::from_object(Fields(
                fields.iter().map(|(name, field)| (*name, field.to_value())).collect(),
            )),
            Self::Figure(_) | Self::Chart(_) | Self::Prose(_) | Self::Wanted { .. } => {
                Value::from_object(Printed(self.clone()))
            }
        }
    }
}

fn mapped(
    fields: &BTreeMap<&'static str, Datum>,
    change: impl Fn(&Datum) -> Datum,
) -> BTreeMap<&'static str, Datum> {
    fields.iter().map(|(name, field)| (*name, change(field))).collect()
}

/// A group of values: a name that it does not have is undefined.
#[derive(Debug)]
struct Fields(BTreeMap<&'static str, Value>);

impl Object for Fields {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_str()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&[])
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// A value that knows how it is printed.
#[derive(Debug)]
pub(super) struct Printed(pub(super) Datum);

impl Object for Printed {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let Datum::Figure(figure) = &self.0 else { return None };
        match key.as_str()? {
            "value" => Some(Value::from(figure.value)),
            "text" => Some(Value::from(figure.text.as_str())),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Datum::Figure(figure) => out.write_str(&figure.text),
            Datum::Prose(text) => out.write_str(text),
            Datum::Missing
            | Datum::Flag(_)
            | Datum::List(_)
            | Datum::Group(_)
            | Datum::Chart(_)
            | Datum::Wanted { .. } => Ok(()),
        }
    }
}
