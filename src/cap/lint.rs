//! What a plan lacks, and what an auditor would not accept of it, each at its line.

use super::action::{Action, CapFile, Day, Status, Words, on, said};
use super::wording;
use crate::code::Code;
use crate::finding::{Diagnostic, Grade, State};
use crate::grade::{SYSTEMIC, fingerprint, is_own};
use crate::pack::{Limits, Packs, ParamValue};
use crate::report::Report;
use crate::snippet::visible;
use crate::time::{Duration, Time};
use crate::toml_text::did_you_mean;
use jiff::civil::Date;
use regex::Regex;
use std::collections::BTreeMap;
use std::ops::Range;

/// The rule that says what is no cause, and its parameter.
const NO_CAUSE: (&str, &str) = ("corrective-action-cause-missing", "no_cause");

/// What a plan is held against.
pub struct Known<'a> {
    /// The packs with the rules.
    pub packs: &'a Packs,
    /// The limits of the path to a certificate.
    pub limits: &'a Limits,
    /// The report, where there is one to look findings up in.
    pub report: Option<&'a Report>,
    /// Today, or the day of judgement.
    pub as_of: Date,
}

/// Everything that is wrong with a plan, in the order of its lines.
pub fn lint(file: &CapFile, known: &Known<'_>) -> Vec<Diagnostic> {
    let blame = blame(known.packs);
    let mut told = Vec::new();
    for action in &file.actions {
        let mut look = Look { file, action, known, told: &mut told };
        look.is_known();
        look.is_complete();
        look.cause(blame.as_ref());
        look.deadline();
        look.order();
        look.is_closed_rightly();
    }
    copies(file, &mut told);
    let line = |one: &Diagnostic| one.places.first().map_or((0, 0), |place| (place.line, place.column));
    told.sort_by_key(|one| (line(one), one.code));
    told
}

/// What people write who look for somebody instead of a cause.
fn blame(packs: &Packs) -> Option<Regex> {
    let param = packs.rule(NO_CAUSE.0)?.params.get(NO_CAUSE.1)?;
    let ParamValue::Text(pattern) = &param.default else { return None };
    Regex::new(pattern).ok()
}

/// The look at one action.
struct Look<'a, 'k> {
    file: &'a CapFile,
    action: &'a Action,
    known: &'a Known<'k>,
    told: &'a mut Vec<Diagnostic>,
}

impl Look<'_, '_> {
    fn tell(&mut self, code: Code, at: Range<usize>, message: String, help: &str) {
        let place = self.file.place(at, "here");
        self.told.push(Diagnostic::warning(code, visible(&message)).help(help).at(place));
    }

    /// The finding must be one that the rule could have written against this control.
    fn is_known(&mut self) {
        let action = self.action;
        let (id, rule) = (action.finding.get_ref(), action.rule.get_ref());
        if !is_own(rule) && self.known.packs.rule(rule).is_none() {
            let near = did_you_mean(rule, self.known.packs.rules().map(|rule| rule.id.as_str()));
            let help = "take rule, control and finding from a report; `preaudit cap new` does";
            return self.tell(
                Code::UnknownFinding,
                action.rule.span(),
                format!("there is no rule `{rule}`{near}"),
                help,
            );
        }
        let wanted = fingerprint(*action.control.get_ref(), rule, "");
        let control = action.control.get_ref();
        if *id != wanted {
            let message = format!("finding {id} is none of {rule} against {control}; that would be {wanted}");
            return self.tell(
                Code::UnknownFinding,
                action.finding.span(),
                message,
                "take the id from the report",
            );
        }
        let Some(report) = self.known.report else { return };
        let in_report =
            report.findings.iter().any(|finding| finding.id == *id && finding.state != State::Waived);
        if !in_report && action.gone_since.is_none() && *action.status.get_ref() != Status::Closed {
            let message = format!("the report of {} holds no finding {id}", report.as_of);
            let help = "run `preaudit cap new` with that report: it marks what is gone";
            self.tell(Code::UnknownFinding, action.finding.span(), message, help);
        }
    }

    /// What each action needs (ISO/IEC 27001:2022, 10.2 a to f).
    fn is_complete(&mut self) {
        let action = self.action;
        let needs = [
            ("root_cause", &action.root_cause, "say why it could happen and stay unseen (10.2 b 2)"),
            (
                "similar_cases",
                &action.similar_cases,
                "say where else you looked and how many cases there were, none too (10.2 b 3)",
            ),
            ("corrective_action", &action.corrective_action, "say what takes the cause away (10.2 c)"),
            (
                "deliverable",
                &action.deliverable,
                "name what can be shown when it is done: a file, a setting, a record (10.2 f)",
            ),
            ("owner", &action.owner, "name one person who answers for it"),
            ("verification", &action.verification, "say how somebody else sees that it was done (10.2 d)"),
            (
                "effectiveness_criterion",
                &action.effectiveness_criterion,
                "say what must be seen later for it to have worked (10.2 d)",
            ),
        ];
        for (key, words, help) in needs {
            self.filled(key, words, help);
        }
        let dates = [
            ("due", &action.due, "name the day until which it is done"),
            (
                "effectiveness_due",
                &action.effectiveness_due,
                "name the day on which its effect is looked at (10.2 d)",
            ),
        ];
        for (key, date, help) in dates {
            if date.is_none() {
                let message = format!("{} has no `{key}`", self.name());
                self.tell(Code::ActionIncomplete, action.finding.span(), message, help);
            }
        }
    }

