//! Conditions on records of logs that are not made native.

use super::{Frame, Lint, LintId};
use crate::pack::Form;
use crate::script;

/// Conditions that the interpreter is asked for every record.
pub(super) fn look(frame: &Frame<'_>) -> Vec<Lint> {
    let Form::Scan(scan) = &frame.rule.form else { return Vec::new() };
    let then = scan.then.as_ref().map(|then| &then.condition);
    let asked = [&scan.among, &scan.condition, &scan.keep].map(Option::as_ref);
    let mut told = Vec::new();
    for expression in asked.into_iter().flatten().chain(then) {
        if let Err(reason) = script::lowered(frame.rule, expression, frame.packs) {
            let message = format!("this is interpreted for every record: {reason}");
            told.push(Lint::new(LintId::Interpreted, &frame.rule.text, expression.range.clone(), message));
        }
    }
    told
}
