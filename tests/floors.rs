//! Imports go down the floors only, and neither rooms nor the modules of a room form a cycle.
//!
//! The floors are read from `src/lib.rs`, so the list there cannot lie.

use crate::kit::repository;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file with what it imports, and the line of each import.
struct Module {
    path: PathBuf,
    room: String,
    /// The file within the room: `mod` for its front door.
    name: String,
    imports: Vec<(Vec<String>, usize)>,
}

#[test]
fn imports_go_down_the_floors_only() {
    let rooms = rooms();
    let height = |room: &str| rooms.iter().position(|known| known == room);
    let mut wrong = Vec::new();
    for module in modules() {
        let Some(own) = height(&module.room) else { continue };
        for (path, line) in module.imports.iter().filter(|(path, _)| path[0] == "crate") {
            let other = height(&path[1]);
            if other.is_none_or(|other| other > own) {
                wrong.push(format!("{}:{line}: {} uses {}", module.path.display(), module.room, path[1]));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that go up:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_stands_on_a_floor() {
    let listed: BTreeSet<String> = rooms().into_iter().collect();
    let built: BTreeSet<String> = modules()
        .into_iter()
        .map(|module| module.room)
        .filter(|room| room != "main" && room != "lib")
        .collect();
    assert_eq!(listed, built);
}

#[test]
fn modules_of_a_room_form_no_cycle() {
    let mut edges: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let modules = modules();
    for module in modules.iter().filter(|module| module.name != "mod") {
        let siblings: BTreeSet<&str> = modules
            .iter()
            .filter(|other| other.room == module.room)
            .map(|other| other.name.as_str())
            .collect();
        let within = module.imports.iter().filter(|(path, _)| path[0] == "super");
        for (path, _) in within {
            if siblings.contains(path[1].as_str()) && path[1] != module.name {
                let from = (module.room.clone(), module.name.clone());
                edges.entry(from).or_default().insert(path[1].clone());
            }
        }
    }
    let mut wrong = BTreeSet::new();
    for (room, name) in edges.keys() {
        let mut seen = BTreeSet::new();
        let mut next = vec![name.clone()];
        while let Some(at) = next.pop() {
            for to in edges.get(&(room.clone(), at)).into_iter().flatten() {
                if to == name {
                    wrong.insert(format!("{room}: {name}"));
                }
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "modules that lead back to themselves: {wrong:?}");
}

#[test]
fn an_arrow_that_points_up_is_seen() {
    let imports =
        imports("use crate::{place::Place, cli::{self, scan}};\nfn f() { crate::audit::audit() }\n");
    let rooms: Vec<(&str, usize)> = imports.iter().map(|(path, line)| (path[1].as_str(), *line)).collect();
    assert_eq!(rooms, [("place", 1), ("cli", 1), ("cli", 1), ("audit", 2)]);
}

#[test]
fn files_stay_readable() {
    for module in modules() {
        let text = fs::read_to_string(&module.path).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 500, "{}: {lines} lines; look for the second room", module.path.display());
    }
}

/// Rooms as `lib.rs` lists them, from the ground up.
fn rooms() -> Vec<String> {
    let text = fs::read_to_string(repository("src/lib.rs")).unwrap();
    let room = Regex::new(r"(?m)^(?:pub )?mod ([a-z_]+);").unwrap();
    room.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

fn modules() -> Vec<Module> {
    let src = repository("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files.sort();
    files.into_iter().map(|path| module(&src, path)).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn module(src: &Path, path: PathBuf) -> Module {
    let below = path.strip_prefix(src).unwrap().with_extension("");
    let parts: Vec<String> = below.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    let text = fs::read_to_string(&path).unwrap();
    // What only tests use is no arrow of the house.
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let name = if parts.len() == 1 { "mod".to_owned() } else { parts[1].clone() };
    Module { room: parts[0].clone(), name, imports: imports(code), path }
}

/// Every path that begins at the crate or at the parent, with its line.
fn imports(code: &str) -> Vec<(Vec<String>, usize)> {
    let path = Regex::new(r"\b(crate|super)::(\{|[A-Za-z_][A-Za-z0-9_:]*)").unwrap();
    let comment = Regex::new(r"//[^\n]*").unwrap();
    let code = comment.replace_all(code, "");
    let mut found = Vec::new();
    for hit in path.captures_iter(&code) {
        let at = hit.get(0).unwrap();
        let line = code[..at.start()].matches('\n').count() + 1;
        let root = hit[1].to_owned();
        let firsts = if &hit[2] == "{" { heads(&code[at.end()..]) } else { vec![hit[2].to_owned()] };
        for first in firsts {
            let mut parts = vec![root.clone()];
            parts.extend(first.split("::").filter(|part| !part.is_empty()).map(str::to_owned));
            found.push((parts, line));
        }
    }
    found
}

/// The first names within the braces of a `use`, each as often as it has names within.
fn heads(inside: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut head, mut word) = (0, String::new(), String::new());
    for character in inside.chars() {
        match character {
            '{' => {
                if depth == 0 {
                    head = word.trim().trim_end_matches("::").to_owned();
                }
                depth += 1;
                word.clear();
            }
            ',' | '}' => {
                if !word.trim().is_empty() {
                    heads.push(if depth == 0 { word.trim().to_owned() } else { head.clone() });
                }
                word.clear();
                if character == '}' {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
            }
            _ => word.push(character),
        }
    }
    heads
}
