//! What is wrong with a pack, told as it is typed.

use super::client::{Client, part};
use super::{Own, codes, seen};
use serde_json::{Value, json};
use std::fs;

/// What is shown in a file that has nothing wrong but what is still to be done.
fn but_todos(shown: &[Value]) -> Vec<&str> {
    codes(shown).into_iter().filter(|code| *code != "todo-left").collect()
}

#[test]
fn a_rule_is_looked_at_as_it_is_typed_and_not_as_it_was_saved() {
    let own = Own::new();
    let before = seen(&own.pack);
    let rule = own.file("rules/own/register-outdated.toml");
    let mut client = Client::greet(json!({}));
    let text = client.open(&rule);
    let shown = client.shown(&rule);
    assert!(shown.iter().all(|one| one["code"] == "todo-left"), "{shown:?}");
    assert_eq!(shown[0]["source"], "preaudit");

    // A letter too much, behind characters that UTF-16 counts in one unit and in two.
    let changed =
        text.replace("r.next_review + params", "\"é𝄞\" != r.next_revieww && r.next_review + params");
    let at = changed.lines().position(|line| line.contains("revieww")).unwrap();
    let old = text.lines().nth(at).unwrap();
    let from = old[..old.find("r.next_review + params").unwrap()].encode_utf16().count();
    let range =
        json!({ "start": { "line": at, "character": from }, "end": { "line": at, "character": from } });
    client.change(&rule, json!([{ "range": range, "text": "\"é𝄞\" != r.next_revieww && " }]));
    let shown = client.shown(&rule);
    let wrong = shown.iter().find(|one| one["code"] == "unknown-field").unwrap();
    assert_eq!(part(&changed, &wrong["range"]), "next_revieww");
    assert_eq!(wrong["severity"], 1);
    assert!(wrong["message"].as_str().unwrap().contains("did you mean `next_review`"), "{wrong}");

    // Half of a line is no TOML, and the rest is not forgotten.
    client.rewrite(&rule, &changed.replace("grade = \"minor\"", "grade = \"min"));
    assert_eq!(codes(&client.shown(&rule)), ["malformed"]);
    client.rewrite(&rule, &text);
    assert!(but_todos(&client.shown(&rule)).is_empty());

    // What was not saved is gone with the window.
    client.rewrite(&rule, &changed);
    assert_eq!(but_todos(&client.shown(&rule)), ["unknown-field"]);
    client.close(&rule);
    assert!(but_todos(&client.shown(&rule)).is_empty());
    assert_eq!(client.leave(), 0);
    assert!(seen(&own.pack) == before, "a server writes nothing");
}

#[test]
fn a_script_and_its_declaration_are_looked_at_together() {
    let own = Own::new();
    let (rule, script) =
        (own.file("rules/own/account-unknown.toml"), own.file("rules/own/account-unknown.rhai"));
    let mut client = Client::greet(json!({}));
    let text = client.open(&script);
    client.shown(&script);
    let changed = text.replace(".filter(", ".fliter(");
    assert_ne!(text, changed);
    client.rewrite(&script, &changed);
    let shown = client.shown(&script);
    let wrong = shown.iter().find(|one| one["code"] == "unknown-function").unwrap();
    assert_eq!(part(&changed, &wrong["range"]), "fliter");
    client.rewrite(&script, &text.replacen(")", "", 1));
    assert!(codes(&client.shown(&script)).contains(&"syntax-error"));
    client.rewrite(&script, &text);
    client.shown(&script);

    // A kind that goes is missed in the script, though only the declaration is changed.
    let declared = client.open(&rule);
    let without = declared.replace("\"roster\"", "\"suppliers\"");
    assert_ne!(declared, without);
    client.rewrite(&rule, &without);
    assert!(codes(&client.shown(&script)).contains(&"kind-not-named"));
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_others_change_on_the_disk_is_seen() {
    let own = Own::new();
    let rule = own.file("rules/own/register-outdated.toml");
    let dynamic = json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::greet(dynamic);
    let asked = client.wait(|message| message["method"] == "client/registerCapability");
    assert_eq!(asked["params"]["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    client.open(&own.file("pack.toml"));
    client.shown(&rule);
    let text = fs::read_to_string(&rule).unwrap();
    fs::write(&rule, text.replace("r.next_review", "r.next_revieww")).unwrap();
    client.tell(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": super::uri(&rule), "type": 2 }] }),
    );
    assert_eq!(but_todos(&client.shown(&rule))[0], "unknown-field");
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_folder_that_is_no_pack_yet_is_told_once_and_looked_at_when_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let pack = fs::canonicalize(folder.path()).unwrap();
    let manifest = pack.join("pack.toml");
    fs::write(&manifest, "id = \"own\"\ntitle = \"own\"\nversion = \"1.0.0\"\napi = 99\nlicense = \"MIT\"\n")
        .unwrap();
    let mut client = Client::greet(json!({}));
    let text = client.open(&manifest);
    assert_eq!(codes(&client.shown(&manifest)), ["wrong-api"]);
    client.rewrite(&manifest, &text.replace("99", "1"));
    assert!(client.shown(&manifest).is_empty());
    assert_eq!(client.leave(), 0);
}
