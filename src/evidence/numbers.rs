//! Numbers as registers write them, with a decimal point or a decimal comma.

use serde::{Deserialize, Serialize};
/// Which sign separates the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DecimalSign {
    /// Nothing says; `1,234` is not decidable then.
    #[default]
    Unproven,
    /// `1,234.5`.
    Point,
    /// `1.234,5`.
    Comma,
    /// The column proves both.
    Contradicted,
}

/// Reads a number with this decimal sign. Blanks around, a currency sign and `%` are left out.
/// `None` for what is no number, or could be two.
pub(super) fn read(text: &str, sign: DecimalSign) -> Option<f64> {
    let text = bare(text)?;
    match (text.contains('.'), text.contains(',')) {
        (false, false) => plain(text),
        _ => match (proof(text), sign) {
            (Some(DecimalSign::Comma), _) | (None, DecimalSign::Comma) => {
                plain(&text.replace('.', "").replace(',', "."))
            }
            (Some(_), _) | (None, DecimalSign::Point) => plain(&text.replace(',', "")),
            (None, _) => None,
        },
    }
}

/// What the cells of a column prove of its decimal sign.
pub(super) fn prove<'a>(cells: impl Iterator<Item = &'a str>) -> DecimalSign {
    let mut sign = DecimalSign::Unproven;
    for proven in cells.filter_map(bare).filter_map(proof) {
        if sign != DecimalSign::Unproven && sign != proven {
            return DecimalSign::Contradicted;
        }
        sign = proven;
    }
    sign
}

/// What one number proves by itself: `4,25` has a decimal comma, `1.234.567` too, `4.25` a point.
/// `1,234` and `1.234` prove nothing... but a point followed by three digits is a decimal point in
/// every export that writes no thousands, so only the comma is in doubt.
fn proof(text: &str) -> Option<DecimalSign> {
    let (points, commas) = (text.matches('.').count(), text.matches(',').count());
    let decimals = |sign: char| text.rsplit_once(sign).map_or(0, |(_, decimals)| decimals.len());
    match (points, commas) {
        (0, 1) if decimals(',') == 3 => None,
        (0, 1) => Some(DecimalSign::Comma),
        (0, 2..) => Some(DecimalSign::Point),
        (1, 0) => Some(DecimalSign::Point),
        (2.., 0) => Some(DecimalSign::Comma),
        (1, _) if text.rfind('.') > text.rfind(',') => Some(DecimalSign::Point),
        (_, 1) if text.rfind(',') > text.rfind('.') => Some(DecimalSign::Comma),
        _ => None,
    }
}

/// The digits and signs of a number, without a remark, currency or percent sign.
fn bare(text: &str) -> Option<&str> {
    let text = text.split(" (").next().unwrap_or(text).trim();
    let text = text.trim_start_matches(['€', '$', '£']).trim_end_matches(['€', '$', '£', '%']).trim();
    let text = text.trim_start_matches("EUR").trim_start_matches("USD").trim_end_matches("EUR").trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
    number.then_some(text)
}

fn plain(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_one_meaning_need_no_proof() {
        for (text, number) in [
            ("5", 5.0),
            ("-3", -3.0),
            ("4.25", 4.25),
            ("4,2 %", 4.2),
            ("8000 EUR", 8000.0),
            ("€ 1.234,50", 1234.5),
            ("1,234.5", 1234.5),
            ("1,234,567", 1_234_567.0),
            ("4 (likely)", 4.0),
            ("1.500", 1.5),
        ] {
            assert_eq!(read(text, DecimalSign::Unproven), Some(number), "{text}");
        }
    }

    #[test]
    fn a_comma_before_three_digits_needs_one() {
        assert_eq!(read("1,234", DecimalSign::Unproven), None);
        assert_eq!(read("1,234", DecimalSign::Comma), Some(1.234));
        assert_eq!(read("1,234", DecimalSign::Point), Some(1234.0));
        assert_eq!(prove(["1,234", "4,5"].into_iter()), DecimalSign::Comma);
        assert_eq!(prove(["1,234", "4.5"].into_iter()), DecimalSign::Point);
        assert_eq!(prove(["4,5", "4.5"].into_iter()), DecimalSign::Contradicted);
    }

    #[test]
    fn words_are_no_numbers() {
        for text in ["", "High", "3 of 4", "12 months", "1e5", "NaN", "1.", ".5", "4h"] {
            assert_eq!(read(text, DecimalSign::Point), None, "{text}");
        }
    }
}
