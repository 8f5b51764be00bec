//! Ids of clauses and Annex A controls, as people write them and as the standard does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The id of a clause (`9.3.2`), of an Annex A control (`A.5.1`), or of a control that an organization
/// designed itself (`X.2`, ISO/IEC 27001:2022, 6.1.3 b, note).
///
/// Clauses come before controls, own controls last, and all in the order of their numbers: `A.5.9` before
/// `A.5.10`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ControlId {
    family: Family,
    parts: [u8; 3],
    length: u8,
}

/// Where what an id names stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Family {
    /// The text of the standard.
    Clause,
    /// Its Annex A.
    Annex,
    /// The organization's own list, or a client's.
    Own,
}

/// What was read where an id was expected, and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnId(String);

impl ControlId {
    /// True for an Annex A control.
    pub fn is_annex(self) -> bool {
        self.family == Family::Annex
    }

    /// True for a control, of Annex A or one's own; false for a clause.
    pub fn is_control(self) -> bool {
        self.family != Family::Clause
    }

    /// The numbers of the id: `A.8.12` gives 8 and 12.
    pub fn parts(&self) -> &[u8] {
        &self.parts[..usize::from(self.length)]
    }

    /// True for ids with the shape of a 2022 control, `A.x.y` with x from 5 to 8. Whether that
    /// control exists is for the pack to say.
    pub fn has_2022_shape(self) -> bool {
        self.is_annex() && self.length == 2 && (5..=8).contains(&self.parts[0])
    }

    /// The requirement a finding is written against. Controls bind through the statement of
    /// applicability, so a control is cited with the clause that makes it binding.
    pub fn as_requirement(self) -> String {
        if self.is_control() { format!("6.1.3 d / {self}") } else { self.to_string() }
    }

    /// Reads a control as it stands in a register: `A.5.1`, `5.1`, `A 8.12`, `a5.1`, `5.01`, and
    /// the longer ids of the 2013 edition; an own one as `X.2`. A bare number counts as a control here.
    pub fn read_control(text: &str) -> Option<Self> {
        let text = text.trim();
        let own = text.strip_prefix(['X', 'x']);
        let numbers = own.or_else(|| text.strip_prefix(['A', 'a'])).unwrap_or(text);
        let numbers = numbers.trim_start_matches(['.', ' ', '-', '\u{a0}']);
        let id = Self::from_numbers(if own.is_some() { Family::Own } else { Family::Annex }, numbers)?;
        (id.length >= 2 || own.is_some()).then_some(id)
    }

    /// Reads a clause or a control as people write them where both may stand: `A 7.1`, `7.1`,
    /// `Clause 9.2.1`, `Annex A.8.12`. A bare number is a clause here.
    pub fn read_requirement(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let bare = ["clause", "control", "annex"].iter().find_map(|word| lower.strip_prefix(word));
        let bare = bare.unwrap_or(&lower).trim_start();
        if bare.starts_with(['a', 'x']) {
            Self::read_control(bare)
        } else {
            Self::from_numbers(Family::Clause, bare)
        }
    }

    fn from_numbers(family: Family, text: &str) -> Option<Self> {
        let mut id = Self { family, parts: [0; 3], length: 0 };
        for part in text.split('.') {
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if !digits || usize::from(id.length) == id.parts.len() {
                return None;
            }
            id.parts[usize::from(id.length)] = part.parse().ok()?;
            id.length += 1;
        }
        (id.parts().iter().all(|&part| part > 0)).then_some(id)
    }
}

impl FromStr for ControlId {
    type Err = NotAnId;

    /// Reads an id as packs write it: `9.3.2`, `A.5.1` or `X.2`.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let id = match (text.strip_prefix("A."), text.strip_prefix("X.")) {
            (Some(numbers), _) => Self::from_numbers(Family::Annex, numbers).filter(|id| id.length >= 2),
            (_, Some(numbers)) => Self::from_numbers(Family::Own, numbers),
            _ => Self::from_numbers(Family::Clause, text),
        };
        id.ok_or_else(|| NotAnId(text.to_owned()))
    }
}

