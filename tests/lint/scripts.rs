//! Scripts: what is told of them, and what must not be.

use super::told;

const USES: &str = "uses = [\"roster\", \"training-records\", \"accounts\"]\n";

/// What is told of the body of a judgement; the kinds that it does not read are not.
fn of(body: &str) -> Vec<String> {
    of_script(&format!("fn judge(cx) {{\n{body}\n}}\n"))
}

fn of_script(script: &str) -> Vec<String> {
    let told = told(USES, Some(script));
    told.into_iter().filter(|one| !one.starts_with("unused-kind")).collect()
}

/// What is right, and looks as if it were not.
#[test]
fn what_is_right_is_not_told() {
    for body in [
        // Guards, one after the other, in all the ways in which scripts write them.
        "let v = examined(cx.roster);\nfor s in cx.roster { if s.left_on == () { continue; } if s.left_on + days(3) < cx.as_of { v.add(s.at(\"left_on\", \"left\")); } }\nv",
        "let left = cx.roster.filter(|s| s.left_on != () && s.left_on < cx.as_of);\nlet v = examined(left);\nfor s in left { if s.left_on + days(3) < cx.as_of { v.add(s.at(\"left_on\", \"left\")); } }\nv",
        "let v = examined(cx.roster);\nfor s in cx.roster { let has_day = s.has(\"left_on\") && s.left_on != (); if has_day && s.left_on + days(3) < cx.as_of { v.add(s.at(\"left_on\")); } }\nv",
        "let last = cx.training_records.latest_by(\"person\", \"completed_on\");\nlet v = examined(cx.roster);\nfor s in cx.roster { let t = last.get(s.person); if t == () { v.add(s.at(\"person\", \"none\")); } else if t.completed_on + days(365) < cx.as_of { v.add(t.at(\"completed_on\", \"old\")); } }\nv",
        "let by = cx.accounts.index_by(\"person\");\nlet v = examined(cx.roster);\nfor s in cx.roster { if by.has(s.person) { v.add(by.get(s.person).at(\"account\", \"there\")); } }\nv",
        "let first = ();\nfor s in cx.roster.filter(|s| s.left_on != ()) { if first == () || s.left_on < first { first = s.left_on; } }\nif first == () { return not_evaluated(\"nobody\"); }\nif first + days(3) < cx.as_of { return examined(1); }\nexamined(2)",
        // Values of several sorts.
        "let gaps = [];\nfor s in cx.roster { gaps.push([s, \"x\", 3]); }\nfor gap in gaps { if gap[1] == \"x\" && gap[2] > 2 { gap[0].at(\"status\"); } }\nexceptions(gaps.map(|gap| gap[0].at(\"status\", gap[1])), gaps.len())",
        "let known = #{};\nfor s in cx.roster { known[s.subject] = s; }\nif known.len() == 0 { return not_evaluated(\"nobody\"); }\nfor name in known.keys() { if known[name].status == \"left\" { known.remove(name); } }\nexamined(known.len())",
        "let field = if cx.roster.has(\"status\") { \"status\" } else { \"left_on\" };\nlet v = examined(cx.roster);\nfor s in cx.roster { if s[field] == () { v.add(s.at(field, \"empty\")); } }\nv",
        "examined(cx.roster).say(`${count(cx.roster.len, \"person\")}`)",
        "let compared = reconcile(cx.roster, \"person\", cx.accounts, \"person\");\nlet v = examined(cx.accounts);\nfor a in compared.only_right { v.add(a.at(\"account\", \"nobody's\")); }\nfor s in compared.only_left { v.add(s.at(\"status\", \"no account\")); }\nfor both in compared.both { both.rows.len; }\nv",
        // Paths that all end with a verdict.
        "if cx.roster.is_empty() { not_evaluated(\"nobody\") } else if cx.roster.len > 3 { examined(3) } else { return examined(1); }",
        "for s in cx.roster { if s.status == \"left\" { return examined(1); } }\nthrow \"nobody left\"",
        "switch cx.roster.len { 0 => not_evaluated(\"nobody\"), _ => examined(cx.roster) }",
        "loop { if cx.roster.len > 1 { break; } }\nexamined(1)",
    ] {
        assert_eq!(of(body), [""; 0], "{body}");
    }
}

#[test]
fn helpers_are_known_by_what_they_are_called_with() {
    let right = "fn judge(cx) {\n    let v = examined(cx.roster);\n    for s in cx.roster { if late(s, \"left_on\", cx) { v.add(gap(s)); } }\n    for a in cx.accounts { v.add(gap(a)); }\n    v\n}\nfn late(row, field, cx) { row.has(field) && row[field] != () && row[field] < cx.as_of }\nfn gap(row) { row.at(\"status\", row.subject) }\n";
    assert_eq!(of_script(right), [""; 0]);
    let wrong = right.replace("row.at(\"status\", row.subject)", "row.at(\"person\", row.staus)");
    assert_eq!(of_script(&wrong), ["unknown-field: staus"]);
    // What one of the two kinds has is right.
    let either = right.replace("row.subject", "row.account");
    assert_eq!(of_script(&either), [""; 0]);
}

