//! How the definition of an export says where something stands: paths, conditions, readings.
//!
//! ```text
//! Severity                          the value under this key
//! Results.Vulnerabilities           lists are entered: one value for each element
//! /Results.Target                   from the root, by the same elements as the record
//! identifiers[type=CVE].value       only elements whose key has this value
//! /runs.rules[id=$ruleId].name      ... or the value of another path of the record
//! /runs.rules[#=$ruleIndex].name    ... or whose number it is, from 0
//! advisories.*                      every value, whatever its key
//! @portid, #text                    attribute and text of an XML element
//! ```

use super::pattern::{LazyRegex, Origin};

/// Where something stands in an export.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ExportPath {
    /// True when it starts at the root and not at the record.
    pub from_root: bool,
    /// The keys to go under.
    pub steps: Vec<ExportStep>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportStep {
    /// The key; none for whatever key.
    pub key: Option<String>,
    /// Which of the elements below it; none for all.
    pub only: Option<Only>,
}

/// Which elements of a list are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Those in which this key has this value.
    Is(String, String),
    /// Those in which this key has the value that stands at this path of the record.
    Same(String, ExportPath),
    /// The one whose number, from 0, stands at this path of the record.
    Number(ExportPath),
}

/// What a value must be.
#[derive(Clone, Debug)]
pub enum Test {
    /// There, with anything in it.
    Filled,
    /// There, though nothing may be in it.
    There,
    /// Not there at all, or with nothing in it.
    Absent,
    /// This text, in upper or lower case.
    Is(String),
    /// Another text.
    IsNot(String),
    /// A number that is not smaller.
    AtLeast(f64),
    /// A text in which the pattern is found.
    Matches(LazyRegex),
}

/// Something that holds or does not.
#[derive(Clone, Debug)]
pub struct ExportCondition {
    /// Where to look.
    pub path: ExportPath,
    /// What must stand at one of these places.
    pub test: Test,
}

/// One way to fill a field.
#[derive(Clone, Debug)]
pub enum Reading {
    /// The same for every record.
    Constant(String),
    /// What stands there.
    Text(ExportPath),
    /// A word, where the condition holds.
    Word(ExportCondition, String),
    /// The parts of what stands there that the first group of a pattern matches.
    Pattern(ExportPath, LazyRegex),
    /// A time in so many units a second since 1970.
    Epoch(ExportPath, i64),
}

impl ExportPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, a lower-case fragment.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (from_root, text) = text.strip_prefix('/').map_or((false, text), |rest| (true, rest));
        if text.is_empty() {
            return Ok(Self { from_root, steps: Vec::new() });
        }
        let steps: Result<Vec<ExportStep>, String> = parts(text).into_iter().map(step).collect();
        Ok(Self { from_root, steps: steps? })
    }
}

/// The parts between dots that stand outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn step(part: &str) -> Result<ExportStep, String> {
    let (key, only) = match part.split_once('[') {
        None => (part, None),
        Some((key, only)) => {
            let only = only.strip_suffix(']').ok_or_else(|| format!("`{part}` never closes its bracket"))?;
            (key, Some(self::only(only)?))
        }
    };
    if key.is_empty() {
        return Err("a step of the path is empty".to_owned());
    }
    Ok(ExportStep { key: (key != "*").then(|| key.to_owned()), only })
}

fn only(text: &str) -> Result<Only, String> {
    let (key, value) = text.split_once('=').ok_or_else(|| format!("`[{text}]` compares nothing"))?;
    Ok(match (key, value.strip_prefix('$')) {
        ("#", Some(path)) => Only::Number(ExportPath::parse(path)?),
        ("#", None) => return Err("a number is taken from the record, as in `[#=$ruleIndex]`".to_owned()),
        (key, Some(path)) => Only::Same(key.to_owned(), ExportPath::parse(path)?),
        (key, None) => Only::Is(key.to_owned(), value.to_owned()),
    })
}

fn regex(pattern: &str, origin: Origin) -> Result<LazyRegex, String> {
    let read = LazyRegex::new(pattern.to_owned(), origin);
    read.map_err(|_| format!("`{pattern}` is no regular expression"))
}

