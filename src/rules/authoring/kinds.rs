//! What each kind of sign makes.

use super::answers::{FieldTest, RuleTemplate, SignTemplate};
use super::sketch::{Expected, NewCase, NewThreshold, Sketch};
use super::tested::{TestedField, check_number, figure_of, known, threshold_name};
use super::wording::{beyond, case_date, figure, shown, within};
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::dictionary;
use crate::frame::dictionary::{Dictionary, Field, FieldKind, Unit};

const PROJECT: SubjectKind = SubjectKind::Project;

impl Sketch {
    pub(super) fn of(template: &RuleTemplate, dictionary: &Dictionary) -> Result<Self, String> {
        match &template.sign {
            SignTemplate::Threshold { test } => Self::of_tests(template, &[test], dictionary),
            SignTemplate::TwoSigns { first, second } if first.field == second.field => {
                Err(format!("both signs read `{}`, expected two fields", first.field))
            }
            SignTemplate::TwoSigns { first, second } => {
                Self::of_tests(template, &[first, second], dictionary)
            }
            SignTemplate::Worsening { field, by } => {
                Self::of_worsening(template, known(field, PROJECT, dictionary)?, *by)
            }
            SignTemplate::DateGoneBy { field, unless } => {
                Self::of_date(known(field, PROJECT, dictionary)?, unless.as_deref(), dictionary)
            }
            SignTemplate::MinistryShare { field, above } => {
                Self::of_share(template, known(field, SubjectKind::Ministry, dictionary)?, *above)
            }
        }
    }

    fn of_tests(
        template: &RuleTemplate,
        tests: &[&FieldTest],
        dictionary: &Dictionary,
    ) -> Result<Self, String> {
        let scope = SubjectKind::Project;
        let parts = tests.iter().map(|test| TestedField::of(template, test, (scope, dictionary)));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let fields = |held: &dyn Fn(usize) -> bool| {
            parts
                .iter()
                .enumerate()
                .map(|(place, part)| (part.field.name, part.value(held(place))))
                .collect()
        };
        let names: Vec<String> = parts.iter().map(|part| part.words.clone()).collect();
        let mut cases = vec![NewCase {
            name: format!("{} : la règle se déclenche", names.join(" et ")),
            fields: fields(&|_| true),
            expect: Expected::Fires,
        }];
        for (place, part) in parts.iter().enumerate() {
            cases.push(NewCase {
                name: format!("Sans {}, rien à signaler", part.words_within),
                fields: fields(&|other| other != place),
                expect: Expected::Clear,
            });
        }
        if let Some(first) = parts.first() {
            cases.push(NewCase {
                name: format!("Sans le champ « {} », on ne sait pas", first.field.label),
                fields: vec![],
                expect: Expected::Unknown(first.field.name),
            });
        }
        let sentences: Vec<String> = parts.iter().map(|part| part.sentence.clone()).collect();
        Ok(Self {
            scope,
            when: parts.iter().map(|part| part.condition.clone()).collect::<Vec<_>>().join(" && "),
            unless: None,
            says: format!("{}.", sentences.join(" ; ")),
            thresholds: parts.iter().filter_map(TestedField::threshold).collect(),
            // One of two signs is enough to spare a subject.
            healthy: parts.iter().filter(|_| parts.len() == 1).map(TestedField::healthy).collect(),
            cases,
        })
    }

