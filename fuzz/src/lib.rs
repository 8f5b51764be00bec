//! What the fuzz targets run: one function for each reader of the program, from bytes that may be
//! anything to a report that must hold what every report promises.
//!
//! Everything goes through the public door, [`audit::judge`] over files in memory, so that a target
//! finds what a user could meet: a panic, a place that is nowhere, a conformity that rests on
//! nothing.

mod archive;
mod promises;

use jiff::civil::Date;
use preaudit::audit::{self, Request};
use preaudit::evidence::{FILE_NAME, Scope};
use preaudit::finding::Diagnostic;
use preaudit::pack::{self, PackRef, Packs};
use preaudit::report::Report;
use preaudit::script::{self, Rules};
use preaudit::source::Source;
use preaudit::world::Shelf;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// The day on which everything is judged.
const DAY: Date = jiff::civil::date(2026, 7, 1);

/// A roster, so that rules that compare have something to compare with.
const ROSTER: &str = "Employee ID,Name,Work Email,Login,Hire Date,Termination Date,Status\n\
    E-1,Ada Example,ada@example.org,ada,2020-01-01,,active\n\
    E-2,Bob Example,bob@example.org,bob,2020-01-01,2026-05-01,left\n";

/// A register as CSV: encoding, delimiter, quotes, header, cells.
pub fn csv(bytes: &[u8]) {
    judge_file("training-records.csv", bytes, "");
}

/// A workbook: a whole archive, or the XML of its one sheet.
pub fn xlsx(bytes: &[u8]) {
    judge_file("training-records.xlsx", &archive::workbook(bytes), "");
}

/// A document of Word: a whole archive, or the XML of its text.
pub fn docx(bytes: &[u8]) {
    judge_file("access-control-policy.docx", &archive::document(bytes), "");
}

/// A document with headings, properties, links and tables.
pub fn markdown(bytes: &[u8]) {
    judge_file("information-security-policy.md", bytes, "");
}

/// A register as JSON.
pub fn json(bytes: &[u8]) {
    judge_file("assets.json", bytes, "");
}

/// A register as TOML.
pub fn toml(bytes: &[u8]) {
    judge_file("treatment-plan.toml", bytes, "");
}

/// A register as YAML.
pub fn yaml(bytes: &[u8]) {
    judge_file("courses.yaml", bytes, "");
}

/// A log with one JSON record a line.
pub fn ndjson(bytes: &[u8]) {
    judge_file("trail.ndjson", bytes, "source = \"aws-cloudtrail\"");
}

/// A log whose records stand in a list somewhere within one JSON value.
pub fn cloud_log(bytes: &[u8]) {
    let text = [b"{\"Records\":[", bytes, b"]}"].concat();
    judge_file("trail.json", &text, "source = \"aws-cloudtrail\"");
}

/// The log of a Unix system.
pub fn syslog(bytes: &[u8]) {
    judge_file("auth.log", bytes, "source = \"syslog\"");
}

/// A log with a header and a record a row.
pub fn csv_log(bytes: &[u8]) {
    judge_file("sign-ins.csv", bytes, "source = \"entra-signin-csv\"");
}

/// A packed log: the first bytes tell gzip from zstd.
pub fn packed(bytes: &[u8]) {
    judge_file("auth.log.gz", bytes, "source = \"syslog\"");
}

/// What a tool exported: JSON or XML by its first sign, else rows.
pub fn export(bytes: &[u8]) {
    let name = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => "scan.json",
        Some(b'<') => "scan.xml",
        _ => "scan.csv",
    };
    judge_file(name, bytes, "");
}

/// A date as people write it, in a register and in a log.
pub fn dates(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace(['"', '\\', '\n', '\r', '\0'], " ");
    let register = format!(
        "Employee ID,Employee Name,Course Name,Due Date,Completion Date,Status\n\
         E-1,Ada Example,Security awareness,2026-03-01,\"{text}\",completed\n\
         E-2,Bob Example,Security awareness,\"{text}\",,assigned\n"
    );
    let record = format!(
        "{{\"eventVersion\":\"1.10\",\"eventTime\":\"{text}\",\"eventSource\":\"signin.amazonaws.com\",\
         \"eventName\":\"ConsoleLogin\",\"awsRegion\":\"eu-west-1\"}}\n"
    );
    judge_files(&[("training-records.csv", register.as_bytes()), ("trail.ndjson", record.as_bytes())]);
}

