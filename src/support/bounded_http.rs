//! Reads bodies of HTTP responses, limited in size. No other code reads them. Heads are limited by hyper (about 400 KiB), and
//! time by each client.

use reqwest::Response;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum BodyFault {
    /// The source error is without the address, which may contain a secret.
    #[error("the response ended early")]
    BrokeOff(#[source] reqwest::Error),
    #[error("found a response of more than {most} bytes, expected at most that")]
    TooLarge { most: usize },
}

/// Reads a body of at most `most` bytes.
///
/// # Errors
/// If the body is longer, or ends early.
pub async fn read_body(mut answer: Response, most: usize) -> Result<Vec<u8>, BodyFault> {
    let too_large = || BodyFault::TooLarge { most };
    let announced = answer.content_length().map(usize::try_from);
    if announced.is_some_and(|announced| announced.map_or(true, |announced| announced > most)) {
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
