//! What is said of a change of one figure is what the rule then answers: on the fixtures and on the cases of the rules.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Months, NaiveDate};
use polars::frame::DataFrame;
use polars::prelude::{AnyValue, IntoColumn, NamedFrom, Series};

use crate::rules::catalogue::day;
use crate::rules::missing_fields::{frames as frames_of, rows_of_cases};
use crate::rules::references::portfolio;
use crate::support::{TestApp, root, shipped_dictionary};
use vigie::domain::ids::{MinistryCode, ProjectId, RuleId};
use vigie::domain::level::Level;
use vigie::domain::portfolio::edition::EditionId;
use vigie::domain::portfolio::follow_up::Answer;
use vigie::domain::portfolio::published::Portfolio;
use vigie::domain::portfolio::subject::{Subject, SubjectKind};
use vigie::domain::rules::distance::{LevelChange, Nearness, VerdictDistance};
use vigie::domain::value::{Reported, Value};
use vigie::frame;
use vigie::frame::Frames;
use vigie::frame::dictionary::{FieldKind, Unit};
use vigie::rules::{Catalogue, ScriptLimits, compile_catalogue, read_folder};

fn shipped() -> (Catalogue, BTreeMap<String, String>) {
    let texts = read_folder(&root().join("rules")).unwrap();
    let (catalogue, faults) = compile_catalogue(&texts, &ScriptLimits::default());
    assert_eq!(faults.len(), 0);
    (catalogue, texts)
}

fn fixtures(as_of: NaiveDate) -> Portfolio {
    portfolio(&TestApp::with_fixtures(), as_of)
}

fn built(portfolio: &Portfolio, as_of: NaiveDate) -> Frames {
    frame::build(portfolio, shipped_dictionary(), as_of, Some(0.25)).unwrap()
}

/// One value, as cells of the dictionary hold it.
#[expect(clippy::wildcard_enum_match_arm, reason = "frames have no other cells")]
fn value(frame: &DataFrame, field: &str, row: usize) -> Option<Value> {
    let column = frame.column(field).ok()?;
    Some(match column.get(row).unwrap() {
        AnyValue::Boolean(held) => Value::Bool(held),
        AnyValue::Int64(count) => Value::Int(count),
        AnyValue::Float64(figure) => Value::Float(figure),
        AnyValue::String(text) => Value::Text(text.to_owned()),
        AnyValue::Date(days) => Value::Date(NaiveDate::from_epoch_days(days).unwrap()),
        _ => return None,
    })
}

fn set(frame: &mut DataFrame, field: &'static str, row: usize, to: &Value) {
    let kind = shipped_dictionary().field(field).unwrap().kind;
    let height = frame.height();
    let cell = |at: usize| if at == row { Some(to.clone()) } else { value(frame, field, at) };
    let cells: Vec<Option<Value>> = (0..height).map(cell).collect();
    macro_rules! series {
        ($variant:ident) => {
            Series::new(
                field.into(),
                cells
                    .iter()
                    .map(|cell| match cell {
                        Some(Value::$variant(value)) => Some(value.clone()),
                        _ => None,
                    })
                    .collect::<Vec<_>>(),
            )
        };
    }
    let series = match kind {
        FieldKind::Bool => series!(Bool),
        FieldKind::Int => series!(Int),
        FieldKind::Float => series!(Float),
        FieldKind::Text => series!(Text),
        FieldKind::Date => series!(Date),
    };
    frame.with_column(series.into_column()).unwrap();
}

/// The frames with one figure of a row at another value, and what follows from it.
fn changed(frames: &Frames, scope: SubjectKind, row: usize, named: &str, to: &Value) -> Frames {
    let field = shipped_dictionary().field(named).unwrap().name;
    let mut other = frames.clone();
    let frame = match scope {
        SubjectKind::Project => &mut other.projects,
        SubjectKind::Ministry => &mut other.ministries,
        SubjectKind::Portfolio => &mut other.portfolio,
    };
    let of = frames.of(scope);
    let now = |name: &str| value(of, name, row);
    for (name, cell) in frame::changed(field, to.clone(), &now) {
        set(frame, name, row, &cell);
    }
    other
}

