//! Paths as the protocol names them.

use gen_lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::path::{Path, PathBuf};

/// What stands in the path of a URI as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The scheme of texts that stand in no folder.
pub(super) const SCHEME: &str = "preaudit";

/// The file that a URI names; none where it names none.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let path = uri.0.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let decoded = decoded(path)?;
    let mut path = decoded.as_str();
    // `/C:/packs` of Windows begins with the drive.
    if cfg!(windows) && path.as_bytes().get(2) == Some(&b':') {
        path = path.strip_prefix('/').unwrap_or(path);
    }
    let path = PathBuf::from(path);
    path.is_absolute().then_some(path)
}

/// The URI of a file.
pub(super) fn of_path(path: &Path) -> Uri {
    let shown = path.to_string_lossy().replace('\\', "/");
    let lead = if shown.starts_with('/') { "" } else { "/" };
    Uri(format!("file://{lead}{}", utf8_percent_encode(&shown, PLAIN)))
}

/// The URI of a text of the pack in the binary.
pub(super) fn of_built_in(path: &str) -> Uri {
    Uri(format!("{SCHEME}:/{}/{path}", crate::pack::BUILT_IN))
}

/// The path within the pack in the binary that a URI names.
pub(super) fn built_in(uri: &Uri) -> Option<String> {
    let rest = uri.0.strip_prefix(SCHEME)?.strip_prefix(":/")?;
    let path = rest.trim_start_matches('/').strip_prefix(crate::pack::BUILT_IN)?.strip_prefix('/')?;
    decoded(path)
}

fn decoded(path: &str) -> Option<String> {
    String::from_utf8(percent_decode_str(path).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_path_is_the_same_there_and_back() {
        for name in ["/packs/own/rules/a.toml", "/pläne/Müller & Söhne/a b#1%.csv"] {
            let path = Path::new(name);
            assert_eq!(self::path(&of_path(path)).as_deref(), Some(path), "{name}");
        }
        assert_eq!(path(&Uri::from("untitled:Untitled-1")), None);
        assert_eq!(path(&Uri::from("file://")), None);
        assert_eq!(path(&Uri::from("file:///%ff")), None);
    }

    #[test]
    fn a_text_of_the_pack_in_the_binary_has_a_name() {
        assert_eq!(
            built_in(&of_built_in("controls/annex-a-05.toml")).as_deref(),
            Some("controls/annex-a-05.toml")
        );
        assert_eq!(built_in(&Uri::from("preaudit:/other/pack.toml")), None);
    }
}