/// The workspace file, over files that it may name.
pub fn workspace(bytes: &[u8]) {
    let register = "Employee ID,Course Name,Due Date,Completion Date\nE-1,Security awareness,2026-03-01,\n";
    judge_files(&[
        (FILE_NAME, bytes),
        ("roster.csv", ROSTER.as_bytes()),
        ("training-records.csv", register.as_bytes()),
    ]);
}

/// A rule of a stranger: its TOML, and behind a line of `---` its script where it has one.
pub fn pack(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (rule, script) = match text.split_once("\n---\n") {
        Some((rule, script)) => (rule, Some(script)),
        None => (text, None),
    };
    let mut files: BTreeMap<String, Vec<u8>> =
        BASE.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    files.insert("rules/people/stranger.toml".to_owned(), rule.as_bytes().to_vec());
    if let Some(script) = script {
        files.insert("rules/people/stranger.rhai".to_owned(), script.as_bytes().to_vec());
    }
    let pack = Shelf::new(files, DAY);
    let loaded = audit::in_threads(Some(1), || {
        let packs = pack::load(&[PackRef::Folder("pack".into())], &pack)?;
        let rules = script::compile(&packs)?;
        Ok((packs, rules))
    });
    let shelf = shelf(&[("roster.csv", ROSTER.as_bytes())]);
    match loaded {
        Ok((packs, rules)) => promises::hold(&judge(&packs, &rules, None, &shelf)),
        Err(errors) => promises::hold(&Err(errors)),
    }
}

/// The part of the built-in pack that a rule of a stranger is loaded with.
const BASE: &[(&str, &str)] = &[
    ("pack.toml", include_str!("../../rules/iso27001-2022/pack.toml")),
    ("controls/a-05.toml", include_str!("../../rules/iso27001-2022/controls/annex-a-05.toml")),
    ("controls/a-06.toml", include_str!("../../rules/iso27001-2022/controls/annex-a-06.toml")),
    ("schema/events.toml", include_str!("../../rules/iso27001-2022/schema/events.toml")),
    ("schema/roster.toml", include_str!("../../rules/iso27001-2022/schema/roster.toml")),
    ("sources/fields.toml", include_str!("../../rules/iso27001-2022/sources/fields.toml")),
];

/// Judges one file beside a roster, bound in the workspace where something is said of it.
fn judge_file(name: &str, bytes: &[u8], said: &str) {
    let workspace = match said {
        "" => String::new(),
        _ => format!(
            "[[evidence]]\nfiles = [\"{name}\"]\n{said}\n\n[[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\n"
        ),
    };
    judge_files(&[(FILE_NAME, workspace.as_bytes()), ("roster.csv", ROSTER.as_bytes()), (name, bytes)]);
}

/// Judges files by the built-in pack; `preaudit.toml` among them is the workspace.
fn judge_files(files: &[(&str, &[u8])]) {
    let workspace = files.iter().find(|(name, _)| *name == FILE_NAME);
    let workspace = workspace.and_then(|(_, bytes)| String::from_utf8(bytes.to_vec()).ok());
    let (packs, rules) = built_in();
    let result = judge(packs, rules, workspace, &shelf(files));
    promises::hold(&result);
    promises::counts_hold(&result);
}

fn shelf(files: &[(&str, &[u8])]) -> Shelf {
    Shelf::new(files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect(), DAY)
}

fn judge(
    packs: &Packs,
    rules: &Rules,
    workspace: Option<String>,
    shelf: &Shelf,
) -> Result<Report, Vec<Diagnostic>> {
    let workspace = workspace.map(|text| Arc::new(Source::new(FILE_NAME, text)));
    let scope = Scope { workspace, as_of: Some(DAY), ..Scope::default() };
    let request = Request { scope, trust_packs: true, ..Request::default() };
    audit::in_threads(Some(1), || audit::judge(packs, rules, &request, shelf))
}

/// The built-in pack, loaded and compiled once.
fn built_in() -> &'static (Packs, Rules) {
    static LOADED: OnceLock<(Packs, Rules)> = OnceLock::new();
    LOADED.get_or_init(|| {
        let nothing = shelf(&[]);
        let packs = pack::load(&[PackRef::BuiltIn], &nothing).expect("the built-in pack loads");
        let rules = script::compile(&packs).expect("the built-in pack compiles");
        (packs, rules)
    })
}