/// The frames with one row of a scope, and nothing else in it.
fn alone(frames: &Frames, scope: SubjectKind, row: usize) -> Frames {
    let mut one = frames.clone();
    let frame = match scope {
        SubjectKind::Project => &mut one.projects,
        SubjectKind::Ministry => &mut one.ministries,
        SubjectKind::Portfolio => &mut one.portfolio,
    };
    *frame = frame.slice(i64::try_from(row).unwrap(), 1);
    one
}

/// The value one step nearer to that of now than the one that changes the level.
fn just_short(change: &LevelChange) -> Option<Value> {
    let field = shipped_dictionary().field(&change.field).unwrap();
    let steps = match (field.kind, field.unit) {
        (FieldKind::Float, Unit::Ratio | Unit::Points) => 1_000.0,
        (FieldKind::Float, Unit::None) => 100.0,
        (FieldKind::Float, Unit::Days | Unit::Count) | (FieldKind::Int, _) => 1.0,
        _ => 10.0,
    };
    Some(match (&change.from, &change.to) {
        (Value::Float(from), Value::Float(to)) => {
            let short = ((to * steps).round() - (to - from).signum()) / steps;
            let passes = (short - from) * (to - from) <= 0.0;
            Value::Float(if passes { *from } else { short })
        }
        (Value::Int(from), Value::Int(to)) => Value::Int(to - (to - from).signum()),
        (Value::Date(from), Value::Date(to)) if to > from => {
            Value::Date(to.checked_sub_days(Days::new(1)).unwrap())
        }
        (Value::Date(_), Value::Date(to)) => {
            Value::Date(to.checked_add_days(Days::new(1)).unwrap())
        }
        _ => return None,
    })
}

struct Judge<'c> {
    catalogue: &'c Catalogue,
    frames: &'c Frames,
    as_of: NaiveDate,
    checked: usize,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn level(
        &self,
        rule: &RuleId,
        subject: &Subject,
        row: usize,
        (field, to): (&str, &Value),
    ) -> Option<Level> {
        let scope = self.catalogue.rule(rule).unwrap().scope;
        let frames = changed(&alone(self.frames, scope, row), scope, 0, field, to);
        // Thresholds are those of the date that time brings.
        let later = if let Value::Date(on) = to { Some(*on) } else { None };
        let as_of = later.filter(|_| field == "as_of").unwrap_or(self.as_of);
        let judged = self.catalogue.judge_by(rule, &frames, as_of);
        judged.iter().find(|one| one.subject == *subject).unwrap().verdict.level()
    }

    fn check(
        &mut self,
        rule: &RuleId,
        (subject, row): (&Subject, usize),
        (now, distance): &(Level, VerdictDistance),
    ) {
        let worse = distance.worse.iter().map(|change| (change, true));
        for (change, is_worse) in worse.chain(distance.better.iter().map(|change| (change, false)))
        {
            self.checked += 1;
            let reached = self.level(rule, subject, row, (&change.field, &change.to));
            let so = |level: Level| if is_worse { level > *now } else { level < *now };
            if reached != Some(change.level) || !so(change.level) {
                self.wrong.push(format!("{rule} {subject}: {} gives {reached:?}", change.words));
            }
            let Some(short) = just_short(change) else { continue };
            if self.level(rule, subject, row, (&change.field, &short)).is_some_and(so) {
                self.wrong.push(format!("{rule} {subject}: {} and at {short:?} too", change.words));
            }
        }
    }
}

fn subjects(frames: &Frames, scope: SubjectKind) -> Vec<(Subject, usize)> {
    let of = frames.of(scope);
    let text = |field: &str, row: usize| {
        let column = of.column(field).unwrap().str().unwrap();
        column.get(row).unwrap().to_owned()
    };
    let id = |row: usize| match scope {
        SubjectKind::Project => Subject::Project(ProjectId::new(text("project_id", row))),
        SubjectKind::Ministry => Subject::Ministry(MinistryCode::new(text("ministry", row))),
        SubjectKind::Portfolio => Subject::Portfolio,
    };
    (0..of.height()).map(|row| (id(row), row)).collect()
}

