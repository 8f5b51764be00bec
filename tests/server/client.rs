//! An editor, as far as a language server sees one: it speaks over standard input and output alone.

use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// Nothing takes so long but what hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// An editor with the server that it started.
pub(super) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    heard: Receiver<Value>,
    /// What the server told that nobody asked for yet.
    told: VecDeque<Value>,
    next: i64,
    versions: BTreeMap<PathBuf, i64>,
}

impl Client {
    /// Starts a server and says nothing.
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_preaudit"))
            .arg("lsp")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, heard) = mpsc::channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, heard, told: VecDeque::new(), next: 1, versions: BTreeMap::new() }
    }

    /// Starts a server and says hello, as an editor that can do this.
    pub(super) fn greet(capabilities: Value) -> Self {
        let mut client = Self::start(&[]);
        let hello = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = client.ask("initialize", hello);
        assert_eq!(answer["serverInfo"]["name"], "preaudit", "{answer}");
        client.tell("initialized", json!({}));
        client
    }

    /// Sends bytes as they are.
    pub(super) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Tells something that nobody answers.
    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The whole response to a request.
    pub(super) fn response(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The result of a request.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.response(method, params);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    /// The first message of those that came and those to come that is wanted.
    pub(super) fn wait(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.told.iter().position(&is_wanted) {
            return self.told.remove(at).unwrap();
        }
        loop {
            let message = self.heard.recv_timeout(PATIENCE).expect("the server says something");
            if is_wanted(&message) {
                return message;
            }
            self.told.push_back(message);
        }
    }

    /// Opens a file with the text that it has on the disk.
    pub(super) fn open(&mut self, path: &Path) -> String {
        let text = fs::read_to_string(path).unwrap();
        self.open_as(path, &text);
        text
    }

    /// Opens a file with another text.
    pub(super) fn open_as(&mut self, path: &Path, text: &str) {
        self.versions.insert(path.to_path_buf(), 1);
        let document = json!({ "uri": uri(path), "languageId": "toml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Changes an open file.
    pub(super) fn change(&mut self, path: &Path, changes: Value) {
        let version = self.versions.get_mut(path).unwrap();
        *version += 1;
        let document = json!({ "uri": uri(path), "version": *version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Gives an open file another text.
    pub(super) fn rewrite(&mut self, path: &Path, text: &str) {
        self.change(path, json!([{ "text": text }]));
    }

    /// Saves an open file with this text.
    pub(super) fn save(&mut self, path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        self.tell("textDocument/didSave", json!({ "textDocument": { "uri": uri(path) } }));
    }

    pub(super) fn close(&mut self, path: &Path) {
        self.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// What is shown in a file next.
    pub(super) fn shown(&mut self, path: &Path) -> Vec<Value> {
        let uri = uri(path);
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// What is asked about a place of an open file, which has a line and a character.
    pub(super) fn at(&mut self, method: &str, path: &Path, (line, character): (usize, usize)) -> Value {
        let position = json!({ "line": line, "character": character });
        self.ask(
            &format!("textDocument/{method}"),
            json!({ "textDocument": { "uri": uri(path) }, "position": position }),
        )
    }

    /// Leaves as the protocol has it; gives the exit code of the server.
    pub(super) fn leave(mut self) -> i32 {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.exit()
    }

    /// Waits until the server ends; gives its exit code.
    pub(super) fn exit(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// Hangs up without a word; gives the exit code of the server.
    pub(super) fn hang_up(mut self) -> i32 {
        drop(self.input.take());
        self.exit()
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(number) => length = number.parse().unwrap(),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}

/// The URI of a file whose path needs no escapes but blanks.
pub(super) fn uri(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap().replace(' ', "%20"))
}

/// The text without its `|`, and the line and UTF-16 character where it stood.
pub(super) fn cursor(text: &str) -> (String, (usize, usize)) {
    let at = text.find('|').expect("a cursor");
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap();
    (text.replacen('|', "", 1), (before.matches('\n').count(), line.encode_utf16().count()))
}

/// The part of a text that a range of the protocol means.
pub(super) fn part(text: &str, range: &Value) -> String {
    let number = |end: &str, what: &str| usize::try_from(range[end][what].as_u64().unwrap()).unwrap();
    assert_eq!(number("start", "line"), number("end", "line"), "{range}");
    let line: Vec<u16> = text.split('\n').nth(number("start", "line")).unwrap().encode_utf16().collect();
    String::from_utf16(&line[number("start", "character")..number("end", "character")]).unwrap()
}
