//! What `rule check` says: everything of a bad pack, nothing of a good one, each at its place.

mod conditions;
mod scripts;

use crate::kit::{built_in, files_below, lay_down, program, repository, stderr, stdout};
use preaudit::lint::{self, Files, Level, Lint, LintId, Linter};
use preaudit::pack::{self, PackRef, Packs};
use preaudit::source::Source;
use preaudit::world::Disk;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

const MANIFEST: &str = "id = \"own\"\ntitle = \"own\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n";

/// The head of a rule; what it looks at comes behind.
const HEAD: &str = "id = \"a-fault\"\ntitle = \"a fault\"\ncontrols = [\"A.6.3\"]\ngrade = \"minor\"\nbasis = \"judgement\"\nhelp = \"Mend it.\"\n";

fn bad_pack() -> PathBuf {
    repository("tests/lint/bad-pack")
}

fn opened(folder: &Path) -> Files {
    Files::from(pack::open(&PackRef::Folder(folder.to_path_buf()), &Disk::default()).unwrap())
}

/// Texts as a pack that builds on the built-in one.
fn files(texts: &[(&str, &str)]) -> Files {
    let source = |(path, text): &(&str, &str)| ((*path).to_owned(), Arc::new(Source::new(*path, *text)));
    let mut files = Files { texts: texts.iter().map(source).collect(), ..Files::default() };
    files.texts.insert("pack.toml".to_owned(), Arc::new(Source::new("pack.toml", MANIFEST)));
    files
}

/// What is wrong with one rule, as `id: the text that it is about`; its cases are not missed.
fn told(rest: &str, script: Option<&str>) -> Vec<String> {
    let rule = format!("{HEAD}{rest}");
    let mut texts = vec![("rules/own/a-fault.toml", rule.as_str())];
    texts.extend(script.map(|script| ("rules/own/a-fault.rhai", script)));
    let lints = lint::check(built_in().0.clone(), &files(&texts));
    let lints = lints.iter().filter(|lint| lint.id != LintId::MissingCase);
    lints.map(|lint| format!("{}: {}", lint.id, about(lint))).collect()
}

fn about(lint: &Lint) -> &str {
    &lint.source.text()[lint.range.clone()]
}

/// What is wrong with a condition on rows of this kind, asked behind another.
fn told_of(kind: &str, among: &str, condition: &str) -> Vec<String> {
    let among = if among.is_empty() { String::new() } else { format!("among = '''{among}'''\n") };
    let params =
        "[params.grace]\ntype = \"duration\"\ndefault = \"1d\"\nbasis = \"judgement\"\ndoc = \"grace\"\n";
    let params = if condition.contains("params.") || among.contains("params.") { params } else { "" };
    told(
        &format!("{params}[[each]]\nfrom = \"{kind}\"\n{among}where = '''{condition}'''\nmessage = \"x\"\n"),
        None,
    )
}

