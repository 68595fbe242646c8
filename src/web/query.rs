//! Queries of pages, whose parameters and values are French words: `/alertes?niveau=critique&ministere=MJ`. Each stands for a
//! parameter of the API's list that the page shows, so that a page has the filters, the order and the paging of that list.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::link::Link;
use super::wording::labels;
use crate::api::{Listing, Problem, QueryFault, percent_encoded, query_parameters};
use crate::application::{ListFormat, MOST_LISTED};
use crate::domain::portfolio::import::KnownProject;
use crate::domain::words::Labelled;

/// The query of a page as the address has it. Parameters without a value, which forms send, count as absent.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PageQuery {
    pub(super) path: String,
    pub(super) given: BTreeMap<String, Vec<String>>,
    /// The file that is wanted of a list instead of its page.
    #[serde(skip)]
    pub(super) format: Option<ListFormat>,
}

/// A parameter of a page, and the one of the API that it stands for.
pub(super) struct Parameter {
    name: &'static str,
    stands_for: &'static str,
    values: Values,
}

/// How a page spells the values of a parameter.
enum Values {
    /// As the API does.
    Plain,
    /// `oui` or `non`.
    YesNo,
    /// The labels of the words of the API, in plain letters.
    Labels(fn() -> Vec<(&'static str, &'static str)>),
    /// Fields to sort by, each of which may follow a `-`.
    Fields(&'static [(&'static str, &'static str)]),
}

/// A choice of a form.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

/// Projects at most of a list to choose from: 200 of them are 20 KB. Where there are more, one types a name.
const MOST_PROJECTS: usize = 200;

impl Choice {
    /// One for each project, by name; `None` if there are too many to choose from a list.
    pub(super) fn projects(known: &[KnownProject]) -> Option<Vec<Self>> {
        let choice = |one: &KnownProject| Self {
            value: one.project.to_string(),
            label: one.name().to_owned(),
        };
        let mut choices: Vec<Self> = match known.len() {
            ..=MOST_PROJECTS => known.iter().map(choice).collect(),
            _ => return None,
        };
        choices.sort_by(|one, other| one.label.cmp(&other.label));
        Some(choices)
    }

    /// One that is called as it is spelt.
    pub(super) fn plain(value: String) -> Self {
        Self { label: value.clone(), value }
    }

    /// One for each word, spelt as addresses of pages spell it.
    pub(super) fn of<T: Labelled>() -> Vec<Self> {
        let choice = |(_, label): (&str, &str)| {
            // As the first word of a choice.
            let mut letters = label.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().to_string());
            let label_shown = format!("{}{}", first.unwrap_or_default(), letters.as_str());
            Self { value: labels::in_address(label), label: label_shown }
        };
        T::labels().into_iter().map(choice).collect()
    }
}

/// The parameter that wants a list as a file.
const FORMAT: &str = "format";

/// Parameters of every list.
const OF_EVERY_LIST: [Parameter; 2] = [plain("curseur", "cursor"), plain("limite", "limit")];

pub(super) const fn plain(name: &'static str, stands_for: &'static str) -> Parameter {
    Parameter { name, stands_for, values: Values::Plain }
}

pub(super) const fn yes_no(name: &'static str, stands_for: &'static str) -> Parameter {
    Parameter { name, stands_for, values: Values::YesNo }
}

pub(super) const fn labels_of<T: Labelled>(
    name: &'static str,
    stands_for: &'static str,
) -> Parameter {
    Parameter { name, stands_for, values: Values::Labels(T::labels) }
}

/// A choice among values that are neither words of the domain nor written alike in addresses.
pub(super) const fn one_of(
    name: &'static str,
    stands_for: &'static str,
    values: fn() -> Vec<(&'static str, &'static str)>,
) -> Parameter {
    Parameter { name, stands_for, values: Values::Labels(values) }
}

/// The order of a list: what a page calls its fields, and what the API does.
pub(super) const fn sorted_by(fields: &'static [(&'static str, &'static str)]) -> Parameter {
    Parameter { name: "tri", stands_for: "sort", values: Values::Fields(fields) }
}

impl PageQuery {
    /// The query of a list, which may be wanted as a file: all of it then, whatever the page.
    ///
    /// # Errors
    /// If there is no such format.
    pub(super) fn of_list(mut self) -> Result<Self, QueryFault> {
        let Some(values) = self.given.remove(FORMAT) else { return Ok(self) };
        let value = values.join(", ");
        let format = value.parse::<ListFormat>().map_err(|_| {
            QueryFault::unknown_value(FORMAT, &value, ListFormat::ALL.map(ListFormat::as_str))
        })?;
        for parameter in &OF_EVERY_LIST {
            self.given.remove(parameter.name);
        }
        self.format = Some(format);
        Ok(self)
    }

