//! Threads that read, judge and encode chunks of a table. Each takes the next chunk as soon as it has done
//! with the last one. Rules that are interpreted, and what is written, go in the order of the rows: the
//! bytes are the same whatever the number of threads, and no more chunks are in memory than threads.

use std::hash::RandomState;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::thread;

use polars::frame::DataFrame;
use polars::prelude::StringChunked;

use super::columns;
use super::error::TableError;
use super::in_order::InOrder;
use super::report::TableTally;
use super::request::{Progress, TableRequest};
use super::seen_subjects::{SeenSubjects, SubjectHashes};
use super::source::{ChunkPlace, TableChunk, VerdictSource, row_number};
use super::verdict_batch::{VerdictBatch, WrittenVerdicts};
use super::verdicts::{EncodedVerdicts, VerdictEncoder, VerdictWriter};
use crate::domain::portfolio::subject::SubjectKind;
use crate::frame::GivenFrame;
use crate::intake::{FileFault, TableLayout};
use crate::rules::{BatchEvaluator, BatchVerdicts};

/// Most threads when none are asked for: each holds a chunk of the table.
const MOST_THREADS: usize = 4;

/// Stack of a thread, in bytes: it may run the interpreter.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// How the table is read.
#[derive(Debug)]
pub(super) struct TablePlan {
    pub(super) layout: TableLayout,
    pub(super) frame: GivenFrame,
    /// Most rows of a chunk.
    pub(super) rows: usize,
}

pub(super) struct Pipeline<'p> {
    request: &'p TableRequest<'p>,
    plan: &'p TablePlan,
    encoder: VerdictEncoder,
    random: RandomState,
    source: Mutex<VerdictSource>,
    judging: InOrder<Judging<'p>>,
    writing: InOrder<Writing<'p>>,
}

/// What depends on the chunks before.
struct Judging<'p> {
    evaluator: BatchEvaluator<'p>,
    seen: SeenSubjects,
}

struct Writing<'p> {
    writer: &'p mut VerdictWriter,
    progress: &'p mut (dyn FnMut(Progress) + Send),
    tally: TableTally,
    size: u64,
    failure: Option<TableError>,
}

/// Rows that are ready to be judged.
struct FramedChunk {
    place: ChunkPlace,
    frame: DataFrame,
    subjects: StringChunked,
    hashes: SubjectHashes,
}

struct Encoded {
    verdicts: EncodedVerdicts,
    tally: TableTally,
    done: u64,
}

impl<'p> Pipeline<'p> {
    pub(super) fn new(
        request: &'p TableRequest<'p>,
        source: VerdictSource,
        plan: &'p TablePlan,
        writer: &'p mut VerdictWriter,
        progress: &'p mut (dyn FnMut(Progress) + Send),
    ) -> Self {
        let evaluator = request.catalogue.batch_evaluator(request.scope, request.as_of);
        let tally = TableTally::default();
        let size = source.size();
        Self {
            request,
            plan,
            encoder: writer.encoder(),
            random: RandomState::new(),
            source: Mutex::new(source),
            judging: InOrder::new(Judging { evaluator, seen: SeenSubjects::default() }),
            writing: InOrder::new(Writing { writer, progress, tally, size, failure: None }),
        }
    }

    /// Judges all rows.
    ///
    /// # Errors
    /// The first in the order of the rows; the verdicts before it have been written.
    pub(super) fn run(self, threads: Option<NonZeroUsize>) -> Result<TableTally, TableError> {
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.map_or_else(|| processors().min(MOST_THREADS), usize::from);
        thread::scope(|scope| {
            for _ in 1..threads {
                // If the system refuses another thread, the existing ones do the work.
                let builder = thread::Builder::new().stack_size(STACK_BYTES);
                if builder.spawn_scoped(scope, || self.work()).is_err() {
                    break;
                }
            }
            self.work();
        });
        let written = self.writing.into_inner();
        written.failure.map_or(Ok(written.tally), Err)
    }