#[test]
fn every_lint_is_triggered_by_the_bad_pack() {
    let found: BTreeSet<LintId> =
        lint::check(built_in().0.clone(), &opened(&bad_pack())).iter().map(|lint| lint.id).collect();
    let missing: Vec<&LintId> = LintId::ALL.iter().filter(|id| !found.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_bad_pack_is_told_of_as_before() {
    let output = program(&repository("tests/lint"), &["rule", "check", "bad-pack"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let golden = repository("tests/lint/bad-pack.txt");
    if std::env::var_os("PREAUDIT_BLESS").is_some() {
        fs::write(&golden, stdout(&output)).unwrap();
    }
    let known = fs::read_to_string(&golden).unwrap_or_default();
    assert!(known == stdout(&output), "{} differs; read the difference", golden.display());
    assert!(!known.contains("Failed to read contents"));
}

#[test]
fn the_built_in_pack_is_clean() {
    let own = opened(&repository("rules/iso27001-2022"));
    let lints = lint::check(Packs::default(), &own);
    let told: Vec<String> =
        lints.iter().map(|lint| format!("{} {}: {}", lint.place(), lint.id, lint.message)).collect();
    assert!(told.is_empty(), "{told:#?}");
    let output = program(&repository("fixtures"), &["rule", "check"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).ends_with(" rules: nothing to mend\n"), "{}", stdout(&output));
}

/// What was allowed of the built-in pack says why, in more than a word.
#[test]
fn what_the_built_in_pack_allows_has_reasons() {
    for (path, source) in opened(&repository("rules/iso27001-2022")).texts {
        for line in source.text().lines().filter(|line| line.contains("preaudit: allow(")) {
            let (_, reason) = line.split_once(')').unwrap();
            assert!(reason.split_whitespace().count() > 4, "{path}: {line}");
        }
    }
}

#[test]
fn every_place_holds_what_its_bytes_say() {
    for lint in lint::check(built_in().0.clone(), &opened(&bad_pack())) {
        let place = lint.place();
        let text = fs::read_to_string(bad_pack().join(&place.file)).unwrap();
        let line = text.lines().nth(place.line - 1).unwrap_or_default();
        let from: String = line.chars().skip(place.column - 1).collect();
        let first = about(&lint).lines().next().unwrap_or_default();
        assert!(from.starts_with(first), "{place} {}: `{first}` is not at `{from}`", lint.id);
    }
}

#[test]
fn lints_are_fragments_that_say_what_to_do() {
    for lint in lint::check(built_in().0.clone(), &opened(&bad_pack())) {
        assert!(!lint.message.ends_with('.') && !lint.message.contains('\n'), "{}", lint.message);
        // Rhai's own words begin with a capital.
        let is_ours = lint.id != LintId::SyntaxError;
        assert!(!is_ours || !lint.message.starts_with(char::is_uppercase), "{}", lint.message);
        let help = lint.help.unwrap_or_default();
        assert!(!help.ends_with('.') && !help.starts_with(char::is_uppercase), "{help}");
    }
}

#[test]
fn what_is_allowed_is_not_told_on_its_line_and_the_next() {
    let unused =
        "[params.grace]\ntype = \"duration\"\ndefault = \"1d\"\nbasis = \"judgement\"\ndoc = \"grace\"\n";
    let rest = "[[each]]\nfrom = \"roster\"\nwhere = 'r.left_on < as_of'\nmessage = \"x\"\n";
    assert_eq!(told(&format!("{unused}{rest}"), None), ["unused-param: grace"]);
    let allow = "# preaudit: allow(unused-param) it is for the next release";
    assert!(told(&format!("{allow}\n{unused}{rest}"), None).is_empty());
    let on_line = unused.replacen("]\n", &format!("] {allow}\n"), 1);
    assert!(told(&format!("{on_line}{rest}"), None).is_empty());
    let far = format!("{allow}\n\n{unused}{rest}");
    assert_eq!(told(&far, None), ["unused-allow: unused-param", "unused-param: grace"]);
    // In a text it is no remark.
    let text = rest.replace("\"x\"", "\"# preaudit: allow(unused-param) no\"");
    assert_eq!(told(&format!("{unused}{text}"), None), ["unused-param: grace"]);
    let script = "fn judge(cx) {\n    // preaudit: allow(unused-variable) it is for the next release\n    let x = 1;\n    examined(cx.roster)\n}\n";
    assert!(told("uses = [\"roster\"]\n", Some(script)).is_empty());
}

/// A key that nothing reads hides nothing of the rest.
#[test]
fn a_rule_with_unknown_keys_is_looked_at_all_the_same() {
    let rest = "hlep = \"x\"\n[[each]]\nfrom = \"roster\"\nwhere = 'r.let_on < as_of'\nmessage = \"x\"\nmesage = \"y\"\n";
    assert_eq!(told(rest, None), ["unknown-key: hlep", "unknown-field: let_on", "unknown-key: mesage"]);
    let missing = "[[each]]\nfrom = \"roster\"\nwhere = 'r.left_on < as_of'\nmesage = \"y\"\n";
    assert_eq!(told(missing, None), ["unknown-key: mesage"]);
}

/// What names a kind whose file cannot be read may be right.
#[test]
fn a_broken_kind_is_told_once() {
    let rule = format!("{HEAD}[[each]]\nfrom = \"rooms\"\nwhere = 'r.door == \"open\"'\nmessage = \"x\"\n");
    let kind = "id = \"rooms\"\ntitle = \"rooms\"\nshape = \"tabel\"\n";
    let texts = [("rules/own/a-fault.toml", rule.as_str()), ("schema/rooms.toml", kind)];
    let lints = lint::check(built_in().0.clone(), &files(&texts));
    let ids: Vec<LintId> = lints.iter().map(|lint| lint.id).collect();
    assert_eq!(ids, [LintId::MissingCase, LintId::Malformed]);
}

/// Looking again after a change gives what looking anew gives: of a rule, its script, a kind.
#[test]
fn a_linter_that_remembers_says_what_a_new_one_says() {
    let mut texts: Vec<(String, String)> = opened(&bad_pack())
        .texts
        .iter()
        .map(|(path, source)| (path.clone(), source.text().to_owned()))
        .collect();
    let kind = "id = \"rooms\"\ntitle = \"rooms\"\nshape = \"table\"\nkey = [\"room\"]\n[fields.room]\nholds = \"text\"\n";
    let rule = format!("{HEAD}[[each]]\nfrom = \"rooms\"\nwhere = 'r.door == \"open\"'\nmessage = \"x\"\n");
    texts.push(("rules/own/a-fault.toml".to_owned(), rule));
    let edits: [(&str, &str, &str); 5] = [
        ("schema/rooms.toml", "", kind),
        ("schema/rooms.toml", "[fields.room]", "[fields.door]\nholds = \"text\"\n[fields.room]"),
        ("rules/people/script-wrong.rhai", "fliter", "filter"),
        ("rules/people/check-training.toml", "titel", "ask"),
        ("rules/own/a-fault.toml", "door", "doors"),
    ];
    let mut linter = Linter::new(built_in().0.clone());
    let mut before = String::new();
    for (path, from, to) in edits {
        let text = &mut texts.iter_mut().find(|(known, _)| known == path).unwrap().1;
        *text = if from.is_empty() { to.to_owned() } else { text.replace(from, to) };
        let borrowed: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let files = files(&borrowed);
        let again = lint::json(&linter.check(&files), "");
        assert_eq!(again, lint::json(&lint::check(built_in().0.clone(), &files), ""), "{path}");
        assert_ne!(again, before, "{path}");
        before = again;
    }
}

#[test]
fn the_exit_code_says_how_bad_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let code = |arguments: &[&str]| {
        let mut all = vec!["rule", "check"];
        all.extend(arguments);
        program(folder.path(), &all).status.code().unwrap()
    };
    assert_eq!(code(&["nowhere"]), 2);
    let rule = format!("{HEAD}[[each]]\nfrom = \"roster\"\nwhere = 'r.left_on < as_of'\nmessage = \"x\"\n");
    let texts = [("pack.toml", MANIFEST.to_owned()), ("rules/own/a-fault.toml", rule.clone())];
    let lay = |texts: &[(&str, String)]| {
        let files: Vec<(String, Vec<u8>)> =
            texts.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes())).collect();
        lay_down(folder.path(), files.iter().map(|(path, bytes)| (path, bytes)));
    };
    lay(&texts);
    // A case is missing: a warning.
    assert_eq!((code(&[]), code(&["."]), code(&["--fail-on", "error"])), (1, 1, 0));
    let allowed = format!("# preaudit: allow(missing-case) it is proven elsewhere\n{rule}");
    lay(&[("rules/own/a-fault.toml", allowed.replace("Mend it.", "TODO"))]);
    assert_eq!((code(&[]), code(&["--fail-on", "note"])), (0, 1));
    let output = program(folder.path(), &["rule", "check", "-q"]);
    assert_eq!(stdout(&output), "1 rule: 1 note\n");
}

#[test]
fn github_is_told_a_line_a_lint() {
    let output = program(&repository("tests/lint"), &["rule", "check", "bad-pack", "--format", "github"]);
    let lines: Vec<String> = stdout(&output).lines().map(str::to_owned).collect();
    let lints = lint::check(built_in().0.clone(), &opened(&bad_pack()));
    assert_eq!(lines.len(), lints.len());
    let warning = "::warning file=bad-pack/rules/people/check-training.toml,line=1,endLine=1,col=6,endColumn=22,title=preaudit id-not-a-fault::`check-` says";
    assert!(lines.iter().any(|line| line.starts_with(warning)), "{lines:#?}");
    assert!(
        lines
            .iter()
            .all(|line| ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start)))
    );
}

