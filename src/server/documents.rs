//! Files that are open in the editor, as they are there.

use super::position::{Encoding, Lines};
use super::uri;
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A text is no longer.
const LONGEST: usize = 64 << 20;

/// An open file.
#[derive(Debug)]
pub(super) struct Document {
    /// As the client names it.
    pub(super) uri: Uri,
    /// The version of the text.
    pub(super) version: i32,
    /// The text.
    pub(super) text: String,
}

/// All open files, by path.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// Takes a file that is opened; gives its path where it has one.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) -> Option<PathBuf> {
        let path = uri::path(&uri)?;
        self.open.insert(path.clone(), Document { uri, version, text });
        Some(path)
    }

    /// Changes an open file, one change behind the other; gives its path.
    ///
    /// # Errors
    /// When it is not open, or becomes too long; then nothing changes.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Result<PathBuf, String> {
        let not_open = || format!("{uri} is not open");
        let path = uri::path(uri).ok_or_else(not_open)?;
        let document = self.open.get_mut(&path).ok_or_else(not_open)?;
        let mut text = document.text.clone();
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let bytes = Lines::new(&text, encoding).bytes(part.range);
                    text.replace_range(bytes, &part.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    text = whole.text
                }
            }
            if text.len() > LONGEST {
                return Err(format!("{uri} is larger than {} MiB", LONGEST >> 20));
            }
        }
        (document.text, document.version) = (text, version);
        Ok(path)
    }

    /// Forgets a file that is closed; gives its path.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<PathBuf> {
        let path = uri::path(uri)?;
        self.open.remove(&path).map(|_| path)
    }

    /// An open file.
    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// All open files below a folder.
    pub(super) fn below<'d>(&'d self, folder: &'d Path) -> impl Iterator<Item = (&'d Path, &'d Document)> {
        let all = self.open.iter().map(|(path, document)| (path.as_path(), document));
        all.filter(move |(path, _)| path.starts_with(folder))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use gen_lsp_types::{Position, Range, TextDocumentContentChangePartial};

    fn part(line: u32, from: u32, to: u32, text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(line, from), Position::new(line, to));
        TextDocumentContentChangePartial::new(range, None, text.to_owned()).into()
    }

    #[test]
    fn changes_follow_each_other() {
        let uri = Uri::from("file:///a.toml");
        let mut documents = Documents::default();
        documents.open(uri.clone(), 1, "é = 1\nb = 2\n".to_owned());
        let changes = vec![part(0, 0, 1, "𝄞"), part(0, 2, 2, "x"), part(9, 0, 0, "c = 3\n")];
        let path = documents.change(&uri, 2, changes, Encoding::Utf16).unwrap();
        assert_eq!(documents.get(&path).unwrap().text, "𝄞x = 1\nb = 2\nc = 3\n");
        let long = vec![part(0, 0, 0, &"x".repeat(LONGEST))];
        assert!(documents.change(&uri, 3, long, Encoding::Utf16).is_err());
        assert_eq!(documents.get(&path).unwrap().version, 2);
        documents.close(&uri);
        assert!(documents.change(&uri, 4, Vec::new(), Encoding::Utf16).is_err());
    }
}
