//! Runs a bit program over the rows, 4096 at a time, so that the words of one step are still in the
//! cache when the next step reads them.

use polars::prelude::{
    BooleanChunked, Column, DataType, Expr, Field, Int8Chunked, IntoColumn as _, PolarsResult,
    Schema,
};
use polars_arrow::bitmap::Bitmap;

use super::bit_packing::{ONES, unpacked};
use super::bit_program::{Bit, BitProgram, BitStep};

/// Rows per word of bits.
const ROWS: usize = 64;

/// Words that a step computes at a time.
const WORDS: usize = 64;

/// The outcome codes of a bit program, as an expression over its conditions, which are boolean
/// columns.
pub(super) fn codes(program: BitProgram, conditions: &[Expr]) -> Option<Expr> {
    let (first, others) = conditions.split_first()?;
    Some(first.clone().map_many(
        move |columns| run(&program, columns),
        others,
        |_: &Schema, fields| {
            let name = fields.first().map(|field| field.name().clone()).unwrap_or_default();
            Ok(Field::new(name, DataType::Int8))
        },
    ))
}

fn run(program: &BitProgram, columns: &[Column]) -> PolarsResult<Column> {
    let rows = columns.iter().map(Column::len).max().unwrap_or_default();
    let conditions: Vec<Condition> =
        columns.iter().map(|column| Condition::read(column, rows)).collect::<PolarsResult<_>>()?;
    let name = columns.first().map(|column| column.name().clone()).unwrap_or_default();
    Ok(Int8Chunked::from_vec(name, program.codes(&conditions, rows)).into_column())
}

/// A condition, one bit per row.
#[derive(Debug)]
struct Condition {
    values: Vec<u64>,
    /// Whether the condition has a value; `None` when it has one on every row.
    present: Option<Vec<u64>>,
}

impl Condition {
    fn read(column: &Column, rows: usize) -> PolarsResult<Self> {
        // Polars gives a literal as one cell.
        if column.len() == 1 && rows != 1 {
            return Ok(Self::of(column.new_from_index(0, rows).bool()?));
        }
        Ok(Self::of(column.bool()?))
    }

    fn of(cells: &BooleanChunked) -> Self {
        let whole = cells.rechunk();
        let mut read = Self { values: Vec::new(), present: None };
        for chunk in whole.downcast_iter() {
            read = Self { values: words(chunk.values()), present: chunk.validity().map(words) };
        }
        read
    }

    fn write(&self, from: usize, held: bool, words: &mut [u64]) {
        let flip = if held { 0 } else { u64::MAX };
        let values = self.values.get(from..).unwrap_or_default();
        for (word, value) in words.iter_mut().zip(values) {
            *word = value ^ flip;
        }
        if let Some(present) = self.present.as_ref().and_then(|all| all.get(from..)) {
            for (word, there) in words.iter_mut().zip(present) {
                *word &= there;
            }
        }
    }
}

impl BitProgram {
    fn codes(&self, conditions: &[Condition], rows: usize) -> Vec<i8> {
        let all = rows.div_ceil(ROWS);
        let width = all.min(WORDS);
        let mut words = vec![0; width * self.steps.len()];
        let mut codes = vec![0_i8; all * ROWS];
        for (from, piece) in (0..all).step_by(WORDS).zip(codes.chunks_mut(WORDS * ROWS)) {
            for (place, step) in self.steps.iter().enumerate() {
                let (before, here) = words.split_at_mut(place * width);
                let at = |other: usize| before.get(other * width..).unwrap_or_default();
                let here = here.get_mut(..width).unwrap_or_default();
                match *step {
                    BitStep::True(leaf) | BitStep::False(leaf) => {
                        if let Some(condition) = conditions.get(leaf) {
                            condition.write(from, matches!(step, BitStep::True(_)), here);
                        }
                    }
                    BitStep::Not(one) => combine(here, at(one), at(one), |one, _| !one),
                    BitStep::And(one, other) => combine(here, at(one), at(other), |a, b| a & b),
                    BitStep::Or(one, other) => combine(here, at(one), at(other), |a, b| a | b),
                    BitStep::Without(one, other) => {
                        combine(here, at(one), at(other), |a, b| a & !b);
                    }
                }
            }
            self.write_codes(&words, width, piece);
        }
        codes.truncate(rows);
        codes
    }

    /// Transposes bits: from one word per bit of the code to one code per row.
    fn write_codes(&self, words: &[u64], width: usize, codes: &mut [i8]) {
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
        for (word, of_word) in codes.chunks_exact_mut(ROWS).enumerate() {
            let mut bytes = [fixed; 8];
            for (place, plane) in &planes {
                let bits = plane.get(word).copied().unwrap_or_default();
                for (eight, byte) in bytes.iter_mut().zip(bits.to_le_bytes()) {
                    *eight |= unpacked(byte) << place;
                }
            }
            for (of_byte, eight) in of_word.chunks_exact_mut(8).zip(bytes) {
                of_byte.copy_from_slice(&eight.to_le_bytes().map(u8::cast_signed));
            }
        }
    }
}

fn words(bits: &Bitmap) -> Vec<u64> {
    let mut whole = bits.fast_iter_u64();
    let mut words = Vec::with_capacity(bits.len().div_ceil(ROWS));
    words.extend(whole.by_ref());
    let (rest, left) = whole.remainder();
    words.extend(rest.into_iter().take(left.div_ceil(ROWS)));
    words
}

fn combine(into: &mut [u64], one: &[u64], other: &[u64], work: impl Fn(u64, u64) -> u64) {
    for ((word, left), right) in into.iter_mut().zip(one).zip(other) {
        *word = work(*left, *right);
    }
}