#[test]
fn json_and_sarif_hold_every_lint() {
    let lints = lint::check(built_in().0.clone(), &opened(&bad_pack()));
    let json: serde_json::Value = serde_json::from_str(&lint::json(&lints, "bad-pack/")).unwrap();
    assert_eq!(json["schema"], "preaudit-lints/1");
    assert_eq!(json["lints"].as_array().unwrap().len(), lints.len());
    assert_eq!(json["lints"][0]["file"], format!("bad-pack/{}", lints[0].place().file));
    let sarif: serde_json::Value = serde_json::from_str(&lint::sarif(&lints, "")).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), lints.len());
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

/// The schema of OASIS, where it and a Python that knows schemas are at hand.
#[test]
fn sarif_is_as_its_schema_says() {
    let schema = repository("../shared/schemas/sarif/sarif-schema-2.1.0.json");
    let lints = lint::check(built_in().0.clone(), &opened(&bad_pack()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lints.sarif");
    fs::write(&file, lint::sarif(&lints, "bad pack")).unwrap();
    crate::schemas::validated(&schema, &file).inspect(|told| assert_eq!(told, ""));
    fs::write(&file, "{ \"version\": \"2.1.0\" }").unwrap();
    crate::schemas::validated(&schema, &file).inspect(|told| assert_ne!(told, ""));
}

#[test]
fn every_lint_is_explained_and_listed() {
    let listed = stdout(&program(&repository("."), &["list", "lints"]));
    for id in LintId::ALL {
        assert!(listed.lines().any(|line| line.starts_with(&format!("{id} "))), "{id}");
        let explained = stdout(&program(&repository("."), &["explain", id.name()]));
        assert!(explained.contains(id.what()) && explained.contains(id.level().name()), "{explained}");
    }
}

#[test]
fn the_page_on_lints_is_current() {
    let path = repository("docs/lints.md");
    if std::env::var_os("PREAUDIT_BLESS").is_some() {
        fs::write(&path, lint::page()).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == lint::page(), "{}", path.display());
}

#[test]
fn levels_are_what_they_are_for() {
    // What a pack may not have is refused when it is loaded, so it is an error here.
    for id in [LintId::UnknownKind, LintId::UnknownControl, LintId::UnknownKey, LintId::Malformed] {
        assert_eq!(id.level(), Level::Error);
    }
    assert_eq!(LintId::TodoLeft.level(), Level::Note);
}

/// Who watches is told again when a file changes, and not before.
#[test]
fn a_watched_pack_is_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    lay_down(folder.path(), &files_below(&bad_pack()));
    let mut watching = Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(["rule", "check", "--watch", "-q"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    assert!(first.contains("errors"), "{first}");
    let rule = folder.path().join("rules/people/limit-malformed.toml");
    fs::write(&rule, fs::read_to_string(&rule).unwrap().replace("mayor", "minor")).unwrap();
    let next: Vec<String> = lines.by_ref().take(3).collect();
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert_eq!(next[1], "── rules/people/limit-malformed.toml changed ──");
    assert_ne!(next[2], first);
}
