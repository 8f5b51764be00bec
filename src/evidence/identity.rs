//! Which domains of accounts are one, as `preaudit.toml` declares it.

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::toml_text::wrong;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Domains that are one: `ex.org` and `EX` in `eve@ex.org` and `EX\eve`. An empty domain stands for
/// names without one. What is not declared is not the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities(BTreeMap<String, String>);

/// `[[identity]]` of `preaudit.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityText {
    /// Domains that are one, as `ex.org` and `EX`.
    #[schemars(with = "Vec<String>")]
    domains: Spanned<Vec<Spanned<String>>>,
}

impl Identities {
    /// Reads what is declared; what is wrong with it is added to the errors.
    pub(super) fn read(texts: Vec<IdentityText>, source: &Source, errors: &mut Vec<Diagnostic>) -> Self {
        let mut known = Self::default();
        for text in texts {
            let mut refuse = |value: &Spanned<String>, message: String| {
                errors.push(wrong(source, Code::InvalidWorkspace, value, message));
            };
            let Some(first) = text.domains.get_ref().first().map(|first| first.get_ref().to_lowercase())
            else {
                errors.push(wrong(
                    source,
                    Code::InvalidWorkspace,
                    &text.domains,
                    "name domains that are one",
                ));
                continue;
            };
            for domain in text.domains.get_ref() {
                let name = domain.get_ref();
                if name.contains(['@', '\\']) || name.trim() != name {
                    refuse(domain, format!("`{name}` is no domain; write it as in `ex.org` or `EX`"));
                } else if known.0.insert(name.to_lowercase(), first.clone()).is_some() {
                    refuse(domain, format!("the domain `{name}` is named twice"));
                }
            }
        }
        known
    }

    /// The one way to write an account of any of the domains that are one. Case does not matter.
    pub fn comparable(&self, name: &str) -> String {
        let (domain, account) = match (name.rsplit_once('\\'), name.rsplit_once('@')) {
            (Some((domain, account)), _) | (None, Some((account, domain))) => (domain, account),
            (None, None) => ("", name),
        };
        if account.trim().is_empty() {
            return String::new();
        }
        let domain = domain.to_lowercase();
        format!("{}\\{}", self.0.get(&domain).unwrap_or(&domain), account.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, JsonSchema)]
    struct Declared {
        identity: Vec<IdentityText>,
    }

    fn read(text: &str) -> (Identities, Vec<Diagnostic>) {
        let source = Source::new("preaudit.toml", text);
        let declared: Declared = toml::from_str(text).unwrap();
        let mut errors = Vec::new();
        (Identities::read(declared.identity, &source, &mut errors), errors)
    }

    #[test]
    fn accounts_are_one_by_declaration_only() {
        let (identities, errors) = read("[[identity]]\ndomains = [\"ex.org\", \"EX\"]\n");
        assert!(errors.is_empty());
        let same = |a: &str, b: &str| identities.comparable(a) == identities.comparable(b);
        assert!(same("eve@ex.org", r"EX\eve") && same("Eve@EX.org", r"ex\EVE"));
        assert!(!same("eve@other.org", r"EX\eve") && !same("eve@ex.org", "eve"));
        assert!(!same("eve@ex.org", "mallory@ex.org") && same("eve@other.org", "EVE@Other.org"));
        assert!(same("@ex.org", "") && identities.comparable("@ex.org").is_empty());
    }

    #[test]
    fn names_without_a_domain_are_meant_where_that_is_said() {
        let (identities, _) = read("[[identity]]\ndomains = [\"ex.org\", \"\"]\n");
        assert_eq!(identities.comparable("eve"), identities.comparable("eve@ex.org"));
    }

    #[test]
    fn a_domain_has_one_meaning() {
        let (_, errors) =
            read("[[identity]]\ndomains = [\"ex.org\", \"EX\"]\n[[identity]]\ndomains = [\"ex\"]\n");
        assert_eq!((errors.len(), errors[0].places[0].line), (1, 4));
        let (_, errors) = read("[[identity]]\ndomains = []\n[[identity]]\ndomains = [\"eve@ex.org\"]\n");
        assert_eq!(errors.len(), 2);
    }
}
