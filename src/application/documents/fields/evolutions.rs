//! What became of the causes found at referral, and of the five changes that the COSINUM of 28 May 2020 decided.

use std::collections::{BTreeMap, BTreeSet};

use super::figures;
use super::figures::count;
use super::period::Period;
use super::works::Works;
use crate::application::actions::missions::MissionLine;
use crate::application::queries::table_rows::TableRow;
use crate::application::queries::{names, view};
use crate::application::{ApplicationError, Services};
use crate::documents::Datum;
use crate::domain::ids::RuleId;
use crate::domain::missions::mission::{MissionKind, MissionState};
use crate::domain::portfolio::published::Portfolio;
use crate::domain::value::Value;
use crate::rules::Family;
use crate::support::french;

/// Facts that come with a referral: without any of them, no register of referrals is known.
const OF_REFERRALS: [&str; 3] = ["article3_referral_on", "article3_file_complete", "avis_status"];

/// What the third part of the note may name.
#[derive(Debug, Default)]
pub(super) struct EvolutionGroup {
    causes: Vec<Datum>,
    causes_known: Datum,
    causes_projects: Datum,
    informations: Vec<Datum>,
    informations_count: Datum,
    files_complete: Datum,
    files_incomplete: Datum,
    incomplete: Vec<Datum>,
    referrals: Vec<Datum>,
    referrals_count: Datum,
    audits: Vec<Datum>,
    audit_missions: Vec<Datum>,
    audits_proposed: Datum,
    escalations: Vec<Datum>,
    escalations_count: Datum,
    namings: Vec<Datum>,
    coaching: Vec<Datum>,
    directors: Vec<Datum>,
}

impl EvolutionGroup {
    pub(super) fn named(self) -> Vec<(&'static str, Datum)> {
        vec![
            ("causes", Datum::List(self.causes)),
            ("causes_known", self.causes_known),
            ("causes_projects", self.causes_projects),
            ("informations", Datum::List(self.informations)),
            ("informations_count", self.informations_count),
            ("files_complete", self.files_complete),
            ("files_incomplete", self.files_incomplete),
            ("incomplete", Datum::List(self.incomplete)),
            ("referrals", Datum::List(self.referrals)),
            ("referrals_count", self.referrals_count),
            ("audits", Datum::List(self.audits)),
            ("audit_missions", Datum::List(self.audit_missions)),
            ("audits_proposed", self.audits_proposed),
            ("escalations", Datum::List(self.escalations)),
            ("escalations_count", self.escalations_count),
            ("namings", Datum::List(self.namings)),
            ("coaching", Datum::List(self.coaching)),
            ("directors", Datum::List(self.directors)),
        ]
    }
}

pub(super) async fn evolutions(
    services: &Services,
    period: &Period,
    listed: &[TableRow],
    works: &Works,
) -> Result<EvolutionGroup, ApplicationError> {
    let (known, rules) = view::measurable(services, Some(period.as_of)).await?;
    let heads = names::rule_heads(services).await?;
    let titles = rules.titles();
    let roots = heads.values().filter(|rule| rule.family == Family::Cause).count();
    let portfolio = &known.portfolio;
    let causes = causes(portfolio, period, listed, titles);
    let named: BTreeSet<&str> =
        causes.iter().flat_map(|(_, projects)| projects.iter().filter_map(|row| id(row))).collect();
    let mut group = EvolutionGroup {
        causes_known: count(roots, "/regles"),
        causes_projects: count(named.len(), "/projets"),
        ..referrals(portfolio, period, listed)
    };
    group.causes = causes
        .iter()
        .map(|(cause, projects)| {
            let title = titles.get(&RuleId::new(cause.as_str()));
            let title = title.map_or(cause.as_str(), String::as_str);
            let title = Datum::linked(title, format!("/regles/{cause}"));
            let projects: Vec<Datum> =
                projects.iter().map(|row| figures::project(Some(row))).collect();
            cause_group(title, count(projects.len(), &format!("/regles/{cause}")), projects)
        })
        .collect();
    work_since(&mut group, period, works);
    Ok(group)
}

fn id(row: &TableRow) -> Option<&str> {
    figures::text(Some(row), "project_id")
}

