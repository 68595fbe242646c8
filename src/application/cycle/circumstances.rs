//! What changed since the last cycle other than verdicts: projects that left, identity links,
//! corrections, revised rules.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::departures;
use super::judged::Judged;
use crate::application::{ApplicationError, Services};
use crate::decisions::alerts::{Circumstances, Renaming};
use crate::domain::ids::{ImportNumber, MinistryCode, ProjectId, RuleId};
use crate::domain::operation::cycle::{CycleInputs, CycleSummary};
use crate::domain::portfolio::subject::Subject;
use crate::domain::portfolio::succession::{Succession, Successions};
use crate::frame::dictionary::Dictionary;
use crate::rules;
use crate::rules::Catalogue;
use crate::store::{Difference, LinkAction, LinkEntry};
use crate::support::french;

/// Most corrections of one project that a reason names; the others are counted.
const NAMED: usize = 2;

/// Nothing has changed if there is no last cycle.
pub(in crate::application) async fn gather(
    services: &Services,
    judged: &Judged,
    last: Option<&CycleSummary>,
) -> Result<Circumstances, ApplicationError> {
    let inputs = &judged.inputs;
    let mut log = services.store.identity_log().await?;
    // What came after is for a later cycle.
    log.retain(|entry| entry.number <= inputs.last_link);
    let last_link = last.map_or(i64::MAX, |last| last.inputs.last_link);
    let (became, parted) = renamings(&log, last_link);
    let explained_exits = departures::explained(&judged.portfolio, inputs.edition, inputs.as_of);
    let snapshots = judged.portfolio.snapshots.iter();
    let listed = snapshots.filter(|snapshot| snapshot.edition == inputs.edition);
    let present: BTreeSet<ProjectId> = listed.map(|snapshot| snapshot.project.clone()).collect();
    let succeeded = succeeded(&judged.portfolio.successions);
    let Some(last) = last else {
        return Ok(Circumstances {
            explained_exits,
            present,
            became,
            parted,
            succeeded,
            ..Circumstances::default()
        });
    };
    let CycleInputs { last_import, last_confirmation, .. } = last.inputs;
    let after = (last_import, last_confirmation);
    // What came after this cycle's own data is for a later one.
    let upto = (inputs.last_import, inputs.last_confirmation);
    let corrections = services.store.corrections_between(after, upto).await?;
    let corrections = in_words(corrections, &became, judged.catalogue.dictionary());
    let revised = revised(services, judged, last).await?;
    let engine = (last.inputs.engine != inputs.engine)
        .then(|| format!("Le moteur d’évaluation de Vigie a changé (moteur {}).", inputs.engine));
    let received = received(judged, last.inputs.as_of);
    Ok(Circumstances {
        explained_exits,
        present,
        became,
        parted,
        corrections,
        revised,
        succeeded,
        received,
        engine,
    })
}

/// The ministries that another took over.
fn succeeded(successions: &Successions) -> BTreeMap<MinistryCode, (MinistryCode, String)> {
    let successors = successions.successors().into_iter();
    successors.map(|(former, one)| (former, (one.into.clone(), in_one_sentence(one)))).collect()
}

/// The ministries that received projects of others after a day.
fn received(judged: &Judged, after: NaiveDate) -> BTreeMap<MinistryCode, String> {
    let mut received: BTreeMap<MinistryCode, Vec<String>> = BTreeMap::new();
    for one in judged.portfolio.successions.iter().filter(|one| one.on > after) {
        received.entry(one.into.clone()).or_default().push(in_one_sentence(one));
    }
    received.into_iter().map(|(into, sentences)| (into, sentences.join(" "))).collect()
}

fn in_one_sentence(one: &Succession) -> String {
    let Succession { on, from_name, into_name, projects, reason, .. } = one;
    let what = if projects.is_some() { "des projets" } else { "tous les projets" };
    let (on, reason) = (french::date(*on), reason.trim().trim_end_matches('.'));
    format!("Le {on}, {what} de « {from_name} » ont rejoint « {into_name} » ({reason}).")
}

type Renamings = BTreeMap<ProjectId, Renaming>;

