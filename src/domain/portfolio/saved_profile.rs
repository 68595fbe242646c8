//! Profiles of file layouts that people saved in the service, besides those that are shipped.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::accounts::audit::Actor;
use crate::domain::bounded_text::RequiredText;
use crate::domain::words::words;

/// One version of a saved profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileVersion {
    /// Id of the profile.
    pub profile: String,
    /// From 1 within the profile.
    pub number: i64,
    /// The text, in TOML; `null` when this version withdrew the profile.
    pub text: Option<String>,
    pub reason: String,
    pub by: Actor,
    pub at: DateTime<Utc>,
}

words! {
    /// Where a profile comes from.
    pub enum ProfileOrigin, "where a profile comes from" {
        /// Part of the program.
        Shipped = "shipped" => "livré avec Vigie",
        /// A file of the folder that the setting `profiles` names.
        Folder = "folder" => "dossier du serveur",
        /// Saved by a person.
        Saved = "saved" => "enregistré",
    }
}

/// A profile to save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileText {
    /// The text of the profile, in TOML. Its `id` is that of the path.
    #[schema(min_length = 1, max_length = 60_000)]
    pub text: String,
    /// Why it is saved.
    pub reason: RequiredText,
}
