//! Rules of strangers, asked in a process apart: what goes there, and what may come back.
//!
//! There goes what the rule is, its parameters, and the tables and groups that it names; back comes what
//! it observed, pointing at rows by their numbers. What comes back is not believed further than it can be
//! checked: it can only point at what went there.

mod answer;

pub use answer::{Answer, GroupsHeard};

use super::CompiledRule;
use super::context::Sight;
use super::group_view::GroupView;
use super::names::Names;
use crate::code::Code;
use crate::evidence::{Table, among};
use crate::finding::{Diagnostic, Grade};
use crate::pack::{ParamValue, Rule};
use crate::place::Place;
use crate::sandbox::{Death, Limits};
use crate::source::{Source, shorten_to};
use crate::time::Time;
use crate::world::World;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// Processor time of a rule, besides that for its rows.
const PROCESSOR: u64 = 5;
/// A script is stopped so long before its process is, so that it can still say where it was.
const BEFORE: Duration = Duration::from_secs(3);
/// Rows that a rule gets another second for.
const ROWS_A_SECOND: usize = 10_000;
/// Memory of a rule, besides what it looks at.
const MEMORY: u64 = 512 << 20;
/// How many times its processor time a rule may take on the wall: others work on the machine too.
const WALL: u32 = 12;
/// Bytes of all that a rule says.
const ANSWER: u64 = 16 << 20;
/// Characters of a message about a failure that are kept.
const MESSAGE: usize = 500;

/// A rule with what it is asked under and may look at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Brief {
    /// The text of its declaration.
    pub text: Arc<Source>,
    /// The text of its script.
    pub script: Option<Arc<Source>>,
    /// The folder it stands in.
    pub theme: String,
    /// What an exception is graded as.
    pub grade: Grade,
    /// Names that scripts know.
    pub names: Arc<Names>,
    /// Its parameters.
    pub params: BTreeMap<String, ParamValue>,
    /// The day of judgement.
    pub as_of: Time,
    /// Processor time that its script may take.
    pub time: Duration,
    /// The tables that it may look at and that groups point into.
    pub tables: Vec<Arc<Table>>,
    /// The numbers of the tables of each kind that it names.
    pub kinds: BTreeMap<String, Vec<usize>>,
}

/// What a rule is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ask {
    /// To judge whole tables, and this besides.
    Judge(Sight),
    /// To look at each row.
    Each,
    /// To look at these groups, of which only those with a silence are exceptions where silences count.
    Groups(Vec<GroupView>, bool),
    /// Which rows of this kind are expected in the logs.
    Expected(String),
}

impl Brief {
    /// A rule under these parameters on this day, with the tables of the kinds that it names.
    pub fn of(
        compiled: &CompiledRule,
        names: &Arc<Names>,
        params: BTreeMap<String, ParamValue>,
        as_of: Time,
        tables: &BTreeMap<String, Vec<Arc<Table>>>,
    ) -> Self {
        let rule = &compiled.rule;
        let mut brief = Self {
            text: Arc::clone(&rule.text),
            script: rule.script.clone(),
            theme: rule.theme.clone(),
            grade: rule.grade,
            names: Arc::clone(names),
            params,
            as_of,
            time: Duration::ZERO,
            tables: Vec::new(),
            kinds: BTreeMap::new(),
        };
        for kind in rule.uses.iter().chain(&rule.may_use) {
            let of_kind = tables.get(kind).into_iter().flatten();
            let numbers = of_kind.map(|table| brief.number(table)).collect();
            brief.kinds.insert(kind.clone(), numbers);
        }
        brief
    }

    fn number(&mut self, table: &Arc<Table>) -> usize {
        self.tables.iter().position(|known| Arc::ptr_eq(known, table)).unwrap_or_else(|| {
            self.tables.push(Arc::clone(table));
            self.tables.len() - 1
        })
    }

    /// The tables by kind.
    pub fn by_kind(&self) -> BTreeMap<String, Vec<Arc<Table>>> {
        let of =
            |numbers: &Vec<usize>| numbers.iter().filter_map(|at| self.tables.get(*at).cloned()).collect();
        self.kinds.iter().map(|(kind, numbers)| (kind.clone(), of(numbers))).collect()
    }

