//! Ids that stay the same while lines move and files are renamed.

use crate::control_id::ControlId;
use crate::pack::hex;
use sha2::{Digest, Sha256};

/// The id of a finding: of what it is against, by which rule, and about what, which is nothing for
/// nonconformities. Twelve hexadecimal digits.
pub fn finding(control: ControlId, rule: &str, about: &str) -> String {
    digest(&[&control.to_string(), rule, about])
}

/// The id of one exception of a rule.
pub(super) fn observation(rule: &str, subject: &str) -> String {
    digest(&[rule, subject])
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_every_part_and_on_nothing_else() {
        let id: ControlId = "A.5.1".parse().unwrap();
        assert_eq!(finding(id, "a-rule", "x"), finding(id, "a-rule", "x"));
        assert_ne!(finding(id, "a-rule", "x"), finding(id, "a-rulex", ""));
        assert_eq!(finding(id, "a-rule", "x").len(), 12);
        assert_ne!(observation("a", "bc"), observation("ab", "c"));
    }
}