/// Whether a shorter duration supposes that the project is over already.
fn ends_before(frames: &Frames, row: usize, change: &LevelChange, as_of: NaiveDate) -> bool {
    let (true, Value::Float(months)) = (change.field == "duration_current", &change.to) else {
        return false;
    };
    let Some(Value::Date(start)) = value(&frames.projects, "start_on", row) else { return false };
    let months = format!("{:.0}", months.floor()).parse().unwrap();
    start.checked_add_months(Months::new(months)).unwrap() < as_of - Days::new(31)
}

#[test]
fn each_change_that_is_said_of_the_fixtures_changes_the_level_and_one_step_less_does_not() {
    let (catalogue, _) = shipped();
    let as_of = day("2020-11-30");
    let frames = built(&fixtures(as_of), as_of);
    let mut judge =
        Judge { catalogue: &catalogue, frames: &frames, as_of, checked: 0, wrong: Vec::new() };
    let rules: Vec<RuleId> = catalogue.rules().map(|rule| rule.id.clone()).collect();
    let (mut said, mut past_ends) = (BTreeSet::new(), Vec::new());
    for scope in [SubjectKind::Project, SubjectKind::Ministry, SubjectKind::Portfolio] {
        for (subject, row) in subjects(&frames, scope) {
            for (rule, distance) in catalogue.distances(&rules, &subject, &frames, as_of) {
                let all = distance.1.worse.iter().chain(&distance.1.better);
                said.extend(all.map(|change| (rule.clone(), change.field.clone())));
                let better = distance.1.better.iter();
                past_ends
                    .extend(better.filter(|one| ends_before(&frames, row, one, as_of)).cloned());
                judge.check(&rule, (&subject, row), &distance);
            }
        }
    }
    assert_eq!(judge.wrong, Vec::<String>::new());
    assert_eq!(past_ends, []);
    assert!(judge.checked > 100, "{} changes", judge.checked);
    let of = |rule: &str, field: &str| said.contains(&(RuleId::new(rule), field.to_owned()));
    assert!(of("D1", "cost_current") && of("D2", "duration_current"), "{said:?}");
}

