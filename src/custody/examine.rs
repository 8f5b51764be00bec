//! Whether a report follows from the evidence: every file hashed again, every rule asked again.

use crate::audit::{self, Request};
use crate::baseline;
use crate::code::Code;
use crate::diff::{self, Diff};
use crate::finding::{Diagnostic, count};
use crate::history::Run;
use crate::report::{EvidenceSeen, PackUsed, Report};
use crate::snippet::visible;
use crate::world::World;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str::FromStr;

/// What came of looking at the evidence again.
#[derive(Clone, Debug)]
pub struct Examination {
    /// Files of the evidence that are as the report says.
    pub same: usize,
    /// Files that are not, in the order of their paths.
    pub moved: Vec<FileMoved>,
    /// True when the same program judged with the same packs.
    pub same_rules: bool,
    /// What judging again gives otherwise; nothing where the report is the same but for files.
    pub otherwise: Option<Diff>,
}

/// A file that is not as the report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMoved {
    /// Path relative to the scanned folder.
    pub file: String,
    /// How.
    pub how: Moved,
}

/// How a file is not what a report says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It has other bytes.
    Changed,
    /// It is not there.
    Gone,
    /// It was not there.
    New,
}

impl Examination {
    /// True when the report follows from what is there.
    pub fn holds(&self) -> bool {
        self.moved.is_empty() && self.otherwise.is_none()
    }
}

/// Judges the evidence of this request as the report was judged, and holds both against each other.
///
/// # Errors
/// As [`audit::audit`], and when the report names no day or no stage that there is: it would be held
/// against another judgement than its own.
pub fn examine(
    report: &Report,
    mut request: Request,
    world: &dyn World,
) -> Result<Examination, Vec<Diagnostic>> {
    request.scope.as_of = Some(read(&report.as_of, "day of judgement")?);
    request.stage = Some(read(&report.stage, "stage")?);
    request.profile = Some(report.profile.clone());
    let mut now = audit::audit(&request, world)?;
    // Recorded runs belong to the report and not to the evidence.
    now.trend.clone_from(&report.trend);
    let (was, is) = (digests(&report.evidence), digests(&now.evidence));
    let names: Vec<&str> =
        was.keys().chain(is.keys().filter(|file| !was.contains_key(*file))).copied().collect();
    let mut moved: Vec<FileMoved> = names.iter().filter_map(|file| moved(file, &was, &is)).collect();
    moved.sort_by(|a, b| a.file.cmp(&b.file));
    let same_rules = now.version == report.version && packs(&now.packs) == packs(&report.packs);
    let same = names.len() - moved.len();
    let diff = baseline::compare(&Run::of(report.clone()), &now, &request, world)?;
    // Where neither files nor rules moved, every word must be the same, or somebody wrote into the report.
    let is_written_into = moved.is_empty() && same_rules && now != *report;
    let otherwise = (is_written_into || !diff.changes.is_empty()).then_some(diff);
    Ok(Examination { same, moved, same_rules, otherwise })
}

fn read<T: FromStr>(text: &str, what: &str) -> Result<T, Vec<Diagnostic>> {
    let unknown =
        |_| vec![Diagnostic::error(Code::InvalidRun, format!("`{text}` in the report is no {what}"))];
    text.parse().map_err(unknown)
}

fn digests(evidence: &[EvidenceSeen]) -> BTreeMap<&str, &str> {
    evidence.iter().map(|seen| (seen.file.as_str(), seen.sha256.as_str())).collect()
}

fn moved(file: &str, was: &BTreeMap<&str, &str>, is: &BTreeMap<&str, &str>) -> Option<FileMoved> {
    let how = match (was.get(file), is.get(file)) {
        (Some(a), Some(b)) if a == b => return None,
        (Some(_), Some(_)) => Moved::Changed,
        (Some(_), None) => Moved::Gone,
        (None, _) => Moved::New,
    };
    Some(FileMoved { file: file.to_owned(), how })
}

fn packs(packs: &[PackUsed]) -> Vec<&str> {
    packs.iter().map(|pack| pack.digest.as_str()).collect()
}

/// What came of it, for people.
pub fn render(examination: &Examination) -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = writeln!(text, "evidence  {} as the report says", count(examination.same, "file"));
    for one in &examination.moved {
        let how = match one.how {
            Moved::Changed => "has other bytes",
            Moved::Gone => "is not there",
            Moved::New => "was not there",
        };
        let _ = writeln!(text, "          {} {how}", visible(&one.file));
    }
    let rules =
        if examination.same_rules { "the same program and packs" } else { "another program or other packs" };
    let _ = writeln!(text, "rules     {rules}");
    match &examination.otherwise {
        None => text.push_str("judged    again, with the same result\n"),
        Some(diff) if diff.changes.is_empty() => {
            text.push_str(
                "judged    again, with the same findings; the report says something else elsewhere\n",
            );
        }
        Some(diff) => {
            text.push_str("judged    again, with another result:\n\n");
            text.push_str(&diff::render(diff));
        }
    }
    text
}
