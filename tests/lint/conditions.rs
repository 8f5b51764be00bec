//! Conditions: what is told of them, and what must not be.

use super::told_of;

/// What is right, and looks as if it were not.
#[test]
fn what_is_right_is_not_told() {
    let right = [
        // Comparisons are false where one side is nothing, so they need no guard.
        ("", "r.due_on < as_of && r.completed_on == ()"),
        ("", "r.due_on != () && r.due_on + params.grace < as_of"),
        ("", "r.due_on == () || r.due_on + params.grace < as_of"),
        ("", "!(r.due_on == ()) && r.due_on + params.grace < as_of"),
        ("", "!(r.due_on == () || r.score == ()) && r.due_on + params.grace < as_of && r.score * 2 > 3"),
        ("", "r.due_on < as_of && r.due_on + params.grace < as_of"),
        ("", "r[\"due_on\"] != () && r.due_on + params.grace < as_of"),
        ("r.due_on != ()", "r.due_on + params.grace < as_of"),
        ("r.due_on < as_of", "r.due_on + params.grace < as_of"),
        ("", "type_of(r.score) == \"i64\" && r.score + 1 > 3"),
        ("", "r.status in [\"completed\", \"failed\"] && r.status != \"failed\""),
        ("", "r.score > 50 && r.score < 90"),
        ("", "r.score >= 50 && r.score <= 50"),
        ("", "r.score < 50 || r.score >= 50"),
        ("", "r.status != \"failed\" || r.score != 3"),
        ("", "r.mandatory == \"yes\" && r.course.matches(\"(?i)aware\")"),
        ("", "r.course == r.course_id || r.person == ()"),
        ("", "r.due_on - r.assigned_on < days(3)"),
        ("", "`${r.due_on}` == \"2026-01-01\""),
        ("", "r.subject.len > 3 && r.who != r.subject"),
        ("", "r.course.split(\",\").len > 1 || r.course != ()"),
        ("", "[\"score\", \"hours\"].some(|field| r.has(field) && r[field] != ())"),
    ];
    for (among, condition) in right {
        let told = told_of("training-records", among, condition);
        // Cells that may be empty are told by a lint of their own, and wrongly only where a guard is seen.
        let told: Vec<_> = told.into_iter().filter(|one| !is_meant(one, condition)).collect();
        assert!(told.is_empty(), "{among} / {condition}: {told:?}");
    }
}

/// Two of the conditions above are right in what they show, and careless of empty cells.
fn is_meant(told: &str, condition: &str) -> bool {
    let careless = ["r.due_on - r.assigned_on < days(3)", "r.course.split(\",\").len > 1 || r.course != ()"];
    told.starts_with("absent-value") && careless.contains(&condition)
}

#[test]
fn what_may_be_nothing_is_told_where_nothing_fails() {
    for (among, condition, about) in [
        ("", "r.due_on + params.grace < as_of", "r.due_on"),
        ("", "r.completed_on != () || r.due_on + params.grace < as_of", "r.due_on"),
        ("r.completed_on == ()", "r.due_on + params.grace < as_of", "r.due_on"),
        ("", "r.has(\"due_on\") && r.due_on + params.grace < as_of", "r.due_on"),
        ("", "r.due_on.year < 2026", "r.due_on"),
        ("", "r.course.split(\",\").len > 1", "r.course"),
        ("", "r.score * 2 > 100", "r.score"),
        ("", "as_of - r.due_on > days(3)", "r.due_on"),
        ("", "captures(r.course, \"a(b)\").len > 1", "r.course"),
    ] {
        let told = told_of("training-records", among, condition);
        assert_eq!(told, [format!("absent-value: {about}")], "{among} / {condition}");
    }
}

