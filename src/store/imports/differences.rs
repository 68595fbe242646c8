//! What a file says otherwise than the one it replaces.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::ids::ProjectId;
use crate::domain::portfolio::follow_up::{Answer, Fact};
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::portfolio::subject::Subject;
use crate::domain::value::{Reported, Value};
use crate::store::db::columns;
use crate::store::db::error::StoreError;
use crate::support::french;

/// Two layouts of one edition round figures differently.
const SAME: f64 = 1e-6;

const ABSENT: &str = "absent";

/// Personal data of contacts, not repeated in a report.
const PERSONAL: [&str; 3] = ["name", "email", "since"];

/// `former` and `now` are in French words, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    pub subject: Subject,
    /// A field of the dictionary; `project` when only one file has the project; for lists, the dataset.
    pub field: String,
    pub former: String,
    pub now: String,
}

/// Compares what every layout has; optional texts are not differences. Also counts the projects of
/// which both say the same.
pub(in crate::store) fn between_snapshots(
    before: &[Snapshot],
    after: &[Snapshot],
) -> (Vec<Difference>, usize) {
    let mut pairs: BTreeMap<&ProjectId, (Option<&Snapshot>, Option<&Snapshot>)> = BTreeMap::new();
    for snapshot in before {
        pairs.entry(&snapshot.project).or_default().0 = Some(snapshot);
    }
    for snapshot in after {
        pairs.entry(&snapshot.project).or_default().1 = Some(snapshot);
    }
    let mut differences = Vec::new();
    let mut identical = 0;
    for (project, pair) in pairs {
        let found = match pair {
            (Some(former), Some(now)) => fields(former, now),
            (former, now) => {
                let name = |side: Option<&Snapshot>| {
                    side.map_or_else(|| ABSENT.to_owned(), |snapshot| snapshot.name.clone())
                };
                vec![("project", name(former), name(now))]
            }
        };
        identical += usize::from(found.is_empty());
        let subject = Subject::Project(project.clone());
        differences.extend(found.into_iter().map(|(field, former, now)| Difference {
            subject: subject.clone(),
            field: field.to_owned(),
            former,
            now,
        }));
    }
    (differences, identical)
}

/// Compares what two follow-up files say of one subject: fact by fact, or row by row for lists.
pub(in crate::store) fn between_rows(
    dataset: Dataset,
    subject: &Subject,
    before: &[String],
    after: &[String],
) -> Result<Vec<Difference>, StoreError> {
    let (before, after) = (Statements::of(dataset, before)?, Statements::of(dataset, after)?);
    let mut fields: Vec<&String> = before.0.keys().chain(after.0.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let differences = fields.into_iter().filter_map(|field| {
        let (gone, come) = (before.only(field, &after), after.only(field, &before));
        if gone.is_empty() && come.is_empty() {
            return None;
        }
        let (former, mut now) = (in_words(&gone), in_words(&come));
        if former == now {
            now.push_str(" (modifié)");
        }
        Some(Difference { subject: subject.clone(), field: field.clone(), former, now })
    });
    Ok(differences.collect())
}

/// What is said of one subject: by field for facts, under the dataset's name for lists. Each
/// statement comes as it is compared and as it is shown.
struct Statements(BTreeMap<String, Vec<(String, String)>>);

impl Statements {
    fn of(dataset: Dataset, rows: &[String]) -> Result<Self, StoreError> {
        let mut statements: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for row in rows {
            let (field, compared, shown) = if dataset.is_facts() {
                let fact: Fact = columns::from_json("follow_up.payload", row)?;
                let said = format!("{} ({})", answer(&fact.answer), fact.reported_on);
                (fact.field, said.clone(), said)
            } else {
                let (compared, shown) = list_row(row)?;
                (dataset.as_str().to_owned(), compared, shown)
            };
            statements.entry(field).or_default().push((compared, shown));
        }
        Ok(Self(statements))
    }

    /// What is said here and not there, as shown.
    fn only(&self, field: &str, other: &Self) -> Vec<&str> {
        let mut theirs: Vec<&String> =
            other.0.get(field).into_iter().flatten().map(|(compared, _)| compared).collect();
        let mut only = Vec::new();
        for (compared, shown) in self.0.get(field).into_iter().flatten() {
            match theirs.iter().position(|their| *their == compared) {
                Some(position) => {
                    theirs.swap_remove(position);
                }
                None => only.push(shown.as_str()),
            }
        }
        only
    }
}

fn in_words(statements: &[&str]) -> String {
    if statements.is_empty() { ABSENT.to_owned() } else { statements.join(" ; ") }
}

/// The project or ministry of a row is in a column of its own, and may have another id since: it is not compared.
fn list_row(row: &str) -> Result<(String, String), StoreError> {
    let mut columns: BTreeMap<String, serde_json::Value> =
        columns::from_json("follow_up.payload", row)?;
    let is_contact = columns.remove("ministry").is_some();
    if !is_contact {
        columns.remove("project");
    }
    columns.retain(|_, value| !value.is_null());
    let compared = columns::to_json("follow-up data", &columns)?;
    let shown: Vec<String> = columns
        .iter()
        .filter(|(column, _)| !(is_contact && PERSONAL.contains(&column.as_str())))
        .map(|(column, value)| match value.as_str() {
            Some(text) => format!("{column} : {text}"),
            None => format!("{column} : {value}"),
        })
        .collect();
    Ok((compared, shown.join(", ")))
}

fn fields(before: &Snapshot, after: &Snapshot) -> Vec<(&'static str, String, String)> {
    let words = |words: fn(&Snapshot) -> String| (words(before), words(after));
    let figures = |figure: fn(&Snapshot) -> &Reported<f64>| {
        let (former, now) = (figure(before), figure(after));
        // Equal to the tolerance: said in the same words.
        let now = if alike(former, now) { former } else { now };
        (reported(former, |number| decimal(*number)), reported(now, |number| decimal(*number)))
    };
    [
        ("name", words(|snapshot| snapshot.name.clone())),
        ("ministry", words(|snapshot| snapshot.ministry.to_string())),
        ("phase", words(|snapshot| reported(&snapshot.phase, |phase| phase.label().to_owned()))),
        ("start_on", words(|snapshot| reported(&snapshot.start_on, ToString::to_string))),
        ("duration_current", figures(|snapshot| &snapshot.duration_months)),
        ("cost_current", figures(|snapshot| &snapshot.cost_meur)),
        ("inter_ministerial", words(|snapshot| yes_or_no(snapshot.inter_ministerial))),
    ]
    .into_iter()
    .filter(|(_, (former, now))| former != now)
    .map(|(field, (former, now))| (field, former, now))
    .collect()
}

fn alike(former: &Reported<f64>, now: &Reported<f64>) -> bool {
    match (former, now) {
        (Reported::Given(former), Reported::Given(now)) => (former - now).abs() <= SAME,
        _ => false,
    }
}

fn reported<T>(figure: &Reported<T>, words: impl FnOnce(&T) -> String) -> String {
    match figure {
        Reported::Given(given) => words(given),
        Reported::Missing => "non renseigné".to_owned(),
        Reported::Withheld => "non communiqué".to_owned(),
    }
}

fn yes_or_no(answer: Option<bool>) -> String {
    answer.map_or("non renseigné", |answer| if answer { "oui" } else { "non" }).to_owned()
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Value(given) => value(given),
        Answer::None(why) => why.label().to_owned(),
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Bool(answer) => yes_or_no(Some(*answer)),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => decimal(*number),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
    }
}

/// Six decimals at most.
fn decimal(number: f64) -> String {
    french::decimal_at_most(number, 6)
}
