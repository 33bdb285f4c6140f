//! Dates without a clock: Unix seconds to a day and back.
//!
//! Apart because the checks need four lines of calendar and no library or clock.

/// The UTC date of a moment as `YYYY-MM-DD`, or nothing for one that no token can mean.
pub(super) fn iso_date(seconds: i64) -> Option<String> {
    // To the year 9999.
    if !(0..253_402_300_800).contains(&seconds) {
        return None;
    }
    let (year, month, day) = civil_from_days(seconds / 86_400);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// When a URL signed by AWS ends: its `X-Amz-Date` and `X-Amz-Expires`.
pub(super) fn of_signed_url(url: &[u8]) -> Option<i64> {
    let value = |name: &[u8]| {
        let at = super::encoding::find(url, name)? + name.len();
        url.get(at..)?.split(|&byte| byte == b'&').next()
    };
    let number = |text: &[u8]| -> Option<i64> { std::str::from_utf8(text).ok()?.parse().ok() };
    let date = value(b"X-Amz-Date=")?;
    let field = |from: usize, to: usize| number(date.get(from..to)?).filter(|&n| n >= 0);
    let days = days_from_civil(field(0, 4)?, field(4, 6)?, field(6, 8)?);
    let time = field(9, 11)? * 3600 + field(11, 13)? * 60 + field(13, 15)?;
    (days * 86_400 + time).checked_add(number(value(b"X-Amz-Expires=")?)?)
}

// Both count years from March, so that the leap day is a year's last, in eras of 400 years.

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_both_ways() {
        for (seconds, date) in
            [(0, "1970-01-01"), (951_782_400, "2000-02-29"), (1_767_225_599, "2025-12-31")]
        {
            assert_eq!(iso_date(seconds).as_deref(), Some(date));
        }
        assert_eq!(days_from_civil(2000, 2, 29), 951_782_400 / 86_400);
        assert_eq!(iso_date(-1), None);
        assert_eq!(iso_date(i64::MAX), None);
    }
}
