//! One editor, from its first message to its last.

use super::answer;
use super::board::{Board, Voice};
use super::desk::{Around, Desk, around};
use super::findings::{self, Texts};
use super::hello;
use super::lints;
use super::position::Encoding;
use super::uri;
use super::wire;
use super::{Ending, Sight};
use crate::finding;
use crate::report::Report;
use gen_lsp_types::json_rpc::{Error, Id, RequestObject, ResponseObject};
use gen_lsp_types::{
    ClientCapabilities, Code, CompletionRequest, Definition, DefinitionRequest, Diagnostic,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, ErrorCodes, HoverRequest, InitializeParams,
    InitializeRequest, InitializeResult, LogMessageNotification, LogMessageParams, MessageType,
    PublishDiagnosticsNotification, PublishDiagnosticsParams, RegistrationRequest, Request, ServerInfo,
    ShutdownRequest, TextDocumentContentParams, TextDocumentContentRequest, TextDocumentContentResult,
    TextDocumentPositionParams,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Evidence is read again up to this size, to count its characters as the editor does.
const LARGEST_SHOWN: u64 = 16 << 20;

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody said hello yet.
    New,
    /// Questions are answered.
    Open,
    /// Only the last message is awaited.
    ShutDown,
}

/// A session with an editor.
pub(super) struct Session<W> {
    output: W,
    desk: Desk,
    board: Board,
    phase: Phase,
    client: ClientCapabilities,
    scans: Scans,
}

/// Which folders are scanned, one at a time.
#[derive(Debug, Default)]
struct Scans {
    running: Option<PathBuf>,
    waiting: BTreeSet<PathBuf>,
    /// Folders that were asked for once.
    seen: BTreeSet<PathBuf>,
}

impl<W: Write> Session<W> {
    pub(super) fn new(sight: Arc<Sight>, output: W) -> Self {
        Self {
            output,
            desk: Desk::new(sight),
            board: Board::default(),
            phase: Phase::New,
            client: ClientCapabilities::default(),
            scans: Scans::default(),
        }
    }

    /// Takes a message; gives how the session ended, where it was the last.
    pub(super) fn hear(&mut self, message: RequestObject) -> io::Result<Option<Ending>> {
        let (method, id, params) = message.into_parts();
        let params = params.unwrap_or(Value::Null);
        match id {
            // A response to what this server asked for; nothing depends on it.
            _ if method.is_empty() => {}
            Some(id) => self.answer(&method, id, params)?,
            None if method == "exit" => {
                let is_orderly = self.phase == Phase::ShutDown;
                return Ok(Some(if is_orderly { Ending::Orderly } else { Ending::Abrupt }));
            }
            None if self.phase == Phase::Open => {
                if let Err(reason) = self.notice(&method, params)? {
                    self.log(MessageType::Warning, format!("{method}: {reason}"))?;
                }
            }
            None => {}
        }
        Ok(None)
    }

    /// Tells that something was no message.
    pub(super) fn malformed(&mut self, reason: String) -> io::Result<()> {
        self.fail(Id::Null, ErrorCodes::ParseError, reason)
    }

    fn answer(&mut self, method: &str, id: Id, params: Value) -> io::Result<()> {
        match (self.phase, method) {
            (Phase::New, "initialize") => self.initialize(id, params),
            (Phase::New, _) => self.fail(
                id,
                ErrorCodes::ServerNotInitialized,
                "the first request is `initialize`".to_owned(),
            ),
            (Phase::ShutDown, _) => {
                self.fail(id, ErrorCodes::InvalidRequest, "the session was shut down".to_owned())
            }
            (Phase::Open, "shutdown") => {
                self.phase = Phase::ShutDown;
                self.give::<ShutdownRequest>(id, ())
            }
            (Phase::Open, method) => {
                self.settle()?;
                self.ask(method, id, params)
            }
        }
    }

    /// Answers a question about a text.
    fn ask(&mut self, method: &str, id: Id, params: Value) -> io::Result<()> {
        if method == "workspace/textDocumentContent" {
            return match read::<TextDocumentContentParams>(params).map(|asked| self.text_of(&asked)) {
                Ok(Some(text)) => {
                    self.give::<TextDocumentContentRequest>(id, TextDocumentContentResult { text })
                }
                Ok(None) => self.fail(id, ErrorCodes::InvalidParams, "there is no such text".to_owned()),
                Err(reason) => self.fail(id, ErrorCodes::InvalidParams, reason),
            };
        }
        let known = ["textDocument/completion", "textDocument/hover", "textDocument/definition"];
        if !known.contains(&method) {
            return self.fail(
                id,
                ErrorCodes::MethodNotFound,
                format!("`{method}` is nothing this server knows"),
            );
        }
        let place = match read::<TextDocumentPositionParams>(params) {
            Ok(place) => place,
            Err(reason) => return self.fail(id, ErrorCodes::InvalidParams, reason),
        };
        match method {
            "textDocument/completion" => {
                let items = answer::completion(&self.desk, &place);
                self.give::<CompletionRequest>(id, Some(items.into()))
            }
            "textDocument/hover" => {
                let hover = answer::hover(&self.desk, &place);
                self.give::<HoverRequest>(id, hover)
            }
            _ => {
                let found = answer::definition(&self.desk, &place).or_else(|| self.rule_at(&place));
                let found = found.filter(|found| self.can_show(&found.uri));
                self.give::<DefinitionRequest>(id, found.map(|found| Definition::from(found).into()))
            }
        }
    }

