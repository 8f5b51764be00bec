//! Lengths of time and numbers as policies write them: `24 hours`, `innerhalb von drei Tagen`.
//!
//! Words of English, German, Spanish, French and Italian. What is in no list is no length: `two
//! working days` are not two days.

use crate::time::Duration;

/// What a unit is, and its words.
type Unit = (fn(i64) -> Option<Duration>, &'static [&'static str]);

const UNITS: &[Unit] = &[
    (|n| seconds(n, 60), &["minute", "minutes", "min", "minuten", "minuto", "minutos", "minuti"]),
    (
        |n| seconds(n, 3_600),
        &["hour", "hours", "h", "stunde", "stunden", "std", "hora", "horas", "heure", "heures", "ora", "ore"],
    ),
    (
        |n| seconds(n, 86_400),
        &[
            "day",
            "days",
            "d",
            "tag",
            "tage",
            "tagen",
            "tages",
            "kalendertag",
            "kalendertage",
            "kalendertagen",
            "día",
            "días",
            "dia",
            "dias",
            "jour",
            "jours",
            "giorno",
            "giorni",
        ],
    ),
    (
        |n| seconds(n, 604_800),
        &[
            "week",
            "weeks",
            "woche",
            "wochen",
            "semana",
            "semanas",
            "semaine",
            "semaines",
            "settimana",
            "settimane",
        ],
    ),
    (
        |n| months(n, 1),
        &["month", "months", "monat", "monate", "monaten", "monats", "mes", "meses", "mois", "mese", "mesi"],
    ),
    (
        |n| months(n, 12),
        &[
            "year", "years", "jahr", "jahre", "jahren", "jahres", "año", "años", "an", "ans", "année",
            "années", "annee", "annees", "anno", "anni",
        ],
    ),
];

/// One to twelve, in the languages above.
const NUMBERS: [&[&str]; 12] = [
    &["one", "a", "an", "ein", "eine", "einem", "einen", "einer", "eines", "un", "una", "uno", "une"],
    &["two", "zwei", "dos", "deux", "due"],
    &["three", "drei", "tres", "trois", "tre"],
    &["four", "vier", "cuatro", "quatre", "quattro"],
    &["five", "fünf", "fuenf", "cinco", "cinq", "cinque"],
    &["six", "sechs", "seis", "sei"],
    &["seven", "sieben", "siete", "sept", "sette"],
    &["eight", "acht", "ocho", "huit", "otto"],
    &["nine", "neun", "nueve", "neuf", "nove"],
    &["ten", "zehn", "diez", "dix", "dieci"],
    &["eleven", "elf", "once", "onze", "undici"],
    &["twelve", "zwölf", "zwoelf", "doce", "douze", "dodici"],
];

/// A number and its unit; `None` for anything else.
pub(super) fn length(text: &str) -> Option<Duration> {
    let text = text.trim().to_lowercase();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = match digits {
        0 => text.split_once([' ', '-'])?,
        _ => text.split_at(digits),
    };
    let unit = unit.trim_start_matches([' ', '-', '\u{a0}']);
    let (made, _) = UNITS.iter().find(|(_, words)| words.contains(&unit))?;
    made(whole(number)?)
}

/// A whole number in digits, or one to twelve in words.
pub(super) fn whole(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let at = NUMBERS.iter().position(|words| words.contains(&text.as_str()))?;
    i64::try_from(at + 1).ok()
}

fn seconds(number: i64, each: i64) -> Option<Duration> {
    number.checked_mul(each).map(Duration::seconds)
}

fn months(number: i64, each: i64) -> Option<Duration> {
    i32::try_from(number.checked_mul(each)?).ok().map(Duration::months)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_five_languages() {
        for (text, wanted) in [
            ("24 hours", "1d"),
            ("1 day", "24h"),
            ("one month", "1mo"),
            ("30-days", "30d"),
            ("14d", "14d"),
            ("drei Tagen", "3d"),
            ("2 Wochen", "14d"),
            ("einem Monat", "1mo"),
            ("72 horas", "3d"),
            ("un año", "12mo"),
            ("15 días", "15d"),
            ("deux semaines", "2w"),
            ("1 an", "1y"),
            ("sei mesi", "6mo"),
            ("10 giorni", "10d"),
            ("15 Minuten", "15m"),
        ] {
            assert_eq!(length(text), wanted.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_the_calendar_is_none() {
        for text in ["", "2", "days", "two working days", "3 Arbeitstagen", "1,5 days", "soon", "0x2 days"] {
            assert_eq!(length(text), None, "{text}");
        }
        assert_eq!(length("99999999999999999 years"), None);
    }

    #[test]
    fn whole_numbers_are_digits_or_small_words() {
        assert_eq!((whole("12"), whole("Zwölf"), whole("tre")), (Some(12), Some(12), Some(3)));
        assert_eq!((whole(""), whole("-3"), whole("many")), (None, None, None));
    }
}
