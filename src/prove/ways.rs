//! The ways to ask a rule, which must all say the same: natively, by the interpreter, and by the
//! interpreter as the rule is written.

use super::sitting::{Heard, Sitting};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::script::{Asking, Rules};

/// What is wrong where a rule says something else as it is written than natively.
///
/// # Errors
/// When the rule cannot be compiled so.
pub(super) fn differs(
    sitting: &Sitting<'_>,
    natively: &Heard,
    rules: &Rules,
) -> Result<Option<Diagnostic>, Vec<Diagnostic>> {
    let as_written = heard(sitting, rules, Asking::AsWritten)?;
    if as_written == *natively {
        return Ok(None);
    }
    // What other rules found may show in the reasons of its grade, and is not its own.
    let alone = heard(sitting, rules, Asking::Natively)?;
    if as_written == alone {
        return Ok(None);
    }
    let optimized = heard(sitting, rules, Asking::Interpreted)?;
    let what = if optimized == alone { "before it is optimized" } else { "by the interpreter" };
    let message = format!("the rule says something else {what} than natively");
    let help = "this is a fault of preaudit and not of the rule; please report it with the case";
    let place = Place::whole(format!("tests/{}", sitting.case.path), "in this case");
    Ok(Some(Diagnostic::error(Code::CaseDiffers, message).help(help).at(place)))
}

/// What the rule of a case says of it when it is asked so.
fn heard(sitting: &Sitting<'_>, rules: &Rules, asking: Asking) -> Result<Heard, Vec<Diagnostic>> {
    let own = rules.alone(&sitting.case.rule, &asking)?;
    Ok(sitting.hear(sitting.judge(&own)?))
}
