//! Lays down what `benches/night.py` compares: a log, packs of 1, 10, 100 and 1,000 rules, the same
//! rules in SQL, and what each of them counts.
//!
//! `cargo bench --bench night -- DIR` writes below DIR; `PREAUDIT_BENCH_MB` is the size of the log,
//! 100 when it is not set. Without a folder there is nothing to do.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench writes files and stops where it cannot"
)]

#[path = "../../tests/generator/mod.rs"]
mod generator;

use generator::{night, rules, trail};
use serde_json::json;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Sizes of the packs.
const PACKS: [usize; 4] = [1, 10, 100, 1_000];
/// All is made from this number.
const SEED: u64 = 27_001;

fn main() {
    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("name a folder to lay down a night and its rules");
        return;
    };
    let megabytes = std::env::var("PREAUDIT_BENCH_MB").ok().and_then(|size| size.parse().ok());
    lay_down(&PathBuf::from(folder), megabytes.unwrap_or(100) * 1_000_000);
}

fn lay_down(folder: &Path, bytes: usize) {
    let all = rules::rules(PACKS[PACKS.len() - 1], SEED);
    for size in PACKS {
        write(&folder.join(format!("packs/{size}")), &rules::pack(&all[..size]));
    }
    write(&folder.join("evidence"), &rules::beside("trail.ndjson"));
    let log = fs::File::create(folder.join("evidence/trail.ndjson")).expect("the log can be made");
    let mut log = BufWriter::with_capacity(1 << 20, log);
    let mut counts = vec![0_usize; all.len()];
    let records = trail::write(bytes, SEED, &mut log, &mut |event| {
        for (count, rule) in counts.iter_mut().zip(&all) {
            *count += usize::from(rule.holds(event));
        }
    });
    log.flush().expect("the log can be written");
    let rules: Vec<_> = all
        .iter()
        .zip(counts)
        .map(|(rule, count)| json!({ "id": rule.id, "sql": rule.sql(), "count": count }))
        .collect();
    let known = json!({ "columns": rules::COLUMNS, "records": records, "rules": rules });
    write(folder, &[("rules.json".to_owned(), known.to_string())]);
    let gate = night::gate(bytes);
    let lines = format!("[[evidence]]\nsource = \"syslog\"\nfiles = [\"auth.log\"]\n{}", ROSTER);
    write(
        &folder.join("gate"),
        &[
            ("auth.log".to_owned(), gate.text),
            ("roster.csv".to_owned(), gate.roster),
            ("preaudit.toml".to_owned(), lines),
        ],
    );
    println!("{records} records and {} lines of syslog", gate.records);
}

/// The roster beside the log of a server.
const ROSTER: &str = "\n[[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\n";

fn write(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder)).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
}
