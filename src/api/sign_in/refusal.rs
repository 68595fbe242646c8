//! Why somebody is not signed in: said to them in French with what to do, and to the audit trail.

use actix_web::http::StatusCode;

use super::page::Page;
use crate::sign_in::SignInFault;

const TITLE: &str = "Connexion impossible";

#[derive(Debug)]
pub(super) enum Refusal {
    /// The settings name no provider.
    Off,
    /// An address of another site, or no address.
    GoesElsewhere,
    Fault(SignInFault),
    /// No administrator gave the account a role yet.
    NoRole {
        account: String,
    },
    /// Nothing that the settings map: the establishment as the provider told it.
    NoMinistry {
        account: String,
        siret: Option<String>,
    },
    Closed {
        account: String,
    },
    /// Another account has the name that the new one would bear.
    NameTaken {
        account: String,
    },
    /// The provider's name for the person holds what cannot be seen, or is Vigie's own.
    NameUnfit {
        /// Without what cannot be seen.
        account: String,
    },
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
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

    /// For the trail, in the words of the logs.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Off => "no provider is set: the setting `sign_in.issuer` is empty".to_owned(),
            Self::GoesElsewhere => "`go_to` is no address of Vigie".to_owned(),
            Self::Fault(fault) => fault.to_string(),
            Self::NoRole { .. } => "the account has no role".to_owned(),
            Self::NoMinistry { siret: Some(siret), .. } => {
                format!("the setting `sign_in.ministries` does not know the siret {siret}")
            }
            Self::NoMinistry { siret: None, .. } => "the provider told no siret".to_owned(),
            Self::Closed { .. } => "the account is closed".to_owned(),
            Self::NameTaken { .. } => {
                "an account that is not theirs has the name that theirs would bear, or one that cannot be \
                 told from it"
                    .to_owned()
            }
            Self::NameUnfit { .. } => {
                "the name that the provider tells holds characters that cannot be seen, or stands for Vigie"
                    .to_owned()
            }
        }
    }

    /// Whom the trail names: the account, once it is known.
    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Self::NoRole { account }
            | Self::NoMinistry { account, .. }
            | Self::Closed { account }
            | Self::NameTaken { account } => Some(account),
            // What is shown of the name could be somebody else's.
            Self::NameUnfit { .. } | Self::Off | Self::GoesElsewhere | Self::Fault(_) => None,
        }
    }

    pub(super) fn page(&self, contact: &str) -> Page {
        let (what, then, again) = self.said(contact);
        Page {
            title: TITLE,
            paragraphs: vec![what, then],
            link: again.then(|| ("Recommencer la connexion", "/sign-in".to_owned())),
            ..Page::default()
        }
    }

    /// What happened, what to do, and whether that is to begin again.
    fn said(&self, contact: &str) -> (String, String, bool) {
        let ask = |what: &str| format!("Écrivez à {contact} {what}");
        match self {
            Self::Off => (
                "La connexion par un fournisseur d’identité n’est pas réglée sur ce serveur.".to_owned(),
                ask("pour obtenir un jeton d’accès à l’API."),
                false,
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
            Self::Fault(fault) => told(fault, &ask),
        }
    }
}

fn told(fault: &SignInFault, ask: &dyn Fn(&str) -> String) -> (String, String, bool) {
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
