//! Draws a plan up from a report: an action for each nonconformity, below what people wrote before.

use super::action::{Action, CapFile, Outcome, Status};
use super::record::{self, Entry, action_table, day, parse, set, with_decor};
use crate::code::Code;
use crate::finding::{Diagnostic, Finding};
use crate::grade::SYSTEMIC;
use crate::pack::Limits;
use crate::report::Report;
use crate::snippet::visible;
use crate::source::Source;
use crate::time::{Duration, Time};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use toml_edit::{Table, Value};

/// From the last day of an action to the look at its effect. Judgement: a quarter leaves records.
const UNTIL_EFFECT: i64 = 90;

/// A plan as it was drawn up, and what that changed.
#[derive(Clone, Debug, Default)]
pub struct DrawnUp {
    /// The text of `cap.toml`.
    pub text: String,
    /// Ids of findings that are new in it.
    pub added: Vec<String>,
    /// Ids that the report no longer holds.
    pub gone: Vec<String>,
    /// Ids that were closed or gone, and are there again.
    pub back: Vec<String>,
    /// Ids whose grade is another now.
    pub regraded: Vec<String>,
}

/// Draws up a plan from a report with this SHA-256. Of a plan that is there, everything that people
/// wrote is kept: actions of new findings are added at its end, those of findings that are gone are
/// marked, and of the others only the grade follows the report.
///
/// # Errors
/// When the plan that is there is not well formed, or the report names no day.
pub fn draw_up(
    report: &Report,
    sha256: &str,
    kept: Option<&Arc<Source>>,
    limits: &Limits,
) -> Result<DrawnUp, Vec<Diagnostic>> {
    let as_of: Date = report.as_of.parse().map_err(|_| {
        vec![Diagnostic::error(Code::InvalidCap, format!("the report is of no day: {}", report.as_of))]
    })?;
    let nonconformities: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.state.is_nonconformity()).collect();
    let mut drawn = DrawnUp::default();
    let known = match kept {
        Some(kept) => keep(&mut drawn, kept, report, sha256, as_of, &nonconformities)?,
        None => {
            drawn.text = head(report, sha256, as_of);
            BTreeSet::new()
        }
    };
    for finding in nonconformities.iter().filter(|finding| !known.contains(&finding.id)) {
        drawn.text += &action(report, finding, as_of, limits);
        drawn.added.push(finding.id.clone());
    }
    // What was written must be read again, whatever stood in the report or the plan before.
    CapFile::read(&Arc::new(Source::new(super::FILE_NAME, drawn.text.clone())))?;
    Ok(drawn)
}

/// Keeps a plan, and marks in it what the report says otherwise; gives the findings it is about.
fn keep(
    drawn: &mut DrawnUp,
    kept: &Arc<Source>,
    report: &Report,
    sha256: &str,
    as_of: Date,
    nonconformities: &[&Finding],
) -> Result<BTreeSet<String>, Vec<Diagnostic>> {
    let file = CapFile::read(kept)?;
    let mut document = parse(kept)?;
    let report_id = format!("sha256:{sha256}");
    document["plan"]["stage"] = with_decor(&document["plan"]["stage"], report.stage.as_str().into());
    document["plan"]["as_of"] = with_decor(&document["plan"]["as_of"], day(as_of));
    document["plan"]["report"] = with_decor(&document["plan"]["report"], report_id.clone().into());
    for (at, action) in file.actions.iter().enumerate() {
        let Some(table) = action_table(&mut document, at) else { continue };
        let id = action.finding.get_ref();
        match nonconformities.iter().find(|finding| finding.id == *id) {
            Some(finding) => found_again(drawn, (table, &report_id), action, finding, as_of),
            None if action.gone_since.is_none() => {
                set(table, "gone_since", day(as_of));
                drawn.gone.push(id.clone());
            }
            None => {}
        }
    }
    drawn.text = document.to_string();
    if !drawn.text.ends_with('\n') {
        drawn.text.push('\n');
    }
    Ok(file.actions.iter().map(|action| action.finding.get_ref().clone()).collect())
}

fn found_again(
    drawn: &mut DrawnUp,
    (table, report): (&mut Table, &str),
    action: &Action,
    finding: &Finding,
    as_of: Date,
) {
    let is_closed = *action.status.get_ref() == Status::Closed;
    let was_gone = table.remove("gone_since").is_some();
    if is_closed {
        set(table, "status", "open".into());
        record::append(
            table,
            &Entry {
                on: as_of,
                result: Outcome::Reopened,
                why: format!("the report of {as_of} holds the finding again"),
                evidence: report.to_owned(),
                files: Vec::new(),
                seen: Vec::new(),
            },
        );
    }
    if is_closed || was_gone {
        drawn.back.push(finding.id.clone());
    }
    if crate::finding::State::from(*action.grade.get_ref()) != finding.state {
        set(table, "grade", finding.state.name().into());
        drawn.regraded.push(finding.id.clone());
    }
}

