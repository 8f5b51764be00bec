//! Calls of functions and methods: whether they exist, what they take, and what texts they can read.

use super::flow::{Rows, Type};
use super::member::missing_cell;
use super::part::Part;
use super::{Frame, Lint, LintId};
use crate::pack::{Form, PATTERN_BYTES};
use crate::scan::Network;
use crate::script::api::{Function, KEYWORDS, Sort};
use crate::script::syntax::{Node, What};
use crate::toml_text::did_you_mean;
use jiff::civil::Date;
use std::ops::Range;

/// Everything that is wrong with the calls of a part.
pub(super) fn look(frame: &Frame<'_>, part: &Part<'_>) -> Vec<Lint> {
    let look = Look { frame, part };
    part.nodes().into_iter().flat_map(|node| look.node(node)).collect()
}

struct Look<'a> {
    frame: &'a Frame<'a>,
    part: &'a Part<'a>,
}

/// A call as it is written.
struct Call<'n> {
    name: &'n str,
    at: Range<usize>,
    /// What it is called with; of a method, what it is called on comes first.
    with: Vec<&'n Node>,
    is_method: bool,
}

impl Call<'_> {
    /// How many of its arguments stand in the brackets.
    fn given(&self, all: usize) -> usize {
        all - usize::from(self.is_method)
    }
}

