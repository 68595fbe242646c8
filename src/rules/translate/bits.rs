//! Runs a circuit over the rows: a few thousand at a time, so that what one step leaves is still
//! near when the next one reads it.

use polars::prelude::BooleanChunked;
use polars::prelude::Column;
use polars::prelude::DataType;
use polars::prelude::Expr;
use polars::prelude::Field;
use polars::prelude::Int8Chunked;
use polars::prelude::IntoColumn as _;
use polars::prelude::PolarsResult;
use polars::prelude::Schema;

use super::circuit::Bit;
use super::circuit::Circuit;
use super::circuit::Step;

/// Rows of a word.
const ROWS: usize = 64;

/// Words that a step works on at a time.
const WORDS: usize = 64;

/// Every byte one.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The codes of a circuit on its conditions, which are columns of booleans.
pub(super) fn codes(circuit: Circuit, conditions: &[Expr]) -> Option<Expr> {
    let (first, others) = conditions.split_first()?;
    Some(first.clone().map_many(
        move |columns| run(&circuit, columns),
        others,
        |_: &Schema, fields| {
            let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
            Ok(Field::new(name, DataType::Int8))
        },
    ))
}

fn run(circuit: &Circuit, columns: &[Column]) -> PolarsResult<Column> {
    let rows = columns.iter().map(Column::len).max().unwrap_or_default();
    let conditions: Vec<Condition> =
        columns.iter().map(|column| Condition::read(column, rows)).collect::<PolarsResult<_>>()?;
    let name = columns.first().map(|column| column.name().clone()).unwrap_or_default();
    Ok(Int8Chunked::from_vec(name, circuit.codes(&conditions, rows)).into_column())
}

/// A condition, a bit a row.
#[derive(Debug)]
struct Condition {
    values: Vec<u64>,
    /// Where it is there; everywhere when there is nothing here.
    present: Option<Vec<u64>>,
}

impl Condition {
    fn read(column: &Column, rows: usize) -> PolarsResult<Self> {
        // A literal comes as one cell.
        if column.len() == 1 && rows != 1 {
            return Ok(Self::of(column.new_from_index(0, rows).bool()?));
        }
        Ok(Self::of(column.bool()?))
    }

    fn of(cells: &BooleanChunked) -> Self {
        let cells = cells.rechunk();
        let mut read = Self { values: Vec::new(), present: None };
        for cells in cells.downcast_iter() {
            let [values, present] = [Some(cells.values()), cells.validity()].map(|bits| {
                bits.map(|bits| {
                    let mut whole = bits.fast_iter_u64();
                    let mut words = Vec::with_capacity(bits.len().div_ceil(ROWS));
                    words.extend(whole.by_ref());
                    let (rest, left) = whole.remainder();
                    words.extend(rest.into_iter().take(left.div_ceil(ROWS)));
                    words
                })
            });
            read = Self { values: values.unwrap_or_default(), present };
        }
        read
    }

    fn write(&self, from: usize, held: bool, words: &mut [u64]) {
        let flip = if held { 0 } else { u64::MAX };
        let values = self.values.get(from..).unwrap_or_default();
        for (word, value) in words.iter_mut().zip(values) {
            *word = value ^ flip;
        }
        if let Some(present) = self.present.as_ref().and_then(|present| present.get(from..)) {
            for (word, present) in words.iter_mut().zip(present) {
                *word &= present;
            }
        }
    }
}

impl Circuit {
    fn codes(&self, conditions: &[Condition], rows: usize) -> Vec<i8> {
        let all = rows.div_ceil(ROWS);
        let width = all.min(WORDS);
        let mut words = vec![0; width * self.steps.len()];
        let mut codes = vec![0_i8; all * ROWS];
        for (from, codes) in (0..all).step_by(WORDS).zip(codes.chunks_mut(WORDS * ROWS)) {
            for (place, step) in self.steps.iter().enumerate() {
                let (before, here) = words.split_at_mut(place * width);
                let at = |step: usize| before.get(step * width..).unwrap_or_default();
                let here = here.get_mut(..width).unwrap_or_default();
                match *step {
                    Step::True(leaf) | Step::False(leaf) => {
                        if let Some(condition) = conditions.get(leaf) {
                            condition.write(from, matches!(step, Step::True(_)), here);
                        }
                    }
                    Step::Not(one) => combine(here, at(one), at(one), |one, _| !one),
                    Step::And(one, other) => combine(here, at(one), at(other), |a, b| a & b),
                    Step::Or(one, other) => combine(here, at(one), at(other), |a, b| a | b),
                    Step::Without(one, other) => combine(here, at(one), at(other), |a, b| a & !b),
                }
            }
            self.spread(&words, width, codes);
        }
        codes.truncate(rows);
        codes
    }

    /// From bits of rows to rows of bits.
    fn spread(&self, words: &[u64], width: usize, codes: &mut [i8]) {
        let mut fixed = 0;
        let mut planes: Vec<(usize, &[u64])> = Vec::new();
        for (place, bit) in self.answer.iter().enumerate() {
            match bit {
                Bit::Zero => {}
                Bit::One => fixed |= ONES << place,
                Bit::Of(step) => {
                    planes.push((place, words.get(step * width..).unwrap_or_default()));
                }
            }
        }
        for (word, codes) in codes.chunks_exact_mut(ROWS).enumerate() {
            let mut bytes = [fixed; 8];
            for (place, plane) in &planes {
                let bits = plane.get(word).copied().unwrap_or_default();
                for (eight, byte) in bytes.iter_mut().zip(bits.to_le_bytes()) {
                    *eight |= spread(byte) << place;
                }
            }
            for (codes, eight) in codes.chunks_exact_mut(8).zip(bytes) {
                codes.copy_from_slice(&eight.to_le_bytes().map(u8::cast_signed));
            }
        }
    }
}

fn combine(into: &mut [u64], one: &[u64], other: &[u64], work: impl Fn(u64, u64) -> u64) {
    for ((word, one), other) in into.iter_mut().zip(one).zip(other) {
        *word = work(*one, *other);
    }
}

/// Eight bits as eight bytes, least first.
fn spread(bits: u8) -> u64 {
    const BIT_OF_BYTE: u64 = 0x8040_2010_0804_0201;
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let chosen = (u64::from(bits) * ONES) & BIT_OF_BYTE;
    ((chosen + LOW) >> 7) & ONES
}
