//! What people call the decisions of the audit trail, and what they are about.

use crate::domain::alerts::alert::AlertChangeKind;
use crate::domain::missions::mission::MissionChangeKind;
use crate::domain::missions::review::ReviewChangeKind;
use crate::domain::words::Labelled as _;

/// `alerte acquittée`; the word of the trail in plain letters where it has no French.
pub(in crate::web) fn action(word: &str) -> String {
    if let Some((_, french)) = ACTIONS.iter().find(|(known, _)| *known == word) {
        return (*french).to_owned();
    }
    let changes = [
        ("alert", "alerte", AlertChangeKind::labels()),
        ("mission", "mission", MissionChangeKind::labels()),
        ("review", "revue", ReviewChangeKind::labels()),
    ];
    let said = changes.into_iter().find_map(|(kind, called, labels)| {
        let change = word.strip_prefix(kind)?.strip_prefix('_')?;
        let (_, label) = labels.into_iter().find(|(known, _)| *known == change)?;
        Some(format!("{called} : {label}"))
    });
    said.unwrap_or_else(|| word.replace('_', " "))
}

/// `alerte 4f2a…`
pub(in crate::web) fn subject(subject: &str) -> String {
    let (kind, id) = subject.split_once('/').unwrap_or((subject, ""));
    let found = SUBJECTS.iter().find(|(known, _)| *known == kind);
    let kind = found.map_or(kind, |(_, french)| *french);
    if id.is_empty() { kind.to_owned() } else { format!("{kind} {id}") }
}

/// Kinds of subjects, for a choice.
pub(in crate::web) const SUBJECTS: [(&str, &str); 22] = [
    ("account", "compte"),
    ("alert", "alerte"),
    ("campaign", "campagne"),
    ("clock", "horloge"),
    ("cycle", "cycle"),
    ("database", "base de données"),
    ("dispute", "contestation"),
    ("draft", "brouillon"),
    ("exit", "sortie"),
    ("import", "import"),
    ("job", "tâche"),
    ("lane", "canal"),
    ("mission", "mission"),
    ("name", "nom"),
    ("note", "note au COSINUM"),
    ("notice", "message"),
    ("project", "projet"),
    ("review", "revue"),
    ("route", "page"),
    ("rule", "règle"),
    ("silence", "silence"),
    ("token", "jeton"),
];

const ACTIONS: [(&str, &str); 58] = [
    ("account_changed", "compte modifié"),
    ("account_closed", "compte fermé"),
    ("account_invited", "invitation envoyée"),
    ("account_made", "compte créé"),
    ("acknowledgement_lapsed", "acquittement devenu caduc"),
    ("acknowledgement_reinstated", "acquittement rétabli"),
    ("administrator_invited", "premier administrateur invité"),
    ("alert_acknowledged", "alerte acquittée"),
    ("alert_assigned", "alerte attribuée"),
    ("alert_commented", "alerte commentée"),
    ("campaign_cancelled", "campagne annulée"),
    ("campaign_planned", "campagne prévue"),
    ("clock_jumped", "saut de l’horloge"),
    ("cycle_committed", "cycle enregistré"),
    ("cycle_voided", "cycle annulé"),
    ("database_restored", "sauvegarde restaurée"),
    ("dispute_opened", "contestation ouverte"),
    ("dispute_rejected", "contestation écartée"),
    ("dispute_settled", "contestation soldée"),
    ("dispute_upheld", "contestation admise"),
    ("exit_explained", "sortie expliquée"),
    ("exit_explanation_withdrawn", "explication de sortie retirée"),
    ("import_confirmed", "import confirmé"),
    ("import_recorded", "import enregistré"),
    ("import_withdrawn", "import retiré"),
    ("job_run", "tâche lancée"),
    ("lane_closed", "canal fermé"),
    ("lane_reopened", "canal rouvert"),
    ("links_revoked", "liens d’un message révoqués"),
    ("ministries_succeeded", "succession de ministères"),
    ("name_recorded", "nom retenu"),
    ("name_withdrawn", "nom retiré"),
    ("notice_escalated", "message porté au directeur"),
    ("notice_replayed", "message renvoyé"),
    ("notices_replayed", "messages renvoyés"),
    ("notices_withdrawn", "messages retirés"),
    ("project_linked", "projets rattachés"),
    ("project_unlinked", "projets séparés"),
    ("questionnaire_answered", "questionnaire transmis"),
    ("request_refused", "demande refusée"),
    ("note_text_written", "texte de la note au COSINUM écrit"),
    ("rule_draft_published", "brouillon publié"),
    ("rule_draft_returned", "brouillon renvoyé"),
    ("rule_draft_saved", "brouillon enregistré"),
    ("rule_draft_submitted", "brouillon soumis"),
    ("rule_draft_withdrawn", "brouillon retiré"),
    ("rule_publication_refused", "publication refusée"),
    ("rule_published", "règle publiée"),
    ("rule_roll_back_refused", "retour en arrière refusé"),
    ("rule_rolled_back", "règle remise à sa version précédente"),
    ("session_ended", "session terminée"),
    ("sign_in_refused", "connexion refusée"),
    ("signed_in", "connexion"),
    ("signed_out", "déconnexion"),
    ("silence_ended", "silence levé"),
    ("silence_made", "silence posé"),
    ("silence_restored", "silence rétabli"),
    ("token_issued", "jeton émis"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_said_in_french_and_an_unknown_one_in_plain_letters() {
        assert_eq!(action("cycle_voided"), "cycle annulé");
        assert_eq!(action("mission_started"), "mission : démarrée");
        assert_eq!(action("new_word"), "new word");
        assert_eq!(subject("cycle/7"), "cycle 7");
        assert_eq!(subject("database"), "base de données");
    }
}
