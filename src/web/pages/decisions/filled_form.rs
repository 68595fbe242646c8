//! Forms as people filled them in. A form that is refused is shown again as it was typed, and each fault is said at its field.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::http::StatusCode;
use actix_web::{ResponseError as _, web};
use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;

use crate::api::Problem;
use crate::domain::bounded_text::SingleLine;
use crate::support::{french, translation};

/// Name of the hidden field with the revision that was read.
const REVISION: &str = "revision";

/// What a form sends, before it is read.
pub(super) type SentForm = web::Form<Vec<(String, String)>>;

/// A form that was sent: which of the page's it is, what was typed, and what is wrong with it.
#[derive(Debug)]
pub(super) struct FilledForm {
    name: String,
    typed: BTreeMap<String, Vec<String>>,
    faults: Vec<FormFault>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FormFault {
    /// The id of the field.
    anchor: String,
    text: String,
}

/// What a page shows of its forms. Keys are ids of fields: `decision-reason`.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct FormState {
    /// The form that was refused, or none.
    form: Option<String>,
    typed: BTreeMap<String, String>,
    faults: BTreeMap<String, String>,
    errors: Vec<FormFault>,
    /// Why the form as a whole was refused, in French.
    refusal: Option<String>,
    /// Whether it was refused because somebody else was quicker.
    pub(super) is_stale: bool,
}

/// What a field holds that may be left empty.
#[derive(Debug)]
pub(super) enum Entry<T> {
    Empty,
    Filled(T),
}

impl<T> Entry<T> {
    /// What was filled in, if anything.
    pub(super) fn filled(self) -> Option<T> {
        match self {
            Self::Empty => None,
            Self::Filled(value) => Some(value),
        }
    }
}

impl FilledForm {
    /// The form `name`, which has these fields, besides the revision.
    ///
    /// # Errors
    /// If it was sent with a field that it does not have.
    pub(super) fn of(
        name: impl Into<String>,
        fields: &[&str],
        sent: SentForm,
    ) -> Result<Self, Problem> {
        let mut typed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (field, value) in sent.into_inner() {
            if field != REVISION && !fields.contains(&field.as_str()) {
                return Err(Problem::BadParameter(format!(
                    "no field `{field}` in this form; expected {}",
                    fields.join(", ")
                )));
            }
            typed.entry(field).or_default().push(value);
        }
        Ok(Self { name: name.into(), typed, faults: Vec::new() })
    }

    /// What was typed in a field, without blanks around it; empty if nothing was.
    pub(super) fn text(&self, field: &str) -> &str {
        self.all(field).first().map_or("", |value| value.trim())
    }

    /// All values of a field that may be given several times.
    pub(super) fn all(&self, field: &str) -> &[String] {
        self.typed.get(field).map_or(&[], Vec::as_slice)
    }

