//! An engine on all rows, on every core: first its verdicts are compared, then it is timed.

use std::hint::black_box;
use std::ops::Range;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::exchange::Exchange;

/// The best of so many, unless one alone takes long.
const TIMES: usize = 3;
const LONG: Duration = Duration::from_secs(40);

/// A rule engine with its rules compiled and its rows laid out as it likes them best: neither is
/// timed.
pub trait Peer: Sized {
    const NAME: &str;
    const HOW: &str;

    fn set_up(exchange: &Exchange, rows: Range<usize>) -> Result<Self, String>;

    /// The verdicts of all rules on one of its rows.
    fn judge(&mut self, row: usize, verdicts: &mut Vec<i64>) -> Result<(), String>;
}

/// Nanoseconds per row and rule.
pub fn time<P: Peer>(exchange: &Exchange) -> Result<f64, String> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = exchange.rows.len().div_ceil(workers);
    let start = Barrier::new(workers);
    let took = thread::scope(|scope| {
        let started = (0..workers).map(|worker| {
            let from = (worker * share).min(exchange.rows.len());
            let to = (from + share).min(exchange.rows.len());
            let start = &start;
            scope.spawn(move || work::<P>(exchange, from..to, start))
        });
        let started: Vec<_> = started.collect();
        let joined = started.into_iter().map(|worker| worker.join().expect("an engine panicked"));
        joined.collect::<Result<Vec<_>, String>>()
    })?;
    // Each round is as long as its slowest worker.
    let rounds = (0..TIMES).filter_map(|round| {
        took.iter().map(|rounds| rounds.get(round).copied()).collect::<Option<Vec<_>>>()
    });
    let best = rounds.filter_map(|round| round.into_iter().max()).min().expect("one round");
    let count = exchange.rows.len() * exchange.passes * exchange.rules.len();
    Ok(best.as_secs_f64() * 1e9 / count as f64)
}

fn work<P: Peer>(
    exchange: &Exchange,
    rows: Range<usize>,
    start: &Barrier,
) -> Result<Vec<Duration>, String> {
    let ready = P::set_up(exchange, rows.clone())
        .and_then(|mut peer| compare(&mut peer, exchange, rows.clone()).map(|()| peer));
    start.wait();
    // One that is not ready must not keep the others waiting.
    let mut peer = ready?;
    let mut took = Vec::new();
    let mut verdicts = Vec::with_capacity(exchange.rules.len());
    for _ in 0..TIMES {
        let started = Instant::now();
        for _ in 0..exchange.passes {
            for row in 0..rows.len() {
                verdicts.clear();
                peer.judge(black_box(row), &mut verdicts)?;
                black_box(&verdicts);
            }
        }
        took.push(started.elapsed());
        if started.elapsed() > LONG {
            break;
        }
    }
    Ok(took)
}

/// Refuses an engine that does not say what Vigie says.
fn compare<P: Peer>(peer: &mut P, exchange: &Exchange, rows: Range<usize>) -> Result<(), String> {
    let mut verdicts = Vec::new();
    for (place, row) in rows.enumerate() {
        verdicts.clear();
        peer.judge(place, &mut verdicts).map_err(|error| format!("{}: {error}", P::NAME))?;
        if verdicts.len() != exchange.rules.len() {
            return Err(format!("{}: {} verdicts on row {row}", P::NAME, verdicts.len()));
        }
        for (rule, found) in exchange.rules.iter().zip(&verdicts) {
            let expected = rule.verdicts[row];
            if *found != expected {
                return Err(format!(
                    "{}: rule {} on row {row}: found {found}, expected {expected}",
                    P::NAME,
                    rule.id
                ));
            }
        }
    }
    Ok(())
}
