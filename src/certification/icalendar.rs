//! The calendar as iCalendar (RFC 5545), for any calendar program.

use super::calendar::Milestone;
use jiff::civil::Date;

/// Octets of a line, the end of the line not counted (RFC 5545, 3.1).
const LINE: usize = 75;

/// The milestones as days of an iCalendar; stamped with a day that is given, so that it is the same
/// whenever it is written.
pub fn icalendar(milestones: &[Milestone], organization: &str, stamp: Date) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//preaudit//certification calendar//EN".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
    ];
    for milestone in milestones {
        let next = milestone.day.saturating_add(jiff::Span::new().days(1));
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@certification.preaudit", milestone.id),
            format!("DTSTAMP:{}T000000Z", digits(stamp)),
            format!("DTSTART;VALUE=DATE:{}", digits(milestone.day)),
            format!("DTEND;VALUE=DATE:{}", digits(next)),
            format!("SUMMARY:{}", escaped(&format!("{organization}: {}", milestone.what))),
            format!("DESCRIPTION:{}", escaped(milestone.why)),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn digits(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// Text of a property: commas, semicolons, backslashes and line ends are escaped (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n").replace(|c: char| c.is_control(), " ")
}

/// A line in parts of at most 75 octets, each but the first behind a blank, never within a character.
fn folded(line: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for letter in line.chars() {
        if width + letter.len_utf8() > LINE {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(letter);
        width += letter.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn lines_are_folded_and_texts_escaped() {
        let milestone = Milestone { id: "stage-2", day: date(2026, 12, 31), what: "Stage 2", why: "a, b; c" };
        let text = icalendar(&[milestone], &"Käfer, Söhne & Co ".repeat(6), date(2026, 7, 1));
        assert!(text.lines().all(|line| line.len() <= LINE), "{text}");
        assert!(text.contains("DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n"), "{text}");
        assert!(text.contains("DESCRIPTION:a\\, b\\; c\r\n"), "{text}");
        assert!(text.replace("\r\n ", "").contains("Käfer\\, Söhne & Co"), "{text}");
    }
}
