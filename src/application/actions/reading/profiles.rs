//! Profiles of file layouts: those that files are read with, and those that people save. A saved profile is laid over those
//! that are shipped and those of the folder of the server.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::application::publishing::catalogue;
use crate::application::queries::layouts;
use crate::application::{ApplicationError, ReadingRefusal, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::portfolio::import::Dataset;
use crate::domain::portfolio::saved_profile::{ProfileOrigin, ProfileVersion};
use crate::intake::{Profile, Reader};

/// Saved profiles at most: each of them is read again for every file.
const MOST_SAVED: usize = 200;

/// A profile that files are read with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileOutline {
    pub id: String,
    /// What people call such a file, in French.
    pub title: String,
    pub dataset: Dataset,
    pub origin: ProfileOrigin,
}

/// A profile with the versions that people saved of it, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileFile {
    /// `null` when no file is read with it: its last version withdrew it.
    pub in_force: Option<ProfileOutline>,
    pub versions: Vec<ProfileVersion>,
}

impl ProfileFile {
    /// The number of its last version; 0 when nobody saved it.
    pub fn revision(&self) -> i64 {
        self.versions.last().map_or(0, |version| version.number)
    }
}

/// The profiles that files are read with, by id.
pub fn profile_outlines(reader: &Reader) -> Vec<ProfileOutline> {
    let profiles = reader.profiles();
    profiles.iter().map(|profile| outline(profile, profiles.origin(&profile.id))).collect()
}

fn outline(profile: &Profile, origin: ProfileOrigin) -> ProfileOutline {
    let (id, title, dataset) = (profile.id.clone(), profile.title.clone(), profile.dataset);
    ProfileOutline { id, title, dataset, origin }
}

/// One profile, and what people saved of it.
///
/// # Errors
///
/// There is no such profile, and never was.
pub async fn profile_file(
    services: &Services,
    reader: &Reader,
    id: &str,
) -> Result<ProfileFile, ApplicationError> {
    let versions = services.store.profile_versions(id).await?;
    let profiles = reader.profiles();
    let in_force = profiles.find(id).map(|profile| outline(profile, profiles.origin(id)));
    if in_force.is_none() && versions.is_empty() {
        return Err(ApplicationError::NoSuchProfile { requested: id.to_owned() });
    }
    Ok(ProfileFile { in_force, versions })
}

/// Saves a profile once its text is found right. `seen` is the number of the version that was read, 0 where there was none.
///
/// # Errors
///
/// The text is no profile, or has another id; there are too many profiles, or another version was saved meanwhile.
pub async fn save_profile(
    services: &Services,
    (id, text): (&str, String),
    seen: Option<i64>,
    act: &ActionContext,
) -> Result<ProfileVersion, ApplicationError> {
    services.store.check_whole("a profile of files")?;
    let dictionary = catalogue::dictionary(services).await?;
    let profile = layouts::parse_profile(text.clone(), dictionary).await??;
    if profile.id != id {
        let (expected, found) = (id.to_owned(), profile.id);
        return Err(ReadingRefusal::ProfileId { expected, found }.into());
    }
    let saved = services.store.saved_profiles().await?;
    if saved.len() >= MOST_SAVED && saved.iter().all(|one| one.profile != id) {
        return Err(ReadingRefusal::TooManyProfiles { most: MOST_SAVED }.into());
    }
    Ok(services.store.save_profile((id, Some(&text)), seen, act).await?)
}

/// Withdraws a saved profile: the one that was shipped under its id, if any, holds again.
///
/// # Errors
///
/// There is no such saved profile, or another version was saved meanwhile.
pub async fn withdraw_profile(
    services: &Services,
    id: &str,
    seen: Option<i64>,
    act: &ActionContext,
) -> Result<ProfileVersion, ApplicationError> {
    Ok(services.store.save_profile((id, None), seen, act).await?)
}