fn quoted(text: &str) -> String {
    Value::from(visible(text)).to_string()
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

fn head(report: &Report, sha256: &str, as_of: Date) -> String {
    let organization = report.organization.as_deref().unwrap_or_default();
    format!(
        "{HEAD}\n[plan]\norganization = {}\nstage = {}\nas_of = {as_of}\nreport = \"sha256:{sha256}\"\n",
        quoted(organization),
        quoted(&report.stage),
    )
}

/// What stands above a new plan.
const HEAD: &str = "\
# Corrective action plan (ISO/IEC 27001:2022, 10.2). One [[action]] for each nonconformity of the report.
#
# Fill in what is empty; `preaudit cap check` says at which line something is missing or will not hold.
# When the evidence is mended, `preaudit cap verify --evidence DIR` judges it anew, closes what conforms
# there, writes a record below the action, and says of the rest why it stays open. Nobody closes an action
# by hand. Run `preaudit cap new` again after the next scan: what you wrote stays, new findings come below.
#
#   correction               mends the case that was found, at once. It leaves the cause where it is.
#   root_cause               what let it happen and stay unseen. Not the finding in other words, and not
#                            \"human error\": people err, so what failed to catch it?
#   method                   how you know that it is the cause: five whys, fishbone, a walk through the process
#   similar_cases            the extent: where else you looked, how many cases there, how many more were wrong
#   consequences             what followed from it or could have, and who had to be told
#   corrective_action        what takes the cause away, so that it cannot come back
#   deliverable              what you can show then: a file, a setting, a record
#   due, done                until when, and when it was; `done = 2026-08-14` is yours to add
#   verification             how somebody else sees that it was done
#   effectiveness_criterion  what must be seen later for it to have worked: a number, a rate, a count of zero
#   effectiveness_due        when you look; after the action, with enough records in between
#   status                   open, in-progress, done; `closed` is written by `cap verify`
";

fn action(report: &Report, finding: &Finding, as_of: Date, limits: &Limits) -> String {
    let is_major = finding.state == crate::finding::State::Major;
    let (limit, why) = match is_major {
        true => {
            (limits.major_closure, "practice of certification bodies for a major: done and verified by then")
        }
        false => (limits.minor_plan, "practice for a minor; at the latest it is done before the next audit"),
    };
    let due = moved(as_of, limit);
    let effect = moved(due, Duration::days(UNTIL_EFFECT));
    let mut text = String::from("\n[[action]]\n");
    let facts = [
        ("finding", quoted(&finding.id)),
        ("rule", quoted(&finding.rule)),
        ("control", quoted(&finding.control.to_string())),
        ("requirements", list(&finding.requirements)),
        ("lapses", list(&lapses(report, finding))),
        ("grade", quoted(finding.state.name())),
        ("statement", quoted(&finding.statement)),
        ("raised", as_of.to_string()),
    ];
    for (key, value) in facts.iter().filter(|(key, _)| *key != "lapses" || finding.rule == SYSTEMIC) {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{key} = {value}");
    }
    let seen =
        finding.places.first().map(|place| format!("# seen first at {}\n", visible(&place.to_string())));
    let hint =
        format!("# one way: {}\n", visible(&finding.help).split_whitespace().collect::<Vec<_>>().join(" "));
    let _ = write!(
        text,
        "{}correction = \"\"\nroot_cause = \"\"\nmethod = \"\"\nsimilar_cases = \"\"\nconsequences = \"\"\n\
         {hint}corrective_action = \"\"\ndeliverable = \"\"\nowner = \"\"\n# {limit} from the audit: {why}\n\
         due = {due}\nverification = \"\"\neffectiveness_criterion = \"\"\neffectiveness_due = {effect}\n\
         status = \"open\"\n",
        seen.unwrap_or_default(),
    );
    text
}

/// The rules of the lapses that a systemic failure contains, each once.
fn lapses(report: &Report, finding: &Finding) -> Vec<String> {
    let contained = report.findings.iter().filter(|one| finding.contains.contains(&one.id));
    contained.map(|one| one.rule.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn moved(day: Date, by: Duration) -> Date {
    Time::Day(day).plus(by).day()
}
