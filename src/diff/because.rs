//! Why something differs, as far as two reports tell.

use super::Item;
use crate::finding::{Finding, count};
use crate::history::Run;
use crate::report::Report;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Why something differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// What made the difference; several, where only together they do, or where it is open.
    pub causes: Vec<Cause>,
    /// How that is known.
    pub decided: Decided,
}

/// How a cause is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    /// Judged again with what was: with it taken back, the difference is gone; or everything else was
    /// taken back, and it stays.
    ByJudgingAgain,
    /// Nothing else that is recorded differs.
    OnlyDifference,
    /// Several things differ, and nothing at hand tells them apart.
    Open,
}

/// What made a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// What it is.
    pub kind: CauseKind,
    /// In words, a fragment.
    pub says: String,
    /// Files that changed, where it is evidence.
    pub files: Vec<FileChange>,
}

/// What can make a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// Only the day moved.
    Clock,
    /// A limit in preaudit.toml.
    Parameter,
    /// A waiver in preaudit.toml.
    Waiver,
    /// An override in preaudit.toml.
    Override,
    /// Anything else in preaudit.toml.
    Configuration,
    /// The profile or the stage that was asked for.
    Request,
    /// Packs, or preaudit itself.
    Rules,
    /// Files of evidence.
    Evidence,
    /// Nothing that is recorded.
    Unknown,
}

/// A file that is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// Its path.
    pub file: String,
    /// SHA-256 before; none where it was not there.
    pub was: Option<String>,
    /// SHA-256 now; none where it is not there.
    pub is: Option<String>,
}

impl Cause {
    /// A cause without files.
    pub fn new(kind: CauseKind, says: impl Into<String>) -> Self {
        Self { kind, says: says.into(), files: Vec::new() }
    }

    /// That only the day moved.
    pub fn clock(before: &Report, after: &Report) -> Option<Self> {
        let says = format!("the day moved from {} to {}", before.as_of, after.as_of);
        (before.as_of != after.as_of).then(|| Self::new(CauseKind::Clock, says))
    }

    /// That profile or stage are others.
    pub fn request(before: &Report, after: &Report) -> Option<Self> {
        let of = |report: &Report| format!("{}, {}", report.stage, report.profile);
        let says = format!("judged as {}, before as {}", of(after), of(before));
        (of(before) != of(after)).then(|| Self::new(CauseKind::Request, says))
    }

    /// That packs or the program are others.
    pub fn rules(before: &Report, after: &Report) -> Option<Self> {
        if (&before.packs, &before.version) == (&after.packs, &after.version) {
            return None;
        }
        let of = |report: &Report| {
            let pack = |pack: &crate::report::PackUsed| {
                let digest = pack.digest.trim_start_matches("sha256:");
                format!("{} {} ({})", pack.id, pack.version, digest.get(..12).unwrap_or(digest))
            };
            let packs: Vec<String> = report.packs.iter().map(pack).collect();
            format!("preaudit {} with {}", report.version, packs.join(", "))
        };
        Some(Self::new(CauseKind::Rules, format!("the rules are {}, before {}", of(after), of(before))))
    }

    /// That a key of preaudit.toml says something else.
    pub fn workspace(key: &str, rule: &str) -> Self {
        let kind = match key {
            "params" => CauseKind::Parameter,
            "waiver" => CauseKind::Waiver,
            "override" => CauseKind::Override,
            _ => CauseKind::Configuration,
        };
        let says = match kind {
            CauseKind::Parameter => format!("[params] of preaudit.toml changed, for {rule}"),
            CauseKind::Waiver | CauseKind::Override => format!("[[{key}]] of preaudit.toml changed"),
            _ => format!("`{key}` of preaudit.toml changed"),
        };
        Self::new(kind, says)
    }

    fn evidence(files: Vec<FileChange>) -> Self {
        let of = |file: &FileChange| match (&file.was, &file.is) {
            (None, _) => format!("{} is new", file.file),
            (_, None) => format!("{} is gone", file.file),
            _ => format!("{} changed", file.file),
        };
        let mut shown: Vec<String> = files.iter().take(5).map(of).collect();
        if files.len() > shown.len() {
            shown.push(count(files.len() - shown.len(), "more file"));
        }
        Self { kind: CauseKind::Evidence, says: shown.join(", "), files }
    }
}

/// Why an item differs, from what two runs recorded; `workspace` is the text of preaudit.toml of the later.
pub fn recorded(before: &Run, (after, workspace): (&Report, Option<&str>), item: &Item<'_>) -> Because {
    let rule = rule_of(before, after, item);
    let mut causes: Vec<Cause> = Cause::clock(&before.report, after).into_iter().collect();
    causes.extend(Cause::request(&before.report, after));
    match (&before.workspace, workspace) {
        (Some(old), Some(new)) => {
            let keys = workspace_keys(old, new).into_iter();
            causes.extend(
                keys.filter(|key| concerns(key, &rule, old, new)).map(|key| Cause::workspace(&key, &rule)),
            );
        }
        _ => causes.extend(told(before, after, item, &rule)),
    }
    causes.extend(Cause::rules(&before.report, after));
    let files = changed_files(before, after, item);
    causes.extend((!files.is_empty()).then(|| Cause::evidence(files)));
    let decided = if causes.len() == 1 { Decided::OnlyDifference } else { Decided::Open };
    or_unknown(causes, decided)
}