    fn initialize(&mut self, id: Id, params: Value) -> io::Result<()> {
        let params = match read::<InitializeParams>(params) {
            Ok(params) => params,
            Err(reason) => return self.fail(id, ErrorCodes::InvalidParams, reason),
        };
        self.client = params.capabilities;
        let known = self.client.general.as_ref().and_then(|general| general.position_encodings.clone());
        self.desk.encoding = Encoding::of_client(&known.unwrap_or_default());
        self.phase = Phase::Open;
        let name = env!("CARGO_PKG_NAME").to_owned();
        let info = ServerInfo { name, version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let result = InitializeResult::new(hello::capabilities(self.desk.encoding), Some(info));
        self.give::<InitializeRequest>(id, result)
    }

    /// Takes a notification; gives what is wrong with it.
    fn notice(&mut self, method: &str, params: Value) -> io::Result<Result<(), String>> {
        let told = match method {
            "initialized" => return self.register().map(Ok),
            "textDocument/didOpen" => read(params).and_then(|params| self.opened(params)),
            "textDocument/didChange" => read(params).and_then(|params| self.changed(params)),
            "textDocument/didClose" => read(params).map(|params| self.closed(&params)),
            "textDocument/didSave" => read(params).map(|params| self.saved(&params)),
            "workspace/didChangeWatchedFiles" => read(params).map(|params| self.watched(&params)),
            _ => Ok(()),
        };
        Ok(told)
    }

    /// Asks to be told of files that others change, where the client can do that.
    fn register(&mut self) -> io::Result<()> {
        let files = self.client.workspace.as_ref().and_then(|one| one.did_change_watched_files.as_ref());
        if files.and_then(|files| files.dynamic_registration) != Some(true) {
            return Ok(());
        }
        let request = RequestObject::from_request::<RegistrationRequest>(Id::from(1), hello::watching());
        wire::write(&mut self.output, &request)
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) -> Result<(), String> {
        let document = params.text_document;
        let Some(path) = self.desk.documents.open(document.uri, document.version, document.text) else {
            return Ok(());
        };
        if let Some(Around::Evidence(folder)) = around(&path)
            && self.scans.seen.insert(folder.clone())
        {
            self.scans.waiting.insert(folder);
        }
        self.desk.put(&path).map_or(Ok(()), Err)
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) -> Result<(), String> {
        let document = params.text_document;
        let uri = document.text_document_identifier.uri;
        let encoding = self.desk.encoding;
        let path = self.desk.documents.change(&uri, document.version, params.content_changes, encoding)?;
        self.desk.put(&path).map_or(Ok(()), Err)
    }

    /// What was not saved is gone.
    fn closed(&mut self, params: &DidCloseTextDocumentParams) {
        if let Some(path) = self.desk.documents.close(&params.text_document.uri) {
            self.desk.take(&path);
        }
    }

    fn saved(&mut self, params: &DidSaveTextDocumentParams) {
        let Some(path) = uri::path(&params.text_document.uri) else { return };
        self.desk.take(&path);
        if let Some(Around::Evidence(folder)) = around(&path) {
            self.scans.seen.insert(folder.clone());
            self.scans.waiting.insert(folder);
        }
    }

    fn watched(&mut self, params: &DidChangeWatchedFilesParams) {
        let changed = params.changes.iter().filter_map(|change| uri::path(&change.uri));
        changed.for_each(|path| self.desk.take(&path));
    }

    /// Looks at every pack in which something changed, and tells what is another now.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        let mut changed = BTreeSet::new();
        let encoding = self.desk.encoding;
        for workshop in self.desk.workshops.values_mut().filter_map(|one| one.as_mut().ok()) {
            if !workshop.is_stale {
                continue;
            }
            let said = workshop.look().into_iter();
            let said = said.map(|(file, lints)| (file, lints::shown(&lints, encoding))).collect();
            changed.extend(self.board.replace(&Voice::Pack(workshop.folder.clone()), said));
        }
        self.publish(changed)
    }

    /// The folder to scan next, where one waits and none is being scanned.
    pub(super) fn next_scan(&mut self) -> Option<PathBuf> {
        if self.scans.running.is_some() {
            return None;
        }
        self.scans.running = self.scans.waiting.pop_first();
        self.scans.running.clone()
    }

