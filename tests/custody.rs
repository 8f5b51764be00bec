//! Whether a report can be believed, and what leaves the organization.

use crate::kit::{files_below, fixture, lay_down, program, stderr, stdout};
use preaudit::report::Report;
use preaudit::signature::SecretKey;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use tempfile::TempDir;

/// Kettlewick with a report about it, a key, and a seal.
fn sealed() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut files = files_below(&fixture("stage-2-lapses"));
    files.retain(|name, _| !name.starts_with("expected"));
    lay_down(&folder.path().join("isms"), &files);
    let key = SecretKey::of_seed(&[9; 32]);
    fs::write(folder.path().join("key.pem"), key.to_pem().unwrap()).unwrap();
    fs::write(folder.path().join("public.pem"), key.public().to_pem().unwrap()).unwrap();
    let scanned = program(folder.path(), &["scan", "isms", "-f", "json=report.json"]);
    assert_eq!(scanned.status.code(), Some(1), "{}", stderr(&scanned));
    let sealed = program(folder.path(), &["seal", "report.json", "--key", "key.pem", "--evidence", "isms"]);
    assert!(sealed.status.success(), "{}", stderr(&sealed));
    folder
}

/// What `verify` says, and how it ends.
fn verify(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let verified = program(folder, &[&["verify", "report.json"], arguments].concat());
    (verified.status.code().unwrap(), format!("{}{}", stdout(&verified), stderr(&verified)))
}

#[test]
fn a_report_that_was_sealed_and_follows_from_the_evidence_holds() {
    let folder = sealed();
    let (code, says) = verify(folder.path(), &["--evidence", "isms", "--key", "public.pem"]);
    assert_eq!(code, 0, "{says}");
    for line in [
        "seal      holds, by ed25519:",
        "36 files as the report says",
        "the same program",
        "with the same result",
    ] {
        assert!(says.contains(line), "{says}");
    }
    let seal = fs::read_to_string(folder.path().join("report.seal.json")).unwrap();
    assert!(seal.contains("application/vnd.in-toto+json"));
}

#[test]
fn a_changed_word_and_another_key_break_the_seal() {
    let folder = sealed();
    let report = folder.path().join("report.json");
    let text = fs::read_to_string(&report).unwrap();
    // Blanks and line ends are no facts.
    let compact: serde_json::Value = serde_json::from_str(&text).unwrap();
    fs::write(&report, compact.to_string()).unwrap();
    assert_eq!(verify(folder.path(), &["--key", "public.pem"]).0, 0);
    fs::write(&report, text.replace("\"minor\": 37", "\"minor\": 36")).unwrap();
    let (code, says) = verify(folder.path(), &["--evidence", "isms"]);
    assert_eq!(code, 1);
    assert!(says.contains("does not hold: it was made for another text"), "{says}");
    assert!(says.contains("the report says something else elsewhere"), "{says}");
    fs::write(&report, &text).unwrap();
    let stranger = SecretKey::of_seed(&[1; 32]).public().to_string();
    let (code, says) = verify(folder.path(), &["--key", &stranger]);
    assert_eq!(code, 1);
    assert!(says.contains("did not sign it"), "{says}");
    fs::remove_file(folder.path().join("report.seal.json")).unwrap();
    assert_eq!(verify(folder.path(), &[]).0, 0, "nobody asked for a seal");
    assert_eq!(verify(folder.path(), &["--key", "public.pem"]).0, 1, "a missing seal is no seal of hers");
}

#[test]
fn what_moved_in_the_evidence_is_named() {
    let folder = sealed();
    let at = |file: &str| folder.path().join("isms/evidence").join(file);
    let roster = fs::read_to_string(at("hr/roster.csv")).unwrap();
    fs::write(at("hr/roster.csv"), roster.replace("2026-05-29,Left", "2026-06-29,Left")).unwrap();
    fs::remove_file(at("operations/key-register.csv")).unwrap();
    let (code, says) = verify(folder.path(), &["--evidence", "isms"]);
    assert_eq!(code, 1);
    assert!(says.contains("evidence/hr/roster.csv has other bytes"), "{says}");
    assert!(says.contains("evidence/operations/key-register.csv is not there"), "{says}");
    assert!(says.contains("with another result") && says.contains("leaver-signs-in"), "{says}");
}

/// The texts of an archive by path; those of a workbook within it below its name.
fn unpacked(path: &Path) -> BTreeMap<String, String> {
    texts_of(&fs::read(path).unwrap())
}

fn texts_of(archive: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if name.ends_with(".xlsx") {
            files.extend(texts_of(&bytes).into_iter().map(|(part, text)| (format!("{name}/{part}"), text)));
        } else {
            files.insert(name, String::from_utf8(bytes).unwrap());
        }
    }
    files
}

