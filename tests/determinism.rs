//! The same evidence, pack and day give the same bytes.

use crate::kit::{DAY, FIXTURES, files_below, fixture, lay_down, program, scan_with, stdout};
use preaudit::evidence::FILE_NAME;
use preaudit::source::Source;
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn json(folder: &Path, jobs: usize) -> String {
    let text = fs::read_to_string(folder.join(FILE_NAME)).unwrap();
    let workspace = Some(Arc::new(Source::new(FILE_NAME, text)));
    scan_with(folder, workspace, DAY, Some(jobs)).to_json().unwrap()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for name in FIXTURES {
        let one = json(&fixture(name), 1);
        assert!(one == json(&fixture(name), 2), "{name}: two threads");
        assert!(one == json(&fixture(name), 16), "{name}: sixteen threads");
    }
}

#[test]
fn the_order_in_which_files_were_written_changes_nothing() {
    for name in FIXTURES {
        let files = files_below(&fixture(name));
        let (forth, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        lay_down(forth.path(), &files);
        lay_down(back.path(), files.iter().rev());
        assert!(json(forth.path(), 2) == json(back.path(), 2), "{name}");
    }
}

#[test]
fn the_folder_one_stands_in_changes_nothing() {
    let elsewhere = tempfile::tempdir().unwrap();
    for name in FIXTURES {
        let folder = fixture(name);
        let full = folder.to_str().unwrap();
        let here = stdout(&program(&folder, &["scan", ".", "--format", "json"]));
        let there = stdout(&program(elsewhere.path(), &["scan", full, "--format", "json"]));
        let above = stdout(&program(folder.parent().unwrap(), &["scan", name, "--format", "json"]));
        assert!(!here.is_empty() && here == there && here == above, "{name}");
    }
}

#[test]
fn a_real_organization_gives_the_same_bytes_from_one_and_two_threads() {
    let Some(data) = crate::real::data() else { return };
    for folder in ["isms-nordwind/registers", "logs-stratus", "fuzz-generated"] {
        let folder = data.join(folder);
        let scan = |jobs| scan_with(&folder, None, DAY, Some(jobs)).to_json().unwrap();
        assert!(scan(1) == scan(2), "{}", folder.display());
    }
}
