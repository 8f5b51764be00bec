//! Where the time of an audit went. It is for whoever writes rules or wonders why a night takes
//! long, and never a part of a report.

use crate::evaluate::Outcome;
use crate::evidence::{Evidence, Spent};
use crate::pack::{Expression, Form, Packs, Rule};
use crate::plan::{Look, Plan, Planned};
use crate::scan::{Cost, Facts, LogWatched, Portion, Tally, Watch};
use crate::script;
use crate::world::Stopwatch;
use std::time::Duration;

/// Where the time went: by stage, by log and by rule.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    /// The stages in order, with their time on the wall.
    pub stages: Vec<(&'static str, Duration)>,
    /// The logs in order.
    pub logs: Vec<LogTime>,
    /// The rules that were asked, the costliest first.
    pub rules: Vec<RuleTime>,
    /// Time that all rules together took over the records of logs, as a sample says.
    pub asking: Duration,
}

/// What one log took.
#[derive(Clone, Debug, Default)]
pub struct LogTime {
    /// Its path.
    pub file: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Its records.
    pub records: u64,
    /// Time on the wall.
    pub took: Duration,
    /// Time of all threads, by what they did.
    pub spent: Spent,
}

/// What one rule took.
#[derive(Clone, Debug, Default)]
pub struct RuleTime {
    /// The rule.
    pub rule: String,
    /// Records that it is about.
    pub seen: u64,
    /// Records that it was asked about, as a sample says: the others could not matter to it.
    pub asked: u64,
    /// Records that it kept, or rows that are exceptions.
    pub matched: u64,
    /// Time it took over records of logs when asked alone, as a sample says.
    pub records: Duration,
    /// Time it took to judge what came of them, and tables.
    pub judging: Duration,
    /// Steps that the interpreter took to judge.
    pub steps: u64,
    /// Conditions that the interpreter is asked, each with why; none when all are native.
    pub interpreted: Vec<(&'static str, String)>,
    /// True for a rule with conditions on records or groups.
    pub scans: bool,
}

/// The time on the wall, stage by stage.
pub(super) struct Laps {
    watch: Stopwatch,
    stages: Vec<(&'static str, Duration)>,
}

impl Laps {
    pub(super) fn start() -> Self {
        Self { watch: Stopwatch::start(), stages: Vec::new() }
    }

    /// Ends a stage; the next one begins.
    pub(super) fn end(&mut self, stage: &'static str) {
        self.stages.push((stage, self.watch.elapsed()));
        self.watch = Stopwatch::start();
    }
}

impl Timings {
    /// What logs and rules took; of rules nothing where no portion of the records was timed.
    pub(super) fn of(
        (packs, plan, evidence): (&Packs, &Plan, &Evidence),
        (facts, outcomes): (&Facts, &[Outcome]),
        watch: &Watch,
    ) -> Self {
        let portion = watch.checks.time;
        if portion.is_none() {
            return Self::default();
        }
        let seen = watch.seen();
        let logs = seen.logs.iter().filter_map(|(number, log)| log_time(evidence, facts, *number, *log));
        let planned = plan.rules.iter().zip(outcomes);
        let asked = planned.filter(|(planned, _)| {
            !matches!(planned.look, Look::Excluded | Look::Starved | Look::Unfounded(_))
        });
        let time = |(planned, outcome): (&Planned, &Outcome)| {
            let cost = seen.alone.get(&planned.rule().id).copied().unwrap_or_default();
            rule_time(packs, (planned, outcome), facts, (portion, cost))
        };
        let mut rules: Vec<RuleTime> = asked.map(time).collect();
        rules.sort_by(|a, b| (b.took(), &a.rule).cmp(&(a.took(), &b.rule)));
        Self { stages: Vec::new(), logs: logs.collect(), rules, asking: extrapolated(portion, seen.together) }
    }

    /// With the stages.
    pub(super) fn with(self, laps: Laps) -> Self {
        Self { stages: laps.stages, ..self }
    }
}

impl RuleTime {
    /// All that it took.
    pub fn took(&self) -> Duration {
        self.records + self.judging
    }
}

fn log_time(evidence: &Evidence, facts: &Facts, number: u32, log: LogWatched) -> Option<LogTime> {
    let number = usize::try_from(number).ok()?;
    let (file, read) = (evidence.logs.get(number)?.file.clone(), facts.logs.get(number)?);
    Some(LogTime { file, bytes: read.bytes, records: read.records, took: log.took, spent: log.spent })
}

fn rule_time(
    packs: &Packs,
    (planned, outcome): (&Planned, &Outcome),
    facts: &Facts,
    (portion, cost): (Portion, Cost),
) -> RuleTime {
    let exceptions = outcome.exceptions.lapses + outcome.exceptions.opportunities;
    let time = RuleTime {
        rule: planned.rule().id.clone(),
        seen: outcome.records as u64,
        asked: outcome.records as u64,
        matched: exceptions as u64,
        judging: outcome.took,
        steps: outcome.steps,
        interpreted: interpreted(packs, planned.rule()),
        ..RuleTime::default()
    };
    let scan = match &planned.look {
        Look::Groups(look) => Some(look.scan),
        Look::Judge(scan) => *scan,
        _ => None,
    };
    let Some(tally) = scan.map(|scan| &facts.tallies[scan]) else { return time };
    RuleTime {
        scans: true,
        seen: tally.seen,
        asked: portion.extrapolated(cost.records),
        matched: kept(tally),
        records: extrapolated(portion, cost.time),
        ..time
    }
}

fn kept(tally: &Tally) -> u64 {
    tally.groups.values().map(|group| group.count).sum()
}

fn extrapolated(portion: Portion, time: Duration) -> Duration {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(portion.extrapolated(nanoseconds))
}

/// The conditions of a scan that are not native.
fn interpreted(packs: &Packs, rule: &Rule) -> Vec<(&'static str, String)> {
    let Form::Scan(scan) = &rule.form else { return Vec::new() };
    let parts = [
        ("among", scan.among.as_ref()),
        ("where", scan.condition.as_ref()),
        ("then", scan.then.as_ref().map(|then| &then.condition)),
        ("keep", scan.keep.as_ref()),
        ("having", scan.having.as_ref()),
    ];
    let reason = |(name, expression): (&'static str, Option<&Expression>)| {
        let reason = script::lowered(rule, expression?, packs).err()?;
        Some((name, reason))
    };
    parts.into_iter().filter_map(reason).collect()
}
