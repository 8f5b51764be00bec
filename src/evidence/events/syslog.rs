//! Lines of syslog, by RFC 3164, RFC 5424, and with the ISO times that rsyslog writes.
//!
//! The heads are read from left to right without a pattern: no part can end in two ways, so nothing
//! is tried twice. The tests keep the patterns that say the same.

use std::ops::Range;

/// How the time of a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) enum Transport {
    /// `Feb 12 14:10:21`, without year and zone (RFC 3164).
    Bsd,
    /// ISO 8601 (RFC 5424, and rsyslog).
    Iso,
}

/// The parts of a line, as bytes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::evidence) struct SyslogLine {
    /// How the time is written.
    pub transport: Transport,
    /// The number between `<` and `>`.
    pub priority: Option<Range<usize>>,
    /// The time.
    pub time: Range<usize>,
    /// The host.
    pub host: Option<Range<usize>>,
    /// The program.
    pub process: Option<Range<usize>>,
    /// Its process number.
    pub pid: Option<Range<usize>>,
    /// The message.
    pub message: Range<usize>,
}

/// The parts of a line; `None` for what is no line of syslog.
pub(in crate::evidence) fn parse(line: &str) -> Option<SyslogLine> {
    rfc5424(line).or_else(|| rfc3164(line))
}

/// Version, time, host, program, process, message id, structured data, message.
fn rfc5424(line: &str) -> Option<SyslogLine> {
    let mut head = Head { line, at: 0 };
    let priority = head.priority()?;
    head.version()?;
    let (time, host, process, pid) = (head.word()?, head.word()?, head.word()?, head.word()?);
    head.word()?;
    head.structured_data()?;
    let message = match head.rest() {
        "" => line.len()..line.len(),
        rest => {
            let message = rest.strip_prefix(' ')?;
            let message = message.strip_prefix('\u{feff}').unwrap_or(message);
            line.len() - message.len()..line.len()
        }
    };
    let (host, process, pid) = (Some(host), Some(process), Some(pid));
    Some(SyslogLine {
        transport: Transport::Iso,
        priority: Some(priority),
        time,
        host,
        process,
        pid,
        message,
    })
}

/// The same as RFC 3164 says it, or with an ISO time.
fn rfc3164(line: &str) -> Option<SyslogLine> {
    let mut head = Head { line, at: 0 };
    let priority = head.priority();
    let rest = head.rest().as_bytes();
    let (transport, length) = match bsd_time(rest) {
        Some(length) => (Transport::Bsd, length),
        None => (Transport::Iso, iso_time(rest)?),
    };
    let time = head.at..head.at + length;
    head.at = time.end;
    head.sign(b' ')?;
    let host = head.word()?;
    let (process, pid) = head.tag().map_or((None, None), |(process, pid)| (Some(process), pid));
    Some(SyslogLine {
        transport,
        priority,
        time,
        host: Some(host),
        process,
        pid,
        message: head.at..line.len(),
    })
}

/// Bytes of a time such as `Feb 12 14:10:21` at the start of a text.
fn bsd_time(text: &[u8]) -> Option<usize> {
    has_shape(text, b"Aaa 99 99:99:99").then_some(15)
}

/// Bytes of a time such as `2026-02-12T14:10:21.123456+01:00` at the start of a text.
fn iso_time(text: &[u8]) -> Option<usize> {
    let mut length = has_shape(text, b"0000-00-00T00:00:00").then_some(19)?;
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if text.get(length) == Some(&b'.') {
        let decimals = digits(length + 1);
        length += if decimals > 0 { decimals + 1 } else { 0 };
    }
    let zone = &text[length..];
    let zones: [&[u8]; 4] = [b"+00:00", b"-00:00", b"+0000", b"-0000"];
    let zone = zones.iter().find(|shape| has_shape(zone, shape)).map_or(0, |shape| shape.len());
    let is_utc = text.get(length) == Some(&b'Z');
    Some(length + if is_utc { 1 } else { zone })
}

