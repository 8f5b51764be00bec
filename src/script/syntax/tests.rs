//! Every part of a script is read with the bytes that it takes.

use super::*;

const SCRIPT: &str = r##"/// Judges.
fn judge(cx) {
    let p = cx.params;
    let done = cx.training_records.filter(|t| t.course.matches(p.course) && !(t.status in ["a", "b"]));
    let by = [1, -2.5, "x}"];
    for (row, at) in done {
        if row?.due == () || row["note"] != "é" { continue; } else if at > 2 { break; }
        by[row.len].y = `x ${row.subject} and ${by[0]}`;
        by += (1 + 2) * 3;
    }
    switch p { 1 => 2, 2 if p > 3 => 4, _ => () }
    while true { let none; }
    let map = #{ a: 1, "b c": done.map(|r| { let v = r; v }) };
    helper(map, Fn("x"));
    return exceptions([], done.len()).say('c');
}

fn helper(one, two) { one }
"##;

/// The text of every node, by the beginning of its debug name.
fn texts(script: &Script, wanted: fn(&What) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    script.walk(&mut |node| {
        if wanted(&node.what) {
            found.push(format!("{} @ {}", &SCRIPT[node.span.clone()], &SCRIPT[node.name_at.clone()]));
        }
    });
    found
}

#[test]
fn functions_have_names_parameters_and_places() {
    let script = script(SCRIPT).unwrap();
    let names: Vec<&str> = script.functions.iter().map(|one| &SCRIPT[one.name_at.clone()]).collect();
    assert_eq!(names, ["judge", "helper"]);
    let parameters = &script.functions[1].body.parameters;
    let parameters: Vec<&str> = parameters.iter().map(|(_, at)| &SCRIPT[at.clone()]).collect();
    assert_eq!(parameters, ["one", "two"]);
    assert_eq!(&SCRIPT[script.functions[1].span.clone()], "fn helper(one, two) { one }");
    assert!(script.function("judge", 1).is_some() && script.function("judge", 2).is_none());
}

#[test]
fn chains_are_read_from_the_left() {
    let script = script(SCRIPT).unwrap();
    assert_eq!(
        texts(&script, |what| matches!(what, What::Property { .. })),
        [
            "cx.params @ params",
            "cx.training_records @ training_records",
            "t.course @ course",
            "p.course @ course",
            "t.status @ status",
            "row?.due @ due",
            "by[row.len].y @ y",
            "row.len @ len",
            "row.subject @ subject",
        ]
    );
    assert_eq!(
        texts(&script, |what| matches!(what, What::Index { .. })),
        ["row[\"note\"] @ \"note\"", "by[row.len] @ row.len", "by[0] @ 0"]
    );
    let methods = texts(&script, |what| matches!(what, What::Method { .. }));
    assert_eq!(methods[1], "t.course.matches(p.course) @ matches");
    assert_eq!(methods[2], "done.map(|r| { let v = r; v }) @ map");
}

#[test]
fn conditions_keep_their_brackets_and_operators() {
    let script = script(SCRIPT).unwrap();
    let conditions = texts(&script, |what| matches!(what, What::And(_) | What::Or(_) | What::In { .. }));
    assert_eq!(
        conditions,
        [
            "t.course.matches(p.course) && !(t.status in [\"a\", \"b\"]) @ &&",
            "t.status in [\"a\", \"b\"] @ in",
            "row?.due == () || row[\"note\"] != \"é\" @ ||",
        ]
    );
    let operators = texts(&script, |what| matches!(what, What::Operator { .. }));
    assert_eq!(
        operators,
        [
            "!(t.status in [\"a\", \"b\"]) @ !",
            "row?.due == () @ ==",
            "row[\"note\"] != \"é\" @ !=",
            "at > 2 @ >",
            "(1 + 2) * 3 @ *",
            "1 + 2 @ +",
            "p > 3 @ >",
        ]
    );
}

#[test]
fn closures_are_read_where_they_stand_without_what_they_capture() {
    let script = script(SCRIPT).unwrap();
    let mut closures = Vec::new();
    script.walk(&mut |node| {
        if let What::Closure(closure) = &node.what {
            let names: Vec<&str> = closure.parameters.iter().map(|(_, at)| &SCRIPT[at.clone()]).collect();
            closures.push((names.concat(), &SCRIPT[node.span.clone()]));
        }
    });
    assert_eq!(
        closures,
        [
            ("t".to_owned(), "|t| t.course.matches(p.course) && !(t.status in [\"a\", \"b\"])"),
            ("r".to_owned(), "|r| { let v = r; v }"),
        ]
    );
}

#[test]
fn statements_end_where_they_end() {
    let script = script(SCRIPT).unwrap();
    let flow =
        texts(&script, |what| matches!(what, What::Switch { .. } | What::While { .. } | What::Return(_)));
    assert_eq!(
        flow,
        [
            "switch p { 1 => 2, 2 if p > 3 => 4, _ => () } @ switch",
            "while true { let none; } @ while",
            "return exceptions([], done.len()).say('c') @ return",
        ]
    );
    let loops = texts(&script, |what| matches!(what, What::For { .. }));
    assert!(
        loops[0].starts_with("for (row, at) in done {") && loops[0].ends_with("3;\n    } @ for"),
        "{loops:?}"
    );
    let lets = texts(&script, |what| matches!(what, What::Let { value: None, .. }));
    assert_eq!(lets, ["let none @ none"]);
}

#[test]
fn texts_with_values_keep_their_parts() {
    let script = script(SCRIPT).unwrap();
    let interpolated = texts(&script, |what| matches!(what, What::Interpolated(_)));
    assert_eq!(interpolated, ["`x ${row.subject} and ${by[0]}` @ `x ${row.subject} and ${by[0]}`"]);
}

#[test]
fn what_is_no_script_is_told_at_its_word() {
    let wrong = script("fn judge(cx) { let x = ; }").unwrap_err();
    assert_eq!(wrong.span, 23..24, "{}", wrong.reason);
    let wrong = expression("r.status == print").unwrap_err();
    assert!(wrong.reason.contains("print"), "{}", wrong.reason);
}

/// Scripts of the pack hold everything that rules do.
#[test]
fn every_script_of_the_pack_is_read_whole() {
    let packs = crate::pack::load(&[crate::pack::PackRef::BuiltIn], &crate::world::Disk::default()).unwrap();
    for rule in packs.rules() {
        let Some(source) = &rule.script else { continue };
        let read = script(source.text()).unwrap();
        assert_eq!(read.functions.iter().filter(|one| one.name == "judge").count(), 1, "{}", rule.id);
        read.walk(&mut |node| {
            assert_ne!(node.what, What::Other, "{}: {}", rule.id, &source.text()[node.span.clone()]);
            let inside = node.name_at.start >= node.span.start && node.name_at.end <= node.span.end;
            assert!(inside && node.id < read.nodes, "{}: {node:?}", rule.id);
        });
    }
    for rule in packs.rules() {
        for one in rule.expressions() {
            let read = expression(&one.text).unwrap();
            read.node.walk(&mut |node| assert_ne!(node.what, What::Other, "{}: {}", rule.id, one.text));
        }
    }
}
