//! Tables in trees: every list of objects in JSON, TOML or YAML is one.

use super::grid::{Cell, Grid};
use super::node::{Node, NodeValue};
use crate::source::Source;
use std::collections::HashMap;
use std::sync::Arc;

/// Lists of objects are looked for so deep.
const LISTS_WITHIN: usize = 4;
/// Objects inside of a row become columns `a.b` down to this depth.
const COLUMNS_WITHIN: usize = 4;

/// The tables of a tree, each titled by the keys that lead to it. A column is there when any row
/// has it.
pub(super) fn tables(source: &Arc<Source>, tree: &Node) -> Vec<Grid> {
    let mut found = Vec::new();
    collect(source, tree, "", 0, &mut found);
    found
}

fn collect(source: &Arc<Source>, node: &Node, path: &str, depth: usize, found: &mut Vec<Grid>) {
    match &node.value {
        NodeValue::List(rows) if !rows.is_empty() && rows.iter().all(is_object) => {
            found.push(table(source, rows, path));
        }
        NodeValue::Map(entries) if depth < LISTS_WITHIN => {
            for (key, below) in entries {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                collect(source, below, &path, depth + 1, found);
            }
        }
        _ => {}
    }
}

fn is_object(node: &Node) -> bool {
    matches!(node.value, NodeValue::Map(_))
}

fn table(source: &Arc<Source>, rows: &[Node], path: &str) -> Grid {
    let flat: Vec<Vec<(String, &Node)>> = rows.iter().map(flatten).collect();
    let mut columns: Vec<&str> = Vec::new();
    let mut column_of: HashMap<&str, usize> = HashMap::new();
    for (key, _) in flat.iter().flatten() {
        column_of.entry(key).or_insert_with(|| {
            columns.push(key);
            columns.len() - 1
        });
    }
    let headers = columns.iter().map(|key| ((*key).to_owned(), Cell::MISSING)).collect();
    let title = (!path.is_empty()).then(|| path.to_owned());
    let mut grid = Grid::new(Arc::clone(source), title, headers);
    for row in &flat {
        let mut cells = vec![(Cell::MISSING, None); columns.len()];
        for (key, node) in row {
            if let Some(&column) = column_of.get(key.as_str()) {
                cells[column] = cell(source, node);
            }
        }
        grid.push(cells.into_iter());
    }
    grid
}

/// The plain values of a row by their path within it.
fn flatten(row: &Node) -> Vec<(String, &Node)> {
    let mut flat = Vec::new();
    flatten_into(row, "", 0, &mut flat);
    flat
}

fn flatten_into<'n>(node: &'n Node, path: &str, depth: usize, flat: &mut Vec<(String, &'n Node)>) {
    let NodeValue::Map(entries) = &node.value else { return };
    for (key, below) in entries {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if is_object(below) && depth < COLUMNS_WITHIN {
            flatten_into(below, &path, depth + 1, flat);
        } else {
            flat.push((path, below));
        }
    }
}

fn cell(source: &Source, node: &Node) -> (Cell, Option<Box<str>>) {
    let Some(text) = node.plain() else { return (Cell::UNKNOWN, None) };
    let differs = source.text().get(node.range.clone()) != Some(&*text);
    (Cell::at(&node.range), differs.then(|| text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::json;

    #[test]
    fn a_list_of_objects_is_a_table_with_nested_columns() {
        let text = r#"{"value": [{"id": 1, "user": {"name": "eve"}}, {"id": 2, "tags": ["a", "b"]}]}"#;
        let source = Arc::new(Source::new("t.json", text));
        let tables = tables(&source, &json::read(text).unwrap());
        assert_eq!(tables.len(), 1);
        let table = &tables[0];
        assert_eq!(table.title.as_deref(), Some("value"));
        assert_eq!(table.headers, ["id", "user.name", "tags"]);
        assert_eq!((table.text(0, 1), table.text(1, 1), table.text(1, 2)), ("eve", "", "a; b"));
        assert_eq!(table.span(0, 1).text(), "eve");
        assert_eq!(table.cell(1, 1), Cell::MISSING);
    }

    #[test]
    fn what_holds_no_list_of_objects_holds_no_table() {
        let source = Arc::new(Source::new("t.json", "[1, 2]"));
        assert!(tables(&source, &json::read("[1, 2]").unwrap()).is_empty());
    }
}