/// True when a text begins so: `A` is any capital, `a` a small letter, `0` a digit, `9` a digit or,
/// behind a blank, another one; all else is itself.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    let fits = |(at, sign): (usize, &u8)| {
        let byte = text[at];
        match sign {
            b'A' => byte.is_ascii_uppercase(),
            b'a' => byte.is_ascii_lowercase(),
            b'0' => byte.is_ascii_digit(),
            b'9' => byte.is_ascii_digit() || (byte == b' ' && at == 4),
            _ => byte == *sign,
        }
    };
    text.len() >= shape.len() && shape.iter().enumerate().all(fits)
}

/// What is read of a line so far.
struct Head<'l> {
    line: &'l str,
    at: usize,
}

impl<'l> Head<'l> {
    fn rest(&self) -> &'l str {
        &self.line[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.line.as_bytes().get(self.at).copied()
    }

    fn sign(&mut self, sign: u8) -> Option<()> {
        (self.peek() == Some(sign)).then(|| self.at += 1)
    }

    /// `<34>`, of which the number counts; takes nothing when there is none.
    fn priority(&mut self) -> Option<Range<usize>> {
        let rest = self.rest().as_bytes();
        let digits = rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        let is_one = rest.first() == Some(&b'<') && (1..=3).contains(&digits);
        if !is_one || rest.get(digits + 1) != Some(&b'>') {
            return None;
        }
        let number = self.at + 1..self.at + 1 + digits;
        self.at = number.end + 1;
        Some(number)
    }

