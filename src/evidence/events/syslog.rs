//! Lines of syslog, by RFC 3164, RFC 5424, and with the ISO times that rsyslog writes.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

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

/// RFC 5424: version, time, host, program, process, message id, structured data, message.
static RFC5424: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let structured = r#"(?:-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\])+)"#;
    let text = format!(
        r"^<(?P<pri>\d{{1,3}})>[1-9]\d? (?P<time>\S+) (?P<host>\S+) (?P<process>\S+) (?P<pid>\S+) \S+ {structured}(?: \u{{feff}}?(?P<message>.*))?$"
    );
    Regex::new(&text).ok()
});

/// RFC 3164, and the same with an ISO time.
static RFC3164: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let text = r"^(?:<(?P<pri>\d{1,3})>)?(?:(?P<bsd>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)|(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)) (?P<host>\S+) (?:(?P<process>[^\s\[\]:]+)(?:\[(?P<pid>[^\]]*)\])?: ?)?(?P<message>.*)$";
    Regex::new(text).ok()
});

/// The parts of a line; `None` for what is no line of syslog.
pub(in crate::evidence) fn parse(line: &str) -> Option<SyslogLine> {
    rfc5424(line).or_else(|| rfc3164(line))
}

fn rfc5424(line: &str) -> Option<SyslogLine> {
    let found = RFC5424.as_ref()?.captures(line)?;
    let part = |name: &str| found.name(name).map(|part| part.range());
    Some(SyslogLine {
        transport: Transport::Iso,
        priority: part("pri"),
        time: part("time")?,
        host: part("host"),
        process: part("process"),
        pid: part("pid"),
        message: part("message").unwrap_or(line.len()..line.len()),
    })
}

fn rfc3164(line: &str) -> Option<SyslogLine> {
    let found = RFC3164.as_ref()?.captures(line)?;
    let part = |name: &str| found.name(name).map(|part| part.range());
    let (transport, time) = match (part("bsd"), part("iso")) {
        (Some(time), _) => (Transport::Bsd, time),
        (None, Some(time)) => (Transport::Iso, time),
        (None, None) => return None,
    };
    let (host, process, pid, message) = (part("host"), part("process"), part("pid"), part("message")?);
    Some(SyslogLine { transport, priority: part("pri"), time, host, process, pid, message })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