impl ExportCondition {
    /// Reads `PATH`, `PATH?`, `!PATH`, `PATH = TEXT`, `PATH != TEXT`, `PATH >= NUMBER` or `PATH ~ PATTERN`.
    ///
    /// # Errors
    /// What is wrong with it, a lower-case fragment.
    pub(super) fn parse(text: &str, origin: Origin) -> Result<Self, String> {
        let made = |path: &str, test: Test| Ok(Self { path: ExportPath::parse(path)?, test });
        if let Some(path) = text.trim().strip_prefix('!') {
            return made(path, Test::Absent);
        }
        if let Some(path) = text.trim().strip_suffix('?') {
            return made(path, Test::There);
        }
        if let Some((path, pattern)) = text.split_once(" ~ ") {
            return made(path, Test::Matches(regex(pattern, origin)?));
        }
        if let Some((path, value)) = text.split_once(" != ") {
            return made(path, Test::IsNot(value.trim().to_owned()));
        }
        if let Some((path, value)) = text.split_once(" >= ") {
            let number = value.trim().parse().map_err(|_| format!("`{value}` is no number"))?;
            return made(path, Test::AtLeast(number));
        }
        match text.split_once(" = ") {
            Some((path, value)) => made(path, Test::Is(value.trim().to_owned())),
            None => made(text, Test::Filled),
        }
    }
}

impl Reading {
    /// Reads `= WORD`, `PATH`, `CONDITION -> WORD`, `PATH ~ PATTERN`, `PATH as seconds` or
    /// `PATH as milliseconds`.
    ///
    /// # Errors
    /// What is wrong with it, a lower-case fragment.
    pub(super) fn parse(text: &str, origin: Origin) -> Result<Self, String> {
        if let Some(word) = text.strip_prefix("= ") {
            return Ok(Self::Constant(word.trim().to_owned()));
        }
        if let Some((condition, word)) = text.split_once(" -> ") {
            return Ok(Self::Word(ExportCondition::parse(condition, origin)?, word.trim().to_owned()));
        }
        if let Some((path, pattern)) = text.split_once(" ~ ") {
            let regex = regex(pattern, origin)?;
            let has_group = || regex.get().is_some_and(|regex| regex.captures_len() > 1);
            if origin == Origin::Outside && !has_group() {
                return Err("the pattern needs a group that says which part is meant".to_owned());
            }
            return Ok(Self::Pattern(ExportPath::parse(path)?, regex));
        }
        for (unit, per_second) in [(" as seconds", 1), (" as milliseconds", 1_000)] {
            if let Some(path) = text.strip_suffix(unit) {
                return Ok(Self::Epoch(ExportPath::parse(path)?, per_second));
            }
        }
        ExportPath::parse(text).map(Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Reading, String> {
        Reading::parse(text, Origin::Outside)
    }

    fn key(name: &str) -> ExportStep {
        ExportStep { key: Some(name.to_owned()), only: None }
    }

    #[test]
    fn a_path_names_keys_and_which_elements() {
        let path = ExportPath::parse("/runs.rules[id=$rule.id].name").unwrap();
        assert!(path.from_root);
        let wanted = ExportPath { from_root: false, steps: vec![key("rule"), key("id")] };
        assert_eq!(path.steps[1].only, Some(Only::Same("id".to_owned(), wanted)));
        assert_eq!((&path.steps[0], &path.steps[2]), (&key("runs"), &key("name")));
        let path = ExportPath::parse("ids[type=CVE-1.0].value").unwrap();
        assert_eq!(path.steps[0].only, Some(Only::Is("type".to_owned(), "CVE-1.0".to_owned())));
        assert_eq!(ExportPath::parse("advisories.*").unwrap().steps[1].key, None);
        assert!(ExportPath::parse("").unwrap().steps.is_empty());
    }

    #[test]
    fn a_reading_is_a_word_a_value_or_a_part_of_one() {
        assert!(matches!(read("= failed").unwrap(), Reading::Constant(word) if word == "failed"));
        assert!(matches!(read("@start as seconds").unwrap(), Reading::Epoch(_, 1)));
        assert!(matches!(read("C ~ ISO: ([^|]*)").unwrap(), Reading::Pattern(..)));
        let Reading::Word(condition, word) = read("impact >= 0.7 -> high").unwrap() else {
            panic!("a word under a condition")
        };
        assert!(matches!(condition.test, Test::AtLeast(least) if least == 0.7) && word == "high");
        let Reading::Word(condition, _) = read("!runstats -> failed").unwrap() else { panic!() };
        assert!(matches!(condition.test, Test::Absent));
        let Reading::Word(condition, _) = read("id ~ ^CVE- -> dependency").unwrap() else { panic!() };
        assert!(matches!(condition.test, Test::Matches(pattern) if pattern.is_match("CVE-1")));
    }

    #[test]
    fn what_is_none_of_these_is_refused() {
        for text in ["a..b", "a[b", "a[b].c", "a[#=1]", "a ~ (", "a ~ b", "a >= much -> b"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
