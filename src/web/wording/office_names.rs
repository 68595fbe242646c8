//! What people call whom a message is for, and what carries it: an office, never an address.

use crate::domain::messages::channel::Channel;
use crate::domain::messages::notice::Receiver;

/// `Secrétariat général, MJ`
pub(in crate::web) fn receiver(word: &str) -> String {
    let Ok(receiver) = Receiver::try_from(word.to_owned()) else { return word.to_owned() };
    match receiver {
        Receiver::SecretaryGeneral(ministry) => format!("Secrétariat général, {ministry}"),
        Receiver::ProjectDirector(project) => format!("Direction du projet {project}"),
        Receiver::SecurityRelay(ministry) => format!("Relais de sécurisation, {ministry}"),
        Receiver::Dinum => "Équipe risques de la DINUM".to_owned(),
        Receiver::Director => "Directeur de la DINUM".to_owned(),
        Receiver::Account(number) => format!("Titulaire du compte n°\u{a0}{}", number.0),
        Receiver::Webhook(name) => channel_name(&Channel::Webhook(name)),
        Receiver::Tchap => channel_name(&Channel::Tchap),
    }
}

/// `Programme « supervision »`
pub(in crate::web) fn channel(word: &str) -> String {
    Channel::try_from(word.to_owned())
        .map_or_else(|_| word.to_owned(), |channel| channel_name(&channel))
}

fn channel_name(channel: &Channel) -> String {
    match channel {
        Channel::Mail => "Courriel".to_owned(),
        Channel::Tchap => "Salon Tchap".to_owned(),
        Channel::Webhook(name) => format!("Programme «\u{a0}{name}\u{a0}»"),
    }
}
