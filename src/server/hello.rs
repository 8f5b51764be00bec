//! What a server says of itself at first.

use super::position::Encoding;
use super::uri;
use gen_lsp_types::{
    CompletionOptions, Registration, RegistrationParams, Save, ServerCapabilities,
    TextDocumentContentOptions, TextDocumentSyncKind, TextDocumentSyncOptions, WorkspaceOptions,
};
use serde_json::json;

/// What a server can do.
pub(super) fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let characters = [".", "\"", "'", "|", " "].map(str::to_owned).to_vec();
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::Incremental),
                save: Some(Save::Bool(true)),
                ..TextDocumentSyncOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(characters),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        workspace: Some(WorkspaceOptions {
            text_document_content: Some(
                TextDocumentContentOptions { schemes: vec![uri::SCHEME.to_owned()] }.into(),
            ),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

/// That it wants to be told of files that others change.
pub(super) fn watching() -> RegistrationParams {
    let watchers = json!({ "watchers": [{ "globPattern": "**/*.{toml,rhai}" }] });
    let registration = Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(watchers),
    };
    RegistrationParams { registrations: vec![registration] }
}
