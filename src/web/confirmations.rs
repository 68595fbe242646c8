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
    }
}

impl Confirmation {
    /// The cookie that makes the next page say it.
    pub(super) fn cookie(self) -> Cookie<'static> {
        Cookie::build(COOKIE, self.as_str())
            .path("/")
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
