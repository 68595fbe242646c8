//! What people call fields, in French and English, and how like a header is to it.

use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::snapshot::Phase;
use crate::frame::dictionary::{Dictionary, Field};
use crate::intake::identity::names::key;
use crate::intake::profiles::profile_set::Profiles;
use crate::intake::rows::fields::fields;

/// From this likeness on, a header is surely that of the field.
pub(super) const SURE: f64 = 0.93;
/// From this one on, it may be.
pub(super) const LIKELY: f64 = 0.72;

/// The end of a project, from which its duration follows; no field of the panorama.
pub(super) const END: &str = "fin";

/// Names of fields that no shipped profile has, by field.
const NAMES: [(&str, &[&str]); 29] = [
    (
        "project",
        &[
            "nom du projet",
            "projet",
            "intitulé",
            "libellé du projet",
            "project name",
            "project",
            "investment",
            "investment title",
            "programme name",
            "program name",
            "initiative",
        ],
    ),
    (
        "ministry",
        &[
            "ministère",
            "ministère porteur",
            "administration",
            "porteur",
            "department",
            "agency",
            "ministry",
            "bureau",
            "agency name",
        ],
    ),
    (
        "phase",
        &[
            "phase",
            "étape",
            "état d’avancement",
            "stage",
            "status",
            "lifecycle stage",
            "life cycle phase",
            "current phase",
        ],
    ),
    (
        "start_on",
        &[
            "début",
            "date de début",
            "date de lancement",
            "lancement",
            "start date",
            "project start date",
            "start",
            "start date latest approved",
            "planned start date",
        ],
    ),
    (
        END,
        &[
            "fin",
            "date de fin",
            "fin prévue",
            "date de fin prévue",
            "échéance",
            "end date",
            "project end date",
            "planned end",
            "planned end date",
            "finish date",
            "completion date",
            "projected end date",
        ],
    ),
    (
        "duration_months",
        &[
            "durée",
            "durée prévisionnelle",
            "durée du projet",
            "duration",
            "length",
            "project length",
        ],
    ),
    (
        "cost_meur",
        &[
            "coût",
            "coût complet",
            "coût estimé",
            "coût total",
            "budget",
            "montant",
            "cost",
            "whole life cost",
            "total cost",
            "lifecycle cost",
            "total baseline whole life costs",
            "budget total",
            "planned cost",
        ],
    ),
    ("inter_ministerial", &["interministériel", "projet interministériel", "cross government"]),
    ("functional_zone", &["zone fonctionnelle", "domaine", "category", "domain"]),
    ("programme", &["programme", "financement", "programme budgétaire", "funding"]),
    ("description", &["description", "objectifs", "objet", "description and aims", "summary"]),
    ("published_on", &["date de publication", "publié le", "publication date", "snapshot date"]),
    ("withheld_reason", &["motif de non publication", "exemption"]),
    (
        "reported_on",
        &["date de réponse", "date", "constaté le", "reported on", "as of", "date de la situation"],
    ),
    (
        "vendor",
        &[
            "titulaire",
            "fournisseur",
            "prestataire",
            "attributaire",
            "vendor",
            "supplier",
            "contractor",
        ],
    ),
    ("kind", &["type", "nature", "kind"]),
    ("notified_on", &["date de notification", "notifié le", "award date", "notification"]),
    ("end_on", &["date de fin", "fin du marché", "échéance", "end date"]),
    ("ceiling_meur", &["montant maximum", "plafond", "montant", "ceiling", "contract value"]),
    ("consumed_meur", &["consommé", "montant consommé", "dépensé", "spent", "consumed"]),
    ("label", &["jalon", "libellé", "intitulé", "milestone", "label"]),
    ("baseline_on", &["date initiale", "prévu initialement", "baseline date", "baseline"]),
    ("forecast_on", &["date prévue", "prévision", "forecast date", "forecast"]),
    ("actual_on", &["date réelle", "réalisé le", "actual date", "actual"]),
    ("decided_on", &["date de décision", "décidé le", "decision date"]),
    ("reason", &["motif", "raison", "reason"]),
    ("email", &["courriel", "adresse", "mél", "email", "e mail"]),
    ("role", &["fonction", "rôle", "role"]),
    ("issued_on", &["date de recommandation", "émise le", "issued on"]),
];