    /// A number of one or two digits and the blank behind it.
    fn version(&mut self) -> Option<()> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if !(1..=2).contains(&digits) || self.peek() == Some(b'0') {
            return None;
        }
        self.at += digits;
        self.sign(b' ')
    }

    /// What stands before the next blank, which is taken too.
    fn word(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let length = rest.find(char::is_whitespace).filter(|length| *length > 0)?;
        let word = self.at..self.at + length;
        self.at = word.end;
        self.sign(b' ')?;
        Some(word)
    }

    /// A dash, or elements in brackets, in whose quoted values brackets mean nothing.
    fn structured_data(&mut self) -> Option<()> {
        if self.sign(b'-').is_some() {
            return Some(());
        }
        self.element()?;
        while self.peek() == Some(b'[') {
            self.element()?;
        }
        Some(())
    }

    fn element(&mut self) -> Option<()> {
        self.sign(b'[')?;
        let mut is_quoted = false;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'\\' => self.at += self.rest().chars().next()?.len_utf8(),
                b'"' => is_quoted = !is_quoted,
                b']' if !is_quoted => return Some(()),
                _ => {}
            }
        }
    }

    /// `sshd[16378]: `, the program and its process; takes nothing when there is none.
    fn tag(&mut self) -> Option<(Range<usize>, Option<Range<usize>>)> {
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | ':');
        let length = rest.find(ends).filter(|length| *length > 0)?;
        let process = self.at..self.at + length;
        let inside = rest[length..].strip_prefix('[');
        let (pid, length) = match inside {
            Some(inside) => {
                let digits = memchr::memchr(b']', inside.as_bytes())?;
                (Some(process.end + 1..process.end + 1 + digits), length + digits + 2)
            }
            None => (None, length),
        };
        let behind = rest[length..].strip_prefix(':')?;
        let behind = behind.strip_prefix(' ').unwrap_or(behind);
        self.at = self.line.len() - behind.len();
        Some((process, pid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    fn parts(line: &str) -> Option<(Transport, String, String, String, String)> {
        let found = parse(line)?;
        let text = |range: Option<Range<usize>>| range.map_or(String::new(), |range| line[range].to_owned());
        Some((
            found.transport,
            text(Some(found.time)),
            text(found.host),
            text(found.process),
            text(Some(found.message)),
        ))
    }

    #[test]
    fn lines_of_all_three_kinds_are_read() {
        assert_eq!(
            parts("Feb 12 14:10:21 sd-126005 sshd[16378]: Invalid user pascal from 35.188.49.176 port 53502")
                .unwrap(),
            (
                Transport::Bsd,
                "Feb 12 14:10:21".into(),
                "sd-126005".into(),
                "sshd".into(),
                "Invalid user pascal from 35.188.49.176 port 53502".into()
            )
        );
        assert_eq!(
            parts("<34>1 2026-02-12T14:10:21.5Z host su 12 ID47 [a@1 b=\"c]\\\"\"] \u{feff}'su root' failed")
                .unwrap(),
            (
                Transport::Iso,
                "2026-02-12T14:10:21.5Z".into(),
                "host".into(),
                "su".into(),
                "'su root' failed".into()
            )
        );
        assert_eq!(
            parts("2026-02-12T14:10:21.123456+01:00 host systemd-logind[1]: New session").unwrap().0,
            Transport::Iso
        );
        assert_eq!(
            parts("<13>Jan  2 03:04:05 h message without a program").unwrap().4,
            "message without a program"
        );
    }

    #[test]
    fn what_is_no_syslog_is_none() {
        for line in ["", "hello", "2026-02-12 14:10:21 host x: y", "{\"a\":1}", "Feb 12 host x"] {
            assert_eq!(parts(line), None, "{line}");
        }
    }

    /// RFC 5424 as a pattern.
    fn rfc5424_pattern() -> Regex {
        let structured = r#"(?:-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\])+)"#;
        let text = format!(
            r"^<(?P<pri>[0-9]{{1,3}})>[1-9][0-9]? (?P<iso>\S+) (?P<host>\S+) (?P<process>\S+) (?P<pid>\S+) \S+ {structured}(?: \u{{feff}}?(?P<message>.*))?$"
        );
        Regex::new(&text).unwrap()
    }

    /// RFC 3164 as a pattern, and the same with an ISO time.
    fn rfc3164_pattern() -> Regex {
        let bsd = "[A-Z][a-z]{2} [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]";
        let day = "[0-9]{4}-[0-9][0-9]-[0-9][0-9]";
        let iso =
            format!(r"{day}T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:\.[0-9]+)?(?:Z|[+-][0-9][0-9]:?[0-9][0-9])?");
        let tag = r"(?P<process>[^\s\[\]:]+)(?:\[(?P<pid>[^\]]*)\])?: ?";
        let text = format!(
            r"^(?:<(?P<pri>[0-9]{{1,3}})>)?(?:(?P<bsd>{bsd})|(?P<iso>{iso})) (?P<host>\S+) (?:{tag})?(?P<message>.*)$"
        );
        Regex::new(&text).unwrap()
    }

    fn by_pattern(pattern: &Regex, line: &str) -> Option<SyslogLine> {
        let found = pattern.captures(line)?;
        let part = |name: &str| found.name(name).map(|part| part.range());
        let transport = if part("bsd").is_some() { Transport::Bsd } else { Transport::Iso };
        Some(SyslogLine {
            transport,
            priority: part("pri"),
            time: part("bsd").or_else(|| part("iso"))?,
            host: part("host"),
            process: part("process"),
            pid: part("pid"),
            message: part("message").unwrap_or(line.len()..line.len()),
        })
    }

    const LINES: [&str; 6] = [
        "Feb 12 14:10:21 sd-126005 sshd[16378]: Invalid user pascal from 35.188.49.176 port 53502",
        "<13>Jan  2 03:04:05 h a message",
        "<34>1 2026-02-12T14:10:21.5Z host su 12 ID47 [a@1 b=\"c]\\\"\"][x] \u{feff}'su root' failed",
        "<165>12 - - - - - - no structured data",
        "2026-02-12T14:10:21.123456+01:00 hôst systemd-logind[1]:New session",
        "<1>2026-02-12T14:10:21-0530 h p: m",
    ];

    proptest! {
        /// Lines of all kinds, with pieces of each other in them.
        #[test]
        fn heads_are_read_as_the_patterns_say(
            line in prop::sample::select(LINES.to_vec()),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, "[-<>\\[\\]:\"\\\\ \t0-9aZT+.\u{feff}\u{a0}\u{662}é]{0,3}"), 0..5),
        ) {
            let mut line: Vec<char> = line.chars().collect();
            for (at, taken, put) in changes {
                let at = at.index(line.len() + 1);
                let end = (at + taken).min(line.len());
                line.splice(at..end, put.chars());
            }
            let line: String = line.into_iter().collect();
            let patterns = [rfc5424_pattern(), rfc3164_pattern()];
            let said = patterns.iter().find_map(|pattern| by_pattern(pattern, &line));
            prop_assert_eq!(parse(&line), said, "{:?}", line);
        }
    }
}
