//! Reads a definition file: a line a function, with what it is for above it.

use super::{Function, Gives, Parameter, Sort};

/// The functions of a definition file, in its order. A line that is none is left out; a test says
/// that there is none.
pub(super) fn read(text: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(said) = line.strip_prefix("///") {
            doc.push(said.trim());
            continue;
        }
        functions.extend(function(line, &doc.join("\n")));
        doc.clear();
    }
    functions
}

/// `fn get len(table: Table) -> int;`, `fn days(number: int) -> Duration;`, `op +(Time, Duration) -> Time;`
pub(super) fn function(line: &str, doc: &str) -> Option<Function> {
    let rest = line.strip_prefix("fn ").or_else(|| line.strip_prefix("op "))?.strip_suffix(';')?;
    let (call, gives) = rest.rsplit_once(") -> ")?;
    let (name, parameters) = call.split_once('(')?;
    let property = name.strip_prefix("get ");
    Some(Function {
        name: property.unwrap_or(name).to_owned(),
        is_property: property.is_some(),
        parameters: parameters.split(", ").filter(|text| !text.is_empty()).map(parameter).collect(),
        gives: given(gives),
        doc: doc.to_owned(),
        is_deprecated: false,
    })
}

fn parameter(text: &str) -> Parameter {
    let (name, sort) = text.split_once(": ").unwrap_or(("", text));
    Parameter { name: name.to_owned(), sort: Sort::named(sort).unwrap_or(Sort::Any) }
}

fn given(text: &str) -> Gives {
    let (text, or_nothing) = text.strip_suffix(" | ()").map_or((text, false), |text| (text, true));
    let (sort, element) = text.trim_end_matches('>').split_once('<').unwrap_or((text, "?"));
    let read = |name: &str| Sort::named(name).unwrap_or(Sort::Any);
    Gives { sort: read(sort), element: read(element), or_nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_a_function_takes_and_gives() {
        let line = "fn files(row: Row, field: String) -> Array<NamedFile>;";
        let files = function(line, "The files.").unwrap();
        assert_eq!(files.signature(), "files(row: Row, field: String) -> Array<NamedFile>");
        assert_eq!(files.gives.element, Sort::NamedFile);
        let first = function("fn get first(table: Table) -> Row | ();", "").unwrap();
        assert!(first.is_property && first.gives.or_nothing, "{first:?}");
        assert_eq!(function("// a remark", ""), None);
    }
}
