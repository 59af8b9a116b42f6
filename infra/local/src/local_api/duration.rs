//! Durations as people write them: `30d`, `12h`, `90m`, `2w`.

use chrono::Duration;

/// A turn of the clock: at most 400 days forward.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "must be a number with m, h, d or w, such as 30d, and at most 400d".to_owned();
    let text = text.trim();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: i64 =
        text.get(..text.len() - unit.len_utf8()).and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    let minutes = match unit {
        'm' => Some(1),
        'h' => Some(60),
        'd' => Some(24 * 60),
        'w' => Some(7 * 24 * 60),
        _ => None,
    };
    let total = minutes.and_then(|minutes| number.checked_mul(minutes)).ok_or_else(wrong)?;
    if (1..=400 * 24 * 60).contains(&total) { Ok(Duration::minutes(total)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        assert_eq!(parse("30d"), Ok(Duration::days(30)));
        assert_eq!(parse("90m"), Ok(Duration::minutes(90)));
        assert_eq!(parse("2w"), Ok(Duration::days(14)));
        for wrong in ["", "d", "30", "-1d", "0h", "30 years", "401d", "9999999999999999999d", "3ä"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