#[test]
fn an_auditor_takes_along_the_report_its_places_and_digests() {
    let folder = sealed();
    let pack = |name: &str| {
        let packed = program(folder.path(), &["pack-up", "isms", "-o", name, "--key", "key.pem"]);
        assert!(packed.status.success(), "{}", stderr(&packed));
        fs::read(folder.path().join(name)).unwrap()
    };
    assert!(pack("one.zip") == pack("two.zip"), "the same bytes");
    let files = unpacked(&folder.path().join("one.zip"));
    assert_eq!(files["report.json"], fs::read_to_string(folder.path().join("report.json")).unwrap());
    let report: Report = serde_json::from_str(&files["report.json"]).unwrap();
    for finding in &report.findings {
        assert!(files["index.md"].contains(&format!("(findings/{}.md)", finding.id)));
        assert!(files.contains_key(&format!("findings/{}.md", finding.id)));
    }
    for line in files["evidence.sha256"].lines() {
        let (digest, file) = line.split_once("  ").unwrap();
        assert!(report.evidence.iter().any(|seen| seen.file == file && seen.sha256 == digest), "{line}");
    }
    fs::write(folder.path().join("taken.json"), &files["report.json"]).unwrap();
    fs::write(folder.path().join("taken.seal.json"), &files["report.seal.json"]).unwrap();
    let verified = program(folder.path(), &["verify", "taken.json", "--key", "public.pem"]);
    assert!(verified.status.success(), "{}", stdout(&verified));
}

/// Who and what is named in the evidence, gathered here from the files and not by the program: the people
/// of the roster, mail addresses, and network addresses.
fn originals() -> BTreeSet<String> {
    let mut originals = BTreeSet::new();
    let mail = Regex::new(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+").unwrap();
    let address = Regex::new(r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b").unwrap();
    for (name, bytes) in files_below(&fixture("stage-2-lapses").join("evidence")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for pattern in [&mail, &address] {
            originals.extend(pattern.find_iter(&text).map(|hit| hit.as_str().to_owned()));
        }
        if name == "hr/roster.csv" {
            let mut reader = csv::Reader::from_reader(&*bytes);
            for row in reader.records().map(Result::unwrap) {
                originals.extend([&row[1], &row[2], &row[3], &row[4]].map(str::to_owned));
                originals.insert(format!("{} {}", &row[1], &row[2]));
            }
        }
    }
    originals.retain(|original| original.len() > 1);
    originals
}

/// Originals that a text still holds, as words of their own and in any letters.
fn left(text: &str, originals: &BTreeSet<String>) -> Vec<String> {
    let is_left = |original: &&String| {
        let name = regex::escape(original);
        // A name is one with its capital; `will` and `may` are words.
        let letters = if original.chars().all(char::is_alphabetic) { "" } else { "(?i)" };
        Regex::new(&format!(r"{letters}(^|[^\p{{L}}\p{{N}}]){name}($|[^\p{{L}}\p{{N}}])"))
            .unwrap()
            .is_match(text)
    };
    originals.iter().filter(is_left).cloned().collect()
}

#[test]
fn with_pseudonyms_none_of_the_originals_is_left() {
    let folder = sealed();
    let packed = program(folder.path(), &["pack-up", "isms", "-o", "open.zip"]);
    assert!(packed.status.success());
    let packed = program(folder.path(), &["pack-up", "isms", "-o", "closed.zip", "--redact"]);
    assert!(packed.status.success(), "{}", stderr(&packed));
    let originals = originals();
    assert!(originals.len() > 60, "{}", originals.len());
    let open = unpacked(&folder.path().join("open.zip"));
    for name in ["report.json", "report.html", "report.xlsx/xl/sharedStrings.xml"] {
        assert!(left(&open[name], &originals).len() > 20, "they were there: {name}");
    }
    for (name, text) in unpacked(&folder.path().join("closed.zip")) {
        assert_eq!(left(&text, &originals), [] as [String; 0], "{name}");
    }
}

#[test]
fn a_person_has_one_pseudonym_wherever_it_shows_and_marks_stay_right() {
    let folder = sealed();
    let scanned = program(folder.path(), &["scan", "isms", "--redact", "-f", "json"]);
    let report: Report = serde_json::from_slice(&scanned.stdout).unwrap();
    let leaver = report.findings.iter().find(|finding| finding.rule == "leaver-signs-in").unwrap();
    let number = leaver.observations[0].subject.strip_prefix("person-").expect("the login");
    let role = report.findings.iter().find(|finding| finding.rule == "role-held-by-leaver").unwrap();
    assert!(role.statement.starts_with(&format!("Person {number},")), "{}", role.statement);
    let open = program(folder.path(), &["scan", "isms", "-f", "json"]);
    let open: Report = serde_json::from_slice(&open.stdout).unwrap();
    assert_eq!(report.totals, open.totals);
    for (closed, open) in report.findings.iter().zip(&open.findings) {
        assert_eq!((&closed.id, closed.places.len()), (&open.id, open.places.len()));
    }
    for place in report.findings.iter().flat_map(|finding| &finding.places) {
        let Some(excerpt) = &place.excerpt else { continue };
        let marked = &excerpt.text[excerpt.start..excerpt.end];
        assert!(
            marked == place.text || place.text.ends_with('…') || marked.contains(&place.text),
            "{place:?}"
        );
    }
    // Who judges the evidence again with pseudonyms finds the same report.
    fs::write(folder.path().join("report.json"), report.to_json().unwrap()).unwrap();
    fs::remove_file(folder.path().join("report.seal.json")).unwrap();
    let (code, says) = verify(folder.path(), &["--evidence", "isms", "--redact"]);
    assert_eq!(code, 0, "{says}");
}
