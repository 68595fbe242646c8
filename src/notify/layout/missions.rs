//! Missions in words that need no knowledge of Vigie, and the decisions that they wait for.

use serde::Serialize;

use crate::domain::messages::notice::Receiver;
use crate::domain::missions::mission::{Mission, MissionKind, MissionState};
use crate::domain::portfolio::subject::Subject;
use crate::notify::channels::directory::Directory;
use crate::notify::compose::digest::MissionNews;
use crate::notify::layout::stakes::Stakes;
use crate::support::french;

/// Most decisions that a message begins with; the others are among the rest.
pub(in crate::notify) const MOST_DECISIONS: usize = 5;

/// What a message asks to decide, first to last.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct Decisions {
    pub(in crate::notify) title: String,
    /// How the reader takes part.
    pub(in crate::notify) note: String,
    pub(in crate::notify) items: Vec<DecisionItem>,
}

/// One decision: what, who decides by when, what it costs to wait, and where to read more.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::notify) struct DecisionItem {
    /// Its place in the page of the whole message.
    pub(in crate::notify) anchor: String,
    pub(in crate::notify) what: String,
    pub(in crate::notify) who: String,
    pub(in crate::notify) waiting: String,
    pub(in crate::notify) url: Option<String>,
}

/// The missions of a message by what they ask of its reader.
#[derive(Clone, Debug, Default)]
pub(in crate::notify) struct SortedMissions<'a> {
    /// Proposed: by deadline, then by the money at stake.
    pub(in crate::notify) to_decide: Vec<&'a Mission>,
    /// Opened by the playbook, without a decision.
    pub(in crate::notify) automatic: Vec<&'a Mission>,
    /// Decided, declined, withdrawn, closed.
    pub(in crate::notify) others: Vec<&'a Mission>,
}

impl<'a> SortedMissions<'a> {
    pub(in crate::notify) fn of(
        missions: &[MissionNews<'a>],
        directory: &Directory,
        stakes: &Stakes,
    ) -> Self {
        let mut missions: Vec<&Mission> = missions.iter().map(|one| one.mission).collect();
        missions.sort_by_cached_key(|one| {
            let name = directory.name(&one.subject).to_lowercase();
            (one.due_on, stakes.rank(&one.subject), name, one.kind)
        });
        let mut sorted = Self::default();
        for mission in missions {
            match mission.state {
                MissionState::Proposed => sorted.to_decide.push(mission),
                MissionState::Open if mission.automatic && !mission.is_under_way() => {
                    sorted.automatic.push(mission);
                }
                MissionState::Open
                | MissionState::Declined
                | MissionState::Withdrawn
                | MissionState::Closed => sorted.others.push(mission),
            }
        }
        sorted
    }
}

/// The first `most` decisions, with the address of each in the page of the whole message.
pub(in crate::notify) fn decisions(
    to_decide: &[&Mission],
    most: usize,
    (receiver, contact, page): (&Receiver, &str, Option<&str>),
    (directory, stakes): (&Directory, &Stakes),
) -> Option<Decisions> {
    let item = |mission: &&Mission| {
        let anchor = format!("mission-{}", mission.id);
        DecisionItem {
            what: format!("{} : {}", directory.name(&mission.subject), in_words(mission.kind)),
            who: format!("{} avant le {}.", decider(mission.kind), french::date(mission.due_on)),
            waiting: waiting(mission, stakes),
            url: page.map(|page| format!("{page}#{anchor}")),
            anchor,
        }
    };
    let items: Vec<DecisionItem> = to_decide.iter().take(most).map(item).collect();
    let (shown, all) = (items.len(), to_decide.len());
    let title = if shown < all {
        format!("À décider : {shown} décisions sur {all}")
    } else {
        format!("À décider : {}", french::counted(all, "décision", "décisions"))
    };
    (shown > 0).then(|| Decisions { title, note: how(receiver, contact), items })
}

fn how(receiver: &Receiver, contact: &str) -> String {
    match receiver {
        Receiver::SecretaryGeneral(_) if contact.is_empty() => {
            "Votre avis est pris en compte jusqu’à la date indiquée : répondez à ce message.".into()
        }
        Receiver::SecretaryGeneral(_) => {
            format!("Votre avis est pris en compte jusqu’à la date indiquée : écrivez à {contact}.")
        }
        Receiver::ProjectDirector(_)
        | Receiver::SecurityRelay(_)
        | Receiver::Dinum
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => {
            "Chaque proposition s’accepte ou s’écarte dans Vigie, avec un motif.".into()
        }
    }
}

fn decider(kind: MissionKind) -> &'static str {
    match kind {
        MissionKind::VendorEscalation => "Le directeur de la DINUM décide",
        MissionKind::Securisation
        | MissionKind::FollowUpAudit
        | MissionKind::Coaching
        | MissionKind::UpstreamAdvice
        | MissionKind::MeansReview
        | MissionKind::JointReview => "La DINUM décide",
    }
}

