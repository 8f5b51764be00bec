//! Stages of the certification path: which audit is prepared, and so what is looked at.

use crate::control_id::ControlId;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// An audit on the way to a certificate and through its three years.
///
/// ISO/IEC 17021-1:2015, 9.3.1 (Stage 1 and 2), 9.6.2 (surveillance), 9.6.3 (recertification);
/// ISO/IEC 27001:2022, 9.2 (internal audit).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Stage {
    /// The gap scan before anyone comes: everything.
    #[default]
    PreAudit,
    /// Documented information and planning. What is wrong there is an area of concern.
    Stage1,
    /// Everything in operation.
    Stage2,
    /// A part of the controls, and what must be looked at each time.
    Surveillance,
    /// Everything, before the certificate runs out.
    Recertification,
    /// The organization's own audit, of a part or of all.
    InternalAudit,
}

/// What 17021-1, 9.6.2.2 wants to be looked at in every surveillance: internal audits and management
/// review, actions on nonconformities, objectives, planned improvement, operational control, changes.
const EACH_SURVEILLANCE: &[&str] =
    &["6.2", "6.3", "8.1", "9.1", "9.2.1", "9.2.2", "9.3.1", "9.3.2", "9.3.3", "10.1", "10.2"];

impl Stage {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 6] = [
        Self::PreAudit,
        Self::Stage1,
        Self::Stage2,
        Self::Surveillance,
        Self::Recertification,
        Self::InternalAudit,
    ];

    /// The name in `preaudit.toml`, on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreAudit => "pre-audit",
            Self::Stage1 => "stage-1",
            Self::Stage2 => "stage-2",
            Self::Surveillance => "surveillance",
            Self::Recertification => "recertification",
            Self::InternalAudit => "internal-audit",
        }
    }

    /// True when only documented information and planning are looked at.
    pub fn is_of_documents(self) -> bool {
        self == Self::Stage1
    }

    /// True when the audit need not look at every clause and control.
    pub fn is_of_part(self) -> bool {
        matches!(self, Self::Stage1 | Self::Surveillance | Self::InternalAudit)
    }

    /// True when this stage looks at a control, with the part of them that was declared for it; an
    /// empty part is all.
    pub fn looks_at(self, control: ControlId, part: &[ControlId]) -> bool {
        if part.is_empty() || part.contains(&control) {
            return true;
        }
        match self {
            Self::Surveillance => EACH_SURVEILLANCE.contains(&control.to_string().as_str()),
            Self::InternalAudit => false,
            Self::PreAudit | Self::Stage1 | Self::Stage2 | Self::Recertification => true,
        }
    }
}

impl JsonSchema for Stage {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Stage".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names = Self::ALL.map(Self::name);
        schemars::json_schema!({ "type": "string", "enum": names })
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|stage| stage.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|stage| stage.name()).collect();
            format!("no stage `{text}`; there are {}", names.join(", "))
        })
    }
}

impl TryFrom<String> for Stage {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ControlId {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_read_back() {
        for stage in Stage::ALL {
            assert_eq!(stage.name().parse(), Ok(stage));
        }
        assert!("stage-3".parse::<Stage>().unwrap_err().contains("recertification"));
    }

    #[test]
    fn a_surveillance_looks_at_its_part_and_at_what_is_due_each_time() {
        let part = [id("A.8.13")];
        assert!(Stage::Surveillance.looks_at(id("A.8.13"), &part));
        assert!(Stage::Surveillance.looks_at(id("9.2.2"), &part));
        assert!(!Stage::Surveillance.looks_at(id("A.8.15"), &part));
        assert!(!Stage::InternalAudit.looks_at(id("9.2.2"), &part));
        assert!(Stage::Stage2.looks_at(id("A.8.15"), &part));
        assert!(Stage::Surveillance.looks_at(id("A.8.15"), &[]));
    }
}
