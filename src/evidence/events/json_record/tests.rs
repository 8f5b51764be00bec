//! Records by their shape and by their tree say the same.

use super::*;
use crate::evidence::events::items::Position;
use crate::pack::TimeFormat;
use proptest::prelude::*;
use std::collections::BTreeMap;

const SLOTS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn source() -> LogSource {
    let paths = [
        ("a", vec!["u.n", "s"]),
        ("b", vec!["u.n.s", "k"]),
        ("c", vec!["l[0].u", "k"]),
        ("d", vec!["l[k=s].n", "u"]),
        ("e", vec!["n[0]", "l", "s"]),
    ];
    let paths = paths.map(|(slot, paths)| (slot.to_owned(), paths.into_iter().map(str::to_owned).collect()));
    LogSource {
        id: "x".into(),
        title: "X".into(),
        format: crate::pack::LogFormat::Json,
        records: Vec::new(),
        each: None,
        needs: Vec::new(),
        time: vec!["t".into(), "k".into()],
        time_format: TimeFormat::Iso,
        fields: BTreeMap::from(paths),
        constants: BTreeMap::new(),
        patterns: Vec::new(),
        derive: Vec::new(),
    }
}

/// What was found of a record: every slot with its place, and the texts offered as its time.
fn shown(record: &Record<'_>, times: &[(String, Range<usize>)]) -> String {
    let slots = (0..SLOTS.len()).map(|slot| format!("{:?} {:?}", record.get(slot), record.range(slot)));
    format!("{:?} {times:?}", slots.collect::<Vec<_>>())
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-1.5e3".to_owned()),
        Just("007".to_owned()),
        Just("12345678901234567890".to_owned()),
        "\"[a-s\\-é]{0,3}\"",
        Just(r#""\u0041\n\"""#.to_owned()),
        Just(r#""\ud800""#.to_owned()),
        Just("\"s\"".to_owned()),
    ];
    leaf.prop_recursive(4, 30, 4, |inner| {
        let blank = prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\r\n\t")];
        let key = prop_oneof![
            8 => "[unslkt]".prop_map(|key| format!("\"{key}\"")),
            1 => Just("\"u.n\"".to_owned()),
            1 => Just("\"n.s\"".to_owned()),
            1 => Just(r#""\u0075""#.to_owned()),
        ];
        let entry = (key, blank.clone(), inner.clone()).prop_map(|(key, blank, value)| format!("{key}{blank}:{blank}{value}"));
        prop_oneof![
            3 => (proptest::collection::vec(entry, 0..4), blank.clone())
                .prop_map(|(all, blank)| format!("{{{blank}{}{blank}}}", all.join(&format!("{blank},{blank}")))),
            1 => (proptest::collection::vec(inner, 0..4), blank)
                .prop_map(|(all, blank)| format!("[{}]", all.join(&format!("{blank},")))),
        ]
    })
}

fn agree(texts: &[String]) -> Result<(), TestCaseError> {
    let source = source();
    let fields = JsonFields::new(&source, |name| SLOTS.iter().position(|slot| *slot == name));
    let projection = fields.projection().unwrap();
    let mut layouts = projection.layouts();
    let escaped_key = regex::Regex::new(r#""(?:[^"\\]|\\.)*\\.(?:[^"\\]|\\.)*"\s*:"#).unwrap();
    for text in texts {
        let exact = json::read(text)
            .ok()
            .filter(|node| matches!(node.value, NodeValue::Map(_)) && node.duplicate_key().is_none());
        let Some(found) = projection.find(text, &mut layouts) else {
            // A key with an escape is left to be read exactly, and nothing else that is valid.
            prop_assert!(exact.is_none() || escaped_key.is_match(text), "{text}");
            continue;
        };
        let Some(node) = exact else {
            return Err(TestCaseError::fail(format!("taken for a record: {text}")));
        };
        let position = Position { offset: 0, line: 1, column: 1 };
        let (mut by_shape, mut by_tree) = (Vec::new(), Vec::new());
        let mut record = Record::with_slots(SLOTS.len());
        record.begin(text, position);
        projection.fill(&mut record, found, &mut |_, text, range| {
            by_shape.push((text.to_owned(), range));
            false
        });
        let by_shape = shown(&record, &by_shape);
        record.begin(text, position);
        fields.fill(&mut record, &node, None, &mut |_, text, range| {
            by_tree.push((text.to_owned(), range));
            false
        });
        let by_tree = shown(&record, &by_tree);
        prop_assert_eq!(by_shape, by_tree, "{}", text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn shapes_give_what_trees_give(texts in proptest::collection::vec(value(), 1..6)) {
        agree(&texts)?;
    }

    #[test]
    fn what_is_no_record_is_never_taken_for_one(
        text in value(),
        at in any::<prop::sample::Index>(),
        with in prop::sample::select(vec!["", "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "0", "x", "\u{1}", "null"]),
        cut in 0_usize..3,
    ) {
        let at = text.floor_char_boundary(at.index(text.len()));
        let behind = text.ceil_char_boundary((at + cut).min(text.len()));
        agree(&[text.clone(), format!("{}{with}{}", &text[..at], &text[behind..])])?;
    }
}

#[test]
fn ways_to_nest_are_tried_in_the_order_of_the_exact_reader() {
    let shown: Vec<String> = nestings(&["a", "b", "c"]).iter().map(|keys| keys.join(" > ")).collect();
    assert_eq!(shown, ["a > b > c", "a > b.c", "a.b > c", "a.b.c"]);
}

#[test]
fn fields_that_nobody_wants_are_not_read() {
    let source = source();
    let fields = JsonFields::new(&source, |name| (name == "e").then_some(4));
    assert_eq!(fields.fields.len(), 1);
}