impl Look<'_> {
    fn node(&self, node: &Node) -> Vec<Lint> {
        let at = node.name_at.clone();
        let call = match &node.what {
            What::Method { of, name: called, arguments } => {
                let with = std::iter::once(&**of).chain(arguments).collect();
                Call { name: called, at, with, is_method: true }
            }
            What::Call { name: called, arguments } => {
                Call { name: called, at, with: arguments.iter().collect(), is_method: false }
            }
            _ => return Vec::new(),
        };
        if KEYWORDS.contains(&call.name) {
            return Vec::new();
        }
        match self.own(&call) {
            Some(told) => told,
            None => self.known(&call),
        }
    }

    /// A call of a function of the script.
    fn own(&self, call: &Call<'_>) -> Option<Vec<Lint>> {
        let functions = self.part.functions().iter();
        let takes: Vec<usize> = functions
            .filter(|function| function.name == call.name)
            .map(|function| function.body.parameters.len())
            .collect();
        if takes.is_empty() {
            return None;
        }
        // What a method of the script is called on is `this`, and no argument.
        let given = call.given(call.with.len());
        let fits = takes.contains(&given) || takes.contains(&call.with.len());
        let is_both = !self.frame.api.functions(call.name).is_empty();
        if fits || is_both {
            return if fits { Some(Vec::new()) } else { None };
        }
        Some(vec![self.part.lint(LintId::WrongArguments, call.at.clone(), arity(call.name, &takes, given))])
    }

    fn known(&self, call: &Call<'_>) -> Vec<Lint> {
        let all = self.frame.api.functions(call.name);
        let on = call.with.first().map(|node| self.part.known(node)).filter(|_| call.is_method);
        if all.is_empty() {
            return self.unknown(call, on).into_iter().collect();
        }
        let of_arity: Vec<&Function> =
            all.iter().filter(|function| function.parameters.len() == call.with.len()).collect();
        if of_arity.is_empty() {
            let takes: Vec<usize> = all.iter().map(|one| call.given(one.parameters.len().max(1))).collect();
            let message = arity(call.name, &takes, call.given(call.with.len()));
            return vec![self.part.lint(LintId::WrongArguments, call.at.clone(), message)];
        }
        let fits = |function: &&&Function, number: usize| {
            let known = call.with.get(number).map_or(&Type::ANY, |node| self.part.known(node));
            let sort = if known.sort == Sort::Nothing { Sort::Any } else { known.sort };
            sort.fits(function.parameters[number].sort)
        };
        let on_it: Vec<&Function> =
            of_arity.iter().filter(|one| call.with.is_empty() || fits(one, 0)).copied().collect();
        if let (true, Some(on)) = (on_it.is_empty(), on) {
            let message = format!("{} has no `{}`", on.sort, call.name);
            return vec![self.part.lint(LintId::UnknownFunction, call.at.clone(), message)];
        }
        let candidates = if on_it.is_empty() { &of_arity } else { &on_it };
        let fitting: Vec<&Function> = candidates
            .iter()
            .filter(|one| (0..call.with.len()).all(|number| fits(one, number)))
            .copied()
            .collect();
        match fitting.first() {
            Some(function) => self.rightly(call, function, &fitting),
            None => self.misfit(call, candidates, &fits).into_iter().collect(),
        }
    }

    fn unknown(&self, call: &Call<'_>, on: Option<&Type>) -> Option<Lint> {
        let api = self.frame.api;
        let sort = on.map_or(Sort::Any, |on| on.sort);
        // A map may hold closures.
        if sort == Sort::Map {
            return None;
        }
        let own = self.part.functions().iter().map(|one| one.name.as_str());
        let names: Vec<&str> = match sort {
            Sort::Any => own.chain(api.names()).collect(),
            sort => api.methods_of(sort).map(|one| one.name.as_str()).collect(),
        };
        let message = format!("no function `{}`{}", call.name, did_you_mean(call.name, names));
        let lint = self.part.lint(LintId::UnknownFunction, call.at.clone(), message);
        let is_property = on.is_some_and(|on| api.property(on.sort, call.name).is_some());
        Some(if is_property {
            lint.help(format!("`{}` is a property, without brackets", call.name))
        } else {
            lint
        })
    }

    /// The first argument that no form of the function takes.
    fn misfit(
        &self,
        call: &Call<'_>,
        candidates: &[&Function],
        fits: &dyn Fn(&&&Function, usize) -> bool,
    ) -> Option<Lint> {
        let number = (0..call.with.len()).find(|number| !candidates.iter().any(|one| fits(&one, *number)))?;
        let node = call.with[number];
        let mut wanted: Vec<String> =
            candidates.iter().map(|one| one.parameters[number].sort.to_string()).collect();
        wanted.dedup();
        let found = self.part.known(node).sort;
        let message = format!("`{}` takes {} here, and is given {found}", call.name, wanted.join(" or "));
        Some(self.part.lint(LintId::WrongArguments, node.span.clone(), message))
    }

    /// A call that is made rightly; its texts may still be none that the function can read.
    fn rightly(&self, call: &Call<'_>, function: &Function, fitting: &[&Function]) -> Vec<Lint> {
        let mut told = Vec::new();
        if fitting.iter().all(|one| one.is_deprecated) {
            let message = format!("`{}` is called in a way that may go away", call.name);
            told.push(self.part.lint(LintId::DeprecatedFunction, call.at.clone(), message));
        }
        for (parameter, node) in function.parameters.iter().zip(&call.with) {
            if let Some(text) = node.text() {
                let wrong = self.literal(call, function, parameter.name.as_str(), text);
                told.extend(wrong.map(|(id, message)| self.part.lint(id, node.span.clone(), message)));
            }
        }
        if call.name == "covers"
            && let Some(What::Array(controls)) = call.with.get(1).map(|node| &node.what)
        {
            let texts = controls.iter().filter_map(|node| Some((node, node.text()?)));
            told.extend(texts.filter_map(|(node, text)| {
                let (id, message) = self.control(text)?;
                Some(self.part.lint(id, node.span.clone(), message))
            }));
        }
        told
    }

    /// What is wrong with a text that is handed to a parameter.
    fn literal(
        &self,
        call: &Call<'_>,
        function: &Function,
        parameter: &str,
        text: &str,
    ) -> Option<(LintId, String)> {
        match parameter {
            "field" | "date" | "left_field" => self.field(call, function, 0, text),
            "right_field" => self.field(call, function, 2, text),
            "pattern" => {
                let read = regex::RegexBuilder::new(text).size_limit(PATTERN_BYTES).build();
                read.is_err().then(|| (LintId::WrongLiteral, format!("`{text}` is no regular expression")))
            }
            "network" => Network::read(text).is_none().then(|| {
                (LintId::WrongLiteral, format!("`{text}` is no network; write one as `10.0.0.0/8`"))
            }),
            "grade" => (!["major", "minor", "opportunity"].contains(&text)).then(|| {
                (LintId::WrongLiteral, format!("`{text}` is no grade; write major, minor or opportunity"))
            }),
            "control" => self.control(text),
            "text" if function.name == "time" => text
                .parse::<Date>()
                .is_err()
                .then(|| (LintId::WrongLiteral, format!("`{text}` is no day; write one as `2026-07-01`"))),
            _ => None,
        }
    }

    /// A control that the rule is not written against.
    fn control(&self, text: &str) -> Option<(LintId, String)> {
        let is_own = text.parse().is_ok_and(|id| self.frame.rule.controls.contains(&id));
        let own: Vec<String> = self.frame.rule.controls.iter().map(ToString::to_string).collect();
        (!is_own).then(|| {
            let message = format!("the rule is not written against `{text}`, but against {}", own.join(", "));
            (LintId::WrongLiteral, message)
        })
    }

    /// A field of what a function is called on, or of its argument with this number.
    fn field(&self, call: &Call<'_>, function: &Function, of: usize, name: &str) -> Option<(LintId, String)> {
        let known = self.part.known(call.with.get(of)?);
        match function.parameters.get(of)?.sort {
            Sort::Row | Sort::Table => {
                let rows = if matches!(known.sort, Sort::Row | Sort::Table) {
                    known.rows()
                } else {
                    Rows::default()
                };
                Some((LintId::UnknownField, missing_cell(self.frame, &rows, name)?))
            }
            Sort::Event => Some((LintId::UnknownField, self.missing_event_field(name)?)),
            Sort::EventGroup if function.name.starts_with("at_") => {
                let message = self.missing_event_field(name).filter(|_| !name.is_empty() && name != "time");
                Some((LintId::UnknownField, message?))
            }
            Sort::EventGroup => {
                let Form::Scan(scan) = &self.frame.rule.form else { return None };
                (!scan.ends.iter().any(|kept| kept == name)).then(|| {
                    (LintId::NotKept, format!("the scan of this rule declares no `ends = [\"{name}\"]`"))
                })
            }
            _ => None,
        }
    }

    fn missing_event_field(&self, name: &str) -> Option<String> {
        let fields = &self.frame.packs.event_fields;
        let near = || did_you_mean(name, fields.names().iter().map(String::as_str));
        fields.slot(name).is_none().then(|| format!("events have no field `{name}`{}", near()))
    }
}

/// How many arguments a function takes, and how many it is given.
fn arity(name: &str, takes: &[usize], given: usize) -> String {
    let mut takes: Vec<usize> = takes.to_vec();
    takes.sort_unstable();
    takes.dedup();
    let counts: Vec<String> = takes.iter().map(usize::to_string).collect();
    let noun = if takes == [1] { "argument" } else { "arguments" };
    format!("`{name}` takes {} {noun}, and is given {given}", counts.join(" or "))
}
