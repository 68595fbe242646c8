//! Packs eight truths into the bits of a byte, and unpacks them.

use polars_arrow::bitmap::Bitmap;

/// A word whose bytes are all one.
pub(super) const ONES: u64 = 0x0101_0101_0101_0101;

/// Which values pass a test, one bit each.
pub(super) fn which<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> Bitmap {
    let (eights, rest) = values.as_chunks::<8>();
    let mut bytes = Vec::with_capacity(eights.len() + 1);
    bytes.extend(eights.iter().map(|eight| packed(eight.map(|value| u8::from(test(value))))));
    let mut last = [0; 8];
    for (bit, value) in last.iter_mut().zip(rest) {
        *bit = u8::from(test(*value));
    }
    bytes.push(packed(last));
    Bitmap::from_u8_vec(bytes, values.len())
}

/// Packs eight bytes of zero or one into eight bits, lowest first.
fn packed(bytes: [u8; 8]) -> u8 {
    const TO_THE_TOP: u64 = 0x0102_0408_1020_4080;
    let [.., top] = u64::from_le_bytes(bytes).wrapping_mul(TO_THE_TOP).to_le_bytes();
    top
}

/// Unpacks eight bits into eight bytes of zero or one, lowest first.
pub(super) fn unpacked(bits: u8) -> u64 {
    const BIT_OF_BYTE: u64 = 0x8040_2010_0804_0201;
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let chosen = (u64::from(bits) * ONES) & BIT_OF_BYTE;
    ((chosen + LOW) >> 7) & ONES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_reverses_unpacking() {
        for bits in 0..=u8::MAX {
            let bytes = unpacked(bits).to_le_bytes();
            for (place, byte) in bytes.into_iter().enumerate() {
                assert_eq!(byte, (bits >> place) & 1);
            }
            assert_eq!(packed(bytes), bits);
        }
    }

    #[test]
    fn values_that_pass_are_found_whatever_the_number_of_values() {
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 1000] {
            let values: Vec<i64> = (0..length).map(|place| place * 7 % 11).collect();
            let found: Vec<bool> = which(&values, |value| value > 4).iter().collect();
            let expected: Vec<bool> = values.iter().map(|value| *value > 4).collect();
            assert_eq!(found, expected, "{length}");
        }
    }
}
