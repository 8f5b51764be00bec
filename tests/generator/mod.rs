//! Logs and rules from a seed, with the right answers: for the tests, and for the benches, which
//! include this folder by its path.

#![allow(dead_code, reason = "tests and benches use different parts")]

pub(crate) mod night;
pub(crate) mod rules;
pub(crate) mod seed;
pub(crate) mod trail;

use std::collections::BTreeMap;

/// Exceptions by rule: what an input holds, or what was found in it.
pub(crate) type Exceptions = BTreeMap<&'static str, usize>;