    /// The revision that the page was made of.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn revision(&self) -> Result<u32, Problem> {
        self.text(REVISION).parse().map_err(|_| {
            Problem::BadParameter("`revision`: expected the revision that was read".to_owned())
        })
    }

    /// Says what is wrong with a field.
    pub(super) fn refuse(&mut self, field: &str, text: String) {
        self.faults.push(FormFault { anchor: format!("{}-{field}", self.name), text });
    }

    pub(super) fn is_faulty(&self) -> bool {
        !self.faults.is_empty()
    }

    /// A field that must be filled in. `label` is what people call it.
    pub(super) fn required<T>(&mut self, field: &str, label: &str) -> Option<T>
    where
        T: TryFrom<String, Error = String>,
    {
        if self.text(field).is_empty() {
            self.refuse(field, format!("{label} : à renseigner"));
            return None;
        }
        self.given(field, label)
    }

    /// A field that may be left empty.
    pub(super) fn optional<T>(&mut self, field: &str, label: &str) -> Option<Entry<T>>
    where
        T: TryFrom<String, Error = String>,
    {
        if self.text(field).is_empty() {
            return Some(Entry::Empty);
        }
        self.given(field, label).map(Entry::Filled)
    }

    fn given<T>(&mut self, field: &str, label: &str) -> Option<T>
    where
        T: TryFrom<String, Error = String>,
    {
        match T::try_from(self.text(field).to_owned()) {
            Ok(value) => Some(value),
            Err(fault) => {
                let fault = translation::into_french(&fault).into_owned();
                self.refuse(field, format!("{label} : {fault}"));
                None
            }
        }
    }

    /// One of the words that a list offers.
    pub(super) fn word<T: FromStr>(&mut self, field: &str, label: &str) -> Option<T> {
        let word = self.text(field).parse().ok();
        if word.is_none() {
            self.refuse(field, format!("{label} : à choisir dans la liste"));
        }
        word
    }

    pub(super) fn date(&mut self, field: &str, label: &str) -> Option<NaiveDate> {
        if self.text(field).is_empty() {
            self.refuse(field, format!("{label} : à renseigner"));
            return None;
        }
        self.optional_date(field, label)?.filled()
    }

    pub(super) fn optional_date(&mut self, field: &str, label: &str) -> Option<Entry<NaiveDate>> {
        let text = self.text(field).to_owned();
        if text.is_empty() {
            return Some(Entry::Empty);
        }
        let day = date_of(&text);
        if day.is_none() {
            let expected = "date attendue sous la forme 2026-01-31 ou 31/01/2026";
            self.refuse(field, format!("{label} : {expected}"));
        }
        day.map(Entry::Filled)
    }

    pub(super) fn optional_time(&mut self, field: &str, label: &str) -> Option<Entry<NaiveTime>> {
        let text = self.text(field).to_owned();
        if text.is_empty() {
            return Some(Entry::Empty);
        }
        let forms = ["%H:%M", "%H:%M:%S", "%Hh%M"];
        let time = forms.iter().find_map(|form| NaiveTime::parse_from_str(&text, form).ok());
        if time.is_none() {
            self.refuse(field, format!("{label} : heure attendue sous la forme 14:30"));
        }
        time.map(Entry::Filled)
    }

    /// One text for each line that is not empty.
    pub(super) fn lines<T>(&mut self, field: &str, label: &str) -> Option<Vec<T>>
    where
        T: TryFrom<String, Error = String>,
    {
        let text = self.text(field).to_owned();
        let filled = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let read: Result<Vec<T>, String> =
            filled.map(|line| T::try_from(line.to_owned())).collect();
        match read {
            Ok(lines) => Some(lines),
            Err(fault) => {
                let fault = translation::into_french(&fault).into_owned();
                self.refuse(field, format!("{label} : {fault}"));
                None
            }
        }
    }

    /// A name, such as that of a person.
    pub(super) fn name(&mut self, field: &str, label: &str) -> Option<SingleLine> {
        self.required(field, label)
    }

    /// The state of a page whose form was refused for its fields.
    pub(super) fn faulty(self) -> (StatusCode, FormState) {
        (StatusCode::UNPROCESSABLE_ENTITY, self.shown_again(None))
    }

    /// The state of a page whose form was refused as a whole.
    ///
    /// # Errors
    /// If the problem is no refusal of what was typed: it has a page of its own.
    pub(super) fn refused(self, problem: Problem) -> Result<(StatusCode, FormState), Problem> {
        let status = problem.status_code();
        let refusals = [
            StatusCode::CONFLICT,
            StatusCode::PRECONDITION_FAILED,
            StatusCode::UNPROCESSABLE_ENTITY,
        ];
        if !refusals.contains(&status) {
            return Err(problem);
        }
        let is_stale = status == StatusCode::PRECONDITION_FAILED;
        let words = problem.to_string();
        let refusal = capital(&with_french_dates(&translation::into_french(&words)));
        Ok((status, FormState { is_stale, ..self.shown_again(Some(refusal)) }))
    }

    fn shown_again(self, refusal: Option<String>) -> FormState {
        let Self { name, typed, faults, .. } = self;
        let id = |field: &str| format!("{name}-{field}");
        let typed = typed.into_iter().filter(|(field, _)| field != REVISION);
        FormState {
            typed: typed.map(|(field, values)| (id(&field), values.join("\n"))).collect(),
            faults: faults.iter().map(|fault| (fault.anchor.clone(), fault.text.clone())).collect(),
            errors: faults,
            refusal,
            is_stale: false,
            form: Some(name),
        }
    }
}

/// A text whose days, written as programs do, are written as people do: `le 2020-12-25` is `le 25 décembre 2020`.
fn with_french_dates(text: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let rest = word.strip_prefix(bare).unwrap_or_default();
        match bare.parse::<NaiveDate>() {
            Ok(day) => format!("{}{rest}", french::date(day)),
            Err(_) => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// With its first letter as that of a sentence.
pub(super) fn capital(label: &str) -> String {
    let mut letters = label.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// A day as browsers send it, or as people type it where the browser offers no calendar.
fn date_of(text: &str) -> Option<NaiveDate> {
    let forms = ["%Y-%m-%d", "%d/%m/%Y"];
    forms.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}
