//! The language server, driven over standard input and output as an editor would.

mod client;
mod evidence;
mod names;
mod packs;

use crate::kit::{program, stderr};
use client::{Client, uri};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A new pack with a rule of each form, as `rule new` writes it.
struct Own {
    _folder: TempDir,
    pack: PathBuf,
}

impl Own {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pack = fs::canonicalize(folder.path()).unwrap().join("own pack");
        for (fault, from) in
            [("register-outdated", "table"), ("sign-in-burst", "log"), ("account-unknown", "join")]
        {
            let made = program(
                folder.path(),
                &["rule", "new", fault, "--from", from, "--pack", pack.to_str().unwrap()],
            );
            assert!(made.status.success(), "{}", stderr(&made));
        }
        Self { _folder: folder, pack }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.pack.join(path)
    }
}

/// The codes of what is shown, in order.
fn codes(shown: &[Value]) -> Vec<&str> {
    shown.iter().map(|one| one["code"].as_str().unwrap()).collect()
}

fn error(response: &Value) -> i64 {
    response["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {response}"))
}

#[test]
fn a_session_begins_and_ends_as_the_protocol_has_it() {
    let mut client = Client::start(&["--stdio"]);
    assert_eq!(error(&client.response("textDocument/hover", json!({}))), -32002);
    let can = client.ask("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
    assert_eq!(can["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(can["capabilities"]["textDocumentSync"]["change"], 2);
    client.tell("initialized", json!({}));
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(error(&client.response("textDocument/hover", json!({}))), -32600);
    client.tell("exit", Value::Null);
    assert_eq!(client.exit(), 0);
}

#[test]
fn a_client_that_is_gone_ends_the_server() {
    let mut client = Client::greet(json!({}));
    client.tell("exit", Value::Null);
    assert_eq!(client.exit(), 1, "nobody shut it down");
    assert_eq!(Client::greet(json!({})).hang_up(), 1);
    assert_eq!(Client::greet(json!({})).leave(), 0);
}

#[test]
fn a_client_that_counts_bytes_is_understood() {
    let mut client = Client::start(&[]);
    let capabilities = json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } });
    let hello = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
    assert_eq!(client.ask("initialize", hello)["capabilities"]["positionEncoding"], "utf-8");
    let own = Own::new();
    let rule = own.file("rules/own/register-outdated.toml");
    let text = fs::read_to_string(&rule).unwrap().replace("= 'r.next", "= '\"é𝄞\" != r.nextt && r.next");
    client.open_as(&rule, &text);
    let shown = client.shown(&rule);
    let wrong = &shown.iter().find(|one| one["code"] == "unknown-field").unwrap()["range"];
    let line = text.lines().find(|line| line.contains("nextt")).unwrap();
    assert_eq!(wrong["start"]["character"], line.find("nextt").unwrap());
    assert_eq!(client.leave(), 0);
}

/// Whatever comes, there is an answer, and the next question is answered as ever.
#[test]
fn what_is_no_message_is_answered_with_an_error_and_nothing_else_happens() {
    let mut client = Client::greet(json!({}));
    let framed = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for malformed in [
        framed("{"),
        framed("[1]"),
        framed("\u{0}\u{0}"),
        framed(&format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{}1{}}}",
            "[".repeat(500),
            "]".repeat(500)
        )),
        "Content-Length: much\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
    ] {
        client.send_bytes(malformed.as_bytes());
        let answer = client.wait(|message| message["id"].is_null() && message.get("error").is_some());
        assert_eq!(error(&answer), -32700, "{malformed:.60}");
    }
    let own = Own::new();
    let rule = own.file("rules/own/register-outdated.toml");
    client.open(&rule);
    let document = json!({ "uri": uri(&rule) });
    let far = json!({ "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 });
    for (method, params, code) in [
        ("textDocument/rename", json!({}), -32601),
        ("textDocument/hover", json!({}), -32602),
        ("textDocument/hover", json!([1, 2]), -32602),
        (
            "textDocument/completion",
            json!({ "textDocument": document, "position": { "line": -1, "character": 0 } }),
            -32602,
        ),
        ("initialize", json!({}), -32601),
        (
            "workspace/textDocumentContent",
            json!({ "uri": "preaudit:/iso27001-2022/../../etc/passwd" }),
            -32602,
        ),
    ] {
        assert_eq!(error(&client.response(method, params.clone())), code, "{method} {params}");
    }
    for document in [
        document,
        json!({ "uri": "untitled:1" }),
        json!({ "uri": "file:///no/where.toml" }),
        json!({ "uri": "%%" }),
    ] {
        for method in ["completion", "hover", "definition"] {
            let params = json!({ "textDocument": document, "position": far });
            let answer = client.ask(&format!("textDocument/{method}"), params);
            assert!(answer.is_null() || answer.is_array(), "{method}: {answer}");
        }
    }
    // What is wrong with a notification is logged, since nobody waits for an answer.
    client.tell("textDocument/didChange", json!({ "textDocument": 1 }));
    client.wait(|message| message["method"] == "window/logMessage");
    client.tell("textDocument/didChange", json!({ "textDocument": { "uri": "file:///other.toml", "version": 2 }, "contentChanges": [{ "text": "x" }] }));
    let told = client.wait(|message| message["method"] == "window/logMessage");
    assert!(told["params"]["message"].as_str().unwrap().contains("is not open"), "{told}");
    client.tell("$/unknown", json!({}));
    assert_eq!(client.leave(), 0);
}

/// A folder with everything below it.
fn seen(folder: &Path) -> crate::kit::Files {
    crate::kit::files_below(folder)
}
