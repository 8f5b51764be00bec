//! An editor that waits for what is wrong after each change, over standard input and output.

use crate::bench::{Bench, Work};
use crate::client::Client;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules of the pack that is typed in.
const RULES: usize = 200;

/// Types a wrong name into one of 200 rules, and the right one again.
pub(crate) fn typing(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let pack = fs::canonicalize(folder.path()).unwrap();
    let rules: Vec<PathBuf> = (0..RULES).map(|number| write_rule(&pack, number)).collect();
    let manifest = "id = \"many\"\ntitle = \"many\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n";
    fs::write(pack.join("pack.toml"), manifest).unwrap();
    let mut client = Client::greet(json!({}));
    for (what, rule) in [("a declaration", &rules[0]), ("a script", &rules[1].with_extension("rhai"))] {
        let text = client.open(rule);
        let wrong = text.replacen("next_review", "next_revieww", 1);
        assert_ne!(text, wrong);
        let mut is_wrong = false;
        bench.time(&Work::new(format!("{what} of {RULES} rules, change to diagnostics")), || {
            is_wrong = !is_wrong;
            client.rewrite(rule, if is_wrong { &wrong } else { &text });
            let shown = client.shown(rule);
            assert_eq!(shown.iter().any(|one| one["code"] == "unknown-field"), is_wrong);
            shown
        });
        client.rewrite(rule, &text);
        let place = place_of(&text, "next_review");
        bench.beside("completion", &Work::new(what), || {
            let names: Value = client.at("completion", rule, place);
            assert!(names.as_array().is_some_and(|names| names.len() > 5), "{names}");
        });
    }
    assert_eq!(client.leave(), 0);
}

/// Behind the first dot before a name, as line and character.
fn place_of(text: &str, name: &str) -> (usize, usize) {
    let at = text.find(name).unwrap();
    let line = text[..at].rsplit('\n').next().unwrap();
    (text[..at].matches('\n').count(), line.len())
}

/// Writes a rule with its cases; every other one judges in a script.
fn write_rule(pack: &Path, number: usize) -> PathBuf {
    let id = format!("review-{number:03}-overdue");
    let folder = pack.join(format!("rules/theme-{}", number % 10));
    fs::create_dir_all(&folder).unwrap();
    let head = format!(
        "id = \"{id}\"\ntitle = \"review {number} is overdue\"\ncontrols = [\"7.5.2\", \"A.5.1\"]\ngrade = \"minor\"\nbasis = \"judgement\"\nhelp = \"Review it.\"\n"
    );
    let param = "\n[params.grace]\ntype = \"duration\"\ndefault = \"30d\"\nbasis = \"judgement\"\ndoc = \"days of grace\"\n";
    let path = folder.join(format!("{id}.toml"));
    if number % 2 == 1 {
        fs::write(&path, format!("{head}uses = [\"document-register\"]\n{param}")).unwrap();
        fs::write(path.with_extension("rhai"), script(number)).unwrap();
    } else {
        let each = format!(
            "\n[[each]]\nfrom = \"document-register\"\namong = 'r.status == \"published\" && r.version != \"{number}\"'\nwhere = 'r.next_review != () && r.next_review + params.grace < as_of'\nmessage = \"${{r.subject}} was due on ${{r.next_review}}\"\nat = [\"next_review\"]\n"
        );
        fs::write(&path, format!("{head}{param}{each}")).unwrap();
    }
    for case in
        ["conformity-a", "minor-b", "conformity-boundary", "not-evaluated-empty", "not-evaluated-malformed"]
    {
        let case = pack.join(format!("tests/{id}/{case}"));
        fs::create_dir_all(&case).unwrap();
        fs::write(case.join("document-register.csv"), "id,title,owner,next review\n").unwrap();
        fs::write(case.join("expected.txt"), "").unwrap();
    }
    path
}

/// A script of some twenty lines.
fn script(number: usize) -> String {
    let mut script = "/// Compares each document with its day.\nfn judge(cx) {\n    let verdict = examined(cx.document_register);\n    for row in cx.document_register {\n        if row.next_review == () || row.next_review + cx.params.grace >= cx.as_of { continue; }\n".to_owned();
    for step in 0..8 {
        let _ = writeln!(script, "        if row.version == \"{number}.{step}\" {{ continue; }}");
    }
    script
        + "        verdict.add(observe(`${row.subject} is late`).about(row.subject).at(row.at(\"next_review\", \"late\")));\n    }\n    verdict\n}\n"
}
