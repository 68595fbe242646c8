//! What came of a campaign: who answered what, and how many more verdicts the answers allow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::campaign_report::{CampaignCoverage, CampaignReport, ProjectAnswers, VerdictCount};
use super::campaigns::campaigns;
use super::wanted_answers::{WantedAnswers, wanted_of};
use crate::application::cache::known_data;
use crate::application::publishing::catalogue;
use crate::application::queries::coverage::{MinistryCoverage, Tally, by_ministry, ministries};
use crate::application::queries::view;
use crate::application::queries::view::find_project;
use crate::application::{ApplicationError, CatalogueInForce, Services};
use crate::domain::ids::{MinistryCode, ProjectId};
use crate::domain::portfolio::campaign::Campaign;
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::{Answer, Fact, NoAnswer};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::value::{FieldValue, Value};
use crate::domain::words::words;
use crate::frame;
use crate::frame::dictionary::{Dictionary, Field, Unit};
use crate::intake::name_key;
use crate::rules::value_in_words;
use crate::support::clock::today;
use crate::support::french;

words! {
    pub enum AnswerState, "a state of an answer" {
        Given = "given" => "répondu",
        Unknown = "unknown" => "ne sait pas",
        Withheld = "withheld" => "non communiqué",
        /// Left blank in this campaign: an earlier answer may stand.
        Unanswered = "unanswered" => "sans réponse",
    }
}

/// One question to one project, and its last answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnswerLine {
    pub project: ProjectId,
    pub field: String,
    /// What people read, in French.
    pub label: String,
    pub unit: Unit,
    pub state: AnswerState,
    /// The last value given, of this campaign or of before; `null` when the last answer gave none.
    #[schema(value_type = Option<FieldValue>)]
    pub value: Option<Value>,
    /// The same in French words, with its unit.
    pub shown: Option<String>,
    /// The day of the last answer, of this campaign or of before; `null` when there never was one.
    pub reported_on: Option<NaiveDate>,
    /// Name and function of the person who gave it.
    pub answered_by: Option<String>,
}

/// What came of the campaign of an edition by a date, today by default; the eve of the next campaign at the latest.
///
/// # Errors
///
/// The edition has no campaign, or no project is known at that date.
pub async fn campaign_report(
    services: &Services,
    edition: EditionId,
    as_of: Option<NaiveDate>,
) -> Result<Arc<CampaignReport>, ApplicationError> {
    let (campaign, next) = campaign_of(services, edition).await?;
    let as_of = as_of.unwrap_or_else(|| today(services.clock.now()));
    let as_of = before(as_of, next);
    let (known, rules) = view::measurable(services, Some(as_of)).await?;
    let limits = services.limits;
    let work_out = move || {
        let make = || report(campaign, &known.portfolio, &rules.compiled(&limits), as_of);
        known.campaign_report(&rules, edition, make)
    };
    tokio::task::spawn_blocking(work_out).await?
}

/// The questions that a campaign asks and their last answers, by project and in the order of the questionnaire; of one
/// project, when one is named.
///
/// # Errors
///
/// The edition has no campaign, or no project is called so.
pub async fn campaign_answers(
    services: &Services,
    edition: EditionId,
    (requested, as_of): (Option<&str>, Option<NaiveDate>),
) -> Result<Vec<AnswerLine>, ApplicationError> {
    let (campaign, next) = campaign_of(services, edition).await?;
    let only = match requested {
        Some(requested) => Some(find_project(services, requested).await?.project),
        None => None,
    };
    let known = view::known_data(services, as_of).await?;
    let dictionary = catalogue::dictionary(services).await?;
    let asked = known.portfolio.asked_by(&campaign);
    let asked = asked.into_iter().filter(|one| only.as_ref().is_none_or(|only| only == *one));
    let answers = LastAnswers::of(&known.portfolio, before(known.as_of, next));
    let lines = asked.flat_map(|project| {
        dictionary.questions().map(|question| answers.line(project, question, &campaign))
    });
    Ok(lines.collect())
}