/// What the subject goes without until somebody decides, and the money at stake meanwhile.
fn waiting(mission: &Mission, stakes: &Stakes) -> String {
    let without = match mission.kind {
        MissionKind::Securisation => "sans plan de redressement",
        MissionKind::FollowUpAudit => "sans contrôle à ses jalons",
        MissionKind::Coaching => "sans appui à sa direction",
        MissionKind::UpstreamAdvice => "sans second regard sur son périmètre et son coût",
        MissionKind::MeansReview => "sans moyens ajustés à sa trajectoire",
        MissionKind::VendorEscalation => "sans engagement de la direction du prestataire",
        MissionKind::JointReview => "sans revue commune avec la DINUM",
    };
    let left = match &mission.subject {
        Subject::Project(_) => "le projet",
        Subject::Ministry(_) => "le ministère",
        Subject::Portfolio => "l’ensemble",
    };
    let cost = stakes.cost(&mission.subject).map(french::meur);
    let money = match (stakes.drift(&mission.subject).map(french::meur), cost) {
        (Some(drift), Some(cost)) => format!(" ; dérive actuelle : {drift} sur {cost}"),
        (_, Some(cost)) => format!(" ; coût prévu : {cost}"),
        (_, None) => String::new(),
    };
    format!("D’ici là, {left} est {without}{money}.")
}

/// The kind in words, in lower case.
pub(in crate::notify) fn in_words(kind: MissionKind) -> &'static str {
    match kind {
        MissionKind::Securisation => "mission de sécurisation",
        MissionKind::FollowUpAudit => "audit de suivi à un jalon",
        MissionKind::Coaching => "accompagnement du directeur de projet",
        MissionKind::UpstreamAdvice => "conseil de la DINUM sur le périmètre et le chiffrage",
        MissionKind::MeansReview => "revue des moyens (équipe, crédits, marchés)",
        MissionKind::VendorEscalation => "saisine de la direction du prestataire",
        MissionKind::JointReview => "revue commune du ministère et de la DINUM",
    }
}

/// Where a mission stands, for example `à décider avant le 14 décembre 2020`.
pub(in crate::notify) fn standing(mission: &Mission) -> String {
    let due = french::date(mission.due_on);
    match mission.state {
        MissionState::Proposed => format!("à décider avant le {due}"),
        MissionState::Open if mission.is_under_way() => {
            format!("en cours, à terminer avant le {due}")
        }
        MissionState::Open if mission.automatic => {
            format!("d’office ; la DINUM l’engage avant le {due}")
        }
        MissionState::Open => format!("proposition acceptée, à engager avant le {due}"),
        MissionState::Declined => "proposition écartée".to_owned(),
        MissionState::Withdrawn => "proposition retirée, faute d’alerte".to_owned(),
        MissionState::Closed => "travaux terminés".to_owned(),
    }
}
