//! What a parameter is set to, and by whom.

use crate::evidence::{Evidence, Sentence};
use crate::pack::{Param, ParamValue, Profile, Rule};
use crate::place::Place;

/// The value of a parameter, and who set it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setpoint {
    /// The value.
    pub value: ParamValue,
    /// Who set it: the rule, its strict value, a pack, or `preaudit.toml`, there with what it is bound to.
    pub set_by: String,
    /// The sentence that it is bound to.
    pub says: Option<Place>,
}

impl Setpoint {
    /// What the workspace sets, else what the last pack sets that overrides the rule, else what the profile
    /// asks for, else what the rule declares.
    pub(super) fn of(
        (rule, name, param): (&Rule, &str, &Param),
        evidence: &Evidence,
        profile: &Profile,
    ) -> Self {
        if let Some(Ok(Sentence { value, place })) = sentence(rule, name, evidence) {
            let set_by = format!("preaudit.toml, bound to {}:{}", place.file, place.line);
            return Self { value: value.clone(), set_by, says: Some(place.clone()) };
        }
        let declared = evidence.workspace.params.get(&rule.id).and_then(|params| params.get(name));
        let declared = declared.and_then(|given| given.value.as_ref());
        let strict = param.strict.as_ref().filter(|_| profile.strict_params);
        let (value, set_by) = match (declared, rule.overlaid(name), strict) {
            (Some(value), ..) => (value, "preaudit.toml".to_owned()),
            (None, Some((value, overlay)), _) => (value, format!("pack {}", overlay.pack)),
            (None, None, Some(value)) => (value, "profile strict".to_owned()),
            (None, None, None) => (&param.default, "rule".to_owned()),
        };
        Self { value: value.clone(), set_by, says: None }
    }
}

/// The sentence that a parameter is bound to, or why there is none.
pub(super) fn sentence<'e>(
    rule: &Rule,
    name: &str,
    evidence: &'e Evidence,
) -> Option<&'e Result<Sentence, String>> {
    evidence.bound.get(&(rule.id.clone(), name.to_owned()))
}