#[test]
fn what_can_never_be_is_told() {
    for (condition, wanted) in [
        ("r.completed_on < \"2026-01-01\"", "type-mismatch: r.completed_on < \"2026-01-01\""),
        ("r.completed_on in [\"2026-01-01\"]", "type-mismatch: \"2026-01-01\""),
        ("r.completed_on.starts_with(\"2026\")", "type-mismatch: r.completed_on.starts_with(\"2026\")"),
        ("r.score > \"10\"", "type-mismatch: r.score > \"10\""),
        ("r.mandatory != true", "type-mismatch: r.mandatory != true"),
        ("as_of > params.grace", "type-mismatch: as_of > params.grace"),
        ("as_of + as_of > r.due_on", "type-mismatch: as_of + as_of"),
        ("r.status == \"Completed\"", "unknown-word: \"Completed\""),
        ("\"Completed\" == r.status", "unknown-word: \"Completed\""),
        ("r.status in [\"failed\", \"Completed\"]", "unknown-word: \"Completed\""),
        (
            "r.status == \"failed\" && r.status == \"completed\"",
            "contradiction: r.status == \"failed\" && r.status == \"completed\"",
        ),
        ("r.score > 5 && r.score < 3", "contradiction: r.score > 5 && r.score < 3"),
        ("r.score > 5 && r.score <= 5", "contradiction: r.score > 5 && r.score <= 5"),
        ("5 < r.score && !(r.score > 4)", "contradiction: 5 < r.score && !(r.score > 4)"),
        ("r.due_on < as_of && r.due_on >= as_of", "contradiction: r.due_on < as_of && r.due_on >= as_of"),
        (
            "r.due_on == () && r.status == \"failed\" && r.due_on != ()",
            "contradiction: r.due_on == () && r.status == \"failed\" && r.due_on != ()",
        ),
        ("r.course == () && r.course == \"x\"", "contradiction: r.course == () && r.course == \"x\""),
        (
            "r.course in [\"x\", \"y\"] && r.course == \"z\"",
            "contradiction: r.course in [\"x\", \"y\"] && r.course == \"z\"",
        ),
        ("r.course != r.course", "contradiction: r.course != r.course"),
        ("r.course == r.course", "always-true: r.course == r.course"),
        ("r.course != \"x\" || r.course != \"y\"", "always-true: r.course != \"x\" || r.course != \"y\""),
        ("r.due_on == () || r.due_on != ()", "always-true: r.due_on == () || r.due_on != ()"),
        ("1 > 2 || r.course == \"x\"", "contradiction: 1 > 2"),
        ("r.status", "not-a-condition: r.status"),
        ("r.status && r.score > 1", "not-a-condition: r.status"),
        ("r.subject == ()", "never-absent: r.subject == ()"),
        ("params.grace == ()", "never-absent: params.grace == ()"),
    ] {
        assert_eq!(told_of("training-records", "", condition), [wanted], "{condition}");
    }
}

#[test]
fn names_that_point_nowhere_are_told() {
    for (condition, wanted) in [
        ("r.complete_on == ()", "unknown-field: complete_on"),
        ("r[\"complete_on\"] == ()", "unknown-field: \"complete_on\""),
        ("r.has(\"complete_on\")", "unknown-field: \"complete_on\""),
        ("r.course.matchs(\"x\")", "unknown-function: matchs"),
        ("r.course.matches()", "wrong-arguments: matches"),
        ("r.due_on != () && r.due_on.len > 3", "unknown-property: len"),
        ("r.course.matches(\"(x\")", "wrong-literal: \"(x\""),
        ("r.due_on < time(\"2026-02-30\")", "wrong-literal: \"2026-02-30\""),
        ("r.due_on < as_off", "unknown-variable: as_off"),
        ("g.count > 3", "unknown-variable: g"),
        ("r.due_on < as_of + params.grac", "unknown-param: grac"),
        ("r.due_on < as_of + days(\"3\")", "wrong-arguments: \"3\""),
    ] {
        let told: Vec<String> = told_of("training-records", "", condition)
            .into_iter()
            .filter(|one| one != "unused-param: grace")
            .collect();
        assert_eq!(told, [wanted], "{condition}");
    }
    assert!(told_of("rooster", "", "r.name == \"x\"").contains(&"unknown-kind: \"rooster\"".to_owned()));
}