    /// Takes what a scan gave.
    pub(super) fn scanned(
        &mut self,
        folder: &Path,
        judged: Result<Report, Vec<finding::Diagnostic>>,
    ) -> io::Result<()> {
        self.scans.running = None;
        let encoding = self.desk.encoding;
        let (said, told) = match &judged {
            Ok(report) => {
                let texts = self.texts(folder, findings::files(report));
                (findings::of_report(report, folder, &texts, encoding), scan_told(folder, report))
            }
            Err(wrong) => {
                let files = wrong.iter().flat_map(|one| &one.places).map(|place| place.file.as_str());
                let texts = self.texts(folder, files);
                let messages: Vec<String> = wrong.iter().map(ToString::to_string).collect();
                let told = format!("{} cannot be scanned: {}", folder.display(), messages.join("; "));
                (findings::of_wrong(wrong, folder, &texts, encoding), told)
            }
        };
        let kind = if judged.is_ok() { MessageType::Info } else { MessageType::Error };
        self.log(kind, told)?;
        let changed = self.board.replace(&Voice::Evidence(folder.to_path_buf()), said);
        self.publish(changed)
    }

    /// The texts of these files of a folder, as far as they are texts and not too large.
    fn texts<'f>(&self, folder: &Path, files: impl Iterator<Item = &'f str>) -> Texts {
        let files: BTreeSet<&str> = files.collect();
        let read = |file: &str| {
            let bytes = self.desk.sight.world.read(folder, file, LARGEST_SHOWN).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            // An editor shows no byte order mark, and counts none.
            Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
        };
        files.into_iter().filter_map(|file| Some((file.to_owned(), read(file)?))).collect()
    }

    /// The rule that says something of evidence at a place.
    fn rule_at(&self, place: &TextDocumentPositionParams) -> Option<gen_lsp_types::Location> {
        let file = uri::path(&place.text_document.uri)?;
        let is_here =
            |one: &&Diagnostic| one.range.start <= place.position && place.position <= one.range.end;
        let shown = self.board.of(&file);
        let codes = shown.iter().filter(is_here).filter_map(|one| one.code.as_ref());
        codes.into_iter().find_map(|code| match code {
            Code::String(id) => answer::rule(&self.desk, id),
            Code::Int(_) => None,
        })
    }

    /// True for texts that the client can open: files, and others where it asks for their content.
    fn can_show(&self, uri: &gen_lsp_types::Uri) -> bool {
        let asks = self.client.workspace.as_ref().and_then(|one| one.text_document_content.as_ref());
        uri::built_in(uri).is_none() || asks.is_some()
    }

    fn text_of(&self, asked: &TextDocumentContentParams) -> Option<String> {
        let path = uri::built_in(&asked.uri)?;
        let built_in = self.desk.texts().iter().find(|(folder, _)| folder.is_none());
        built_in.and_then(|(_, texts)| texts.get(&path)).map(|source| source.text().to_owned())
    }

    fn publish(&mut self, files: BTreeSet<PathBuf>) -> io::Result<()> {
        for file in files {
            let open = self.desk.documents.get(&file);
            let uri = open.map_or_else(|| uri::of_path(&file), |document| document.uri.clone());
            let version = open.map(|document| document.version);
            let params = PublishDiagnosticsParams::new(uri, version, self.board.of(&file));
            let told = RequestObject::from_notification::<PublishDiagnosticsNotification>(params);
            wire::write(&mut self.output, &told)?;
        }
        Ok(())
    }

    fn log(&mut self, kind: MessageType, message: String) -> io::Result<()> {
        let params = LogMessageParams { kind, message };
        let told = RequestObject::from_notification::<LogMessageNotification>(params);
        wire::write(&mut self.output, &told)
    }

    fn give<R: Request>(&mut self, id: Id, result: R::Result) -> io::Result<()> {
        wire::write(&mut self.output, &ResponseObject::from_success::<R>(id, result))
    }

    fn fail(&mut self, id: Id, code: ErrorCodes, message: String) -> io::Result<()> {
        wire::write(&mut self.output, &ResponseObject::from_error(id, Error { code, message, data: None }))
    }
}

/// Parameters of a message.
fn read<T: DeserializeOwned>(params: Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|error| error.to_string())
}

/// What a scan came to, in one line.
fn scan_told(folder: &Path, report: &Report) -> String {
    let counts: BTreeMap<&str, usize> =
        report.findings.iter().fold(BTreeMap::new(), |mut counts, finding| {
            *counts.entry(finding.state.name()).or_default() += 1;
            counts
        });
    let counts: Vec<String> = counts.iter().map(|(state, number)| format!("{number} {state}")).collect();
    let found = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    let verdict = report.verdict.state.name();
    format!("{}, as of {}: {verdict}, {found}", folder.display(), report.as_of)
}
