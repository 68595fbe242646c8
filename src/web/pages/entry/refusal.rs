//! Reasons to refuse a sign-in: shown to the person in French with what to do, and recorded in the audit trail.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use tracing::warn;

use super::statement::Statement;
use crate::api::{Problem, SignIn};
use crate::auth::SignInFault;
use crate::domain::accounts::audit::{Actor, AuditRecord};
use crate::web::visitor::VisitorContext;

const TITLE: &str = "Connexion impossible";

#[derive(Debug)]
pub(super) enum SignInRefusal {
    /// No identity provider is configured.
    Off,
    /// `go_to` is not a path on this service.
    GoesElsewhere,
    Fault(SignInFault),
    /// The account has no role yet.
    NoRole {
        account: String,
    },
    /// The settings map the establishment reported by the provider to no ministry.
    NoMinistry {
        account: String,
        siret: Option<String>,
    },
    Closed {
        account: String,
    },
    /// Another account already has the name of the new one, or one that looks like it.
    NameTaken {
        account: String,
    },
    /// The person's name at the provider has invisible characters, or is reserved for Vigie.
    NameUnfit {
        /// The name without invisible characters.
        account: String,
    },
}

impl SignInRefusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Off => StatusCode::NOT_FOUND,
            Self::GoesElsewhere => StatusCode::BAD_REQUEST,
            Self::NoRole { .. }
            | Self::NoMinistry { .. }
            | Self::Closed { .. }
            | Self::NameTaken { .. }
            | Self::NameUnfit { .. } => StatusCode::FORBIDDEN,
            Self::Fault(fault) => match fault {
                SignInFault::Foreign | SignInFault::Code(_) | SignInFault::Empty => {
                    StatusCode::BAD_REQUEST
                }
                SignInFault::Declined => StatusCode::FORBIDDEN,
                SignInFault::Unreachable { .. } => StatusCode::SERVICE_UNAVAILABLE,
                SignInFault::Issuer { .. }
                | SignInFault::Answered(_)
                | SignInFault::Unreadable { .. }
                | SignInFault::Untrusted { .. } => StatusCode::BAD_GATEWAY,
                SignInFault::Chance(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// The reason in English, for the log and the audit trail.
    fn reason(&self) -> String {
        match self {
            Self::Off => {
                "no identity provider is configured: the setting `sign_in.issuer` is empty"
                    .to_owned()
            }
            Self::GoesElsewhere => "`go_to` is not an address of Vigie".to_owned(),
            Self::Fault(fault) => fault.to_string(),
            Self::NoRole { .. } => "the account has no role".to_owned(),
            Self::NoMinistry { siret: Some(siret), .. } => {
                format!("the setting `sign_in.ministries` does not contain the siret {siret}")
            }
            Self::NoMinistry { siret: None, .. } => "the provider sent no siret".to_owned(),
            Self::Closed { .. } => "the account is closed".to_owned(),
            Self::NameTaken { .. } => {
                "another account already has the name of the new one, or one that looks the same"
                    .to_owned()
            }
            Self::NameUnfit { .. } => {
                "the name sent by the provider has invisible characters, or is reserved for Vigie"
                    .to_owned()
            }
        }
    }

    /// The account to name in the audit trail, if it is known.
    fn account(&self) -> Option<&str> {
        match self {
            Self::NoRole { account }
            | Self::NoMinistry { account, .. }
            | Self::Closed { account }
            | Self::NameTaken { account } => Some(account),
            // The name without invisible characters could be that of another account.
            Self::NameUnfit { .. } | Self::Off | Self::GoesElsewhere | Self::Fault(_) => None,
        }
    }

    /// Logs the refusal, records it in the audit trail, and gives a page that says what to do.
    ///
    /// # Errors
    /// If the template cannot be filled.
    pub(super) fn show(
        &self,
        (context, sign_in): (&VisitorContext, &SignIn),
    ) -> Result<HttpResponse, Problem> {
        let reason = self.reason();
        warn!(reason, "A sign-in was refused");
        let who = self.account().and_then(|account| Actor::person(account).ok());
        let who = who.unwrap_or_else(Actor::vigie);
        let record = AuditRecord::by(&who, "sign_in_refused", "sign-in").because(&reason);
        context.note_refusal(record);
        let (what, then, is_open) = self.explanation(sign_in.contact());
        let mut statement = Statement::of(TITLE, &[&what, &then]);
        if is_open {
            statement = statement.with_link("Recommencer la connexion", "/connexion");
        }
        statement.show(context, self.status())
    }

    /// What happened, what to do, and whether to offer to start again, in French.
    fn explanation(&self, contact: &str) -> (String, String, bool) {
        let ask = |what: &str| format!("Écrivez à {contact} {what}");
        match self {
            Self::Off => (
                "La connexion par un fournisseur d’identité n’est pas configurée sur ce serveur.".to_owned(),
                "La page de connexion dit comment ouvrir une session.".to_owned(),
                true,
            ),
            Self::GoesElsewhere => (
                "L’adresse où aller après la connexion n’est pas une adresse de Vigie.".to_owned(),
                "Reprenez depuis la page que vous vouliez lire, ou recommencez la connexion.".to_owned(),
                true,
            ),
            Self::NoRole { account } => (
                format!("Vous êtes bien reconnu, mais le compte « {account} » n’a encore aucun droit."),
                ask("pour qu’un rôle lui soit donné, en citant le nom du compte, puis reconnectez-vous."),
                true,
            ),
            Self::NoMinistry { siret, .. } => (
                match siret {
                    Some(siret) => format!(
                        "Vous êtes bien reconnu, mais votre établissement (SIRET {siret}) n’est \
                         rattaché à aucun ministère dans Vigie."
                    ),
                    None => "Vous êtes bien reconnu, mais votre fournisseur d’identité n’a pas dit dans \
                             quel établissement (SIRET) vous travaillez."
                        .to_owned(),
                },
                ask("en indiquant votre établissement et votre ministère."),
                true,
            ),
            Self::Closed { account } => (
                format!("Le compte « {account} » est fermé."),
                ask("si vous devez encore lire Vigie."),
                false,
            ),
            Self::NameTaken { account } => (
                format!("Un autre compte de Vigie porte déjà le nom « {account} », ou un nom qui lui ressemble."),
                ask("pour que l’un des deux soit renommé."),
                false,
            ),
            Self::NameUnfit { account } => (
                format!(
                    "Le nom transmis par votre fournisseur d’identité, « {account} », est réservé ou contient \
                     des caractères invisibles."
                ),
                ask("pour qu’il soit corrigé chez votre fournisseur d’identité."),
                false,
            ),
            Self::Fault(fault) => fault_explanation(fault, &ask),
        }
    }
}

fn fault_explanation(fault: &SignInFault, ask: &dyn Fn(&str) -> String) -> (String, String, bool) {
    let doubtful = |what: &str| {
        let then = ask("en indiquant l’heure : le journal du serveur dit ce qui ne va pas.");
        (what.to_owned(), then, true)
    };
    match fault {
        SignInFault::Foreign => (
            "Cette connexion n’a pas commencé dans ce navigateur, ou elle a déjà servi, ou elle a \
             commencé il y a plus de dix minutes."
                .to_owned(),
            "Recommencez, sans revenir en arrière, dans un seul onglet ; les cookies doivent être \
             acceptés."
                .to_owned(),
            true,
        ),
        SignInFault::Declined => (
            "La connexion a été refusée ou abandonnée chez le fournisseur d’identité.".to_owned(),
            "Recommencez, en allant jusqu’au bout.".to_owned(),
            true,
        ),
        SignInFault::Code(_) => (
            "La réponse du fournisseur d’identité est arrivée trop tard, ou avait déjà servi."
                .to_owned(),
            "Recommencez, sans revenir en arrière.".to_owned(),
            true,
        ),
        SignInFault::Unreachable { .. } => (
            "Le fournisseur d’identité ne répond pas.".to_owned(),
            format!("Réessayez dans quelques minutes. {}", ask("si cela dure.")),
            true,
        ),
        SignInFault::Empty | SignInFault::Answered(_) => {
            doubtful("Le fournisseur d’identité n’a pas voulu répondre.")
        }
        SignInFault::Unreadable { .. } => {
            doubtful("La réponse du fournisseur d’identité n’a pas pu être lue.")
        }
        SignInFault::Issuer { .. } | SignInFault::Untrusted { .. } => doubtful(
            "La réponse du fournisseur d’identité ne prouve pas qui vous êtes : elle a été écartée.",
        ),
        SignInFault::Chance(_) => doubtful("Le serveur n’a pas pu préparer la connexion."),
    }
}
