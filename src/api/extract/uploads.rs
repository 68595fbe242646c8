//! Receives uploaded files into temporary files, with limits on size, time and number.

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::io::{Read as _, Seek as _, Write as _};
use std::pin::pin;
use std::time::Duration;

use actix_web::body::{BodyStream, MessageBody as _};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{HttpRequest, web};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::api::problem::kinds::Problem;
use crate::api::settings::ApiSettings;

/// Paths to which files are uploaded. Their bodies are received by the handler.
pub(crate) const UPLOAD_PATHS: [&str; 5] = [
    "/api/v1/imports",
    "/api/v1/profiles/propose",
    "/api/v1/profiles/try",
    "/imports/nouveau",
    "/imports/simulations/{simulation}/fichiers",
];

/// Bytes of an upload buffered in memory before they are written to disk.
const CHUNK: usize = 256 * 1024;

/// Limits on uploads: how many are received at a time, and that one is parsed at a time, since parsing takes far more
/// memory than the file's size.
#[derive(Debug)]
pub struct Uploads {
    receiving: Semaphore,
    parsing: Semaphore,
    bytes: usize,
    seconds: u32,
}

/// A received file. It has no name on disk, and is deleted when dropped.
#[derive(Debug)]
pub(crate) struct Upload<'a> {
    file: File,
    _receiving: SemaphorePermit<'a>,
}

impl Uploads {
    pub fn new(settings: &ApiSettings) -> Self {
        Self {
            receiving: Semaphore::new(settings.uploads),
            parsing: Semaphore::new(1),
            bytes: settings.upload_bytes,
            seconds: settings.upload_seconds,
        }
    }

    /// Receives a body into a temporary file. `announced` is its `Content-Length`, if any.
    ///
    /// # Errors
    /// If it is too large or too slow, or too many uploads are in progress.
    async fn receive(
        &self,
        announced: Option<usize>,
        body: web::Payload,
    ) -> Result<Upload<'_>, Problem> {
        self.check_size(announced.unwrap_or_default())?;
        let Ok(receiving) = self.receiving.try_acquire() else {
            let words = "the maximum number of uploads are in progress; retry later";
            return Err(Problem::NotReady(words.to_owned()));
        };
        let limit = Duration::from_secs(self.seconds.into());
        let received = tokio::time::timeout(limit, self.write_to_disk(body)).await;
        let file = received.unwrap_or_else(|_| {
            let found = format!("it was not complete within {} s", self.seconds);
            Err(Problem::BadBody { status: StatusCode::REQUEST_TIMEOUT, found })
        })?;
        Ok(Upload { file, _receiving: receiving })
    }

    /// Bytes of an upload at most.
    pub(crate) fn most_bytes(&self) -> usize {
        self.bytes
    }

    /// Waits until no other upload is being parsed.
    pub(crate) async fn parsing_permit(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.parsing.acquire().await.map_err(|_| Problem::Unassembled)
    }

    fn check_size(&self, size: usize) -> Result<(), Problem> {
        if size <= self.bytes {
            return Ok(());
        }
        let found = format!("it has more than {} bytes", self.bytes);
        Err(Problem::BadBody { status: StatusCode::PAYLOAD_TOO_LARGE, found })
    }

    async fn write_to_disk(&self, body: web::Payload) -> Result<File, Problem> {
        let mut file = on_disk(tempfile::tempfile).await?;
        let mut body = pin!(BodyStream::new(body));
        let mut waiting = Vec::new();
        let mut size: usize = 0;
        while let Some(chunk) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let chunk = chunk.map_err(|fault| Problem::BadBody {
                status: StatusCode::BAD_REQUEST,
                found: fault.to_string(),
            })?;
            size = size.saturating_add(chunk.len());
            self.check_size(size)?;
            waiting.extend_from_slice(&chunk);
            if waiting.len() >= CHUNK {
                file = write(file, std::mem::take(&mut waiting)).await?;
            }
        }
        write(file, waiting).await
    }
}

impl Upload<'_> {
    /// Reads the whole file into memory.
    pub(crate) async fn into_bytes(self) -> Result<Vec<u8>, Problem> {
        let mut file = self.file;
        on_disk(move || {
            let mut bytes = Vec::new();
            file.rewind()?;
            file.read_to_end(&mut bytes)?;
            Ok(bytes)
        })
        .await
    }
}

/// Receives the body of a request into a temporary file.
///
/// # Errors
/// If it is too large or too slow, or too many uploads are in progress.
pub(crate) async fn receive<'u>(
    uploads: &'u Uploads,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<Upload<'u>, Problem> {
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    uploads.receive(announced.and_then(|announced| announced.parse().ok()), body).await
}

async fn write(mut file: File, bytes: Vec<u8>) -> Result<File, Problem> {
    on_disk(move || file.write_all(&bytes).map(|()| file)).await
}

/// Runs blocking file operations on a thread pool.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done =
        web::block(work).await.map_err(|_| Problem::NotReady("the service is busy".to_owned()))?;
    done.map_err(|fault| Problem::NotReady(format!("write the uploaded file: {fault}")))
}
