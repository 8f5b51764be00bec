//! Lints as an editor shows them.

use super::position::{Encoding, Lines};
use crate::lint::{Level, Lint};
use gen_lsp_types::{Code, Diagnostic, DiagnosticSeverity, Message};

/// The lints of one file.
pub(super) fn shown(lints: &[Lint], encoding: Encoding) -> Vec<Diagnostic> {
    let Some(first) = lints.first() else { return Vec::new() };
    let lines = Lines::new(first.source.text(), encoding);
    let show = |lint: &Lint| {
        let severity = match lint.level() {
            Level::Error => DiagnosticSeverity::Error,
            Level::Warning => DiagnosticSeverity::Warning,
            Level::Note => DiagnosticSeverity::Information,
        };
        let help = lint.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        Diagnostic {
            range: lines.range(lint.range.clone()),
            severity: Some(severity),
            code: Some(Code::String(lint.id.name().to_owned())),
            source: Some("preaudit".to_owned()),
            message: Message::String(format!("{}{help}", lint.message)),
            ..Diagnostic::default()
        }
    };
    lints.iter().map(show).collect()
}
