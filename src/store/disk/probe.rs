//! Whether anything can be written, found out before a request has to: cheaply while all is well, and by a
//! real commit once it was not.
//!
//! A file of the size of a small transaction is written next to the database and removed: most of the time it never
//! reaches the disk. Only after a write failed is something committed to the database itself, since each commit
//! makes everything that is cached be read again.

use std::error::Error;
use std::fs::OpenOptions;
use std::io;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::database_files::side_file;
use super::permissions::FILE_MODE;
use super::storage::Probe;
use super::storage_fault::{StorageFault, StorageFaultKind};
use crate::store::db::connections::{Engine, end};
use crate::store::db::error::StoreError;
use crate::store::db::handle::Store;
use crate::store::db::open::options;
use crate::store::db::postgres::{self, PostgresServer};
use crate::store::db::queries::{query, query_scalar};

/// How long a probe's finding holds: of a disk that can be written, and of one that cannot, so that the
/// service heals as soon as there is room.
const GOOD_HOLDS: Duration = Duration::from_secs(5);
const BAD_HOLDS: Duration = Duration::from_secs(1);

/// Between two looks when nobody asks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(30);

/// As much as a small transaction adds to the write-ahead log.
const PROBE_BYTES: usize = 128 * 1024;

/// How long the probe's commit waits for its turn. Other writers find out by themselves.
const PROBE_WAIT: Duration = Duration::from_secs(2);

const PROBE_ENDING: &str = "-probe";

impl Store {
    /// Whether what is written now would be stored. The result is shared by all callers for some seconds.
    ///
    /// # Errors
    /// Why nothing can be written, and what to do about it.
    pub async fn check_storage(&self) -> Result<(), StorageFault> {
        if !self.is_on_server() {
            self.storage.check_file()?;
        }
        let mut last = self.storage.probes().lock().await;
        let is_suspected = self.storage.take_suspicion();
        let known = match last.as_ref() {
            Some(Probe { at, found: Err(fault) }) if at.elapsed() < BAD_HOLDS => {
                return Err(fault.clone());
            }
            Some(Probe { at, found: Ok(()) }) if at.elapsed() < GOOD_HOLDS && !is_suspected => {
                return self.storage.tell(Ok(()));
            }
            last => last.and_then(|probe| probe.found.clone().err()),
        };
        let found = if known.is_some() || is_suspected {
            self.probe(known.as_ref()).await
        } else {
            self.probe_beside().await
        };
        *last = Some(Probe { at: Instant::now(), found: found.clone() });
        drop(last);
        self.storage.tell(found)
    }

    /// Until the service is stopped: looks at once when a write failed, often while nothing can be
    /// written, and now and then otherwise.
    pub async fn watch_storage(&self, mut stopped: watch::Receiver<bool>) {
        self.storage.set_watched();
        self.connections.open_readers().await;
        let mut wait = BETWEEN_LOOKS;
        loop {
            tokio::select! {
                () = self.storage.suspicion(), if wait == BETWEEN_LOOKS => {}
                () = tokio::time::sleep(wait) => {}
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            wait = if self.check_storage().await.is_ok() { BETWEEN_LOOKS } else { BAD_HOLDS };
        }
    }

    /// After a write failed: there must be room, and a commit must succeed. `known` holds while another
    /// writer holds the database.
    async fn probe(&self, known: Option<&StorageFault>) -> Result<(), StorageFault> {
        self.probe_beside().await?;
        if self.is_on_server() {
            // It answers again: writers need not be told otherwise.
            self.storage.tell(Ok(()))?;
        }
        match self.commit_nothing().await {
            Ok(()) => Ok(()),
            Err(StoreError::Storage(fault)) => Err(fault),
            Err(error) => match (error.disk_fault(), known) {
                (Some(kind), _) => Err(self.storage.fault(kind)),
                (None, Some(known)) if error.is_busy() => Err(known.clone()),
                (None, _) if error.is_busy() => Ok(()),
                (None, _) => {
                    Err(self.storage.fault(StorageFaultKind::DiskFailing(error.to_string())))
                }
            },
        }
    }

    /// Whether a server has the database, rather than a file.
    pub fn is_on_server(&self) -> bool {
        matches!(self.connections.engine, Engine::Postgres(_))
    }

    /// Whether a server takes connections, and writes.
    async fn probe_server(&self, server: &PostgresServer) -> Result<(), StorageFault> {
        let said = |error: sqlx::Error| {
            let silent = || StorageFaultKind::NoAnswer(error.to_string());
            self.storage.fault(StorageFaultKind::of_database(&error).unwrap_or_else(silent))
        };
        match server.is_read_only().await {
            Ok(false) => Ok(()),
            Ok(true) => Err(self.storage.fault(StorageFaultKind::ReadOnly)),
            Err(error) => Err(said(error)),
        }
    }

    async fn probe_beside(&self) -> Result<(), StorageFault> {
        if let Engine::Postgres(server) = &self.connections.engine {
            return self.probe_server(server).await;
        }
        let file = side_file(self.storage.place(), PROBE_ENDING);
        let written = tokio::task::spawn_blocking(move || write_and_remove(&file)).await;
        let written = written.unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
        written.map_err(|error| self.storage.fault(StorageFaultKind::of_writing(&error)))
    }

    /// Writes a number of the file's head that nothing reads as it is, and so one page of the log.
    async fn commit_nothing(&self) -> Result<(), StoreError> {
        const WHAT: &str = "the database";
        let store = self.writing_within(PROBE_WAIT);
        let mut transaction = store.begin_write().await?;
        if self.is_on_server() {
            return end(transaction).await;
        }
        let number: i64 = query_scalar("pragma user_version").one(&mut *transaction, WHAT).await?;
        query(sqlx::AssertSqlSafe(format!("pragma user_version = {number}")))
            .run(&mut *transaction, WHAT)
            .await?;
        end(transaction).await
    }
}

/// What the disk has to do with an error of the database at `url`, found in any of its causes.
pub fn fault_behind(error: &(dyn Error + 'static), url: &str) -> Option<StorageFault> {
    let mut cause = Some(error);
    let mut kind = None;
    while let (Some(found), None) = (cause, &kind) {
        kind = found.downcast_ref().and_then(StorageFaultKind::of_database);
        cause = found.source();
    }
    if postgres::is_server_address(url) {
        let address = postgres::address(&postgres::options(url).ok()?);
        return Some(StorageFault { kind: kind?, place: address.into() });
    }
    let (kind, file) = (kind?, options(url).ok()?.get_filename().to_owned());
    // What `SQLite` says of a disk is less precise than what the disk says.
    let tried = write_and_remove(&side_file(&file, PROBE_ENDING));
    let kind = match (tried, kind) {
        (Err(refused), _) => StorageFaultKind::of_writing(&refused),
        // The disk takes what is written: it was another file that could not be opened or read.
        (Ok(()), StorageFaultKind::DiskFailing(_)) => return None,
        (Ok(()), kind) => kind,
    };
    Some(StorageFault { kind, place: file })
}

fn write_and_remove(file: &Path) -> io::Result<()> {
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(FILE_MODE)
        .open(file)
        .and_then(|mut opened| opened.write_all(&vec![0; PROBE_BYTES]));
    match (written, std::fs::remove_file(file)) {
        (Err(error), _) => Err(error),
        (Ok(()), removed) => removed,
    }
}
