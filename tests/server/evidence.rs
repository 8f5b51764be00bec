//! What a scan found, in the evidence itself.

use super::client::{Client, part};
use super::{codes, seen};
use crate::kit::{files_below, fixture, lay_down};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A shipped organization, as somebody works on it.
fn organization(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let files: crate::kit::Files =
        files_below(&fixture(name)).into_iter().filter(|(path, _)| !path.starts_with("expected/")).collect();
    lay_down(&root, &files);
    (folder, root)
}

fn of_rule<'v>(shown: &'v [Value], rule: &str) -> Vec<&'v Value> {
    shown.iter().filter(|one| one["code"] == rule).collect()
}

const RELIES: &str = "treatment-relies-on-excluded-control";

#[test]
fn a_finding_is_shown_in_the_cell_that_it_is_about_and_goes_when_that_is_mended() {
    let (_folder, root) = organization("stage-2-lapses");
    let before = seen(&root);
    let mut client = Client::greet(json!({}));
    let (plan, soa) = (
        root.join("evidence/risk/treatment-plan.csv"),
        root.join("evidence/soa/statement-of-applicability.tsv"),
    );
    let text = client.open(&plan);
    let shown = client.shown(&plan);
    let found = of_rule(&shown, RELIES)[0];
    assert_eq!(part(&text, &found["range"]), "A.8.23");
    assert_eq!(found["severity"], 2, "a minor is a warning");
    let message = found["message"].as_str().unwrap();
    assert!(message.starts_with("RTP-07 relies on A.8.23") && message.contains("minor against"), "{message}");
    // The contradiction is seen from its other end too.
    let end = &found["relatedInformation"][0];
    assert_eq!(end["location"]["uri"], super::uri(&soa));
    let other = client.shown(&soa);
    assert!(!of_rule(&other, RELIES).is_empty(), "{:?}", codes(&other));
    assert_eq!(seen(&root), before, "a scan for an editor writes nothing");

    let mended = text.replace("A.8.16, A.8.23", "A.8.16");
    client.rewrite(&plan, &mended);
    client.save(&plan, &mended);
    assert!(of_rule(&client.shown(&plan), RELIES).is_empty());
    assert!(of_rule(&client.shown(&soa), RELIES).is_empty());
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_finding_is_shown_in_a_document_in_markdown() {
    let (_folder, root) = organization("stage-2-lapses");
    let mut client = Client::greet(json!({}));
    client.open(&root.join("preaudit.toml"));
    let shown = client.wait(|message| {
        let told = &message["params"];
        message["method"] == "textDocument/publishDiagnostics"
            && told["uri"].as_str().unwrap().ends_with(".md")
            && !told["diagnostics"].as_array().unwrap().is_empty()
    });
    let path = shown["params"]["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
    let (text, found) = (fs::read_to_string(path).unwrap(), &shown["params"]["diagnostics"][0]);
    let first = found["range"]["start"]["line"].as_u64().unwrap();
    assert!((first as usize) < text.lines().count(), "{found}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_keeps_a_folder_from_being_scanned_is_shown_where_it_is() {
    let (_folder, root) = organization("conforming");
    let workspace = root.join("preaudit.toml");
    let text = fs::read_to_string(&workspace).unwrap();
    let wrong = format!("{text}\n[[waiver]]\nrule = \"no-such-rule\"\n");
    fs::write(&workspace, &wrong).unwrap();
    let mut client = Client::greet(json!({}));
    client.open(&workspace);
    let shown = client.shown(&workspace);
    assert!(shown.iter().all(|one| one["code"] == "workspace::invalid"), "{shown:?}");
    client.rewrite(&workspace, &text);
    client.save(&workspace, &text);
    assert!(client.shown(&workspace).is_empty());
    assert_eq!(client.leave(), 0);
}

#[test]
fn evidence_without_a_workspace_is_nobody_s_business() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::canonicalize(folder.path()).unwrap().join("roster.csv");
    fs::write(&file, "name,status\n").unwrap();
    let mut client = Client::greet(json!({}));
    let text = client.open(&file);
    client.save(&file, &text);
    assert!(client.at("hover", &file, (0, 0)).is_null());
    assert_eq!(client.leave(), 0);
}
