//! Files on their way in: kept on disk while they come, within bounds of size, of time and of number.

use std::fs::File;
use std::future::poll_fn;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;
use std::pin::pin;
use std::time::Duration;

use actix_web::body::BodyStream;
use actix_web::body::MessageBody as _;
use actix_web::http::StatusCode;
use actix_web::web;
use tokio::sync::Semaphore;
use tokio::sync::SemaphorePermit;

use super::error::Problem;
use super::settings::Settings;

/// What is held in memory of a file before it goes to disk.
const CHUNK: usize = 256 * 1024;

/// How many files may come at the same time, and that one of them is read at a time: reading takes far more
/// memory than the file has bytes.
#[derive(Debug)]
pub struct Uploads {
    coming: Semaphore,
    reading: Semaphore,
    bytes: usize,
    seconds: u32,
}

/// A file that has come whole. It has no name on disk, and is gone with whoever holds it.
#[derive(Debug)]
pub(super) struct Upload<'a> {
    file: File,
    _coming: SemaphorePermit<'a>,
}

impl Uploads {
    pub fn new(settings: &Settings) -> Self {
        Self {
            coming: Semaphore::new(settings.uploads),
            reading: Semaphore::new(1),
            bytes: settings.upload_bytes,
            seconds: settings.upload_seconds,
        }
    }

    /// `said` is the size that its sender announces, if any.
    pub(super) async fn receive(
        &self,
        said: Option<usize>,
        body: web::Payload,
    ) -> Result<Upload<'_>, Problem> {
        self.within(said.unwrap_or_default())?;
        let Ok(coming) = self.coming.try_acquire() else {
            let words = "as many files as may are coming already: send it again in a while";
            return Err(Problem::NotReady(words.to_owned()));
        };
        let limit = Duration::from_secs(self.seconds.into());
        let received = tokio::time::timeout(limit, self.keep(body)).await;
        let file = received.unwrap_or_else(|_| {
            let found = format!("it was not there whole within {} s", self.seconds);
            Err(Problem::BadBody { status: StatusCode::REQUEST_TIMEOUT, found })
        })?;
        Ok(Upload { file, _coming: coming })
    }

    /// Waits for its turn to be read.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.reading.acquire().await.map_err(|_| Problem::Unassembled)
    }

    fn within(&self, size: usize) -> Result<(), Problem> {
        if size <= self.bytes {
            return Ok(());
        }
        let found = format!("it has more than {} bytes", self.bytes);
        Err(Problem::BadBody { status: StatusCode::PAYLOAD_TOO_LARGE, found })
    }

    async fn keep(&self, body: web::Payload) -> Result<File, Problem> {
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
            self.within(size)?;
            waiting.extend_from_slice(&chunk);
            if waiting.len() >= CHUNK {
                file = write(file, std::mem::take(&mut waiting)).await?;
            }
        }
        write(file, waiting).await
    }
}

impl Upload<'_> {
    /// All of it, in memory.
    pub(super) async fn into_bytes(self) -> Result<Vec<u8>, Problem> {
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

async fn write(mut file: File, bytes: Vec<u8>) -> Result<File, Problem> {
    on_disk(move || file.write_all(&bytes).map(|()| file)).await
}

/// On a thread that may wait.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done =
        web::block(work).await.map_err(|_| Problem::NotReady("the service is busy".to_owned()))?;
    done.map_err(|fault| Problem::NotReady(format!("keep the file while it comes: {fault}")))
}