/// The campaign, and the day on which the next one opens: what is answered from then on is not of this one.
async fn campaign_of(
    services: &Services,
    edition: EditionId,
) -> Result<(Campaign, Option<NaiveDate>), ApplicationError> {
    let standing = campaigns(services).await?;
    if let Some(found) = standing.iter().find(|one| one.edition == edition) {
        let later = standing.iter().map(|one| one.opens_on).filter(|day| *day > found.opens_on);
        return Ok((*found, later.min()));
    }
    if standing.is_empty() {
        return Err(ApplicationError::NoCampaign { edition });
    }
    let known = standing.iter().map(|one| one.edition).collect();
    Err(ApplicationError::NoSuchCampaign { requested: edition, known })
}

/// A day, or the eve of another one that is not later.
fn before(as_of: NaiveDate, next: Option<NaiveDate>) -> NaiveDate {
    next.and_then(|next| next.pred_opt()).map_or(as_of, |eve| as_of.min(eve))
}

/// Does not wait for anything, and takes a moment: to be run on a thread that may block.
fn report(
    campaign: Campaign,
    portfolio: &Portfolio,
    in_force: &CatalogueInForce,
    as_of: NaiveDate,
) -> Result<CampaignReport, ApplicationError> {
    let dictionary = in_force.catalogue.dictionary();
    let asked = portfolio.asked_by(&campaign);
    let answers = LastAnswers::of(portfolio, as_of);
    let wanted = wanted_of(portfolio, in_force, as_of, &|project| asked.contains(project))?;
    let wanted: BTreeMap<&ProjectId, &WantedAnswers> =
        wanted.iter().map(|one| (&one.project, one)).collect();
    let mut latest: BTreeMap<&ProjectId, &Snapshot> = BTreeMap::new();
    for snapshot in portfolio.snapshots.iter().filter(|one| one.edition.as_of() <= as_of) {
        latest.insert(&snapshot.project, snapshot);
    }
    let of_project = |project: &ProjectId| {
        let snapshot = latest.get(project)?;
        let first = answers.first_since(project, (dictionary, &campaign));
        let counts = answers.counts(project, dictionary, &campaign);
        let of = |state| counts.get(&state).copied().unwrap_or_default();
        let wanted = wanted.get(project);
        Some(ProjectAnswers {
            project: project.clone(),
            name: snapshot.name.clone(),
            ministry: snapshot.ministry.clone(),
            answered_on: first,
            is_late: first.is_some_and(|day| day > campaign.closes_on),
            given: of(AnswerState::Given),
            unknown: of(AnswerState::Unknown),
            withheld: of(AnswerState::Withheld),
            unanswered: of(AnswerState::Unanswered),
            wanted: wanted.map(|one| one.answers.clone()).unwrap_or_default(),
            settles: wanted.map(|one| count(one.settles.len())).unwrap_or_default(),
        })
    };
    let mut projects: Vec<ProjectAnswers> = asked.into_iter().filter_map(of_project).collect();
    projects.sort_by_cached_key(|one| (name_key(&one.name), one.project.clone()));
    Ok(CampaignReport {
        campaign,
        as_of,
        state: campaign.state(as_of),
        questions: count(dictionary.questions().count()),
        asked: count(projects.len()),
        answered: count(projects.iter().filter(|one| one.answered_on.is_some()).count()),
        late: count(projects.iter().filter(|one| one.is_late).count()),
        ministries: coverages((portfolio, as_of), &campaign, in_force, &projects)?,
        projects,
    })
}