/// The causes that were found and not lifted, with their projects: those of most projects first.
fn causes<'row>(
    portfolio: &Portfolio,
    period: &Period,
    listed: &'row [TableRow],
    titles: &BTreeMap<RuleId, String>,
) -> Vec<(String, Vec<&'row TableRow>)> {
    let mut found: BTreeMap<String, Vec<&TableRow>> = BTreeMap::new();
    for cause in &portfolio.declared_causes {
        let stands = cause.declared_on <= period.as_of
            && cause.lifted_on.is_none_or(|lifted| lifted > period.as_of)
            && cause.level.is_alerting();
        let row = listed.iter().find(|row| id(row) == Some(cause.project.as_str()));
        let is_known = titles.contains_key(&RuleId::new(cause.cause.as_str()));
        if let Some(row) = row.filter(|_| stands && is_known) {
            let of_cause = found.entry(cause.cause.clone()).or_default();
            if !of_cause.iter().any(|one| id(one) == id(row)) {
                of_cause.push(row);
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, projects)| std::cmp::Reverse(projects.len()));
    found
}

fn cause_group(title: Datum, number: Datum, projects: Vec<Datum>) -> Datum {
    Datum::group([("title", title), ("count", number), ("projects", Datum::List(projects))])
}

/// What the register of referrals says: informations ahead of referral, files, follow-up audits.
fn referrals(portfolio: &Portfolio, period: &Period, listed: &[TableRow]) -> EvolutionGroup {
    let facts = portfolio.facts.iter().filter(|fact| fact.reported_on <= period.as_of);
    let has_register = facts.clone().any(|fact| OF_REFERRALS.contains(&fact.field.as_str()));
    if !has_register {
        return EvolutionGroup::default();
    }
    let named = |rows: Vec<&TableRow>| -> Vec<Datum> {
        rows.into_iter().map(|row| figures::project(Some(row))).collect()
    };
    let dated_since = |field: &str| -> Vec<&TableRow> {
        let is_since =
            |row: &&TableRow| figures::date(Some(row), field).is_some_and(|day| period.covers(day));
        listed.iter().filter(is_since).collect()
    };
    let informed: BTreeSet<&str> = facts
        .filter(|fact| fact.field == "dinum_informed_on")
        .filter(|fact| matches!(fact.answer.value(), Some(Value::Date(day)) if period.covers(*day)))
        .map(|fact| fact.project.as_str())
        .collect();
    let is_informed = |row: &&TableRow| id(row).is_some_and(|id| informed.contains(id));
    let files = |complete: bool| -> Vec<&TableRow> {
        let field = "article3_file_complete";
        listed.iter().filter(|row| figures::flag(Some(row), field) == Some(complete)).collect()
    };
    let referred = dated_since("article3_referral_on");
    let audited = |row: &&TableRow| figures::date(Some(row), "follow_up_audit_due_on").is_some();
    EvolutionGroup {
        informations_count: count(informed.len(), "/projets"),
        informations: named(listed.iter().filter(is_informed).collect()),
        files_complete: count(files(true).len(), "/projets"),
        files_incomplete: count(files(false).len(), "/projets"),
        incomplete: named(files(false)),
        referrals_count: count(referred.len(), "/projets"),
        referrals: named(referred),
        audits: named(listed.iter().filter(audited).collect()),
        directors: named(dated_since("director_appointed_on")),
        ..EvolutionGroup::default()
    }
}

/// Follow-up audits, escalations, public namings and coaching.
fn work_since(group: &mut EvolutionGroup, period: &Period, works: &Works) {
    let of_kind = |kind: MissionKind| -> Vec<Datum> {
        let is_shown = |line: &&MissionLine| {
            let mission = &line.mission;
            let ended = mission.conduct.closing.as_ref().map(|closing| closing.on);
            mission.kind == kind
                && (mission.state.is_live() || ended.is_some_and(|day| period.covers(day)))
        };
        works.missions.iter().filter(is_shown).map(|line| works.mission(line)).collect()
    };
    let is_audit = |line: &MissionLine| line.mission.kind == MissionKind::FollowUpAudit;
    let proposed = |line: &&MissionLine| line.mission.state == MissionState::Proposed;
    let audits = works.missions.iter().filter(|line| is_audit(line)).filter(proposed).count();
    group.audits_proposed = count(audits, "/missions?etat=proposee&type=audit-de-suivi");
    group.audit_missions = works.decided_missions(period, is_audit);
    group.escalations = of_kind(MissionKind::VendorEscalation);
    group.escalations_count = count(group.escalations.len(), "/missions");
    group.coaching = of_kind(MissionKind::Coaching);
    for line in &works.missions {
        for naming in line.mission.conduct.namings.iter().filter(|one| period.covers(one.on)) {
            let project =
                Datum::linked(line.subject_name.as_str(), format!("/missions/{}", line.mission.id));
            group.namings.push(naming_group([
                Datum::text(naming.vendor.as_str()),
                Datum::text(naming.tone.label()),
                project,
                Datum::text(french::date(naming.on)),
            ]));
        }
    }
}

fn naming_group([vendor, tone, name, decided_on]: [Datum; 4]) -> Datum {
    Datum::group([("vendor", vendor), ("tone", tone), ("name", name), ("decided_on", decided_on)])
}