    fn of_worsening(
        template: &RuleTemplate,
        field: &'static Field,
        by: f64,
    ) -> Result<Self, String> {
        check_number(field)?;
        let (change, previous) = past_of(field)?;
        if !by.is_finite() || by == 0.0 {
            return Err(format!("a change by {by}, expected a number, negative for a fall"));
        }
        let sign = by.signum();
        let threshold = NewThreshold {
            name: threshold_name(template, field),
            label: format!(
                "{} admise d’une édition à l’autre : {}",
                if by > 0.0 { "Hausse" } else { "Baisse" },
                within(field)
            ),
            unit: change.unit,
            value: by.abs(),
            kind: change.kind,
        };
        let compared = if by > 0.0 {
            format!("change(p.{}) > t.{}", field.name, threshold.name)
        } else {
            format!("change(p.{}) < -t.{}", field.name, threshold.name)
        };
        Ok(Self {
            scope: SubjectKind::Project,
            when: compared,
            unless: Some("p.editions_seen == 1".to_owned()),
            says: format!(
                "{} : {} dans l’édition précédente, {} dans celle-ci.",
                field.label,
                shown(&format!("previous(p.{})", field.name), field.unit),
                shown(&format!("p.{}", field.name), field.unit),
            ),
            cases: cases_of_worsening(field, (change, previous), (by, &threshold.name)),
            thresholds: vec![threshold],
            healthy: vec![(
                change,
                Box::new(move |known| {
                    figure_of(known, change.name).is_none_or(|found| found * sign <= by.abs())
                }),
            )],
        })
    }

    fn of_date(
        field: &'static Field,
        unless: Option<&str>,
        dictionary: &Dictionary,
    ) -> Result<Self, String> {
        let name = field.name;
        if field.kind != FieldKind::Date {
            return Err(format!(
                "`{name}` is no date, expected a field of dates (`vigie dictionary`)"
            ));
        }
        let done = unless.map(|done| Done::of(known(done, PROJECT, dictionary)?)).transpose()?;
        let cases = cases_of_date(field, done.as_ref());
        let day = case_date();
        let is_done = done.is_some();
        Ok(Self {
            scope: SubjectKind::Project,
            when: format!("p.{} < p.as_of", field.name),
            unless: done.map(|done| done.condition),
            says: format!(
                "{} : {{date_fr(p.{name})}}, dépassée depuis {{days(days_between(p.{name}, p.as_of))}}.",
                field.label
            ),
            thresholds: vec![],
            cases,
            healthy: vec![(
                field,
                Box::new(move |known| {
                    let found = known.get(field.name).and_then(toml::Value::as_datetime);
                    is_done || found.is_none_or(|found| found.to_string() >= day.to_string())
                }),
            )],
        })
    }

    fn of_share(
        template: &RuleTemplate,
        field: &'static Field,
        above: f64,
    ) -> Result<Self, String> {
        check_number(field)?;
        let name = field.name;
        if field.kind != FieldKind::Int || field.name == "project_count" {
            return Err(format!(
                "`{name}` does not count projects, expected a field of whole numbers of ministries"
            ));
        }
        if !(above > 0.0 && above < 1.0) {
            return Err(format!(
                "a share of {above}, expected more than 0 and less than 1: 0.5 for half"
            ));
        }
        let threshold = NewThreshold {
            name: threshold_name(template, field),
            label: format!("Part des projets d’un ministère : {}", within(field)),
            unit: Unit::Ratio,
            value: above,
            kind: FieldKind::Float,
        };
        let count = |count: f64| (field.name, figure(count, FieldKind::Int));
        let all = ("project_count", "100".to_owned());
        let most = (above * 100.0).floor();
        Ok(Self {
            scope: SubjectKind::Ministry,
            when: format!("p.{name} > t.{} * p.project_count", threshold.name),
            unless: None,
            says: format!(
                "{} : {{p.{name}}} projets sur {{p.project_count}} ; le seuil est de {}.",
                field.label,
                shown(&format!("t.{}", threshold.name), Unit::Ratio)
            ),
            cases: vec![
                NewCase {
                    name: "Une part des projets au-delà du seuil".to_owned(),
                    fields: vec![all.clone(), count(most + 1.0)],
                    expect: Expected::Fires,
                },
                NewCase {
                    name: "Une part des projets égale au seuil".to_owned(),
                    fields: vec![all, count(most)],
                    expect: Expected::Clear,
                },
                NewCase {
                    name: "Sans le nombre de projets concernés, on ne sait pas".to_owned(),
                    fields: vec![("project_count", "100".to_owned())],
                    expect: Expected::Unknown(field.name),
                },
            ],
            thresholds: vec![threshold],
            healthy: vec![(
                field,
                Box::new(move |known| {
                    let projects = figure_of(known, "project_count");
                    let share =
                        figure_of(known, field.name).zip(projects).map(|(those, of)| those / of);
                    share.is_none_or(|share| share <= above)
                }),
            )],
        })
    }
}

