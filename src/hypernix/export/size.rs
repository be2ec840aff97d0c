//! Sizes as the options write them.

use model::Bytes;

/// The size exactly, in the largest unit that divides it: `2Gi`, `1536Mi`, `1000`.
pub fn size(bytes: Bytes) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")];
    let count = bytes.get();
    let unit = UNITS.into_iter().find(|(shift, _)| count != 0 && count.trailing_zeros() >= *shift);
    unit.map_or_else(|| count.to_string(), |(shift, unit)| format!("{}{unit}", count >> shift))
}

#[cfg(test)]
mod tests {
    use model::Bytes;

    use super::size;

    #[test]
    fn a_written_size_reads_back_as_the_same_number() {
        for count in [0, 1, 1000, 1536 << 20, 2 << 30, 3 << 40, 1025] {
            let text = size(Bytes::new(count));
            assert_eq!(text.parse(), Ok(Bytes::new(count)), "{text}");
        }
    }
}
