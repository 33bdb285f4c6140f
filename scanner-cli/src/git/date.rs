//! Dates: those that people write, and those in reports. The proleptic Gregorian calendar, no time zones
//! but offsets.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::exit::Failure;

const DAY: i64 = 86_400;

/// Seconds since 1970 of a date as people write it. Without an offset, it is in UTC.
pub(crate) fn parse(text: &str) -> Result<i64, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    read(text.trim(), now as i64).ok_or_else(|| {
        Failure::new(format!(
            "`{text}` is no date: write 2026-01-31, 2026-01-31T12:00Z, `2 weeks ago` or @1769860800"
        ))
    })
}

fn read(text: &str, now: i64) -> Option<i64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    let words: Vec<&str> =
        text.split([' ', '.']).filter(|word| !word.is_empty() && *word != "ago").collect();
    if let [number, unit] = words[..]
        && let Ok(number) = number.parse::<u32>()
    {
        let days = match unit.strip_suffix('s').unwrap_or(unit) {
            "day" => 1,
            "week" => 7,
            "month" => 30,
            "year" => 365,
            _ => return None,
        };
        return Some(now - i64::from(number) * days * DAY);
    }
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year @ 1..=9999, month @ 1..=12, day] = parts[..] else { return None };
    let number = days(year, month, day);
    if civil(number) != (year, month, day) {
        return None;
    }
    Some(number * DAY + time.map_or(Some(0), seconds)?)
}

/// `12:00`, `12:00:30`, with `Z` or `+01:00` behind it.
fn seconds(text: &str) -> Option<i64> {
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let fields = |text: &str| -> Option<i64> {
        let parts: Vec<i64> =
            text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        match parts[..] {
            [hour @ 0..=23, minute @ 0..=59] => Some(hour * 3600 + minute * 60),
            [hour @ 0..=23, minute @ 0..=59, second @ 0..=60] => {
                Some(hour * 3600 + minute * 60 + second)
            }
            _ => None,
        }
    };
    let offset = match offset {
        "" | "Z" => 0,
        _ => {
            let digits = offset[1..].trim();
            let with_colon = match digits.split_at_checked(2) {
                Some((hours, minutes)) if !minutes.is_empty() && !minutes.starts_with(':') => {
                    format!("{hours}:{minutes}")
                }
                _ => digits.to_owned(),
            };
            fields(&with_colon)? * if offset.starts_with('-') { -1 } else { 1 }
        }
    };
    Some(fields(clock.trim())? - offset)
}

/// A time as reports have it, at an offset from UTC in seconds: `2026-01-31T12:00:00+01:00`.
pub(crate) fn show(time: i64, offset: i32) -> String {
    let local = time.saturating_add(i64::from(offset));
    let (year, month, day) = civil(local.div_euclid(DAY));
    let second = local.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs() / 60;
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}",
        minutes / 60,
        minutes % 60
    )
}

/// Days since 1970 of a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day.saturating_add(719_468);
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let number = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, seconds) in [
            ("1970-01-01", Some(0)),
            ("2000-02-29", Some(951_782_400)),
            ("2026-01-31T12:00Z", Some(1_769_860_800)),
            ("2026-01-31T13:00:00+01:00", Some(1_769_860_800)),
            ("2026-01-31 07:00 -0500", Some(1_769_860_800)),
            ("@17", Some(17)),
            ("2 weeks ago", Some(1_000_000_000 - 14 * DAY)),
            ("1.day.ago", Some(1_000_000_000 - DAY)),
            ("2026-02-30", None),
            ("2026-13-01", None),
            ("yesterday", None),
            ("", None),
            ("2026", None),
            ("2026-01-31T25:00", None),
        ] {
            assert_eq!(read(text, 1_000_000_000), seconds, "{text}");
        }
    }

    #[test]
    fn shown() {
        assert_eq!(show(0, 0), "1970-01-01T00:00:00+00:00");
        assert_eq!(show(1_769_860_800, 3600), "2026-01-31T13:00:00+01:00");
        assert_eq!(show(-1, -5400), "1969-12-31T22:29:59-01:30");
        for day in -200_000..200_000 {
            let (year, month, number) = civil(day);
            assert_eq!(days(year, month, number), day);
        }
        // What an object claims may be anything.
        show(i64::MAX, i32::MAX);
        show(i64::MIN, i32::MIN);
    }
}
