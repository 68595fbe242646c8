//! Projects as they would be judged if they had given some answers more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::application::ApplicationError;
use crate::domain::ids::{ProjectId, RuleId};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::follow_up::{Answer, Fact, NoAnswer};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::portfolio::snapshot::Snapshot;
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame;
use crate::frame::dictionary::{Dictionary, Field};
use crate::rules::{Catalogue, QuietAnswers, RowVerdict};

/// The field, or the threshold after `t.`, that a rule lacks on a project, by rule. Rules that could judge it are left out;
/// of one that broke down, nothing is lacking that is known.
pub(super) type Lacking = BTreeMap<RuleId, Option<String>>;

/// Supposed projects that are held in memory at the same time.
const AT_A_TIME: usize = 2_000;

/// A project, by its place, and the questions that it is supposed to have answered besides.
pub(super) type World = (usize, BTreeSet<&'static str>);

/// The projects of the edition in force, and the quiet answers that they might give.
pub(super) struct Hypotheses<'a> {
    portfolio: &'a Portfolio,
    catalogue: &'a Catalogue,
    quiet: &'a QuietAnswers,
    as_of: NaiveDate,
    projects: Vec<OneProject>,
    /// All that are known, oldest first.
    editions: Vec<EditionId>,
}

/// What is known of one project.
struct OneProject {
    rows: Portfolio,
    /// The questions that are not to be asked: an answer is known, or the project keeps it back.
    closed: BTreeSet<&'static str>,
    cost: Option<f64>,
}

impl<'a> Hypotheses<'a> {
    pub(super) fn of(
        (portfolio, listed): (&'a Portfolio, &[&Snapshot]),
        (catalogue, quiet): (&'a Catalogue, &'a QuietAnswers),
        as_of: NaiveDate,
    ) -> Self {
        let ids = listed.iter().map(|snapshot| &snapshot.project).collect();
        let mut by_project = by_project(portfolio, &ids);
        let projects = listed.iter().map(|snapshot| {
            let rows = by_project.remove(&snapshot.project).unwrap_or_default();
            let is_closed = |question: &&'static Field| match last_answer(&rows, question, as_of) {
                Some(Answer::Value(_) | Answer::None(NoAnswer::Withheld)) => true,
                Some(Answer::None(NoAnswer::Unknown)) | None => false,
            };
            let closed = catalogue.dictionary().questions().filter(is_closed);
            OneProject {
                closed: closed.map(|question| question.name).collect(),
                cost: snapshot.cost_meur.given().copied(),
                rows,
            }
        });
        let projects = projects.collect();
        let editions = portfolio.snapshots.iter().map(|snapshot| snapshot.edition);
        let editions: BTreeSet<EditionId> =
            editions.chain(portfolio.editions.iter().copied()).collect();
        let editions = editions.into_iter().collect();
        Self { portfolio, catalogue, quiet, as_of, projects, editions }
    }

    /// How many projects there are; they are known by their place.
    pub(super) fn len(&self) -> usize {
        self.projects.len()
    }

    pub(super) fn dictionary(&self) -> &Dictionary {
        self.catalogue.dictionary()
    }

    /// Whether the project may be asked this question.
    pub(super) fn is_open(&self, project: usize, question: &str) -> bool {
        self.projects.get(project).is_some_and(|one| !one.closed.contains(question))
    }

