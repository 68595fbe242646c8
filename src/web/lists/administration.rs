//! The columns of what administrators look at: accounts, jobs and their runs, cycles, the audit trail.

use chrono::{DateTime, Utc};

use crate::application::{ExportColumn, ListTable};
use crate::domain::accounts::access::{Account, Role, Scope};
use crate::domain::accounts::audit::{AuditEntry, NameProof};
use crate::domain::ids::MinistryCode;
use crate::domain::operation::cycle::CycleSummary;
use crate::domain::operation::job::{JobRun, JobStanding};
use crate::support::translation;
use crate::web::wording::audit_words;
use crate::web::wording::problem_words::for_people;

pub(in crate::web) const ACCOUNTS: ListTable<Account> = ListTable {
    name: "comptes",
    title: "Comptes",
    meaning: "Les comptes, ouverts et fermés.",
    columns: &[
        ExportColumn::count("N°", |account| Some(account.number.0)),
        ExportColumn::text("Nom", |account| account.name.to_string()),
        ExportColumn::text("Adresse", |account| {
            account.mail_address.as_ref().map(|one| one.as_str().to_owned()).unwrap_or_default()
        }),
        ExportColumn::text("Rôles", |account| {
            let labels: Vec<&str> = account.roles.iter().copied().map(Role::label).collect();
            labels.join(", ")
        }),
        ExportColumn::text("Périmètre", |account| match &account.scope {
            Scope::Whole => "tout l’État".to_owned(),
            Scope::Ministries(codes) => {
                let codes: Vec<&str> = codes.iter().map(MinistryCode::as_str).collect();
                codes.join(", ")
            }
        }),
        ExportColumn::moment("Créé le", |account| Some(account.created_at)),
        ExportColumn::moment("Fermé le", |account| account.closed_at),
    ],
};

pub(in crate::web) const JOBS: ListTable<JobStanding> = ListTable {
    name: "taches",
    title: "Tâches",
    meaning: "Ce que le service fait de lui-même, avec la dernière exécution de chaque tâche.",
    columns: &[
        ExportColumn::text("Tâche", |job| job.job.label().to_owned()),
        ExportColumn::moment("Dernière exécution", |job| {
            job.last_run.as_ref().map(|run| run.started_at)
        }),
        ExportColumn::text("Déclenchement", |job| {
            job.last_run.as_ref().map(|run| run.occasion.label().to_owned()).unwrap_or_default()
        }),
        ExportColumn::text("Résultat", |job| {
            job.last_run.as_ref().map(|run| run.outcome.label().to_owned()).unwrap_or_default()
        }),
        ExportColumn::text("Détail", |job| {
            job.last_run.as_ref().map(|run| in_words(&run.detail)).unwrap_or_default()
        }),
        ExportColumn::moment("Prochaine exécution", |job| job.next_at),
        ExportColumn::moment("Dernier succès", |job| job.last_success_at),
    ],
};

pub(in crate::web) const RUNS: ListTable<JobRun> = ListTable {
    name: "executions",
    title: "Exécutions",
    meaning: "Les exécutions d’une tâche, la plus récente en premier.",
    columns: &[
        ExportColumn::count("N°", |run| Some(run.number)),
        ExportColumn::text("Tâche", |run| run.job.label().to_owned()),
        ExportColumn::moment("Début", |run| Some(run.started_at)),
        ExportColumn::moment("Fin", |run| run.ended_at),
        ExportColumn::text("Déclenchement", |run| run.occasion.label().to_owned()),
        ExportColumn::text("Par", |run| {
            run.actor.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        ExportColumn::text("Résultat", |run| run.outcome.label().to_owned()),
        ExportColumn::text("Détail", |run| in_words(&run.detail)),
    ],
};

pub(in crate::web) const CYCLES: ListTable<CycleSummary> = ListTable {
    name: "cycles",
    title: "Cycles",
    meaning: "Les cycles, le plus récent en premier.",
    columns: &[
        ExportColumn::count("N°", |cycle| Some(cycle.number.0)),
        ExportColumn::day("Jugé à la date du", |cycle| Some(cycle.inputs.as_of)),
        ExportColumn::text("Édition", |cycle| cycle.inputs.edition.to_string()),
        ExportColumn::moment("Exécuté le", |cycle| Some(cycle.started_at)),
        ExportColumn::count("Verdicts rendus", |cycle| counted(cycle.counts?.judged)),
        ExportColumn::count("Non évaluables", |cycle| counted(cycle.counts?.unknown)),
        ExportColumn::count("En défaut", |cycle| counted(cycle.counts?.failed)),
        ExportColumn::text("État", |cycle| {
            if cycle.voided.is_some() { "annulé" } else { "en vigueur" }.to_owned()
        }),
        ExportColumn::text("Motif de l’annulation", |cycle| {
            cycle.voided.as_ref().map(|voided| voided.reason.clone()).unwrap_or_default()
        }),
    ],
};

pub(in crate::web) const AUDIT_TRAIL: ListTable<AuditEntry> = ListTable {
    name: "journal",
    title: "Journal d’audit",
    meaning: "Qui a décidé quoi, quand et pourquoi, la décision la plus récente en premier.",
    columns: &[
        ExportColumn::count("N°", |entry| Some(entry.number)),
        ExportColumn::moment("Quand", |entry| entry.at.parse::<DateTime<Utc>>().ok()),
        ExportColumn::text("Qui", |entry| {
            if entry.actor.is_person() { entry.actor.to_string() } else { "Vigie".to_owned() }
        }),
        ExportColumn::text("Prouvé par", |entry| {
            entry.proved_by.map(NameProof::label).unwrap_or_default().to_owned()
        }),
        ExportColumn::text("Décision", |entry| audit_words::action(&entry.action)),
        ExportColumn::text("Objet", |entry| audit_words::subject(&entry.subject)),
        ExportColumn::text("Motif", reason),
    ],
};

/// Vigie says its own reasons in English.
fn reason(entry: &AuditEntry) -> String {
    let reason = entry.reason.as_deref().unwrap_or_default();
    let is_own = !entry.actor.is_person() || entry.action == "request_refused";
    if is_own { in_words(reason) } else { reason.to_owned() }
}

/// What the service says of its work, in French.
fn in_words(detail: &str) -> String {
    for_people(&translation::into_french(detail))
}

fn counted(verdicts: u64) -> Option<i64> {
    i64::try_from(verdicts).ok()
}