    fn filled(&mut self, key: &str, words: &Words, help: &str) {
        if said(words).is_none_or(|said| wording::normal(said).is_empty()) {
            let at = words.as_ref().map_or_else(|| self.action.finding.span(), toml::Spanned::span);
            self.tell(Code::ActionIncomplete, at, format!("{} has no `{key}`", self.name()), help);
        }
    }

    /// Only verifying closes; the record says on what.
    fn is_closed_rightly(&mut self) {
        let is_verified = self.action.record.last().is_some_and(|last| last.result == super::Outcome::Closed);
        if *self.action.status.get_ref() == Status::Closed && !is_verified {
            let message = format!("{} was closed without being verified", self.name());
            let help = "set it to `done`; `preaudit cap verify` closes it when newer evidence conforms";
            self.tell(Code::ActionIncomplete, self.action.status.span(), message, help);
        }
    }

    fn cause(&mut self, blame: Option<&Regex>) {
        let Some((cause, words)) = said(&self.action.root_cause).zip(self.action.root_cause.as_ref()) else {
            return;
        };
        if blame.is_some_and(|blame| blame.is_match(cause)) {
            let help = "people err; say what let the error through, and what would catch the next one";
            return self.tell(
                Code::CauseIsBlame,
                words.span(),
                format!("\"{cause}\" alone is no cause"),
                help,
            );
        }
        if wording::restates(cause, self.action.statement.get_ref()) {
            let message = "the cause is the finding in other words".to_owned();
            self.tell(Code::CauseRestates, words.span(), message, "ask why that could happen, and why again");
        }
    }

    fn deadline(&mut self) {
        let Some((due, at)) = dated(&self.action.due) else { return };
        let (limit, whose) = match self.action.grade.get_ref() {
            Grade::Major => (self.known.limits.major_closure, "a major has"),
            _ => (self.known.limits.surveillance, "a minor, until the next audit, has"),
        };
        let raised = self.action.raised_on();
        let last = moved(raised, limit);
        if due > last {
            let days = (due - raised).get_days();
            let message =
                format!("due {days} days after it was raised on {raised}; {whose} {limit}, by practice");
            self.tell(Code::ActionLate, at, message, &format!("bring it forward to {last} or before"));
        } else if due < self.known.as_of
            && *self.action.status.get_ref() != Status::Closed
            && self.action.done.is_none()
        {
            let message = format!("past due since {due}, and not done");
            let help = "do it and add `done`, or agree a new day and say why in `corrective_action`";
            self.tell(Code::ActionLate, at, message, help);
        }
    }

    /// First it is raised, then done, then its effect is looked at.
    fn order(&mut self) {
        let raised = self.action.raised_on();
        let due = on(&self.action.due);
        let action = on(&self.action.done).or(due);
        if let (Some((due, at)), true) = (dated(&self.action.due), due.is_some_and(|due| due < raised)) {
            self.tell(
                Code::ActionOutOfOrder,
                at,
                format!("due on {due}, before it was raised on {raised}"),
                DATES,
            );
        }
        if let Some((done, at)) = dated(&self.action.done)
            && done < raised
        {
            self.tell(
                Code::ActionOutOfOrder,
                at,
                format!("done on {done}, before it was raised on {raised}"),
                DATES,
            );
        }
        if let (Some((effect, at)), Some(action)) = (dated(&self.action.effectiveness_due), action)
            && effect <= action
        {
            let message = format!("its effect is looked at on {effect}, and the action is of {action}");
            let help = "leave time in between, so that there is something to look at";
            self.tell(Code::ActionOutOfOrder, at, message, help);
        }
        let closing = self.action.record.iter().find(|record| record.result == super::Outcome::Closed);
        if let (Some(closing), Some(done)) = (closing, on(&self.action.done))
            && crate::toml_text::day(closing.on.get_ref()).is_some_and(|on| on < done)
        {
            let message = format!("verified before it was done on {done}");
            self.tell(
                Code::ActionOutOfOrder,
                closing.on.span(),
                message,
                "correct `done`, or verify it again",
            );
        }
    }

    fn name(&self) -> String {
        format!("the action on {}", self.action.rule.get_ref())
    }
}

/// What to do about dates in the wrong order.
const DATES: &str = "correct the date";

fn dated(day: &Day) -> Option<(Date, Range<usize>)> {
    Some((on(day)?, day.as_ref()?.span()))
}

fn moved(day: Date, by: Duration) -> Date {
    Time::Day(day).plus(by).day()
}

/// Several findings that one text is to answer: the same cause or action word for word.
fn copies(file: &CapFile, told: &mut Vec<Diagnostic>) {
    type Field = fn(&Action) -> &Words;
    let fields: [(&str, Field); 2] = [
        ("root_cause", |action| &action.root_cause),
        ("corrective_action", |action| &action.corrective_action),
    ];
    for (key, field) in fields {
        let mut same: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
        for action in file.actions.iter().filter(|action| action.rule.get_ref() != SYSTEMIC) {
            if let (Some(said), Some(words)) = (said(field(action)), field(action)) {
                same.entry(wording::normal(said)).or_default().push(words.span());
            }
        }
        for (_, places) in same.into_iter().filter(|(text, places)| places.len() > 1 && !text.is_empty()) {
            let message = format!("{} findings have the same `{key}`", places.len());
            let help = "say of each what is its own; where the cause is one, say in each what it did there";
            let one = Diagnostic::warning(Code::CopiedText, message).help(help);
            let places = places.into_iter().map(|at| file.place(at, "the same text"));
            told.push(places.fold(one, Diagnostic::at));
        }
    }
}
