//! `preaudit explain RULE --record FILE:LINE`: why a rule says of a record what it says.

use super::Arguments;
use crate::audit::{self, Answered, Asked, AtomSaid, RecordAt, Truth};
use crate::cli::output::Output;
use crate::cli::place::{Folder, disk, home_of};
use crate::finding::Diagnostic;
use crate::report::Exit;
use crate::snippet::visible;
use crate::world::Disk;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Atoms are lined up as far as this, in characters.
const WIDEST: usize = 48;

/// A record as it is named on the command line.
pub(super) fn at(text: &str) -> Result<RecordAt, String> {
    let written = text.rsplit_once(':').and_then(|(file, line)| Some((file.to_owned(), line.parse().ok()?)));
    let (file, line) = written.ok_or("a record is written FILE:LINE, as roster.csv:3")?;
    Ok(RecordAt { file, line })
}

pub(super) fn run(arguments: &Arguments, at: &RecordAt, output: &Output) -> Exit {
    match ask(arguments, at, &disk()) {
        Ok((at, asked)) => {
            output.print(&told(&arguments.name, &at, &asked));
            Exit::Clean
        }
        Err(wrong) => output.wrongs(&wrong),
    }
}

/// Asks a rule about a record of a file on the disk.
fn ask(arguments: &Arguments, at: &RecordAt, disk: &Disk) -> Result<(RecordAt, Asked), Vec<Diagnostic>> {
    let path = fs::canonicalize(&at.file).unwrap_or_else(|_| PathBuf::from(&at.file));
    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = Folder {
        path: home_of(parent, None).unwrap_or_else(|| parent.to_path_buf()),
        config: None,
        packs: arguments.packs.clone(),
        trust_packs: arguments.trust_packs,
        as_of: arguments.as_of,
        jobs: None,
    };
    let request = folder.request(disk)?;
    let below = path.strip_prefix(&request.scope.root).unwrap_or(&path);
    let at = RecordAt { file: below.to_string_lossy().replace('\\', "/"), line: at.line };
    let asked = audit::ask_about(&request, &arguments.name, &at, disk)?;
    Ok((at, asked))
}

/// What a rule says of a record: condition by condition, and atom by atom.
fn told(rule: &str, at: &RecordAt, asked: &Asked) -> String {
    let mut text = format!("{rule} about {}\n", visible(&format!("{}:{}", at.file, at.line)));
    for Answered { part, holds, atoms } in &asked.conditions {
        let holds = match holds {
            Some(true) => "holds",
            Some(false) => "does not hold",
            None => "is in doubt",
        };
        let _ = writeln!(text, "\n  {part} {holds}");
        let widest = atoms.iter().map(|atom| atom.text.chars().count()).max().unwrap_or(0).min(WIDEST);
        atoms.iter().for_each(|atom| line_of_atom(&mut text, atom, widest));
    }
    if asked.conditions.is_empty() {
        let _ = writeln!(text, "\n  a script judges whole tables, so no condition is asked of one record");
    }
    text.push('\n');
    for said in &asked.observed {
        let _ = writeln!(text, "  {}", visible(said));
    }
    if asked.observed.is_empty() {
        let _ = writeln!(text, "  nothing is observed on this line");
    }
    text
}

fn line_of_atom(text: &mut String, atom: &AtomSaid, widest: usize) {
    let mark = if atom.decides { '>' } else { ' ' };
    let truth = match atom.truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::InDoubt => "in doubt",
        Truth::NotAsked => "not asked",
    };
    let values = atom.values.iter().map(|value| visible(value)).collect::<Vec<_>>().join(", ");
    let line = format!("  {mark} {truth:<9}  {:<widest$}  {values}", atom.text);
    let _ = writeln!(text, "{}", line.trim_end());
}
