//! What the page may do: nothing but use its own style and its own script.

use sha2::{Digest, Sha256};

/// How the page looks; the text of its only style.
pub(super) const STYLE: &str = include_str!("page/style.css");
/// The filter; the text of its only script.
pub(super) const SCRIPT: &str = include_str!("page/filter.js");

/// A text as a browser reads it, whatever line ends the sources were checked out with.
pub(super) fn embedded(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The content security policy: no request, no frame, no form target, no style and no script but the two
/// that are embedded, told by their hashes.
pub(super) fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(style)),
        base64(&Sha256::digest(script))
    )
}

/// Bytes in Base64 with its padding (RFC 4648, 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        (0..4)
            .map(move |at| (at, bits))
            .map(|(at, bits)| match at <= three.len() {
                true => char::from(LETTERS[(bits >> (18 - 6 * at)) as usize & 63]),
                false => '=',
            })
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (text, wanted) in pairs {
            assert_eq!(base64(text.as_bytes()), wanted);
        }
    }

    /// A style or script that held its own end would end there for a browser.
    #[test]
    fn what_is_embedded_does_not_end_itself() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn what_is_embedded_asks_for_nothing_from_elsewhere() {
        for word in ["url(", "@import", "@font-face", "image-set"] {
            assert!(!STYLE.contains(word), "{word}");
        }
        for word in ["innerHTML", "eval", "fetch", "XMLHttp", "document.write", "import(", "insertAdjacent"] {
            assert!(!SCRIPT.contains(word), "{word}");
        }
    }

    /// Contrast as WCAG 2.2 reckons it (1.4.3: 4.5 for text; 1.4.11: 3 for what tells parts apart).
    #[test]
    fn every_pair_of_colours_can_be_read() {
        let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
        for (theme, text) in [("light", light), ("dark", dark)] {
            for name in ["ink", "quiet", "link"] {
                for ground in ["paper", "surface"] {
                    reads(theme, text, name, ground, 4.5);
                }
            }
            for state in ["major", "minor", "opportunity", "conformity", "idle", "waived", "faulted", "mark"]
            {
                reads(theme, text, &format!("{state}-ink"), &format!("{state}-ground"), 4.5);
            }
            for state in ["major", "minor", "opportunity", "conformity", "waived", "faulted"] {
                reads(theme, text, &format!("{state}-bar"), "paper", 3.0);
            }
            reads(theme, text, "focus", "paper", 3.0);
            reads(theme, text, "edge", "paper", 3.0);
        }
    }

    fn reads(theme: &str, text: &str, front: &str, back: &str, least: f64) {
        let (a, b) = (luminance(color(text, front)), luminance(color(text, back)));
        let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
        assert!(contrast >= least, "{theme}: {front} on {back} is {contrast:.2}, needs {least}");
    }

    fn color<'t>(text: &'t str, name: &str) -> &'t str {
        let key = format!("--{name}: #");
        let at = text.find(&key).unwrap_or_else(|| panic!("no {key}")) + key.len();
        &text[at..at + 6]
    }

    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    }
}