    /// Refuses parameters that a page does not have.
    ///
    /// # Errors
    /// When there is another than those `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), QueryFault> {
        match self.given.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(QueryFault::unknown(name, known)),
            None => Ok(()),
        }
    }

    /// The date that a parameter gives, if it is given.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn date(&self, name: &str) -> Result<Option<NaiveDate>, QueryFault> {
        let read = |text: &str| {
            let words = format!("found `{text}`, expected a date such as 2020-06-30");
            text.parse().map_err(|_| QueryFault::of(name, words))
        };
        self.one(name).map(read).transpose()
    }

    /// The query of a page that was asked for without parameters.
    pub(super) fn of_path(path: &str) -> Self {
        Self { path: path.to_owned(), given: BTreeMap::new(), format: None }
    }

    /// The list that the page shows, of `path` in the API.
    ///
    /// # Errors
    /// If a parameter or a value is unknown.
    pub(super) fn listing<F: DeserializeOwned>(
        &self,
        parameters: &[Parameter],
    ) -> Result<Listing<F>, Problem> {
        let listing = Listing::of_parameters(&self.path, self.in_api_words(parameters)?)?;
        // One entry more than a file may have says that the list has too many.
        let whole = |all: Listing<F>| all.in_one_page(MOST_LISTED.saturating_add(1));
        Ok(if self.format.is_some() { whole(listing) } else { listing })
    }

    /// The address of the page with another value of a parameter.
    pub(super) fn with(&self, name: &str, value: &str) -> String {
        let mut given = self.given.clone();
        given.insert(name.to_owned(), vec![value.to_owned()]);
        address(&self.path, &given)
    }

    /// The address of the page without a parameter.
    pub(super) fn without(&self, name: &str) -> String {
        let mut given = self.given.clone();
        given.remove(name);
        address(&self.path, &given)
    }

    /// The only value of a parameter; the first, if it has several.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.given.get(name)?.first().map(String::as_str)
    }

    /// The filters in force, by the names that `called` gives them, each with the address of the list without it.
    pub(super) fn filters(&self, called: &[(&str, &str)]) -> Vec<Link> {
        let mut filters = Vec::new();
        for (name, label) in called {
            for value in self.given.get(*name).into_iter().flatten() {
                let mut given = self.given.clone();
                if let Some(values) = given.get_mut(*name) {
                    values.retain(|other| other != value);
                }
                given.remove("curseur");
                let label = format!("{label} : {value}");
                filters.push(Link { label, href: address(&self.path, &given) });
            }
        }
        filters
    }

    fn in_api_words(
        &self,
        parameters: &[Parameter],
    ) -> Result<BTreeMap<String, Vec<String>>, QueryFault> {
        let known = || parameters.iter().chain(&OF_EVERY_LIST);
        let mut in_api_words = BTreeMap::new();
        for (name, values) in &self.given {
            let parameter = known().find(|parameter| parameter.name == name);
            let parameter = parameter
                .ok_or_else(|| QueryFault::unknown(name, known().map(|known| known.name)))?;
            let values: Result<Vec<String>, QueryFault> =
                values.iter().map(|value| parameter.in_api_words(value)).collect();
            in_api_words.insert(parameter.stands_for.to_owned(), values?);
        }
        Ok(in_api_words)
    }
}

impl Parameter {
    fn in_api_words(&self, value: &str) -> Result<String, QueryFault> {
        let word = match self.values {
            Values::Plain => return Ok(value.to_owned()),
            Values::YesNo => word_of(value, &[("true", "oui"), ("false", "non")]),
            Values::Labels(words) => word_of(value, &words()),
            Values::Fields(fields) => {
                let (sign, field) =
                    value.strip_prefix('-').map_or(("", value), |field| ("-", field));
                let found = fields.iter().find(|(name, _)| *name == field);
                found.map(|(_, stands_for)| format!("{sign}{stands_for}"))
            }
        };
        word.ok_or_else(|| QueryFault::unknown_value(self.name, value, self.spellings()))
    }

    /// The values that the parameter takes.
    fn spellings(&self) -> Vec<String> {
        match self.values {
            Values::Plain => Vec::new(),
            Values::YesNo => vec!["oui".to_owned(), "non".to_owned()],
            Values::Labels(words) => {
                words().into_iter().map(|(_, label)| labels::in_address(label)).collect()
            }
            Values::Fields(fields) => fields.iter().map(|(name, _)| (*name).to_owned()).collect(),
        }
    }
}

fn word_of(spelt: &str, words: &[(&'static str, &'static str)]) -> Option<String> {
    let found = words.iter().find(|(_, label)| labels::in_address(label) == spelt);
    found.map(|(word, _)| (*word).to_owned())
}

/// The address of a page: parameters in the order of their names.
pub(super) fn address(path: &str, given: &BTreeMap<String, Vec<String>>) -> String {
    let pairs = given.iter().flat_map(|(name, values)| {
        values
            .iter()
            .map(move |value| format!("{}={}", percent_encoded(name), percent_encoded(value)))
    });
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

impl FromRequest for PageQuery {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = query_parameters(request.query_string()).map(|mut given| {
            for values in given.values_mut() {
                values.retain(|value| !value.is_empty());
            }
            given.retain(|_, values| !values.is_empty());
            Self { path: request.path().to_owned(), given, format: None }
        });
        ready(read.map_err(Problem::from))
    }
}
