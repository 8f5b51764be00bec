//! Lengths that a rule declares, as they are set.

use super::Setpoint;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{Length, ParamValue};
use crate::time::Duration;
use std::collections::BTreeMap;

/// A length as it is set. Months have none.
pub(super) fn length(
    declared: &Length,
    params: &BTreeMap<String, Setpoint>,
) -> Option<Result<Duration, Diagnostic>> {
    let name = match declared {
        Length::Fixed(length) => return Some(Ok(*length)),
        Length::Param(name) => name,
    };
    let Some(ParamValue::Duration(length)) = params.get(name).map(|set| &set.value) else { return None };
    if length.months != 0 {
        let message = format!("`{name}` is {length}, and months differ in length; set it to days");
        return Some(Err(Diagnostic::error(Code::InvalidRule, message)));
    }
    Some(Ok(*length))
}
