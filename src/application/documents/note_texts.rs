//! What people write in the note to the COSINUM.

use super::fields::period::Period;
use crate::application::{ApplicationError, Services};
use crate::domain::accounts::audit::ActionContext;
use crate::domain::note_text::{NoteSection, NoteText};
use crate::domain::portfolio::edition::EditionId;

/// The texts of the note of an edition, those that nobody has written included.
///
/// # Errors
/// When the edition is not known, or the data cannot be read.
pub async fn note_texts(
    services: &Services,
    edition: EditionId,
) -> Result<Vec<NoteText>, ApplicationError> {
    Period::of(services, Some(edition), None).await?;
    Ok(services.store.note_texts(edition).await?)
}

/// Writes a text of the note of an edition over the revision that its author read.
///
/// # Errors
/// When the edition is not known, somebody else wrote the text meanwhile, or the data cannot be written.
pub async fn write_note_text(
    services: &Services,
    (edition, section): (EditionId, NoteSection),
    (text, seen): (&str, i64),
    act: &ActionContext,
) -> Result<NoteText, ApplicationError> {
    Period::of(services, Some(edition), None).await?;
    Ok(services.store.write_note_text((edition, section), (text, seen), act).await?)
}