    fn work(&self) {
        let _stop = StopOnPanic(self);
        loop {
            let (number, read) = self.next();
            let framed = match read {
                Ok(Some(chunk)) => self.framed(chunk),
                Ok(None) => return,
                Err(error) => Err(error),
            };
            let (done, framed) = match framed {
                Ok((done, framed)) => (done, Ok(framed)),
                Err(error) => (0, Err(error)),
            };
            let judge = |judging: &mut Judging<'p>| self.judge(judging, framed?);
            let Some(judged) = self.judging.turn(number, judge) else { return };
            let encoded =
                judged.and_then(|(verdicts, subjects)| self.encode(&verdicts, &subjects, done));
            let written = self.writing.turn(number, |writing| writing.write(encoded));
            if !matches!(written, Some(Ok(()))) {
                self.judging.stop();
                return;
            }
        }
    }

    fn next(&self) -> (usize, Result<Option<TableChunk>, TableError>) {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.next(&self.plan.layout, self.plan.rows)
    }

    fn framed(&self, chunk: TableChunk) -> Result<(u64, FramedChunk), TableError> {
        let (done, place) = (chunk.done, chunk.place.clone());
        let table = chunk.read(&self.plan.layout)?;
        let subjects = columns::subjects(&table, self.request.scope, &self.plan.layout)?;
        let subjects = subjects.map_err(|faults| place.refuse(faults))?;
        let hashes = SubjectHashes::of(&subjects, &self.random);
        let frame = self.plan.frame.build(table).map_err(|error| self.request.unlaid(error))?;
        Ok((done, FramedChunk { place, frame, subjects, hashes }))
    }

    fn judge(
        &self,
        judging: &mut Judging<'p>,
        chunk: FramedChunk,
    ) -> Result<(BatchVerdicts<'p>, StringChunked), TableError> {
        let FramedChunk { place, frame, subjects, hashes } = chunk;
        if self.request.scope != SubjectKind::Portfolio {
            let header = self.plan.layout.subject_header();
            let twice = judging.seen.meet(hashes).into_iter().map(|(row, earlier)| {
                let subject = FileFault::quote(subjects.get(row).unwrap_or_default());
                let earlier = row_number(earlier).unwrap_or(u32::MAX);
                let found = format!("{subject}, déjà à la ligne {earlier}");
                (row, columns::fault(header, found, "un sujet par ligne".to_owned()))
            });
            let twice: Vec<_> = twice.collect();
            if !twice.is_empty() {
                return Err(place.refuse(twice));
            }
        }
        Ok((judging.evaluator.judge(&frame, self.request.explain), subjects))
    }

    fn encode(
        &self,
        verdicts: &BatchVerdicts<'_>,
        subjects: &StringChunked,
        done: u64,
    ) -> Result<Encoded, TableError> {
        let distinct = verdicts.distinct();
        let written = WrittenVerdicts { fired: self.request.fired, explain: self.request.explain };
        let (batch, counts) = VerdictBatch::new(verdicts, &distinct, subjects, written);
        let rows = u64::try_from(subjects.len()).unwrap_or(u64::MAX);
        let mut tally = TableTally { rows, ..TableTally::default() };
        for ((_, verdict), count) in distinct.verdicts().iter().zip(counts) {
            tally.count(verdict, count);
        }
        Ok(Encoded { verdicts: self.encoder.encode(batch)?, tally, done })
    }
}

impl Writing<'_> {
    /// The error itself is in `failure`.
    fn write(&mut self, encoded: Result<Encoded, TableError>) -> Result<(), ()> {
        let written = encoded.and_then(|chunk| {
            self.writer.write(chunk.verdicts)?;
            self.tally.add(chunk.tally);
            let (rows, verdicts) = (self.tally.rows, self.tally.verdicts());
            (self.progress)(Progress { done: chunk.done, of: self.size, rows, verdicts });
            Ok(())
        });
        written.map_err(|error| self.failure = Some(error))
    }
}

/// So that no thread waits for the turn of one that has died.
struct StopOnPanic<'t, 'p>(&'t Pipeline<'p>);

impl Drop for StopOnPanic<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.judging.stop();
            self.0.writing.stop();
        }
    }
}
