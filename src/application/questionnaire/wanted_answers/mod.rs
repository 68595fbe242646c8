//! Which few answers to the questionnaire would settle the most verdicts of each project, found by judging the project
//! as if they had been given.

mod choice;
mod hypotheses;
mod needs;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::application::cache::known_data::KnownData;
use crate::application::queries::view;
use crate::application::{ApplicationError, CatalogueInForce, Services};
use crate::domain::ids::ProjectId;
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::frame;
use crate::frame::dictionary::Field;
use crate::rules::QuietAnswers;
use hypotheses::{Hypotheses, World};
use needs::{NeedState, NeededAnswers};

pub use wanted::{WantedAnswer, WantedAnswers};

/// Projects of an edition of which what to ask is worked out for all at once: it takes hardly longer than for one, and serves
/// those that are looked at next.
const MOST_AT_ONCE: usize = 500;

/// For each project of the edition in force of those `wanted`, by id, the answers to ask it for first, as of a date: today by
/// default.
///
/// # Errors
///
/// Fails when no edition is known at that date, or when the data cannot be read.
pub async fn wanted_answers(
    services: &Services,
    as_of: Option<NaiveDate>,
    wanted: &(dyn Fn(&ProjectId) -> bool + Sync),
) -> Result<Vec<WantedAnswers>, ApplicationError> {
    let (known, rules) = view::measurable(services, as_of).await?;
    let ids = known.portfolio.snapshots.iter().map(|snapshot| &snapshot.project);
    let only: BTreeSet<ProjectId> = ids.filter(|project| wanted(project)).cloned().collect();
    let limits = services.limits;
    let find = move || {
        let KnownData { portfolio, as_of: day, .. } = &*known;
        let in_force = rules.compiled(&limits);
        let edition = frame::editions_in_force(portfolio, *day)?.current;
        let listed = portfolio.snapshots.iter().filter(|one| one.edition == edition).count();
        if listed > MOST_AT_ONCE {
            return wanted_of(portfolio, &in_force, *day, &|project| only.contains(project));
        }
        let all = known.wanted(&rules, || wanted_of(portfolio, &in_force, *day, &|_| true))?;
        Ok(all.iter().filter(|one| only.contains(&one.project)).cloned().collect())
    };
    tokio::task::spawn_blocking(find).await?
}

/// For each project of the edition in force at a date of those `wanted`, by id, the answers to ask it for first. Takes a moment:
/// to be run on a thread that may block.
///
/// # Errors
///
/// Fails when no edition is known at that date, or when Polars refuses the plan.
pub fn wanted_of(
    portfolio: &Portfolio,
    CatalogueInForce { catalogue, texts, .. }: &CatalogueInForce,
    as_of: NaiveDate,
    wanted: &dyn Fn(&ProjectId) -> bool,
) -> Result<Vec<WantedAnswers>, ApplicationError> {
    let edition = frame::editions_in_force(portfolio, as_of)?.current;
    let of_edition = portfolio.snapshots.iter().filter(|snapshot| snapshot.edition == edition);
    let mut listed: Vec<&Snapshot> =
        of_edition.filter(|snapshot| wanted(&snapshot.project)).collect();
    listed.sort_by(|a, b| a.project.cmp(&b.project));
    let quiet = QuietAnswers::of(texts, catalogue.dictionary());
    let hypotheses = Hypotheses::of((portfolio, &listed), (catalogue, &quiet), as_of);
    let needs = needs::of_all(&hypotheses)?;
    let questions: Vec<&'static Field> = catalogue.dictionary().questions().collect();
    let chosen = chosen(&hypotheses, &needs, &questions);
    let worlds: Vec<World> = chosen.iter().cloned().enumerate().collect();
    let judged = hypotheses.judge(&worlds)?;
    let of_each = listed.iter().zip(chosen).zip(needs).zip(judged);
    Ok(of_each
        .map(|(((snapshot, fields), needed), lacking)| {
            let settles = needed.iter().filter(|need| !lacking.contains_key(&need.rule));
            let other = needed.iter().filter(|need| need.state == NeedState::OtherData);
            let asked = questions.iter().filter(|question| fields.contains(question.name));
            let answers = asked.map(|question| WantedAnswer {
                field: question.name.to_owned(),
                label: question.label.to_owned(),
            });
            WantedAnswers {
                project: snapshot.project.clone(),
                name: snapshot.name.clone(),
                ministry: snapshot.ministry.clone(),
                unknown: count(needed.len()),
                answers: answers.collect(),
                settles: settles.map(|need| need.rule.clone()).collect(),
                left: count(lacking.values().flatten().count()),
                other_data: count(other.count()),
            }
        })
        .collect())
}

/// The questions to ask each project.
fn chosen(
    hypotheses: &Hypotheses<'_>,
    needs: &[Vec<NeededAnswers>],
    questions: &[&'static Field],
) -> Vec<BTreeSet<&'static str>> {
    let names: Vec<&'static str> = questions.iter().map(|question| question.name).collect();
    let places: BTreeMap<&str, usize> =
        names.iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let of_project = |(project, needed): (usize, &Vec<NeededAnswers>)| {
        let settled = needed.iter().filter(|need| need.state == NeedState::Settled);
        let sets = settled.map(|need| {
            need.fields.iter().filter_map(|field| places.get(field).copied()).collect()
        });
        let sets: Vec<BTreeSet<usize>> = sets.collect();
        let first = hypotheses.first_open(project).and_then(|field| places.get(field).copied());
        let best = choice::best(&sets, first);
        best.into_iter().filter_map(|place| names.get(place).copied()).collect()
    };
    needs.iter().enumerate().map(of_project).collect()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