/// Why an item differs that still does when day, request and preaudit.toml are taken back: evidence or
/// rules, whichever is another. `is_whole` when all of them could be taken back.
pub fn residual(before: &Run, after: &Report, item: &Item<'_>, is_whole: bool) -> Because {
    let mut causes: Vec<Cause> = Cause::rules(&before.report, after).into_iter().collect();
    let files = changed_files(before, after, item);
    causes.extend((!files.is_empty()).then(|| Cause::evidence(files)));
    if !is_whole {
        let says = "preaudit.toml may have changed: the text of that day cannot be used";
        causes.push(Cause::new(CauseKind::Configuration, says));
    }
    let decided = if causes.len() == 1 { Decided::ByJudgingAgain } else { Decided::Open };
    or_unknown(causes, decided)
}

fn or_unknown(mut causes: Vec<Cause>, decided: Decided) -> Because {
    if causes.is_empty() {
        let says = "nothing that is recorded differs; times of files, or runs before, may";
        causes.push(Cause::new(CauseKind::Unknown, says));
        return Because { causes, decided: Decided::Open };
    }
    Because { causes, decided }
}

/// Keys at the top of preaudit.toml under which two texts say different things; none where either is no
/// TOML. Comments and order are no difference.
pub fn workspace_keys(old: &str, new: &str) -> Vec<String> {
    let (Ok(old), Ok(new)) = (old.parse::<toml::Table>(), new.parse::<toml::Table>()) else {
        return Vec::new();
    };
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).cloned().collect()
}

/// True when what differs under a key can concern a rule: of parameters, waivers and overrides only its own.
fn concerns(key: &str, rule: &str, old: &str, new: &str) -> bool {
    let of = |text: &str| -> Vec<toml::Value> {
        let table = text.parse::<toml::Table>().unwrap_or_default();
        match table.get(key) {
            Some(toml::Value::Array(all)) => all.iter().filter(|one| names(one, rule)).cloned().collect(),
            Some(toml::Value::Table(all)) => all.get(rule).cloned().into_iter().collect(),
            _ => Vec::new(),
        }
    };
    !matches!(key, "params" | "waiver" | "override") || of(old) != of(new)
}

fn names(one: &toml::Value, rule: &str) -> bool {
    one.get("rule").and_then(toml::Value::as_str) == Some(rule)
}

/// What findings themselves tell of preaudit.toml, where its text is not recorded: limits, waivers and
/// overrides stand in their derivations.
fn told(before: &Run, after: &Report, item: &Item<'_>, rule: &str) -> Vec<Cause> {
    let find = |report: &Report| report.findings.iter().find(|one| one.id == item.finding).cloned();
    let (Some(old), Some(new)) = (find(&before.report), find(after)) else { return Vec::new() };
    let steps = |finding: &Finding, words: &[&str]| -> Vec<String> {
        let has = |step: &&String| words.iter().any(|word| step.contains(word));
        finding.derivation.iter().filter(has).cloned().collect()
    };
    let keys = [("params", &["with "][..]), ("waiver", &["waived until "]), ("override", &[" overruled "])];
    let differs = |(_, words): &(&str, &[&str])| steps(&old, words) != steps(&new, words);
    keys.into_iter().filter(differs).map(|(key, _)| Cause::workspace(key, rule)).collect()
}

fn rule_of(before: &Run, after: &Report, item: &Item<'_>) -> String {
    let all = after.findings.iter().chain(&before.report.findings);
    all.filter(|one| one.id == item.finding).map(|one| one.rule.clone()).next().unwrap_or_default()
}

/// Files that the rule of a finding looked at and that are others now; where there is none, all files that
/// are. A file that only has another name is none of them.
fn changed_files(before: &Run, after: &Report, item: &Item<'_>) -> Vec<FileChange> {
    let (old, new) = (digests(&before.report), digests(after));
    let exhibits = |report: &Report| -> BTreeSet<String> {
        let findings = report.findings.iter().filter(|one| one.id == item.finding);
        findings.flat_map(|one| &one.evidence).map(|exhibit| exhibit.file.clone()).collect()
    };
    let looked_at = exhibits(&before.report).into_iter().chain(exhibits(after)).collect();
    let of_rule = others(&looked_at, &old, &new);
    if !of_rule.is_empty() {
        return of_rule;
    }
    others(&old.keys().chain(new.keys()).cloned().collect(), &old, &new)
}

type Digests = BTreeMap<String, String>;

fn digests(report: &Report) -> Digests {
    report.evidence.iter().map(|seen| (seen.file.clone(), seen.sha256.clone())).collect()
}

fn others(files: &BTreeSet<String>, old: &Digests, new: &Digests) -> Vec<FileChange> {
    let is_renamed =
        |sha: Option<&String>, other: &Digests| sha.is_some_and(|sha| other.values().any(|one| one == sha));
    let change = |file: &String| {
        let (was, is) = (old.get(file), new.get(file));
        let same =
            was == is || (is.is_none() && is_renamed(was, new)) || (was.is_none() && is_renamed(is, old));
        (!same).then(|| FileChange { file: file.clone(), was: was.cloned(), is: is.cloned() })
    };
    files.iter().filter_map(change).collect()
}
