//! The README says what is true: its commands run, what it shows is printed, its rule is in the
//! pack, and the other documents name what there is.

use crate::kit::{built_in, files_below, fixture, lay_down, program, repository, stderr, stdout};
use preaudit::pack::PackRef;
use preaudit::prove::Trial;
use preaudit::world::Disk;
use std::fs;

fn document(name: &str) -> String {
    fs::read_to_string(repository(name)).unwrap()
}

/// The blocks of this language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let behind = text.split(&opening).skip(1);
    behind.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// What the commands of the README look at, apart from the repository, which they shall not write to.
fn checkout() -> tempfile::TempDir {
    let checkout = tempfile::tempdir().unwrap();
    for folder in ["fixtures", "rules", "docs"] {
        lay_down(&checkout.path().join(folder), &files_below(&repository(folder)));
    }
    checkout
}

/// Every command of the README but the tests themselves, as typed in a checkout.
#[test]
fn every_command_of_the_readme_runs() {
    let readme = document("README.md");
    let commands: Vec<String> = blocks(&readme, "sh").concat().lines().map(str::to_owned).collect();
    assert_eq!(commands[0], "cargo run --release -- scan fixtures/stage-2-lapses");
    assert_eq!(commands[1], "cargo test");
    let typed = |command: &str| {
        let arguments = command.strip_prefix("preaudit ").or(command.strip_prefix("cargo run --release -- "));
        arguments.unwrap_or_else(|| panic!("what is `{command}`?")).to_owned()
    };
    let (checkout, own) = (checkout(), tempfile::tempdir().unwrap());
    lay_down(own.path(), &files_below(&fixture("conforming").join("evidence")));
    for command in commands.iter().filter(|command| *command != "cargo test") {
        let typed = typed(command).replace("DIR", own.path().to_str().unwrap());
        let arguments: Vec<&str> = typed.split_whitespace().collect();
        let output = program(checkout.path(), &arguments);
        let code = output.status.code().unwrap();
        let may_find = ["scan", "convert"].contains(&arguments[0]);
        assert!(code == 0 || (may_find && code == 1), "{command}: {code} {}", stderr(&output));
        let files: Vec<&str> = arguments.iter().filter_map(|asked| Some(asked.split_once('=')?.1)).collect();
        assert!(!stdout(&output).is_empty() || !files.is_empty(), "{command}");
        assert!(files.iter().all(|file| checkout.path().join(file).is_file()), "{command}");
    }
}

/// A fenced block: its language, the file that it is of, and its text.
fn fenced(text: &str) -> Vec<(String, Option<String>, String)> {
    let mut blocks = Vec::new();
    let mut parts = text.split("```");
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        let (info, text) = block.split_once('\n').unwrap();
        let (language, file) = info.split_once(' ').map_or((info, None), |(one, file)| (one, Some(file)));
        blocks.push((language.to_owned(), file.map(str::to_owned), text.to_owned()));
    }
    blocks
}

/// True when a text is as shown, where a line `…` stands for any number of lines.
fn is_as_shown(shown: &str, printed: &str) -> bool {
    let parts: Vec<&str> = shown.split("…\n").collect();
    let (first, rest) = parts.split_first().unwrap();
    let Some(mut left) = printed.strip_prefix(first) else { return false };
    for part in rest {
        match left.find(part) {
            Some(at) if part.is_empty() || left[..at].is_empty() || left[..at].ends_with('\n') => {
                left = &left[at + part.len()..];
            }
            _ => return false,
        }
    }
    left.is_empty() || shown.ends_with("…\n")
}

/// The tutorial as a newcomer does it: in an empty folder, file by file and command by command.
#[test]
fn the_tutorial_works_and_prints_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let (mut printed, mut shown) = (String::new(), 0);
    for (language, file, text) in fenced(&document("docs/tutorial.md")) {
        match (language.as_str(), file) {
            ("sh", _) => {
                printed.clear();
                for line in text.lines() {
                    let (command, ends) = line.split_once('#').unwrap_or((line, "ends with 0"));
                    let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
                    let output = program(folder.path(), &arguments);
                    printed += &stdout(&output);
                    printed += &stderr(&output);
                    let code = format!("ends with {}", output.status.code().unwrap());
                    assert_eq!(ends.trim(), code, "{command}\n{printed}");
                }
            }
            ("text", _) => {
                assert!(is_as_shown(&text, &printed), "shown:\n{text}\nprinted:\n{printed}");
                shown += 1;
            }
            (_, Some(file)) => {
                let path = folder.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            (language, None) => panic!("what is a block of `{language}`?"),
        }
    }
    assert!(shown >= 8, "{shown}");
}

#[test]
fn what_is_left_out_of_a_text_is_whole_lines() {
    assert!(is_as_shown("a\n…\nd\n", "a\nb\nc\nd\n"));
    assert!(is_as_shown("a\n…\n", "a\nb\n"));
    assert!(!is_as_shown("a\n…\nc\n", "a\nxc\n"));
    assert!(!is_as_shown("a\n", "a\nb\n"));
    assert!(!is_as_shown("a\nb\n", "a\n"));
}

#[test]
fn what_the_readme_shows_is_printed() {
    let readme = document("README.md");
    let shown = blocks(&readme, "text");
    let printed = stdout(&program(&repository("."), &["scan", "fixtures/stage-2-lapses"]));
    assert!(printed.contains(shown[0].trim_end()), "{}", shown[0]);
}

#[test]
fn the_rule_in_the_readme_is_one_of_the_pack() {
    let readme = document("README.md");
    let shown = &blocks(&readme, "toml")[0];
    let rule = built_in().0.rule("corrective-action-unverified").unwrap();
    for line in shown.lines().filter(|line| !line.is_empty()) {
        assert!(rule.text.text().lines().any(|known| known == line), "{line}");
    }
}

#[test]
fn the_architecture_names_every_room_and_every_crate() {
    let architecture = document("ARCHITECTURE.md");
    let library = document("src/lib.rs");
    for room in library.lines().filter_map(|line| line.strip_suffix(';')?.rsplit_once("mod ")) {
        assert!(architecture.contains(&format!("`{}`", room.1)), "the room {}", room.1);
    }
    let manifest: toml::Table = document("Cargo.toml").parse().unwrap();
    for section in ["dependencies", "dev-dependencies"] {
        for name in manifest[section].as_table().unwrap().keys() {
            assert!(architecture.contains(&format!("`{name}`")), "the crate {name}");
        }
    }
}

#[test]
fn the_changelog_counts_what_there_is() {
    let changelog = document("CHANGELOG.md").split_whitespace().collect::<Vec<_>>().join(" ");
    let (packs, _) = built_in();
    let cases = Trial::open(&[PackRef::BuiltIn], None, &Disk::default()).unwrap();
    let counts = format!(
        "{} kinds of evidence, {} log sources, {} rules with {} cases",
        packs.kinds.len(),
        packs.log_sources.len(),
        packs.rules().count(),
        cases.count()
    );
    assert!(changelog.contains(&counts), "{counts}");
}

/// Nothing in the repository names the machine it was written on.
#[test]
fn no_file_names_a_path_of_a_machine() {
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/tutorial.md", "docs/editors.md"] {
        let text = document(name);
        for path in ["/home/", "/tmp/", "/root/", "C:\\"] {
            assert!(!text.contains(path), "{name}: {path}");
        }
    }
}
