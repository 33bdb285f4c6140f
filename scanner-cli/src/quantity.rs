//! Numbers as people read them: `1,204`, `13.2 MB`, `0.04 s`.

use std::time::Duration;

/// A number with its thousands apart.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things.
pub(crate) fn things(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A number of bytes in decimal units.
pub(crate) fn size(bytes: u64) -> String {
    let mut number = bytes as f64;
    if bytes < 1000 {
        return things(bytes, "byte", "bytes");
    }
    let mut unit = "";
    for next in ["kB", "MB", "GB", "TB"] {
        // What would be rounded to 1000.0 takes the next unit.
        if number < 999.95 && !unit.is_empty() {
            break;
        }
        number /= 1000.0;
        unit = next;
    }
    format!("{number:.1} {unit}")
}

/// A duration with two digits that count.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.0995 {
        format!("{seconds:.3} s")
    } else if seconds < 9.95 {
        format!("{seconds:.2} s")
    } else {
        format!("{seconds:.0} s")
    }
}

/// A duration that may be short, in milliseconds.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (100_000, "100,000"),
        ] {
            assert_eq!(count(number), text);
        }
        for (bytes, text) in [
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (13_200_000, "13.2 MB"),
            (999_960, "1.0 MB"),
            (5_000_000_000_000_000, "5000.0 TB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        for (millis, text) in [(4, "0.004 s"), (140, "0.14 s"), (2_340, "2.34 s"), (61_000, "61 s")]
        {
            assert_eq!(seconds(Duration::from_millis(millis)), text);
        }
    }
}