/// The identity links in force, each to the id where its chain ends; and those revoked after entry
/// `last`.
fn renamings(log: &[LinkEntry], last: i64) -> (Renamings, Renamings) {
    let mut links: Renamings = BTreeMap::new();
    let mut parted: Renamings = BTreeMap::new();
    for entry in log {
        let renaming = Renaming { into: entry.into.clone(), reason: entry.reason.clone() };
        match entry.action {
            LinkAction::Link => {
                parted.remove(&entry.from);
                links.insert(entry.from.clone(), renaming);
            }
            LinkAction::Unlink => {
                links.remove(&entry.from);
                if entry.number > last {
                    parted.insert(entry.from.clone(), renaming);
                }
            }
        }
    }
    let end = |renaming: &Renaming| {
        let mut into = &renaming.into;
        while let Some(next) = links.get(into) {
            into = &next.into;
        }
        Renaming { into: into.clone(), reason: renaming.reason.clone() }
    };
    let became = links.iter().map(|(from, renaming)| (from.clone(), end(renaming))).collect();
    (became, parted)
}

fn in_words(
    corrections: Vec<(ImportNumber, Difference)>,
    became: &Renamings,
    dictionary: &Dictionary,
) -> BTreeMap<ProjectId, String> {
    let mut by_project: BTreeMap<ProjectId, BTreeMap<ImportNumber, Vec<Difference>>> =
        BTreeMap::new();
    for (import, difference) in corrections {
        let Subject::Project(project) = &difference.subject else { continue };
        let project = became.get(project).map_or(project, |renaming| &renaming.into).clone();
        by_project.entry(project).or_default().entry(import).or_default().push(difference);
    }
    let sentences = |imports: BTreeMap<ImportNumber, Vec<Difference>>| {
        let sentences =
            imports.iter().map(|(import, differences)| sentence(*import, differences, dictionary));
        sentences.collect::<Vec<_>>().join(" ")
    };
    by_project.into_iter().map(|(project, imports)| (project, sentences(imports))).collect()
}

fn sentence(import: ImportNumber, differences: &[Difference], dictionary: &Dictionary) -> String {
    let words = |difference: &Difference| {
        let label = match difference.field.as_str() {
            "project" => "présence dans l’édition",
            name => dictionary.label(name).unwrap_or(name),
        };
        format!("« {label} » : {} au lieu de {}", difference.now, difference.former)
    };
    let mut named: Vec<String> = differences.iter().take(NAMED).map(words).collect();
    match differences.len().saturating_sub(NAMED) {
        0 => {}
        1 => named.push("une autre valeur".to_owned()),
        more => named.push(format!("{more} autres valeurs")),
    }
    format!("L’import {import} corrige {}.", named.join(" ; "))
}

/// Rules whose text changed, or that read a threshold whose value in force changed.
async fn revised(
    services: &Services,
    judged: &Judged,
    last: &CycleSummary,
) -> Result<BTreeMap<RuleId, String>, ApplicationError> {
    let as_of = judged.inputs.as_of;
    let now = judged.catalogue.thresholds().at(as_of);
    let former = if last.inputs.catalogue == judged.inputs.catalogue {
        None
    } else {
        let texts = services.store.catalogue_texts(&last.inputs.catalogue).await?;
        Some(rules::compile_catalogue(&texts, &services.limits).0)
    };
    let former: &Catalogue = former.as_ref().unwrap_or(&judged.catalogue);
    let before = former.thresholds().at(last.inputs.as_of);
    let mut revised = BTreeMap::new();
    for rule in judged.catalogue.rules() {
        // A rule that the last cycle did not have has no former text nor former thresholds.
        let Some(before_it) = former.rule(&rule.id) else { continue };
        if before_it.revision != rule.revision {
            let words = "La règle a été modifiée depuis le cycle précédent.";
            revised.insert(rule.id.clone(), words.to_owned());
            continue;
        }
        let mut read = judged.catalogue.threshold_names_of(&rule.id);
        if let Some(name) = read.find(|name| before.get(name) != now.get(name)) {
            let label = judged.catalogue.thresholds().get(&name).map(|one| one.label.clone());
            let label = label.unwrap_or(name);
            let words = match label.strip_prefix("Seuil ") {
                Some(rest) => format!("Le seuil {rest} a été modifié."),
                None => format!("Le paramètre « {label} » a été modifié."),
            };
            revised.insert(rule.id.clone(), words);
        }
    }
    Ok(revised)
}