#[test]
fn what_fails_when_it_is_reached_is_told() {
    for (body, wanted) in [
        ("examined(cx.rooster)", "unknown-kind: rooster"),
        ("examined(cx.assets)", "kind-not-named: assets"),
        ("examined(cx.sign_ins)", "kind-not-named: sign_ins"),
        ("examined(cx.roster.fliter(|s| true))", "unknown-function: fliter"),
        ("examined(cx.roster.push(1))", "unknown-function: push"),
        ("examined(cx.roster.filter(|s| s.staus == \"left\"))", "unknown-field: staus"),
        ("examined(cx.roster.filter(|s| s.status))", "not-a-condition: s.status"),
        ("examined(cx.roster.filter(|s| s.status == \"Left\"))", "unknown-word: \"Left\""),
        ("examined(cx.roster.filter(|s| s.left_on > \"2026\"))", "type-mismatch: s.left_on > \"2026\""),
        ("examined(cx.roster.filter(|s| s.left_on + days(3) < cx.as_of))", "absent-value: s.left_on"),
        ("examined(cx.roster.unique_by(\"persn\"))", "unknown-field: \"persn\""),
        (
            "examined(reconcile(cx.roster, \"person\", cx.accounts, \"persn\").only_right)",
            "unknown-field: \"persn\"",
        ),
        ("examined(cx.roster.group_by(\"status\").len()).say(\"x\")", "unknown-function: len"),
        ("examined(cx.roster).say(3)", "wrong-arguments: 3"),
        ("examined(cx.roster, 3, 4)", "wrong-arguments: examined"),
        ("examined(cx.roster).pupulation", "unknown-property: pupulation"),
        (
            "let v = examined(cx.roster);\nv.add(observe(\"x\").propose(\"grave\"));\nv",
            "wrong-literal: \"grave\"",
        ),
        ("let v = examined(cx.roster);\nv.leave_open(\"A.5.1\", \"why\");\nv", "wrong-literal: \"A.5.1\""),
        ("examined(cx.roster).covers([\"A.6.3\", \"A.5.1\"])", "wrong-literal: \"A.5.1\""),
        ("examined(rooster)", "unknown-variable: rooster"),
        (
            "let t = cx.accounts.index_by(\"person\");\nexamined(cx.roster.filter(|s| t.get(s.person).enabled == \"yes\"))",
            "absent-value: t.get(s.person)",
        ),
    ] {
        assert!(of(body).contains(&wanted.to_owned()), "{body}: {:?}", of(body));
    }
}

#[test]
fn paths_without_a_verdict_are_told() {
    for (body, wanted) in [
        ("", vec!["verdict-missing: judge"]),
        (
            "let v = examined(cx.roster);\nv.add(observe(\"x\"));",
            vec!["verdict-missing: v.add(observe(\"x\"))"],
        ),
        ("if cx.roster.is_empty() { return; }\nexamined(1)", vec!["verdict-missing: return"]),
        ("if cx.roster.is_empty() { return \"nobody\"; }\nexamined(1)", vec!["verdict-missing: \"nobody\""]),
        ("if cx.roster.len > 3 { examined(3) }", vec!["verdict-missing: if"]),
        ("if cx.roster.len > 3 { examined(3) } else { [] }", vec!["verdict-missing: []"]),
        ("for s in cx.roster { return examined(1); }", vec!["verdict-missing: for"]),
        ("return examined(1);\nexamined(2)", vec!["unreachable: examined(2)"]),
        ("for s in cx.roster { continue; s.subject; }\nexamined(1)", vec!["unreachable: s.subject"]),
        (
            "if cx.roster.len > 3 { return examined(1); } else { throw \"x\"; }\nexamined(2)",
            vec!["unreachable: examined(2)"],
        ),
    ] {
        assert_eq!(of(body), wanted, "{body}");
    }
}

#[test]
fn what_is_of_no_use_is_told() {
    let script = "fn judge(cx) {\n    let a = 1;\n    let b = 2;\n    b = 3;\n    let _c = 4;\n    let d = 5;\n    used(d);\n    examined(cx.roster)\n}\nfn used(one) { one }\nfn unused(one) { one }\n";
    assert_eq!(of_script(script), ["unused-variable: a", "unused-variable: b", "unused-function: unused"]);
    let told = told(
        "uses = [\"roster\", \"assets\"]\nmay_use = [\"accounts\"]\n",
        Some("fn judge(cx) { examined(cx.roster) }"),
    );
    assert_eq!(told, ["unused-kind: \"assets\"", "unused-kind: \"accounts\""]);
}

#[test]
fn a_script_that_cannot_be_read_is_told_at_its_word() {
    assert_eq!(of("examined(cx.roster))"), ["syntax-error: )"]);
    assert_eq!(
        of_script("fn jugde(cx) { examined(cx.roster) }"),
        ["malformed: fn jugde(cx) { examined(cx.roster) }", "unused-function: jugde"]
    );
    assert_eq!(of_script("fn judge(cx) { examined(cx.roster) }\nlet x = 1;\n"), ["unreachable: let x = 1"]);
}
