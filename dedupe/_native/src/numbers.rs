//! Numbers as JSON writes them: the twin of `dedupe/kernels/reference/numbers.py`.

/// Most numbers that are written have so many decimals at most.
const DECIMALS: usize = 6;
const SCALE: f64 = 1e6;
/// Up to here, in scaled units, floats lie closer together than numbers with so many decimals do.
const WHOLE: f64 = 4e15;
/// Smaller numbers have an exponent.
const LEAST: f64 = 1e-4;
/// Numbers from here on have one.
const MOST: i32 = 16;

/// Write a number as the standard library of Python writes it into JSON.
pub fn write(value: f64, out: &mut Vec<u8>) {
    if !value.is_finite() {
        let word: &[u8] = if value.is_nan() { b"NaN" } else { b"Infinity" };
        out.extend(if value == f64::NEG_INFINITY { b"-".as_slice() } else { b"" });
        out.extend(word);
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    let scaled = (value * SCALE).round();
    // No other number with so few decimals is the same float: its digits are the shortest.
    if scaled < WHOLE && scaled / SCALE == value && (value >= LEAST || value == 0.0) {
        write_decimal(scaled as u64, out);
    } else {
        write_shortest(value, out);
    }
}

/// Millionths, without zeros at the end; one decimal is there always.
fn write_decimal(scaled: u64, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 24];
    let (mut at, mut rest) = (digits.len(), scaled);
    while rest > 0 || at > digits.len() - DECIMALS - 1 {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let (whole, decimals) = digits[at..].split_at(digits.len() - DECIMALS - at);
    let end = decimals.iter().rposition(|&digit| digit != b'0').unwrap_or(0) + 1;
    out.extend(whole);
    out.push(b'.');
    out.extend(&decimals[..end]);
}

fn write_shortest(value: f64, out: &mut Vec<u8>) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let point = mantissa.find('.').unwrap_or(mantissa.len());
    // The shortest digits that give the same number are 17 at most, zeros at both ends aside.
    let (mut room, mut count, mut zeros) = ([0; 32], 0, 0);
    for digit in mantissa.bytes().filter(|&byte| byte != b'.') {
        if count == 0 && digit == b'0' {
            zeros += 1;
        } else if let Some(place) = room.get_mut(count) {
            *place = digit;
            count += 1;
        }
    }
    let last = room.iter().rposition(|&digit| digit > b'0').unwrap_or(0);
    let digits = &mut room[..=last];
    let exponent = exponent.parse().unwrap_or(0) + point as i32 - 1 - zeros;
    to_even(value, exponent, digits);
    if (-4..MOST).contains(&exponent) {
        let point = exponent + 1;
        let zeros = |count: i32| std::iter::repeat_n(b'0', usize::try_from(count).unwrap_or(0));
        let whole = usize::try_from(point).unwrap_or(0).min(digits.len());
        if point <= 0 {
            out.push(b'0');
        }
        out.extend(&digits[..whole]);
        out.extend(zeros(point - digits.len() as i32));
        out.push(b'.');
        out.extend(zeros(-point));
        out.extend(&digits[whole..]);
        if whole == digits.len() {
            out.push(b'0');
        }
        return;
    }
    out.push(digits[0]);
    if digits.len() > 1 {
        out.push(b'.');
        out.extend(&digits[1..]);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    out.extend(format!("e{sign}{:02}", exponent.abs()).bytes());
}

/// Of two shortest texts that are as close to a number take the one with the even digit; the greater one is given.
fn to_even(value: f64, exponent: i32, digits: &mut [u8]) {
    let decimals = digits.len() as i32 - 1 - exponent;
    // Halfway between two numbers with so many decimals lie multiples of a power of two alone.
    if digits.last().is_none_or(|digit| digit % 2 == 0) || (decimals >= 0 && (value * 2f64.powi(decimals + 1)).fract() != 0.0) {
        return;
    }
    let exact = format!("{value:.*}", usize::try_from(decimals + 1).unwrap_or(0));
    let exact: Vec<u8> = exact.bytes().filter(|&byte| byte != b'.').skip_while(|&byte| byte == b'0').collect();
    let Some((lower, [b'5', rest @ ..])) = exact.split_at_checked(digits.len()) else { return };
    let text = format!("{}e{}", String::from_utf8_lossy(lower), -decimals);
    if rest.iter().all(|&digit| digit == b'0') && text.parse() == Ok(value) {
        digits.copy_from_slice(lower);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.638064, "0.638064"),
            (0.1, "0.1"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (-1.941741943359375, "-1.941741943359375"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.00012345678901234567, "0.00012345678901234567"),
            (123456.75, "123456.75"),
            (9007199254740993.0, "9007199254740992.0"),
            (3_432_974_693_855_117.0 / 4.0, "858243673463779.2"),
            (1e16, "1e+16"),
            (1.25e22, "1.25e+22"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut bytes = Vec::new();
            write(value, &mut bytes);
            assert_eq!(std::str::from_utf8(&bytes).unwrap(), text);
        }
    }
}
