//! Layouts of files that are tried out: a first profile for a file, and what a profile makes of one. Nothing is recorded.

use std::sync::Arc;

use crate::application::{ApplicationError, Services};
use crate::domain::portfolio::edition::EditionId;
use crate::domain::portfolio::import::Dataset;
use crate::frame::dictionary::Dictionary;
use crate::intake::{
    FileLook, LayoutProposal, Profile, ProfileProposal, ProfileTerms, ProfileTrial, ProposalTerms,
    ReadRequest, Reader, SourceError,
};
use crate::rules::RowFormulas;
use crate::support::clock::today;

/// How a profile is tried on a file.
#[derive(Clone, Debug, Default)]
pub struct LayoutTrialTerms {
    pub sheet: Option<String>,
    pub edition: Option<EditionId>,
    /// Rows to show.
    pub rows: u32,
}

/// Writes a first profile for a file, on a blocking thread.
///
/// # Errors
///
/// The file cannot be read as a table.
pub async fn propose_profile(
    services: &Services,
    reader: Reader,
    (file, bytes): (String, Vec<u8>),
    dataset: Option<Dataset>,
) -> Result<ProfileProposal, ApplicationError> {
    let today = today(services.clock.now());
    let terms = ProposalTerms { dataset, sheet: None, header_row: None, today };
    let proposed =
        tokio::task::spawn_blocking(move || reader.propose(&file, &bytes, &terms)).await?;
    Ok(proposed?)
}

/// What a file of an unknown layout holds, and a first description of it; `Err` of the latter says why there is none.
#[derive(Debug)]
pub struct LayoutLook {
    pub look: FileLook,
    pub proposal: Result<LayoutProposal, SourceError>,
}

/// Looks at a file of an unknown layout, on a blocking thread, for a person to describe it.
///
/// # Errors
///
/// The file cannot be read as a table, or has no such sheet.
pub async fn look_at_layout(
    reader: Reader,
    (file, bytes): (String, Vec<u8>),
    terms: ProposalTerms,
) -> Result<LayoutLook, ApplicationError> {
    let looked = tokio::task::spawn_blocking(move || {
        let proposal = reader.propose_layout(&file, &bytes, &terms);
        let found = proposal.as_ref().ok().and_then(|proposal| proposal.sheet.as_deref());
        let look = reader.look(&file, &bytes, terms.sheet.as_deref().or(found))?;
        Ok::<_, SourceError>(LayoutLook { look, proposal })
    });
    Ok(looked.await??)
}

/// Reads the text of a profile, on a blocking thread: it may be long, and wrong all along.
///
/// # Errors
///
/// The thread stops before it has read the text. What is wrong with the text is within the answer.
pub async fn parse_profile(
    text: String,
    dictionary: Arc<Dictionary>,
) -> Result<Result<Profile, SourceError>, ApplicationError> {
    let parsed = tokio::task::spawn_blocking(move || {
        let terms = ProfileTerms { dictionary: &dictionary, language: &RowFormulas };
        Profile::parse(&text, "profil", terms)
    });
    Ok(parsed.await?)
}

/// Reads a file with a profile, on a blocking thread.
///
/// # Errors
///
/// The file cannot be read at all, or not by this profile.
pub async fn try_profile(
    services: &Services,
    reader: Reader,
    (profile, file, bytes): (Profile, String, Vec<u8>),
    terms: LayoutTrialTerms,
) -> Result<ProfileTrial, ApplicationError> {
    let known = services.store.known_projects().await?;
    let now = today(services.clock.now());
    let tried = tokio::task::spawn_blocking(move || {
        let request = ReadRequest {
            file: &file,
            bytes: &bytes,
            profile: None,
            sheet: terms.sheet.as_deref(),
            edition: terms.edition,
        };
        reader.try_profile(profile, &request, &known, (terms.rows, now))
    });
    Ok(tried.await??)
}
