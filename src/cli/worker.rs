//! `preaudit worker`: the process apart, in which rules of packs that are not trusted are asked. The
//! program starts it, once a rule; there is nothing in it for people.

use crate::{evaluate, sandbox};
use std::process::ExitCode;

pub(super) fn run() -> ExitCode {
    sandbox::serve(evaluate::answer)
}