#[test]
fn each_change_that_is_said_of_a_case_changes_the_level_and_one_step_less_does_not() {
    let (catalogue, texts) = shipped();
    let as_of = day("2020-11-01");
    let (mut checked, mut wrong) = (0, Vec::new());
    for rule in catalogue.rules() {
        let rows = rows_of_cases(rule, &texts);
        let frames = frames_of(rule, &rows);
        let mut judge =
            Judge { catalogue: &catalogue, frames: &frames, as_of, checked: 0, wrong: Vec::new() };
        for (subject, row) in subjects(&frames, rule.scope) {
            let only = std::slice::from_ref(&rule.id);
            let of_row = alone(&frames, rule.scope, row);
            for (id, distance) in catalogue.distances(only, &subject, &of_row, as_of) {
                judge.check(&id, (&subject, row), &distance);
            }
        }
        checked += judge.checked;
        wrong.extend(judge.wrong);
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(checked > 200, "{checked} changes");
}

type Change = fn(&mut Portfolio, EditionId);

/// The measures of a changed row are those that frames are built with, and no other field differs but those that are known to be left
/// behind.
#[test]
fn a_changed_row_is_the_row_that_changed_data_gives() {
    let as_of = day("2020-11-30");
    let portfolio = fixtures(as_of);
    let former = built(&portfolio, as_of).projects;
    let edition = portfolio.snapshots.iter().map(|one| one.edition).max().unwrap();
    let changes: [(&str, Change); 6] = [
        ("cost_current", |data, last| {
            for one in data.snapshots.iter_mut().filter(|one| one.edition == last) {
                if let Reported::Given(cost) = &mut one.cost_meur {
                    *cost = (*cost * 11.7).round() / 10.0;
                }
            }
        }),
        ("duration_current", |data, last| {
            for one in data.snapshots.iter_mut().filter(|one| one.edition == last) {
                if let Reported::Given(months) = &mut one.duration_months {
                    *months = (*months * 12.3).round() / 10.0;
                }
            }
        }),
        ("progress_pct", |data, _| raise(data, "progress_pct")),
        ("planned_progress_pct", |data, _| raise(data, "planned_progress_pct")),
        ("spent_to_date", |data, _| raise(data, "spent_to_date")),
        ("credits_secured_12m", |data, _| raise(data, "credits_secured_12m")),
    ];
    for (field, change) in changes {
        let mut other = portfolio.clone();
        change(&mut other, edition);
        compare(field, &former, &built(&other, as_of).projects);
    }
    compare("as_of", &former, &built(&portfolio, day("2021-01-20")).projects);
}

fn raise(data: &mut Portfolio, field: &str) {
    for fact in data.facts.iter_mut().filter(|fact| fact.field == field) {
        if let Answer::Value(Value::Float(figure)) = &mut fact.answer {
            *figure *= 0.9;
        }
    }
}

fn compare(field: &str, former: &DataFrame, actual: &DataFrame) {
    let name = shipped_dictionary().field(field).unwrap().name;
    let known: BTreeSet<&str> =
        frame::measures_of(name).iter().chain(frame::left_behind(name)).copied().collect();
    let mut compared = 0;
    for row in 0..former.height() {
        // The reference of a project that one edition lists is its current figure.
        let is_reference = ["cost_initial", "duration_initial"]
            .iter()
            .any(|one| value(former, one, row) != value(actual, one, row));
        let (Some(_), Some(to)) = (value(former, field, row), value(actual, field, row)) else {
            continue;
        };
        if is_reference {
            continue;
        }
        let cells = frame::changed(name, to, &|other| value(former, other, row));
        for one in shipped_dictionary().fields_of(SubjectKind::Project) {
            let found = value(actual, one.name, row);
            if frame::measures_of(name).contains(&one.name) || one.name == field {
                let expected = cells.get(one.name).cloned().or(value(former, one.name, row));
                assert_eq!(expected, found, "{} of row {row} by {field}", one.name);
                compared += usize::from(found != value(former, one.name, row));
            } else if !known.contains(one.name) {
                assert_eq!(value(former, one.name, row), found, "{} by {field}", one.name);
            }
        }
    }
    assert!(compared > 0, "nothing changed by {field}");
}

#[test]
fn near_misses_are_the_changes_that_a_near_limit_separates() {
    let (catalogue, _) = shipped();
    let as_of = day("2020-11-30");
    let frames = built(&fixtures(as_of), as_of);
    let near = Nearness { share: 0.1, points: 0.02 };
    let found = catalogue.near_misses(&frames, as_of, near, |_| true);
    let rules: Vec<RuleId> = catalogue.rules().map(|rule| rule.id.clone()).collect();
    let mut expected = Vec::new();
    for scope in [SubjectKind::Project, SubjectKind::Ministry, SubjectKind::Portfolio] {
        for (subject, _) in subjects(&frames, scope) {
            for (rule, (_, distance)) in catalogue.distances(&rules, &subject, &frames, as_of) {
                let first = distance.worse.iter().find(|one| near.holds_change(one));
                expected.extend(first.map(|change| (rule, subject.clone(), change.clone())));
            }
        }
    }
    let mut said: Vec<_> =
        found.into_iter().map(|one| (one.rule, one.subject, one.change)).collect();
    let key = |one: &(RuleId, Subject, LevelChange)| (one.0.clone(), one.1.to_string());
    said.sort_by_key(key);
    expected.sort_by_key(key);
    assert_eq!(said, expected);
    assert!(!said.is_empty());
}
