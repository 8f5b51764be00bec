//! Why a rule says of one record what it says: each atom of its conditions, and which one decided.

use super::{Inspection, Request, in_threads};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{Expression, Form, Rule};
use crate::script::{Asking, Noticed, Structure, Watcher};
use crate::world::World;
use std::ops::Range;
use std::sync::Arc;

/// A record, by the file and line in which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAt {
    /// Path of the file as reports show it.
    pub file: String,
    /// A line of the record, from 1.
    pub line: usize,
}

/// What a rule says of a record.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its conditions in the order of the rule.
    pub conditions: Vec<Answered>,
    /// What it observes at the record, where it was asked about all of the evidence.
    pub observed: Vec<String>,
}

/// A condition and what came of it.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What the condition is for: `among`, `where`, `keep`, `then`.
    pub part: String,
    /// Whether it holds; nothing where a cell leaves it in doubt.
    pub holds: Option<bool>,
    /// Its atoms in order.
    pub atoms: Vec<AtomSaid>,
}

/// An atom of a condition and what came of it.
#[derive(Clone, Debug)]
pub struct AtomSaid {
    /// The atom as it is written.
    pub text: String,
    /// What is known of it.
    pub truth: Truth,
    /// What stood on its sides, each as `r.status is "left"`.
    pub values: Vec<String>,
    /// True when the condition holds, or does not, because of it.
    pub decides: bool,
}

/// What is known of an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// A cell is not what it should be, so that nobody can say.
    InDoubt,
    /// Nobody asked, since what was asked before decided.
    NotAsked,
}

/// Asks a rule about a record.
///
/// # Errors
/// As [`super::audit`], and when there is no such rule, it may not run here or was never asked about the
/// record.
pub fn ask_about(
    request: &Request,
    rule: &str,
    at: &RecordAt,
    world: &dyn World,
) -> Result<Asked, Vec<Diagnostic>> {
    in_threads(request.jobs, || {
        let mut inspection = Inspection::open(request, world)?;
        let all = inspection.evidence.logs.len();
        let is_log = inspection.evidence.logs.iter().any(|log| log.file == at.file);
        // A line says which record is meant in one log alone.
        if is_log {
            inspection.evidence.logs.retain(|log| log.file == at.file);
        }
        let watcher = Arc::new(Watcher::of_record(&at.file, at.line));
        let watched = inspection.rules().alone(rule, &Asking::Watched(Arc::clone(&watcher)))?;
        let Some(compiled) = watched.list.first() else { return Err(refused("there is no such rule")) };
        if compiled.is_stranger {
            return Err(refused("its pack is not trusted; read it, then pass --trust-packs"));
        }
        let report = inspection.judge_by(&watched)?;
        let conditions = conditions(&compiled.rule, &watcher.noticed());
        let is_whole = inspection.evidence.logs.len() == all;
        let findings = report.findings.iter().filter(|_| is_whole);
        let observed = findings.flat_map(|finding| {
            let is_here = |place: &usize| {
                finding
                    .places
                    .get(*place)
                    .is_some_and(|place| (&place.file, place.line) == (&at.file, at.line))
            };
            let here = finding.observations.iter().filter(move |one| one.places.iter().any(is_here));
            here.map(|one| format!("{}: {}", finding.state, one.statement)).collect::<Vec<_>>()
        });
        let observed: Vec<String> = observed.collect();
        let is_judged = matches!(compiled.rule.form, Form::Judge);
        if conditions.is_empty() && observed.is_empty() && !is_judged {
            let where_ = format!("{}:{}", at.file, at.line);
            return Err(refused(&format!("it is not asked about any record at {where_}")));
        }
        Ok(Asked { conditions, observed })
    })
}

fn refused(why: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::error(Code::InvalidRule, format!("this rule cannot be asked: {why}"))]
}

/// The conditions that were asked of the record.
fn conditions(rule: &Rule, noticed: &Noticed) -> Vec<Answered> {
    let parts = parts(rule).into_iter();
    parts.filter_map(|(part, condition)| answered(rule, part, condition, noticed)).collect()
}

/// The conditions on records and rows, with what each is for.
fn parts(rule: &Rule) -> Vec<(String, &Expression)> {
    let parts: Vec<(String, Option<&Expression>)> = match &rule.form {
        Form::Judge => Vec::new(),
        Form::Each(each) => each
            .iter()
            .enumerate()
            .flat_map(|(look, one)| {
                let name = |part: &str| {
                    if each.len() == 1 { part.to_owned() } else { format!("{part} {}", look + 1) }
                };
                [(name("among"), one.among.as_ref()), (name("where"), Some(&one.condition))]
            })
            .collect(),
        Form::Scan(scan) => [
            ("among", scan.among.as_ref()),
            ("where", scan.condition.as_ref()),
            ("then", scan.then.as_ref().map(|then| &then.condition)),
            ("keep", scan.keep.as_ref()),
        ]
        .map(|(part, condition)| (part.to_owned(), condition))
        .into(),
    };
    parts.into_iter().filter_map(|(part, condition)| Some((part, condition?))).collect()
}

/// What came of a condition; nothing where it was not asked.
fn answered(rule: &Rule, part: String, condition: &Expression, noticed: &Noticed) -> Option<Answered> {
    let start = condition.start(&rule.text)?;
    let structure = Structure::of(&condition.text);
    let truth = |atom: &Range<usize>| {
        let seen = noticed.atoms.get(&(start + atom.start))?;
        // In doubt where neither was seen; both of a record that was joined with several rows.
        (seen.yes != seen.no).then_some(seen.yes)
    };
    let mut asked = Vec::new();
    let holds = structure.ask(&mut |atom| {
        asked.push(atom.start);
        truth(atom)
    });
    let is_asked = |atom: &Range<usize>| noticed.atoms.contains_key(&(start + atom.start));
    structure.atoms().iter().find(|atom| is_asked(atom))?;
    let deciding = structure.deciding(&truth);
    let said = |atom: Range<usize>| AtomSaid {
        text: condition.text[atom.clone()].to_owned(),
        truth: match truth(&atom) {
            _ if !asked.contains(&atom.start) => Truth::NotAsked,
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::InDoubt,
        },
        values: noticed.values.get(&(start + atom.start)).cloned().unwrap_or_default(),
        decides: deciding.contains(&atom),
    };
    Some(Answered { part, holds, atoms: structure.atoms().into_iter().map(said).collect() })
}
