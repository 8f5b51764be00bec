//! Lays what a pack overrides over the rules of the packs below it.

use super::overlay::{Overlay, OverlayText};
use super::rule::Rule;
use crate::code::Code;
use crate::finding::{Diagnostic, Grade};
use crate::source::Source;
use crate::toml_text::{did_you_mean, wrong};
use std::collections::BTreeMap;

impl OverlayText {
    /// Lays this over the rule it names, among those of the packs below.
    ///
    /// # Errors
    /// What is wrong with it, at its place in the manifest.
    pub(super) fn lay<'r>(
        &self,
        manifest: &Source,
        pack: &str,
        rules: impl Iterator<Item = &'r mut Rule>,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut rules: Vec<&mut Rule> = rules.collect();
        let name = self.rule.get_ref();
        let Some(at) = rules.iter().position(|rule| rule.id == *name) else {
            let near = did_you_mean(name, rules.iter().map(|rule| rule.id.as_str()));
            let message = format!("no rule `{name}` in the packs that this one needs{near}");
            return Err(vec![wrong(manifest, Code::InvalidPack, &self.rule, message)]);
        };
        let overlay = self.read(manifest, pack, rules[at])?;
        rules[at].lay(overlay);
        Ok(())
    }

    fn read(&self, manifest: &Source, pack: &str, rule: &Rule) -> Result<Overlay, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let mut tell = |error: Diagnostic| errors.push(error);
        if self.reason.get_ref().trim().is_empty() {
            tell(wrong(manifest, Code::InvalidPack, &self.reason, "an override needs its reason"));
        }
        if self.grade.is_none() && self.params.is_empty() {
            tell(wrong(manifest, Code::InvalidPack, &self.rule, "it says neither a grade nor a parameter"));
        }
        if let Some(grade) = &self.grade
            && *grade.get_ref() == Grade::Opportunity
            && rule.declared_grade > Grade::Opportunity
        {
            // ISO/IEC 17021-1, 9.4.5.2.
            let message = "a nonconformity is never written as an opportunity";
            tell(wrong(manifest, Code::InvalidPack, grade, message));
        }
        let mut params = BTreeMap::new();
        for (name, value) in &self.params {
            let Some(param) = rule.params.get(name.get_ref()) else {
                let near = did_you_mean(name.get_ref(), rule.params.keys().map(String::as_str));
                let message = format!("rule `{}` has no parameter `{}`{near}", rule.id, name.get_ref());
                tell(wrong(manifest, Code::InvalidPack, name, message));
                continue;
            };
            match param.kind.read(value.get_ref()) {
                Ok(value) => drop(params.insert(name.get_ref().clone(), value)),
                Err(message) => tell(wrong(manifest, Code::InvalidPack, value, message)),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let (pack, reason) = (pack.to_owned(), self.reason.get_ref().clone());
        let place = manifest.span(self.rule.span()).place("said here");
        Ok(Overlay { pack, reason, params, grade: self.grade.as_ref().map(|grade| *grade.get_ref()), place })
    }
}
