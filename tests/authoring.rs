//! A new rule is one that works: its cases pass, nothing is wrong with it, and what is left to do shows.

use crate::kit::{files_below, program, stderr, stdout};
use std::fs;
use std::path::Path;

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = program(folder, arguments);
    (output.status.code().unwrap(), format!("{}{}", stdout(&output), stderr(&output)))
}

#[test]
fn every_form_of_a_new_rule_works_as_it_is() {
    for form in ["table", "log", "documents", "join"] {
        for script in [&[][..], &["--script"][..]] {
            let folder = tempfile::tempdir().unwrap();
            let mut arguments = vec!["rule", "new", "register-outdated", "--from", form, "--pack", "client"];
            arguments.extend(script);
            let (code, told) = run(folder.path(), &arguments);
            assert_eq!(code, 0, "{form}: {told}");
            assert!(told.contains("TODOs") && told.contains("rules/own/register-outdated.toml"), "{told}");
            let (code, told) = run(folder.path(), &["rule", "check", "client"]);
            assert_eq!(code, 0, "{form} {script:?}: {told}");
            let (code, told) = run(folder.path(), &["rule", "test", "client"]);
            assert_eq!(code, 0, "{form} {script:?}: {told}");
            assert!(told.starts_with("5 cases, 0 failed, 0 missing"), "{told}");
            let rule =
                fs::read_to_string(folder.path().join("client/rules/own/register-outdated.toml")).unwrap();
            assert!(rule.matches("TODO").count() >= 4, "{rule}");
            let has_script = folder.path().join("client/rules/own/register-outdated.rhai").is_file();
            assert_eq!(has_script, form == "join" || !script.is_empty());
        }
    }
}

/// The finding of a new rule is there for its own reason: without what the rule looks for it is gone.
#[test]
fn a_new_rule_fails_for_the_right_reason() {
    for (form, rule, change, case) in [
        ("table", "register-outdated", ("params.grace < as_of", "params.grace > as_of"), "minor-one-late"),
        (
            "log",
            "failures-many",
            ("g.count >= params.limit", "g.count < params.limit"),
            "minor-seven-failures",
        ),
        ("documents", "policy-silent", ("!r.mentions(", "r.mentions("), "minor-silent"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &["rule", "new", rule, "--from", form]);
        let file = folder.path().join(format!("rules/own/{rule}.toml"));
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(change.0), "{text}");
        fs::write(&file, text.replace(change.0, change.1)).unwrap();
        let (code, told) = run(folder.path(), &["rule", "test", "."]);
        assert_eq!(code, 1);
        assert!(told.contains(&format!("FAIL {rule}/{case}")), "{told}");
    }
}

#[test]
fn a_new_pack_is_known_to_editors_and_a_second_rule_joins_it() {
    let folder = tempfile::tempdir().unwrap();
    let (code, told) = run(folder.path(), &["rule", "new", "register-outdated"]);
    assert_eq!(code, 0, "{told}");
    let manifest = fs::read_to_string(folder.path().join("pack.toml")).unwrap();
    let rule = fs::read_to_string(folder.path().join("rules/own/register-outdated.toml")).unwrap();
    for (text, from) in [(&manifest, ""), (&rule, "rules/own")] {
        let path = text.lines().next().unwrap().strip_prefix("#:schema ").unwrap();
        assert!(folder.path().join(from).join(path).is_file(), "{path}");
    }
    let before = files_below(folder.path());
    let (code, told) =
        run(folder.path(), &["rule", "new", "account-of-stranger", "--from", "join", "--theme", "access"]);
    assert_eq!(code, 0, "{told}");
    let after = files_below(folder.path());
    // Nothing that was there changed but the list of all hits, which knows the new cases.
    let changed: Vec<&String> =
        before.iter().filter(|(path, bytes)| after[*path] != **bytes).map(|(path, _)| path).collect();
    assert_eq!(changed, ["tests/hits.txt"]);
    assert_eq!(run(folder.path(), &["rule", "check"]).0, 0);
    let (code, told) = run(folder.path(), &["rule", "test", "."]);
    assert_eq!(code, 0, "{told}");
    assert!(told.starts_with("10 cases"), "{told}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["rule", "new", "register-outdated"]);
    let before = files_below(folder.path());
    let (code, told) = run(folder.path(), &["rule", "new", "register-outdated"]);
    assert_eq!(code, 2);
    assert!(told.contains("a rule `register-outdated` exists already"), "{told}");
    let (code, told) = run(folder.path(), &["rule", "new", "training-overdue"]);
    assert_eq!((code, told.contains("exists already")), (2, true), "{told}");
    // A file in the way of one that would be written.
    fs::create_dir_all(folder.path().join("rules/own")).unwrap();
    fs::write(folder.path().join("rules/own/account-shared.rhai"), "mine").unwrap();
    let (code, told) = run(folder.path(), &["rule", "new", "account-shared", "--from", "join"]);
    assert_eq!((code, told.contains("rules/own/account-shared.rhai")), (2, true), "{told}");
    fs::remove_file(folder.path().join("rules/own/account-shared.rhai")).unwrap();
    assert_eq!(files_below(folder.path()), before);
}

#[test]
fn a_rule_is_named_after_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    for (name, why) in [
        ("check-training", "`check-` says what a rule does"),
        ("no-training", "`no-` says what a rule does"),
        ("Training_Missing", "lower case words"),
        ("training--missing", "lower case words"),
        ("../escape", "lower case words"),
    ] {
        let (code, told) = run(folder.path(), &["rule", "new", name]);
        assert_eq!(code, 2);
        assert!(told.contains(why), "{told}");
    }
    assert!(files_below(folder.path()).is_empty());
}
