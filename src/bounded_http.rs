//! What other servers answer, read within a bound. The only place where the body of an answer is read; the head is bounded
//! by hyper (some 400 KiB), time by each client.

use reqwest::Response;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum BodyFault {
    /// Without the address, which may hold a secret.
    #[error("the answer broke off")]
    BrokeOff(#[source] reqwest::Error),
    #[error("found an answer of more than {most} bytes, expected at most that")]
    TooLarge { most: usize },
}

/// The whole body, of `most` bytes at most.
///
/// # Errors
/// When it says that it is longer, or turns out to be; or does not come whole.
pub async fn read_body(mut answer: Response, most: usize) -> Result<Vec<u8>, BodyFault> {
    let too_large = || BodyFault::TooLarge { most };
    let said = answer.content_length().map(usize::try_from);
    if said.is_some_and(|said| said.map_or(true, |said| said > most)) {
        return Err(too_large());
    }
    let broke_off = |error: reqwest::Error| BodyFault::BrokeOff(error.without_url());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(broke_off)? {
        if body.len().saturating_add(chunk.len()) > most {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