    /// The first question of the questionnaire that the project may be asked.
    pub(super) fn first_open(&self, project: usize) -> Option<&'static str> {
        let mut questions = self.dictionary().questions().map(|question| question.name);
        questions.find(|question| self.is_open(project, question))
    }

    /// What the rules lack on each project once it has given these answers more. Many are judged at once, each as a project
    /// of its own: no project reads what another one is.
    ///
    /// # Errors
    ///
    /// Fails when Polars refuses the plan.
    pub(super) fn judge(&self, worlds: &[World]) -> Result<Vec<Lacking>, ApplicationError> {
        let mut lacking = Vec::with_capacity(worlds.len());
        for some in worlds.chunks(AT_A_TIME) {
            lacking.extend(self.judge_at_once(some)?);
        }
        Ok(lacking)
    }

    fn judge_at_once(&self, worlds: &[World]) -> Result<Vec<Lacking>, ApplicationError> {
        let mut lacking = vec![Lacking::new(); worlds.len()];
        let supposed = self.supposed(worlds);
        let projects = frame::build_projects(&supposed, self.dictionary(), self.as_of)?;
        let mut evaluator = self.catalogue.batch_evaluator(SubjectKind::Project, self.as_of);
        let verdicts = evaluator.judge(&projects, false);
        let ids = projects.column("project_id").and_then(|column| column.str());
        let ids = ids.map_err(ApplicationError::Table)?;
        for (row, id) in ids.iter().enumerate() {
            let place = id.and_then(|id| id.parse::<usize>().ok());
            let Some(found) = place.and_then(|place| lacking.get_mut(place)) else { continue };
            for of_rule in verdicts.rules() {
                let lacked = match verdicts.verdict(of_rule, row) {
                    Some(RowVerdict::Unknown { field, .. }) => Some(field.into_owned()),
                    Some(RowVerdict::Failed(_)) => None,
                    Some(RowVerdict::Level(_)) | None => continue,
                };
                found.insert(of_rule.rule().id.clone(), lacked);
            }
        }
        Ok(lacking)
    }

    /// A portfolio of these projects only. Their ids are the places of `worlds`; what concerns no project stays.
    fn supposed(&self, worlds: &[World]) -> Portfolio {
        let known = self.portfolio;
        // Every field is named, so that one more is thought of here too.
        let mut supposed = Portfolio {
            editions: self.editions.clone(),
            // Whether lists were supplied at all is read of any project's.
            watches: known.watches.clone(),
            declared_causes: known.declared_causes.clone(),
            successions: known.successions.clone(),
            campaigns: known.campaigns.clone(),
            contacts: Vec::new(),
            snapshots: Vec::new(),
            facts: Vec::new(),
            rebaselines: Vec::new(),
            milestones: Vec::new(),
            contracts: Vec::new(),
            recommendations: Vec::new(),
            reviews: Vec::new(),
        };
        for (place, (project, given)) in worlds.iter().enumerate() {
            let Some(one) = self.projects.get(*project) else { continue };
            // Of a fixed width, so that no project of the portfolio is called so.
            let id = ProjectId::new(format!("{place:09}"));
            add_renamed(&mut supposed, &one.rows, &id);
            let questions = self.dictionary().questions();
            let answers = questions.filter(|question| given.contains(question.name));
            supposed.facts.extend(answers.map(|question| Fact {
                project: id.clone(),
                field: question.name.to_owned(),
                answer: Answer::Value(self.quiet.answer(question, self.as_of, one.cost)),
                reported_on: self.as_of,
                answered_by: None,
            }));
        }
        supposed
    }
}

/// What one project last answered to a question by a date. Its facts are in the order of their dates.
fn last_answer<'r>(rows: &'r Portfolio, question: &Field, as_of: NaiveDate) -> Option<&'r Answer> {
    let mut newest_first = rows.facts.iter().rev();
    let is_last = |fact: &&Fact| fact.field == question.name && fact.reported_on <= as_of;
    newest_first.find(is_last).map(|fact| &fact.answer)
}

/// The lists of a portfolio whose rows are each of one project.
macro_rules! for_each_list {
    ($apply:ident) => {
        $apply!(
            snapshots,
            facts,
            rebaselines,
            milestones,
            contracts,
            recommendations,
            declared_causes,
            watches,
            reviews
        )
    };
}

fn by_project(
    portfolio: &Portfolio,
    wanted: &BTreeSet<&ProjectId>,
) -> BTreeMap<ProjectId, Portfolio> {
    let mut groups: BTreeMap<ProjectId, Portfolio> = BTreeMap::new();
    macro_rules! group {
        ($($list:ident),+) => {
            $(for row in portfolio.$list.iter().filter(|row| wanted.contains(&row.project)) {
                groups.entry(row.project.clone()).or_default().$list.push(row.clone());
            })+
        };
    }
    for_each_list!(group);
    groups
}

/// Adds the rows of one project under another id.
fn add_renamed(portfolio: &mut Portfolio, rows: &Portfolio, id: &ProjectId) {
    macro_rules! rename {
        ($($list:ident),+) => {
            $(portfolio.$list.extend(rows.$list.iter().cloned().map(|mut row| {
                row.project = id.clone();
                row
            }));)+
        };
    }
    for_each_list!(rename);
}