    /// Asks the rule in a process apart.
    ///
    /// # Errors
    /// How it failed; a fault of the rule, at its place in its own text.
    pub fn ask(mut self, rule: &Rule, ask: &Ask, world: &dyn World) -> Result<Answer, Diagnostic> {
        for row in ask.groups().iter().filter_map(|group| group.joined.as_ref()) {
            self.number(&row.table);
        }
        let limits = limits(&self, ask);
        self.time = limits.processor.saturating_sub(BEFORE);
        let write = |to: &mut dyn Write| written(&self, ask, to);
        let mut length = Counter(0);
        let broken = |error: &dyn std::fmt::Display| fault(rule, &Death::Crash(error.to_string()));
        write(&mut length).map_err(|error| broken(&error))?;
        let (_, answer) = world.ask_apart(&limits, length.0, &write).map_err(|death| fault(rule, &death))?;
        let answer: Result<Answer, Diagnostic> =
            among(&self.tables, || postcard::from_bytes(&answer)).map_err(|error| broken(&error))?;
        match answer {
            Ok(answer) if answer.fits(ask, &self) => Ok(answer),
            Ok(_) => Err(broken(&"what it said points at nothing")),
            Err(said) => Err(as_told(rule, said)),
        }
    }

    /// Reads a brief and what is asked, in the process apart.
    ///
    /// # Errors
    /// When the bytes are none; never, where both sides are the same build.
    pub fn read(bytes: &[u8]) -> Result<(Self, Ask), postcard::Error> {
        let (brief, rest): (Self, &[u8]) = postcard::take_from_bytes(bytes)?;
        let ask = among(&brief.tables, || postcard::from_bytes(rest))?;
        Ok((brief, ask))
    }

    /// Writes what a rule said, in the process apart; nothing where that cannot be written.
    pub fn reply(&self, answer: &Result<Answer, Diagnostic>) -> Vec<u8> {
        among(&self.tables, || postcard::to_allocvec(answer)).unwrap_or_default()
    }
}

fn written(brief: &Brief, ask: &Ask, to: &mut dyn Write) -> io::Result<()> {
    let failed = |error: postcard::Error| io::Error::other(error.to_string());
    postcard::to_io(brief, &mut *to).map_err(failed)?;
    among(&brief.tables, || postcard::to_io(ask, to)).map_err(failed)?;
    Ok(())
}

/// Counts what is written.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a process may use that looks at nothing.
pub fn least_limits() -> Limits {
    limits_of(0)
}

fn limits(brief: &Brief, ask: &Ask) -> Limits {
    limits_of(brief.tables.iter().map(|table| table.grid.len()).sum::<usize>() + ask.groups().len())
}

fn limits_of(rows: usize) -> Limits {
    let processor = Duration::from_secs(PROCESSOR + (rows / ROWS_A_SECOND) as u64);
    Limits { processor, memory: MEMORY, wall: processor * WALL, answer: ANSWER }
}

impl Ask {
    fn groups(&self) -> &[GroupView] {
        match self {
            Self::Judge(Sight { groups, .. }) | Self::Groups(groups, _) => groups,
            Self::Each | Self::Expected(_) => &[],
        }
    }

    /// The places that an answer may name as they are.
    fn places(&self) -> Vec<&Place> {
        match self {
            Self::Judge(sight) => sight.kinds.iter().map(|kind| &kind.place).collect(),
            _ => Vec::new(),
        }
    }
}

/// A failure that a rule tells of itself, as far as it can be: about its own text, and not at any length.
fn as_told(rule: &Rule, mut said: Diagnostic) -> Diagnostic {
    if !matches!(said.code, Code::RuleFailed | Code::OverBudget | Code::InvalidRule) {
        said.code = Code::RuleFailed;
    }
    let own = |place: &Place| {
        let script = rule.script.as_ref().is_some_and(|script| script.name() == place.file);
        script || rule.text.name() == place.file
    };
    said.places.retain(own);
    said.places.truncate(1);
    if said.places.is_empty() {
        said.places.push(whole(rule));
    }
    said.message = shorten_to(&said.message, MESSAGE);
    said
}

/// How a rule failed whose process ended without an answer.
fn fault(rule: &Rule, death: &Death) -> Diagnostic {
    let code = match death {
        Death::NotStarted(_) => Code::UntrustedPack,
        death if death.is_limit() => Code::OverBudget,
        _ => Code::RuleFailed,
    };
    let help = "its pack is not trusted, so it ran in a process apart, which is gone; this is a fault of the \
                rule and says nothing about the organization";
    let message = format!("rule {} failed: {death}", rule.id);
    Diagnostic::error(code, message).help(help).at(whole(rule))
}

/// Where a rule begins to judge.
fn whole(rule: &Rule) -> Place {
    let source = rule.script.as_ref().unwrap_or(&rule.text);
    let word = if rule.script.is_some() { "judge" } else { rule.id.as_str() };
    let at = source.text().find(word).unwrap_or(0);
    source.span(at..at + word.len()).place("this rule")
}