/// By ministry that is asked.
fn coverages(
    (portfolio, as_of): (&Portfolio, NaiveDate),
    campaign: &Campaign,
    in_force: &CatalogueInForce,
    projects: &[ProjectAnswers],
) -> Result<Vec<CampaignCoverage>, ApplicationError> {
    let dictionary = in_force.catalogue.dictionary();
    let questions: BTreeSet<&str> = dictionary.questions().map(|one| one.name).collect();
    let is_of_campaign = |fact: &Fact| {
        fact.reported_on >= campaign.opens_on && questions.contains(fact.field.as_str())
    };
    let counts =
        |judged: &Portfolio| -> Result<BTreeMap<MinistryCode, VerdictCount>, ApplicationError> {
            let target = known_data::target(in_force.catalogue.thresholds(), as_of);
            let frames = frame::build(judged, dictionary, as_of, target)?;
            let edition = frame::editions_in_force(judged, as_of)?.current;
            let verdicts = in_force.catalogue.verdicts(&frames, as_of);
            let covered = by_ministry(&verdicts, &ministries(judged, edition), dictionary);
            Ok(covered.into_iter().map(VerdictCount::of).collect())
        };
    let now = counts(portfolio)?;
    let former = if portfolio.facts.iter().any(is_of_campaign) {
        let mut before = portfolio.clone();
        before.facts.retain(|fact| !is_of_campaign(fact));
        counts(&before)?
    } else {
        // Nothing was answered since: both are the same.
        now.clone()
    };
    let asked: BTreeSet<&MinistryCode> = projects.iter().map(|one| &one.ministry).collect();
    let of_ministry = |ministry: &MinistryCode| {
        let own = || projects.iter().filter(|one| one.ministry == *ministry);
        CampaignCoverage {
            ministry: ministry.clone(),
            asked: count(own().count()),
            answered: count(own().filter(|one| one.answered_on.is_some()).count()),
            before: former.get(ministry).copied().unwrap_or_default(),
            after: now.get(ministry).copied().unwrap_or_default(),
        }
    };
    Ok(asked.into_iter().map(of_ministry).collect())
}

impl VerdictCount {
    fn of(covered: MinistryCoverage) -> (MinistryCode, Self) {
        let Tally { judged, unknown, failed, .. } = covered.tally;
        (covered.ministry, Self { judged, unknown, failed })
    }
}

/// The last answer of each project to each question by a date.
struct LastAnswers<'p>(BTreeMap<(&'p ProjectId, &'p str), &'p Fact>, Vec<&'p Fact>);

impl<'p> LastAnswers<'p> {
    fn of(portfolio: &'p Portfolio, as_of: NaiveDate) -> Self {
        // By date within a project and a field.
        let known = portfolio.facts.iter().filter(|fact| fact.reported_on <= as_of);
        let all: Vec<&Fact> = known.collect();
        let last = all.iter().map(|fact| ((&fact.project, fact.field.as_str()), *fact));
        Self(last.collect(), all)
    }

    /// The day of the first answer since a campaign opened.
    fn first_since(
        &self,
        project: &ProjectId,
        (dictionary, campaign): (&Dictionary, &Campaign),
    ) -> Option<NaiveDate> {
        let is_question = |fact: &&&Fact| {
            fact.project == *project
                && fact.reported_on >= campaign.opens_on
                && dictionary.questions().any(|question| question.name == fact.field)
        };
        self.1.iter().filter(is_question).map(|fact| fact.reported_on).min()
    }

    fn counts(
        &self,
        project: &ProjectId,
        dictionary: &Dictionary,
        campaign: &Campaign,
    ) -> BTreeMap<AnswerState, u64> {
        let mut counts = BTreeMap::new();
        for question in dictionary.questions() {
            *counts.entry(self.line(project, question, campaign).state).or_default() += 1;
        }
        counts
    }

    fn line(&self, project: &ProjectId, question: &Field, campaign: &Campaign) -> AnswerLine {
        let last = self.0.get(&(project, question.name)).copied();
        let state = match last.filter(|fact| fact.reported_on >= campaign.opens_on) {
            None => AnswerState::Unanswered,
            Some(fact) => match fact.answer {
                Answer::Value(_) => AnswerState::Given,
                Answer::None(NoAnswer::Unknown) => AnswerState::Unknown,
                Answer::None(NoAnswer::Withheld) => AnswerState::Withheld,
            },
        };
        AnswerLine {
            project: project.clone(),
            field: question.name.to_owned(),
            label: question.label.to_owned(),
            unit: question.unit,
            state,
            value: last.and_then(|fact| fact.answer.value().cloned()),
            shown: last.and_then(|fact| Some(shown(question, fact.answer.value()?))),
            reported_on: last.map(|fact| fact.reported_on),
            answered_by: last.and_then(|fact| fact.answered_by.clone()),
        }
    }
}

/// A value in French words.
pub(super) fn shown(question: &Field, value: &Value) -> String {
    match value {
        Value::Date(day) => french::date(*day),
        Value::Int(number) => question.steps().find(|(step, _)| step == number).map_or_else(
            || value_in_words(value, question.unit),
            |(step, meaning)| format!("{step} ({meaning})"),
        ),
        Value::Bool(_) | Value::Float(_) | Value::Text(_) => value_in_words(value, question.unit),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
