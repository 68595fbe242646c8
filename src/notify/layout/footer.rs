//! What ends every message: where it can be read whole, why the reader receives it, and whom to contact.

use super::message::MessageAction;
use crate::domain::ids::NoticeId;
use crate::domain::messages::notice::Receiver;
use crate::notify::settings::NotifySettings;

/// Address where the whole message can be read.
pub(in crate::notify) fn page_url(settings: &NotifySettings, id: &NoticeId) -> Option<String> {
    (!settings.public_url.is_empty()).then(|| format!("{}/notices/{id}", settings.public_url))
}

/// Where the document is that the receiver of a digest prints, when the settings want it said.
pub(in crate::notify) fn document_link(
    receiver: &Receiver,
    settings: &NotifySettings,
) -> Option<MessageAction> {
    if !settings.links_documents || settings.public_url.is_empty() {
        return None;
    }
    let (label, address) = match receiver {
        Receiver::SecretaryGeneral(ministry) => {
            ("La page du ministère, à imprimer", format!("/documents/ministeres/{ministry}"))
        }
        Receiver::Dinum => ("La note au COSINUM", "/documents".to_owned()),
        Receiver::ProjectDirector(_)
        | Receiver::SecurityRelay(_)
        | Receiver::Director
        | Receiver::Account(_)
        | Receiver::Webhook(_)
        | Receiver::Tchap => return None,
    };
    Some(MessageAction {
        label: label.to_owned(),
        url: format!("{}{address}", settings.public_url),
    })
}

/// Why the reader receives this, and whom to contact.
pub(in crate::notify) fn footer(
    receiver: &Receiver,
    place: &str,
    settings: &NotifySettings,
) -> Vec<String> {
    let why = match receiver {
        Receiver::SecretaryGeneral(_) => format!(
            "Vous recevez ce message parce que vous êtes inscrit parmi ses destinataires ({place}) : \
             secrétaire général, délégué pendant une absence ou personne en copie. Il ne concerne que les \
             projets de ce ministère."
        ),
        Receiver::ProjectDirector(_) => format!(
            "Vous recevez ce message parce que vous êtes inscrit comme directeur de ce projet ({place})."
        ),
        Receiver::SecurityRelay(_) => format!(
            "Vous recevez ce message parce que vous êtes inscrit comme relais de sécurisation ({place}), ou \
             comme directeur du numérique à défaut de relais, et que le directeur de ces projets n’est pas connu."
        ),
        Receiver::Director => "Vous recevez ce message parce que votre adresse est celle du \
                               directeur de la DINUM, à qui revient ce qui reste sans réponse."
            .to_owned(),
        Receiver::Account(_) => {
            "Vous recevez ce message parce que cette adresse est celle d’un compte de Vigie."
                .to_owned()
        }
        Receiver::Dinum | Receiver::Webhook(_) | Receiver::Tchap => {
            "Vous recevez ce message parce que cette adresse est celle de l’équipe de la DINUM qui \
             suit les risques des grands projets."
                .to_owned()
        }
    };
    let contact = if settings.mail.contact.is_empty() {
        "Pour toute question ou correction : répondez à ce message.".to_owned()
    } else {
        format!("Pour toute question ou correction : {}.", settings.mail.contact)
    };
    let source =
        "Message automatique de Vigie, dispositif de veille de la DINUM sur les grands projets.";
    vec![why, contact, source.to_owned()]
}