impl TryFrom<String> for ControlId {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        text.parse()
    }
}

impl From<ControlId> for String {
    fn from(id: ControlId) -> Self {
        id.to_string()
    }
}

impl JsonSchema for ControlId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ControlId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": r"^([AX]\.)?\d{1,2}(\.\d{1,2}){0,2}$" })
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.parts().iter().map(u8::to_string).collect();
        let letter = match self.family {
            Family::Clause => "",
            Family::Annex => "A.",
            Family::Own => "X.",
        };
        write!(f, "{letter}{}", numbers.join("."))
    }
}

impl fmt::Debug for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no id of a clause (`9.3.2`) or control (`A.5.1`)", self.0)
    }
}

impl std::error::Error for NotAnId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_is_a_clause_and_a_letter_makes_a_control() {
        for (text, wanted) in [
            ("A.7.1", "A.7.1"),
            ("a 7.01", "A.7.1"),
            ("Annex A.7.1", "A.7.1"),
            ("control A.8.12", "A.8.12"),
            (" 7.1 ", "7.1"),
            ("Clause 7.5.1", "7.5.1"),
        ] {
            let read = ControlId::read_requirement(text).map(|id| id.to_string());
            assert_eq!(read.as_deref(), Some(wanted), "{text}");
        }
        for text in ["", "all", "A", "clause", "A.7.1 and A.7.2", "0"] {
            assert_eq!(ControlId::read_requirement(text), None, "{text}");
        }
    }

    #[test]
    fn the_ways_people_write_a_control_are_one() {
        for text in ["A.8.12", "8.12", "A 8.12", "a8.12", "A8.12", "A-8.12", " A.8.12 "] {
            assert_eq!(ControlId::read_control(text).unwrap().to_string(), "A.8.12", "{text}");
        }
        assert_eq!(ControlId::read_control("5.01").unwrap().to_string(), "A.5.1");
    }

    #[test]
    fn an_id_of_the_2013_edition_is_recognized_as_what_it_is() {
        let id = ControlId::read_control("A.9.2.3").unwrap();
        assert!(!id.has_2022_shape());
        assert_eq!(id.to_string(), "A.9.2.3");
    }

    #[test]
    fn a_control_of_ones_own_has_a_letter_of_its_own() {
        for text in ["X.2", "x 2", "X-2", "control X.2"] {
            assert_eq!(ControlId::read_requirement(text).unwrap().to_string(), "X.2", "{text}");
        }
        let own: ControlId = "X.2.1".parse().unwrap();
        assert!(own.is_control() && !own.is_annex() && own > "A.8.34".parse().unwrap());
        assert_eq!(own.as_requirement(), "6.1.3 d / X.2.1");
        assert!("X".parse::<ControlId>().is_err() && ControlId::read_control("x").is_none());
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "A", "A.5", "5", "A.5.x", "A.5.1.2.3", "A.500.1", "2026.01.02", "Annex A.5.1"] {
            assert_eq!(ControlId::read_control(text), None, "{text}");
        }
        assert!("A.5".parse::<ControlId>().is_err());
        assert!("nine".parse::<ControlId>().is_err());
    }

    #[test]
    fn clauses_come_first_and_numbers_count() {
        let mut ids: Vec<ControlId> =
            ["A.5.10", "A.5.9", "10.2", "9.3.2", "4.1"].iter().map(|id| id.parse().unwrap()).collect();
        ids.sort();
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["4.1", "9.3.2", "10.2", "A.5.9", "A.5.10"]);
    }

    #[test]
    fn a_control_is_cited_with_the_clause_that_binds_it() {
        let id: ControlId = "A.8.13".parse().unwrap();
        assert_eq!(id.as_requirement(), "6.1.3 d / A.8.13");
        let id: ControlId = "7.2".parse().unwrap();
        assert_eq!(id.as_requirement(), "7.2");
    }
}
