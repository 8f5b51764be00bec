//! Messages on the wire: JSON behind a header, as the base protocol has it.
//!
//! What is no message is told and skipped, and what comes behind it is read as ever. `lsp-server`
//! would do this too, but for bounds: it takes whatever length a header claims, and ends at the first
//! message that is none.

use gen_lsp_types::json_rpc::RequestObject;
use std::io::{self, BufRead, Read, Write};

/// A message is no longer.
const LONGEST: u64 = 64 << 20;
/// A line of a header is no longer.
const LONGEST_LINE: u64 = 8 << 10;

/// What came over the wire.
#[derive(Debug)]
pub(super) enum Heard {
    /// A request, a notification, or a response, which has no method.
    Message(Box<RequestObject>),
    /// Something that is no message, and why.
    Malformed(String),
    /// Nothing comes any more.
    End,
}

/// Reads the next message.
///
/// # Errors
/// When the wire breaks.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Heard> {
    let Some(length) = header(input)? else { return Ok(Heard::End) };
    let length = match length {
        Ok(length) => length,
        Err(reason) => return Ok(Heard::Malformed(reason)),
    };
    let mut body = input.take(length);
    if length > LONGEST {
        io::copy(&mut body, &mut io::sink())?;
        return Ok(Heard::Malformed(format!("a message is larger than {} MiB", LONGEST >> 20)));
    }
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Ok(Heard::End);
    }
    Ok(match serde_json::from_slice(&bytes) {
        Ok(message) => Heard::Message(Box::new(message)),
        Err(error) => Heard::Malformed(format!("a message is no JSON-RPC 2.0: {error}")),
    })
}

/// The length that a header gives; none at the end of the wire.
fn header(input: &mut impl BufRead) -> io::Result<Option<Result<u64, String>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(Some(length.unwrap_or_else(|| Err("a header gives no Content-Length".to_owned()))));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            let read = value.trim().parse();
            length = Some(read.map_err(|_| format!("the Content-Length `{}` is no number", value.trim())));
        }
    }
}

/// Writes a message.
///
/// # Errors
/// When the wire breaks.
pub(super) fn write(output: &mut impl Write, message: &impl serde::Serialize) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
    output.write_all(&body)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(bytes: &[u8]) -> Vec<Heard> {
        let mut input = bytes;
        let mut heard = Vec::new();
        loop {
            match read(&mut input).unwrap() {
                Heard::End => return heard,
                one => heard.push(one),
            }
        }
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn what_is_no_message_is_told_and_the_next_one_is_read() {
        let exit = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        for malformed in [
            framed("{"),
            framed("[]"),
            framed("{\"jsonrpc\":\"1.0\",\"method\":\"exit\"}"),
            framed(&"[".repeat(100_000)),
            "Content-Length: many\r\n\r\n".to_owned(),
            "Content-Length: -1\r\n\r\n".to_owned(),
            "hello\r\n\r\n".to_owned(),
            "\r\n".to_owned(),
        ] {
            let heard = heard([malformed.as_str(), &exit].concat().as_bytes());
            assert!(matches!(&heard[0], Heard::Malformed(_)), "{malformed:.40}: {:?}", heard[0]);
            let Heard::Message(message) = &heard[1] else { panic!("{malformed:.40}: {heard:?}") };
            assert_eq!(message.method(), "exit");
        }
    }

    #[test]
    fn a_length_that_nobody_sends_takes_no_memory() {
        let claims = format!("Content-Length: {}\r\n\r\nshort", u64::MAX);
        assert!(matches!(&heard(claims.as_bytes())[..], [Heard::Malformed(_)]));
        let claims = format!("Content-Length: {LONGEST}\r\n\r\nshort");
        assert!(heard(claims.as_bytes()).is_empty());
    }
}
