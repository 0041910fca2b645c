//! Entropy of words in integers: the twin of `dedupe/kernels/reference/quality/entropy.py`.

const STEPS: u32 = 16;

/// The binary logarithm of a number from 1 on, in units of 2^-16, rounded down.
fn log2(n: u32) -> u64 {
    let whole = n.ilog2();
    let mut power = u64::from(n) << (31 - whole);
    let mut out = u64::from(whole);
    for _ in 0..STEPS {
        power = (power * power) >> 31;
        let digit = power >> 32;
        power >>= digit;
        out = 2 * out + digit;
    }
    out
}

/// The bits that tell all words by their frequency, in units of 2^-16.
pub fn word_bits(frequency: impl Iterator<Item = u32> + Clone) -> u64 {
    let total: u32 = frequency.clone().sum();
    if total == 0 {
        return 0;
    }
    let all = log2(total);
    // Most words come once or twice.
    let (mut once, mut twice, mut out) = (0, 0, 0);
    for count in frequency {
        match count {
            1 => once += 1,
            2 => twice += 2,
            _ => out += u64::from(count) * (all - log2(count)),
        }
    }
    if twice > 0 {
        out += twice * (all - log2(2));
    }
    out + once * all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_rounded_down() {
        assert_eq!((log2(1), log2(2), log2(1 << 31)), (0, 1 << 16, 31 << 16));
        for n in [3, 5, 1000, 77_777, u32::MAX] {
            let exact = f64::from(n).log2() * 65536.0;
            assert!((log2(n) as f64 - exact).abs() < 3.0, "{n}");
        }
        assert_eq!(word_bits([1, 1].into_iter()), 2 << 16);
        assert_eq!(word_bits([5].into_iter()), 0);
    }
}
