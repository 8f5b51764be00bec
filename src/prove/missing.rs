//! Cases that every rule needs.

use super::Proven;
use crate::finding::State;
use crate::pack::Packs;

/// Rules that lack a case: one that conforms, one that does not, one on the boundary, one with
/// malformed evidence, an empty one.
pub(super) fn missing(packs: &Packs, cases: &[Proven]) -> Vec<String> {
    let mut missing = Vec::new();
    for rule in packs.list.last().iter().flat_map(|pack| &pack.rules) {
        let own: Vec<&Proven> = cases.iter().filter(|case| case.rule == rule.id).collect();
        let mut need = |what: &str, has: &dyn Fn(&Proven) -> bool| {
            if !own.iter().any(|case| has(case)) {
                missing.push(format!("{}: {what}", rule.id));
            }
        };
        need("a case that conforms", &|case| case.wanted == State::Conformity);
        need("a case with a finding", &|case| {
            matches!(case.wanted, State::Opportunity | State::Minor | State::Major)
        });
        need("a case on the boundary", &|case| case.path.contains("boundary"));
        need("a case with malformed evidence", &|case| case.path.contains("malformed"));
        need("a case without evidence", &|case| {
            case.wanted == State::NotEvaluated && case.path.contains("empty")
        });
    }
    missing
}