/// The fields of the change of a field since the previous edition, and of its value there.
fn past_of(field: &Field) -> Result<(&'static Field, &'static Field), String> {
    let past = dictionary::past_of(field.name);
    let change = past.and_then(|one| dictionary::built_in().field(one.change?));
    let previous = past.and_then(|one| dictionary::built_in().field(one.previous?));
    change.zip(previous).ok_or_else(|| {
        let known = dictionary::PASTS.iter();
        let known = known.filter(|one| one.change.is_some() && one.previous.is_some());
        let known: Vec<&str> = known.map(|one| one.field).collect();
        let name = field.name;
        format!("the change of `{name}` is not known, expected one of {}", known.join(", "))
    })
}

fn cases_of_worsening(
    field: &Field,
    (change, previous): (&'static Field, &'static Field),
    (by, threshold): (f64, &str),
) -> Vec<NewCase> {
    // A fall is compared with the opposite of the threshold, which no case can refer to.
    let of = |value: f64, side: &str| {
        let value =
            if by > 0.0 { format!("\"{side}({threshold})\"") } else { figure(value, change.kind) };
        (change.name, value)
    };
    let seen = ("editions_seen", "3".to_owned());
    let former = (previous.name, figure(10.0, previous.kind));
    let beyond = of(beyond(by, by.signum(), change.kind), "just_above");
    vec![
        NewCase {
            name: format!("{} : une évolution au-delà du seuil", field.label),
            fields: vec![seen.clone(), former, (field.name, figure(10.0, field.kind)), beyond],
            expect: Expected::Fires,
        },
        NewCase {
            name: format!("{} : une évolution égale au seuil", field.label),
            fields: vec![seen.clone(), of(by, "at")],
            expect: Expected::Clear,
        },
        NewCase {
            name: "Un nouveau projet n’a pas d’édition précédente".to_owned(),
            fields: vec![("editions_seen", "1".to_owned())],
            expect: Expected::Clear,
        },
        NewCase {
            name: "Sans l’évolution, on ne sait pas".to_owned(),
            fields: vec![seen],
            expect: Expected::Unknown(change.name),
        },
    ]
}

/// The field that says that the work due on a date is done.
struct Done {
    field: &'static Field,
    /// It was.
    condition: String,
    /// A value of the field, then.
    value: String,
}

impl Done {
    fn of(field: &'static Field) -> Result<Self, String> {
        let name = field.name;
        let (condition, value) = match field.kind {
            FieldKind::Bool => (format!("p.{name}"), "true"),
            FieldKind::Date => (format!("has(p.{name})"), "2020-10-01"),
            FieldKind::Int | FieldKind::Float | FieldKind::Text => {
                return Err(format!(
                    "`{name}` does not say whether it is done, expected a boolean or a date"
                ));
            }
        };
        Ok(Self { field, condition, value: value.to_owned() })
    }
}

fn cases_of_date(field: &'static Field, done: Option<&Done>) -> Vec<NewCase> {
    let gone = (field.name, "2020-10-01".to_owned());
    let mut cases = vec![
        NewCase {
            name: format!("{} : la date est passée d’un mois", field.label),
            fields: vec![gone.clone()],
            expect: Expected::Fires,
        },
        NewCase {
            name: format!("{} : la date est celle du jour", field.label),
            fields: vec![(field.name, case_date().to_string())],
            expect: Expected::Clear,
        },
        NewCase {
            name: "Sans la date, on ne sait pas".to_owned(),
            fields: vec![],
            expect: Expected::Unknown(field.name),
        },
    ];
    cases.extend(done.map(|done| NewCase {
        name: format!("{} : la date est passée, et c’est fait", field.label),
        fields: vec![gone, (done.field.name, done.value.clone())],
        expect: Expected::Clear,
    }));
    cases
}
