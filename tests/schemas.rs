//! What editors know is what the program reads: schemas are current, real files fit them, wrong ones
//! do not.

use crate::kit::{FIXTURES, fixture, program, repository, stderr, stdout};
use preaudit::schemas;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Validates a file, JSON or TOML, with Python's `jsonschema`: what is wrong, and nothing where it
/// cannot be asked.
pub(crate) fn validated(schema: &Path, file: &Path) -> Option<String> {
    validated_all(schema, &[file.to_path_buf()])
}

fn validated_all(schema: &Path, files: &[PathBuf]) -> Option<String> {
    const SCRIPT: &str = r#"
import json, sys, tomllib, jsonschema
schema = json.load(open(sys.argv[1], encoding="utf-8"))
known = jsonschema.validators.validator_for(schema)(schema)
for name in sys.argv[2:]:
    text = open(name, encoding="utf-8").read()
    # A day of TOML is a text to a schema.
    value = json.loads(json.dumps(tomllib.loads(text), default=str)) if name.endswith(".toml") else json.loads(text)
    for error in known.iter_errors(value):
        print(name, error.json_path, error.message[:200])
"#;
    let is_there = schema.is_file()
        && Command::new("python3")
            .args(["-c", "import jsonschema, tomllib"])
            .output()
            .is_ok_and(|asked| asked.status.success());
    if !is_there {
        eprintln!("skipped: no {} or no Python that knows schemas", schema.display());
        return None;
    }
    let asked = Command::new("python3").args(["-c", SCRIPT]).arg(schema).args(files).output().unwrap();
    assert!(asked.status.success(), "{}", stderr(&asked));
    Some(stdout(&asked))
}

fn schema(name: &str) -> PathBuf {
    repository("src/schemas").join(format!("{name}.schema.json"))
}

#[test]
fn the_schemas_in_the_repository_are_those_of_the_program() {
    for schema in schemas::all().unwrap().iter().filter(|schema| schema.file.ends_with(".json")) {
        // That of the report has its own place.
        if schema.name == "report" {
            continue;
        }
        let path = repository("src/schemas").join(&schema.file);
        if std::env::var_os("PREAUDIT_BLESS").is_some() {
            fs::write(&path, &schema.text).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap_or_default() == schema.text, "{}", path.display());
    }
}

fn files_of(folder: &str, depth: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(repository(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && depth > 0 {
            files.extend(files_of(path.strip_prefix(repository(".")).unwrap().to_str().unwrap(), depth - 1));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_file_of_the_pack_and_of_the_fixtures_fits_its_schema() {
    let pack = "rules/iso27001-2022";
    let all: [(&str, Vec<PathBuf>); 8] = [
        ("pack", vec![repository(pack).join("pack.toml")]),
        ("rule", files_of(&format!("{pack}/rules"), 1)),
        ("kind", files_of(&format!("{pack}/schema"), 0)),
        ("controls", files_of(&format!("{pack}/controls"), 0)),
        (
            "source",
            files_of(&format!("{pack}/sources"), 0)
                .into_iter()
                .filter(|path| !path.ends_with("fields.toml"))
                .collect(),
        ),
        ("fields", vec![repository(pack).join("sources/fields.toml")]),
        ("certification", vec![repository(pack).join("certification.toml")]),
        ("preaudit", FIXTURES.iter().map(|name| fixture(name).join("preaudit.toml")).collect()),
    ];
    for (name, files) in all {
        assert!(!files.is_empty(), "{name}");
        let told = validated_all(&schema(name), &files);
        assert_eq!(told.unwrap_or_default(), "", "{name}");
    }
}

#[test]
fn a_plan_that_is_drawn_up_fits_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = fixture("stage-2-lapses");
    let evidence = evidence.to_str().unwrap();
    program(folder.path(), &["scan", evidence, "--format", "json", "--output", "report.json"]);
    let drawn = program(folder.path(), &["cap", "new", "report.json"]);
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    assert_eq!(validated(&schema("cap"), &folder.path().join("cap.toml")).unwrap_or_default(), "");
}

/// What the program refuses, a schema refuses too, as far as schemas go.
#[test]
fn what_is_wrong_does_not_fit() {
    let rule =
        fs::read_to_string(repository("rules/iso27001-2022/rules/people/training-overdue.toml")).unwrap();
    let kind = fs::read_to_string(repository("rules/iso27001-2022/schema/soa.toml")).unwrap();
    let pack = fs::read_to_string(repository("rules/iso27001-2022/pack.toml")).unwrap();
    let workspace = fs::read_to_string(fixture("systemic").join("preaudit.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        ("rule", rule.replace("help =", "hlep =")),
        ("rule", rule.replace("grade = \"minor\"", "grade = \"mayor\"")),
        ("rule", rule.replace("where = '", "where = 3 #'")),
        ("rule", rule.replacen("type = \"duration\"", "type = \"length\"", 1)),
        ("kind", kind.replace("holds = \"yes-no\"", "holds = \"maybe\"")),
        ("kind", kind.replacen("shape = ", "shpae = ", 1)),
        ("pack", pack.replace("api = 1", "api = \"1\"")),
        ("preaudit", format!("unknown = 1\n{workspace}")),
    ];
    for (number, (name, text)) in wrong.iter().enumerate() {
        let file = folder.path().join(format!("{number}.toml"));
        fs::write(&file, text).unwrap();
        validated(&schema(name), &file).inspect(|told| assert_ne!(told, "", "{name} {number}"));
    }
}

#[test]
fn schemas_are_printed_listed_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let listed = stdout(&program(folder.path(), &["schema"]));
    for schema in schemas::all().unwrap() {
        assert!(listed.contains(schema.name) && listed.contains(schema.what), "{listed}");
        assert_eq!(stdout(&program(folder.path(), &["schema", schema.name])), schema.text);
    }
    let written = program(folder.path(), &["schema", "-o", "editor"]);
    assert!(written.status.success(), "{}", stderr(&written));
    let rule = fs::read_to_string(folder.path().join("editor/rule.schema.json")).unwrap();
    assert!(rule.contains("\"title\": \"a rule, `rules/<theme>/<fault>.toml`\""), "{rule}");
    let unknown = program(folder.path(), &["schema", "rules"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean `rule`?"), "{}", stderr(&unknown));
}

/// Every part that an editor completes says what it is for.
#[test]
fn every_key_of_a_schema_is_described() {
    for schema in schemas::all().unwrap().iter().filter(|schema| schema.file.ends_with(".json")) {
        let value: serde_json::Value = serde_json::from_str(&schema.text).unwrap();
        let defined =
            value["$defs"].as_object().into_iter().flatten().map(|(name, part)| (name.as_str(), part));
        for (name, part) in defined.chain([(schema.name, &value)]) {
            for (key, property) in part["properties"].as_object().into_iter().flatten() {
                assert!(property["description"].is_string(), "{}: {name}.{key}", schema.name);
            }
        }
    }
}
