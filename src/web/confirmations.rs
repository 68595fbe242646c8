//! What a page says once, after an act: it was done. The redirect that follows an act carries it in a cookie, as a word of a
//! fixed list, so that no address and no other site can make a page say anything else.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::domain::words::words;

const COOKIE: &str = "vigie_done";

/// Maximum time between an act and the page that confirms it.
const SECONDS: i64 = 60;

words! {
    /// An act that a page confirms.
    pub(super) enum Confirmation, "an act" {
        AccountChanged = "account_changed" => "Le compte est modifié.",
        AccountClosed = "account_closed" => "Le compte est fermé, ses jetons sont révoqués et ses sessions terminées.",
        AccountMade = "account_made" => "Le compte est créé. Invitez maintenant la personne.",
        InvitationSent = "invitation_sent" => "L’invitation part par courriel.",
        AllSentAgain = "all_sent_again" => "Les messages abandonnés sont remis en attente d’envoi.",
        AlertRead = "alert_read" => "C’est noté\u{a0}: la DINUM sait que vous avez pris connaissance de cette alerte.",
        AlertsRead = "alerts_read" => "C’est noté\u{a0}: la DINUM sait que vous avez pris connaissance de ces alertes.",
        OpinionGiven = "opinion_given" => "Votre avis est noté. La DINUM en tient compte pour décider.",
        AnswersKept = "answers_kept" => "Vos réponses sont gardées. Elles ne sont pas encore transmises.",
        AnswersSent = "answers_sent" => "Vos réponses sont transmises. Elles comptent dès aujourd’hui.",
        CampaignCancelled = "campaign_cancelled" => "La campagne est annulée. Les réponses reçues restent.",
        CampaignPlanned = "campaign_planned" => "Les dates de la campagne sont enregistrées.",
        LinksRevoked = "links_revoked" => "Les liens de ce message ne servent plus.",
        SentAgain = "sent_again" => "Le message est remis en attente d’envoi.",
        CycleVoided = "cycle_voided" => "Le cycle est annulé\u{a0}: ses effets sont défaits et les destinataires reçoivent un rectificatif.",
        ReceiverOpened = "receiver_opened" => "Le canal est rouvert.",
        RunStarted = "run_started" => "La tâche est lancée. Rechargez la page pour suivre son avancement.",
        Acknowledged = "acknowledged" => "L’alerte est acquittée.",
        SessionEnded = "session_ended" => "La session est close.",
        TokenRevoked = "token_revoked" => "Le jeton est révoqué.",
        DisplayChosen = "display_chosen" => "Votre choix d’affichage est enregistré dans ce navigateur.",
        DraftOpened = "draft_opened" => "Le brouillon est ouvert. Rien ne change tant qu’une autre personne ne l’a pas publié.",
        DraftFound = "draft_found" => "Ce texte est déjà dans ce brouillon : poursuivez celui-ci.",
        DraftSaved = "draft_saved" => "Le brouillon est enregistré.",
        DraftSubmitted = "draft_submitted" => "Le brouillon est soumis à relecture. Une autre personne peut le publier.",
        DraftReturned = "draft_returned" => "Le brouillon est renvoyé à ses auteurs.",
        DraftWithdrawn = "draft_withdrawn" => "Le brouillon est retiré.",
        DraftPublished = "draft_published" => "Les règles du brouillon sont en vigueur. Le prochain cycle les appliquera.",
        RuleRolledBack = "rule_rolled_back" => "Le texte précédent est de nouveau en vigueur.",
        AlertsAcknowledged = "alerts_acknowledged" => "Les alertes choisies sont acquittées.",
        Assigned = "assigned" => "L’alerte est confiée.",
        AlertsAssigned = "alerts_assigned" => "Les alertes choisies sont confiées.",
        Commented = "commented" => "Le commentaire est enregistré.",
        AlertsCommented = "alerts_commented" => "Le commentaire est enregistré sur chaque alerte choisie.",
        Silenced = "silenced" => "L’alerte est en silence : elle reste dans les listes, et les messages n’en parlent plus.",
        AlertsSilenced = "alerts_silenced" => "Les alertes choisies sont en silence : elles restent dans les listes, et les messages n’en parlent plus.",
        Contested = "contested" => "La contestation est enregistrée.",
        AlertsContested = "alerts_contested" => "Une contestation est enregistrée pour chaque alerte choisie.",
        SilenceMade = "silence_made" => "Le silence est en place.",
        SilenceEnded = "silence_ended" => "Le silence est levé.",
        DisputeAnswered = "dispute_answered" => "La réponse à la contestation est enregistrée.",
        NoteTextWritten = "note_text_written" => "Le texte de la note est enregistré.",
        MissionAccepted = "mission_accepted" => "La mission est acceptée.",
        MissionDeclined = "mission_declined" => "La mission est écartée.",
        MissionStarted = "mission_started" => "La mission est démarrée.",
        MilestoneAdded = "milestone_added" => "Le jalon est posé.",
        MilestoneReached = "milestone_reached" => "Le jalon est franchi.",
        NoteAdded = "note_added" => "La note est enregistrée.",
        VendorReplied = "vendor_replied" => "La réponse du prestataire est enregistrée.",
        VendorNamed = "vendor_named" => "La décision de citer le prestataire est enregistrée.",
        MissionClosed = "mission_closed" => "La mission est close.",
        ReviewsPlanned = "reviews_planned" => "Les revues sont planifiées.",
        ReviewHeld = "review_held" => "Le compte rendu est enregistré.",
        ReviewMoved = "review_moved" => "La revue est déplacée.",
        ReviewCancelled = "review_cancelled" => "La revue est annulée.",
        ActionDone = "action_done" => "L’action est faite.",
        ActionReopened = "action_reopened" => "L’action est rouverte.",
        ImportConfirmed = "import_confirmed" => "L’importation est confirmée : elle est en service.",
        ImportWithdrawn = "import_withdrawn" => "L’importation est retirée : ce qui valait avant elle vaut de nouveau.",
        FilesImported = "files_imported" => "Les fichiers sont importés.",
        SimulationForgotten = "simulation_forgotten" => "La simulation est abandonnée : rien n’a été enregistré.",
        ProfileSaved = "profile_saved" => "La disposition est enregistrée : le fichier est lu avec elle.",
        NamesRecorded = "names_recorded" => "Les noms sont retenus : les fichiers sont relus avec eux.",
        NameWithdrawn = "name_withdrawn" => "Le nom est retiré : les fichiers qui le portent seront de nouveau refusés.",
        ProjectsLinked = "projects_linked" => "Les deux noms désignent désormais un seul projet.",
    }
}

impl Confirmation {
    /// The cookie that makes the next page say it.
    pub(super) fn cookie(self, is_secure: bool) -> Cookie<'static> {
        Cookie::build(COOKIE, self.as_str())
            .path("/")
            .secure(is_secure)
            .http_only(true)
            .same_site(SameSite::Strict)
            .max_age(Duration::seconds(SECONDS))
            .finish()
    }

    /// The act that this request's page has to confirm.
    pub(super) fn of(cookie: Option<&Cookie<'_>>) -> Option<Self> {
        cookie?.value().parse().ok()
    }
}

/// Name of the cookie, for requests.
pub(super) const fn cookie_name() -> &'static str {
    COOKIE
}

/// A cookie that makes the browser forget what was confirmed.
pub(super) fn said() -> Cookie<'static> {
    Cookie::build(COOKIE, "").path("/").max_age(Duration::ZERO).finish()
}
