//! The reader of files, with everything that decides how they are read.

use std::path::Path;

use crate::application::publishing::catalogue;
use crate::application::{ApplicationError, Services};
use crate::intake::{ProfileTerms, Reader};
use crate::rules::RowFormulas;

/// A reader with the profiles and aliases that are on disk now, the saved profiles and the recorded names.
///
/// # Errors
///
/// One of them cannot be read, or is wrong.
pub async fn open_reader(
    services: &Services,
    profiles: &Path,
    aliases: &Path,
) -> Result<Reader, ApplicationError> {
    let dictionary = catalogue::dictionary(services).await?;
    let saved = services.store.saved_profiles().await?;
    let names = services.store.recorded_names().await?;
    let (profiles, aliases) = (profiles.to_owned(), aliases.to_owned());
    let opened = tokio::task::spawn_blocking(move || {
        let terms = ProfileTerms { dictionary: &dictionary, language: &RowFormulas };
        let texts =
            saved.iter().filter_map(|one| Some((one.profile.as_str(), one.text.as_deref()?)));
        let reader = Reader::open(&profiles, &aliases, terms)?.with_saved(texts, terms.language)?;
        Ok::<_, ApplicationError>(reader.with_names(&names))
    });
    opened.await?
}