/// Words for phases, by phase.
const PHASES: [(Phase, &[&str]); 7] = [
    (
        Phase::Scoping,
        &[
            "cadrage",
            "étude",
            "préparation",
            "initiation",
            "planning",
            "feasibility",
            "concept",
            "scoping",
            "planification",
        ],
    ),
    (
        Phase::Build,
        &[
            "conception / réalisation",
            "réalisation",
            "conception",
            "développement",
            "en cours",
            "delivery",
            "build",
            "development",
            "execution",
            "in progress",
            "implementation",
        ],
    ),
    (Phase::Trial, &["expérimentation", "pilote", "test", "pilot", "trial", "beta"]),
    (
        Phase::Rollout,
        &["déploiement", "généralisation", "rollout", "deployment", "roll out", "live"],
    ),
    (
        Phase::Completed,
        &["terminé", "achevé", "clos", "complete", "completed", "closed", "done", "exit"],
    ),
    (Phase::Stopped, &["arrêté", "abandonné", "stopped", "cancelled", "terminated"]),
    (Phase::UnderRevision, &["en révision", "suspendu", "reset", "on hold", "rebaseline"]),
];

/// The phase that a word most probably is.
pub(super) fn phase_of(word: &str) -> Option<Phase> {
    let word = key(word);
    let known = PHASES.iter().flat_map(|(phase, words)| words.iter().map(|one| (*phase, key(one))));
    let exact = known.clone().find(|(_, name)| *name == word);
    let near = || {
        let like = known.map(|(phase, name)| (phase, likeness(&word, &name)));
        let like = like.filter(|(_, alike)| *alike >= 0.8);
        like.fold(None, |best: Option<(Phase, f64)>, next| match best {
            Some((_, most)) if most >= next.1 => best,
            _ => Some(next),
        })
    };
    exact.map(|(phase, _)| phase).or_else(|| near().map(|(phase, _)| phase))
}

/// What fields of a dataset may be called.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// Names by their keys, with the field.
    names: Vec<(String, &'static str)>,
}

impl Vocabulary {
    pub(super) fn of(dataset: Dataset, profiles: &Profiles) -> Self {
        let mut names = Vec::new();
        let is_panorama = dataset == Dataset::Panorama;
        let own = fields(dataset).iter().map(|field| field.name);
        for name in own.chain(is_panorama.then_some(END)) {
            names.push((key(name), name));
            for (field, words) in NAMES {
                if field == name {
                    names.extend(words.iter().map(|word| (key(word), name)));
                }
            }
            let shipped = profiles.iter().filter(|profile| profile.dataset == dataset);
            for column in shipped.filter_map(|profile| profile.fields.get(name)) {
                names.extend(column.headers().iter().map(|header| (key(header), name)));
            }
        }
        Self { names }
    }

    /// The field that a header is most like, and how like.
    pub(super) fn field_of(&self, header: &str) -> Option<(&'static str, f64)> {
        let found = key(header);
        if found.is_empty() || found.len() > 120 {
            return None;
        }
        let mut best: Option<(&'static str, f64)> = None;
        for (name, field) in &self.names {
            let likeness = likeness(&found, name);
            if likeness >= LIKELY && best.is_none_or(|(_, most)| likeness > most) {
                best = Some((field, likeness));
            }
        }
        best
    }
}

/// The field of the dictionary that a header names, by its name or its French label.
pub(super) fn fact_of(header: &str, dictionary: &Dictionary) -> Option<(&'static Field, f64)> {
    let found = key(header);
    if found.len() < 4 || found.len() > 120 {
        return None;
    }
    let names = dictionary.facts().flat_map(|field| {
        [key(field.name), key(field.label)].into_iter().map(move |name| (field, name))
    });
    let like = names.map(|(field, name)| (field, likeness(&found, &name)));
    like.filter(|(_, likeness)| *likeness >= 0.85).fold(None, |best, next| match best {
        Some((_, most)) if most >= next.1 => best,
        _ => Some(next),
    })
}

/// One for the same name; less for a header that has more words than the name, or is spelt otherwise.
fn likeness(found: &str, name: &str) -> f64 {
    if found == name {
        return 1.0;
    }
    let words: Vec<&str> = found.split(' ').collect();
    let wanted: Vec<&str> = name.split(' ').collect();
    let is_within = words.windows(wanted.len()).any(|part| part == wanted.as_slice());
    let shared = if is_within { within(words.len(), wanted.len()) } else { 0.0 };
    // Neither is much longer than the other: comparing takes the product of their lengths.
    let [short, long] = [found.len().min(name.len()), found.len().max(name.len())];
    if short * 2 < long {
        return shared;
    }
    strsim::normalized_damerau_levenshtein(found, name).max(shared)
}

/// A name of two words in a header of three is more telling than one of one word in a header of six.
fn within(words: usize, wanted: usize) -> f64 {
    let [words, wanted] = [words, wanted].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    0.7 + 0.2 * f64::from(wanted) / f64::from(words.max(1))
}
